#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the demo study: a small language model is pruned for each of eight domains, all sub-models are measured in all of
# them, and the paper's figures are drawn. Opens the window where there is a display.
#   ./run-demo.sh [--no-code]
# The model and its data are part of this project; the study, the figures and findings.md go to demo-output/. What is
# there already is not made again. Programs that the model writes are run against their tests in a sandbox (no network, no
# home, limits on time and memory); --no-code leaves them out.
set -euo pipefail
secateur_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packaging/setup.sh
. "$secateur_root/packaging/setup.sh"

code=--allow-code-execution
case "${1:-}" in
'') ;;
--no-code) code= ;;
*)
    echo "usage: ./run-demo.sh [--no-code]; for a model of your own see \"A real model next\" in README.md" >&2
    exit 2
    ;;
esac

secateur_install_packages
secateur_build release secateur-cli secateur

bin=$secateur_root/build/release/bin
output=$secateur_root/demo-output
"$bin/secateur-cli" demo "$output" ${code:+"$code"}
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "Opening the window."
    "$bin/secateur" "$output/demo.secateur"
fi
