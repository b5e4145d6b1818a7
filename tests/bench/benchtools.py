# SPDX-License-Identifier: GPL-3.0-or-later
"""What the scripts of this folder share: imports with a clear message, and facts about the running process."""

import importlib
import os
import resource
import sys
import time

os.environ.setdefault("TQDM_DISABLE", "1")  # read when tqdm is imported: no progress bars between the figures

def need(*modules):
    """Imports these modules, or ends the program (status 2) saying which pip packages are missing."""
    missing = []
    for name in modules:
        try:
            importlib.import_module(name)
        except ImportError as error:
            missing.append(f"{name} ({error})")
    if missing:
        print("missing Python packages: " + ", ".join(missing), file=sys.stderr)
        print("install them, for example: python3 -m venv venv && venv/bin/pip install torch transformers accelerate "
              "gguf safetensors numpy --extra-index-url https://download.pytorch.org/whl/cpu", file=sys.stderr)
        sys.exit(2)
    found = [sys.modules[name] for name in modules]
    return found[0] if len(found) == 1 else found


def seconds_since_process_start():
    """Wall time since the kernel started this process, so that interpreter and imports count (resolution 10 ms)."""
    with open("/proc/self/stat", encoding="ascii", errors="replace") as stat:
        start_ticks = int(stat.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start_ticks / os.sysconf("SC_CLK_TCK")


def peak_rss_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def load_model(path):
    """A model folder or a .gguf file as float32 with transformers' eager attention: the arithmetic of the goldens."""
    torch, transformers = need("torch", "transformers")
    path = os.path.abspath(path)
    arguments = {"dtype": torch.float32, "attn_implementation": "eager"}
    if path.endswith(".gguf"):
        need("gguf", "accelerate")  # transformers asks for both
        arguments["gguf_file"] = os.path.basename(path)
        path = os.path.dirname(path)
    return transformers.AutoModelForCausalLM.from_pretrained(path, **arguments).eval()
