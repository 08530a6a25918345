//! What one run is to do otherwise than its studio does by itself.
//!
//! May depend on `provider` (contracts), `project` (how JSON is checked), `event` and `error`.

use crate::{
    error::{Error, ErrorKind, Result},
    event::{EventRecord, EventSink},
    project::{read_options, schema_of},
    provider::{AudioProvider, Planner, VideoProvider},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// What one run is to do otherwise than its studio does by itself. As JSON it has the plain settings alone.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RunOptions {
    /// The most that the ad may cost altogether, in US dollars, 0 or more; the studio's and the document's own limits hold
    /// as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e9))]
    pub max_usd: Option<f64>,
    /// Asks nobody and fetches nothing: what is not there is made by the offline providers.
    pub offline: bool,
    /// How many pieces of heavy work of this run may go on at a time, at most as many as the studio's; all of them where
    /// missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 256))]
    pub jobs: Option<usize>,
    /// Who plans, instead of the studio's.
    #[serde(skip)]
    pub planner: Option<Arc<dyn Planner>>,
    /// Who makes backgrounds, instead of the studio's.
    #[serde(skip)]
    pub video: Option<Arc<dyn VideoProvider>>,
    /// Who makes music, instead of the studio's.
    #[serde(skip)]
    pub audio: Option<Arc<dyn AudioProvider>>,
    /// Who is told of this run's events, beside the studio's own.
    #[serde(skip)]
    pub sink: Option<EventSink>,
}

impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("max_usd", &self.max_usd)
            .field("offline", &self.offline)
            .field("jobs", &self.jobs)
            .field("planner", &self.planner)
            .field("video", &self.video)
            .field("audio", &self.audio)
            .finish_non_exhaustive()
    }
}

impl RunOptions {
    /// As the studio is set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// `InvalidConfig` that lists every problem in its context, one `problem` each: the field, its value and what is allowed.
    pub fn from_json(json: &str) -> Result<Self> {
        read_options("the run's options have", json, &Self::schema())
    }

    /// The JSON Schema (draft 2020-12) of what [`RunOptions::from_json`] reads. The same bytes on every machine.
    pub fn schema() -> Value {
        schema_of::<Self>()
    }

    /// The most that the ad may cost altogether, in US dollars.
    #[must_use]
    pub fn with_max_usd(mut self, usd: f64) -> Self {
        self.max_usd = Some(usd);
        self
    }

    /// Asks nobody and fetches nothing.
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// How many pieces of heavy work of this run may go on at a time.
    #[must_use]
    pub fn with_jobs(mut self, jobs: usize) -> Self {
        self.jobs = Some(jobs);
        self
    }

    /// Who plans.
    #[must_use]
    pub fn with_planner(mut self, planner: impl Planner) -> Self {
        self.planner = Some(Arc::new(planner));
        self
    }

    /// Who makes backgrounds.
    #[must_use]
    pub fn with_video(mut self, provider: impl VideoProvider) -> Self {
        self.video = Some(Arc::new(provider));
        self
    }

    /// Who makes music.
    #[must_use]
    pub fn with_audio(mut self, provider: impl AudioProvider) -> Self {
        self.audio = Some(Arc::new(provider));
        self
    }

    /// Calls `sink` for every event of this run, on a thread of its own.
    #[must_use]
    pub fn on_event(mut self, sink: impl Fn(&EventRecord) + Send + Sync + 'static) -> Self {
        self.sink = Some(Arc::new(sink));
        self
    }

    /// Whether the numbers are allowed.
    ///
    /// # Errors
    /// `InvalidConfig`.
    pub(crate) fn check(&self) -> Result<()> {
        check_max_usd(self.max_usd)?;
        check_jobs(self.jobs)
    }
}

/// Whether an ad can have such a limit.
///
/// # Errors
/// `InvalidConfig`.
pub(crate) fn check_max_usd(max_usd: Option<f64>) -> Result<()> {
    match max_usd.filter(|usd| !(0.0..=1e9).contains(usd)) {
        Some(usd) => refused(format!("max_usd is {usd}: 0 to 1000000000 are allowed")),
        None => Ok(()),
    }
}

/// Whether so many pieces of heavy work can go on at a time.
///
/// # Errors
/// `InvalidConfig`.
pub(crate) fn check_jobs(jobs: Option<usize>) -> Result<()> {
    match jobs.filter(|jobs| !(1..=256).contains(jobs)) {
        Some(jobs) => refused(format!("jobs is {jobs}: 1 to 256 are allowed")),
        None => Ok(()),
    }
}

fn refused(message: String) -> Result<()> {
    Err(Error::new(ErrorKind::InvalidConfig, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_from_json_and_slips_in_it_are_told() {
        let options = RunOptions::from_json(r#"{"max_usd":1.5,"jobs":2}"#).unwrap();
        assert_eq!((options.max_usd, options.jobs, options.offline), (Some(1.5), Some(2), false));
        options.check().unwrap();
        assert!(serde_json::from_str::<RunOptions>(r#"{"max_dollars":1}"#).is_err());
        let error = RunOptions::from_json(r#"{"max_usd":-1,"jobs":0,"max_dollars":1,"planner":{}}"#).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        for part in
            ["4 problems", "max_usd: -1", "jobs: 0 is out of range; 1 to 256 is allowed", "max_dollars", "planner"]
        {
            assert!(error.to_string().contains(part), "{part}: {error}");
        }
        assert_eq!(serde_json::to_string(&RunOptions::new()).unwrap(), r#"{"offline":false}"#);
        for wrong in [RunOptions::new().with_max_usd(-1.0), RunOptions::new().with_max_usd(f64::NAN)] {
            assert_eq!(wrong.check().unwrap_err().kind(), ErrorKind::InvalidConfig);
        }
        assert!(RunOptions::new().with_jobs(0).check().is_err());
    }
}
