//! The services that adgen uses where it has their keys: OpenAI plans, Replicate films and composes.

use crate::{
    error::{Error, ErrorKind, Result},
    openai::{OpenAi, OpenAiBuilder, OpenAiPlanner},
    provider::AudioProvider,
    replicate::{Replicate, ReplicateAudio, ReplicateBuilder, ReplicateVideo},
    studio::StudioBuilder,
};

/// Which models are asked; each service's default where missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Models {
    /// Plans: a model of OpenAI or of the server at `OPENAI_BASE_URL`.
    pub planner: Option<String>,
    /// Films: `owner/name` at Replicate.
    pub video: Option<String>,
    /// Composes: `owner/name` at Replicate.
    pub audio: Option<String>,
}

impl Models {
    /// As `ADGEN_PLANNER_MODEL`, `ADGEN_VIDEO_MODEL` and `ADGEN_AUDIO_MODEL` say.
    pub fn from_env() -> Self {
        let read = |name: &str| std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|v| !v.is_empty());
        Self {
            planner: read("ADGEN_PLANNER_MODEL"),
            video: read("ADGEN_VIDEO_MODEL"),
            audio: read("ADGEN_AUDIO_MODEL"),
        }
    }
}

impl StudioBuilder {
    /// Plans with OpenAI where `OPENAI_API_KEY` is set, films and composes with Replicate where `REPLICATE_API_TOKEN` is; what
    /// has no key is made offline. A model that adgen does not know is looked up at Replicate, which is the only call made.
    ///
    /// The calls travel as [`with_http`](Self::with_http) says where that was called before. For accounts with options of
    /// their own make them yourself, by [`OpenAiBuilder::from_env`](crate::openai::OpenAiBuilder::from_env) and
    /// [`ReplicateBuilder::from_env`](crate::replicate::ReplicateBuilder::from_env), and hand them to
    /// [`with_services`](Self::with_services).
    ///
    /// # Errors
    /// `InvalidConfig` for a setting that cannot be used, `NotFound` or `Unsupported` for a model.
    pub async fn with_services_from_env(self, models: &Models) -> Result<Self> {
        let (mut openai, mut replicate) = (OpenAiBuilder::from_env(), ReplicateBuilder::from_env());
        if let Some(http) = self.http_options() {
            openai = openai.map(|account| account.with_http(http.clone()));
            replicate = replicate.map(|account| account.with_http(http.clone()));
        }
        let openai = openai.map(OpenAiBuilder::build).transpose()?;
        let replicate = replicate.map(ReplicateBuilder::build).transpose()?;
        self.with_services(openai, replicate, models).await
    }

    /// The same with accounts that the program has from elsewhere.
    ///
    /// # Errors
    /// `InvalidConfig`, `NotFound` or `Unsupported` for a model.
    pub async fn with_services(
        mut self,
        openai: Option<OpenAi>,
        replicate: Option<Replicate>,
        models: &Models,
    ) -> Result<Self> {
        if let Some(openai) = openai {
            let planner = OpenAiPlanner::new(openai);
            self = self.with_planner(match &models.planner {
                Some(model) => planner.with_model(model),
                None => planner,
            });
        }
        let Some(replicate) = replicate else { return Ok(self) };
        let video = match &models.video {
            Some(model) => ReplicateVideo::connect(replicate.clone(), model).await?,
            None => ReplicateVideo::new(replicate.clone()),
        };
        let audio = match &models.audio {
            Some(model) => ReplicateAudio::connect(replicate, model).await?,
            None => ReplicateAudio::new(replicate),
        };
        if !audio.capability().music {
            let message = format!("{} speaks and makes no music", audio.info().model);
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("choose another: --audio-model, ADGEN_AUDIO_MODEL"));
        }
        Ok(self.with_video(video).with_audio(audio))
    }
}
