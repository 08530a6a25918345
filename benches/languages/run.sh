#!/usr/bin/env bash
# Measures the packages of dist/ as users have them, and prints rows for docs/figures.md:
#
#   benches/languages/run.sh [sizes|imports|first|events|demo]...    all of them where none is named
#
# They are installed from their files, without a network, into target/bench-languages, anew each time.
#   ADGEN_BENCH_RUNS=5      measures more often than for 3; the parts say how often
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
here=$root/benches/languages
all=(sizes imports first events demo)
parts=("$@")
[ $# -gt 0 ] || parts=("${all[@]}")

say() { printf 'languages: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
for part in "${parts[@]}"; do
    [[ " ${all[*]} " == *" $part "* ]] || { say "usage: $0 [$(IFS='|'; echo "${all[*]}")]..."; exit 2; }
done

# One file for each pattern: of two versions nobody could say which was measured.
one() {
    local found
    mapfile -t found < <(compgen -G "$1" || true)
    [ ${#found[@]} = 1 ] || fail "dist/ has ${#found[@]} files ${1#"$root/dist/"}, not one: run \`make wheel npm\` in an empty dist/"
    printf '%s' "${found[0]}"
}
wheel=$(one "$root/dist/adgen-*.whl")
platform=$(one "$root/dist/adgen-linux-x64-gnu-*.tgz")
main=$(one "$root/dist/adgen-[0-9]*.tgz")
command=$root/target/packages/command-gpl/adgen
[ -x "$command" ] || command=$root/target/x86_64-unknown-linux-gnu/packages/adgen
[ -x "$command" ] || fail "the command of the same build is not there: run \`make wheel npm\`"

work=$root/target/bench-languages
rm -rf "$work"
mkdir -p "$work/node" "$work/data"
say "$(basename "$wheel") in a fresh environment"
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps "$wheel"
say "$(basename "$main") and $(basename "$platform") in an empty folder"
echo '{ "private": true }' > "$work/node/package.json"
(cd "$work/node" && npm install --offline --no-audit --no-fund --silent --cache "$work/npm" "$main" "$platform")
# From where they find the package.
cp "$here"/programs/*.mjs "$work/node"

export ADGEN_BENCH_FILES=$wheel:$main:$platform
export ADGEN_BENCH_PYTHON=$work/venv/bin/python ADGEN_BENCH_NODE=$work/node ADGEN_BENCH_COMMAND=$command
# What the packages bring along is used by all, and nothing of this machine's: its own data folder would come first.
bundle=$(echo "$work"/venv/lib/python3*/site-packages/adgen/bundle)
export ADGEN_BENCH_BUNDLE=$bundle XDG_DATA_HOME=$work/data TMPDIR=$work
for part in "${parts[@]}"; do python3 -B "$here/$part.py"; done
