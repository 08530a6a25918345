//! A job of any kind of provider, as the pipeline drives it.

use crate::{
    error::Result,
    project::Output,
    provider::{
        AudioProvider, AudioRequest, CallContext, Cancelled, CostRange, Generation, JobId, Lookup, ProviderInfo,
        VideoProvider, VideoRequest,
    },
    stages::{LIGHT_MB, picture_mb},
};
use async_trait::async_trait;
use std::{fmt::Debug, path::Path, sync::Arc, time::SystemTime};

/// A job of any kind of provider.
#[async_trait]
pub(crate) trait Order: Debug + Send + Sync + 'static {
    fn info(&self) -> &ProviderInfo;
    fn is_local(&self) -> bool;
    /// The memory that it takes on this machine, in megabytes.
    fn megabytes(&self) -> u32;
    fn estimate(&self) -> CostRange;
    async fn start(&self, context: &CallContext) -> Result<Generation>;
    async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation>;
    async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled>;
    async fn find(&self, context: &CallContext, since: SystemTime, known: &[JobId]) -> Result<Lookup>;
    async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()>;
}

/// A clip from a video provider.
#[derive(Debug)]
pub(crate) struct ClipOrder {
    pub(crate) provider: Arc<dyn VideoProvider>,
    pub(crate) request: VideoRequest,
}

/// A track from an audio provider.
#[derive(Debug)]
pub(crate) struct TrackOrder {
    pub(crate) provider: Arc<dyn AudioProvider>,
    pub(crate) request: AudioRequest,
}

macro_rules! order {
    ($order:ty, $megabytes:expr) => {
        #[async_trait]
        impl Order for $order {
            fn info(&self) -> &ProviderInfo {
                self.provider.info()
            }
            fn is_local(&self) -> bool {
                self.provider.capability().local
            }
            fn megabytes(&self) -> u32 {
                let megabytes: fn(&Self) -> u32 = $megabytes;
                megabytes(self)
            }
            fn estimate(&self) -> CostRange {
                self.provider.estimate(&self.request)
            }
            async fn start(&self, context: &CallContext) -> Result<Generation> {
                self.provider.start(context, &self.request).await
            }
            async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
                self.provider.check(context, job).await
            }
            async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
                self.provider.cancel(context, job).await
            }
            async fn find(&self, context: &CallContext, since: SystemTime, known: &[JobId]) -> Result<Lookup> {
                self.provider.find(context, &self.request, since, known).await
            }
            async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
                self.provider.fetch(context, url, target).await
            }
        }
    };
}

order!(ClipOrder, |clip| {
    let output = Output { short_side: clip.request.short_side, ..Output::default() };
    let (width, height) = output.size(clip.request.aspect);
    picture_mb(width, height)
});
order!(TrackOrder, |_| LIGHT_MB);
