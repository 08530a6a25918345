//! What a run tells programs that listen by `tracing`: spans, `run` around `artifact` around `provider`, and a few events.
//!
//! They hold names, numbers and codes. No key of a service, no prompt, no words of an error (which may quote either) and no
//! address is ever among them. May depend on `project`, `provider` and `error`.

use crate::{
    error::Error,
    project::{Degradation, Stage, Status},
    provider::ProviderInfo,
};
use std::time::Duration;
use tracing::Span;

/// So much of a content key tells it from others, as in the command's lists.
const KEY: usize = 12;

/// A whole run, or the import of a document.
pub(super) fn run(run_id: &str, project_id: &str) -> Span {
    tracing::info_span!("run", run_id, project_id)
}

/// Finding or making one artifact, whoever makes it.
pub(super) fn artifact(stage: Stage, artifact: &str, key: &str) -> Span {
    tracing::info_span!("artifact", stage = stage.as_str(), artifact, key = key.get(..KEY).unwrap_or(key))
}

/// One call of a provider: which one it is, and the how-manieth of its kind, from 1.
pub(super) fn provider(info: &ProviderInfo, call: &'static str, attempt: u32) -> Span {
    tracing::debug_span!("provider", provider = info.name.as_str(), model = info.model.as_str(), call, attempt)
}

/// A call of a provider failed and is made again.
pub(super) fn retrying(info: &ProviderInfo, attempt: u32, wait: Duration, code: &str) {
    let (provider, model) = (info.name.as_str(), info.model.as_str());
    tracing::debug!(provider, model, attempt, wait_ms = wait.as_millis() as u64, code, "a call is made again");
}

/// An artifact could not be made as asked for, and `fallback` is made in its place.
pub(super) fn fallback(stage: Stage, artifact: &str, fallback: &str, cause: &Error) {
    let (provider, code) = (cause.provider().unwrap_or_default(), cause.kind().as_str());
    tracing::debug!(stage = stage.as_str(), artifact, fallback, provider, code, "a fallback steps in");
}

/// The ad is humbler than what was asked for.
pub(super) fn degraded(what: &Degradation) {
    let Degradation { stage, artifact, fallback, cause, .. } = what;
    tracing::warn!(stage = stage.as_str(), artifact, fallback, code = cause.code, "the ad is humbler than asked for");
}

/// A run has ended.
pub(super) fn ended(status: Status, error: Option<&Error>, elapsed_ms: u64) {
    let code = error.map_or("", |error| error.kind().as_str());
    tracing::info!(status = status.as_str(), code, elapsed_ms, "the run has ended");
}
