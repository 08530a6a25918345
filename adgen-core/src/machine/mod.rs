//! What this machine has for making ads, and what can be brought to it: what the command `adgen doctor` and `adgen models fetch` show,
//! for programs.
//!
//! May depend on everything below the services; `doctor.rs` and `models.rs` say on what.

mod doctor;
mod models;

pub use doctor::{Finding, Health, doctor};
#[cfg(feature = "cli")]
pub(crate) use models::RUNTIME;
pub use models::{Fetched, fetch_models};
