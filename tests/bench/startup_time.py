#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long until the window is up: from exec to a mapped window, median of several starts.

    xvfb-run -a tests/bench/startup_time.py build/release/bin/secateur [STUDY]

Needs a display and xdotool. Three cases: an empty session, a study given as argument, and the session of that study
restored. The reference of the ratios is `secateur --version` in the same run: the same libraries loaded, no window.
"""

import argparse
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def until_mapped(command, environment, linger=0):
    """Seconds; the window is killed `linger` seconds later."""
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--pid", str(process.pid), "--name", "Secateur"],
            check=True, stdout=subprocess.DEVNULL, timeout=60)
        seconds = time.monotonic() - start
        time.sleep(linger)
        return seconds
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def until_ended(command, environment):
    start = time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("secateur", type=pathlib.Path)
    parser.add_argument("study", type=pathlib.Path, nargs="?")
    parser.add_argument("--starts", type=int, default=7)
    options = parser.parse_args()
    if not os.environ.get("DISPLAY") or not shutil.which("xdotool"):
        sys.exit("needs a display (xvfb-run) and xdotool")

    program = str(options.secateur.resolve())
    with tempfile.TemporaryDirectory() as folder:
        home = {"XDG_STATE_HOME": f"{folder}/state", "XDG_CONFIG_HOME": f"{folder}/config"}
        environment = {**os.environ, **home, "QT_QPA_PLATFORM": "xcb"}
        reference = statistics.median(until_ended([program, "--version"], environment)
                                      for _ in range(options.starts))
        print(f"{'reference, secateur --version':34} {reference * 1000:7.0f} ms")
        cases = [("empty session", [program, "--safe-mode"])]
        if options.study:
            study = str(options.study.resolve())
            cases += [("study as argument", [program, study]), ("session restored", [program])]
        for name, command in cases:
            if name == "session restored":  # one that was written down, which a window does after two seconds
                until_mapped([program, study], environment, linger=4)
            times = [until_mapped(command, environment) for _ in range(options.starts)]
            median = statistics.median(times)
            print(f"{name:34} {median * 1000:7.0f} ms  worst {max(times) * 1000:.0f}  ratio {median / reference:.2f}")


if __name__ == "__main__":
    main()
