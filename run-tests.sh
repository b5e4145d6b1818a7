#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds the preset "ci" (optimised, warnings are errors) and runs all tests.
# Further arguments go to ctest, e.g. ./run-tests.sh -L golden
set -euo pipefail
secateur_root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packaging/setup.sh
. "$secateur_root/packaging/setup.sh"

secateur_install_packages
secateur_build ci
"$(secateur_tool ctest)" --test-dir "$secateur_root/build/ci" --output-on-failure -j2 "$@"
