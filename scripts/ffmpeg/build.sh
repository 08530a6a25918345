#!/usr/bin/env bash
# Builds the slim static FFmpeg that the Python and Node packages carry: `build.sh [--lgpl] <prefix>`.
#
# From Debian's source packages (sources.txt pins versions and sums), for glibc 2.17 and later, with zig's compiler.
# Into it go the decoders, demuxers and the few writers that adgen-core uses, and nothing that speaks to a network.
# libavcodec.a holds the libraries that it needs, too (x264, LAME, dav1d, zlib), so that whoever links FFmpeg's own
# libraries needs no other. Does nothing where the prefix holds just this build.
#
# --lgpl: without x264 and everything else under the GPL; H.264 must then be encoded by another library.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
lgpl=
if [ "${1:-}" = --lgpl ]; then lgpl=1; shift; fi
[ $# = 1 ] || { echo "usage: $0 [--lgpl] <prefix>" >&2; exit 2; }
mkdir -p "$1"
prefix=$(cd "$1" && pwd)
say() { printf 'ffmpeg: %s\n' "$*"; }
fail() { printf 'ffmpeg: %s\n' "$*" >&2; exit 1; }

export ADGEN_ZIG=${ADGEN_ZIG:-$(echo "$root"/target/packages/venv/lib/python3*/site-packages/ziglang/zig)}
[ -x "$ADGEN_ZIG" ] || fail "zig is not there: run scripts/packages/setup.sh"
PATH=$root/target/packages/venv/bin:$PATH
for tool in nasm make pkg-config dpkg-source meson ninja; do
    command -v $tool >/dev/null || fail "$tool is missing: run scripts/packages/setup.sh"
done

# What the result depends on.
wanted=$({ cat "$0" "$root/scripts/ffmpeg/sources.txt" "$root/scripts/packages/zig.sh"; grep ziglang "$root/scripts/packages/requirements.txt"; } \
         | sha256sum | cut -d' ' -f1)${lgpl:+-lgpl}
[ "$(cat "$prefix/.built" 2>/dev/null || true)" != "$wanted" ] || exit 0
rm -rf "${prefix:?}"/{.built,lib,include}

sources=$root/target/ffmpeg/sources
mkdir -p "$sources"
sums() { grep -E '^[0-9a-f]{64}  ' "$root/scripts/ffmpeg/sources.txt"; }
mapfile -t wanted_sources < <(sed -nE 's/^([a-z0-9]+) ([^ ].*)/\1=\2/p' "$root/scripts/ffmpeg/sources.txt")
if ! (cd "$sources" && sums | sha256sum --check --status 2>/dev/null); then
    say "the sources: ${wanted_sources[*]}"
    (cd "$sources" && "$root/scripts/packages/debian.sh" source "${wanted_sources[@]}") \
        || fail "Debian no longer has these versions: raise those in scripts/ffmpeg/sources.txt, or lay the files in $sources"
    (cd "$sources" && sums | sha256sum --check --quiet) || fail "a source is not what was pinned"
fi

# The tools under names without a folder: FFmpeg writes down how it was configured, and that says nothing of this machine.
work=$root/target/ffmpeg/build${lgpl:+-lgpl}
rm -rf "$work"
mkdir -p "$work/bin" "$work/deps"
for name in zar zranlib; do ln -s "$root/scripts/packages/zig.sh" "$work/bin/$name"; done
printf '#!/bin/sh\nexec %q "$@" -I%q -L%q\n' "$root/scripts/packages/zig.sh" "$work/deps/include" "$work/deps/lib" > "$work/bin/zcc"
chmod +x "$work/bin/zcc"
export PATH=$work/bin:$PATH PKG_CONFIG_LIBDIR=$work/deps/lib/pkgconfig PKG_CONFIG_PATH=
jobs=$(nproc)

unpack() { dpkg-source --no-check -x "$sources"/"$1"_*.dsc "$work/$1" >"$work/$1.log" 2>&1; }
# Runs a step in the folder of a source; what it says is shown only where it fails.
step() {
    local name=$1; shift
    (cd "$work/$name" && "$@") >>"$work/$name.log" 2>&1 || { tail -n 40 "$work/$name.log" >&2; fail "$name: $* failed; all of it: $work/$name.log"; }
}
started=$SECONDS
done_with() { say "$1 ($((SECONDS - started)) s)"; started=$SECONDS; }

unpack zlib
step zlib env CC=zcc AR=zar RANLIB=zranlib CFLAGS="-O3 -fPIC" ./configure --static --prefix="$work/deps"
step zlib make -j"$jobs" libz.a
step zlib make install
done_with zlib

unpack lame
step lame env CC=zcc AR=zar RANLIB=zranlib CFLAGS="-O3 -fPIC" ./configure --prefix="$work/deps" --host=x86_64-linux-gnu \
    --disable-shared --enable-static --disable-frontend --disable-decoder --disable-analyzer-hooks --with-pic
step lame make -j"$jobs"
step lame make install
done_with LAME

unpack dav1d
step dav1d env CC=zcc AR=zar meson setup out --prefix="$work/deps" --libdir=lib --buildtype=release -Ddefault_library=static \
    -Denable_tools=false -Denable_tests=false -Db_staticpic=true
step dav1d ninja -C out install
done_with dav1d

libraries=(--enable-libmp3lame --enable-libdav1d --enable-zlib)
encoders=aac,libmp3lame
merged=(libz libmp3lame libdav1d)
if [ -z "$lgpl" ]; then
    unpack x264
    step x264 env CC=zcc AR=zar RANLIB=zranlib STRIP=true ./configure --prefix="$work/deps" --enable-static --disable-cli --enable-pic \
        --disable-opencl --bit-depth=8 --chroma-format=420
    step x264 make -j"$jobs"
    step x264 make install
    done_with x264
    libraries+=(--enable-gpl --enable-libx264)
    encoders+=,libx264
    merged+=(libx264)
fi

# What people and models bring, see adgen-core/src/media/formats.rs. Formats of games and of old devices stay out.
demuxers=mov,matroska,avi,mpegts,mpegps,asf,flv,mxf,ogg,dv,nut,gif,apng,yuv4mpegpipe,ivf
demuxers+=,h264,hevc,m4v,mpegvideo,mjpeg,obu,vc1,dnxhd
demuxers+=,mp3,wav,w64,flac,aac,loas,ac3,eac3,aiff,caf,au,amr,ape,wv,tta
decoders=h264,hevc,vp8,vp9,libdav1d,mpeg1video,mpeg2video,mpeg4,h263,h263p,h263i,msmpeg4v1,msmpeg4v2,msmpeg4v3,wmv1,wmv2,wmv3,vc1
decoders+=,flv,theora,prores,dnxhd,cfhd,mjpeg,dvvideo,ffv1,huffyuv,ffvhuff,utvideo,magicyuv,qtrle,png,apng,gif,rawvideo,v210,v308,v408,v410
decoders+=,svq1,svq3,cinepak,wrapped_avframe,tiff,bmp,webp
decoders+=,aac,aac_latm,mp1float,mp2float,mp3float,mp3,opus,vorbis,flac,alac,ac3,eac3,dca,wmav1,wmav2,wmapro,wmalossless,amrnb,amrwb,ape
decoders+=,wavpack,tta,speex,nellymoser
decoders+=,pcm_alaw,pcm_mulaw,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be
decoders+=,pcm_bluray,pcm_dvd,pcm_u16le,pcm_u24le,pcm_u32le,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_swf,adpcm_yamaha
parsers=aac,aac_latm,ac3,amr,av1,bmp,cook,dca,dirac,dnxhd,dvaudio,flac,gif,h263,h264,hevc,mjpeg,mpeg4video,mpegaudio,mpegvideo,opus,png,vc1,vorbis,vp3,vp8,vp9
filters=buffer,buffersink,bwdif,scale,format,null

unpack ffmpeg
step ffmpeg ./configure --prefix=/ffmpeg --cc=zcc --ar=zar --ranlib=zranlib --pkg-config=pkg-config --pkg-config-flags=--static \
    --enable-pic --disable-debug --disable-shared --enable-static --disable-programs --disable-doc --disable-network \
    --disable-avdevice --disable-postproc --disable-autodetect --disable-everything "${libraries[@]}" \
    --enable-demuxer=$demuxers --enable-decoder=$decoders --enable-parser=$parsers --enable-filter=$filters \
    --enable-encoder=$encoders --enable-muxer=mp4,mp3 --enable-protocol=file,pipe \
    --enable-bsf=h264_mp4toannexb,hevc_mp4toannexb,aac_adtstoasc,extract_extradata,vp9_superframe,null
# zig's headers are without sys/sysctl.h, for which configure does not look.
sed -i 's/^#define HAVE_SYSCTL 1/#define HAVE_SYSCTL 0/' "$work/ffmpeg/config.h"
done_with "FFmpeg configured"
step ffmpeg make -j"$jobs"
step ffmpeg make install DESTDIR="$work/stage"
done_with FFmpeg

# One archive for libavcodec and the libraries under it.
{
    echo "create $work/merged.a"
    echo "addlib $work/stage/ffmpeg/lib/libavcodec.a"
    for library in "${merged[@]}"; do echo "addlib $work/deps/lib/$library.a"; done
    echo save
    echo end
} | zar -M
mv "$work/merged.a" "$work/stage/ffmpeg/lib/libavcodec.a"
zranlib "$work/stage/ffmpeg/lib/libavcodec.a"
rm -rf "$work/stage/ffmpeg/lib/pkgconfig"
mv "$work/stage/ffmpeg"/{lib,include} "$prefix"

# The texts that go with the packages.
mkdir -p "$prefix/licenses"
cp "$work/ffmpeg/COPYING.LGPLv2.1" "$prefix/licenses/FFmpeg-LGPL-2.1.txt"
cp "$work/lame/COPYING" "$prefix/licenses/LAME-LGPL-2.0.txt"
cp "$work/dav1d/COPYING" "$prefix/licenses/dav1d-BSD-2-Clause.txt"
sed -n '/Copyright notice/,/madler@alumni/p' "$work/zlib/README" > "$prefix/licenses/zlib.txt"
rm -f "$prefix/licenses/x264-GPL-2.0.txt"
[ -n "$lgpl" ] || cp "$work/x264/COPYING" "$prefix/licenses/x264-GPL-2.0.txt"
printf '%s' "$wanted" > "$prefix/.built"
rm -rf "$work"
say "done: $prefix"
