# Sourced by the tools that begin on a fresh Debian: what the build wants, and how it comes there. What a tool prints on
# standard output is its own, so all of this goes to standard error.

build_packages=(
    pkg-config libmd-dev libtomlplusplus-dev libasound2-dev libsndfile1-dev libmpg123-dev libvorbis-dev libopusfile-dev
    libflac-dev libsoxr-dev libpng-dev libjpeg62-turbo-dev zlib1g-dev libv4l-dev)

# install_packages NAME...: those of them that are not there yet.
install_packages() {
    local package missing=() root=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    printf '\n== Debian packages: %s\n' "${missing[*]}" >&2
    if [[ $EUID -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "$0: not root and no sudo: install ${missing[*]} first" >&2
            exit 69
        fi
        root=(sudo)
    fi
    "${root[@]}" apt-get update -q >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

require_swift() {
    command -v swift >/dev/null && return 0
    echo "$0: no swift on the path: install Swift 6 or newer (https://www.swift.org/install/linux)" >&2
    exit 69
}
