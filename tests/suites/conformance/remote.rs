//! Replicate's models, against its emulator, in each way of learning that a job is done.

use crate::{NAMED_JOB, clip, expect_tried, music, speech};
use adgen::{
    SecretString,
    replicate::{Delivery, Replicate, ReplicateAudio, ReplicateVideo},
    testkit::{self, Case, Report},
};
use adgen_tests::{
    emulator::{Action, Emulator, Fault, On, Script},
    services::TOKEN,
};
use futures_util::future::join_all;
use std::{path::Path, sync::Arc, time::Duration};

const VIDEO: [&str; 5] = [
    "bytedance/seedance-1-pro-fast",
    "wan-video/wan-2.2-t2v-fast",
    "kwaivgi/kling-v2.5-turbo-pro",
    // Its output is a list.
    "lightricks/ltx-video",
    "minimax/hailuo-02",
];
const MUSIC: [&str; 2] = ["stability-ai/stable-audio-2.5", "meta/musicgen"];
const SPEECH: [&str; 2] = ["minimax/speech-02-hd", "jaaari/kokoro-82m"];

/// An account at an emulator of its own.
struct Account {
    emulator: Arc<Emulator>,
    replicate: Replicate,
    waits: bool,
}

impl Account {
    async fn open(delivery: Delivery) -> Self {
        let latency = vec![0.4];
        let script = Script { latency_s: latency.clone(), audio_latency_s: latency, ..Script::quick() };
        let emulator = Arc::new(Emulator::start(script).await);
        let waits = matches!(delivery, Delivery::Wait(_));
        let builder = Replicate::builder().with_token(SecretString::from(TOKEN)).with_base_url(emulator.url());
        let replicate = builder.with_delivery(delivery).build().expect("an account");
        Self { emulator, replicate, waits }
    }

    /// With an answer that gets lost, and the token that must not be seen.
    fn case<R>(&self, case: Case<R>) -> Case<R> {
        let emulator = Arc::clone(&self.emulator);
        let case = case.with_secret(TOKEN).with_lost_answer(move || {
            emulator.replace_faults(vec![Fault::new(On::Create, Action::DropAfter).times(1)]);
        });
        if self.waits { case.done_at_once() } else { case }
    }

    fn expect(&self, report: &Report) {
        report.expect_passed();
        if !self.waits {
            expect_tried(report, &NAMED_JOB);
        }
        expect_tried(
            report,
            &["job_of_a_lost_answer_is_found", "impossible_requests_are_refused", "no_secret_is_shown"],
        );
        // The job, one whose answer is lost, and one to be cancelled where that can be: what was refused was never
        // ordered.
        let journal = self.emulator.journal();
        assert_eq!(journal.predictions.len(), if self.waits { 2 } else { 3 }, "{report}");
        assert_eq!(journal.leaks().count(), 0, "the token went to the host of the files");
    }
}

async fn film(model: &str, delivery: Delivery) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let account = Account::open(delivery).await;
    let provider = ReplicateVideo::known(account.replicate.clone(), model).expect("a known model");
    let mut case = account.case(clip(folder.path()));
    if model.contains("wan-2.2") {
        case = case.refuses_images();
    }
    account.expect(&testkit::video(&provider, &case).await);
}

async fn sound(model: &str, delivery: Delivery) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let account = Account::open(delivery).await;
    let provider = ReplicateAudio::known(account.replicate.clone(), model).expect("a known model");
    let of = |folder: &Path| if SPEECH.contains(&model) { speech(folder) } else { music(folder) };
    let case = account.case(of(folder.path()));
    account.expect(&testkit::audio(&provider, &case).await);
}

fn wait() -> Delivery {
    // As long as it may be: on a busy machine the work takes longer than its script says.
    Delivery::Wait(Duration::from_secs(60))
}

// The search for a lost job waits for seconds, so the models are tried side by side.

#[tokio::test(flavor = "multi_thread")]
async fn video_models_that_are_asked() {
    join_all(VIDEO.map(|model| film(model, Delivery::Poll))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn video_models_that_are_waited_for() {
    join_all(VIDEO.map(|model| film(model, wait()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_models_that_are_asked() {
    join_all(MUSIC.into_iter().chain(SPEECH).map(|model| sound(model, Delivery::Poll))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sound_models_that_are_waited_for() {
    join_all(MUSIC.into_iter().chain(SPEECH).map(|model| sound(model, wait()))).await;
}
