#!/usr/bin/env bash
# Packs the wheel: `wheel.sh <folder of data.sh> <licence>`, after build.sh. Gives dist/adgen-<version>-cp39-abi3-<platform>.whl.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
data=$1
licence=$2
work=$root/target/packages/wheel
built=target/x86_64-unknown-linux-gnu/packages/lib_adgen.so
[ -f $built ] || { echo "wheel: $built is not there: run scripts/packages/build.sh" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work" dist
strip --strip-all -o "$work/module.so" $built
# ONNX Runtime asks for glibc 2.28; the module itself for 2.17.
python=$root/target/packages/venv/bin/python
inside=$("$python" scripts/packages/wheel.py "$work/module.so" "$data" "$licence" manylinux_2_28_x86_64 "$work")
"$python" -m wheel pack --dest-dir dist "$inside" >/dev/null
ls -l dist/adgen-*.whl
