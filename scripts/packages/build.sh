#!/usr/bin/env bash
# Compiles what the packages are made of, once: the Python module, the Node addon and the command `adgen`, with FFmpeg linked
# in, for glibc 2.17 and later: `build.sh gpl|lgpl`. The results lie in target/x86_64-unknown-linux-gnu/packages, and the command, which
# the tests hold beside the packages, in target/packages/command-<kind>, too.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind=${1:?gpl or lgpl}
source scripts/packages/env.sh
# One call, so that the features are the same for all three and the library is compiled once.
cargo build --profile packages --target "$target" --lib --bins -p adgen-core -p adgen-py -p adgen-node --features "$features"
mkdir -p "target/packages/command-$kind"
cp "target/$target/packages/adgen" "target/packages/command-$kind/adgen"
