//! The emulated services as a program, for tests that are written in other languages.
//!
//! `adgen-emulator [SCRIPT]`, where SCRIPT is an emulator's script as JSON: tells in one line of JSON which environment leads to the
//! services, then answers each line of standard input (`journal`: the predictions) with one, and ends with standard input.

use adgen_tests::{
    emulator::{Emulator, Script},
    openai_server::{self, OpenAiServer},
    services::TOKEN,
};
use serde_json::json;
use std::io::{BufRead, Write, stdin, stdout};

fn say(line: &serde_json::Value) {
    let mut out = stdout().lock();
    // Whoever asked may be gone: then standard input ends, too.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

#[tokio::main]
async fn main() {
    let script = match std::env::args().nth(1) {
        Some(json) => Script::from_json(&json).unwrap_or_else(|error| panic!("{error}")),
        None => Script::quick(),
    };
    let (emulator, openai) =
        (Emulator::start(script).await, OpenAiServer::start(openai_server::Script::default()).await);
    say(&json!({
        "REPLICATE_API_TOKEN": TOKEN,
        "REPLICATE_BASE_URL": emulator.origin(),
        "OPENAI_API_KEY": openai_server::KEY,
        "OPENAI_BASE_URL": openai.base_url(),
    }));
    for line in stdin().lock().lines().map_while(Result::ok) {
        match line.trim() {
            "journal" => say(&json!(emulator.journal().predictions)),
            other => say(&json!({ "error": format!("{other:?} is no question: journal is") })),
        }
    }
}
