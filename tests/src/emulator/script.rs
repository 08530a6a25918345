//! What the emulator does and when: latencies, limits, faults. Read from JSON or built in Rust.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How one emulator behaves. Every field has a default; unknown fields are errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Drives every `probability`.
    pub seed: u64,
    /// The only token that is let in. Where missing: any that does not begin with `invalid`.
    pub token: Option<String>,
    /// Seconds that videos take to be made, in the order of their creation, again from the first after the last.
    pub latency_s: Vec<f64>,
    /// The same for music and speech.
    pub audio_latency_s: Vec<f64>,
    /// Seconds in the queue (`starting`), before the latency begins.
    pub start_s: f64,
    /// Seconds from a prediction's end until its data and its files are deleted.
    pub ttl_s: f64,
    /// How often predictions may be created; unlimited where missing.
    pub rate: Option<Rate>,
    /// How far ahead of the machine's clock the `Date` header and all timestamps are, in seconds.
    pub date_skew_s: f64,
    /// Multiplies the deadlines that `Cancel-After` names, so that tests need not wait for minutes.
    pub deadline_scale: f64,
    /// `Prefer: wait` answers with `processing` and a full output, as the real service was recorded to do.
    pub sync_quirk: bool,
    /// Finished files lie on the API's own origin. Otherwise they have an origin of their own, as the real ones do.
    pub same_origin_delivery: bool,
    /// The origin that `urls` of predictions name; their own where missing. A careful client does not follow it.
    pub urls_origin: Option<String>,
    /// `whsec_` and base64.
    pub webhook_secret: String,
    /// What goes wrong. The first fault that fires wins.
    pub faults: Vec<Fault>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            seed: 1,
            token: None,
            latency_s: vec![1.0],
            audio_latency_s: vec![1.0],
            start_s: 0.1,
            ttl_s: 3600.0,
            rate: None,
            date_skew_s: 0.0,
            deadline_scale: 1.0,
            sync_quirk: false,
            same_origin_delivery: false,
            urls_origin: None,
            // The secret of the official SDK's own test of signatures.
            webhook_secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            faults: Vec::new(),
        }
    }
}

impl Script {
    /// Everything done at once, as suites want it: 50 ms a prediction.
    pub fn quick() -> Self {
        Self { latency_s: vec![0.05], audio_latency_s: vec![0.05], start_s: 0.0, ..Self::default() }
    }

    /// The same with one fault more.
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Reads and checks a script.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let script: Self = serde_json::from_str(text).map_err(|error| format!("the script is wrong: {error}"))?;
        script.check()?;
        Ok(script)
    }

    /// Reads and checks a script file.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// What no type can say.
    pub fn check(&self) -> Result<(), String> {
        let seconds = |name: &str, values: &[f64]| {
            let fine = !values.is_empty() && values.iter().all(|value| value.is_finite() && *value >= 0.0);
            fine.then_some(()).ok_or_else(|| format!("{name}: needs numbers of seconds, 0 or more"))
        };
        seconds("latency_s", &self.latency_s)?;
        seconds("audio_latency_s", &self.audio_latency_s)?;
        seconds("start_s", &[self.start_s])?;
        seconds("ttl_s", &[self.ttl_s])?;
        seconds("deadline_scale", &[self.deadline_scale])?;
        if !self.date_skew_s.is_finite() || self.date_skew_s.abs() > 1e9 {
            return Err("date_skew_s: is no time on any calendar".to_owned());
        }
        if let Some(rate) = &self.rate
            && !(rate.creates_per_minute.is_finite() && rate.creates_per_minute > 0.0 && rate.burst >= 1)
        {
            return Err("rate: creates_per_minute must be above 0 and burst at least 1".to_owned());
        }
        super::webhook::key(&self.webhook_secret)?;
        self.faults
            .iter()
            .enumerate()
            .try_for_each(|(index, fault)| fault.check().map_err(|problem| format!("faults[{index}]: {problem}")))
    }
}

/// The limit on creating predictions: a bucket of `burst` that fills evenly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many may be created in a minute.
    pub creates_per_minute: f64,
    /// How many at once.
    pub burst: u32,
}

impl Rate {
    /// What an account with little credit gets.
    pub fn low_credit() -> Self {
        Self { creates_per_minute: 6.0, burst: 1 }
    }
}

/// One thing that goes wrong with some requests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// With which requests.
    pub on: On,
    /// Only with the nth of those that match, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Only with each nth of those that match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Only with this share of those that match, 0-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// At most this often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// Only with requests about these predictions.
    #[serde(default, rename = "match", skip_serializing_if = "Match::is_empty")]
    pub only: Match,
    /// What happens.
    #[serde(rename = "do")]
    pub action: Action,
}

impl Fault {
    /// Happens with every request of the kind.
    pub fn new(on: On, action: Action) -> Self {
        Self { on, nth: None, every: None, probability: None, times: None, only: Match::default(), action }
    }

    /// Only with the nth request, from 1.
    pub fn nth(mut self, nth: u64) -> Self {
        self.nth = Some(nth);
        self
    }

    /// Only with each nth request.
    pub fn every(mut self, every: u64) -> Self {
        self.every = Some(every);
        self
    }

    /// Only with this share of the requests.
    pub fn probability(mut self, share: f64) -> Self {
        self.probability = Some(share);
        self
    }

    /// At most this often.
    pub fn times(mut self, times: u64) -> Self {
        self.times = Some(times);
        self
    }

    /// Only with predictions of this model.
    pub fn model(mut self, model: &str) -> Self {
        self.only.model = Some(model.to_owned());
        self
    }

    /// Only with predictions whose prompt has this text.
    pub fn prompt(mut self, text: &str) -> Self {
        self.only.prompt_contains = Some(text.to_owned());
        self
    }

    fn check(&self) -> Result<(), String> {
        if self.nth == Some(0) || self.every == Some(0) {
            return Err("nth and every count from 1".to_owned());
        }
        if self.probability.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return Err("probability is a share from 0 to 1".to_owned());
        }
        let makes = matches!(self.on, On::Create | On::Delivery | On::Any);
        match &self.action {
            Action::Truncate(share) | Action::Stall(share) if !(0.0..1.0).contains(share) => {
                Err("truncate and stall are a share from 0 to below 1".to_owned())
            }
            Action::Stall(_) if !matches!(self.on, On::Delivery | On::Any) => {
                Err("stall belongs to delivery".to_owned())
            }
            Action::Truncate(_) | Action::Content(_) | Action::ContentFile(_) if !makes => {
                Err("truncate, content and content_file belong to create or delivery".to_owned())
            }
            Action::Outcome(_) if self.on != On::Create => Err("outcome belongs to create".to_owned()),
            Action::ContentFile(path) if !path.is_file() => {
                Err(format!("content_file: there is no {}", path.display()))
            }
            Action::DelayS(seconds) if !(0.0..1e6).contains(seconds) => Err("delay_s must be 0 or more".to_owned()),
            Action::Status(answer) if !(300..600).contains(&answer.code) => {
                Err("status: code must be 300-599".to_owned())
            }
            Action::Status(answer) if answer.retry_after.is_some_and(|wait| !(0.0..1e9).contains(&wait)) => {
                Err("status: retry_after must be 0 or more".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// The kinds of requests that a fault can meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    Create,
    Get,
    List,
    Cancel,
    Delivery,
    Upload,
    Account,
    Model,
    Any,
}

/// Which predictions are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Match {
    /// `owner/name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// A part of the prompt (or of the text, for speech).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_contains: Option<String>,
}

impl Match {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An answer instead of the real one; the request is not carried out.
    Status(Answer),
    /// The connection is closed without an answer; the request is not carried out.
    DropBefore,
    /// The request is carried out, then the connection is closed without an answer.
    DropAfter,
    /// Seconds of waiting before the request is carried out.
    DelayS(f64),
    /// The request waits for `release` before it is carried out. It is forgotten when the client goes away.
    HoldBefore,
    /// The request is carried out, and its answer waits for `release`.
    HoldAfter,
    /// The request is carried out, and the answer never comes.
    NeverAnswer,
    /// This share of the file is sent with the whole file's length, then the connection is closed.
    Truncate(f64),
    /// This share of the file is sent with the whole file's length, and the rest never comes.
    Stall(f64),
    /// Something else than the file. With `create`: for each download of that prediction.
    Content(Content),
    /// This file from the disk instead.
    ContentFile(PathBuf),
    /// The prediction ends in another way.
    Outcome(Outcome),
}

/// A scripted answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status.
    pub code: u16,
    /// JSON instead of the usual problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// Seconds; a `Retry-After` header too where whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<f64>,
    /// Where a 3xx leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// A proxy's page instead of JSON.
    #[serde(default)]
    pub html: bool,
}

impl Action {
    /// An answer with the usual body for that status.
    pub fn status(code: u16) -> Self {
        Self::Status(Answer { code, ..Answer::default() })
    }

    /// 429 that names the seconds to wait.
    pub fn throttled(retry_after: f64) -> Self {
        Self::Status(Answer { code: 429, retry_after: Some(retry_after), ..Answer::default() })
    }

    /// A failed prediction.
    pub fn failed(error: &str) -> Self {
        Self::Outcome(Outcome { status: End::Failed, error: Some(error.to_owned()), billed: false })
    }

    /// The prediction ends so, unbilled.
    pub fn ends(status: End) -> Self {
        Self::Outcome(Outcome { status, error: None, billed: false })
    }
}

/// What lies where the file should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A page, with status 200.
    Html,
    /// Audio under a video's name.
    NoVideo,
    /// An MP4 whose video track has no frame.
    ZeroFrames,
    /// 3 GB of zeros.
    Huge,
    /// Audio without sound.
    Silent,
    /// Audio with one channel at 8 kHz.
    Mono8k,
    /// Audio of a quarter of the length that was asked for.
    Short,
    /// The first half of the file, with its honest length.
    ShortFile,
}

/// How a prediction ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The end.
    pub status: End,
    /// The prediction's `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Whether it costs all the same.
    #[serde(default)]
    pub billed: bool,
}

/// The ends other than success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// `failed`, after the latency.
    Failed,
    /// `aborted`, instead of starting.
    Aborted,
    /// `canceled`, after the latency, by somebody else.
    Canceled,
    /// `processing` for ever.
    Never,
    /// A status that is in no document, for ever.
    UnknownStatus,
}
