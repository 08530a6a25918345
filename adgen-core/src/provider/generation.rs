//! A job at a provider: under way, done, failed; what a provider knows of a call whose answer was lost.

use crate::{
    error::{Error, ErrorKind},
    project::metadata::{Ground, Metadata, Timing},
};
use bytes::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, time::Duration};

/// The provider's own name for a job; enough to find it again after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct JobId(pub String);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a provider made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Generated {
    /// The file, its bytes, or where it can be fetched.
    pub content: Content,
    /// What it cost in US dollars, as metered or, where the provider does not tell, by its price list.
    pub cost_usd: f64,
    /// The wish that the provider met differently, such as another length: recorded as a note.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What is known about it beside its bytes.
    #[serde(default)]
    pub metadata: Metadata,
}

impl Generated {
    /// A file on this machine that cost nothing.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { content: Content::File(path.into()), cost_usd: 0.0, notes: Vec::new(), metadata: Metadata::default() }
    }

    /// With the place where a product can stand in it.
    #[must_use]
    pub fn with_ground(mut self, ground: Ground) -> Self {
        self.metadata.ground = Some(ground);
        self
    }

    /// With the times at which its words or sounds are heard.
    #[must_use]
    pub fn with_timings(mut self, timings: Vec<Timing>) -> Self {
        self.metadata.timings = timings;
        self
    }

    /// With a wish that the provider met differently, such as another length.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// With what it cost in US dollars.
    #[must_use]
    pub fn with_cost_usd(mut self, usd: f64) -> Self {
        self.cost_usd = usd;
        self
    }

    /// A file to be fetched.
    pub fn url(url: impl Into<String>, cost_usd: f64) -> Self {
        Self { content: Content::Url(url.into()), cost_usd, notes: Vec::new(), metadata: Metadata::default() }
    }

    /// A whole file's bytes.
    pub fn bytes(bytes: impl Into<Bytes>, cost_usd: f64) -> Self {
        Self { content: Content::Bytes(bytes.into()), cost_usd, notes: Vec::new(), metadata: Metadata::default() }
    }
}

/// Where a made file lies.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// On this machine, in the folder that the call's context named as `scratch`.
    File(PathBuf),
    /// On the web; the pipeline has the provider fetch it at once.
    Url(String),
    /// In memory: the whole file, which the pipeline writes into its own folder. As JSON it is Base64.
    #[schemars(extend("properties" = { "bytes": { "type": "string", "contentEncoding": "base64" } }))]
    Bytes(
        #[serde(with = "super::base64_bytes")]
        #[schemars(with = "String")]
        Bytes,
    ),
}

impl fmt::Debug for Content {
    /// Bytes are counted, not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Url(url) => f.debug_tuple("Url").field(url).finish(),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
        }
    }
}

/// A job at a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Generation {
    /// Under way.
    #[non_exhaustive]
    Pending {
        /// To ask for it again.
        job: JobId,
        /// 0-1 where the provider tells.
        progress: Option<f32>,
        /// When asking again makes sense. Longer than any job where the provider will call instead.
        #[serde(rename = "check_after_ms", with = "super::milliseconds")]
        #[schemars(with = "u64")]
        check_after: Duration,
    },
    /// Finished.
    Done(Generated),
    /// The provider took the job and failed at it, refused it or dropped it. It is over for good.
    Failed(Failure),
}

impl Generation {
    /// A job under way; asking for it again makes sense after so long.
    pub fn pending(job: JobId, check_after: Duration) -> Self {
        Self::Pending { job, progress: None, check_after }
    }

    /// With how far a job under way is, 0-1, where the provider tells. What is over stays as it is.
    #[must_use]
    pub fn with_progress(mut self, fraction: Option<f32>) -> Self {
        if let Self::Pending { progress, .. } = &mut self {
            *progress = fraction;
        }
        self
    }
}

/// How a job failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Failure {
    /// `GenerationFailed`, `ContentRejected`, `Cancelled` or `Timeout`.
    pub kind: ErrorKind,
    /// What the provider said, in one sentence.
    pub message: String,
    /// What it cost all the same, in US dollars.
    #[serde(default)]
    pub cost_usd: f64,
    /// What a person can do about it.
    #[serde(default)]
    pub hint: Option<String>,
    /// Whether the same job, ordered anew, may well succeed.
    #[serde(default)]
    pub retryable: bool,
}

impl Failure {
    /// A failure that cost nothing and will happen again.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), cost_usd: 0.0, hint: None, retryable: false }
    }

    /// With what it cost all the same, in US dollars.
    #[must_use]
    pub fn with_cost_usd(mut self, usd: f64) -> Self {
        self.cost_usd = usd;
        self
    }

    /// With what a person can do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the same job, ordered anew, may well succeed.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.retryable = retryable;
        self
    }

    /// As an error.
    pub fn to_error(&self) -> Error {
        let error = Error::new(self.kind, self.message.clone()).with_spent_usd(self.cost_usd);
        match &self.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

/// What became of a job that was to be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cancelled {
    /// It was stopped, after it had cost this much.
    #[non_exhaustive]
    Stopped {
        /// US dollars.
        cost_usd: f64,
    },
    /// It had ended before: what it made can still be fetched.
    AlreadyOver,
}

impl Cancelled {
    /// It was stopped, after it had cost so many US dollars.
    pub const fn stopped(cost_usd: f64) -> Self {
        Self::Stopped { cost_usd }
    }
}

/// What a provider knows of a call whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lookup {
    /// The call came through: this is its job.
    Found(JobId),
    /// The call never came through: ordering again buys nothing twice.
    Absent,
    /// The provider cannot tell.
    CannotTell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn contents_are_plain_data() {
        for (content, written, shown) in [
            (Content::File("a/clip.mp4".into()), json!({ "file": "a/clip.mp4" }), "File(\"a/clip.mp4\")"),
            (Content::Url("https://x/a".into()), json!({ "url": "https://x/a" }), "Url(\"https://x/a\")"),
            (Content::Bytes(Bytes::from_static(b"\0\xffclip")), json!({ "bytes": "AP9jbGlw" }), "Bytes(6)"),
        ] {
            assert_eq!(serde_json::to_value(&content).unwrap(), written);
            assert_eq!(serde_json::from_value::<Content>(written).unwrap(), content);
            assert_eq!(format!("{content:?}"), shown);
        }
        assert!(serde_json::from_value::<Content>(json!({ "bytes": "no Base64!" })).is_err());
        let made = Generated::bytes(vec![1, 2, 3], 0.25);
        assert_eq!((&made.content, made.cost_usd), (&Content::Bytes(vec![1, 2, 3].into()), 0.25));
        let again: Generated = serde_json::from_value(serde_json::to_value(&made).unwrap()).unwrap();
        assert_eq!(again, made);
    }
}
