//! How a studio is set up.
//!
//! May depend on everything that a studio is made of.

use super::{Studio, given::Given};
use crate::{
    asset::AssetPolicy,
    engine::{Providers, Turns},
    error::{Error, ErrorKind, Result},
    event::{EventRecord, EventSink},
    matte::Matting,
    offline::{StudioAudio, StudioVideo, TemplatePlanner},
    provider::{AudioProvider, Planner, VideoProvider},
    store::{Storage, folder_at},
};
use object_store::ObjectStore;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// A job at a provider that takes longer is given up.
const JOB_TIMEOUT: Duration = Duration::from_secs(35 * 60);

impl Studio {
    /// Configures a studio. Without further ado it works offline, in the folder `./storage`, on all processors.
    pub fn builder() -> StudioBuilder {
        StudioBuilder::default()
    }
}

/// Configures a [`Studio`].
#[derive(Default)]
#[must_use]
pub struct StudioBuilder {
    folder: Option<PathBuf>,
    objects: Option<Arc<dyn ObjectStore>>,
    storage_url: Option<String>,
    cache: Option<(PathBuf, u64)>,
    planner: Option<Arc<dyn Planner>>,
    video: Option<Arc<dyn VideoProvider>>,
    audio: Option<Arc<dyn AudioProvider>>,
    matting: Matting,
    jobs: Option<usize>,
    offline: bool,
    assets: AssetPolicy,
    private_urls: bool,
    max_usd: Option<f64>,
    job_timeout: Option<Duration>,
    sink: Option<EventSink>,
    pub(super) given: Given,
}

impl fmt::Debug for StudioBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StudioBuilder").field("folder", &self.folder).field("jobs", &self.jobs).finish_non_exhaustive()
    }
}

impl StudioBuilder {
    /// Keeps projects in a folder of this machine, by its path or a `file:///` address.
    pub fn with_storage_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Keeps projects at an address: a folder by its path or a `file:///` address, or, where the feature `s3` is built in,
    /// `s3://bucket/prefix`, with keys, region and endpoint from the usual `AWS_*` variables.
    pub fn with_storage_url(mut self, url: impl Into<String>) -> Self {
        self.storage_url = Some(url.into());
        self
    }

    /// Keeps projects in an object store that supports create-if-absent.
    pub fn with_object_store(mut self, objects: Arc<dyn ObjectStore>) -> Self {
        self.objects = Some(objects);
        self
    }

    /// Where files of a storage elsewhere lie on this machine for a while, and how many bytes of them at most. Default: 4 GiB in
    /// the system's temporary folder. A storage that is a folder of this machine needs none.
    pub fn with_cache(mut self, folder: impl Into<PathBuf>, most_bytes: u64) -> Self {
        self.cache = Some((folder.into(), most_bytes));
        self
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
    pub fn with_matting(mut self, matting: Matting) -> Self {
        self.matting = matting;
        self
    }

    /// Fetches nothing from the network: no model, and no file that a document names by URL.
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// Which files documents may bring in, beside those that are handed in. Default: [`AssetPolicy::document_folder`], those in
    /// the document's own folder alone, so that a document of somebody else reads nothing else, on this machine or on the
    /// web. For a person's own documents there is [`AssetPolicy::own_documents`].
    pub fn with_asset_policy(mut self, policy: AssetPolicy) -> Self {
        self.assets = policy;
        self
    }

    /// The most that any one ad may cost in US dollars; a document's own `policy.max_usd` may be lower. Checked before every
    /// paid call, those under way included.
    pub fn with_max_usd(mut self, usd: f64) -> Self {
        self.max_usd = Some(usd);
        self
    }

    /// How long a job at a provider may take before it is stopped and given up. Default: 35 minutes, for Replicate itself
    /// ends its jobs after 30.
    pub fn with_job_timeout(mut self, timeout: Duration) -> Self {
        self.job_timeout = Some(timeout);
        self
    }

    /// Fetches files that documents name by URL from private addresses, too. For services whose documents come from people
    /// that they trust, and whose files lie in their own network. Opens URLs where the asset policy does not close them
    /// expressly.
    pub fn allow_private_urls(mut self) -> Self {
        self.private_urls = true;
        self
    }

    /// How many pieces of heavy work go on at a time in all runs of the studio together, 1-256. Default: as many as there are
    /// processors.
    pub fn with_jobs(mut self, jobs: usize) -> Self {
        self.jobs = Some(jobs);
        self
    }

    /// Calls `sink` for every event of every run, each run on a thread of its own.
    pub fn on_event(mut self, sink: impl Fn(&EventRecord) + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// The studio.
    ///
    /// # Errors
    /// `InvalidConfig` for a number of jobs that is out of range, for a folder of the asset policy that is not there, and for
    /// what was put in and cannot be used; `Io` where the folder cannot be made.
    pub fn build(self) -> Result<Studio> {
        let jobs = self.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from).min(256));
        if !(1..=256).contains(&jobs) {
            return Err(Error::new(ErrorKind::InvalidConfig, format!("{jobs} jobs at a time: 1 to 256 are allowed")));
        }
        if let Some(usd) = self.max_usd.filter(|usd| !(0.0..=1e9).contains(usd)) {
            let message = format!("{usd} dollars are no limit for an ad: 0 to 1000000000 are allowed");
            return Err(Error::new(ErrorKind::InvalidConfig, message));
        }
        self.assets.check()?;
        let slots = self.given.check()?;
        let storage = match (self.objects, self.storage_url, self.folder) {
            (Some(objects), ..) => Storage::remote(objects, None),
            (None, Some(url), _) => Storage::open(&url)?,
            (None, None, Some(folder)) => Storage::local(folder_at(&folder)?)?,
            (None, None, None) => Storage::local("storage")?,
        };
        let storage = match &self.cache {
            Some((folder, most_bytes)) => storage.with_cache(Some(folder), *most_bytes),
            None => storage,
        };
        let fallback_video: Arc<dyn VideoProvider> = Arc::new(StudioVideo::new());
        let fallback_audio: Arc<dyn AudioProvider> = Arc::new(StudioAudio::new());
        let providers = Providers {
            planner: self.planner.unwrap_or_else(|| Arc::new(TemplatePlanner::new())),
            video: self.video.unwrap_or_else(|| Arc::clone(&fallback_video)),
            audio: self.audio.unwrap_or_else(|| Arc::clone(&fallback_audio)),
            fallback_planner: Arc::new(TemplatePlanner::new()),
            fallback_video,
            fallback_audio,
            sketch: |request| TemplatePlanner::new().plan_now(request),
        };
        let mut matting = self.matting;
        matting.download &= !self.offline;
        Ok(Studio {
            storage,
            providers,
            matting,
            slots,
            turns: Arc::new(Turns::new(jobs)),
            network: !self.offline,
            assets: if self.private_urls { self.assets.with_urls_by_default() } else { self.assets },
            private_urls: self.private_urls,
            max_usd: self.max_usd,
            job_timeout: self.job_timeout.unwrap_or(JOB_TIMEOUT),
            sink: self.sink,
        })
    }
}
