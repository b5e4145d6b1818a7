#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks an exported model folder with transformers, by hand, after `secateur-cli export`.

1. The folder loads, and generates greedily from --prompt; the ids are printed, and compared with --expect-ids
   (those of `secateur-cli generate --json` on the same run).
2. With --masks (from `secateur-cli masks`): every weight that a mask prunes is zero, every matrix of a decoder block has a
   mask, and matrices without a mask are not touched. A kept weight may be zero only where it was before: with --source (the
   model that was pruned) kept weights must equal the source's bit for bit, and so must all other tensors; without it,
   zeros among the kept weights are counted and reported.

Prints one JSON object; status 1 when something differs, naming the first tensors on stderr.
"""

import argparse
import glob
import json
import os
import sys

from benchtools import load_model, need

torch, transformers, safetensors, safetensors_torch, numpy = need("torch", "transformers", "safetensors",
                                                                  "safetensors.torch", "numpy")


def generate(folder, prompt, count):
    """Prompt ids, new ids and new text, greedy; the end token does not stop it."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = load_model(folder)
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    with torch.no_grad():
        output = model.generate(ids, attention_mask=torch.ones_like(ids), do_sample=False, min_new_tokens=count,
                                max_new_tokens=count, pad_token_id=model.config.eos_token_id)
    new = output[0, ids.shape[1]:].tolist()
    return ids[0].tolist(), new, tokenizer.decode(new)


def open_tensors(folder):
    """Tensor name -> the open shard that holds it."""
    places = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.safetensors"))):
        shard = safetensors.safe_open(path, framework="pt")
        for name in shard.keys():
            if name in places:
                sys.exit(f"{name} is in two shards of {folder}")
            places[name] = shard
    if not places:
        sys.exit(f"{folder} has no .safetensors files")
    return places


def unpack(packed, columns):
    bits = numpy.unpackbits(packed.numpy(), axis=1, bitorder="little")
    if bits[:, columns:].any():
        sys.exit("a mask has bits set in its padding")
    return torch.from_numpy(bits[:, :columns].astype(bool))


def check_masks(folder, masks, source):
    """Counts over all tensors, and a line for each that is wrong."""
    tensors = open_tensors(folder)
    counts = {"matrices": len(masks), "pruned": 0, "kept": 0, "kept_zeros": 0, "tensors_compared_with_source": 0}
    wrong = [f"{name}: has a mask but is not in the export" for name in masks.keys() - tensors.keys()]
    for name, shard in tensors.items():
        weight = shard.get_tensor(name)
        if name in masks:
            kept = unpack(masks[name], weight.shape[1])
            counts["pruned"] += int((~kept).sum())
            counts["kept"] += int(kept.sum())
            counts["kept_zeros"] += int((weight[kept] == 0).sum())
            nonzero = int((weight[~kept] != 0).sum())
            if nonzero:
                wrong.append(f"{name}: {nonzero} weights that the mask prunes are not zero")
        elif name.startswith("model.layers.") and weight.dim() == 2:
            wrong.append(f"{name}: has no mask")
        if source:
            expected = source.get(name)
            counts["tensors_compared_with_source"] += expected is not None
            if expected is None:
                wrong.append(f"{name}: is not in the source")
                continue
            expected = expected.to(weight.dtype)
            if name in masks:
                expected = expected * kept
            if not torch.equal(weight.abs() if name in masks else weight, expected.abs() if name in masks else expected):
                wrong.append(f"{name}: differs from the source where it should not")
    return counts, wrong


def source_tensors(path):
    """All tensors of the model that was pruned, without the second name of a tied output head."""
    model = load_model(path)
    tensors = dict(model.state_dict())
    if model.config.tie_word_embeddings:
        tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    return tensors


def parse_arguments():
    parser = argparse.ArgumentParser(description="Checks an exported model folder with transformers.")
    parser.add_argument("folder", help="what `secateur-cli export` wrote")
    parser.add_argument("--prompt", default="def fibonacci(n):")
    parser.add_argument("--max-new-tokens", type=int, default=32)
    parser.add_argument("--expect-ids", help="comma-separated new ids that `secateur-cli generate` gave")
    parser.add_argument("--masks", help="what `secateur-cli masks` wrote for the same run")
    parser.add_argument("--source", help="the model that was pruned: a .gguf file or a folder")
    arguments = parser.parse_args()
    if arguments.source and not arguments.masks:
        parser.error("--source needs --masks")
    return arguments


def main():
    arguments = parse_arguments()
    result, wrong = {"folder": arguments.folder, "prompt": arguments.prompt}, []
    result["prompt_ids"], result["ids"], result["text"] = generate(arguments.folder, arguments.prompt,
                                                                   arguments.max_new_tokens)
    if arguments.expect_ids is not None:
        expected = [int(part) for part in arguments.expect_ids.split(",") if part.strip()]
        if expected != result["ids"][:len(expected)] or not expected:
            wrong.append(f"greedy ids differ: {expected} was expected, transformers gives {result['ids']}")
    if arguments.masks:
        source = source_tensors(arguments.source) if arguments.source else None
        masks = safetensors_torch.load_file(arguments.masks)
        result["masks"], differences = check_masks(arguments.folder, masks, source)
        wrong += differences
    result["ok"] = not wrong
    print(json.dumps(result, ensure_ascii=False))
    for line in wrong[:10]:
        print(line, file=sys.stderr)
    if len(wrong) > 10:
        print(f"… and {len(wrong) - 10} more", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
