//! The pipeline: one file a stage, and the graph that runs them.
//!
//! Import → plan and extract → clips and sound → composites → render. Every product has a content key; what is in the
//! storage with its key is not made again. May depend on `provider`, `matte`, `compose`, `media` and `store`.

mod advice;
mod again;
mod bell;
mod bridge;
mod build;
mod clip;
mod composite;
mod context;
mod estimate;
mod event;
mod extract;
mod fidelity;
mod generate;
mod import;
mod key;
mod order;
mod palette;
mod plan;
mod render;
mod soften;
mod sound;
mod subtitles;
mod timeline;
mod tracker;

pub(crate) use bell::Bells;
pub(crate) use build::{Providers, build, name_for};
pub(crate) use context::Context;
pub(crate) use estimate::estimate;
pub use estimate::{Estimate, StageEstimate};
pub use event::Event;
pub(crate) use import::{Source, import};
pub(crate) use timeline::{Slot, timeline};
pub use tracker::EventSink;
pub(crate) use tracker::Tracker;
