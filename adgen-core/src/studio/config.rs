//! [`StudioConfig`]: everything about a studio that is plain data. The one place of these options: builders only fill it in,
//! and a binding hands it on as JSON, so that a new option changes neither.
//!
//! May depend on `asset`, `composite`, `http`, `matte` (each for its own settings), `store` (the cache's size), `engine` (the bounds that
//! runs have, too), `project` (how JSON is checked), `error` and its neighbour `models`.

use super::models::Models;
use crate::{
    asset::AssetPolicy,
    composite::FontSources,
    engine::{check_jobs, check_max_usd},
    error::{Error, ErrorKind, Result},
    http::HttpOptions,
    matte::{MODELS, Matting, find_model},
    project::{read_options, schema_of},
    store::DEFAULT_CACHE_BYTES,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

/// A job at a provider that takes longer is given up, in seconds: Replicate itself ends its jobs after 30 minutes.
const JOB_TIMEOUT_S: f64 = 35.0 * 60.0;
/// What that may be: up to a week.
const JOB_TIMEOUTS_S: RangeInclusive<f64> = 0.001..=604_800.0;

/// How a studio is set up, as plain data: in JSON, YAML and the like, with defaults for what is missing; unknown fields are
/// errors. Without further ado a studio works in the folder `./storage`, on all processors.
///
/// It holds no secrets: keys of services come from the environment or from accounts, and the proxy's credentials of
/// [`HttpOptions`] are neither written nor read.
///
/// ```
/// use adgen::StudioConfig;
///
/// # fn main() -> adgen::Result<()> {
/// let config = StudioConfig::from_json(r#"{ "storage": "ads", "max_usd": 2.5, "assets": { "urls": false } }"#)?;
/// assert_eq!(config.max_usd, Some(2.5));
/// let error = StudioConfig::from_json(r#"{ "jobs": 0, "max_dollars": 2 }"#).unwrap_err();
/// assert!(error.to_string().contains("jobs: 0 is out of range; 1 to 256 is allowed"), "{error}");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct StudioConfig {
    /// Where projects are kept: a folder of this machine, by its path or a `file:///` address, or, where the feature `s3` is
    /// built in, `s3://bucket/prefix`, with keys, region and endpoint from the usual `AWS_*` variables.
    pub storage: PathBuf,
    /// Where files of a storage elsewhere lie on this machine for a while; the system's temporary folder where missing. A
    /// storage that is a folder of this machine needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_dir: Option<PathBuf>,
    /// How many bytes of them at most; 4 GiB where not set.
    pub cache_bytes: u64,
    /// How many pieces of heavy work go on at a time in all runs of the studio together, 1-256; as many as there are
    /// processors where missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 256))]
    pub jobs: Option<usize>,
    /// Asks nobody on the network: services stay out of it, whatever keys there are; no model is fetched, and no file that a
    /// document names by URL. Providers of the program's own are asked all the same.
    pub offline: bool,
    /// The most that any one ad may cost in US dollars, 0 or more; a document's own `policy.max_usd` may be lower. Checked
    /// before every paid call, those under way included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1e9))]
    pub max_usd: Option<f64>,
    /// How long a job at a provider may take before it is stopped and given up, in seconds: 0.001-604800, 2100 where not set.
    #[schemars(range(min = 0.001, max = 604_800.0))]
    pub job_timeout_s: f64,
    /// Which files documents may bring in, beside those that are handed in; those that lie in the document's own folder where
    /// not set.
    pub assets: AssetPolicy,
    /// Fetches files that documents name by URL from private addresses, too. For services whose documents come from people
    /// that they trust, and whose files lie in their own network. Opens URLs where `assets` does not close them expressly.
    pub allow_private_urls: bool,
    /// How products are cut out.
    pub matting: Matting,
    /// Where the typefaces of texts come from, beside the embedded ones; from the system where not set. Those that were given as
    /// bytes are neither written nor read.
    pub fonts: FontSources,
    /// How everything travels that the studio itself fetches: files of documents, models, storages in buckets, and calls of the
    /// services that it connects as the environment says.
    pub http: HttpOptions,
    /// Which models of the services are asked, where those are connected.
    pub models: Models,
}

impl Default for StudioConfig {
    fn default() -> Self {
        Self {
            storage: PathBuf::from("storage"),
            cache_dir: None,
            cache_bytes: DEFAULT_CACHE_BYTES,
            jobs: None,
            offline: false,
            max_usd: None,
            job_timeout_s: JOB_TIMEOUT_S,
            assets: AssetPolicy::default(),
            allow_private_urls: false,
            matting: Matting::default(),
            fonts: FontSources::default(),
            http: HttpOptions::default(),
            models: Models::default(),
        }
    }
}

impl StudioConfig {
    /// A studio in the folder `./storage`, on all processors.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// `InvalidConfig` that lists every problem in its context, one `problem` each: the field, its value and what is allowed.
    pub fn from_json(json: &str) -> Result<Self> {
        read_options("the studio's configuration has", json, &Self::schema())
    }

    /// The JSON Schema (draft 2020-12) of what [`StudioConfig::from_json`] reads. The same bytes on every machine.
    pub fn schema() -> Value {
        schema_of::<Self>()
    }

    /// Keeps projects there: a folder, a `file:///` address, or an `s3://` address.
    #[must_use]
    pub fn with_storage(mut self, place: impl AsRef<Path>) -> Self {
        self.storage = place.as_ref().to_owned();
        self
    }

    /// Where files of a storage elsewhere lie on this machine for a while, and how many bytes of them at most.
    #[must_use]
    pub fn with_cache(mut self, folder: impl Into<PathBuf>, most_bytes: u64) -> Self {
        (self.cache_dir, self.cache_bytes) = (Some(folder.into()), most_bytes);
        self
    }

    /// How many pieces of heavy work go on at a time, 1-256.
    #[must_use]
    pub fn with_jobs(mut self, jobs: usize) -> Self {
        self.jobs = Some(jobs);
        self
    }

    /// Asks nobody on the network but the program's own providers.
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }

    /// The most that any one ad may cost in US dollars.
    #[must_use]
    pub fn with_max_usd(mut self, usd: f64) -> Self {
        self.max_usd = Some(usd);
        self
    }

    /// How long a job at a provider may take: a millisecond to a week.
    #[must_use]
    pub fn with_job_timeout(mut self, timeout: Duration) -> Self {
        self.job_timeout_s = timeout.as_secs_f64();
        self
    }

    /// Which files of this machine documents may bring in.
    #[must_use]
    pub fn with_assets(mut self, policy: AssetPolicy) -> Self {
        self.assets = policy;
        self
    }

    /// Fetches files that documents name by URL from private addresses, too.
    #[must_use]
    pub fn with_private_urls(mut self) -> Self {
        self.allow_private_urls = true;
        self
    }

    /// How products are cut out.
    #[must_use]
    pub fn with_matting(mut self, matting: Matting) -> Self {
        self.matting = matting;
        self
    }

    /// Where the typefaces of texts come from.
    #[must_use]
    pub fn with_fonts(mut self, sources: FontSources) -> Self {
        self.fonts = sources;
        self
    }

    /// How everything travels that the studio itself fetches.
    #[must_use]
    pub fn with_http(mut self, options: HttpOptions) -> Self {
        self.http = options;
        self
    }

    /// Which models of the services are asked.
    #[must_use]
    pub fn with_models(mut self, models: Models) -> Self {
        self.models = models;
        self
    }

    /// Whether a studio can be set up so, but for what only the attempt shows: the storage, and the HTTP options' files.
    ///
    /// # Errors
    /// `InvalidConfig`, which names the field, the value and what is allowed.
    pub(super) fn check(&self) -> Result<()> {
        let refused = |message: String| Err(Error::new(ErrorKind::InvalidConfig, message));
        if self.storage.as_os_str().is_empty() {
            return refused("storage is empty: a folder or an address is needed".to_owned());
        }
        check_jobs(self.jobs)?;
        check_max_usd(self.max_usd)?;
        if !JOB_TIMEOUTS_S.contains(&self.job_timeout_s) {
            let (least, most) = JOB_TIMEOUTS_S.into_inner();
            return refused(format!("job_timeout_s is {}: {least} to {most} s are allowed", self.job_timeout_s));
        }
        if find_model(&self.matting.model).is_none() {
            let known: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
            return refused(format!("matting.model is {:?}: known are {}", self.matting.model, known.join(", ")));
        }
        self.assets.check()
    }

    /// How long a job at a provider may take; one that was checked.
    pub(super) fn job_timeout(&self) -> Duration {
        Duration::try_from_secs_f64(self.job_timeout_s).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(json: &Value) -> String {
        let error = StudioConfig::from_json(&json.to_string()).expect_err("it is no good");
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        error.to_string()
    }

    #[test]
    fn nothing_is_enough_and_everything_comes_back() {
        let least = StudioConfig::from_json("{}").unwrap();
        assert_eq!(serde_json::to_value(&least).unwrap(), serde_json::to_value(StudioConfig::new()).unwrap());
        least.check().unwrap();
        let full = json!({
            "storage": "s3://bucket/ads",
            "cache_dir": "/var/cache/ads",
            "cache_bytes": 5_000_000_000_u64,
            "jobs": 4,
            "offline": true,
            "max_usd": 1.5,
            "job_timeout_s": 600.5,
            "assets": { "reach": "own_documents", "folders": [std::env::temp_dir()], "urls": false },
            "allow_private_urls": true,
            "matting": { "model": "u2netp", "models_dir": "/srv/models", "download": false, "runtime": "/srv/ort.so" },
            "fonts": { "system": false, "folders": ["/srv/fonts"] },
            "http": {
                "proxy": "http://proxy.example:3128",
                "root_certificates": [{ "file": "ca.pem" }],
                "connect_timeout_s": 2.5,
                "read_timeout_s": 60.0,
            },
            "models": { "planner": "p", "video": "a/v", "audio": "a/a" },
        });
        let config = StudioConfig::from_json(&full.to_string()).unwrap();
        assert_eq!(serde_json::to_value(&config).unwrap(), full);
        config.check().unwrap();
        assert_eq!(config.job_timeout(), Duration::from_millis(600_500));
        let built = StudioConfig::new()
            .with_storage("s3://bucket/ads")
            .with_cache("/var/cache/ads", 5_000_000_000)
            .with_jobs(4)
            .offline()
            .with_max_usd(1.5)
            .with_job_timeout(Duration::from_millis(600_500))
            .with_assets(AssetPolicy::own_documents().allow_folder(std::env::temp_dir()).without_urls())
            .with_private_urls()
            .with_matting(config.matting.clone())
            .with_fonts(FontSources::none().with_folder("/srv/fonts").with_data(vec![1, 2]))
            .with_http(config.http.clone())
            .with_models(Models::default().with_planner("p").with_video("a/v").with_audio("a/a"));
        assert_eq!(serde_json::to_value(&built).unwrap(), full);
    }

    #[test]
    fn every_problem_names_its_field_its_value_and_what_is_allowed() {
        let text = refused(&json!({
            "jobs": 257,
            "max_usd": -1,
            "job_timeout_s": "long",
            "assets": { "reach": "everything" },
            "matting": { "modell": "u2netp" },
            "http": { "root_certificates": [{ "pam": "x" }] },
            "storag": "x",
        }));
        for said in [
            "jobs: 257 is out of range; 1 to 256 is allowed",
            "max_usd: -1 is out of range; 0 to 1000000000 is allowed",
            "job_timeout_s: \"long\" stands here; a number is expected",
            "assets.reach: \"everything\" is not one of the choices document_folder, own_documents or any_path",
            "matting.modell: is not a field that adgen knows; did you mean model?",
            "http.root_certificates[0].pam: is not a field",
            "storag: is not a field that adgen knows; did you mean storage?",
        ] {
            assert!(text.contains(said), "{said:?} is not said: {text}");
        }
        assert!(refused(&json!([])).contains("an object is expected"));
        assert!(StudioConfig::from_json("{").unwrap_err().to_string().contains("not JSON"));
        // A schema that the check does not understand shows itself as a defect.
        assert!(!text.contains("a defect of adgen"), "{text}");
    }

    #[test]
    fn what_is_set_in_rust_is_checked_as_well() {
        let elsewhere = Matting::new().with_model("u3net");
        for (config, said) in [
            (StudioConfig::new().with_jobs(0), "jobs is 0: 1 to 256 are allowed"),
            (StudioConfig::new().with_max_usd(f64::NAN), "max_usd is NaN: 0 to 1000000000 are allowed"),
            (StudioConfig::new().with_job_timeout(Duration::ZERO), "job_timeout_s is 0: 0.001 to 604800 s"),
            (StudioConfig::new().with_job_timeout(Duration::MAX), "to 604800 s are allowed"),
            (StudioConfig::new().with_storage(""), "storage is empty"),
            (StudioConfig::new().with_matting(elsewhere), "matting.model is \"u3net\": known are u2netp"),
            (
                StudioConfig::new().with_assets(AssetPolicy::any_path().allow_folder("/no/such/folder")),
                "assets.folders",
            ),
        ] {
            let error = config.check().expect_err(said);
            assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains(said), "{error}");
        }
    }

    #[test]
    fn no_secret_is_written() {
        let http = HttpOptions::default()
            .with_proxy("http://u:SECRET@proxy.example:1")
            .with_proxy_credentials("u", "SECRET".into());
        let config = StudioConfig::new().with_http(http);
        let text = format!("{config:?} {}", serde_json::to_string(&config).unwrap());
        assert!(text.contains("proxy.example") && !text.contains("SECRET"), "{text}");
    }
}
