//! The contract of whatever makes moving backgrounds.

use super::{CallContext, Cancelled, CostRange, Generation, JobId, Lookup, ProviderInfo};
use crate::{
    error::Result,
    project::{Aspect, Rgb},
};
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fmt::Debug,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// One background to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct VideoRequest {
    /// What is to be seen, style included; never the product.
    pub prompt: String,
    /// What is not to be seen; given to models that have a place for it.
    pub negative_prompt: Option<String>,
    /// A picture to begin with. The pipeline names none: products are never generated.
    pub image: Option<ImageInput>,
    /// Least length in seconds; a longer clip is trimmed.
    pub duration_s: f64,
    /// Shape.
    pub aspect: Aspect,
    /// The shorter side of the final video in pixels: what the clip should be good enough for.
    pub short_side: u32,
    /// Frames a second of the final video.
    pub fps: u32,
    /// The same request and seed should give the same clip.
    pub seed: u32,
    /// The project's colours, the most important first.
    pub palette: Vec<Rgb>,
}

impl VideoRequest {
    /// A request for a 9:16 clip of `duration_s` seconds.
    pub fn new(prompt: impl Into<String>, duration_s: f64) -> Self {
        Self {
            prompt: prompt.into(),
            negative_prompt: None,
            image: None,
            duration_s,
            aspect: Aspect::Portrait9x16,
            short_side: 1080,
            fps: 30,
            seed: 0,
            palette: Vec::new(),
        }
    }

    /// Without this in sight.
    #[must_use]
    pub fn with_negative_prompt(mut self, prompt: impl Into<String>) -> Self {
        self.negative_prompt = Some(prompt.into());
        self
    }

    /// With a picture to begin with.
    #[must_use]
    pub fn with_image(mut self, image: ImageInput) -> Self {
        self.image = Some(image);
        self
    }

    /// In this shape.
    #[must_use]
    pub fn with_aspect(mut self, aspect: Aspect) -> Self {
        self.aspect = aspect;
        self
    }

    /// Good enough for a video whose shorter side has so many pixels.
    #[must_use]
    pub fn with_short_side(mut self, pixels: u32) -> Self {
        self.short_side = pixels;
        self
    }

    /// For a video of so many frames a second.
    #[must_use]
    pub fn with_fps(mut self, fps: u32) -> Self {
        self.fps = fps;
        self
    }

    /// From this seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// In the project's colours, the most important first.
    #[must_use]
    pub fn with_palette(mut self, colors: impl IntoIterator<Item = Rgb>) -> Self {
        self.palette = colors.into_iter().collect();
        self
    }
}

/// What a provider really makes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct VideoOffer {
    /// Length of the clip in seconds.
    pub duration_s: f64,
    /// The shorter side of the clip in pixels; `None` where the provider has one size only, whatever is asked for.
    pub short_side: Option<u32>,
}

impl VideoOffer {
    /// A clip of this length and size.
    pub const fn new(duration_s: f64, short_side: Option<u32>) -> Self {
        Self { duration_s, short_side }
    }
}

/// A picture that is given to a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageInput {
    /// On the web, where the provider can fetch it.
    Url(String),
    /// On this machine.
    File(PathBuf),
}

/// What a video provider can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct VideoCapability {
    /// Shapes that it can make.
    pub aspects: Vec<Aspect>,
    /// The longest clip in seconds.
    #[serde(with = "super::unbounded", default = "super::unbounded::none")]
    #[schemars(with = "Option<f64>")]
    pub max_duration_s: f64,
    /// Whether a seed is obeyed.
    pub seed: bool,
    /// Whether `cancel` stops the work.
    pub cancel: bool,
    /// Whether it works on this machine's processor and so has to take its turn with the pipeline's own work.
    pub local: bool,
}

impl VideoCapability {
    /// A remote provider of every shape.
    pub fn remote(max_duration_s: f64) -> Self {
        Self { aspects: Aspect::ALL.to_vec(), max_duration_s, seed: true, cancel: true, local: false }
    }

    /// A provider of every shape and length on this machine.
    pub fn local() -> Self {
        Self { aspects: Aspect::ALL.to_vec(), max_duration_s: f64::INFINITY, seed: true, cancel: true, local: true }
    }

    /// Of these shapes alone.
    #[must_use]
    pub fn with_aspects(mut self, aspects: impl IntoIterator<Item = Aspect>) -> Self {
        self.aspects = aspects.into_iter().collect();
        self
    }

    /// Whose longest clip has so many seconds.
    #[must_use]
    pub fn with_max_duration_s(mut self, seconds: f64) -> Self {
        self.max_duration_s = seconds;
        self
    }

    /// Whether a seed is obeyed.
    #[must_use]
    pub fn with_seed(mut self, obeyed: bool) -> Self {
        self.seed = obeyed;
        self
    }

    /// Whether `cancel` stops the work.
    #[must_use]
    pub fn with_cancel(mut self, stops: bool) -> Self {
        self.cancel = stops;
        self
    }
}

/// Makes moving backgrounds.
///
/// # For implementers
/// A job is named before it is waited for, so that it can be found again: return `Pending` from `start` unless the
/// work is already done. `start` is called once for each job and never repeated after an ambiguous failure; `check`
/// and `cancel` may be repeated. Errors carry [`Retry`](crate::Retry), which alone decides whether the pipeline tries again.
/// What a call is given with it, such as a folder for files, is in its [`CallContext`].
#[async_trait]
pub trait VideoProvider: Debug + Send + Sync + 'static {
    /// Name, model and price list.
    fn info(&self) -> &ProviderInfo;

    /// What it can do.
    fn capability(&self) -> VideoCapability;

    /// What a request will cost, by the price list.
    fn estimate(&self, request: &VideoRequest) -> CostRange {
        self.info().price.of(request.duration_s)
    }

    /// What it would really make of a request: which lengths and sizes it has. Calls nobody and costs nothing.
    ///
    /// Two requests for the same words and seed with the same offer are one artifact, which is bought once. Without an answer
    /// of its own every length and size counts as another clip.
    fn offer(&self, request: &VideoRequest) -> VideoOffer {
        VideoOffer::new(request.duration_s, Some(request.short_side))
    }

    /// Starts a job.
    ///
    /// # Errors
    /// `Unsupported` for a request outside [`VideoProvider::capability`], before anything is spent; `OutcomeUnknown` where
    /// the call was made and its answer was lost.
    async fn start(&self, context: &CallContext, request: &VideoRequest) -> Result<Generation>;

    /// Asks for a job; an unknown remote state counts as pending.
    ///
    /// # Errors
    /// `NotFound` for a job that the provider does not know. A job that failed is no error but [`Generation::Failed`].
    async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation>;

    /// Stops a job. Stopping a finished job does nothing.
    ///
    /// # Errors
    /// `NotFound` for a job that the provider does not know.
    async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled>;

    /// Looks for the job of a `start` at or after `since` whose answer was lost. Jobs in `known` belong to others.
    ///
    /// # Errors
    /// Where the provider could not be asked.
    async fn find(
        &self,
        context: &CallContext,
        request: &VideoRequest,
        since: SystemTime,
        known: &[JobId],
    ) -> Result<Lookup> {
        let _ = (context, request, since, known);
        Ok(Lookup::CannotTell)
    }

    /// Whether what it makes may lie at addresses that are not public, such as a server in one's own network.
    fn gives_private_urls(&self) -> bool {
        false
    }

    /// Fetches what a job made to the file `target`: from the public internet alone unless
    /// [`gives_private_urls`](Self::gives_private_urls), for the address is a server's answer and may lead anywhere; as the
    /// studio's [`HttpOptions`](crate::HttpOptions) say.
    ///
    /// # Errors
    /// As the server or the network did; `InvalidInput` for an address that is not allowed; `Cancelled` by the context.
    async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
        context.fetch(url, target, self.gives_private_urls()).await
    }
}
