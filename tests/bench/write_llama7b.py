#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a Llama-shaped model folder with random bfloat16 weights, to measure pruning at a size nobody has to download.

The default has the shape of Llama-2-7B: 32 layers, 13.5 GB in 5 shards. Matrices are normal with standard deviation 0.02,
norms are 1. The values are one random block of 2^24 + 43 numbers, read from a seeded place on for each tensor: its length
fits no row length, so that rows do not repeat, and writing runs at the speed of the disk with about 150 MB of memory.
Beside the weights: config.json, model.safetensors.index.json, and a byte-level tokenizer without merges (259 tokens).
Needs numpy. With --calibration, also token ids for `secateur-cli prune --token-ids`.
"""

import argparse
import json
import os
import shutil

from benchtools import need

numpy = need("numpy")

BLOCK = 2**24 + 43
PIECE = 2**22


class Weights:
    """Endless bfloat16 numbers (as uint16) from one random block."""

    def __init__(self, seed):
        self.generator = numpy.random.Generator(numpy.random.PCG64(seed))
        values = self.generator.standard_normal(BLOCK, dtype=numpy.float32) * numpy.float32(0.02)
        bits = values.view(numpy.uint32)
        bits += 0x7FFF + ((bits >> 16) & 1)  # round to nearest even; no value is near overflow
        self.block = (bits >> 16).astype("<u2")

    def write(self, file, count):
        at = int(self.generator.integers(BLOCK))
        while count > 0:
            taken = min(count, BLOCK - at, PIECE)
            file.write(self.block[at:at + taken].data)
            count -= taken
            at = (at + taken) % BLOCK


def tensor_shapes(a):
    """Names and shapes of a Llama checkpoint in the order of the model."""
    key_value = a.hidden // a.heads * a.kv_heads
    yield "model.embed_tokens.weight", [a.vocab, a.hidden]
    for number in range(a.layers):
        prefix = f"model.layers.{number}."
        yield prefix + "input_layernorm.weight", [a.hidden]
        yield prefix + "self_attn.q_proj.weight", [a.hidden, a.hidden]
        yield prefix + "self_attn.k_proj.weight", [key_value, a.hidden]
        yield prefix + "self_attn.v_proj.weight", [key_value, a.hidden]
        yield prefix + "self_attn.o_proj.weight", [a.hidden, a.hidden]
        yield prefix + "post_attention_layernorm.weight", [a.hidden]
        yield prefix + "mlp.gate_proj.weight", [a.intermediate, a.hidden]
        yield prefix + "mlp.up_proj.weight", [a.intermediate, a.hidden]
        yield prefix + "mlp.down_proj.weight", [a.hidden, a.intermediate]
    yield "model.norm.weight", [a.hidden]
    yield "lm_head.weight", [a.vocab, a.hidden]


def elements(shape):
    return shape[0] if len(shape) == 1 else shape[0] * shape[1]


def split(tensors, shards):
    """Lists of tensors of about equal size, in order, none of them empty."""
    total = sum(elements(shape) for _, shape in tensors)
    parts, done = [[] for _ in range(shards)], 0
    for name, shape in tensors:
        parts[min(shards - 1, done * shards // total)].append((name, shape))
        done += elements(shape)
    return [part for part in parts if part]


def header_of(tensors):
    entries, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        end = offset + 2 * elements(shape)
        entries[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def write_shards(folder, a):
    parts = split(list(tensor_shapes(a)), a.shards)
    weights = Weights(a.seed)
    one = numpy.full(1, 0x3F80, dtype="<u2").tobytes()  # 1.0
    places = {}
    for number, part in enumerate(parts, 1):
        name = "model.safetensors" if len(parts) == 1 else f"model-{number:05}-of-{len(parts):05}.safetensors"
        with open(os.path.join(folder, name), "wb") as file:
            file.write(header_of(part))
            for tensor, shape in part:
                places[tensor] = name
                if len(shape) == 1:
                    file.write(one * shape[0])
                else:
                    weights.write(file, elements(shape))
        print(f"{name}: {len(part)} tensors", flush=True)
    if len(parts) > 1:
        total = sum(2 * elements(shape) for part in parts for _, shape in part)
        write_json(folder, "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": places})


def write_json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)


def write_config(folder, a):
    write_json(folder, "config.json", {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "torch_dtype": "bfloat16",
        "hidden_size": a.hidden, "intermediate_size": a.intermediate, "num_hidden_layers": a.layers,
        "num_attention_heads": a.heads, "num_key_value_heads": a.kv_heads, "head_dim": a.hidden // a.heads,
        "vocab_size": a.vocab, "max_position_embeddings": 4096, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
        "rope_scaling": None, "hidden_act": "silu", "attention_bias": False, "mlp_bias": False,
        "tie_word_embeddings": False, "bos_token_id": 1, "eos_token_id": 2, "use_cache": True})


def byte_characters():
    """The 256 characters by which byte-level BPE spells bytes: printable Latin-1 as itself, the others from U+0100 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in plain]
    spelled = {byte: chr(byte) for byte in plain} | {byte: chr(0x100 + i) for i, byte in enumerate(others)}
    return [spelled[byte] for byte in range(256)]


def write_tokenizer(folder):
    specials = ["<unk>", "<s>", "</s>"]
    vocabulary = {token: number for number, token in enumerate(specials + byte_characters())}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    write_json(folder, "tokenizer.json", {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": number, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for number, token in enumerate(specials)],
        "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None, "decoder": byte_level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                  "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary,
                  "merges": []}})
    write_json(folder, "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>",
        "add_bos_token": False, "add_eos_token": False, "model_max_length": 4096})


def write_calibration(path, a):
    samples, length = (int(part) for part in a.calibration_shape.lower().split("x"))
    ids = numpy.random.Generator(numpy.random.PCG64(a.seed + 1)).integers(3, a.vocab, (samples, length)).astype("<i4")
    entry = {"input_ids": {"dtype": "I32", "shape": [samples, length], "data_offsets": [0, ids.nbytes]}}
    text = json.dumps(entry).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + ids.tobytes())


def parse_arguments():
    parser = argparse.ArgumentParser(description="A Llama-shaped model folder with random weights (default: 7B, 13.5 GB).")
    parser.add_argument("folder", help="made if need be; must not hold a model")
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--hidden", type=int, default=4096)
    parser.add_argument("--intermediate", type=int, help="default: that of Llama, 2.6875 times hidden")
    parser.add_argument("--heads", type=int, default=32)
    parser.add_argument("--kv-heads", type=int, help="default: as many as heads")
    parser.add_argument("--vocab", type=int, default=32000)
    parser.add_argument("--shards", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--calibration", metavar="FILE", help="also write random token ids (.safetensors, outside folder)")
    parser.add_argument("--calibration-shape", default="8x128", metavar="SAMPLESxLENGTH")
    a = parser.parse_args()
    a.intermediate = a.intermediate or a.hidden * 43 // 16
    a.kv_heads = a.kv_heads or a.heads
    if min(a.layers, a.hidden, a.intermediate, a.heads, a.kv_heads, a.shards) < 1 or a.vocab < 259:
        parser.error("sizes must be at least 1, the vocabulary at least 259")
    if a.hidden % (2 * a.heads) or a.heads % a.kv_heads:
        parser.error("hidden must be a multiple of twice the heads, heads a multiple of the key-value heads")
    return a


def main():
    a = parse_arguments()
    os.makedirs(a.folder, exist_ok=True)
    if any(name.endswith((".safetensors", ".json")) for name in os.listdir(a.folder)):
        raise SystemExit(f"{a.folder} already holds a model; give another folder")
    needed = 2 * sum(elements(shape) for _, shape in tensor_shapes(a))
    free = shutil.disk_usage(a.folder).free
    if needed > free:
        raise SystemExit(f"{a.folder} has {free / 1e9:.1f} GB free, but the model needs {needed / 1e9:.1f} GB")
    print(f"{a.folder}: writing {needed / 1e9:.2f} GB", flush=True)
    write_shards(a.folder, a)
    write_config(a.folder, a)
    write_tokenizer(a.folder)
    if a.calibration:
        write_calibration(a.calibration, a)
    print(f"{a.folder}: {needed / 2e9:.3f} billion parameters, {needed / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
