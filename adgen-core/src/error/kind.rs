//! The kinds of failures, by which programs decide.
//!
//! Depends on nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of failure it was: a caller's program decides by this, never by the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The project document breaks a rule; the context lists each problem with its path.
    InvalidProject,
    /// A setting, a flag or an environment variable is wrong.
    InvalidConfig,
    /// An input file is not what it should be: not an image, truncated, too large.
    InvalidInput,
    /// The implementation cannot do what was asked.
    Unsupported,
    /// A key is missing or was refused.
    Unauthenticated,
    /// The account is out of credit or quota.
    QuotaExceeded,
    /// Too many requests.
    RateLimited,
    /// The provider refused the content.
    ContentRejected,
    /// The provider accepted the job and failed at it.
    GenerationFailed,
    /// A project, file, model or job is not there.
    NotFound,
    /// Somebody else is working on the project.
    Locked,
    /// Somebody else has saved the document since it was read.
    Conflict,
    /// It took too long.
    Timeout,
    /// A provider or the network on the way to it does not answer.
    Unavailable,
    /// A paid call was made and its answer was lost: the job may be there, and may cost something.
    OutcomeUnknown,
    /// The caller cancelled.
    Cancelled,
    /// Decoding, encoding or joining media failed.
    Media,
    /// The matting model or its runtime is missing or failed.
    Model,
    /// A storage or file system operation failed.
    Io,
    /// A fallback would have been needed, and the project's policy denies it.
    FallbackDenied,
    /// A defect of this library, or of a provider that panicked.
    Unexpected,
}

impl ErrorKind {
    /// Every kind, for bindings that map them to classes.
    pub const ALL: &'static [Self] = &[
        Self::InvalidProject,
        Self::InvalidConfig,
        Self::InvalidInput,
        Self::Unsupported,
        Self::Unauthenticated,
        Self::QuotaExceeded,
        Self::RateLimited,
        Self::ContentRejected,
        Self::GenerationFailed,
        Self::NotFound,
        Self::Locked,
        Self::Conflict,
        Self::Timeout,
        Self::Unavailable,
        Self::OutcomeUnknown,
        Self::Cancelled,
        Self::Media,
        Self::Model,
        Self::Io,
        Self::FallbackDenied,
        Self::Unexpected,
    ];

    /// The public code, stable across releases.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidProject => "invalid_project",
            Self::InvalidConfig => "invalid_config",
            Self::InvalidInput => "invalid_input",
            Self::Unsupported => "unsupported",
            Self::Unauthenticated => "unauthenticated",
            Self::QuotaExceeded => "quota_exceeded",
            Self::RateLimited => "rate_limited",
            Self::ContentRejected => "content_rejected",
            Self::GenerationFailed => "generation_failed",
            Self::NotFound => "not_found",
            Self::Locked => "locked",
            Self::Conflict => "conflict",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Cancelled => "cancelled",
            Self::Media => "media",
            Self::Model => "model",
            Self::Io => "io",
            Self::FallbackDenied => "fallback_denied",
            Self::Unexpected => "unexpected",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_snake_case() {
        let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert!(codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }
}
