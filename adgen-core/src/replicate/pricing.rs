//! What a job costs: by the price list before, by what is told of it after.

use super::{
    model::{Model, USUAL_SIDE},
    wire::{Prediction, Status},
};
use crate::provider::{CostRange, Price};
use serde_json::{Map, Value};

/// The price of an input: the user's own, its resolution's, or the model's.
pub(super) fn price_of<'a>(model: &'a Model, own: Option<&'a Price>, input: &Map<String, Value>) -> &'a Price {
    // An input that the service has forgotten was most likely of the usual tier.
    let tier = model.resolution.as_ref().and_then(|all| all.of(input).or_else(|| all.choose(USUAL_SIDE, 0.0, true)));
    own.unwrap_or_else(|| tier.map_or(&model.price, |tier| &tier.price))
}

/// What an input is expected to cost.
pub(super) fn expected(model: &Model, own: Option<&Price>, input: &Map<String, Value>, billed_s: f64) -> CostRange {
    match price_of(model, own, input) {
        Price::Characters { usd, .. } => CostRange::exactly(usd * characters(model, input) / 1e6),
        price => price.of(billed_s),
    }
}

/// What a finished job cost in US dollars. `remembered` is what was expected when it was ordered: the service forgets
/// inputs after an hour.
pub(super) fn metered(model: &Model, own: Option<&Price>, job: &Prediction, remembered: Option<f64>) -> f64 {
    let has_run = job.has_started();
    match (&job.status, price_of(model, own, &job.input)) {
        // It ended before it ran: not charged.
        (Status::Aborted, _) => 0.0,
        // Where machine time is sold it is charged whatever came of it.
        (status, Price::Compute { usd, high_s, .. }) => match job.ran_s() {
            Some(seconds) => usd * seconds,
            None if *status == Status::Succeeded || has_run => usd * high_s,
            None => 0.0,
        },
        // Where outputs are sold no output costs nothing...
        (Status::Failed, _) => 0.0,
        // ...but one that was stopped midway is charged.
        (Status::Canceled, _) if !has_run => 0.0,
        _ => listed(model, own, job, remembered),
    }
}

/// By the price list: for the length that the job was asked for, or was remembered, or at worst for the longest.
fn listed(model: &Model, own: Option<&Price>, job: &Prediction, remembered: Option<f64>) -> f64 {
    let told = !job.input.is_empty();
    let seconds = model.length.billed_s(&job.input);
    match (remembered, seconds) {
        (Some(usd), _) if !told => usd,
        (_, Some(seconds)) => expected(model, own, &job.input, seconds).expected_usd(),
        (Some(usd), None) => usd,
        (None, None) => expected(model, own, &job.input, model.length.max_s()).expected_usd(),
    }
}

fn characters(model: &Model, input: &Map<String, Value>) -> f64 {
    input.get(&model.prompt.field).and_then(Value::as_str).map_or(0.0, |text| text.chars().count() as f64)
}

#[cfg(test)]
mod tests {
    use super::{super::model::named, *};
    use serde_json::json;

    fn cost(name: &str, prediction: Value, remembered: Option<f64>) -> f64 {
        let prediction = Prediction::parse(&prediction).expect("a prediction");
        metered(named(name).expect("a known model"), None, &prediction, remembered)
    }

    #[test]
    fn seconds_are_charged_as_they_were_asked_for() {
        let model = "bytedance/seedance-1-lite";
        let job = |status: &str, started: Value| {
            json!({"id": "a", "status": status, "started_at": started,
                   "input": {"duration": 8, "resolution": "1080p"}})
        };
        let started = json!("2026-01-02T03:04:05Z");
        assert!((cost(model, job("succeeded", started.clone()), None) - 8.0 * 0.072).abs() < 1e-9);
        assert_eq!(cost(model, job("failed", started.clone()), None), 0.0);
        assert!((cost(model, job("canceled", started), None) - 8.0 * 0.072).abs() < 1e-9);
        assert_eq!(cost(model, job("canceled", Value::Null), None), 0.0);
        assert_eq!(cost(model, job("aborted", Value::Null), None), 0.0);
    }

    #[test]
    fn a_removed_input_costs_what_is_remembered() {
        let gone = json!({"id": "a", "status": "succeeded", "input": {}, "data_removed": true});
        assert_eq!(cost("google/veo-3.1", gone.clone(), Some(3.0)), 3.0);
        // Nobody remembers: the longest clip of the usual tier.
        assert_eq!(cost("google/veo-3.1", gone.clone(), None), 6.0);
        assert!((cost("kwaivgi/kling-v2.1-master", gone, None) - 2.8).abs() < 1e-9);
    }

    #[test]
    fn machine_time_is_charged_for_failures_too() {
        let ran = |status: &str| json!({"id": "a", "status": status, "input": {}, "metrics": {"predict_time": 20.0}});
        for status in ["succeeded", "failed", "canceled"] {
            assert!((cost("lightricks/ltx-video", ran(status), None) - 20.0 * 0.000975).abs() < 1e-9, "{status}");
        }
        let times = json!({"id": "a", "status": "failed",
            "started_at": "2026-01-02T03:04:05Z", "completed_at": "2026-01-02T03:04:15.5Z"});
        assert!((cost("lightricks/ltx-video", times, None) - 10.5 * 0.000975).abs() < 1e-9);
    }

    #[test]
    fn speech_is_charged_by_the_character() {
        let job = json!({"id": "a", "status": "succeeded", "input": {"text": "Größe"}});
        assert!((cost("minimax/speech-02-hd", job, None) - 5.0 * 50.0 / 1e6).abs() < 1e-12);
    }
}
