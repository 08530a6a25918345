//! Conformance suites for implementations of the contracts in [`provider`](crate::provider) and of
//! [`BackgroundRemover`](crate::BackgroundRemover): call one in a test of yours, and expect it to pass.
//!
//! ```no_run
//! # async fn conforms(provider: impl adgen::provider::VideoProvider) {
//! use adgen::{provider::VideoRequest, testkit};
//!
//! let request = VideoRequest::new("a harbour at dawn", 2.0).with_short_side(240);
//! let case = testkit::VideoCase::new(request).with_secret("the provider's key");
//! testkit::video(&provider, &case).await.expect_passed();
//! # }
//! ```
//!
//! A suite makes real jobs: against a paid service it costs what three small jobs cost, or two plans. Which rules it
//! tries depends on what the provider says that it can do; each is named in the [`Report`], with the reason where it
//! was left out. Made files are removed where all rules are kept.
//!
//! Always compiled: it is small and has no dependencies of its own. May depend on `project`, `provider`, `matte` (the contract of
//! removers), `media` and `error`.

mod case;
mod facts;
mod jobs;
mod life;
mod planner;
mod remover;
mod report;
#[cfg(test)]
mod speech_tests;
mod timings;

pub use case::{AudioCase, Case, PlannerCase, VideoCase};
pub use planner::planner;
pub use remover::{RemoverCase, remover};
pub use report::{Check, Report, Verdict};

use crate::provider::{AudioProvider, VideoProvider};

/// Tries a video provider: what it says of itself, what it has to refuse, a job from its order to its file, the
/// search for lost jobs, and cancelling.
pub async fn video(provider: &dyn VideoProvider, case: &VideoCase) -> Report {
    life::try_out("video", &jobs::Clips(provider), case).await
}

/// Tries an audio provider in the way of [`video`]. One that makes both music and speech is tried twice, with a case
/// for each.
pub async fn audio(provider: &dyn AudioProvider, case: &AudioCase) -> Report {
    life::try_out("audio", &jobs::Tracks(provider), case).await
}
