#!/usr/bin/env bash
# Packs the wheel: `wheel.sh <prefix of FFmpeg> <folder of data.sh> <licence>`, after build.sh. Gives dist/adgen-<version>-cp39-abi3-<platform>.whl.
#
# maturin packs what build.sh has compiled; then what the package brings along, the command and the licence of the whole go in.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
FFMPEG_DIR=$1
data=$2
licence=$3
# ONNX Runtime asks for glibc 2.28; the module itself for 2.17.
platform=manylinux_2_28_x86_64
work=$root/target/packages/wheel
rm -rf "$work"
mkdir -p "$work" dist
source scripts/packages/env.sh
maturin build --quiet --profile packages --target "$target" --manifest-path adgen-py/Cargo.toml --features "$features" \
    --compatibility $platform --out "$work"
python=$root/target/packages/venv/bin/python
"$python" -m wheel unpack --dest "$work" "$work"/adgen-*.whl >/dev/null
rm "$work"/adgen-*.whl
inside=$(echo "$work"/adgen-*)
strip --strip-all "$inside"/adgen/_adgen*.so
cp -r "$data" "$inside/adgen/bundle"
rm -rf "$inside"/adgen/bundle/{.gathered,licenses}
info=$(echo "$inside"/adgen-*.dist-info)
cp -r "$data/licenses" "$info"
"$python" scripts/packages/metadata.py "$info" "$licence"
"$python" -m wheel pack --dest-dir dist "$inside" >/dev/null
ls -l dist/adgen-*-"$platform".whl
