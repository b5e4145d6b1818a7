#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes expected.json beside it: shares to prune of each layer by OWL's rule, for a model of ../families.

    pip install torch 'transformers<5' safetensors
    python3 make_owl.py

Per case M, lambda and total; "outliers": of each layer the share of the scores |W| * norm of its input column above
M times their mean, norms of the dense model; "pruned": these stretched to [0, 2 lambda] and moved to the total
(OWL, arXiv 2310.05175, section 4).
"""
import json
import os
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

HERE = os.path.dirname(os.path.abspath(__file__))
MODEL = os.path.join(HERE, "..", "families", "qwen3")
CASES = [(5.0, 0.08, 0.7), (3.0, 0.1, 0.5), (3.0, 0.2, 0.05)]


def layer_scores(model, ids):
    """For each layer all its scores, in one vector."""
    norms, handles = {}, []
    for name, module in model.model.layers.named_modules():
        if isinstance(module, torch.nn.Linear):
            def hook(_, args, __, name=name):
                norms[name] = args[0].double().reshape(-1, args[0].shape[-1]).pow(2).sum(0) / ids.shape[0]
            handles.append(module.register_forward_hook(hook))
    model(ids)
    for handle in handles:
        handle.remove()
    scores = []
    for number in range(len(model.model.layers)):
        parts = [module.weight.abs() * norms[name].float().sqrt() for name, module in model.model.layers.named_modules()
                 if name.startswith(f"{number}.") and name in norms]
        scores.append(torch.cat([part.flatten() for part in parts]))
    return scores


def main():
    model = AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32, attn_implementation="eager").eval()
    ids = load_file(os.path.join(MODEL, "expected.safetensors"))["input_ids"].long()
    cases = []
    with torch.no_grad():
        scores = layer_scores(model, ids)
    for factor, spread, total in CASES:
        shares = torch.tensor([(s > s.mean() * factor).double().mean().item() for s in scores], dtype=torch.float64)
        stretched = (shares - shares.min()) / (shares.max() - shares.min()) * 2 * spread
        pruned = 1 - (stretched - stretched.mean() + 1 - total)
        pruned[pruned <= 0] = 0.01
        cases.append({"M": factor, "lambda": spread, "total": total, "outliers": shares.tolist(),
                      "pruned": pruned.tolist()})
    with open(os.path.join(HERE, "expected.json"), "w", encoding="utf-8") as file:
        json.dump({"model": "qwen3", "cases": cases}, file, indent=1)
        file.write("\n")


main()
