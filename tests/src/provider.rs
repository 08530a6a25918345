//! A remote video shop that lives in the test: takes jobs, makes them wait, charges for them, fails on demand.

use adgen::{
    Error, ErrorKind, Result, Retry,
    media::{Frame, VideoEncoder, VideoSettings},
    provider::{
        CallContext, Cancelled, Failure, Generated, Generation, JobId, Lookup, Price, ProviderInfo, VideoCapability,
        VideoProvider, VideoRequest,
    },
};
use async_trait::async_trait;
use std::{
    collections::{BTreeMap, VecDeque},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

/// What a second costs.
pub const USD_PER_SECOND: f64 = 0.25;

/// What the shop does with the next call, before it goes on as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Too many requests: nothing was started, come again.
    Busy,
    /// The answer never comes.
    Hangs,
    /// The job is taken and the answer is lost.
    LosesAnswer,
    /// The call never arrives, and nobody knows.
    LosesCall,
}

/// One job, as it was ordered.
#[derive(Debug, Clone)]
pub struct Job {
    pub prompt: String,
    pub seed: u32,
    pub seconds: f64,
    pub checks: u32,
    pub cancelled: bool,
}

#[derive(Debug, Default)]
pub struct Books {
    /// By the shop's own name for the job.
    pub jobs: BTreeMap<String, Job>,
    /// How often `start` was called.
    pub calls: u32,
    pub start_trouble: VecDeque<Trouble>,
    /// Jobs whose prompt has this text fail for good.
    pub fails: Option<String>,
    /// What a job that failed costs all the same.
    pub failure_usd: f64,
    /// The shop finds the job of a call whose answer was lost.
    pub remembers: bool,
    /// When asking again makes sense; soon where missing.
    pub check_after: Option<Duration>,
    /// The longest clip in seconds; 30 where missing.
    pub longest_s: Option<f64>,
    /// How often a job is asked for before it is done.
    pub patience: u32,
    /// The first `check` of each job fails in a way that may be repeated.
    pub first_check_fails: bool,
    /// No job is ever done.
    pub closed: bool,
    /// Serves files from here instead of the disk.
    pub url: Option<String>,
    /// Hands files over as bytes: these, instead of the disk's.
    pub bytes: Option<Vec<u8>>,
}

/// The shop's counter. Clones share the books, as two runs share the real one.
#[derive(Debug, Clone)]
pub struct Shop {
    info: ProviderInfo,
    books: Arc<Mutex<Books>>,
    folder: PathBuf,
}

impl Shop {
    /// A shop that keeps its clips in `folder`.
    pub fn new(folder: &Path) -> Self {
        let folder = folder.join("shop");
        std::fs::create_dir_all(&folder).expect("the folder is the test's own");
        clip(&folder.join("clip.mp4"), 3.0);
        let price = Price::per_second(USD_PER_SECOND, "2026-01-01");
        let books = Books { patience: 2, ..Books::default() };
        Self { info: ProviderInfo::priced("shop", "film-1", price), books: Arc::new(Mutex::new(books)), folder }
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no test panics with the books open")
    }

    /// The clip that every job gives.
    pub fn clip(&self) -> PathBuf {
        self.folder.join("clip.mp4")
    }

    /// What all jobs together cost that were neither cancelled nor failed.
    pub fn bill(&self) -> f64 {
        self.books().jobs.values().filter(|job| !job.cancelled).map(|job| job.seconds * USD_PER_SECOND).sum()
    }

    /// Panics where the same clip was ordered twice.
    #[track_caller]
    pub fn expect_nothing_ordered_twice(&self) {
        let mut orders = BTreeMap::<_, u32>::new();
        for job in self.books().jobs.values() {
            *orders.entry((job.prompt.clone(), job.seed)).or_default() += 1;
        }
        assert!(orders.values().all(|&count| count == 1), "ordered and paid more than once: {orders:?}");
    }
}

fn lost() -> Error {
    Error::new(ErrorKind::OutcomeUnknown, "the connection broke before an answer came")
}

/// A clip of `seconds` in which a bar moves across a plain ground.
pub fn clip(path: &Path, seconds: f64) {
    let (width, height, fps) = (240, 426, 24);
    let mut encoder = VideoEncoder::create(path, VideoSettings::new(width, height, fps)).expect("an encoder");
    for index in 0..(seconds * f64::from(fps)).round() as usize {
        let picture = image::RgbImage::from_fn(width as u32, height as u32, |x, _| {
            let bar = (index * 4) as u32 % width as u32;
            if x.abs_diff(bar) < 12 { image::Rgb([250, 220, 120]) } else { image::Rgb([20, 90, 160]) }
        });
        encoder.write(&Frame::from_rgb(&picture).expect("a frame")).expect("is encoded");
    }
    encoder.finish().expect("a whole clip");
}

#[async_trait]
impl VideoProvider for Shop {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        VideoCapability::remote(self.books().longest_s.unwrap_or(30.0))
    }

    async fn start(&self, _: &CallContext, request: &VideoRequest) -> Result<Generation> {
        if request.duration_s > self.capability().max_duration_s {
            return Err(Error::new(ErrorKind::Unsupported, "the shop makes no clips of this length"));
        }
        let trouble = {
            let mut books = self.books();
            books.calls += 1;
            books.start_trouble.pop_front()
        };
        match trouble {
            Some(Trouble::Busy) => {
                let wait = Retry::After(Duration::from_millis(10));
                return Err(Error::new(ErrorKind::RateLimited, "too many requests").with_retry(wait));
            }
            Some(Trouble::Hangs) => std::future::pending().await,
            Some(Trouble::LosesCall) => return Err(lost()),
            Some(Trouble::LosesAnswer) | None => {}
        }
        let mut books = self.books();
        let name = format!("job-{}", books.jobs.len() + 1);
        let job = Job {
            prompt: request.prompt.clone(),
            seed: request.seed,
            seconds: request.duration_s,
            checks: 0,
            cancelled: false,
        };
        books.jobs.insert(name.clone(), job);
        if trouble == Some(Trouble::LosesAnswer) {
            return Err(lost());
        }
        let check_after = books.check_after.unwrap_or(Duration::from_millis(10));
        Ok(Generation::pending(JobId(name), check_after).with_progress(Some(0.0)))
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        let mut books = self.books();
        let (patience, trouble, closed) = (books.patience, books.first_check_fails, books.closed);
        let (fails, url, failed_cost) = (books.fails.clone(), books.url.clone(), books.failure_usd);
        let bytes = books.bytes.clone();
        let unknown = || Error::new(ErrorKind::NotFound, format!("the shop knows no {job}"));
        let known = books.jobs.get_mut(&job.0).ok_or_else(unknown)?;
        known.checks += 1;
        if trouble && known.checks == 1 {
            return Err(Error::new(ErrorKind::Timeout, "no answer in time").with_retry(Retry::Now));
        }
        if known.cancelled {
            return Ok(Generation::Failed(Failure::new(ErrorKind::Cancelled, "the job was cancelled")));
        }
        if closed || known.checks < patience {
            let progress = Some(known.checks as f32 / 10.0);
            return Ok(Generation::pending(job.clone(), Duration::from_millis(10)).with_progress(progress));
        }
        if fails.is_some_and(|text| known.prompt.contains(&text)) {
            let mut failure = Failure::new(ErrorKind::GenerationFailed, "the model gave up: code E42");
            failure.cost_usd = failed_cost;
            return Ok(Generation::Failed(failure));
        }
        let cost_usd = known.seconds * USD_PER_SECOND;
        let made = match (url, bytes) {
            (Some(url), _) => Generated::url(url, cost_usd),
            (None, Some(bytes)) => Generated::bytes(bytes, cost_usd),
            (None, None) => {
                // The pipeline takes the file away.
                let copy = self.folder.join(format!("{job}.{}.mp4", known.checks));
                std::fs::copy(self.clip(), &copy)?;
                let mut made = Generated::file(copy);
                made.cost_usd = cost_usd;
                made
            }
        };
        Ok(Generation::Done(made))
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        let mut books = self.books();
        let (patience, closed) = (books.patience, books.closed);
        let unknown = || Error::new(ErrorKind::NotFound, format!("the shop knows no {job}"));
        let known = books.jobs.get_mut(&job.0).ok_or_else(unknown)?;
        if !closed && !known.cancelled && known.checks >= patience {
            return Ok(Cancelled::AlreadyOver);
        }
        known.cancelled = true;
        Ok(Cancelled::stopped(0.0))
    }

    async fn find(&self, _: &CallContext, request: &VideoRequest, _: SystemTime, known: &[JobId]) -> Result<Lookup> {
        let books = self.books();
        if !books.remembers {
            return Ok(Lookup::CannotTell);
        }
        let mine = |(name, job): &(&String, &Job)| {
            job.prompt == request.prompt && job.seed == request.seed && known.iter().all(|known| known.0 != **name)
        };
        Ok(books.jobs.iter().find(mine).map_or(Lookup::Absent, |(name, _)| Lookup::Found(JobId(name.clone()))))
    }

    fn gives_private_urls(&self) -> bool {
        // The servers of the tests are this machine's own.
        true
    }
}
