//! The pipeline: one file a stage, and the graph that runs them.
//!
//! Import → plan and extract → clips and sound → composites → render. Every product has a content key; what is in the
//! storage with its key is not made again. May depend on `provider`, `matte`, `compose`, `media` and `store`.

mod advice;
mod again;
mod animation;
mod bell;
mod brand;
mod bridge;
mod build;
mod canonical;
mod clip;
mod composite;
mod context;
mod document;
mod estimate;
mod event;
mod extract;
mod fallback;
mod fidelity;
mod generate;
mod glance;
mod ground;
mod import;
mod key;
mod lettering;
mod order;
mod palette;
mod picture;
mod pictures;
mod plan;
mod playback;
mod render;
mod scene;
mod shelf;
mod soften;
mod sound;
mod start;
mod still;
mod stock;
mod subtitles;
mod tail;
mod telling;
mod timeline;
mod tracker;
mod turn;

#[cfg(any(test, fuzzing))]
pub(crate) use animation::Animation;
pub(crate) use bell::Bells;
pub(crate) use build::{Providers, build, name_for};
pub(crate) use context::Context;
pub(crate) use document::Seen;
pub(crate) use estimate::estimate;
pub use estimate::{Estimate, StageEstimate};
pub use event::Event;
pub use import::Inspected;
pub(crate) use import::{Source, import, inspect};
#[cfg(feature = "cli")]
pub(crate) use pictures::open_logo;
pub(crate) use shelf::Shelf;
pub use telling::EventSink;
pub(crate) use timeline::{Slot, timeline};
pub(crate) use tracker::Tracker;
pub(crate) use turn::Turns;
