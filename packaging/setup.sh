# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Shared by run-tests.sh and run-demo.sh: installs what is missing, configures and builds. Needs $secateur_root.

# Debian's CMake, even where a newer one from elsewhere comes first in PATH: the presets were tried with it.
secateur_tool() {
    if [ -x "/usr/bin/$1" ]; then echo "/usr/bin/$1"; else command -v "$1"; fi
}

secateur_missing_packages() {
    local package
    while read -r package; do
        case "$package" in '' | '#'*) continue ;; esac
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done <"$secateur_root/packaging/packages-debian.txt"
}

secateur_as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "error: neither root nor sudo is there to run: $*" >&2
        return 1
    fi
}

secateur_install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        echo "note: this is not Debian; install what packaging/packages-debian.txt names yourself" >&2
        return 0
    fi
    local -a missing
    mapfile -t missing < <(secateur_missing_packages)
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    local -a install=(env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}")
    # The package lists may be old or absent: refresh them only when the first attempt does not succeed.
    secateur_as_root "${install[@]}" >/dev/null 2>&1 && return 0
    secateur_as_root apt-get update -qq
    secateur_as_root "${install[@]}" >/dev/null
}

# Compilers at once: a file that includes libtorch takes about 1.5 GB.
secateur_jobs() {
    local cores kilobytes
    cores=$(nproc)
    kilobytes=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    local fitting=$((kilobytes / 1572864))
    [ "$fitting" -ge 1 ] || fitting=1
    if [ "$fitting" -lt "$cores" ]; then echo "$fitting"; else echo "$cores"; fi
}

# secateur_build <preset> [<target>...]: into build/<preset>; says little when nothing changed.
secateur_build() {
    local preset=$1 cmake log
    shift
    local -a targets=()
    [ $# -eq 0 ] || targets=(--target "$@")
    cmake=$(secateur_tool cmake)
    log=$secateur_root/build/$preset-configure.log
    mkdir -p "$secateur_root/build"
    if ! (cd "$secateur_root" && "$cmake" --preset "$preset") >"$log" 2>&1; then
        cat "$log" >&2
        return 1
    fi
    nice "$cmake" --build "$secateur_root/build/$preset" --parallel "$(secateur_jobs)" "${targets[@]}"
}

# All that a test could see: every file here and in ../shared by name, size and time of change, and the packages. What
# builds and runs write themselves is left out.
secateur_fingerprint() {
    local shared=${SECATEUR_SHARED:-$secateur_root/../shared}
    {
        find "$secateur_root" \( -path "$secateur_root/build" -o -path "$secateur_root/.git" \
            -o -path "$secateur_root/demo-output" -o -name __pycache__ \) -prune \
            -o -type f -printf '%P %s %T@\n' | LC_ALL=C sort
        [ ! -d "$shared" ] ||
            find -L "$shared" -type f -printf '%P %s %T@\n' | LC_ALL=C sort
        ! command -v dpkg-query >/dev/null || dpkg-query -W
    } | sha256sum | cut -d ' ' -f 1
}
