# What compiling for the packages needs; sourced with `kind`, which is gpl or lgpl.
target=x86_64-unknown-linux-gnu
features=adgen-core/cli,adgen-core/s3,adgen-core/bridge,adgen-core/static-ffmpeg
# Without x264, somebody else has to write H.264.
[ "$kind" = gpl ] || features+=,adgen-core/openh264
# Of scripts/ffmpeg/build.sh.
export FFMPEG_DIR=$PWD/target/ffmpeg/$kind
export ADGEN_ZIG=$(echo "$PWD"/target/packages/venv/lib/python3*/site-packages/ziglang/zig)
# One compiler for all: what the crates have of C, and the linker.
bin=$PWD/target/packages/bin
mkdir -p "$bin"
for name in zcc z++ zar zranlib; do ln -sf "$PWD/scripts/packages/zig.sh" "$bin/$name"; done
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=$bin/zcc
export CC_x86_64_unknown_linux_gnu=$bin/zcc CXX_x86_64_unknown_linux_gnu=$bin/z++ AR_x86_64_unknown_linux_gnu=$bin/zar RANLIB_x86_64_unknown_linux_gnu=$bin/zranlib
# No interpreter is asked: the module is for all of them, and links none of them.
export PYO3_NO_PYTHON=1 PYO3_BUILD_EXTENSION_MODULE=1
# What a panic names is a file of a crate, not of this machine.
remapped="--remap-path-prefix=$PWD=adgen"
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do remapped+=" --remap-path-prefix=$registry=crates"; done
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS=$remapped
PATH=$PWD/target/packages/venv/bin:$PATH
