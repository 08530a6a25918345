//! Placeholder
#[cfg(feature = "cli")]
pub mod cli;
pub mod compose;
mod error;
mod http;
pub mod matte;
pub mod media;
pub mod pipeline;
pub mod project;
pub mod provider;
mod report;
mod run;
pub mod store;
mod studio;
pub use error::{Error, ErrorKind, Result, Retry};
pub use pipeline::{Event, EventSink};
pub use project::{AdProject, State, Status};
pub use run::{Outcome, Run};
pub use studio::{Matting, Studio, StudioBuilder};
