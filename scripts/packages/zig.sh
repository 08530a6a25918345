#!/usr/bin/env bash
# A compiler of C and C++ and a linker for Linux with the glibc of 2012, so that what it makes runs on every system since: zig's clang.
# Called as `cc` by configure scripts and by cargo; as `c++`, `ar` and `ranlib` under those names.
set -euo pipefail
zig=${ADGEN_ZIG:?names the program zig: scripts/packages/setup.sh installs it}
export ZIG_GLOBAL_CACHE_DIR=${ZIG_GLOBAL_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/zig}
export ZIG_LOCAL_CACHE_DIR=$ZIG_GLOBAL_CACHE_DIR
case $(basename "$0") in
    *ranlib) exec "$zig" ranlib "$@" ;;
    *ar) exec "$zig" ar "$@" ;;
    *++) language=c++ ;;
    *) language=cc ;;
esac
arguments=()
for argument in "$@"; do
    case $argument in
        # Named by rustc and by CMake-like scripts; here the one target is what counts.
        --target=* | -m64) ;;
        # rustc's choice of another linker: zig has its own, which is lld.
        -fuse-ld=* | -B*gcc-ld*) ;;
        # Unwinding comes from zig's own libunwind, linked in: libgcc_s would be one more shared library to need.
        -lgcc_s | -lgcc_eh) arguments+=(-lunwind) ;;
        -lgcc) ;;
        # Unknown to zig's driver, and without effect here: every symbol of the list exists.
        -Wl,--no-undefined-version | -Wl,--undefined-version) ;;
        # rustc's list of what a module shows has every name of C's kind in any crate. The host looks for one, and the fewer there
        # are, the less can be taken for another library's in the same process.
        -Wl,--version-script=*)
            list=${argument#*=}
            if entry=$(grep -oE '(PyInit__adgen|napi_register_module_v1|node_api_module_get_api_version_v1);' "$list"); then
                printf '{ global: %s local: *; };\n' "$(tr '\n' ' ' <<<"$entry")" > "$list.entry"
                argument=-Wl,--version-script=$list.entry
            fi
            arguments+=("$argument")
            ;;
        *) arguments+=("$argument") ;;
    esac
done
# No sanitizer, which zig turns on by itself in builds without optimisation, and no line tables.
exec "$zig" $language -target x86_64-linux-gnu.2.17 -fno-sanitize=undefined -g0 "${arguments[@]}"
