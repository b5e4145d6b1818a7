#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders conversations with chat templates, by transformers and by secateur-cli, and compares the texts byte by byte.

    compare_templates.py secateur-cli FOLDER [NAME...]

FOLDER holds templates as NAME.jinja, or as tokenizer_config.json under another name, NAME.json. Published templates
belong to their authors and are not part of this project: bring your own. transformers must be there.
"""
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import jinja2
from transformers.utils import chat_template_utils

DAY = datetime.datetime(2026, 1, 31)


class FixedClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return DAY


def turns(*texts, system=None):
    messages = [] if system is None else [{"role": "system", "content": system}]
    for number, text in enumerate(texts):
        messages.append({"role": "assistant" if number % 2 else "user", "content": text})
    return messages


def conversations():
    yield "one turn", turns("Name three trees.")
    yield "question and answer", turns("Name three trees.", "Oak, elm, yew.")
    yield "system, one turn", turns("Name three trees.", system="You answer briefly.")
    yield "system, question and answer", turns("Name three trees.", "Oak, elm, yew.", system="You answer briefly.")
    yield "three turns", turns("Hi", "Hello!", "How are you?", "Well.", "Good.")
    yield "three turns, answered, system", turns("Hi", "Hello!", "How are you?", "Well.", "Good.", "Yes.", system="Be kind.")
    yield "empty content", turns("", "", "")
    yield "empty system", turns("a", "b", system="")
    yield "white space around", turns("  \n a \t\n", "\n\n b  ", "\u00a0c\u3000")
    yield "unicode", turns("Gr\u00fc\u00dfe, \u4f60\u597d \U0001f333 e\u0301", "\u0645\u0631\u062d\u0628\u0627 \u200b!", "\u00e9")
    yield "quotes and line ends", turns("say \"a\" and 'b'\r\nnew\rline\\n {{ x }} {% if %}", "<|im_end|> </s> [INST]", "`{#`")
    yield "thinking", turns("1+1?", "<think>\nadd them\n</think>\n\n2", "and 2+2?")
    yield "thinking in the last answer", turns("1+1?", "<think>add</think>2")
    yield "flags in the system text", turns("a", system="/no_think Be brief. /system_override")
    yield "two users in a row", [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    yield "assistant first", [{"role": "assistant", "content": "a"}, {"role": "user", "content": "b"}]
    yield "system last", turns("a", "b") + [{"role": "system", "content": "c"}]
    yield "unknown role", [{"role": "narrator", "content": "a"}]
    yield "no content", [{"role": "user"}]
    yield "content is null", [{"role": "user", "content": None}]
    yield "content in parts", [{"role": "user", "content": [{"type": "text", "text": "What is this?"}]}]
    yield "several parts", [{"role": "user", "content": [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]},
                            {"role": "assistant", "content": [{"type": "text", "text": "Three."}]}]
    yield "reasoning beside the answer", [{"role": "user", "content": "1+1?"},
                                          {"role": "assistant", "content": "2", "reasoning_content": "add"},
                                          {"role": "user", "content": "sure?"}]
    yield "a tool's answer", turns("a") + [{"role": "tool", "content": "7"}, {"role": "assistant", "content": "It is 7."}]


def template_of(path):
    """The template, and the special tokens with which it is rendered."""
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    text = path.read_bytes().decode()
    if path.suffix != ".json":
        return text, tokens
    config = json.loads(text)
    for name in tokens:
        token = config.get(name) or tokens[name]
        tokens[name] = token["content"] if isinstance(token, dict) else token
    template = config["chat_template"]
    if isinstance(template, list):
        template = next(entry["template"] for entry in template if entry["name"] == "default")
    return template, tokens


def by_transformers(template, tokens, messages, prompt):
    try:
        rendered, _ = chat_template_utils.render_jinja_template(
            [messages], chat_template=template, add_generation_prompt=prompt, **tokens)
        return rendered[0]
    except (jinja2.TemplateError, TypeError, ValueError, AttributeError, KeyError, ArithmeticError, SyntaxError) as problem:
        return problem


def by_secateur(program, template, tokens, chats, prompt):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "tokenizer_config.json").write_text(json.dumps({**tokens, "chat_template": template}))
        (folder / "chats.jsonl").write_text("".join(json.dumps({"messages": chat}) + "\n" for chat in chats))
        command = [program, "chat", folder, folder / "chats.jsonl", "--json", "--date", DAY.strftime("%Y-%m-%d")]
        run = subprocess.run(command + (["--generation-prompt"] if prompt else []), capture_output=True, text=True)
        result = json.loads(run.stdout)
    if "conversations" not in result:
        return [(None, result["error"]["detail"] if "error" in result else run.stdout)] * len(chats)
    return [(entry.get("text"), entry.get("error")) for entry in result["conversations"]]


def compare(program, path):
    """Conversations, of these refused by both, and descriptions of differences."""
    template, tokens = template_of(path)
    named = list(conversations())
    refused, differences, count = 0, [], 0
    for prompt in (False, True):
        ours = by_secateur(program, template, tokens, [messages for _, messages in named], prompt)
        for (name, messages), (text, problem) in zip(named, ours):
            count += 1
            theirs = by_transformers(template, tokens, messages, prompt)
            if isinstance(theirs, Exception) and text is None:
                refused += 1
            elif text != theirs:
                differences.append(f"  {name}, prompt {prompt}:\n    transformers: {theirs!r}\n    secateur:     {text!r} {problem or ''}")
    return count, refused, differences


def main():
    chat_template_utils.datetime = FixedClock
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted(path for path in folder.iterdir() if not sys.argv[3:] or path.stem in sys.argv[3:])
    different = 0
    for path in paths:
        count, refused, differences = compare(program, path)
        different += bool(differences)
        print(f"{path.stem}: {count} renderings, {refused} refused by both, "
              + (f"{len(differences)} DIFFERENT" if differences else "all identical"))
        print("\n".join(differences), end="\n" if differences else "")
    print(f"{len(paths)} templates, {different} with differences")
    sys.exit(bool(different))


if __name__ == "__main__":
    main()
