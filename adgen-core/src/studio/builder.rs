//! How a studio is set up.
//!
//! May depend on everything that a studio is made of.

use super::{Studio, config::StudioConfig, given::Given, home::Home, models::Models};
#[cfg(feature = "s3")]
use crate::store::Signing;
use crate::{
    asset::AssetPolicy,
    engine::{Providers, Turns},
    error::{Error, ErrorKind, Result},
    event::{EventRecord, EventSink},
    matte::Matting,
    offline::{OfflineAudio, OfflineVideo, TemplatePlanner},
    provider::{AudioProvider, Planner, VideoProvider},
    store::{Signer, Storage},
};
use object_store::ObjectStore;
use std::{fmt, path::Path, sync::Arc, time::Duration};
use tokio::runtime::Handle;

impl Studio {
    /// Configures a studio. Without further ado it works offline, in the folder `./storage`, on all processors.
    pub fn builder() -> StudioBuilder {
        StudioBuilder::default()
    }

    /// The studio that `config` describes, with the offline providers. With the services whose keys are in the environment:
    /// [`StudioBuilder::with_config`] and [`StudioBuilder::with_services_from_env`].
    ///
    /// # Errors
    /// As [`StudioBuilder::build`].
    pub fn from_config(config: StudioConfig) -> Result<Self> {
        Self::builder().with_config(config).build()
    }
}

/// A store that was handed in, and who signs addresses of what lies in it.
type Objects = (Arc<dyn ObjectStore>, Option<Arc<dyn Signer>>);

/// Configures a [`Studio`]: what is plain data goes into its [`StudioConfig`], and beside that stand providers and the like,
/// which are code.
#[derive(Default)]
#[must_use]
pub struct StudioBuilder {
    config: StudioConfig,
    objects: Option<Objects>,
    prefix: String,
    planner: Option<Arc<dyn Planner>>,
    video: Option<Arc<dyn VideoProvider>>,
    audio: Option<Arc<dyn AudioProvider>>,
    sink: Option<EventSink>,
    runtime: Option<Handle>,
    /// Whether services were connected, or there were none to connect.
    connected: bool,
    /// What was set too late for that.
    late: Option<&'static str>,
    pub(super) given: Given,
}

impl fmt::Debug for StudioBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudioBuilder").field("config", &self.config).finish_non_exhaustive()
    }
}

impl StudioBuilder {
    /// Takes everything that is plain data from `config`, in place of what was set before.
    pub fn with_config(mut self, config: StudioConfig) -> Self {
        self.config = config;
        self.before_services("models and http")
    }

    /// What is set so far.
    pub fn config(&self) -> &StudioConfig {
        &self.config
    }

    pub(super) fn set(mut self, set: impl FnOnce(StudioConfig) -> StudioConfig) -> Self {
        self.config = set(self.config);
        self
    }

    /// Remembers that something was set that the services should have known.
    pub(super) fn before_services(mut self, what: &'static str) -> Self {
        if self.connected {
            self.late = self.late.or(Some(what));
        }
        self
    }

    /// Services were connected as the configuration says by now.
    pub(crate) fn connected(mut self) -> Self {
        self.connected = true;
        self
    }

    /// Keeps projects in a folder of this machine, by its path or a `file:///` address.
    pub fn with_storage_dir(self, folder: impl AsRef<Path>) -> Self {
        self.set(|config| config.with_storage(folder))
    }

    /// Keeps projects at an address, or in a folder: [`StudioConfig::storage`].
    pub fn with_storage_url(self, url: impl Into<String>) -> Self {
        self.set(|config| config.with_storage(url.into()))
    }

    /// Keeps projects in an object store that supports create-if-absent, wherever [`StudioConfig::storage`] points to.
    pub fn with_object_store(mut self, objects: Arc<dyn ObjectStore>) -> Self {
        self.objects = Some((objects, None));
        self
    }

    /// The same with a store that signs addresses of its objects, such as those of a cloud: [`Studio::url`] gives them.
    #[cfg(feature = "s3")]
    pub fn with_signing_object_store<S>(mut self, objects: Arc<S>) -> Self
    where
        S: ObjectStore + object_store::signer::Signer,
    {
        let signer: Arc<dyn Signer> = Arc::new(Signing(Arc::clone(&objects)));
        self.objects = Some((objects, Some(signer)));
        self
    }

    /// What comes before every name in the object store: a root of one's own in a bucket that is shared with others, such as
    /// a tenant's.
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Where files of a storage elsewhere lie on this machine for a while, and how many bytes of them at most. Default: 4 GiB in
    /// the system's temporary folder. A storage that is a folder of this machine needs none.
    pub fn with_cache(self, folder: impl AsRef<Path>, most_bytes: u64) -> Self {
        self.set(|config| config.with_cache(folder.as_ref(), most_bytes))
    }

    /// Who plans. Default: the offline template planner.
    pub fn with_planner(mut self, planner: impl Planner) -> Self {
        self.planner = Some(Arc::new(planner));
        self
    }

    /// Who makes backgrounds. Default: the offline studio.
    pub fn with_video(mut self, provider: impl VideoProvider) -> Self {
        self.video = Some(Arc::new(provider));
        self
    }

    /// Who makes music. Default: the offline composer.
    pub fn with_audio(mut self, provider: impl AudioProvider) -> Self {
        self.audio = Some(Arc::new(provider));
        self
    }

    /// How products are cut out.
    pub fn with_matting(self, matting: Matting) -> Self {
        self.set(|config| config.with_matting(matting))
    }

    /// Which models of the services are asked. To be said before the services are connected.
    pub fn with_models(self, models: Models) -> Self {
        self.set(|config| config.with_models(models)).before_services("models")
    }

    /// Asks nobody on the network: the services stay out of it, and no model is fetched, and no file that a document names by
    /// URL. To be said before services are connected. Providers that the program gives itself are asked all the same.
    pub fn offline(self) -> Self {
        self.set(StudioConfig::offline).before_services("offline")
    }

    /// Which files documents may bring in, beside those that are handed in. Default: [`AssetPolicy::document_folder`], those in
    /// the document's own folder alone, so that a document of somebody else reads nothing else, on this machine or on the
    /// web. For a person's own documents there is [`AssetPolicy::own_documents`].
    pub fn with_asset_policy(self, policy: AssetPolicy) -> Self {
        self.set(|config| config.with_assets(policy))
    }

    /// The most that any one ad may cost in US dollars; a document's own `policy.max_usd` may be lower. Checked before every
    /// paid call, those under way included.
    pub fn with_max_usd(self, usd: f64) -> Self {
        self.set(|config| config.with_max_usd(usd))
    }

    /// How long a job at a provider may take before it is stopped and given up, a millisecond to a week. Default: 35 minutes,
    /// for Replicate itself ends its jobs after 30.
    pub fn with_job_timeout(self, timeout: Duration) -> Self {
        self.set(|config| config.with_job_timeout(timeout))
    }

    /// Fetches files that documents name by URL from private addresses, too. For services whose documents come from people
    /// that they trust, and whose files lie in their own network. Opens URLs where the asset policy does not close them
    /// expressly.
    pub fn allow_private_urls(self) -> Self {
        self.set(StudioConfig::with_private_urls)
    }

    /// How many pieces of heavy work go on at a time in all runs of the studio together, 1-256. Default: as many as there are
    /// processors.
    pub fn with_jobs(self, jobs: usize) -> Self {
        self.set(|config| config.with_jobs(jobs))
    }

    /// Calls `sink` for every event of every run, each run on a thread of its own.
    pub fn on_event(mut self, sink: impl Fn(&EventRecord) + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// All work of the studio goes on in this Tokio runtime, wherever its methods are awaited: on another runtime, or on none
    /// at all, as by another executor. Default: the runtime in which a method is awaited, which for runs is needed then. The
    /// runtime is the caller's, needs timers and I/O enabled, and has to be kept as long as the studio is used; one of a single
    /// thread has to be driven meanwhile.
    ///
    /// [`Studio::blocking`] is for callers that have no runtime at all.
    pub fn with_runtime(mut self, runtime: Handle) -> Self {
        self.runtime = Some(runtime);
        self
    }

    /// The runtime that was given.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.runtime.as_ref()
    }

    /// The studio.
    ///
    /// # Errors
    /// `InvalidConfig` for what [`StudioConfig`] does not allow, for models of services where no services were connected, and
    /// for models or HTTP options that were set once they were; `NotFound` or `Io` for a file of certificates that cannot be
    /// read, `Io` where the storage's folder cannot be. It is made at the first write: until then, nothing is kept.
    pub fn build(self) -> Result<Studio> {
        let Self { config, objects, prefix, planner, video, audio, sink, runtime, connected, late, given } = self;
        config.check()?;
        check_order(&config, connected, late)?;
        let extensions = given.check(&config)?;
        let storage = match (objects, config.storage.to_str()) {
            (Some((objects, signer)), _) => Storage::below(&prefix, objects, signer)?,
            (None, Some(address)) => Storage::open(address, &extensions.http)?,
            // Only folders have names that are no text.
            (None, None) => Storage::local(&config.storage)?,
        };
        let fallback_video: Arc<dyn VideoProvider> = Arc::new(OfflineVideo::new());
        let fallback_audio: Arc<dyn AudioProvider> = Arc::new(OfflineAudio::new());
        let providers = Providers {
            planner: planner.unwrap_or_else(|| Arc::new(TemplatePlanner::new())),
            video: video.unwrap_or_else(|| Arc::clone(&fallback_video)),
            audio: audio.unwrap_or_else(|| Arc::clone(&fallback_audio)),
            fallback_planner: Arc::new(TemplatePlanner::new()),
            fallback_video,
            fallback_audio,
            sketch: |request| TemplatePlanner::new().plan_now(request),
        };
        let processors = || std::thread::available_parallelism().map_or(1, usize::from).min(256);
        Ok(Studio {
            storage: storage.with_cache(config.cache_dir.as_deref(), config.cache_bytes),
            providers,
            turns: Arc::new(Turns::new(config.jobs.unwrap_or_else(processors))),
            extensions,
            sink,
            config: Arc::new(config),
            home: Home::new(runtime),
            previews: Arc::default(),
        })
    }
}

/// Models are named for services: where there are none, or they were connected before, nobody would ask them.
fn check_order(config: &StudioConfig, connected: bool, late: Option<&str>) -> Result<()> {
    let refused =
        |message: String, hint: &str| Err(Error::new(ErrorKind::InvalidConfig, message).with_hint(hint.to_owned()));
    if let Some(what) = late {
        let message =
            format!("{what} of the studio were set after its services were connected, which do not know of it");
        return refused(message, "set them first, then call with_services or with_services_from_env");
    }
    match config.models.first_chosen() {
        Some((field, name)) if !connected && !config.offline => refused(
            format!("{field} is {name:?}, and no services were connected that could ask it"),
            "call with_services_from_env or with_services, or leave the models out",
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::HttpOptions;

    fn refused(builder: StudioBuilder, said: &str) {
        let error = builder.build().expect_err(said);
        assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains(said), "{error}");
    }

    #[tokio::test]
    async fn builder_and_configuration_are_one() {
        let folder = tempfile::tempdir().unwrap();
        let config = StudioConfig::new().with_storage(folder.path()).with_jobs(3).with_max_usd(2.0);
        let built = Studio::builder().with_storage_dir(folder.path()).with_jobs(3).with_max_usd(2.0);
        let as_json = |config: &StudioConfig| serde_json::to_value(config).unwrap();
        assert_eq!(as_json(built.config()), as_json(&config));
        let studio = Studio::from_config(config.clone()).unwrap();
        assert_eq!(as_json(studio.config()), as_json(&config));
        // The last word counts.
        let builder = Studio::builder().with_jobs(0).with_config(config).with_jobs(1);
        assert_eq!(builder.build().unwrap().config().jobs, Some(1));
    }

    #[tokio::test]
    async fn who_only_asks_leaves_no_storage_behind() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("storage");
        let studio = Studio::builder().with_storage_dir(&place).build().unwrap();
        let project = crate::project::AdProject::new("p", "Rosso", "rosso.png");
        assert!(studio.estimate(&project).unwrap().total.is_known());
        assert!(studio.list().await.unwrap().is_empty());
        assert_eq!(studio.state("p").await.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(studio.find_waste(Default::default()).await.unwrap().waste.is_empty());
        assert!(!place.exists());
    }

    #[tokio::test]
    async fn what_would_count_for_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let builder = || Studio::builder().with_storage_dir(folder.path());
        let models = || Models::default().with_video("owner/name");
        refused(builder().with_models(models()), "models.video is \"owner/name\"");
        builder().with_models(models()).offline().build().unwrap();
        let connected = async || builder().with_services(None, None).await.unwrap();
        connected().await.build().unwrap();
        refused(connected().await.with_models(models()), "models of the studio were set after");
        refused(connected().await.with_http(HttpOptions::default()), "http of the studio were set after");
        refused(connected().await.with_config(StudioConfig::new()), "models and http of the studio were set after");
    }

    #[tokio::test]
    async fn options_of_the_network_are_checked_here() {
        let folder = tempfile::tempdir().unwrap();
        let http = HttpOptions::default().with_proxy("nonsense");
        refused(Studio::builder().with_storage_dir(folder.path()).with_http(http), "proxy is");
        refused(Studio::builder().with_storage_dir("ftp://a/b"), "a folder or a file:/// address is allowed");
    }
}
