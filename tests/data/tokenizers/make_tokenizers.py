#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains tiny tokenizers with the words of well-known model families, and Unigram ones, on a text of our own, and writes
them with the ids that the package tokenizers gives beside this file. Needs tokenizers and sentencepiece."""
import base64
import json
import pathlib
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = pathlib.Path(__file__).parent
SENTENCES = [
    "The old gardener prunes the roses in the early spring, when the buds begin to swell.",
    "A branch that crosses another is cut away; what is dead, diseased or damaged goes first.",
    "def prune(tree, share=0.5):\n    for branch in tree.branches:\n        if branch.weight < share:\n            branch.cut()\n    return tree\n",
    "She'll say it isn't done, they've said we'd better wait, and I'm sure you're right. IT'S LATE, HE'LL SAY.",
    "In 1984 there were 12345 trees and 67 shrubs; 3.14159 is not 22/7, and 1,000,000 is a lot.",
    "Les arbres fruitiers sont taill\u00e9s \u00e0 la fin de l'hiver; \u0152uvre, c\u0153ur, na\u00efve, \u00e9l\u00e8ve.",
    "Die B\u00e4ume stehen im Gr\u00fcnen, die Stra\u00dfe ist gro\u00df, und \u00c4pfel fallen nicht weit vom Stamm.",
    "\u0414\u0435\u0440\u0435\u0432\u044c\u044f \u0440\u0430\u0441\u0442\u0443\u0442 \u0432 \u0441\u0430\u0434\u0443. \u03a4\u03b1 \u03b4\u03ad\u03bd\u03c4\u03c1\u03b1 \u03bc\u03b5\u03b3\u03b1\u03bb\u03ce\u03bd\u03bf\u03c5\u03bd.",
    "\u6811\u6728\u5728\u6625\u5929\u751f\u957f\uff0c\u56ed\u4e01\u4fee\u526a\u679d\u53f6\u3002 \u6728\u3092\u5207\u308b\u3002\u30ab\u30bf\u30ab\u30ca \ub098\ubb34\ub97c \uc790\ub978\ub2e4.",
    "x = {'a': [1, 2, 3], \"b\": (4, 5)}; y != z && w || !v; a->b::c<d>(); // comment\r\n\r\n/* more */\t\tend",
]
CASES = SENTENCES + [
    "", " ", "  ", "\n", "\r\n", "\t", "a", " a", "a ", "  a  b   c    ", "a\n\nb\n\n\n c", " \n \n x \r\n\r\n y  ", "trailing  \n",
    "HELLO World camelCaseWord XMLHttpRequest iOS McDonald", "don't DON'T 'S 'Re y'all's o'clock 'tis", "1 12 123 1234 12345 123456.78",
    "\u0661\u0662\u0663 \u2167 \u00bd \u00b2 \uff11\uff12", "e\u0301 a\u0308\u0323 \u0928\u093f \u0e01\u0e33 \u200b\u200d|\u00a0|\u3000|\u2028|",
    "\U0001f333\U0001f9d1\u200d\U0001f33e \U0001f1eb\U0001f1f7 \U0001d49c", "a_b-c.d,e;f:g!h?i(j)k[l]m{n}o/p\\q|r~s`t^u+v=w<x>y*z&%$#@",
    "!abc .def #ghi _jkl ??!!.. ...\n\n---\r\n", "\u300c\u6f22\u5b57\u300d\u3068\u304b\u306a\uff01\uff1f \uff21\uff22\uff23 \u2018x\u2019 \u201cy\u201d \u2014 z",
    "\u0531\u0562\u0563 \u10d0\u10d1 \u05d0\u05d1 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u01c5\u01c6 \u02b0\u1d2c", "\ufb01\ufb02 \u2126\u212a\u2122 \u33a5 \u2460 \uff76\uff9e", "\x00\x01\x7f\u0080\ufeff\ufffd",
    "<s> </s> <unk> \u2581 \u2581\u2581x", "x" * 300, " " * 70 + "y" + "\n" * 40,
]

GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"
          r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK3 = ("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
             "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+")
CJK = "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+"
MARKS = "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+"
# The letters that DeepSeek LLM names, as ranges of hexadecimal code points.
LETTERS = """41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 388-38A 38C 38E-3A1
3A3-3F5 3F7-481 48A-52F 531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF 1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15
1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57 1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3
1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113 2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F
2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF
FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3 104D8-104FB 10C80-10CB2 10CC0-10CF2 118A0-118DF 1E900-1E943"""


def letters():
    return "\\s?[" + "".join("-".join(chr(int(end, 16)) for end in part.split("-")) for part in LETTERS.split()) + "]+"


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def steps(*all_steps):
    return pre_tokenizers.Sequence(list(all_steps))


def byte_level(regex=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=regex)


def digits():
    return pre_tokenizers.Digits(individual_digits=True)


# By the names that GGUF has for them.
WORDS = {
    "gpt-2": byte_level(True),
    "smollm": steps(digits(), byte_level(True)),
    "llama-bpe": steps(split(LLAMA3), byte_level()),
    "qwen2": steps(split(QWEN2), byte_level()),
    "tekken": steps(split(TEKKEN), byte_level()),
    "deepseek-llm": steps(split("[\r\n]"), split(letters()), split(MARKS), split("\\s+$"), split(CJK), digits(), byte_level()),
    "deepseek-coder": steps(split("[\r\n]"), split("\\s?\\p{L}+"), split("\\s?\\p{P}+"), split(CJK), digits(), byte_level()),
    "deepseek-v3": steps(split("\\p{N}{1,3}"), split("[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+"), split(DEEPSEEK3), byte_level()),
}


def trained_bpe(name):
    tokenizer = Tokenizer(models.BPE(ignore_merges=name in ("llama-bpe", "tekken")))
    if name == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = WORDS[name]
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=420, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  special_tokens=["<s>", "</s>"], show_progress=False)
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def charsmap():
    """A small table of replacements of our own, compiled by SentencePiece."""
    rules = {"\ufb01": "fi", "\ufb02": "fl", "\uff21": "A", "\uff22": "B", "\u2126": "\u03a9", "\u2122": "TM", "\u3000": " ", "\u00a0": " ",
             "e\u0301": "\u00e9", "a\u0308": "\u00e4", "\u200b": "", "\uff76\uff9e": "\u30ac", "\uff76": "\u30ab", "\u2460": "1", "\t": " ",
             "\n": " ", "\r": "", "\U0001d49c": "A"}
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "rules.tsv").write_text("".join(
            " ".join(f"{ord(c):X}" for c in a) + "\t" + " ".join(f"{ord(c):X}" for c in b) + "\n" for a, b in rules.items()))
        (folder / "text.txt").write_text("\n".join(" ".join(s.split()) for s in SENTENCES))
        sentencepiece.SentencePieceTrainer.train(
            input=str(folder / "text.txt"), model_prefix=str(folder / "m"), vocab_size=300, hard_vocab_limit=False,
            normalization_rule_tsv=str(folder / "rules.tsv"), minloglevel=2)
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString((folder / "m.model").read_bytes())
        return model.normalizer_spec.precompiled_charsmap


def trained_unigram(kind):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=350, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator([" ".join(s.split()) for s in SENTENCES if "\u6811" not in s], trainer)
    model = json.loads(tokenizer.to_str())["model"]
    vocab = [(piece, score) for piece, score in model["vocab"]]
    if kind == "bytes":
        vocab += [(f"<0x{byte:02X}>", -30.0) for byte in range(256)]
    tokenizer = Tokenizer(models.Unigram(vocab, model["unk_id"], byte_fallback=kind == "bytes"))
    tokenizer.add_special_tokens(["<pad>", "</s>", "<unk>"])
    if kind == "t5":
        tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap()), normalizers.Strip(left=False),
                                                     normalizers.Replace(Regex(" {2,}"), " ")])
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
        tokenizer.post_processor = processors.TemplateProcessing("$A </s>", special_tokens=[("</s>", 1)])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Metaspace() if kind == "t5" else decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def write(name, tokenizer):
    (HERE / f"{name}.json").write_text(json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")) + "\n")
    encoded = [tokenizer.encode(text).ids for text in CASES]
    return {"ids": encoded, "decoded": [tokenizer.decode(ids, skip_special_tokens=False) for ids in encoded]}


def main():
    results = {name: write(name, trained_bpe(name)) for name in WORDS}
    results |= {f"unigram-{kind}": write(f"unigram-{kind}", trained_unigram(kind)) for kind in ("t5", "bytes")}
    (HERE / "cases.json").write_text(json.dumps({"texts": CASES, "tokenizers": results}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
