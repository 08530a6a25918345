#!/usr/bin/env bash
# Measures the figures of docs/figures.md and prints them as one table: facts of the machine, then a row for each figure.
#   ADGEN_BENCH_RUNS=5      measures each 5 times instead of 3 and takes the middle
#   ADGEN_BENCH_REMBG=1     makes a Python environment with rembg, to measure its mattes in the same run
#   ADGEN_REMBG_PYTHON=...  uses that Python, which has rembg already
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'bench: %s\n' "$*" >&2; }

if [ -z "${ADGEN_REMBG_PYTHON:-}" ]; then
    if [ "${ADGEN_BENCH_REMBG:-0}" = 1 ]; then
        # Below target, where nothing is taken for a part of the project, and `make clean` removes it.
        venv=$PWD/target/bench-venv
        if [ ! -e "$venv/.installed" ]; then
            say "rembg in $venv"
            python3 -m venv "$venv"
            "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "rembg[cpu]==2.0.86"
            touch "$venv/.installed"
        fi
        export ADGEN_REMBG_PYTHON=$venv/bin/python
    else
        say "rembg is skipped, its stored masks are compared instead: ADGEN_BENCH_REMBG=1 measures it"
    fi
fi

# One build of the library for the command and the benches.
features=${FEATURES:-adgen-core/cli,adgen-core/s3,adgen-core/bench,adgen-core/bridge,adgen-core/openh264}
selected=(-p adgen-core -p adgen-benches --features "$features")
cargo build --release "${selected[@]}" --bins --bench '*'
# What is built here is what runs, even where sources change meanwhile.
built=$(cargo bench --no-run "${selected[@]}" --bench '*' 2>&1 | tee /dev/stderr | sed -n 's/^ *Executable .*(\(.*\))$/\1/p')
say "load average before: $(cut -d' ' -f1-3 /proc/loadavg)"
began=$(date +%s)
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for bench in ad many preview composite encoders matting looks remote; do
    program=$(grep "/$bench-" <<<"$built") || { say "the bench $bench was not built"; exit 1; }
    "$program" | tee -a "$rows" >&2
done
# The packages, where they have been built (`make wheel npm`).
if compgen -G "dist/adgen-*.whl" >/dev/null; then
    benches/languages/run.sh | tee -a "$rows" >&2
else
    say "the packages are skipped: dist/ has none"
fi
say "took $(($(date +%s) - began)) s; load average after: $(cut -d' ' -f1-3 /proc/loadavg)"

cpu=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)
ffmpeg=$(target/release/adgen doctor | awk '$2 == "FFmpeg" { print $3 }' || true)
system=$(. /etc/os-release && printf '%s' "${PRETTY_NAME:-Linux}")
printf '%s cores of %s, %s, %s, FFmpeg %s, %s, medians of %s runs, %s.\n\n' "$(nproc)" "${cpu:-unknown}" "$memory" \
    "$system" "${ffmpeg:-unknown}" "$(rustc --version | cut -d' ' -f1-2)" "${ADGEN_BENCH_RUNS:-3}" "$(date +%Y-%m-%d)"
printf '| figure | adgen | compared with | ratio | command |\n|---|---|---|---|---|\n'
cat "$rows"
