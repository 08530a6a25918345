#!/usr/bin/env bash
# Tries the packages of dist/: `run.sh [pytest's options]`.
set -euo pipefail
cd "$(dirname "$0")"
exec ../../.venv/bin/python -m pytest -q -p no:cacheprovider --override-ini=testpaths=. --rootdir=. "$@" .
