//! The contract of whatever makes music or speech.

use super::{CallContext, Cancelled, CostRange, Generation, JobId, Lookup, ProviderInfo};
use crate::error::Result;
use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt::Debug, path::Path, time::SystemTime};

/// One track to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AudioRequest {
    /// Music or speech.
    pub kind: AudioKind,
    /// What music should sound like, or the text to be spoken.
    pub prompt: String,
    /// Length in seconds; longer music is cut, shorter music looped. Speech takes the time that it needs.
    pub duration_s: f64,
    /// The same request and seed should give the same piece.
    pub seed: u32,
}

impl AudioRequest {
    /// A request for music of `duration_s` seconds.
    pub fn music(prompt: impl Into<String>, duration_s: f64) -> Self {
        Self { kind: AudioKind::Music, prompt: prompt.into(), duration_s, seed: 0 }
    }

    /// A request to speak `text` in the provider's default voice.
    pub fn speech(text: impl Into<String>) -> Self {
        Self { kind: AudioKind::Speech(Voice::default()), prompt: text.into(), duration_s: 0.0, seed: 0 }
    }

    /// From this seed.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Self {
        self.seed = seed;
        self
    }

    /// The same in another voice. Music has none and stays music.
    #[must_use]
    pub fn with_voice(mut self, voice: Voice) -> Self {
        if let AudioKind::Speech(own) = &mut self.kind {
            *own = voice;
        }
        self
    }
}

/// What a track is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AudioKind {
    /// Music.
    Music,
    /// A spoken text.
    Speech(Voice),
}

/// Who speaks, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Voice {
    /// The provider's own name for a voice; its default where missing.
    pub name: Option<String>,
    /// The language of the text, such as `de`; the provider finds it out where missing.
    pub language: Option<String>,
    /// How it is to be spoken, for models that take such words.
    pub instructions: Option<String>,
    /// Speed, 1 is the voice's own; 0.5-2.
    pub speed: f64,
}

impl Default for Voice {
    fn default() -> Self {
        Self { name: None, language: None, instructions: None, speed: 1.0 }
    }
}

impl Voice {
    /// The provider's default voice.
    pub fn new() -> Self {
        Self::default()
    }

    /// The voice that the provider calls so.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// For a text in this language, such as `de`.
    #[must_use]
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Speaking so, for models that take such words.
    #[must_use]
    pub fn with_instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Some(instructions.into());
        self
    }

    /// At this speed, 0.5-2; 1 is the voice's own.
    #[must_use]
    pub fn with_speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }
}

/// What an audio provider can do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AudioCapability {
    /// Whether it makes music.
    pub music: bool,
    /// Whether it speaks.
    pub speech: bool,
    /// The longest piece of music in seconds; the pipeline loops it where the ad is longer.
    #[serde(with = "super::unbounded", default = "super::unbounded::none")]
    #[schemars(with = "Option<f64>")]
    pub max_duration_s: f64,
    /// Whether it works on this machine's processor and so has to take its turn with the pipeline's own work.
    pub local: bool,
}

impl AudioCapability {
    /// A provider of music on the web.
    pub fn remote_music(max_duration_s: f64) -> Self {
        Self { music: true, speech: false, max_duration_s, local: false }
    }

    /// A provider of speech on the web.
    pub fn remote_speech() -> Self {
        Self { music: false, speech: true, max_duration_s: f64::INFINITY, local: false }
    }

    /// A provider of speech on this machine.
    pub fn local_speech() -> Self {
        Self { local: true, ..Self::remote_speech() }
    }

    /// A provider of music of any length on this machine.
    pub fn local_music() -> Self {
        Self { music: true, speech: false, max_duration_s: f64::INFINITY, local: true }
    }

    /// Whose longest piece of music has so many seconds.
    #[must_use]
    pub fn with_max_duration_s(mut self, seconds: f64) -> Self {
        self.max_duration_s = seconds;
        self
    }
}

/// Makes music or speech.
///
/// The calls mean what they mean in [`VideoProvider`](super::VideoProvider). One that speaks may tell when each word is heard,
/// by [`Generated::with_timings`](super::Generated::with_timings).
#[async_trait]
pub trait AudioProvider: Debug + Send + Sync + 'static {
    /// Name, model and price list.
    fn info(&self) -> &ProviderInfo;

    /// What it can do.
    fn capability(&self) -> AudioCapability;

    /// What a request will cost, by the price list.
    fn estimate(&self, request: &AudioRequest) -> CostRange {
        self.info().price.of(request.duration_s)
    }

    /// How many seconds of music it would really make of a request. Calls nobody and costs nothing.
    ///
    /// Two requests for the same words and seed with the same answer are one artifact, which is bought once.
    fn offered_s(&self, request: &AudioRequest) -> f64 {
        request.duration_s
    }

    /// Starts a job.
    ///
    /// # Errors
    /// `Unsupported` for a request that it cannot meet, before anything is spent; `OutcomeUnknown` where the call was made
    /// and its answer was lost.
    async fn start(&self, context: &CallContext, request: &AudioRequest) -> Result<Generation>;

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
        request: &AudioRequest,
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
