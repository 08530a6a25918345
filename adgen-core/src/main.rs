//! The `adgen` command.

fn main() -> std::process::ExitCode {
    adgen::cli::main()
}
