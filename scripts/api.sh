#!/usr/bin/env bash
# The library's public names, as rustdoc tells them, in docs/api.txt.
#   scripts/api.sh            writes them anew
#   scripts/api.sh --check    says what differs, and fails where anything does
#   scripts/api.sh --count    how many the root and each module have
set -euo pipefail
cd "$(dirname "$0")/.."

listed=docs/api.txt
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
new=$(mktemp)
trap 'rm -f "$new"' EXIT

# The JSON is rustdoc's unstable side. Said to it alone: where cargo hears of it, too, it builds every dependency again.
cat > "$target/rustdoc-unstable" <<'SCRIPT'
#!/bin/sh
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
SCRIPT
chmod +x "$target/rustdoc-unstable"

# This package by itself, so that what the tests turn on stays off.
RUSTDOC=$(realpath "$target/rustdoc-unstable") cargo rustdoc --quiet -p adgen-core --lib --features cli,s3 -- \
    -Z unstable-options --output-format json
names() { python3 scripts/api.py "$target/doc/adgen.json" "$@"; }

case "${1:-}" in
    --count) names --count ;;
    --check)
        status=0
        names > "$new" || status=$?
        if [ "$status" = 3 ]; then
            echo "api: NOT CHECKED: the public names, this is another Rust than the one whose names are listed" >&2
            exit 0
        fi
        [ "$status" = 0 ] || exit "$status"
        cmp -s "$listed" "$new" && exit 0
        diff -U0 "$listed" "$new" | grep '^[-+][^-+]' >&2 || true
        printf 'api: the public names are not those of %s (- listed, + there). Where that is meant: make api\n' "$listed" >&2
        exit 1
        ;;
    "")
        names > "$new"
        cp "$new" "$listed"
        ;;
    *)
        echo "api: --check or --count is allowed, not $1" >&2
        exit 2
        ;;
esac
