#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the reference data beside it: for each family a tiny random model and what transformers computes with it.

    pip install torch 'transformers<5' safetensors numpy
    python3 make_families.py [NAME ...]

Without names, all families. Per family: config.json, model.safetensors (bf16) and expected.safetensors:
  input_ids  [2, 24]      two sequences of random tokens
  logits     [2, 24, 64]  of the dense model, float32
  norm.NAME  [columns]    mean over the sequences of the squared L2 norm of each input column
  kept.NAME  [rows, columns] uint8, 1 = kept: Wanda at 50 % per row (lowest |W| * norm first), blocks pruned one after
                          another, each with the activations behind the pruned blocks before it
  pruned_logits [2, 24, 64]  of the model pruned so, of families whose folders fuse or rename tensors, and of
                          those with experts
  tokens.NAME [1]         how many tokens were sent to an expert; of one that got none the weights alone are the score
NAME is a tensor's name in a Llama model. Of matrices that a folder fuses into one, each has its own.
"""
import os
import sys
import torch
from safetensors.torch import save_file
from transformers import (Gemma2Config, Gemma2ForCausalLM, Gemma3ForCausalLM, Gemma3TextConfig, GemmaConfig,
                          GemmaForCausalLM, GPTNeoXConfig, GPTNeoXForCausalLM, LlamaConfig, LlamaForCausalLM,
                          MistralConfig, MistralForCausalLM, MixtralConfig, MixtralForCausalLM, Olmo2Config,
                          Olmo2ForCausalLM, OPTConfig, OPTForCausalLM, Phi3Config, Phi3ForCausalLM, Qwen2Config,
                          Qwen2ForCausalLM, Qwen2MoeConfig, Qwen2MoeForCausalLM, Qwen3Config, Qwen3ForCausalLM,
                          Qwen3MoeConfig, Qwen3MoeForCausalLM, SmolLM3Config, SmolLM3ForCausalLM)

SIZES = dict(vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=4, num_attention_heads=4,
             num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
# Of families without shared key-value heads.
PLAIN = {key: value for key, value in SIZES.items() if key != "num_key_value_heads"}
GEMMA = dict(head_dim=12, hidden_activation="gelu_pytorch_tanh", hidden_act="gelu_pytorch_tanh")
FAMILIES = {
    "gemma": lambda: GemmaForCausalLM(GemmaConfig(**SIZES, **GEMMA)),
    # Small caps, so that they matter with random weights.
    "gemma2": lambda: Gemma2ForCausalLM(Gemma2Config(**SIZES, **GEMMA, sliding_window=6, query_pre_attn_scalar=10,
                                                     attn_logit_softcapping=2.0, final_logit_softcapping=1.5)),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**SIZES, tie_word_embeddings=False)),
    "qwen2-window": lambda: Qwen2ForCausalLM(Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=5,
                                                         max_window_layers=2, tie_word_embeddings=True)),
    "qwen3": lambda: Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=12, tie_word_embeddings=True)),
    "smollm3": lambda: SmolLM3ForCausalLM(SmolLM3Config(**SIZES, no_rope_layer_interval=2)),
    "olmo2": lambda: Olmo2ForCausalLM(Olmo2Config(**SIZES)),
    "phi3": lambda: Phi3ForCausalLM(Phi3Config(**SIZES, sliding_window=7)),
    # Three of four dimensions rotate; the original length is that of the sequences.
    "phi4-mini": lambda: Phi3ForCausalLM(Phi3Config(**SIZES, tie_word_embeddings=True, partial_rotary_factor=0.75,
                                                    original_max_position_embeddings=24,
                                                    rope_scaling=dict(type="longrope", short_factor=[1.0, 1.25, 1.75],
                                                                      long_factor=[1.5, 3.0, 9.0]))),
    "gpt-neox": lambda: GPTNeoXForCausalLM(GPTNeoXConfig(**PLAIN, rotary_pct=0.5, rotary_emb_base=500)),
    "gpt-neox-serial": lambda: GPTNeoXForCausalLM(GPTNeoXConfig(**PLAIN, use_parallel_residual=False,
                                                                hidden_act="gelu_new", tie_word_embeddings=True)),
    "opt": lambda: OPTForCausalLM(OPTConfig(ffn_dim=48, word_embed_proj_dim=32, **{
        key: value for key, value in PLAIN.items() if key != "intermediate_size"})),
    "mixtral": lambda: MixtralForCausalLM(MixtralConfig(**{**SIZES, "num_hidden_layers": 3}, sliding_window=9,
                                                        num_local_experts=5, num_experts_per_tok=2)),
    "qwen2-moe": lambda: Qwen2MoeForCausalLM(Qwen2MoeConfig(**{**SIZES, "num_hidden_layers": 3}, num_experts=6,
                                                            num_experts_per_tok=3, moe_intermediate_size=24,
                                                            shared_expert_intermediate_size=40)),
    "qwen3-moe": lambda: Qwen3MoeForCausalLM(Qwen3MoeConfig(**{**SIZES, "num_hidden_layers": 3}, head_dim=12,
                                                            num_experts=7, num_experts_per_tok=2,
                                                            moe_intermediate_size=24, norm_topk_prob=True)),
    # Every third layer sees everything, with another rotary base, scaled.
    "gemma3": lambda: Gemma3ForCausalLM(Gemma3TextConfig(
        **SIZES, head_dim=12, hidden_activation="gelu_pytorch_tanh", sliding_window=6, query_pre_attn_scalar=10,
        rope_theta=5000.0, rope_local_base_freq=100.0, rope_scaling=dict(rope_type="linear", factor=4.0),
        layer_types=["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"])),
    "llama3": lambda: LlamaForCausalLM(LlamaConfig(
        **SIZES, rope_theta=500.0, rope_scaling=dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0,
                                                     high_freq_factor=4.0, original_max_position_embeddings=16))),
    "mistral": lambda: MistralForCausalLM(MistralConfig(**SIZES, head_dim=12, sliding_window=7)),
}
Q, KV, WIDE, HEAD = 32, 16, SIZES["intermediate_size"], 8


def rows(first, count):
    return torch.arange(first, first + count)


def of_heads(part):
    """Rows of part 0, 1 or 2 where each head has its q, k and v one after another."""
    return torch.cat([rows((3 * head + part) * HEAD, HEAD) for head in range(SIZES["num_attention_heads"])])


# Per kind of model: where its blocks are, what their linears are called in a Llama model, and which of their rows.
FUSED = {
    "Phi3ForCausalLM": (lambda model: model.model.layers, {
        "self_attn.qkv_proj": [("self_attn.q_proj", rows(0, Q)), ("self_attn.k_proj", rows(Q, KV)),
                               ("self_attn.v_proj", rows(Q + KV, KV))],
        "mlp.gate_up_proj": [("mlp.gate_proj", rows(0, WIDE)), ("mlp.up_proj", rows(WIDE, WIDE))]}),
    "GPTNeoXForCausalLM": (lambda model: model.gpt_neox.layers, {
        "attention.query_key_value": [(f"self_attn.{part}_proj", of_heads(at)) for at, part in enumerate("qkv")],
        "attention.dense": [("self_attn.o_proj", rows(0, Q))],
        "mlp.dense_h_to_4h": [("mlp.up_proj", rows(0, WIDE))],
        "mlp.dense_4h_to_h": [("mlp.down_proj", rows(0, Q))]}),
    "OPTForCausalLM": (lambda model: model.model.decoder.layers, {
        "self_attn.out_proj": [("self_attn.o_proj", rows(0, Q))],
        "fc1": [("mlp.up_proj", rows(0, WIDE))],
        "fc2": [("mlp.down_proj", rows(0, Q))]}),
    "MixtralForCausalLM": (lambda model: model.model.layers, {
        f"block_sparse_moe.experts.{expert}.{own}": [(f"mlp.experts.{expert}.{part}_proj", rows(0, count))]
        for expert in range(5) for own, part, count in (("w1", "gate", WIDE), ("w2", "down", Q), ("w3", "up", WIDE))}),
}
# Linears that send tokens to experts. They are not pruned.
ROUTERS = ("block_sparse_moe.gate", "mlp.gate", "mlp.shared_expert_gate")


def blocks(model):
    return FUSED.get(type(model).__name__, (lambda model: model.model.layers, {}))[0](model)


def parts(model, name, module):
    """The matrices of a Llama model that a linear holds: their names and their rows in it."""
    all_rows = [(name, rows(0, module.weight.shape[0]))]
    return FUSED.get(type(model).__name__, (None, {}))[1].get(name, all_rows)


def randomise(model):
    """Weights large enough that every part of a block matters; representable in bf16."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = 0.3 if parameter.dim() > 1 else 0.2
            values = torch.randn(parameter.shape) * scale
            if parameter.dim() == 1 and name.endswith("norm.weight") and "Gemma" not in type(model).__name__:
                values += 1.0
            parameter.copy_(values.to(torch.bfloat16).float())


def linears(block):
    return [(name, module) for name, module in block.named_modules()
            if isinstance(module, torch.nn.Linear) and name not in ROUTERS]


def layer_norms(model, layer, ids):
    """Of every linear's input in one layer, by column, the mean over the sequences that reach it of the sums of squares
    of their tokens; and how many tokens reach it."""
    sums, tokens, handles = {}, {}, []
    for name, module in linears(blocks(model)[layer]):
        sums[name], tokens[name] = [], 0
        def hook(_, args, __, name=name):
            seen = args[0].double().reshape(-1, args[0].shape[-1])
            sums[name].append(seen.pow(2).sum(0))
            tokens[name] += seen.shape[0]
        handles.append(module.register_forward_hook(hook))
    for sequence in ids:
        model(sequence[None])
    for handle in handles:
        handle.remove()
    norms = {name: torch.stack(all).mean(0).float() if all else torch.zeros(dict(linears(blocks(model)[layer]))[name]
                                                                            .weight.shape[1])
             for name, all in sums.items()}
    return norms, tokens


def prune(model, ids, expected):
    for layer, block in enumerate(blocks(model)):
        norms, tokens = layer_norms(model, layer, ids)
        for name, module in linears(block):
            norm = norms[name]
            score = module.weight.abs() * (norm.sqrt() if tokens[name] else 1)
            order = torch.sort(score, dim=1, stable=True).indices
            kept = torch.ones_like(score, dtype=torch.uint8)
            kept.scatter_(1, order[:, :score.shape[1] // 2], 0)
            module.weight.mul_(kept)
            for part, own in parts(model, name, module):
                full = f"model.layers.{layer}.{part}.weight"
                expected["norm." + full] = norm.clone()
                expected["kept." + full] = kept[own].clone()
                if "experts" in part:
                    expected["tokens." + full] = torch.tensor([tokens[name]])


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for number, (name, make) in enumerate(FAMILIES.items()):
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        torch.manual_seed(number + 1)
        model = make().eval()
        randomise(model)
        folder = os.path.join(here, name)
        model.to(torch.bfloat16).save_pretrained(folder)
        # Loaded anew: casting the model back would leave its rotary tables rounded to bf16.
        model = type(model).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        os.remove(os.path.join(folder, "generation_config.json"))
        ids = torch.randint(3, SIZES["vocab_size"], (2, 24))
        with torch.no_grad():
            expected = {"input_ids": ids.int(), "logits": model(ids).logits.float()}
            prune(model, ids, expected)
            if type(model).__name__ in FUSED or "Moe" in type(model).__name__:
                expected["pruned_logits"] = model(ids).logits.float()
        save_file(expected, os.path.join(folder, "expected.safetensors"))
        print(name, sum(p.numel() for p in model.parameters()))


main()
