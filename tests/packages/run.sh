#!/usr/bin/env bash
# Tries the packages of dist/, or with --lgpl those of dist/lgpl/: `run.sh [--lgpl] [pytest's options]`. Needs to be root.
set -euo pipefail
cd "$(dirname "$0")"
export ADGEN_PACKAGES=gpl
if [ "${1:-}" = --lgpl ]; then
    shift
    ADGEN_PACKAGES=lgpl
fi
[ "$(id -u)" = 0 ] || { echo "run: making machines needs root" >&2; exit 1; }
# The machines of a session have 4 GB, which a disk may take minutes to delete: they lie in memory, and end with the session.
# `--basetemp=<folder>` keeps them.
machines=$(cd ../.. && pwd)/target/packages/machines
mkdir -p "$machines"
exec unshare --mount sh -c 'mount -t tmpfs machines "$0" && exec "$@"' "$machines" \
    ../../.venv/bin/python -m pytest -q -p no:cacheprovider --rootdir=. --override-ini=testpaths=. --basetemp="$machines/tried" "$@" .
