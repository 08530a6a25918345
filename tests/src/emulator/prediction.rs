//! One prediction: its life is a function of the time, so no timer has to tick.

use super::{
    clock::{self, Clock},
    journal::Delivery,
    media::MediaSpec,
    models::{Kind, Model, Usd},
    script::{Content, End, Outcome},
};
use serde_json::{Map, Value, json};
use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

/// What its downloads give instead of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Odd {
    Content(Content),
    File(PathBuf),
    Truncate(f64),
}

#[derive(Debug)]
pub(super) struct Prediction {
    pub(super) id: String,
    pub(super) name: &'static str,
    pub(super) model: &'static Model,
    pub(super) version: String,
    pub(super) input: Map<String, Value>,
    pub(super) media: MediaSpec,
    pub(super) created: Instant,
    pub(super) starts: Instant,
    pub(super) ends: Instant,
    pub(super) deadline: Option<Instant>,
    pub(super) canceled: Option<Instant>,
    pub(super) ttl: Duration,
    pub(super) outcome: Option<Outcome>,
    pub(super) odd: Option<Odd>,
    pub(super) webhook: Option<String>,
    pub(super) events: Option<Vec<String>>,
    pub(super) created_by: u64,
    pub(super) deliveries: Vec<Delivery>,
}

/// Where a prediction is in its life.
#[derive(Debug, Clone, Copy)]
pub(super) struct Phase {
    pub(super) status: &'static str,
    pub(super) started: Option<Instant>,
    /// Set in terminal phases.
    pub(super) done: Option<Instant>,
}

/// How an answer shows a prediction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Plain,
    /// The answer to `Prefer: wait`.
    Sync {
        quirk: bool,
    },
}

impl Prediction {
    /// The prompt, or what comes nearest to one.
    pub(super) fn prompt(&self) -> &str {
        prompt(&self.input)
    }

    pub(super) fn phase(&self, now: Instant) -> Phase {
        let end = self.outcome.as_ref().map(|outcome| outcome.status);
        let natural = match end {
            Some(End::Never | End::UnknownStatus) => None,
            Some(End::Aborted) => Some((self.starts, "aborted")),
            Some(End::Failed) => Some((self.ends, "failed")),
            Some(End::Canceled) => Some((self.ends, "canceled")),
            None => Some((self.ends, "succeeded")),
        };
        let overdue = self.deadline.map(|at| (at, if at < self.starts { "aborted" } else { "canceled" }));
        let canceled = self.canceled.map(|at| (at, "canceled"));
        let first = [canceled, overdue, natural].into_iter().flatten().min_by_key(|(at, _)| *at);
        match first {
            Some((at, status)) if at <= now => {
                let ran = self.starts <= at && status != "aborted";
                Phase { status, started: ran.then_some(self.starts), done: Some(at) }
            }
            _ if now < self.starts => Phase { status: "starting", started: None, done: None },
            _ => {
                let status = if end == Some(End::UnknownStatus) { "paused" } else { "processing" };
                Phase { status, started: Some(self.starts), done: None }
            }
        }
    }

    /// When something happens next, for those who wait.
    pub(super) fn next_event(&self, now: Instant) -> Option<Instant> {
        [Some(self.starts), Some(self.ends), self.deadline].into_iter().flatten().filter(|at| *at > now).min()
    }

    /// Whether its data was deleted.
    pub(super) fn removed(&self, now: Instant) -> bool {
        self.phase(now).done.is_some_and(|done| now >= done + self.ttl)
    }

    /// Whether it costs.
    pub(super) fn billed(&self, now: Instant) -> bool {
        let phase = self.phase(now);
        match phase.status {
            "succeeded" => true,
            // By the account or its deadline: what ran is paid.
            "canceled" if self.outcome.as_ref().is_none_or(|outcome| outcome.status != End::Canceled) => {
                phase.started.is_some()
            }
            _ => phase.done.is_some() && self.outcome.as_ref().is_some_and(|outcome| outcome.billed),
        }
    }

    pub(super) fn usd(&self, now: Instant) -> f64 {
        if !self.billed(now) {
            return 0.0;
        }
        let usd = match self.model.usd {
            Usd::Flat(usd) => usd,
            Usd::Second(usd) => usd * self.media.seconds(),
            Usd::ThousandCharacters(usd) => usd * self.prompt().chars().count() as f64 / 1000.0,
            Usd::RunSecond(usd) => usd * self.ran(now).as_secs_f64(),
        };
        (usd * 1e6).round() / 1e6
    }

    fn ran(&self, now: Instant) -> Duration {
        let phase = self.phase(now);
        let end = phase.done.unwrap_or(now);
        phase.started.map_or(Duration::ZERO, |start| end.saturating_duration_since(start))
    }

    /// The name of its file.
    pub(super) fn file(&self) -> &'static str {
        match self.media.kind {
            Kind::Video => "output.mp4",
            Kind::Audio => "output.wav",
        }
    }

    fn output(&self, delivery: &str) -> Value {
        let url = format!("{delivery}/delivery/{}/{}", self.id, self.file());
        if self.model.makes_list() { json!([url]) } else { Value::from(url) }
    }

    fn logs(&self, now: Instant) -> String {
        let phase = self.phase(now);
        let Some(start) = phase.started else { return String::new() };
        let whole = self.ends.saturating_duration_since(start).as_secs_f64().max(1e-3);
        let share = (self.ran(now).as_secs_f64() / whole).clamp(0.0, 1.0);
        let mut logs = "Using seed: 1234\n".to_owned();
        for step in 0..=(share * 10.0) as usize {
            let (percent, count) = (step * 10, step * 5);
            let bar = "█".repeat(step) + &" ".repeat(10 - step);
            logs.push_str(&format!("{percent:3}%|{bar}| {count}/50 [00:{step:02}<00:{:02}, 5.00it/s]\n", 10 - step));
        }
        if phase.status == "failed" {
            logs.push_str("Traceback (most recent call last):\n");
        }
        logs
    }

    /// The prediction as the API shows it.
    pub(super) fn json(&self, now: Instant, clock: &Clock, api: &str, delivery: &str, view: View) -> Value {
        let phase = self.phase(now);
        let removed = self.removed(now);
        let succeeded = phase.status == "succeeded";
        let error = match (phase.status, &self.outcome) {
            ("failed", Some(outcome)) => json!(outcome.error.as_deref().unwrap_or("Prediction failed (E1000)")),
            ("aborted" | "canceled", Some(outcome)) => json!(outcome.error),
            _ => Value::Null,
        };
        let url = format!("{api}/predictions/{}", self.id);
        let mut json = json!({
            "id": self.id, "model": self.name, "version": self.version,
            "input": if removed { json!({}) } else { json!(self.input) },
            "logs": if removed { String::new() } else { self.logs(now) },
            "output": if succeeded && !removed { self.output(delivery) } else { Value::Null },
            "data_removed": removed, "error": error, "status": phase.status, "source": "api",
            "created_at": clock::millis(clock.at(self.created)),
            "urls": {
                "get": url, "cancel": format!("{url}/cancel"),
                "web": format!("https://replicate.com/p/{}", self.id),
            },
        });
        let time = |at: Instant| Value::from(clock::digits(clock.at(at)));
        if let Some(start) = phase.started {
            json["started_at"] = time(start);
        }
        if let Some(deadline) = self.deadline {
            json["deadline"] = time(deadline);
        }
        if let Some(hook) = &self.webhook {
            json["webhook"] = hook.as_str().into();
        }
        if let Some(events) = &self.events {
            json["webhook_events_filter"] = json!(events);
        }
        if let Some(done) = phase.done {
            json["completed_at"] = time(done);
            json["metrics"] = json!({"total_time": done.saturating_duration_since(self.created).as_secs_f64()});
            if phase.started.is_some() {
                json["metrics"]["predict_time"] = self.ran(now).as_secs_f64().into();
            }
        }
        match view {
            // The real service was recorded to give a full output before it counts the prediction as ended.
            View::Sync { quirk: true } if succeeded => {
                json["status"] = "processing".into();
                if let Some(object) = json.as_object_mut() {
                    object.remove("completed_at");
                    object.remove("metrics");
                }
            }
            // The official SDKs take every other status in such an answer as the end.
            View::Sync { .. } if phase.done.is_none() => json["status"] = "starting".into(),
            _ => {}
        }
        json
    }
}

/// The prompt of an input, or what comes nearest to one.
pub(super) fn prompt(input: &Map<String, Value>) -> &str {
    ["prompt", "text", "lyrics"].iter().find_map(|name| input.get(*name)?.as_str()).unwrap_or_default()
}
