//! The providers against a scripted server.

use super::{
    Delivery, ReplicateAudio, ReplicateVideo,
    testing::{Reply, Server, prediction, reply},
};
use crate::{
    error::{ErrorKind, Retry},
    provider::{
        AudioProvider, AudioRequest, CallContext, Cancelled, Content, Generation, ImageInput, JobId, Price,
        VideoProvider, VideoRequest,
    },
};
use serde_json::{Value, json};
use std::time::Duration;

pub(super) fn request() -> VideoRequest {
    VideoRequest::new("a harbour at dawn", 7.5)
}

pub(super) fn input() -> Value {
    json!({"prompt": "a harbour at dawn", "duration": 8, "aspect_ratio": "9:16", "resolution": "720p", "seed": 0})
}

pub(super) fn job(id: &str) -> JobId {
    JobId(id.into())
}

/// What a check makes of one prediction.
async fn checked(told: Value) -> Generation {
    let server = Server::start(move |_| Some(reply(200, told.clone()))).await;
    ReplicateVideo::new(server.client()).check(CallContext::plain(), &job("p1")).await.expect("an answer")
}

#[tokio::test]
async fn a_job_is_ordered_as_the_api_asks() {
    let server = Server::start(|_| Some(reply(201, prediction("order1", "starting", json!({}))))).await;
    let replicate = server.builder().with_cancel_after(Duration::from_secs(90)).build().expect("a client");
    let video = ReplicateVideo::new(replicate);
    let Generation::Pending { job, progress, check_after } =
        video.start(CallContext::plain(), &request()).await.expect("a job")
    else {
        panic!("not pending");
    };
    assert_eq!((job, progress), (JobId("order1".into()), None));
    assert_eq!(check_after, Duration::from_millis(250));
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/models/bytedance/seedance-1-pro-fast/predictions");
    assert_eq!(seen.json(), json!({ "input": input() }));
    assert!(seen.headers.contains("authorization: bearer r8_secret") && seen.headers.contains("cancel-after: 90s"));
    assert!(!seen.headers.contains("prefer:"));
}

#[tokio::test]
async fn deliveries_are_asked_for() {
    let server = Server::start(|_| Some(reply(202, prediction("delivery", "starting", json!({}))))).await;
    let wait = server.builder().with_delivery(Delivery::Wait(Duration::from_secs(7))).build().expect("a client");
    ReplicateVideo::new(wait).start(CallContext::plain(), &request()).await.expect("a job");
    let hook = "https://a.example/hook?key=1";
    let webhook = server.builder().with_delivery(Delivery::Webhook(hook.into())).build().expect("a client");
    let started = ReplicateVideo::new(webhook).start(CallContext::plain(), &request()).await.expect("a job");
    assert!(matches!(started, Generation::Pending { check_after, .. } if check_after == Duration::from_secs(300)));
    let seen = server.seen();
    assert!(seen[0].headers.contains("prefer: wait=7"), "{}", seen[0].headers);
    assert_eq!(seen[1].json()["webhook"], hook);
    assert_eq!(seen[1].json()["webhook_events_filter"], json!(["start", "completed"]));
}

#[tokio::test]
async fn a_blocking_order_may_bring_the_clip() {
    let url = "https://replicate.delivery/x/out.mp4";
    let done = Server::start(move |seen| {
        let input = seen.json()["input"].clone();
        Some(reply(201, prediction("sync1", "succeeded", json!({"output": url, "input": input}))))
    })
    .await;
    let Generation::Done(made) =
        ReplicateVideo::new(done.client()).start(CallContext::plain(), &request()).await.expect("a clip")
    else {
        panic!("not done");
    };
    assert_eq!(made.content, Content::Url(url.into()));
    assert!((made.cost_usd - 0.2).abs() < 1e-9);
    // Called unfinished with the output already there: asked for again at once.
    let early =
        Server::start(move |_| Some(reply(201, prediction("sync2", "processing", json!({"output": url}))))).await;
    let started = ReplicateVideo::new(early.client()).start(CallContext::plain(), &request()).await.expect("a job");
    assert!(matches!(started, Generation::Pending { check_after, .. } if check_after <= Duration::from_millis(250)));
}

#[tokio::test]
async fn versions_are_run_by_their_hash() {
    let server = Server::start(|_| Some(reply(201, prediction("ltx", "starting", json!({}))))).await;
    let video = ReplicateVideo::known(server.client(), "lightricks/ltx-video").expect("a known model");
    video.start(CallContext::plain(), &request()).await.expect("a job");
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/predictions");
    assert!(seen.json()["version"].as_str().is_some_and(|version| version.starts_with("8c47da66")));
    assert_eq!(seen.json()["input"]["length"], 193);
}

#[tokio::test]
async fn every_end_is_told() {
    let started = json!("2026-01-02T03:04:05Z");
    let failed = |error: &str| prediction("p1", "failed", json!({"error": error, "input": input()}));
    let cases = [
        (failed("NSFW content"), ErrorKind::ContentRejected, 0.0, false),
        (failed("(E004) Service is temporarily unavailable"), ErrorKind::GenerationFailed, 0.0, true),
        (failed("boom"), ErrorKind::GenerationFailed, 0.0, false),
        (prediction("p1", "aborted", json!({})), ErrorKind::Timeout, 0.0, true),
        (
            prediction("p1", "canceled", json!({"started_at": started, "input": input()})),
            ErrorKind::Cancelled,
            0.2,
            false,
        ),
        (prediction("p1", "canceled", json!({"input": input()})), ErrorKind::Cancelled, 0.0, false),
        (
            prediction(
                "p1",
                "canceled",
                json!({"started_at": started, "input": input(),
                "completed_at": "2026-01-02T03:19:05Z", "deadline": "2026-01-02T03:19:05Z"}),
            ),
            ErrorKind::Timeout,
            0.2,
            false,
        ),
        (
            prediction("p1", "succeeded", json!({"output": null, "data_removed": true})),
            ErrorKind::GenerationFailed,
            0.3,
            true,
        ),
        (
            prediction("p1", "succeeded", json!({"output": "none", "input": input()})),
            ErrorKind::GenerationFailed,
            0.2,
            false,
        ),
    ];
    for (told, kind, cost, again) in cases {
        let said = told.to_string();
        let Generation::Failed(failure) = checked(told).await else { panic!("no failure: {said}") };
        assert_eq!((failure.kind, failure.retryable), (kind, again), "{said}");
        assert!((failure.cost_usd - cost).abs() < 1e-9, "{}: {said}", failure.cost_usd);
    }
}

#[tokio::test]
async fn unfinished_jobs_are_asked_for_by_their_age() {
    let old = chrono::Utc::now() - chrono::TimeDelta::seconds(100);
    let logs = "seed 1\n 40%|████      | 20/50 [00:04<00:06]";
    let told = prediction("p1", "processing", json!({"created_at": old.to_rfc3339(), "logs": logs}));
    let Generation::Pending { progress, check_after, .. } = checked(told).await else { panic!("not pending") };
    assert_eq!(progress, Some(0.4));
    assert!((4.5..5.5).contains(&check_after.as_secs_f64()), "{check_after:?}");
    // A status that nobody knows, and nothing else.
    let odd = checked(json!({"id": "p1", "status": "dreaming", "new": 1})).await;
    let Generation::Pending { check_after, .. } = odd else { panic!("not pending") };
    assert_eq!(check_after, Duration::from_millis(500));
}

#[tokio::test]
async fn cancelling_says_what_it_cost() {
    let cancel = async |told: Value| {
        let server = Server::start(move |_| Some(reply(200, told.clone()))).await;
        let cancelled =
            ReplicateVideo::new(server.client()).cancel(CallContext::plain(), &job("p1")).await.expect("an answer");
        assert_eq!(server.seen()[0].line, "POST /v1/predictions/p1/cancel");
        cancelled
    };
    let started = json!({"started_at": "2026-01-02T03:04:05Z", "input": input()});
    assert_eq!(cancel(prediction("p1", "canceled", started.clone())).await, Cancelled::Stopped { cost_usd: 0.2 });
    assert_eq!(cancel(prediction("p1", "processing", started.clone())).await, Cancelled::Stopped { cost_usd: 0.2 });
    assert_eq!(cancel(prediction("p1", "aborted", started.clone())).await, Cancelled::Stopped { cost_usd: 0.0 });
    assert_eq!(cancel(prediction("p1", "succeeded", started)).await, Cancelled::AlreadyOver);
}

#[tokio::test]
async fn unknown_jobs_and_models_are_named() {
    let server = Server::start(|_| Some(reply(404, json!({"detail": "gone", "status": 404})))).await;
    let video = ReplicateVideo::new(server.client());
    let kind = |result: Result<Generation, crate::error::Error>| result.map_err(|error| error.kind());
    assert_eq!(kind(video.check(CallContext::plain(), &job("p1")).await), Err(ErrorKind::NotFound));
    assert_eq!(kind(video.check(CallContext::plain(), &job("../account")).await), Err(ErrorKind::NotFound));
    assert_eq!(server.seen().len(), 1);
    assert_eq!(
        video.cancel(CallContext::plain(), &job("p1")).await.map_err(|error| error.kind()),
        Err(ErrorKind::NotFound)
    );
    let retired = video.start(CallContext::plain(), &request()).await.expect_err("no model").to_string();
    assert!(retired.contains("retired") && retired.contains("--video-model"), "{retired}");
    let misspelt = ReplicateVideo::connect(server.client(), "a/b").await.expect_err("no model");
    assert_eq!(misspelt.kind(), ErrorKind::NotFound);
    for name in ["", "a", "a/../b", "a/b?c", "../account", "a/b/c"] {
        let error = ReplicateVideo::connect(server.client(), name).await.expect_err("no name");
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{name}");
    }
}

#[tokio::test]
async fn a_failing_server_leaves_the_order_open() {
    let server = Server::start(|_| Some(reply(500, json!({"detail": "oops"})))).await;
    let error = ReplicateVideo::new(server.client()).start(CallContext::plain(), &request()).await.expect_err("no job");
    assert_eq!((error.kind(), error.retry()), (ErrorKind::OutcomeUnknown, Retry::Never));
    let page = Server::start(|_| Some(Reply { status: 201, headers: String::new(), body: "<html>".into() })).await;
    let error = ReplicateVideo::new(page.client()).start(CallContext::plain(), &request()).await.expect_err("no job");
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn a_garbled_answer_is_asked_again() {
    let server = Server::start(|_| Some(Reply { status: 200, headers: String::new(), body: "{\"id\":".into() })).await;
    let error =
        ReplicateVideo::new(server.client()).check(CallContext::plain(), &job("p1")).await.expect_err("no prediction");
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(matches!(error.retry(), Retry::After(_)) && error.to_string().contains("p1"), "{error}");
}

#[tokio::test]
async fn unknown_models_are_read_from_their_schema() {
    let description = json!({
        "is_official": false,
        "latest_version": { "id": "f00d", "openapi_schema": { "components": { "schemas": {
            "Input": { "required": ["prompt"], "properties": {
                "prompt": { "type": "string" },
                "duration": { "allOf": [{ "$ref": "#/components/schemas/duration" }] },
            } },
            "duration": { "enum": ["5", "9"], "type": "string" },
        } } } },
    });
    let server = Server::start(move |seen| {
        Some(match seen.line.as_str() {
            "GET /v1/models/some/body" => reply(200, description.clone()),
            _ => reply(201, prediction("body", "starting", json!({}))),
        })
    })
    .await;
    let video = ReplicateVideo::connect(server.client(), "some/body").await.expect("a model");
    assert_eq!((video.info().model.as_str(), &video.info().price), ("some/body", &Price::Unknown));
    assert!(!video.estimate(&request()).is_known());
    video.start(CallContext::plain(), &request()).await.expect("a job");
    let seen = &server.seen()[1];
    assert_eq!(seen.line, "POST /v1/predictions");
    assert_eq!(seen.json(), json!({"version": "f00d", "input": {"prompt": "a harbour at dawn", "duration": "9"}}));
    let priced = video.with_price(Price::Second { usd: 0.1, as_of: "2026-01-01".into() });
    assert!((priced.estimate(&request()).high_usd - 0.9).abs() < 1e-9);
    // A known model needs no call.
    ReplicateVideo::connect(server.client(), "google/veo-3.1-fast").await.expect("a model");
    assert_eq!(server.seen().len(), 2);
}

#[test]
fn estimates_are_of_what_is_bought() {
    let replicate = || super::Replicate::builder().with_token("r8_x".to_owned().into()).build().expect("a client");
    let video = ReplicateVideo::new(replicate());
    assert_eq!(
        (video.info().name.as_str(), video.info().model.as_str()),
        ("replicate", "bytedance/seedance-1-pro-fast")
    );
    assert!((video.estimate(&request()).high_usd - 0.2).abs() < 1e-9);
    let lite = ReplicateVideo::known(replicate(), "bytedance/seedance-1-lite").expect("known");
    assert!((lite.estimate(&request()).high_usd - 8.0 * 0.036).abs() < 1e-9);
    let sharp = lite.with_short_side(1080);
    assert!((sharp.estimate(&request()).high_usd - 8.0 * 0.072).abs() < 1e-9);
    assert_eq!(sharp.info().model, "bytedance/seedance-1-lite (1080)");
    let kling = ReplicateVideo::known(replicate(), "kwaivgi/kling-v2.1-master").expect("known");
    assert!((kling.estimate(&request()).high_usd - 2.8).abs() < 1e-9);
    assert!(!kling.capability().seed && kling.capability().max_duration_s == 10.0);
    let music = ReplicateAudio::new(replicate());
    assert!((music.estimate(&AudioRequest::music("calm", 30.0)).high_usd - 0.2).abs() < 1e-9);
    let speech = ReplicateAudio::speech(replicate());
    assert!((speech.estimate(&AudioRequest::speech("a".repeat(1000))).high_usd - 0.05).abs() < 1e-9);
    assert!(music.capability().music && speech.capability().speech);
    assert!(!format!("{video:?} {speech:?}").contains("r8_x"));
    // Every model that is named is known.
    assert!(ReplicateVideo::models().all(|name| ReplicateVideo::known(replicate(), name).is_ok()));
    assert!(ReplicateAudio::models().all(|name| ReplicateAudio::known(replicate(), name).is_ok()));
    assert_eq!(ReplicateVideo::models().next(), Some("bytedance/seedance-1-pro-fast"));
}

#[tokio::test]
async fn images_travel_by_address_as_data_or_through_the_files_api() {
    let folder = tempfile::tempdir().expect("a folder");
    let png = |bytes: usize| {
        let mut data = b"\x89PNG\r\n\x1a\n".to_vec();
        data.resize(bytes, 7);
        let path = folder.path().join(format!("{bytes}.png"));
        std::fs::write(&path, data).expect("a file");
        path
    };
    let server = Server::start(|seen| {
        Some(match seen.line.as_str() {
            "POST /v1/files" => reply(201, json!({"id": "f", "urls": {"get": "https://files.example/f"}})),
            _ => reply(201, prediction("image", "starting", json!({}))),
        })
    })
    .await;
    let video = ReplicateVideo::new(server.client());
    let start =
        async |image| video.start(CallContext::plain(), &VideoRequest { image: Some(image), ..request() }).await;
    start(ImageInput::Url("https://a.example/p.png".into())).await.expect("a job");
    start(ImageInput::File(png(1000))).await.expect("a job");
    start(ImageInput::File(png((256 << 10) + 1))).await.expect("a job");
    let seen = server.seen();
    assert_eq!(seen[0].json()["input"]["image"], "https://a.example/p.png");
    let data = seen[1].json()["input"]["image"].as_str().map(str::to_owned).expect("a text");
    assert!(data.starts_with("data:image/png;base64,iVBORw0KGgo") && data.len() > 1300);
    assert_eq!(seen[2].line, "POST /v1/files");
    assert_eq!(seen[3].json()["input"]["image"], "https://files.example/f");
    let text = folder.path().join("notes.png");
    std::fs::write(&text, "no picture").expect("a file");
    let huge = folder.path().join("huge.png");
    std::fs::File::create(&huge).and_then(|file| file.set_len(100_000_000)).expect("a sparse file");
    for (image, kind) in [
        (ImageInput::Url("http://a.example/p.png".into()), ErrorKind::InvalidInput),
        (ImageInput::File(text), ErrorKind::InvalidInput),
        (ImageInput::File(huge), ErrorKind::InvalidInput),
        (ImageInput::File(folder.path().join("none.png")), ErrorKind::NotFound),
    ] {
        assert_eq!(start(image).await.map_err(|error| error.kind()), Err(kind));
    }
    assert_eq!(server.seen().len(), 4);
}

#[tokio::test]
async fn account_and_webhook_secret_are_asked_for() {
    let server = Server::start(|seen| {
        Some(match seen.line.as_str() {
            "GET /v1/account" => reply(200, json!({"type": "user", "username": "ada"})),
            "GET /v1/webhooks/default/secret" => reply(200, json!({"key": "whsec_abc"})),
            _ => reply(404, json!({})),
        })
    })
    .await;
    assert_eq!(server.client().account().await.expect("a name"), "ada");
    let secret = server.client().webhook_secret().await.expect("a secret");
    assert!(!format!("{secret:?}").contains("abc"));
}

#[tokio::test]
async fn data_urls_are_unpacked() {
    let server = Server::start(|_| None).await;
    let (video, folder) = (ReplicateVideo::new(server.client()), tempfile::tempdir().expect("a folder"));
    let target = folder.path().join("clip.mp4");
    video.fetch(CallContext::plain(), "data:video/mp4;base64,aGVsbG8=", &target).await.expect("a file");
    assert_eq!(std::fs::read(&target).expect("a file"), b"hello");
    for wrong in ["data:video/mp4", "data:video/mp4;base64,???", "data:video/mp4;base64,"] {
        assert!(video.fetch(CallContext::plain(), wrong, &target).await.is_err(), "{wrong}");
    }
}

/// A host may drop its runtime and go on in another, with the same account and with a new one.
#[test]
fn an_account_outlives_the_runtime_in_which_it_was_made() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
    let servers = runtime();
    let server = servers.block_on(Server::start(|_| Some(reply(200, json!({ "username": "ada" })))));
    let first = runtime();
    let account = first.block_on(async { server.client() });
    assert_eq!(first.block_on(account.account()).expect("a name"), "ada");
    drop(first);
    let second = runtime();
    assert_eq!(second.block_on(account.account()).expect("a name"), "ada");
    assert_eq!(second.block_on(server.client().account()).expect("a name"), "ada");
    drop(second);
    assert_eq!(runtime().block_on(account.account()).expect("a name"), "ada");
    assert_eq!(server.seen().len(), 4);
}
