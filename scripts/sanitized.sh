# Sourced by sanitize.sh and fuzz.sh: the flags of AddressSanitizer and of libFuzzer's coverage, the same that `cargo fuzz`
# sets. One set for both, so that everything is built once. `RUSTC_BOOTSTRAP` lets the machine's own, stable toolchain take
# them; the standard library itself is not instrumented.
host=$(rustc -vV | sed -n 's/^host: //p')
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$PWD/target/sanitize CARGO_INCREMENTAL=0
RUSTFLAGS=$(tr -s ' \n' ' ' <<<"--cfg fuzzing -Zsanitizer=address -Cforce-frame-pointers $coverage")
export RUSTFLAGS
# Half the time to build, and most of what runs is FFmpeg.
quick=(--config 'profile.dev.package."*".opt-level=1')
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1}
export LSAN_OPTIONS=${LSAN_OPTIONS:-suppressions=$PWD/scripts/leaks.txt:print_suppressions=0}
