#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The published Wanda loop as a reference for time, memory and masks.

Does what prune_wanda of locuslab/wanda does (lib/prune.py and lib/layerwrapper.py at 8e8fc87), on the CPU in float32, in
the same order: one sequence at a time through a decoder block with forward hooks on its linear layers; per layer
|W| * sqrt(scaler_row), a stable sort of every row, int(columns * ratio) smallest set to zero; then the same sequences
through the pruned block. Only the plumbing differs: token ids come from a file, and whatever keyword arguments a current
transformers gives to its first block are kept and given to all blocks.

Prints one JSON object: seconds{load, forward, selection, prune, gemm, total}, peak_rss_bytes, gemm_gflops.
`prune` is calibration and pruning as a whole (forward + selection + the rest); `total` is the process from its start,
imports included, without the `gemm` measurement, which runs last (2048 x 2048 x 2048, float32, best of 5).
"""

import argparse
import json
import time

from benchtools import load_model, need, peak_rss_bytes, seconds_since_process_start

torch, _, safetensors_torch, numpy = need("torch", "transformers", "safetensors.torch", "numpy")


class InputStatistic:
    """Running mean over sequences of the squared L2 norm of each input column (WrappedGPT.add_batch)."""

    def __init__(self, linear):
        self.scaler_row = torch.zeros(linear.weight.shape[1])
        self.sequences = 0

    def add(self, inputs):
        batch = inputs.shape[0]
        columns = inputs.reshape(-1, inputs.shape[-1]).t().type(torch.float32)
        self.scaler_row *= self.sequences / (self.sequences + batch)
        self.sequences += batch
        self.scaler_row += torch.norm(columns, p=2, dim=1) ** 2 / self.sequences


class FirstBlockReached(Exception):
    pass


def block_inputs(model, ids):
    """Hidden states that enter the first block, [samples, length, hidden], and the keyword arguments beside them."""
    states = torch.zeros(ids.shape[0], ids.shape[1], model.config.hidden_size)
    caught = {}

    def catch(_module, arguments, keywords):
        caught["states"] = arguments[0] if arguments else keywords.pop("hidden_states")
        caught["keywords"] = keywords
        raise FirstBlockReached

    handle = model.model.layers[0].register_forward_pre_hook(catch, with_kwargs=True)
    for i, row in enumerate(ids):
        try:
            model(row.unsqueeze(0), use_cache=False)
        except FirstBlockReached:
            states[i] = caught["states"][0]
    handle.remove()
    return states, caught["keywords"]


def run_block(block, states, outputs, keywords):
    for i in range(states.shape[0]):
        result = block(states[i].unsqueeze(0), **keywords)
        outputs[i] = result[0] if isinstance(result, tuple) else result


def linears_of(block):
    return {name: module for name, module in block.named_modules() if type(module) is torch.nn.Linear}


def select(weight, scaler_row, ratio):
    """The mask of weights to prune, True = pruned."""
    score = torch.abs(weight) * torch.sqrt(scaler_row.reshape(1, -1))
    mask = torch.zeros_like(score, dtype=torch.bool)
    order = torch.sort(score, dim=-1, stable=True)[1]
    mask.scatter_(1, order[:, :int(score.shape[1] * ratio)], True)
    return mask


def pack_kept(mask):
    """True = pruned to one bit a weight, 1 = kept, bit j of byte k is column 8k+j: as `secateur-cli masks` writes it."""
    return torch.from_numpy(numpy.packbits(~mask.numpy(), axis=1, bitorder="little"))


def prune(model, ids, ratio, keep_masks):
    """Prunes the model in place. Returns seconds and, when asked for, the packed masks by tensor name."""
    seconds = {"forward": 0.0, "selection": 0.0}
    masks = {}

    def timed(name, function, *arguments):
        start = time.perf_counter()
        result = function(*arguments)
        seconds[name] += time.perf_counter() - start
        return result

    states, keywords = timed("forward", block_inputs, model, ids)
    outputs = torch.zeros_like(states)
    for number, block in enumerate(model.model.layers):
        linears = linears_of(block)
        statistics = {name: InputStatistic(linear) for name, linear in linears.items()}
        handles = [linear.register_forward_hook(lambda _m, inputs, _o, s=statistics[name]: s.add(inputs[0].data))
                   for name, linear in linears.items()]
        timed("forward", run_block, block, states, outputs, keywords)
        for handle in handles:
            handle.remove()
        for name, linear in linears.items():
            mask = timed("selection", select, linear.weight.data, statistics[name].scaler_row, ratio)
            linear.weight.data[mask] = 0
            if keep_masks:
                masks[f"model.layers.{number}.{name}.weight"] = pack_kept(mask)
        timed("forward", run_block, block, states, outputs, keywords)
        states, outputs = outputs, states
    return seconds, masks


def gemm_gflops(size=2048, repeats=5):
    left, right = torch.rand(size, size), torch.rand(size, size)
    torch.mm(left, right)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        torch.mm(left, right)
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def parse_arguments():
    parser = argparse.ArgumentParser(description="The published Wanda loop: time, memory and masks of the reference.")
    parser.add_argument("--model", required=True, help="a .gguf file or a Hugging Face folder")
    parser.add_argument("--token-ids", required=True, help="a .safetensors file with integers [samples, length]")
    parser.add_argument("--tensor", default="input_ids", help="name of the tensor in it (default %(default)s)")
    parser.add_argument("--samples", type=int, help="only the first so many rows")
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--masks-out", help="write the masks here, as `secateur-cli masks` does")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    ids = safetensors_torch.load_file(arguments.token_ids)[arguments.tensor].long()[: arguments.samples]
    start = time.perf_counter()
    model = load_model(arguments.model)
    loaded = time.perf_counter()
    with torch.no_grad():
        seconds, masks = prune(model, ids, arguments.sparsity, bool(arguments.masks_out))
    pruned = time.perf_counter()
    if arguments.masks_out:
        safetensors_torch.save_file(masks, arguments.masks_out, {"mask": "kept=1"})
    seconds = {"load": loaded - start, **seconds, "prune": pruned - loaded, "total": seconds_since_process_start()}
    peak = peak_rss_bytes()
    start = time.perf_counter()
    gflops = gemm_gflops()
    seconds["gemm"] = time.perf_counter() - start
    print(json.dumps({"samples": ids.shape[0], "length": ids.shape[1], "sparsity": arguments.sparsity,
                      "threads": arguments.threads, "torch": torch.__version__,
                      "seconds": {name: round(value, 3) for name, value in seconds.items()},
                      "peak_rss_bytes": peak, "gemm_gflops": round(gflops, 1)}))


if __name__ == "__main__":
    main()
