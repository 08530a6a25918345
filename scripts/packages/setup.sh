#!/usr/bin/env bash
# Installs what building and trying the packages needs beyond scripts/setup.sh. Does nothing where everything is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

say() { printf 'packages: %s\n' "$*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Sources and their assembler; what packs smaller than pip and npm do; debootstrap makes the empty machine in which the packages are tried.
packages=(dpkg-dev make nasm pkg-config debootstrap advancecomp)
missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    say "system packages: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# In the folder of what is built: `cargo clean` removes it, and the tests do without it.
venv=target/packages/venv
wanted=$(sha256sum scripts/packages/requirements.txt | cut -d' ' -f1)
if [ "$(cat $venv/.installed 2>/dev/null || true)" != "$wanted" ]; then
    say "compiler and tools in $venv"
    [ -x $venv/bin/python ] || python3 -m venv $venv
    $venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/packages/requirements.txt
    printf '%s' "$wanted" > $venv/.installed
fi
