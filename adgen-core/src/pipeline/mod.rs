//! The pipeline: one file a stage, and the graph that runs them.
//!
//! Import → plan and extract → clips and sound → composites → render. Every product has a content key; what is in the
//! storage with its key is not made again. May depend on `provider`, `matte`, `compose`, `media` and `store`.

mod build;
mod clip;
mod composite;
mod context;
mod event;
mod extract;
mod fidelity;
mod generate;
mod import;
mod key;
mod palette;
mod plan;
mod render;
mod sound;
mod subtitles;
mod timeline;
mod tracker;

pub(crate) use build::{Providers, build};
pub(crate) use context::Context;
pub use event::Event;
pub(crate) use import::{Source, import};
pub(crate) use timeline::{Slot, timeline};
pub use tracker::EventSink;
pub(crate) use tracker::Tracker;
