#!/usr/bin/env bash
# Packs the wheel: `wheel.sh <folder of data.sh> <licence> <target folder>`, after build.sh. Gives adgen-<version>-cp39-abi3-<platform>.whl.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
data=$1
licence=$2
dist=$root/$3
work=$root/target/packages/wheel
built=target/x86_64-unknown-linux-gnu/packages/lib_adgen.so
[ -f $built ] || { echo "wheel: $built is not there: run scripts/packages/build.sh" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work" "$dist"
strip --strip-all -o "$work/module.so" $built
# ONNX Runtime asks for glibc 2.28; the module itself for 2.17.
python=$root/target/packages/venv/bin/python
inside=$("$python" scripts/packages/wheel.py "$work/module.so" "$data" "$licence" manylinux_2_28_x86_64 "$work")
"$python" -m wheel pack --dest-dir "$work" "$inside" >/dev/null
# A wheel is deflated, and 3 % smaller where more time is spent on it than zlib does.
advzip --recompress --shrink-normal --quiet "$work"/*.whl
rm -f "$dist"/adgen-*.whl
mv "$work"/*.whl "$dist"
ls -l "$dist"/adgen-*.whl
