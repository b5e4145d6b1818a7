#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds the preset "ci" (optimised, warnings are errors) and runs all tests; where nothing
# has changed since they all passed, it says so and runs none.
#   ./run-tests.sh --again     runs them all the same
#   ./run-tests.sh -L golden   further arguments go to ctest, and these tests always run
set -euo pipefail
secateur_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packaging/setup.sh
. "$secateur_root/packaging/setup.sh"

secateur_install_packages
secateur_build ci

# First line: secateur_fingerprint of the state in which all tests passed; then when, and ctest's summary.
passed=$secateur_root/build/ci/tests-passed
state=$(secateur_fingerprint)
if [ $# -eq 0 ] && [ -f "$passed" ] && [ "$(head -n 1 "$passed")" = "$state" ]; then
    echo "Nothing has changed since all tests passed, $(sed -n 2p "$passed"); ./run-tests.sh --again runs them again."
    tail -n +3 "$passed"
    exit 0
fi
[ "${1-}" != --again ] || shift

log=$secateur_root/build/ci/tests.log
"$(secateur_tool ctest)" --test-dir "$secateur_root/build/ci" --output-on-failure -j2 "$@" | tee "$log"
if [ $# -eq 0 ]; then
    { echo "$state"; date '+%F %H:%M'; sed -n '/tests passed/,$p' "$log"; } >"$passed"
fi
