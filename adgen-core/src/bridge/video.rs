//! A video provider that is written in the other language.
//!
//! Depends on `provider`, `project` (costs), `error` and its neighbour `host`.

use super::host::{Host, Role, arguments, asked, in_time, known, lasting, order, property, read, value};
use crate::{
    error::{ErrorKind, Result},
    project::CostRange,
    provider::{
        CallContext, Cancelled, Generation, JobId, Lookup, ProviderInfo, VideoCapability, VideoOffer, VideoProvider,
        VideoRequest,
    },
};
use async_trait::async_trait;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

const ROLE: Role = Role::Video;

/// Asks a host for clips.
#[derive(Debug)]
pub(super) struct HostVideo {
    host: Arc<dyn Host>,
    info: ProviderInfo,
    capability: VideoCapability,
    gives_private_urls: bool,
}

impl HostVideo {
    /// # Errors
    /// `InvalidConfig` where it does not say who it is and what it can do.
    pub(super) fn new(host: Arc<dyn Host>) -> Result<Self> {
        let info = known(&*host, ROLE)?;
        let usual = value(&VideoCapability::remote(f64::INFINITY))?;
        let capability: VideoCapability = property(&*host, ROLE, "capability", Some(usual))?;
        lasting(ROLE, capability.max_duration_s)?;
        let gives_private_urls = property(&*host, ROLE, "gives_private_urls", Some(Value::Bool(false)))?;
        Ok(Self { host, info, capability, gives_private_urls })
    }
}

#[async_trait]
impl VideoProvider for HostVideo {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        self.capability.clone()
    }

    fn estimate(&self, request: &VideoRequest) -> CostRange {
        asked(&*self.host, ROLE, "estimate", request).unwrap_or_else(|| self.info.price.of(request.duration_s))
    }

    fn offer(&self, request: &VideoRequest) -> VideoOffer {
        asked(&*self.host, ROLE, "offer", request)
            .unwrap_or_else(|| VideoOffer::new(request.duration_s, Some(request.short_side)))
    }

    async fn start(&self, context: &CallContext, request: &VideoRequest) -> Result<Generation> {
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
        request: &VideoRequest,
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
