//! [`ReplicateAudio`]: music or speech from one model.

use super::{
    client::Replicate,
    engine::Engine,
    input,
    model::{self, Kind, Model, check_name},
    schema,
    wire::PROVIDER,
};
use crate::{
    error::{Error, ErrorKind, Result},
    provider::{
        AudioCapability, AudioProvider, AudioRequest, CallContext, Cancelled, CostRange, Generation, JobId, Lookup,
        Price, ProviderInfo,
    },
};
use async_trait::async_trait;
use std::{path::Path, sync::Arc, time::SystemTime};

/// One of Replicate's music or speech models.
#[derive(Debug, Clone)]
pub struct ReplicateAudio {
    engine: Engine,
    info: ProviderInfo,
}

impl ReplicateAudio {
    /// The default model for music, `stability-ai/stable-audio-2.5`.
    pub fn new(replicate: Replicate) -> Self {
        Self::first(replicate, Kind::Music)
    }

    /// The default model for speech, `minimax/speech-02-hd`.
    pub fn speech(replicate: Replicate) -> Self {
        Self::first(replicate, Kind::Speech)
    }

    /// A model of [`ReplicateAudio::models`], without a call.
    ///
    /// # Errors
    /// `Unsupported` for another one: [`ReplicateAudio::connect`] asks for those.
    pub fn known(replicate: Replicate, name: &str) -> Result<Self> {
        match model::named(name) {
            Some(model) if model.kind != Kind::Video => Ok(Self::of(replicate, model.clone())),
            _ => Err(Error::new(
                ErrorKind::Unsupported,
                format!("{name:?} is none of the sound models that adgen knows"),
            )
            .with_hint("ReplicateAudio::connect reads the inputs of others from Replicate")),
        }
    }

    /// Any model, `owner/name`. One that is not known is looked up: it speaks where its inputs name a text or a voice, and
    /// makes music otherwise. Nobody knows its price but you: see [`ReplicateAudio::with_price`].
    ///
    /// # Errors
    /// `NotFound` for a model that was retired or is misspelt, `Unsupported` for one whose inputs cannot be filled, which are
    /// named; as the network did.
    pub async fn connect(replicate: Replicate, name: &str) -> Result<Self> {
        match model::named(name) {
            Some(model) if model.kind != Kind::Video => Ok(Self::of(replicate, model.clone())),
            Some(_) => Err(Error::new(ErrorKind::Unsupported, format!("{name} makes videos and no sound"))
                .with_hint("choose another: --audio-model, ADGEN_AUDIO_MODEL")),
            None => {
                check_name(name)?;
                let model = schema::derive(name, &replicate.describe(name).await?, false)?;
                Ok(Self::of(replicate, model))
            }
        }
    }

    /// The names of the models that are known without a look-up: music, then speech, each kind's default first.
    pub fn models() -> impl Iterator<Item = &'static str> {
        model::known(Kind::Music).chain(model::known(Kind::Speech)).map(|model| model.name.as_str())
    }

    /// What the model takes, in place of what the list says.
    #[must_use]
    pub fn with_price(mut self, price: Price) -> Self {
        self.info.price = price.clone();
        self.engine.price = Some(price);
        self
    }

    fn first(replicate: Replicate, kind: Kind) -> Self {
        // Cannot fail: the list is part of this crate, and a test reads it.
        let model = model::known(kind).next().expect("a first model of its kind");
        Self::of(replicate, model.clone())
    }

    fn of(replicate: Replicate, model: Model) -> Self {
        let info = ProviderInfo::priced(PROVIDER, model.name.clone(), model.price.clone());
        Self { engine: Engine { replicate, model: Arc::new(model), price: None }, info }
    }
}

#[async_trait]
impl AudioProvider for ReplicateAudio {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> AudioCapability {
        let model = &self.engine.model;
        match model.kind {
            Kind::Speech => AudioCapability::remote_speech(),
            _ => AudioCapability::remote_music(model.length.max_s()),
        }
    }

    fn estimate(&self, request: &AudioRequest) -> CostRange {
        // What cannot be ordered costs nothing.
        input::audio(&self.engine.model, request).map_or(CostRange::ZERO, |input| self.engine.estimate(&input))
    }

    fn offered_s(&self, request: &AudioRequest) -> f64 {
        input::audio(&self.engine.model, request).map_or(request.duration_s, |input| input.seconds)
    }

    async fn start(&self, context: &CallContext, request: &AudioRequest) -> Result<Generation> {
        self.engine.start(context, &input::audio(&self.engine.model, request)?).await
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
        request: &AudioRequest,
        since: SystemTime,
        known: &[JobId],
    ) -> Result<Lookup> {
        self.engine.find(context, &input::audio(&self.engine.model, request)?, since, known).await
    }

    async fn fetch(&self, context: &CallContext, url: &str, target: &Path) -> Result<()> {
        self.engine.fetch(context, url, target).await
    }
}
