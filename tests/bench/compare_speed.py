#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time and memory of `secateur-cli prune` beside the published Wanda loop, on the same ids, in the same hour.

Runs wanda_reference.py and secateur-cli alternately, so that a slow or busy hour of the machine meets both, and prints
the figures of every round and the ratios reference / Secateur (above 1: Secateur needs less) as min, median and max over
the rounds. What is compared:
  prune    calibration and pruning: the reference's `prune`, Secateur's `calibrate` + `prune`
  process  wall time of the whole process, less the reference's own GEMM measurement
  memory   largest resident size of the process as the kernel saw it (wait4)
The last round's masks are compared bit by bit as well. This script itself needs only Python.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command):
    """The command's JSON, wall seconds and largest resident bytes; ends the program when it fails."""
    environment = dict(os.environ, OMP_WAIT_POLICY="passive", PYTHONDONTWRITEBYTECODE="1")
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"status {process.returncode} from: {' '.join(command)}")
        output.seek(0)
        return json.load(output), wall, usage.ru_maxrss * 1024


def run_reference(arguments, masks):
    command = [arguments.python, os.path.join(HERE, "wanda_reference.py"), "--model", arguments.model,
               "--token-ids", arguments.token_ids, "--sparsity", str(arguments.sparsity),
               "--threads", str(arguments.threads), "--masks-out", masks]
    if arguments.samples:
        command += ["--samples", str(arguments.samples)]
    result, wall, peak = run(command)
    seconds = result["seconds"]
    return {"prune": seconds["prune"], "process": wall - seconds["gemm"], "memory": peak,
            "gflops": result["gemm_gflops"], "detail": seconds}


def run_secateur(arguments, study):
    command = [arguments.cli, "prune", study, "--model", arguments.model, "--domain", "speed",
               "--token-ids", arguments.token_ids, "--sparsity", str(arguments.sparsity),
               "--threads", str(arguments.threads), "--json", "--quiet"]
    if arguments.samples:
        command += ["--samples", str(arguments.samples)]
    result, wall, peak = run(command)
    seconds = result["seconds"]
    return {"prune": seconds.get("calibrate", 0.0) + seconds["prune"], "process": wall, "memory": peak,
            "run": result["id"], "detail": seconds}


def read_masks(path):
    """name -> bytes of the U8 tensors of a safetensors file."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: data[entry["data_offsets"][0]:entry["data_offsets"][1]] for name, entry in header.items()}


def compare_masks(arguments, study, run_id, reference_masks, folder):
    """(differing bits, bits) of the last round's two results; padding bits are 0 on both sides."""
    own = os.path.join(folder, "own.safetensors")
    run([arguments.cli, "masks", study, run_id, "-o", own, "--json", "--quiet"])
    left, right = read_masks(reference_masks), read_masks(own)
    if left.keys() != right.keys():
        sys.exit(f"the masks are of different tensors: {sorted(left.keys() ^ right.keys())[:6]}")
    differing = sum((int.from_bytes(left[n], "little") ^ int.from_bytes(right[n], "little")).bit_count() for n in left)
    return differing, sum(8 * len(bits) for bits in left.values())


def describe(value, name):
    return f"{value / 2**20:8.0f} MiB" if name == "memory" else f"{value:8.2f} s  "


def print_table(rounds):
    names = ["prune", "process", "memory"]
    print(f"{'round':>5}  {'':10}" + "".join(f"{name:>14}" for name in names) + "   GEMM GFLOP/s")
    for number, (reference, secateur) in enumerate(rounds, 1):
        for title, row in (("reference", reference), ("secateur", secateur)):
            gflops = f"{row['gflops']:12.0f}" if "gflops" in row else ""
            print(f"{number:>5}  {title:10}" + "".join(f"  {describe(row[name], name)}" for name in names) + gflops)
    print(f"\n{'reference / secateur':22}{'min':>8}{'median':>8}{'max':>8}")
    ratios = {name: [reference[name] / secateur[name] for reference, secateur in rounds] for name in names}
    for name, values in ratios.items():
        print(f"{name:22}{min(values):8.2f}{statistics.median(values):8.2f}{max(values):8.2f}")
    return ratios


def parse_arguments():
    shared = os.environ.get("SECATEUR_SHARED", os.path.join(HERE, "..", "..", "..", "shared"))
    parser = argparse.ArgumentParser(description="secateur-cli prune beside the published Wanda loop.")
    parser.add_argument("cli", help="path of secateur-cli (a release build)")
    parser.add_argument("--model", default=os.path.join(shared, "models", "SmolLM2-135M-Instruct.Q4_1.gguf"))
    parser.add_argument("--token-ids", default=os.path.join(shared, "goldens", "smollm2", "calib_python.safetensors"))
    parser.add_argument("--samples", type=int, help="only the first so many sequences (default: all, 32 x 256 ids)")
    parser.add_argument("--sparsity", type=float, default=0.5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", default=sys.executable, help="a Python that has torch, transformers, … (README.md)")
    parser.add_argument("--json-out", help="write all figures here as JSON")
    arguments = parser.parse_args()
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    for path in (arguments.cli, arguments.model, arguments.token_ids):
        if not os.path.exists(path):
            parser.error(f"{path} does not exist")
    return arguments


def main():
    arguments = parse_arguments()
    rounds = []
    with tempfile.TemporaryDirectory(prefix="secateur-speed-") as folder:
        masks = os.path.join(folder, "reference.safetensors")
        for number in range(arguments.rounds):
            reference = run_reference(arguments, masks)
            study = os.path.join(folder, f"round{number}.secateur")
            rounds.append((reference, run_secateur(arguments, study)))
        ratios = print_table(rounds)
        if arguments.json_out:
            with open(arguments.json_out, "w", encoding="utf-8") as file:
                json.dump({"rounds": rounds, "ratios": ratios}, file, indent=1)
        differing, bits = compare_masks(arguments, study, rounds[-1][1]["run"], masks, folder)
    print(f"masks of the last round: {differing} of {bits} bits differ ({100 * differing / bits:.3f} %)")


if __name__ == "__main__":
    main()
