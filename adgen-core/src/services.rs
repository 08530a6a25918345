//! The services that adgen uses where it has their keys: OpenAI plans, Replicate films and scores.
//!
//! May depend on `studio`, `openai`, `replicate`, `provider` (contracts) and `error`.

use crate::{
    error::{Error, ErrorKind, Result},
    openai::{OpenAi, OpenAiBuilder, OpenAiPlanner},
    provider::AudioProvider,
    replicate::{Replicate, ReplicateAudio, ReplicateBuilder, ReplicateVideo},
    studio::StudioBuilder,
};

impl StudioBuilder {
    /// Plans with OpenAI where `OPENAI_API_KEY` is set, films and scores with Replicate where `REPLICATE_API_TOKEN` is; what
    /// has no key is made offline. Models and the way of calls are those of the configuration
    /// ([`StudioConfig::models`](crate::StudioConfig::models), [`StudioConfig::http`](crate::StudioConfig::http)), which is to
    /// be set before. In a studio that is [offline](StudioBuilder::offline) they stay out of it. A model that adgen does not know is looked up at Replicate, which is the only call made.
    ///
    /// # Errors
    /// `InvalidConfig` for a setting that cannot be used, `NotFound` or `Unsupported` for a model; `NotFound` or `Io` for a file
    /// of certificates that cannot be read.
    pub async fn with_services_from_env(self) -> Result<Self> {
        if self.config().offline {
            return self.with_services(None, None).await;
        }
        let http = &self.config().http;
        let openai = OpenAiBuilder::from_env().map(|account| account.with_http(http.clone()).build()).transpose()?;
        let replicate = ReplicateBuilder::from_env().map(|account| account.with_http(http.clone()).build());
        self.with_services(openai, replicate.transpose()?).await
    }

    /// The same with accounts that the program has from elsewhere; how their calls travel, they know themselves.
    ///
    /// # Errors
    /// `InvalidConfig`, `NotFound` or `Unsupported` for a model.
    pub async fn with_services(mut self, openai: Option<OpenAi>, replicate: Option<Replicate>) -> Result<Self> {
        self = self.connected();
        if self.config().offline {
            return Ok(self);
        }
        let models = self.config().models.clone();
        if let Some(openai) = openai {
            let planner = OpenAiPlanner::new(openai);
            self = self.with_planner(match models.planner {
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
            let message = format!("models.audio is {:?}, which speaks and makes no music", audio.info().model);
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("choose another: --audio-model, ADGEN_AUDIO_MODEL"));
        }
        Ok(self.with_video(video).with_audio(audio))
    }
}
