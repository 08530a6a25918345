//! The emulator of Replicate's API does what its scripts say, and bills what it says. Whether it is faithful is for the
//! judges in `judges/` to say.

mod client;
mod faults;
mod files;

use adgen_tests::{
    emulator::{Action, End, Fault, On, Rate, Script, sign},
    port::ClosedPort,
};
use client::{Client, DREAM, answer, quick};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_prediction_lives_from_starting_to_succeeded() {
    // Times that no machine takes by itself: they pass when the test says so.
    let client = Client::new(Script { start_s: 2000.0, latency_s: vec![4000.0], ..quick() }).await;
    let made = client.create("a harbour").await;
    assert_eq!(made["status"], "starting");
    assert_eq!(made["version"], "hidden");
    let id = made["id"].as_str().expect("an id");
    assert!(
        id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte)),
        "{id}"
    );
    client.emulator.pass(Duration::from_secs(3000));
    let running = client.until(&made, "processing").await;
    assert!(running["output"].is_null() && running["started_at"].is_string() && running["completed_at"].is_null());
    client.emulator.pass(Duration::from_secs(4000));
    let done = client.until(&made, "succeeded").await;
    assert!(done["logs"].as_str().expect("logs").contains("100%|"), "{done}");
    assert!((done["metrics"]["predict_time"].as_f64().expect("a number") - 4000.0).abs() < 0.001, "{done}");
    assert!((done["metrics"]["total_time"].as_f64().expect("a number") - 6000.0).abs() < 0.001, "{done}");
    let journal = client.journal();
    assert_eq!(journal.billed().count(), 1);
    // 6 seconds at 0.02.
    assert!((journal.usd() - 0.12).abs() < 1e-9, "{}", journal.usd());
}

#[tokio::test]
async fn latencies_go_round_by_kind() {
    let client = Client::new(Script { latency_s: vec![0.1, 0.4], audio_latency_s: vec![0.2], ..quick() }).await;
    let wait = |path: &'static str, input: Value| {
        let request = client.creation(path, json!({"input": input})).header("prefer", "wait=60");
        async move { answer(request.send().await.expect("an answer")).await.json["metrics"]["predict_time"].clone() }
    };
    assert_eq!(wait(DREAM, json!({"prompt": "a"})).await, 0.1);
    assert_eq!(wait("/models/google/lyria-2/predictions", json!({"prompt": "a"})).await, 0.2);
    assert_eq!(wait(DREAM, json!({"prompt": "b"})).await, 0.4);
    assert_eq!(wait(DREAM, json!({"prompt": "c"})).await, 0.1);
}

#[tokio::test]
async fn wrong_requests_are_refused_in_the_services_words() {
    let client = Client::new(quick()).await;
    let naked = client.http.get(format!("{}/account", client.emulator.url())).send().await.expect("an answer");
    assert_eq!(naked.headers()["content-type"], "application/problem+json");
    let naked = answer(naked).await;
    assert_eq!((naked.status, &naked.json["title"]), (401, &json!("Unauthenticated")));
    assert!(naked.headers.contains_key("ratelimit-remaining"));
    assert_eq!(
        client.get("/predictions/nope").await.json,
        json!({"detail": "Prediction nope does not exist", "status": 404})
    );
    assert_eq!(client.post("/models/acme/nothing/predictions", json!({"input": {}})).await.status, 404);

    for (input, kind, field) in [
        (json!({}), "required", "input"),
        (json!({"prompt": "x", "aspect_ratio": "2:1"}), "enum", "input.aspect_ratio"),
        (json!({"prompt": "x", "seed": "one"}), "invalid_type", "input.seed"),
        (json!({"prompt": "x", "colour": "red"}), "additional_property_not_allowed", "input"),
    ] {
        let wrong = client.post(DREAM, json!({"input": input})).await;
        assert_eq!((wrong.status, &wrong.json["title"]), (422, &json!("Input validation failed")));
        let found = &wrong.json["invalid_fields"][0];
        assert_eq!((&found["type"], &found["field"]), (&json!(kind), &json!(field)), "{}", wrong.json);
    }
    let long = json!({"version": "bytedance/seedance-1-pro-fast", "input": {"prompt": "x", "duration": 13}});
    assert_eq!(client.post("/predictions", long).await.json["invalid_fields"][0]["type"], "number_lte");
    let stray = client.post(DREAM, json!({"input": {"prompt": "x"}, "model": "acme/dream-video"})).await;
    assert_eq!(stray.json["invalid_fields"][0]["type"], "additional_property_not_allowed");
    let version = json!({"version": "meta/musicgen", "input": {}});
    assert_eq!(client.post("/predictions", version).await.json["title"], "Invalid version or not permitted");
    for (name, value) in [("prefer", "wait=61"), ("cancel-after", "4s"), ("cancel-after", "soon")] {
        let request = client.creation(DREAM, json!({"input": {"prompt": "x"}})).header(name, value);
        assert_eq!(answer(request.send().await.expect("an answer")).await.status, 422, "{name}: {value}");
    }
    assert!(client.journal().predictions.is_empty());
}

#[tokio::test]
async fn the_low_credit_limit_says_when_to_come_again() {
    let client = Client::new(Script { rate: Some(Rate::low_credit()), ..quick() }).await;
    // At once, so that not even a second passes between them on a slow machine.
    let post = |prompt: &'static str| client.post(DREAM, json!({"input": {"prompt": prompt}}));
    let (one, other) = tokio::join!(post("a"), post("b"));
    let (taken, refused) = if one.status == 201 { (one, other) } else { (other, one) };
    assert_eq!(taken.status, 201);
    let text = "Request was throttled. Your rate limit for creating predictions is reduced to 6 requests per minute with \
                a burst of 1 requests while you have less than $5.0 in credit. Your rate limit resets in ~10s.";
    assert_eq!(refused.json, json!({"detail": text, "status": 429, "retry_after": 10}));
    assert_eq!(refused.headers["retry-after"], "10");
    assert_eq!(refused.headers["ratelimit-remaining"], "0");
    assert_eq!(client.get("/account").await.status, 200);

    let fast = Client::new(Script { rate: Some(Rate { creates_per_minute: 300.0, burst: 1 }), ..quick() }).await;
    // At once, so that they are more than what comes by meanwhile, on a slow machine too.
    let posts = (0..40).map(|index| fast.post(DREAM, json!({"input": {"prompt": format!("{index}")}})));
    let answers = futures_util::future::join_all(posts).await;
    let refused = answers.iter().find(|answer| answer.status == 429).expect("more than a burst");
    let wait = refused.json["retry_after"].as_f64().expect("a number");
    assert!((0.0..=0.2).contains(&wait) && !refused.headers.contains_key("retry-after"), "{}", refused.json);
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(fast.create("b").await["status"], "processing");
}

#[tokio::test]
async fn cancels_and_deadlines_bill_what_ran() {
    let fault = |prompt: &str, end| Fault::new(On::Create, Action::ends(end)).prompt(prompt);
    let script = Script { start_s: 1000.0, latency_s: vec![40_000.0], deadline_scale: 50.0, ..quick() };
    let client =
        Client::new(script.with_fault(fault("gone", End::Aborted)).with_fault(fault("odd", End::UnknownStatus))).await;
    let cancel = |made: &Value| {
        let path = format!("/predictions/{}/cancel", made["id"].as_str().expect("an id"));
        let client = &client;
        async move { client.post(&path, Value::Null).await.json }
    };
    let queued = client.create("queued").await;
    let running = client.create("running").await;
    let deadline = |prompt: &str, after: &str| {
        let request = client.creation(DREAM, json!({"input": {"prompt": prompt}})).header("cancel-after", after);
        async move { answer(request.send().await.expect("an answer")).await.json }
    };
    // 5 s and 30 s, in the script's time 250 s and 1500 s: before its start and after.
    let (early, late) = (deadline("early", "5").await, deadline("late", "30s").await);
    let (gone, odd) = (client.create("gone").await, client.create("odd").await);
    assert_eq!(cancel(&queued).await["status"], "canceled");
    client.emulator.pass(Duration::from_secs(1200));
    client.until(&running, "processing").await;
    let canceled = cancel(&running).await;
    assert!(canceled["status"] == "canceled" && canceled["metrics"]["predict_time"].as_f64() > Some(0.0), "{canceled}");
    assert!(client.until(&early, "aborted").await["deadline"].is_string());
    client.emulator.pass(Duration::from_secs(1200));
    client.until(&late, "canceled").await;
    client.until(&gone, "aborted").await;
    client.until(&odd, "paused").await;
    let billed: Vec<_> = client.journal().billed().map(|entry| entry.input["prompt"].clone()).collect();
    assert_eq!(billed, ["running", "late"]);
}

#[tokio::test]
async fn blocking_creates_have_the_services_quirks() {
    let client = Client::new(Script { latency_s: vec![0.2, 60.0], sync_quirk: true, ..quick() }).await;
    let wait = || async {
        let request = client.creation(DREAM, json!({"input": {"prompt": "x"}})).header("prefer", "wait=1");
        answer(request.send().await.expect("an answer")).await
    };
    let done = wait().await;
    assert_eq!((done.status, &done.headers["preference-applied"]), (201, &"wait=1".parse().expect("a header")));
    assert!(done.json["status"] == "processing" && done.json["output"].is_string(), "{}", done.json);
    assert!(done.json["completed_at"].is_null() && done.json["metrics"].is_null(), "{}", done.json);
    let late = wait().await;
    assert_eq!((late.status, &late.json["status"]), (202, &json!("starting")));
}

#[tokio::test]
async fn webhooks_are_signed_and_the_last_is_repeated() {
    // The vector of the official SDK's tests.
    let secret = Script::default().webhook_secret;
    let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

    let client = Client::new(quick()).await;
    let events = json!(["start", "completed"]);
    let closed = ClosedPort::take();
    let hook = format!("{}/", closed.url());
    let body = json!({"input": {"prompt": "x"}, "webhook": hook, "webhook_events_filter": events});
    let made = client.post(DREAM, body).await.json;
    assert_eq!((&made["webhook"], &made["webhook_events_filter"]), (&json!(hook), &events));
    let begin = Instant::now();
    loop {
        let sent = client.journal().predictions[0].webhooks.clone();
        if let [start, completed] = sent.as_slice() {
            assert_eq!((start.event.as_str(), start.statuses.len()), ("start", 1));
            assert_eq!((completed.event.as_str(), completed.statuses.as_slice()), ("completed", &[0; 5][..]));
            break;
        }
        assert!(begin.elapsed() < Duration::from_secs(600), "{sent:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn lists_are_pages_and_can_be_cut_by_time() {
    let client = Client::new(Script { date_skew_s: 86_400.0, ..quick() }).await;
    let early = client.create("early").await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let mut last = Value::Null;
    for index in 0..104 {
        last = client.create(&format!("{index}")).await;
    }
    let first = client.get("/predictions").await;
    assert_eq!(first.json["results"].as_array().map(Vec::len), Some(100));
    assert_eq!(first.json["results"][0]["id"], last["id"]);
    let next = first.json["next"].as_str().expect("a link").strip_prefix(client.emulator.url()).expect("a link to us");
    let second = client.get(next).await.json;
    assert_eq!((second["results"].as_array().map(Vec::len), &second["next"]), (Some(5), &Value::Null));
    assert_eq!(second["results"][4]["id"], early["id"]);

    let created = early["created_at"].as_str().expect("a time");
    assert!(first.headers["date"].to_str().expect("text").ends_with("GMT"));
    let here = chrono::Utc::now();
    let there = chrono::DateTime::parse_from_rfc3339(created).expect("a time").to_utc();
    assert!((there - here).num_hours() >= 23, "the emulator's clock is not ahead: {created}");
    let all = client.get(&format!("/predictions?created_after={created}")).await.json;
    assert_eq!(all["results"].as_array().map(Vec::len), Some(100));
    let linked = all["next"].as_str().expect("a link");
    assert!(linked.contains("created_after="), "{linked}");
    let later = last["created_at"].as_str().expect("a time");
    let before = client.get(&format!("/predictions?created_before={}", created.replace('Z', "%2B00:00"))).await.json;
    assert_eq!(before["results"], json!([]), "{later}");
}

#[tokio::test]
async fn hundreds_of_connections_at_once() {
    let client = Client::new(Script { latency_s: vec![0.5], ..quick() }).await;
    let requests = (0..600).map(|index| {
        let body = json!({"input": {"prompt": format!("{index}")}});
        let request = client.creation(DREAM, body).header("prefer", "wait=60");
        tokio::spawn(async move { answer(request.send().await.expect("an answer")).await.json })
    });
    for request in requests.collect::<Vec<_>>() {
        assert_eq!(request.await.expect("no panic")["status"], "succeeded");
    }
    assert_eq!(client.journal().billed().count(), 600);
    drop(client.emulator);
}
