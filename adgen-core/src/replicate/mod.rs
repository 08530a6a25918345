//! Replicate: video, music and speech models behind one HTTP API.
//!
//! [`Replicate`] is the account; [`ReplicateVideo`] and [`ReplicateAudio`] are one model of it each. What is known about
//! models is data (`models.json`); others are read from their own schema. May depend on `file_type`, `provider`'s
//! contracts, `project`, `error` and `http`.

mod audio;
mod builder;
mod claims;
mod client;
mod delivery;
mod engine;
mod error;
mod files;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod input;
mod length;
mod lookup;
mod model;
mod output;
mod pricing;
mod progress;
mod schema;
mod video;
mod webhook;
mod wire;

#[cfg(test)]
mod lookup_tests;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use audio::ReplicateAudio;
pub use builder::ReplicateBuilder;
pub use client::Replicate;
pub use delivery::Delivery;
pub use video::ReplicateVideo;
pub use webhook::verify_webhook;
