//! The one error type of the crate: what failed, on which value, what is allowed, what was spent, what to do next.
//!
//! Depends on nothing. Every other module may use it; foreign error types stay behind `source`.

use std::{error::Error as StdError, fmt, time::Duration};

/// What every fallible function of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of failure it was: a caller's program decides by this, never by the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// A defect of this library.
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

/// Whether trying the same operation again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// It will fail again.
    Never,
    /// At once.
    Now,
    /// After this time.
    After(Duration),
    /// It was tried as often as it may be.
    Exhausted,
}

/// What failed, on which value, and what to do next. One word wide.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    retry: Retry,
    operation: &'static str,
    message: String,
    spent_usd: f64,
    context: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of `kind`; `message` is one sentence that names the value and what is allowed.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            retry: Retry::Never,
            operation: "",
            message: message.into(),
            spent_usd: 0.0,
            context: Vec::new(),
            source: None,
        }))
    }

    /// The operation during which it happened, such as `"extract"` or `"media::encode"`.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = operation;
        self
    }

    /// One more named fact: a path, a value, an amount.
    #[must_use]
    pub fn with_context(mut self, key: &'static str, value: impl ToString) -> Self {
        self.0.context.push((key, value.to_string()));
        self
    }

    /// What the failed work cost all the same, in US dollars; added to what is there.
    #[must_use]
    pub fn with_spent_usd(mut self, usd: f64) -> Self {
        self.0.spent_usd += usd;
        self
    }

    /// Whether another try can help.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// The error underneath.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same in other words.
    #[must_use]
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The same as another kind: whoever called may know better whose fault it is.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// Without the facts of that name, such as the path of a copy that nobody knows of.
    #[must_use]
    pub(crate) fn without_context(mut self, key: &str) -> Self {
        self.0.context.retain(|(name, _)| *name != key);
        self
    }

    /// The caller's wish to stop, as an error.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "the run was cancelled")
    }

    /// A media error.
    pub fn media(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Media, message)
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether another try can help.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// The operation during which it happened; empty where nobody named one.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// What the failed work cost all the same, in US dollars.
    pub fn spent_usd(&self) -> f64 {
        self.0.spent_usd
    }

    /// The sentence, without operation and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The named facts, in the order in which they were added.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }
}

impl fmt::Display for Error {
    /// One line: `kind: message (at operation; key: value; …): source`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        write!(f, "{}: {}", inner.kind, inner.message)?;
        let operation = (!inner.operation.is_empty()).then(|| format!("at {}", inner.operation));
        let facts = inner.context.iter().map(|(key, value)| format!("{key}: {value}"));
        let spent = (inner.spent_usd > 0.0).then(|| format!("cost: ${:.4}", inner.spent_usd));
        let facts: Vec<String> = operation.into_iter().chain(facts).chain(spent).collect();
        if !facts.is_empty() {
            write!(f, " ({})", facts.join("; "))?;
        }
        let mut source = self.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("retry", &inner.retry)
            .field("operation", &inner.operation)
            .field("message", &inner.message)
            .field("spent_usd", &inner.spent_usd)
            .field("context", &inner.context)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let (kind, message) = match error.kind() {
            std::io::ErrorKind::NotFound => (ErrorKind::NotFound, "a file is not there"),
            std::io::ErrorKind::StorageFull => (ErrorKind::Io, "the storage is full; free some space and run again"),
            _ => (ErrorKind::Io, "a file operation failed"),
        };
        Self::new(kind, message).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_kind_operation_context_and_source() {
        let error = Error::new(ErrorKind::Io, "cannot write the video")
            .with_operation("render")
            .with_context("path", "/a/b.mp4")
            .with_source(std::io::Error::other("disk full"));
        assert_eq!(error.to_string(), "io: cannot write the video (at render; path: /a/b.mp4): disk full");
    }

    #[test]
    fn codes_are_unique_and_snake_case() {
        let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        assert!(codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '_')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }

    #[test]
    fn is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
