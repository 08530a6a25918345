//! OpenAI, and servers that speak its language: planning with Structured Outputs, and speech.
//!
//! [`OpenAi`] is the account: address, key, limits. [`OpenAiPlanner`] and [`OpenAiSpeech`] are what it is used for. May
//! depend on `provider` (contracts), `project`, `http`, `file_type` and `error`.

mod answer;
mod bill;
mod catalog;
mod check;
mod client;
mod conversation;
mod draft;
mod durations;
mod error;
mod figures;
mod found;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod literal;
mod photo;
mod planner;
mod prompt;
mod schema;
mod speech;
mod task;
mod wav;

pub use client::{ModelList, OpenAi, OpenAiBuilder, ServedModel};
pub use conversation::{Effort, Wire};
pub use planner::OpenAiPlanner;
pub use speech::OpenAiSpeech;
