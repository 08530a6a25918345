//! Finding lost orders, against a scripted server.

use super::{
    ReplicateVideo,
    testing::{Reply, Server, prediction, reply},
    tests::{input, job, request},
};
use crate::provider::{CallContext, Generation, Lookup, VideoProvider};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

/// A server whose list of predictions holds these.
async fn listing(predictions: Vec<Value>) -> Server {
    Server::start(move |_| Some(reply(200, json!({"next": null, "previous": null, "results": predictions})))).await
}

fn found(id: &str) -> Lookup {
    Lookup::Found(job(id))
}

#[tokio::test]
async fn a_lost_order_is_found_by_its_input() {
    let with = |id: &str, input: Value| prediction(id, "processing", json!({ "input": input }));
    let mut longer = input();
    longer["duration"] = json!(10);
    let mut defaults = input();
    defaults["camera_fixed"] = json!(false);
    defaults["duration"] = json!(8.0);
    let other = prediction("other", "processing", json!({"input": input(), "model": "google/veo-3.1"}));
    let server = listing(vec![with("known", input()), with("longer", longer), other, with("ours", defaults)]).await;
    let video = ReplicateVideo::new(server.client());
    let since = SystemTime::now() - Duration::from_secs(1);
    assert_eq!(
        video.find(CallContext::plain(), &request(), since, &[job("known")]).await.expect("an answer"),
        found("ours")
    );
    let asked = &server.seen()[0].line;
    assert!(asked.starts_with("GET /v1/predictions?created_after=20"), "{asked}");
    // What one search took, the next does not take again; it may be the same owner's, until that one has asked for it.
    let again = video.find(CallContext::plain(), &request(), since, &[job("known")]).await.expect("an answer");
    assert_eq!(again, Lookup::CannotTell);
    video.check(CallContext::plain(), &job("ours")).await.expect_err("a list is no prediction");
    assert_eq!(
        video.find(CallContext::plain(), &request(), since, &[job("known")]).await.expect("an answer"),
        Lookup::Absent
    );
}

#[tokio::test]
async fn a_list_that_lags_is_asked_again() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let server = Server::start(move |_| {
        let late = counted.fetch_add(1, Ordering::SeqCst) > 0;
        let results = if late { vec![prediction("late", "starting", json!({ "input": input() }))] } else { Vec::new() };
        Some(reply(200, json!({ "results": results })))
    })
    .await;
    let video = ReplicateVideo::new(server.client());
    assert_eq!(
        video.find(CallContext::plain(), &request(), SystemTime::now(), &[]).await.expect("an answer"),
        found("late")
    );
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_was_removed_makes_the_answer_open() {
    let gone = prediction("gone", "succeeded", json!({"input": {}, "data_removed": true}));
    let ancient = prediction("old", "succeeded", json!({"data_removed": true, "created_at": "2020-01-01T00:00:00Z"}));
    let (unclear, clear) = (listing(vec![gone]).await, listing(vec![ancient]).await);
    let (unclear, clear) = (ReplicateVideo::new(unclear.client()), ReplicateVideo::new(clear.client()));
    let request = request();
    let (a, b) = tokio::join!(
        unclear.find(CallContext::plain(), &request, SystemTime::now(), &[]),
        clear.find(CallContext::plain(), &request, SystemTime::now(), &[]),
    );
    assert_eq!((a.expect("an answer"), b.expect("an answer")), (Lookup::CannotTell, Lookup::Absent));
}

#[tokio::test]
async fn clocks_that_differ_prove_nothing() {
    let server = Server::start(|seen| {
        let filtered = seen.line.contains("created_after");
        let odd = prediction("skewed", "processing", json!({"input": input(), "created_at": "2020-01-01T00:00:10Z"}));
        let results = if filtered { Vec::new() } else { vec![odd] };
        let headers = "date: Wed, 01 Jan 2020 00:00:12 GMT\r\n".to_owned();
        Some(Reply { status: 200, headers, body: json!({ "results": results }).to_string() })
    })
    .await;
    let video = ReplicateVideo::new(server.client());
    assert_eq!(
        video.find(CallContext::plain(), &request(), SystemTime::now(), &[]).await.expect("an answer"),
        found("skewed")
    );
    let again = video.find(CallContext::plain(), &request(), SystemTime::now(), &[]).await.expect("an answer");
    assert_eq!(again, Lookup::CannotTell);
}

#[tokio::test]
async fn pages_are_read_and_a_strange_next_is_not_followed() {
    let server = Server::start(|seen| {
        let own = |id: &str| vec![prediction(id, "processing", json!({ "input": input() }))];
        let host = seen.headers.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        Some(reply(
            200,
            match seen.line.contains("cursor") {
                false => json!({"next": format!("http://{host}/v1/predictions?cursor=2"), "results": []}),
                true => json!({"next": null, "results": own("second-page")}),
            },
        ))
    })
    .await;
    let video = ReplicateVideo::new(server.client());
    assert_eq!(
        video.find(CallContext::plain(), &request(), SystemTime::now(), &[]).await.expect("an answer"),
        found("second-page")
    );
    let foreign = Server::start(|_| Some(reply(200, json!({"next": "http://foreign.example/x", "results": []})))).await;
    let video = ReplicateVideo::new(foreign.client());
    assert_eq!(
        video.find(CallContext::plain(), &request(), SystemTime::now(), &[]).await.expect("an answer"),
        Lookup::CannotTell
    );
}

/// Two equal orders, one of whose answers is lost: the search takes the lost one's job and not the other's.
#[tokio::test]
async fn equal_orders_never_take_each_others_job() {
    let made = Arc::new(AtomicUsize::new(0));
    let count = made.clone();
    let server = Server::start(move |seen| {
        let job = |n: usize| prediction(&format!("equal-{n}"), "processing", json!({ "input": input() }));
        if seen.line.starts_with("POST") {
            let n = count.fetch_add(1, Ordering::SeqCst);
            // The first answer is lost.
            return (n > 0).then(|| reply(201, job(n)));
        }
        Some(reply(200, json!({"results": (0..count.load(Ordering::SeqCst)).rev().map(job).collect::<Vec<_>>()})))
    })
    .await;
    let video = ReplicateVideo::new(server.client());
    let since = SystemTime::now();
    video.start(CallContext::plain(), &request()).await.expect_err("a lost answer");
    let request = request();
    let (second, search) = tokio::join!(
        video.start(CallContext::plain(), &request),
        video.find(CallContext::plain(), &request, since, &[])
    );
    assert!(matches!(second, Ok(Generation::Pending { job, .. }) if job.0 == "equal-1"));
    assert_eq!(search.expect("an answer"), found("equal-0"));
}

/// Runs that share an account object, or clones of it, share the memory of whose job is whose; another object has its own.
#[tokio::test]
async fn runs_of_one_account_never_take_each_others_job() {
    let server = Server::start(move |seen| {
        let job = prediction("theirs", "processing", json!({ "input": input() }));
        Some(match seen.line.starts_with("POST") {
            true => reply(201, job),
            false => reply(200, json!({ "results": [job] })),
        })
    })
    .await;
    let account = server.client();
    let (one, other) = (ReplicateVideo::new(account.clone()), ReplicateVideo::new(account));
    let since = SystemTime::now() - Duration::from_secs(1);
    one.start(CallContext::plain(), &request()).await.expect("a job");
    // Its owner may be who asks, as long as that one has not asked for it.
    assert_eq!(other.find(CallContext::plain(), &request(), since, &[]).await.expect("an answer"), Lookup::CannotTell);
    one.check(CallContext::plain(), &job("theirs")).await.expect_err("a list is no prediction");
    assert_eq!(other.find(CallContext::plain(), &request(), since, &[]).await.expect("an answer"), Lookup::Absent);
    let apart = ReplicateVideo::new(server.client());
    assert_eq!(apart.find(CallContext::plain(), &request(), since, &[]).await.expect("an answer"), found("theirs"));
}
