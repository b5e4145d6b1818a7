#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Prunes one model for two domains, one of them with two calibration samples, prints how far the masks lie apart, draws
# figures of it, and opens the window where there is a display.
#   ./run-demo.sh [MODEL [PYTHON_DATA MATH_DATA]]
# MODEL is a Hugging Face folder or a GGUF file; without it, the first .gguf of ../shared/models (or $SECATEUR_SHARED).
# The study is kept in demo-output/; runs that are there already are not made again.
set -euo pipefail
secateur_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packaging/setup.sh
. "$secateur_root/packaging/setup.sh"

shared=${SECATEUR_SHARED:-$secateur_root/../shared}
model=${1:-}
python_data=${2:-$shared/data/code/python_calib.jsonl}
math_data=${3:-$shared/data/math/gsm8k_train.jsonl}
if [ -z "$model" ]; then
    model=$(find "$shared/models" -maxdepth 1 -name '*.gguf' 2>/dev/null | sort | head -n 1)
fi
if [ -z "$model" ] || [ ! -e "$model" ]; then
    cat >&2 <<HELP
error: no model ${model:+at $model }to prune. Name one, a Hugging Face folder or a GGUF file:
    ./run-demo.sh path/to/model path/to/python.jsonl path/to/math.jsonl
Without arguments the demo takes the first .gguf file of ../shared/models, which is not here.
HELP
    exit 2
fi
for data in "$python_data" "$math_data"; do
    if [ ! -e "$data" ]; then
        echo "error: no calibration data at $data. Name two files of text records (.jsonl, .csv, .txt), one for Python" \
            "code and one for math: ./run-demo.sh MODEL PYTHON_DATA MATH_DATA" >&2
        exit 2
    fi
done

secateur_install_packages
secateur_build release secateur-cli secateur

cli=$secateur_root/build/release/bin/secateur-cli
name=$(basename "$model")
study=$secateur_root/demo-output/${name%.gguf}.secateur
mkdir -p "$secateur_root/demo-output"

# prune_once RUN DOMAIN SEED DATA: makes the run, continues it when it was interrupted, or leaves it as it is.
prune_once() {
    local -a resume=()
    if [ -e "$study" ]; then
        if "$cli" runs "$study" --names finished | grep -xF -e "$1" >/dev/null; then
            echo "$1 is there already."
            return 0
        fi
        if "$cli" runs "$study" --names interrupted | grep -xF -e "$1" >/dev/null; then
            resume=(--resume)
        fi
    fi
    "$cli" prune "$study" --model "$model" --domain "$2" --data "$4" --samples 16 --length 256 --seed "$3" --run "$1" \
        "${resume[@]}"
}

prune_once python python 1 "$python_data"
prune_once python-again python 2 "$python_data"
prune_once math math 1 "$math_data"
echo
"$cli" compare "$study" --runs python,python-again,math
echo
figures=$secateur_root/demo-output
"$cli" figure "$study" jaccard-layers --runs python,python-again,math -o "$figures/distances-by-layer.pdf" --quiet
"$cli" figure "$study" jaccard-matrix --runs python,python-again,math -o "$figures/distances.pdf" --quiet
"$cli" figure "$study" mask --runs python,math -o "$figures/masks.pdf" --quiet
echo
echo "The study is in $study; look further with, for example:"
echo "    $cli runs $study"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    echo "Opening the window."
    "$secateur_root/build/release/bin/secateur" "$study"
fi
