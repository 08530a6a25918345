//! The façade as data, for bindings to other languages: what a studio is asked comes in as JSON ([`Verb`]), what it gives goes
//! out as JSON, pictures, runs and events ([`Answer`]), and providers that are written in the other language are asked through
//! one trait ([`Host`]). A binding converts, calls and maps; what it would otherwise have to decide is decided here, once for all
//! of them.
//!
//! ```text
//!  other language ─► Verb ─► Studio ─► Answer        providers ─► Host ─► other language
//!                     Tool ─► JSON                    Process: runtime and runs of this process
//! ```
//!
//! Behind the feature `bridge`, internal, without promises. May depend on everything that `blocking` may, on `testkit`,
//! `replicate` (webhooks), `gate`, `matte` (the end of the process) and the contracts of providers.

mod answer;
mod audio;
mod error;
mod host;
mod local;
mod planner;
mod process;
mod remover;
mod setup;
mod studio;
mod tool;
mod trial;
mod verb;
mod video;

pub use crate::gate::Gate;
pub use answer::{Answer, EventStream};
pub use error::{from_body, from_json as error_from_json};
pub use host::{Host, Role};
pub use local::Local;
pub use process::{Process, leave, process};
pub use setup::{Hosts, Setup};
pub use studio::Studio;
pub use tool::{Tool, schema, validate, verify_webhook};
pub use trial::{Trial, try_out};
pub use verb::{Files, Verb};

#[cfg(test)]
mod tests;
