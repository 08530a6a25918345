//! How the end of a job is learnt.
//!
//! May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use std::{fmt, time::Duration};
use url::Url;

/// How the end of a job is learnt.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// By asking, at growing intervals.
    #[default]
    Poll,
    /// The first call waits for this long, 1-60 s, and brings the result where that was enough; after that by asking.
    Wait(Duration),
    /// Replicate calls this https address; hand what it sends to [`verify_webhook`](crate::replicate::verify_webhook) and on to
    /// [`Run::notify`](crate::Run::notify). The job is asked for every five minutes all the same.
    Webhook(String),
}

impl fmt::Debug for Delivery {
    /// A webhook's address is cut to its host: path and query may hold a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Poll => f.write_str("Poll"),
            Self::Wait(time) => f.debug_tuple("Wait").field(time).finish(),
            Self::Webhook(url) => {
                let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
                f.debug_tuple("Webhook").field(&host.unwrap_or_default()).finish()
            }
        }
    }
}

impl Delivery {
    /// # Errors
    /// `InvalidConfig` for a time out of range, and for an address that Replicate cannot call.
    pub(super) fn check(&self) -> Result<()> {
        match self {
            Self::Wait(time) if !(1..=60).contains(&time.as_secs()) => {
                let message = format!("a first call is to wait for {time:?}: 1-60 s are possible");
                Err(Error::new(ErrorKind::InvalidConfig, message))
            }
            Self::Webhook(url) => check_webhook(url),
            Self::Poll | Self::Wait(_) => Ok(()),
        }
    }
}

fn check_webhook(text: &str) -> Result<()> {
    let wrong = "webhooks go to an https address that Replicate can reach";
    let url = Url::parse(text).map_err(|e| Error::new(ErrorKind::InvalidConfig, wrong).with_source(e))?;
    // Plain http only for trying things out on one machine: nobody else could be called there.
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::InvalidConfig, wrong).with_context("scheme", url.scheme()))
    }
}
