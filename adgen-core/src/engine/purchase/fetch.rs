//! Fetching what a job made, and looking at it. What comes from the web is fetched again where it is no good; it is never
//! made again for that.
//!
//! May depend on `http`, `provider`, `error` and its neighbours `job`, `wanted`.

use super::{
    job::Job,
    wanted::{ATTEMPTS, Trouble},
};
use crate::{
    engine::turns::blocking,
    error::{Error, ErrorKind, Result},
    http::backoff,
    provider::{Content, Failure, Generated},
};
use std::path::PathBuf;
use tracing::Instrument;

impl Job<'_> {
    /// The made file on this machine. What comes from the web is fetched again where it is no good, never made again.
    pub(super) async fn fetch(&self, generated: &Generated) -> Result<PathBuf, Trouble> {
        let Self { shop, wanted, order, .. } = self;
        let bad = |error: &Error| {
            // By this kind later runs know it: see `past::check`.
            let mut body = error.body();
            let hint = body.hint.take();
            let failure = Failure::new(ErrorKind::Media, body.to_string());
            let failure = Failure { cost_usd: generated.cost_usd, hint, ..failure };
            Trouble::Over(failure)
        };
        let url = match &generated.content {
            Content::File(path) => return self.accepted(path.clone()).await.map_err(|error| bad(&error)),
            Content::Bytes(bytes) => {
                let path = self.written(bytes).await.map_err(|error| error.with_spent_usd(generated.cost_usd))?;
                return self.accepted(path).await.map_err(|error| bad(&error));
            }
            Content::Url(url) => url,
        };
        let context = self.context().await?;
        let path = shop.artifacts.work_folder(wanted.artifact).await?.join("download");
        let mut attempt = 1;
        loop {
            let fetched = tokio::select! {
                fetched = order.fetch(&context, url, &path).instrument(self.span("fetch", attempt)) => fetched,
                () = shop.turns.cancel().cancelled() => return Err(Error::cancelled().into()),
            };
            let (error, arrived) = match fetched {
                Ok(()) => match self.accepted(path.clone()).await {
                    Ok(path) => return Ok(path),
                    Err(error) => (error, true),
                },
                Err(error) => (error, false),
            };
            if matches!(error.kind(), ErrorKind::Io | ErrorKind::Cancelled) {
                return Err(error.into());
            }
            // A file that is too large will be so again.
            let hopeless = error.kind() == ErrorKind::InvalidInput && !arrived;
            if hopeless || attempt == ATTEMPTS {
                return Err(match arrived || hopeless {
                    true => bad(&error),
                    false => error
                        .with_spent_usd(generated.cost_usd)
                        .with_hint("run again soon: what was made is still at the provider")
                        .into(),
                });
            }
            self.pause(backoff(attempt), attempt, error.kind()).await?;
            attempt += 1;
        }
    }

    /// The same file, looked at: probing reads all of it.
    async fn accepted(&self, path: PathBuf) -> Result<PathBuf> {
        let accept = self.wanted.accept;
        blocking(move || accept(&path).map(|()| path)).await
    }

    /// Bytes as a file in the working folder.
    async fn written(&self, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.shop.artifacts.work_folder(self.wanted.artifact).await?.join("made");
        match tokio::fs::write(&path, bytes).await {
            Ok(()) => Ok(path),
            Err(error) => Err(Error::from(error).with_context("path", path.display())),
        }
    }
}
