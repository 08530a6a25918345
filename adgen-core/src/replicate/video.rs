//! [`ReplicateVideo`]: moving backgrounds from one video model.

use super::{
    client::Replicate,
    engine::Engine,
    files,
    input::{self, PredictionInput},
    model::{self, Kind, Model, USUAL_SIDE, check_name},
    schema,
    wire::PROVIDER,
};
use crate::{
    error::{Error, ErrorKind, Result},
    project::Aspect,
    provider::{
        CallContext, Cancelled, CostRange, Generation, ImageInput, JobId, Lookup, Price, ProviderInfo, VideoCapability,
        VideoOffer, VideoProvider, VideoRequest,
    },
};
use async_trait::async_trait;
use std::{path::Path, sync::Arc, time::SystemTime};

/// One of Replicate's video models.
///
/// ```no_run
/// # use adgen::replicate::{Replicate, ReplicateVideo};
/// # async fn connect() -> adgen::Result<()> {
/// if let Some(replicate) = Replicate::from_env()? {
///     let usual = ReplicateVideo::new(replicate.clone());
///     let other = ReplicateVideo::connect(replicate, "google/veo-3.1-fast").await?;
/// #   drop((usual, other));
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ReplicateVideo {
    engine: Engine,
    short_side: Option<u32>,
    info: ProviderInfo,
}

impl ReplicateVideo {
    /// The default model, `bytedance/seedance-1-pro-fast` at 720p.
    pub fn new(replicate: Replicate) -> Self {
        // Cannot fail: the list is part of this crate, and a test reads it.
        let model = model::known(Kind::Video).next().expect("a first video model");
        Self::of(replicate, Arc::new(model.clone()))
    }

    /// A model of [`ReplicateVideo::models`], without a call.
    ///
    /// # Errors
    /// `Unsupported` for another one: [`ReplicateVideo::connect`] asks for those.
    pub fn known(replicate: Replicate, name: &str) -> Result<Self> {
        match model::named(name) {
            Some(model) if model.kind == Kind::Video => Ok(Self::of(replicate, Arc::new(model.clone()))),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                format!("{name:?} is none of the video models that adgen knows"),
            )
            .with_hint("ReplicateVideo::connect reads the inputs of others from Replicate")),
        }
    }

    /// Any model, `owner/name`. One that is not known is looked up, and its inputs are read from its own schema; nobody
    /// knows its price then but you: see [`ReplicateVideo::with_price`].
    ///
    /// # Errors
    /// `NotFound` for a model that was retired or is misspelt, `Unsupported` for one whose inputs cannot be filled, which are
    /// named; as the network did.
    pub async fn connect(replicate: Replicate, name: &str) -> Result<Self> {
        match model::named(name) {
            Some(model) if model.kind == Kind::Video => Ok(Self::of(replicate, Arc::new(model.clone()))),
            Some(_) => Err(Error::new(ErrorKind::Unsupported, format!("{name} makes sound and no video"))
                .with_hint("choose another: --video-model, ADGEN_VIDEO_MODEL")),
            None => {
                check_name(name)?;
                let model = schema::derive(name, &replicate.describe(name).await?, true)?;
                Ok(Self::of(replicate, Arc::new(model)))
            }
        }
    }

    /// The names of the models that are known without a look-up, the default first.
    pub fn models() -> impl Iterator<Item = &'static str> {
        model::known(Kind::Video).map(|model| model.name.as_str())
    }

    /// What the model takes, in place of what the list says.
    #[must_use]
    pub fn with_price(mut self, price: Price) -> Self {
        self.engine.price = Some(price);
        self.with_info()
    }

    /// The shorter side up to which clips are bought, in pixels; 720 where not set. More costs more, and takes resolutions
    /// too whose price nobody has said.
    #[must_use]
    pub fn with_short_side(mut self, pixels: u32) -> Self {
        self.short_side = Some(pixels);
        self.with_info()
    }

    fn of(replicate: Replicate, model: Arc<Model>) -> Self {
        let info = ProviderInfo::priced(PROVIDER, model.name.clone(), model.price.clone());
        Self { engine: Engine { replicate, model, price: None }, short_side: None, info }.with_info()
    }

    /// The price as it is with what was set.
    fn with_info(mut self) -> Self {
        let usual = VideoRequest { short_side: u32::MAX, ..VideoRequest::new("price", 1.0) };
        let usual = VideoRequest { image: self.engine.model.image.clone().map(ImageInput::Url), ..usual };
        let model = &self.engine.model;
        let price = self.input(&usual).map_or(Price::Unknown, |input| self.engine.price_of(&input));
        // The name is part of what a clip is remembered by, and a sharper clip is another one.
        let name = match self.short_side {
            Some(pixels) if pixels != USUAL_SIDE => format!("{} ({pixels})", model.name),
            _ => model.name.clone(),
        };
        self.info = ProviderInfo::priced(PROVIDER, name, price);
        self
    }

    fn input(&self, request: &VideoRequest) -> Result<PredictionInput> {
        input::video(&self.engine.model, request, self.short_side)
    }
}

#[async_trait]
impl VideoProvider for ReplicateVideo {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        let model = &self.engine.model;
        let aspects: Vec<Aspect> = model.aspect.as_ref().map(|aspect| aspect.native()).unwrap_or_default();
        VideoCapability { aspects, seed: model.seed.is_some(), ..VideoCapability::remote(model.length.max_s()) }
    }

    fn estimate(&self, request: &VideoRequest) -> CostRange {
        // What cannot be ordered costs nothing.
        self.input(request).map_or(CostRange::ZERO, |input| self.engine.estimate(&input))
    }

    fn offer(&self, request: &VideoRequest) -> VideoOffer {
        // What cannot be ordered is nothing that could be known again.
        let input = self.input(request).ok();
        input.map_or(VideoOffer::new(request.duration_s, Some(request.short_side)), |input| {
            VideoOffer::new(input.seconds, input.short_side)
        })
    }

    async fn start(&self, context: &CallContext, request: &VideoRequest) -> Result<Generation> {
        let mut input = self.input(request)?;
        if let (Some(image), Some(field)) = (&request.image, input.image_field.clone()) {
            let url = files::place(&self.engine.replicate, context.caller(), image).await?;
            input.fields.insert(field, url.into());
        }
        self.engine.start(context, &input).await
    }

    async fn check(&self, context: &CallContext, job: &JobId) -> Result<Generation> {
        self.engine.check(context, job).await
    }

    async fn cancel(&self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
        self.engine.cancel(context, job).await
    }

    async fn find(
        &self,
        context: &CallContext,
        request: &VideoRequest,
        since: SystemTime,
        known: &[JobId],
    ) -> Result<Lookup> {
        self.engine.find(context, &self.input(request)?, since, known).await
    }

    async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
        self.engine.fetch(context, url, target).await
    }
}
