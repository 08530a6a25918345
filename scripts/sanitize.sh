#!/usr/bin/env bash
# Runs the unit tests of everything that touches pictures, sound and bytes from outside under AddressSanitizer. FFmpeg is
# not instrumented, but its allocations are: what is copied beyond a buffer is found, and so is what nobody frees.
# Arguments replace the list of tests.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/sanitized.sh
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=(media:: composite:: picture:: matte:: fuzzing:: offline::look:: stages::fidelity::)
cargo test "${quick[@]}" --target "$host" -p adgen-core --lib -- "${tests[@]}"
