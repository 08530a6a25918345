//! The `adgen` command: reads arguments, calls the façade, prints. No logic of its own.

mod assets;
mod doctor;
mod escape;
mod estimate;
mod gc;
mod generate;
mod models;
mod new;
mod numbers;
mod output;
mod progress;
mod services;
mod signals;
mod spans;
mod status;
mod storage;
mod validate;

use crate::error::{Error, ErrorKind, Result};
use clap::{Parser, Subcommand};
use std::{ffi::OsString, process::ExitCode};

/// Turns a product photo, a brief and a brand into a finished video ad.
#[derive(Debug, Parser)]
#[command(name = "adgen", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write a project document from a photo and a product's name.
    New(Box<new::New>),
    /// Check a project document: every problem with its path, the value and what is allowed.
    Validate(validate::Validate),
    /// Print the JSON Schema of project documents.
    Schema(Schema),
    /// Make the ad of a document, or go on with a project of the storage.
    Generate(Box<generate::Generate>),
    /// Tell what an ad will cost, before anything is called.
    Estimate(estimate::Estimate),
    /// Tell where a project stands.
    Status(status::StatusOf),
    /// List what no project of a storage uses any more, or remove it.
    Gc(gc::Gc),
    /// List the models that cut out products, or fetch one.
    Models(models::Models),
    /// Tell what this machine has, what is missing, and how to get it.
    Doctor(doctor::Doctor),
}

#[derive(Debug, clap::Args)]
struct Schema {
    /// Print the schemas of all that passes between adgen and other languages: documents, settings, events, states, outcomes, and
    /// what providers are asked and answer.
    #[arg(long)]
    all: bool,
}

/// Runs the command with the process's arguments and gives its exit code: [`main_with`].
pub fn main() -> ExitCode {
    ExitCode::from(main_with(std::env::args_os()))
}

/// Runs the command with these arguments, of which the first is the program's name, and gives its exit code: 0 done, 1 failed,
/// 2 bad input, 130 cancelled. Waits for all of it. It takes the process's signals for itself, and keeps them: this is for programs
/// that are this command and nothing else.
pub fn main_with<T: Into<OsString>>(arguments: impl IntoIterator<Item = T>) -> u8 {
    take_signals_back();
    give_memory_back();
    let given: Vec<OsString> = arguments.into_iter().map(Into::into).collect();
    let arguments = match Arguments::try_parse_from(&given) {
        Ok(arguments) => arguments,
        Err(error) => {
            output::arguments(&given, &error);
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::problem(&Error::from(error).with_operation("start"));
            return 1;
        }
    };
    let done = runtime.block_on(run(arguments.command));
    match done {
        Ok(code) => code,
        Err(error) => {
            output::problem(&error);
            exit_code(&error)
        }
    }
}

/// What a language's interpreter does at Ctrl-C and when it is told to end: Python notes it for later, Node ends the process. tokio
/// would call that before its own, so the system's way is set again, until a run listens.
fn take_signals_back() {
    #[cfg(unix)]
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
        // SAFETY: a plain structure that the call fills in; what is ignored, as by nohup, stays ignored.
        unsafe {
            let mut now: libc::sigaction = std::mem::zeroed();
            if libc::sigaction(signal, std::ptr::null(), &mut now) == 0 && now.sa_sigaction != libc::SIG_IGN {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
    }
}

/// Large blocks go back to the system when they are freed. By itself glibc learns to keep blocks as large as a picture,
/// and the memory of scenes that are done adds up.
fn give_memory_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: sets a parameter of the allocator, which locks itself.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 256 << 10);
    }
}

async fn run(command: Command) -> Result<u8> {
    match command {
        Command::New(new) => new.run().map(|()| 0),
        Command::Validate(validate) => validate.run(),
        Command::Schema(Schema { all }) => {
            output::json(&if all { crate::schemas::schemas() } else { crate::project::schema() });
            Ok(0)
        }
        Command::Generate(generate) => generate.run().await.map(|()| 0),
        Command::Estimate(estimate) => estimate.run().await.map(|()| 0),
        Command::Status(status) => status.run().await.map(|()| 0),
        Command::Gc(gc) => gc.run().await.map(|()| 0),
        Command::Models(models) => models.run().await.map(|()| 0),
        Command::Doctor(doctor) => doctor.run().await,
    }
}

fn exit_code(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::InvalidProject
        | ErrorKind::InvalidConfig
        | ErrorKind::InvalidInput
        | ErrorKind::NotFound
        | ErrorKind::Unsupported => 2,
        ErrorKind::Cancelled => 130,
        _ => 1,
    }
}
