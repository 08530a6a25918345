//! A job at a provider, under way or done.

use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf, time::Duration};

/// The provider's own name for a job; enough to find it again after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub String);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a provider made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Generated {
    /// The file, or where it can be fetched.
    pub content: Content,
    /// What it cost in US dollars, as metered or, where the provider does not tell, by its price list.
    pub cost_usd: f64,
    /// The wish that the provider met differently, such as another length: recorded as a note.
    pub notes: Vec<String>,
}

impl Generated {
    /// A file on this machine that cost nothing.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { content: Content::File(path.into()), cost_usd: 0.0, notes: Vec::new() }
    }

    /// A file to be fetched.
    pub fn url(url: impl Into<String>, cost_usd: f64) -> Self {
        Self { content: Content::Url(url.into()), cost_usd, notes: Vec::new() }
    }
}

/// Where a made file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// On this machine, in the folder that the request named.
    File(PathBuf),
    /// On the web; the pipeline fetches it at once.
    Url(String),
}

/// A job at a provider.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Generation {
    /// Under way.
    Pending {
        /// To ask for it again.
        job: JobId,
        /// 0-1 where the provider tells.
        progress: Option<f32>,
        /// When asking again makes sense.
        check_after: Duration,
    },
    /// Finished.
    Done(Generated),
}
