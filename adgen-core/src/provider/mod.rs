//! The contracts between adgen and whatever plans, films and scores: small, dyn-compatible, the minimum.
//!
//! [`VideoProvider`] and [`AudioProvider`] are remote jobs: `start`, then `check` until done, `cancel` at any time.
//! [`Planner`] is one call. `openai` and `replicate` are the services that adgen uses where it has their keys; the
//! `offline` implementations need neither key nor network.
//! Each call comes with a [`CallContext`]: whether and until when it is wanted, a folder for files, and who hears of
//! repetitions. Whatever it says may be ignored.
//!
//! May depend on `project`, `error` and `http`.

mod audio;
mod base64_bytes;
mod call_context;
mod forward;
mod generation;
mod info;
mod milliseconds;
pub(crate) mod names;
mod planner;
pub(crate) mod prompt_rules;
mod unbounded;
mod video;
mod webhook;

pub use crate::project::{
    CostRange,
    metadata::{Ground, Metadata, Timing},
};
pub use audio::{AudioCapability, AudioKind, AudioProvider, AudioRequest, Voice};
pub use call_context::CallContext;
pub use generation::{Cancelled, Content, Failure, Generated, Generation, JobId, Lookup};
pub use info::{Price, ProviderInfo};
pub use planner::{Plan, PlanRequest, PlannedScene, Planner};
pub use video::{ImageInput, VideoCapability, VideoOffer, VideoProvider, VideoRequest};
pub use webhook::WebhookEvent;

#[cfg(test)]
mod fetch_tests;
