#!/usr/bin/env bash
# Packs the library as publishing would, and compiles it from the packed file: `crate.sh`. Prints its size.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
cargo package --quiet --locked --no-verify --allow-dirty -p adgen-core
crate=$(ls -t target/package/adgen-core-*.crate | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$crate" -C "$work"
cd "$work"/adgen-core-*
# What a registry asks for, and what must not be in it.
for file in Cargo.toml Cargo.lock README.md LICENSE-MIT LICENSE-APACHE assets/fonts/LICENSE.txt src/lib.rs; do
    [ -f "$file" ] || { echo "crate: $file is not in it" >&2; exit 1; }
done
if find . -path '*/golden/*' -o -path '*/testdata/*' | grep -q .; then echo "crate: tests' data came along" >&2; exit 1; fi
size=$(stat -c %s "$root/$crate")
[ "$size" -le 10000000 ] || { echo "crate: $size bytes; registries take 10 MB" >&2; exit 1; }
# Where `make lint` has checked the same dependencies.
CARGO_TARGET_DIR=$root/target cargo check --quiet --locked --features cli,s3
echo "$crate: $size bytes, $(tar -tzf "$root/$crate" | wc -l) files; compiles from the packed file"
