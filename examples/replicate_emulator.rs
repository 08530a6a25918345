//! Develop without spending: an emulator of Replicate's API on this machine.
//!
//! From the repository's root: `cargo run --example replicate-emulator -- --port 0 [--script faults.json]`
//! Then, elsewhere: `REPLICATE_BASE_URL=<what it prints> REPLICATE_API_TOKEN=anything adgen generate ad.json`

use adgen_tests::emulator::{Emulator, Script, synthetic};
use std::{io::Write, path::Path, process::ExitCode};

const USAGE: &str = "usage: replicate-emulator [--port N] [--script FILE]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(std::env::args().skip(1)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

async fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let (mut port, mut script) = (0, Script::default());
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--port" => {
                port = value()?.parse().map_err(|_| format!("--port needs a number from 0 to 65535\n{USAGE}"))?
            }
            "--script" => script = Script::from_file(Path::new(&value()?))?,
            "--help" => {
                println!("{USAGE}");
                return Ok(());
            }
            other => return Err(format!("{other} is no argument of this program\n{USAGE}")),
        }
    }
    let started = Emulator::start_with(script, port, synthetic).await;
    let emulator = started.map_err(|error| format!("port {port} cannot be used: {error}"))?;
    println!("listening on {}", emulator.origin());
    std::io::stdout().flush().map_err(|error| error.to_string())?;
    // Ends with the process.
    tokio::signal::ctrl_c().await.map_err(|error| error.to_string())
}
