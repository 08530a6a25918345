//! A host that takes Replicate's webhooks in, so that nothing has to be asked for again and again.

use super::ground::{CLIP_USD, TRACK_USD, clip_and_track, expect_bill, finished, resume, strict};
use adgen::{
    provider::WebhookEvent,
    replicate::{Delivery, Replicate, ReplicateAudio, ReplicateVideo, verify_webhook},
};
use adgen_tests::{
    document,
    emulator::Script,
    services::{Services, TOKEN},
};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use futures_util::StreamExt;
use secrecy::SecretString;
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};
use tokio::sync::{mpsc, watch};

#[derive(Clone)]
struct Host {
    /// Known once the account was asked.
    secret: watch::Receiver<Option<SecretString>>,
    events: mpsc::UnboundedSender<WebhookEvent>,
}

async fn take(State(mut host): State<Host>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Ok(secret) = host.secret.wait_for(Option::is_some).await.map(|secret| secret.clone()) else {
        return StatusCode::SERVICE_UNAVAILABLE;
    };
    let secret = secret.expect("it was waited for");
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (id, time, signature) = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let tolerance = Duration::from_secs(300);
    match verify_webhook(&secret, id, time, signature, &body, SystemTime::now(), tolerance) {
        // Twice, as deliveries may come: that changes nothing.
        Ok(event) => match (host.events.send(event.clone()), host.events.send(event)) {
            (Ok(()), Ok(())) => StatusCode::NO_CONTENT,
            _ => StatusCode::GONE,
        },
        Err(_) => StatusCode::UNAUTHORIZED,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_take_the_place_of_asking() {
    // Long enough that somebody who asks would ask often.
    let script = Script { latency_s: vec![3.0], audio_latency_s: vec![3.0], start_s: 0.2, ..Script::quick() };
    let services = Services::start(script).await;
    let (tell, secret) = watch::channel(None);
    let (events, mut heard) = mpsc::unbounded_channel();
    let router = Router::new().route("/hook", post(take)).with_state(Host { secret, events });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}/hook", listener.local_addr().expect("has an address"));
    // Ends with the test's runtime.
    tokio::spawn(async move { axum::serve(listener, router).await });
    let replicate = Replicate::builder()
        .with_token(SecretString::from(TOKEN))
        .with_base_url(services.emulator.url())
        .with_delivery(Delivery::Webhook(url))
        .build()
        .expect("an account");
    tell.send_replace(Some(replicate.webhook_secret().await.expect("the account's secret")));
    let studio = services
        .builder()
        .await
        .with_video(ReplicateVideo::new(replicate.clone()))
        .with_audio(ReplicateAudio::new(replicate))
        .build()
        .expect("a studio");
    let document = document::parse(&strict(clip_and_track(&services, "hooked")));
    let run = studio.generate(document, "").await.expect("starts");
    let mut told = run.events();
    let listening = async {
        loop {
            tokio::select! {
                Some(event) = heard.recv() => { run.notify(&event); }
                event = told.next() => if event.is_none() { break },
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(600), listening).await.expect("the webhooks did not wake the run");
    let outcome = finished(run.wait().await);
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD + TRACK_USD);
    let journal = services.emulator.journal();
    let mut asked = BTreeMap::<&str, usize>::new();
    for request in journal.requests.iter().filter(|r| r.method == "GET" && r.path.starts_with("/v1/predictions/")) {
        *asked.entry(&request.path).or_default() += 1;
    }
    assert_eq!(asked.len(), 2, "{asked:?}");
    // Once because it started, once because it ended, and once more for a delivery that came twice.
    assert!(asked.values().all(|&count| count <= 3), "it was asked for all the same: {asked:?}");
    for made in &journal.predictions {
        assert!(made.webhooks.iter().any(|hook| hook.event == "completed"), "{made:?}");
        assert!(made.webhooks.iter().all(|hook| hook.statuses == [204]), "{:?}", made.webhooks);
    }
    resume(&services, "hooked").await;
    assert_eq!(services.emulator.journal().predictions.len(), 2);
    services.expect_no_secret_anywhere();
}
