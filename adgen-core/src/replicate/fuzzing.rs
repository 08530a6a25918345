//! Everything that reads an answer of Replicate's, given one that anybody may have written.

use super::{
    error::{clean, failure_of, parse_error},
    model::Kind,
    output::file_of,
    progress::progress,
    schema::derive,
    webhook::verify_webhook,
    wire::{PROVIDER, Page, Prediction, server_time},
};
use crate::http::Answer;
use secrecy::SecretString;
use std::time::{Duration, SystemTime};

pub(crate) fn read(answer: &Answer) {
    drop(parse_error(answer).to_string());
    server_time(answer);
    let page = Page::read(answer).map(|page| page.results).unwrap_or_default();
    for prediction in Prediction::read(answer).into_iter().chain(page) {
        for kind in [Kind::Video, Kind::Music, Kind::Speech] {
            file_of(&prediction.output, kind);
        }
        if let Some(share) = progress(&prediction.logs) {
            assert!((0.0..=1.0).contains(&share));
        }
        assert!(prediction.ran_s().is_none_or(|seconds| seconds >= 0.0));
        failure_of(&clean(prediction.error.as_deref().unwrap_or_default()));
    }
    if let Ok(description) = answer.json::<serde_json::Value>(PROVIDER) {
        for video in [true, false] {
            drop(derive("somebody/model", &description, video));
        }
    }
    let [id, timestamp, signature] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| answer.header(name).unwrap_or_default());
    let secret = SecretString::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    drop(verify_webhook(&secret, id, timestamp, signature, &answer.body, now, Duration::from_secs(300)));
}
