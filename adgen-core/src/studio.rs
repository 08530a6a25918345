//! The façade: configure once, start runs, look things up.
//!
//! May depend on everything below it; nothing below knows it.

use crate::{
    asset::{AssetPolicy, with_similar_name},
    error::{Error, ErrorKind, Result},
    matte::Matting,
    offline::{StudioAudio, StudioVideo, TemplatePlanner},
    pipeline::{Estimate, EventSink, Inspected, Providers, Source, Turns, estimate, inspect},
    project::{AdProject, State},
    provider::{AudioProvider, Planner, VideoProvider},
    run::{Run, RunSettings},
    store::{Lease, ProjectFiles, Store},
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

/// Makes ads: holds what all runs share. Cheap to clone.
#[derive(Clone)]
pub struct Studio {
    store: Store,
    providers: Providers,
    matting: Matting,
    turns: Arc<Turns>,
    network: bool,
    assets: AssetPolicy,
    private_urls: bool,
    max_usd: Option<f64>,
    job_timeout: Duration,
    sink: Option<EventSink>,
}

impl fmt::Debug for Studio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Studio")
            .field("store", &self.store)
            .field("providers", &self.providers)
            .field("matting", &self.matting)
            .field("jobs", &self.turns.jobs())
            .finish_non_exhaustive()
    }
}

impl Studio {
    /// Configures a studio. Without further ado it works offline, in the folder `./storage`, on all processors.
    pub fn builder() -> StudioBuilder {
        StudioBuilder::default()
    }

    /// Starts to make the ad of a document. Relative assets are taken from `folder`. The document and its files are copied
    /// into the storage; one that came before, unchanged, goes on with the stored document and a person's edits in it.
    /// The run works in tasks of the Tokio runtime that this is awaited in, which needs timers and I/O enabled.
    ///
    /// # Errors
    /// `InvalidProject` with every problem, `Locked` where another run works on the project, `InvalidConfig` outside of a
    /// runtime, `Io`.
    pub async fn generate(&self, project: AdProject, folder: impl Into<PathBuf>) -> Result<Run> {
        project.validate()?;
        let id = project.id.clone();
        self.start(&id, Source::Document(Box::new(project), folder.into())).await
    }

    /// Goes on with a project of the storage: makes what is missing, after a crash or after an edit.
    ///
    /// # Errors
    /// `NotFound`, `InvalidProject` where somebody edited a problem in, `Locked`, `InvalidConfig` outside of a Tokio runtime,
    /// `Io`.
    pub async fn resume(&self, project_id: &str) -> Result<Run> {
        self.project(project_id).await?;
        self.start(project_id, Source::Stored).await
    }

    async fn start(&self, id: &str, source: Source) -> Result<Run> {
        let settings = RunSettings {
            files: self.store.project(id)?,
            providers: self.providers.clone(),
            matting: self.matting.clone(),
            turns: Arc::clone(&self.turns),
            network: self.network,
            assets: self.assets.clone(),
            private_urls: self.private_urls,
            max_usd: self.max_usd,
            job_timeout: self.job_timeout,
            sink: self.sink.clone(),
        };
        Run::start(id.to_owned(), source, settings).await
    }

    /// What the ad of a document will cost with this studio's providers, everything made anew. Calls nobody.
    ///
    /// # Errors
    /// `InvalidProject` with every problem.
    pub fn estimate(&self, project: &AdProject) -> Result<Estimate> {
        project.validate()?;
        Ok(estimate(project, &self.providers))
    }

    /// Opens and decodes every file that a document in `folder` names, and looks for its font, without storing anything.
    /// What is on the web is not fetched. Decoding takes a moment: call it off an async runtime.
    ///
    /// # Errors
    /// `InvalidProject` with every problem of the document itself.
    pub fn inspect(&self, project: &AdProject, folder: impl AsRef<Path>) -> Result<Vec<Inspected>> {
        project.validate()?;
        Ok(inspect(project, folder.as_ref(), &self.assets))
    }

    /// What is known about a project. A run that ended without a word, because its process was killed or the storage took no
    /// further file, counts as failed: the file still tells of its work.
    ///
    /// # Errors
    /// `NotFound` where nothing was ever done with it; `Io`.
    pub async fn state(&self, project_id: &str) -> Result<State> {
        let read = async || {
            let parse = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(unreadable);
            self.read::<State>(project_id, "state.json", parse).await
        };
        let state = read().await?;
        if state.status.is_final() || Lease::is_held(&self.store.project(project_id)?).await? {
            return Ok(state);
        }
        // It may have come to its end between the two looks.
        let state = read().await?;
        Ok(if state.status.is_final() { state } else { state.interrupted() })
    }

    /// The document as it lies in the storage.
    ///
    /// # Errors
    /// `NotFound`, `InvalidProject`, `Io`.
    pub async fn project(&self, project_id: &str) -> Result<AdProject> {
        self.read(project_id, "project.json", |bytes| AdProject::from_json(&String::from_utf8_lossy(bytes))).await
    }

    /// The files of a project.
    ///
    /// # Errors
    /// `InvalidProject` for an id that is none.
    pub fn files(&self, project_id: &str) -> Result<ProjectFiles> {
        self.store.project(project_id)
    }

    async fn read<T>(&self, id: &str, name: &str, parse: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let files = self.store.project(id)?;
        let bytes = files.read(name).await?.ok_or_else(|| {
            let error = Error::new(ErrorKind::NotFound, format!("there is no project {id:?} in the storage"));
            let error = error.with_context("file", files.display(name));
            match files.folder() {
                Some(folder) => with_similar_name(error, &folder),
                None => error,
            }
        })?;
        parse(&bytes).map_err(|error| error.with_context("file", files.display(name)))
    }
}

fn unreadable(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::InvalidProject, "the state of the project is not readable: delete the file and run again")
        .with_source(error)
}

/// Configures a [`Studio`].
#[derive(Default)]
#[must_use]
pub struct StudioBuilder {
    folder: Option<PathBuf>,
    objects: Option<Arc<dyn ObjectStore>>,
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

    /// Keeps projects in an object store that supports create-if-absent.
    pub fn with_object_store(mut self, objects: Arc<dyn ObjectStore>) -> Self {
        self.objects = Some(objects);
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

    /// Which files of this machine documents may bring in. Default: [`AssetPolicy::document_folder`], those in the
    /// document's own folder alone, so that a document of somebody else reads nothing else. For a person's own documents
    /// there is [`AssetPolicy::own_documents`].
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
    /// that they trust, and whose files lie in their own network.
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

    /// Calls `sink` for every event of every run. It must be quick and must not block.
    pub fn on_event(mut self, sink: impl Fn(&crate::Event) + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// The studio.
    ///
    /// # Errors
    /// `InvalidConfig` for a number of jobs that is out of range and for a folder of the asset policy that is not there, `Io` where the folder cannot be made.
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
        let store = match self.objects {
            Some(objects) => Store::remote(objects),
            None => Store::local(self.folder.unwrap_or_else(|| PathBuf::from("storage")))?,
        };
        let offline_video: Arc<dyn VideoProvider> = Arc::new(StudioVideo::new());
        let offline_audio: Arc<dyn AudioProvider> = Arc::new(StudioAudio::new());
        let providers = Providers {
            planner: self.planner.unwrap_or_else(|| Arc::new(TemplatePlanner::new())),
            video: self.video.unwrap_or_else(|| Arc::clone(&offline_video)),
            audio: self.audio.unwrap_or_else(|| Arc::clone(&offline_audio)),
            template: TemplatePlanner::new(),
            offline_video,
            offline_audio,
        };
        let mut matting = self.matting;
        matting.download &= !self.offline;
        Ok(Studio {
            store,
            providers,
            matting,
            turns: Arc::new(Turns::new(jobs)),
            network: !self.offline,
            assets: self.assets,
            private_urls: self.private_urls,
            max_usd: self.max_usd,
            job_timeout: self.job_timeout.unwrap_or(JOB_TIMEOUT),
            sink: self.sink,
        })
    }
}
