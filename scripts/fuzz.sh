#!/usr/bin/env bash
# Runs the fuzz targets one after the other, FUZZ_SECONDS (default 300) each. Arguments name the targets; none: all.
# What is found lies in target/fuzz/<target>/found and fails the script: mend it and keep it in fuzz/findings/<target>,
# which the unit tests replay.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/sanitized.sh
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(document image clip sound history http_body archive font)
cargo build "${quick[@]}" --target "$host" --manifest-path fuzz/Cargo.toml --bins
failed=()
for target in "${targets[@]}"; do
    place=target/fuzz/$target
    mkdir -p "$place/corpus" "$place/found"
    corpus=("$place/corpus" "fuzz/seeds/$target")
    [ ! -d "fuzz/findings/$target" ] || corpus+=("fuzz/findings/$target")
    dictionary=()
    [ ! -f "fuzz/dictionaries/$target.dict" ] || dictionary=("-dict=fuzz/dictionaries/$target.dict")
    log=$place/log
    # An input that takes longer than 20 s, or more memory than 2 GB, is a finding, as a crash is.
    if "$CARGO_TARGET_DIR/$host/debug/$target" "${corpus[@]}" -artifact_prefix="$place/found/" \
        -max_total_time="${FUZZ_SECONDS:-300}" -timeout=20 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
        "${dictionary[@]}" >"$log" 2>&1; then
        result="nothing found"
    else
        result="FAILED: see $log and $place/found"
        failed+=("$target")
    fi
    count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -1)
    printf '%-10s %5s s %10s executions: %s\n' "$target" "${FUZZ_SECONDS:-300}" "${count:-?}" "$result"
done
[ ${#failed[@]} = 0 ]
