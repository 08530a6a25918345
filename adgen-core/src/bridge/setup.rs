//! How a studio of another language is set up.
//!
//! May depend on `studio`, `engine` (options of runs), `replicate` and `openai` (accounts), `event`, `error` and its
//! neighbours. Services come by a method that `services` gives the builder.

use super::{
    audio::HostAudio, host::Host, planner::HostPlanner, process::process, remover::HostRemover, video::HostVideo,
};
use crate::{
    engine::RunOptions,
    error::{Error, ErrorKind, Result},
    event::EventSink,
    openai::OpenAiBuilder,
    replicate::{Delivery, ReplicateBuilder},
    studio::{self, Models, StudioBuilder, StudioConfig},
};
use serde::Deserialize;
use serde_json::Value;
use std::{fmt, sync::Arc};

/// The storage of a studio that is set up by the environment, where none is named.
const STORAGE: &str = "ADGEN_STORAGE";

/// Providers of the other language; those of the studio where missing.
#[derive(Debug, Clone, Default)]
pub struct Hosts {
    /// Who plans.
    pub planner: Option<Arc<dyn Host>>,
    /// Who makes backgrounds.
    pub video: Option<Arc<dyn Host>>,
    /// Who makes music.
    pub audio: Option<Arc<dyn Host>>,
    /// Who cuts products out; for a whole studio alone.
    pub remover: Option<Arc<dyn Host>>,
}

/// How a studio is set up: enough to build it again in a process that was forked from this one.
#[derive(Clone)]
pub struct Setup {
    config: StudioConfig,
    services: Option<Services>,
    hosts: Hosts,
    sink: Option<EventSink>,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup").field("config", &self.config).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// The services whose keys are in the environment.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Services {
    /// Where Replicate calls when a job moved on; without it, jobs are asked for.
    webhook: Option<String>,
}

/// What a setup says beside its objects.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Options {
    /// A [`StudioConfig`].
    config: Option<Value>,
    services: Option<Services>,
}

impl Setup {
    /// What `json` says, an object with `config` (a [`StudioConfig`]) and `services` (an object where those are to be used
    /// whose keys are in the environment), with the other language's own providers, and who hears of every event.
    ///
    /// # Errors
    /// `InvalidConfig` that lists every problem.
    pub fn new(json: &str, hosts: Hosts, sink: Option<EventSink>) -> Result<Self> {
        let Options { config, services } = serde_json::from_str(json)
            .map_err(|error| Error::new(ErrorKind::InvalidConfig, format!("the studio's options: {error}")))?;
        let names_storage = config.as_ref().is_some_and(|config| config.get("storage").is_some());
        let mut config = match config {
            Some(config) => StudioConfig::from_json(&config.to_string())?,
            None => StudioConfig::new(),
        };
        if services.is_some() {
            config.models = or_from_env(config.models);
            if let Some(storage) = std::env::var_os(STORAGE).filter(|value| !names_storage && !value.is_empty()) {
                config.storage = storage.into();
            }
        }
        Ok(Self { config, services, hosts, sink })
    }

    /// Who calls when a job moved on is told where, and everything is checked that can be without asking anybody.
    ///
    /// # Errors
    /// As [`StudioBuilder::build`]; `InvalidConfig` for a provider that does not say who it is.
    pub fn check(&self) -> Result<()> {
        if self.services.is_none() {
            return self.with_hosts(self.base())?.build().map(drop);
        }
        // Models of services may have to be looked up: they are, once the first one is needed.
        let config = StudioConfig { models: Models::default(), ..self.config.clone() };
        self.with_hosts(self.base().with_config(config))?.build().map(drop)
    }

    /// The studio, in this process.
    ///
    /// # Errors
    /// As [`Setup::check`]; as [`StudioBuilder::with_services_from_env`].
    pub(super) async fn build(&self) -> Result<studio::Studio> {
        let mut builder = self.base();
        if let Some(services) = &self.services {
            builder = services.connect(builder).await?;
        }
        self.with_hosts(builder)?.with_runtime(process()?.handle().clone()).build()
    }

    fn base(&self) -> StudioBuilder {
        studio::Studio::builder().with_config(self.config.clone())
    }

    fn with_hosts(&self, mut builder: StudioBuilder) -> Result<StudioBuilder> {
        let Hosts { planner, video, audio, remover } = &self.hosts;
        if let Some(host) = planner {
            builder = builder.with_planner(HostPlanner::new(Arc::clone(host))?);
        }
        if let Some(host) = video {
            builder = builder.with_video(HostVideo::new(Arc::clone(host))?);
        }
        if let Some(host) = audio {
            builder = builder.with_audio(HostAudio::new(Arc::clone(host))?);
        }
        if let Some(host) = remover {
            builder = builder.with_background_remover(HostRemover::new(Arc::clone(host))?);
        }
        if let Some(sink) = self.sink.clone() {
            builder = builder.on_event(move |record| sink(record));
        }
        Ok(builder)
    }
}

impl Services {
    async fn connect(&self, builder: StudioBuilder) -> Result<StudioBuilder> {
        let http = builder.config().http.clone();
        let openai = OpenAiBuilder::from_env().map(|account| account.with_http(http.clone()).build()).transpose()?;
        let replicate = ReplicateBuilder::from_env().map(|account| {
            let account = account.with_http(http);
            match &self.webhook {
                Some(url) => account.with_delivery(Delivery::Webhook(url.clone())).build(),
                None => account.build(),
            }
        });
        builder.with_services(openai, replicate.transpose()?).await
    }
}

/// Models that nobody named are those of the environment.
fn or_from_env(models: Models) -> Models {
    let set = Models::from_env();
    Models {
        planner: models.planner.or(set.planner),
        video: models.video.or(set.video),
        audio: models.audio.or(set.audio),
    }
}

impl Hosts {
    /// One run's own.
    pub(super) fn apply(self, mut options: RunOptions) -> Result<RunOptions> {
        let Self { planner, video, audio, remover } = self;
        if remover.is_some() {
            return Err(Error::new(ErrorKind::InvalidConfig, "a background remover is a whole studio's")
                .with_hint("give it to the studio, not to one run"));
        }
        if let Some(host) = planner {
            options = options.with_planner(HostPlanner::new(host)?);
        }
        if let Some(host) = video {
            options = options.with_video(HostVideo::new(host)?);
        }
        if let Some(host) = audio {
            options = options.with_audio(HostAudio::new(host)?);
        }
        Ok(options)
    }
}
