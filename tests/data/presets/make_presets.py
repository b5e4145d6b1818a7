#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes expected.json beside it: what the paper's own code makes of a record of each of its calibration sets.

    python3 make_presets.py DATA_PY

DATA_PY is lib/data.py of the thesis behind the paper (github.com/LaP19, "Building Domain-Specific Sub-Models from Large
Language Models using Pruning"). The records are made up here, in the columns that the sets have on the Hub; data.py gets
them in place of its Arrow files, and a tokenizer that only remembers the text it was given.
"""
import contextlib
import io
import json
import os
import sys
import types

RECORDS = {
    "python_alpaca": {"instruction": "Add two numbers", "input": "", "output": "def add(a, b): ...",
                      "prompt": "Below is an instruction.\n\n### Instruction:\nAdd two numbers\n\n### Output:\n"
                                "def add(a, b):\n\treturn a + b"},
    "apps": {"problem_id": 7, "question": "Print n twice.", "solutions": "[\"n = input()\\nprint(n, n)\"]"},
    "github_python": {"repo_name": "a/b", "path": "x.py", "content": "import os\n\nprint(os.sep)\n", "license": "mit"},
    "java": {"code": "int twice(int n) {\n  return 2 * n;\n}", "docstring": "Doubles.", "func_name": "A.twice"},
    "javascript": {"code": "const twice = n => 2 * n; // \u00fcber", "docstring": "Doubles."},
    "cpp": {"problem_statement": "Double n", "solution": "int twice(int n) { return 2 * n; }\n"},
    "openbookqa": {"id": "7-1", "question_stem": "A plant needs", "answerKey": "B",
                   "choices": {"text": ["stones", "light", "a \"friend\"", "noise"], "label": ["A", "B", "C", "D"]}},
    "hellaswag": {"ind": 4, "activity_label": "Cooking", "ctx_a": "A man cuts an onion.", "ctx_b": "he",
                  "ctx": "A man cuts an onion. he", "endings": ["sings.", "cries.", "flies away.", "sleeps."],
                  "label": "1"},
    "commonsenseqa": {"id": "x", "question": "Where does a fish live?", "question_concept": "fish", "answerKey": "A",
                      "choices": {"label": ["A", "B", "C", "D", "E"],
                                  "text": ["sea", "tree", "sky", "desk", "train"]}},
    "math_qa": {"type": "GSM_Rephrased", "query": "How much is 2 and 3?", "original_question": "What is 2 + 3?",
                "response": "2 + 3 = 5\nThe answer is: 5"},
    "math_instruct": {"source": "s", "instruction": "Compute 4 * 5.", "output": "4 * 5 = 20"},
    "math_orca": {"question": "Ann has 3 pears and eats one. How many are left?", "answer": "3 - 1 = 2"},
    "opus_books": {"id": "1", "translation": {"en": "The sea was calm.", "fr": "La mer \u00e9tait calme."}},
    "song_translation": {"song": "s", "original_version": "I sing,\nyou sing", "french_version": "Je chante,\ntu chantes"},
    "wmt14": {"translation": {"en": "Resumption of the session", "fr": "Reprise de la session"}},
}


class Encoded:
    """As much of a tokenizer's answer as data.py looks at."""
    def __init__(self):
        self.shape = (1, 20)
        self.input_ids = self.attention_mask = self


class Dataset:
    record = {}

    @staticmethod
    def from_file(_):
        return Dataset()

    def __len__(self):
        return 1

    def __getitem__(self, key):
        return Dataset.record if isinstance(key, int) else [Dataset.record[key]] * 2  # opus_books halves it


def main():
    numpy = types.SimpleNamespace(random=types.SimpleNamespace(seed=lambda _: None))
    datasets = types.SimpleNamespace(load_dataset=lambda *a, **k: Dataset(), Dataset=Dataset,
                                     concatenate_datasets=lambda parts: parts[0])
    sys.modules.update(numpy=numpy, torch=types.SimpleNamespace(), datasets=datasets, sklearn=types.ModuleType("sklearn"))
    sys.modules["sklearn.model_selection"] = types.SimpleNamespace(train_test_split=None)
    code = types.ModuleType("data")
    with open(sys.argv[1], encoding="utf-8") as file:
        exec(compile(file.read(), sys.argv[1], "exec"), code.__dict__)
    cases = {}
    for name, record in RECORDS.items():
        seen = []

        def tokenizer(text, seen=seen, **_):
            seen.append(text)
            return Encoded()
        Dataset.record = record
        with contextlib.redirect_stdout(io.StringIO()):
            code.get_loaders(name, nsamples=1, seed=0, seqlen=64, tokenizer=tokenizer)
        cases[name] = {"record": record, "text": seen[-1]}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.json"), "w", encoding="utf-8") as file:
        json.dump(cases, file, indent=1, ensure_ascii=False)
        file.write("\n")


main()
