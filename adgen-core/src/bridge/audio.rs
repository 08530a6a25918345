//! An audio provider that is written in the other language.
//!
//! Depends on `provider`, `project` (costs), `error` and its neighbour `host`.

use super::host::{Host, Role, arguments, asked, in_time, known, lasting, order, property, read, value};
use crate::{
    error::{ErrorKind, Result},
    project::CostRange,
    provider::{
        AudioCapability, AudioProvider, AudioRequest, CallContext, Cancelled, Generation, JobId, Lookup, ProviderInfo,
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

const ROLE: Role = Role::Audio;

/// Asks a host for tracks.
#[derive(Debug)]
pub(super) struct HostAudio {
    host: Arc<dyn Host>,
    info: ProviderInfo,
    capability: AudioCapability,
    gives_private_urls: bool,
}

impl HostAudio {
    /// # Errors
    /// `InvalidConfig` where it does not say who it is and what it can do.
    pub(super) fn new(host: Arc<dyn Host>) -> Result<Self> {
        let info = known(&*host, ROLE)?;
        let usual = value(&AudioCapability::remote_music(f64::INFINITY))?;
        let capability: AudioCapability = property(&*host, ROLE, "capability", Some(usual))?;
        lasting(ROLE, capability.max_duration_s)?;
        let gives_private_urls = property(&*host, ROLE, "gives_private_urls", Some(Value::Bool(false)))?;
        Ok(Self { host, info, capability, gives_private_urls })
    }
}

#[async_trait]
impl AudioProvider for HostAudio {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> AudioCapability {
        self.capability.clone()
    }

    fn estimate(&self, request: &AudioRequest) -> CostRange {
        asked(&*self.host, ROLE, "estimate", request).unwrap_or_else(|| self.info.price.of(request.duration_s))
    }

    fn offered_s(&self, request: &AudioRequest) -> f64 {
        asked(&*self.host, ROLE, "offered_s", request).unwrap_or(request.duration_s)
    }

    async fn start(&self, context: &CallContext, request: &AudioRequest) -> Result<Generation> {
        order(&*self.host, ROLE, &self.info, value(request)?, context, self.capability.local).await
    }

    async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
        let arguments = arguments([("job", value(job)?)]);
        read(ROLE, "check", context.unless_cancelled(self.host.call("check", &arguments, context)).await?)
    }

    async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
        let arguments = arguments([("job", value(job)?)]);
        read(ROLE, "cancel", in_time(ROLE, "cancel", context, self.host.call("cancel", &arguments, context)).await?)
    }

    async fn find(
        &self,
        context: &CallContext,
        request: &AudioRequest,
        since: SystemTime,
        known: &[JobId],
    ) -> Result<Lookup> {
        if !self.host.has("find") {
            return Ok(Lookup::CannotTell);
        }
        let since = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let arguments = arguments([("request", value(request)?), ("since", json!(since)), ("known", value(&known)?)]);
        read(ROLE, "find", context.unless_cancelled(self.host.call("find", &arguments, context)).await?)
    }

    fn gives_private_urls(&self) -> bool {
        self.gives_private_urls
    }

    async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
        if !self.host.has("fetch") {
            return context.fetch(url, target, self.gives_private_urls).await;
        }
        let arguments = arguments([("url", json!(url)), ("target", value(&target)?)]);
        context.unless_cancelled(self.host.call("fetch", &arguments, context)).await?;
        // What is not there would be found out much later, and be blamed on somebody else.
        match target.is_file() {
            true => Ok(()),
            false => Err(crate::error::Error::new(ErrorKind::NotFound, format!("the {ROLE}'s fetch wrote no file"))
                .with_context("path", target.display())),
        }
    }
}
