//! Providers as a run asks them: whatever one of them panics in is a failure of that provider, and its usual consequence
//! follows. The one place that calls the methods of a provider.
//!
//! What has no error to give, such as a price, is answered in the provider's stead, and the order that it was about is
//! never begun. What may be under way is still asked for and stopped. May depend on `provider`, `project` and `error`.

use crate::{
    error::{Error, ErrorKind, Result, panic_words},
    project::CostRange,
    provider::{
        AudioCapability, AudioProvider, AudioRequest, CallContext, Cancelled, Generation, JobId, Lookup, Plan,
        PlanRequest, Planner, ProviderInfo, VideoCapability, VideoOffer, VideoProvider, VideoRequest,
    },
};
use async_trait::async_trait;
use futures_util::FutureExt;
use std::{
    any::Any,
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// What was caught of some providers: the first panic of an answer that was given in a provider's stead.
#[derive(Debug, Clone, Default)]
pub(super) struct Caught(Arc<Mutex<Option<Error>>>);

impl Caught {
    /// The first panic.
    pub(super) fn first(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, error: &Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| error.clone());
    }
}

/// A provider `P` with capabilities `C` that is asked about requests `R`. Who it is and what it can do is asked for once, so
/// that keys stay the same whatever it answers later.
#[derive(Debug)]
pub(super) struct Foreign<P: ?Sized, C, R> {
    provider: Arc<P>,
    info: ProviderInfo,
    capability: C,
    /// It panicked when it was asked who it is or what it can do.
    broken: Option<Error>,
    /// Requests about which it panicked.
    spoilt: Mutex<Vec<(R, Error)>>,
    caught: Caught,
}

pub(super) type ForeignPlanner = Foreign<dyn Planner, (), PlanRequest>;
pub(super) type ForeignVideo = Foreign<dyn VideoProvider, VideoCapability, VideoRequest>;
pub(super) type ForeignAudio = Foreign<dyn AudioProvider, AudioCapability, AudioRequest>;

/// Asks, and catches.
fn asked<T>(who: &str, method: &str, ask: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(ask)).map_err(|panic| panicked(who, method, &*panic))
}

fn panicked(who: &str, method: &str, panic: &(dyn Any + Send)) -> Error {
    // A provider of another language has no panics, and says what went wrong.
    let error = match panic.downcast_ref::<Error>() {
        Some(error) => {
            Error::new(ErrorKind::Unexpected, format!("{who} failed in {method}")).with_source(error.clone())
        }
        None => {
            let message = format!("{who} panicked in {method}: {}", panic_words(panic));
            Error::new(ErrorKind::Unexpected, message)
        }
    };
    error.with_hint("this is a defect of the provider: tell whoever wrote it, or choose another one")
}

impl<P: ?Sized, C, R: Clone + PartialEq> Foreign<P, C, R> {
    /// `role` is like `video provider`; `unable` stands for what it can do where it does not say so.
    fn new(
        provider: Arc<P>,
        role: &str,
        info: impl FnOnce(&P) -> ProviderInfo,
        capability: impl FnOnce(&P) -> C,
        unable: C,
        caught: &Caught,
    ) -> Self {
        let mut broken = None;
        let mut keep = |error: Error| {
            caught.add(&error);
            broken.get_or_insert(error);
        };
        // Free of charge, for nothing is ever begun there.
        let nameless = || ProviderInfo::free(format!("a {role} without a name"), "unknown");
        let info = asked(&format!("the {role}"), "info", || info(&provider));
        let info = info.map_err(&mut keep).unwrap_or_else(|()| nameless());
        let capability = asked(&info.name, "capability", || capability(&provider));
        let capability = capability.map_err(&mut keep).unwrap_or(unable);
        Self { provider, info, capability, broken, spoilt: Mutex::default(), caught: caught.clone() }
    }

    fn named(&self, error: Error) -> Error {
        error.with_provider(&self.info.name).with_model(&self.info.model)
    }

    fn ask<T>(&self, method: &str, ask: impl FnOnce(&P) -> T) -> Result<T> {
        asked(&self.info.name, method, || ask(&self.provider)).map_err(|error| self.named(error))
    }

    /// What it says about a request that is not begun yet, or what stands in for that.
    fn about<T>(&self, method: &str, request: &R, ask: impl FnOnce(&P) -> T, instead: impl FnOnce() -> T) -> T {
        self.ask(method, ask).unwrap_or_else(|error| {
            self.caught.add(&error);
            let mut spoilt = self.spoilt.lock().unwrap_or_else(PoisonError::into_inner);
            if !spoilt.iter().any(|(other, _)| other == request) {
                spoilt.push((request.clone(), error));
            }
            instead()
        })
    }

    /// Whether something may be begun for a request: not where an answer about it was made up.
    fn may_begin(&self, request: &R) -> Result<()> {
        let spoilt = self.spoilt.lock().unwrap_or_else(PoisonError::into_inner);
        let about = spoilt.iter().find(|(other, _)| other == request).map(|(_, error)| error);
        self.broken.as_ref().or(about).map_or(Ok(()), |error| Err(error.clone()))
    }

    async fn call<T>(&self, method: &str, call: impl Future<Output = Result<T>>) -> Result<T> {
        let called = AssertUnwindSafe(call).catch_unwind().await;
        called.unwrap_or_else(|panic| Err(self.named(panicked(&self.info.name, method, &*panic))))
    }

    /// The same for a call that begins something: where it costs something, nobody knows what became of it.
    async fn begin<T>(&self, method: &str, request: &R, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.may_begin(request)?;
        let called = AssertUnwindSafe(call).catch_unwind().await;
        called.unwrap_or_else(|panic| {
            let error = self.named(panicked(&self.info.name, method, &*panic));
            Err(if self.info.price.is_free() { error } else { error.with_kind(ErrorKind::OutcomeUnknown) })
        })
    }
}

macro_rules! foreign {
    ($foreign:ty, $contract:path, $capability:ty, $request:ty, $($extent:tt)*) => {
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl $contract for $foreign {
            fn info(&self) -> &ProviderInfo {
                &self.info
            }
            fn capability(&self) -> $capability {
                self.capability.clone()
            }
            fn estimate(&self, request: &$request) -> CostRange {
                let usual = || self.info.price.of(request.duration_s);
                self.about("estimate", request, |provider| provider.estimate(request), usual)
            }
            $($extent)*
            async fn start(&self, context: &CallContext, request: &$request) -> Result<Generation> {
                self.begin("start", request, async { self.provider.start(context, request).await }).await
            }
            async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
                self.call("check", async { self.provider.check(context, job).await }).await
            }
            async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
                self.call("cancel", async { self.provider.cancel(context, job).await }).await
            }
            async fn find(
                &self,
                context: &CallContext,
                request: &$request,
                since: SystemTime,
                known: &[JobId],
            ) -> Result<Lookup> {
                self.call("find", async { self.provider.find(context, request, since, known).await }).await
            }
            fn gives_private_urls(&self) -> bool {
                // Asked by the provider's own `fetch` alone. What did not say so gives public ones.
                self.ask("gives_private_urls", |provider| provider.gives_private_urls()).unwrap_or(false)
            }
            async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
                self.call("fetch", async { self.provider.fetch(context, url, target).await }).await
            }
        }
    };
}

foreign!(
    ForeignVideo,
    VideoProvider,
    VideoCapability,
    VideoRequest,
    fn offer(&self, request: &VideoRequest) -> VideoOffer {
        let asked = || VideoOffer::new(request.duration_s, Some(request.short_side));
        self.about("offer", request, |provider| provider.offer(request), asked)
    }
);

foreign!(
    ForeignAudio,
    AudioProvider,
    AudioCapability,
    AudioRequest,
    fn offered_s(&self, request: &AudioRequest) -> f64 {
        self.about("offered_s", request, |provider| provider.offered_s(request), || request.duration_s)
    }
);

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Planner for ForeignPlanner {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }
    fn estimate(&self, request: &PlanRequest) -> CostRange {
        self.about("estimate", request, |provider| provider.estimate(request), || self.info.price.of(0.0))
    }
    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> Result<Plan> {
        self.begin("plan", request, async { self.provider.plan(context, request).await }).await
    }
}

impl ForeignPlanner {
    pub(super) fn planner(provider: &Arc<dyn Planner>, caught: &Caught) -> Arc<dyn Planner> {
        Arc::new(Self::new(Arc::clone(provider), "planner", |planner| planner.info().clone(), |_| (), (), caught))
    }
}

impl ForeignVideo {
    pub(super) fn video(provider: &Arc<dyn VideoProvider>, caught: &Caught) -> Arc<dyn VideoProvider> {
        Arc::new(Self::new(
            Arc::clone(provider),
            "video provider",
            |video| video.info().clone(),
            |video| video.capability(),
            VideoCapability::remote(f64::INFINITY),
            caught,
        ))
    }
}

impl ForeignAudio {
    pub(super) fn audio(provider: &Arc<dyn AudioProvider>, caught: &Caught) -> Arc<dyn AudioProvider> {
        Arc::new(Self::new(
            Arc::clone(provider),
            "audio provider",
            |audio| audio.info().clone(),
            |audio| audio.capability(),
            AudioCapability::remote_music(f64::INFINITY),
            caught,
        ))
    }
}
