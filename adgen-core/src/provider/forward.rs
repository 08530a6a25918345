//! Providers behind a pointer are providers: one that is chosen at run time can be handed in as `Arc<dyn VideoProvider>`.
//!
//! May depend on `error`, `project` and its neighbours alone.

use super::{
    AudioCapability, AudioProvider, AudioRequest, CallContext, Cancelled, CostRange, Generation, JobId, Lookup, Plan,
    PlanRequest, Planner, ProviderInfo, VideoCapability, VideoOffer, VideoProvider, VideoRequest,
};
use crate::error::Result;
use async_trait::async_trait;
use std::{path::Path, sync::Arc, time::SystemTime};

macro_rules! forward {
    ($($pointer:ident),+) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: VideoProvider + ?Sized> VideoProvider for $pointer<T> {
            fn info(&self) -> &ProviderInfo {
                (**self).info()
            }
            fn capability(&self) -> VideoCapability {
                (**self).capability()
            }
            fn estimate(&self, request: &VideoRequest) -> CostRange {
                (**self).estimate(request)
            }
            fn offer(&self, request: &VideoRequest) -> VideoOffer {
                (**self).offer(request)
            }
            async fn start(&self, context: &CallContext, request: &VideoRequest) -> Result<Generation> {
                (**self).start(context, request).await
            }
            async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
                (**self).check(context, job).await
            }
            async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
                (**self).cancel(context, job).await
            }
            async fn find(&self, context: &CallContext, request: &VideoRequest, since: SystemTime, known: &[JobId]) -> Result<Lookup> {
                (**self).find(context, request, since, known).await
            }
            fn gives_private_urls(&self) -> bool {
                (**self).gives_private_urls()
            }
            async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
                (**self).fetch(context, url, target).await
            }
        }

        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: AudioProvider + ?Sized> AudioProvider for $pointer<T> {
            fn info(&self) -> &ProviderInfo {
                (**self).info()
            }
            fn capability(&self) -> AudioCapability {
                (**self).capability()
            }
            fn estimate(&self, request: &AudioRequest) -> CostRange {
                (**self).estimate(request)
            }
            fn offered_s(&self, request: &AudioRequest) -> f64 {
                (**self).offered_s(request)
            }
            async fn start(&self, context: &CallContext, request: &AudioRequest) -> Result<Generation> {
                (**self).start(context, request).await
            }
            async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
                (**self).check(context, job).await
            }
            async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
                (**self).cancel(context, job).await
            }
            async fn find(&self, context: &CallContext, request: &AudioRequest, since: SystemTime, known: &[JobId]) -> Result<Lookup> {
                (**self).find(context, request, since, known).await
            }
            fn gives_private_urls(&self) -> bool {
                (**self).gives_private_urls()
            }
            async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
                (**self).fetch(context, url, target).await
            }
        }

        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: Planner + ?Sized> Planner for $pointer<T> {
            fn info(&self) -> &ProviderInfo {
                (**self).info()
            }
            fn estimate(&self, request: &PlanRequest) -> CostRange {
                (**self).estimate(request)
            }
            async fn plan(&self, context: &CallContext, request: &PlanRequest) -> Result<Plan> {
                (**self).plan(context, request).await
            }
        }
    )+};
}

forward!(Arc, Box);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Price;

    #[derive(Debug)]
    struct Fussy(ProviderInfo);

    #[async_trait]
    impl VideoProvider for Fussy {
        fn info(&self) -> &ProviderInfo {
            &self.0
        }
        fn capability(&self) -> VideoCapability {
            VideoCapability::remote(5.0)
        }
        fn estimate(&self, _: &VideoRequest) -> CostRange {
            CostRange::exactly(7.0)
        }
        fn offer(&self, _: &VideoRequest) -> VideoOffer {
            VideoOffer::new(5.0, None)
        }
        async fn start(&self, _: &CallContext, _: &VideoRequest) -> Result<Generation> {
            Err(crate::Error::cancelled())
        }
        async fn check(&self, _: &CallContext, _: &JobId) -> Result<Generation> {
            Err(crate::Error::cancelled())
        }
        async fn cancel(&self, _: &CallContext, _: &JobId) -> Result<Cancelled> {
            Ok(Cancelled::AlreadyOver)
        }
        async fn find(&self, _: &CallContext, _: &VideoRequest, _: SystemTime, _: &[JobId]) -> Result<Lookup> {
            Ok(Lookup::Absent)
        }
        fn gives_private_urls(&self) -> bool {
            true
        }
    }

    fn as_provider(provider: impl VideoProvider) -> impl VideoProvider {
        provider
    }

    #[tokio::test]
    async fn what_has_a_default_is_asked_of_the_provider_itself() {
        let info = ProviderInfo::priced("fussy", "1", Price::Unknown);
        let chosen: Arc<dyn VideoProvider> = Arc::new(Fussy(info.clone()));
        let boxed: Box<dyn VideoProvider> = Box::new(as_provider(Arc::clone(&chosen)));
        for provider in [&chosen as &dyn VideoProvider, &as_provider(Arc::clone(&chosen)), &as_provider(boxed)] {
            let request = VideoRequest::new("x", 3.0);
            assert_eq!(provider.info(), &info);
            assert_eq!(provider.estimate(&request), CostRange::exactly(7.0));
            assert_eq!(provider.offer(&request), VideoOffer::new(5.0, None));
            assert!(provider.gives_private_urls());
            assert_eq!(
                provider.find(&CallContext::new(), &request, SystemTime::now(), &[]).await.unwrap(),
                Lookup::Absent
            );
        }
    }
}
