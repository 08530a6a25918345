//! A remote provider that costs money: what is bought, what is never bought twice, what happens when it fails.

use super::{Bench, finished, made, names_made, resumed};
use adgen::{ErrorKind, Event, Studio};
use adgen_tests::{
    command::until,
    document,
    provider::{Shop, Trouble, USD_PER_SECOND},
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

/// Two scenes of a second and a half: two clips of two seconds are ordered.
fn two_scenes(bench: &Bench, id: &str) -> Value {
    let mut document = document::written(id, &bench.photo, &[("a", 1.5, "cut"), ("b", 1.5, "cut")]);
    document["audio"]["music"] = json!(null);
    document
}

fn studio(bench: &Bench, shop: &Shop) -> Studio {
    bench.builder("storage").with_video(shop.clone()).build().expect("a studio")
}

const EACH: f64 = 2.0 * USD_PER_SECOND;

#[tokio::test(flavor = "multi_thread")]
async fn clips_are_bought_once_and_their_cost_is_kept() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let document = document::parse(&two_scenes(&bench, "paid"));
    let outcome = finished(made(&studio(&bench, &shop), document.clone()).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().jobs.len(), 2);
    assert!(shop.books().jobs.values().all(|job| job.checks >= 2), "jobs are asked for until they are done");
    assert!((outcome.state.cost_usd - 2.0 * EACH).abs() < 1e-9, "{} is kept", outcome.state.cost_usd);
    assert!((shop.bill() - 2.0 * EACH).abs() < 1e-9, "{} was billed", shop.bill());
    // Again, by another studio, as after a restart: nothing is ordered, and what was spent is still known.
    let again = finished(made(&studio(&bench, &shop), document).await);
    assert_eq!(shop.books().calls, 2);
    assert!((again.state.cost_usd - 2.0 * EACH).abs() < 1e-9, "{}", again.state.cost_usd);
    assert!((bench.project("paid").state()["cost_usd"].as_f64().expect("a number") - 2.0 * EACH).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_buys_what_is_new_and_going_back_buys_nothing() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let studio = studio(&bench, &shop);
    let project = bench.project("back");
    finished(made(&studio, document::parse(&two_scenes(&bench, "back"))).await);
    let (video, clip) = (project.hash("final_video.mp4"), project.hash("scene_1_bg.mp4"));
    let set_prompt = |text: &str| {
        let text = text.to_owned();
        project.edit(move |document| document["scenes"][0]["background"]["generate"]["prompt"] = text.into());
    };
    let old = project.json("project.json")["scenes"][0]["background"]["generate"]["prompt"]
        .as_str()
        .expect("a prompt")
        .to_owned();
    // Captions cost nothing.
    project.edit(|document| document["scenes"][0]["caption"] = "More".into());
    finished(resumed(&studio, "back").await);
    project.edit(|document| document["scenes"][0]["caption"] = "Caption a".into());
    finished(resumed(&studio, "back").await);
    assert_eq!(shop.books().calls, 2, "a caption bought a clip");
    // The shop's second film of the scene is another one, so that they can be told apart.
    adgen_tests::provider::clip(&shop.clip(), 2.5);
    set_prompt("a dark wall");
    let outcome = finished(resumed(&studio, "back").await);
    assert_eq!(shop.books().calls, 3);
    assert!((outcome.state.cost_usd - 3.0 * EACH).abs() < 1e-9, "{}", outcome.state.cost_usd);
    assert_ne!(project.hash("scene_1_bg.mp4"), clip);
    let second = project.hash("scene_1_bg.mp4");
    for (prompt, expected) in [(&*old, &clip), ("a dark wall", &second), (&*old, &clip)] {
        set_prompt(prompt);
        let outcome = finished(resumed(&studio, "back").await);
        assert_eq!(shop.books().calls, 3, "going back to {prompt:?} bought a clip again");
        assert_eq!(&project.hash("scene_1_bg.mp4"), expected, "{prompt:?}");
        assert!((outcome.state.cost_usd - 3.0 * EACH).abs() < 1e-9, "{}", outcome.state.cost_usd);
    }
    assert_eq!(project.hash("final_video.mp4"), video);
    shop.expect_nothing_ordered_twice();
}

#[tokio::test(flavor = "multi_thread")]
async fn further_shapes_share_what_was_paid_for() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let mut shapes = two_scenes(&bench, "shapes");
    shapes["output"]["aspects"] = json!(["9:16", "1:1", "16:9"]);
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&shapes)).await);
    assert_eq!((outcome.videos.len(), shop.books().jobs.len()), (3, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_repeated_is_repeated_and_told() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    {
        let mut books = shop.books();
        books.start_trouble.extend([Trouble::Busy, Trouble::Busy]);
        books.first_check_fails = true;
    }
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let studio = bench
        .builder("storage")
        .with_video(shop.clone())
        .on_event(move |event| heard.lock().expect("not poisoned").push(event.event.clone()))
        .build()
        .expect("a studio");
    let outcome = finished(made(&studio, document::parse(&two_scenes(&bench, "retry"))).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().jobs.len(), 2, "a repeated call bought a clip twice");
    let events = events.lock().expect("not poisoned");
    let mut codes: Vec<&str> = events
        .iter()
        .filter_map(|event| if let Event::Retrying { code, .. } = event { Some(code.as_str()) } else { None })
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, ["rate_limited", "rate_limited", "timeout", "timeout"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_fails_for_good_is_replaced_and_said() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().fails = Some("view b".to_owned());
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&two_scenes(&bench, "humble"))).await);
    let degradations = &outcome.state.degradations;
    assert_eq!(degradations.len(), 1, "{degradations:?}");
    assert_eq!(degradations[0].artifact, "scene_2_bg");
    for part in ["E42", "shop"] {
        assert!(
            degradations[0].cause.to_string().contains(part),
            "{part} is not in the cause: {}",
            degradations[0].cause
        );
    }
    assert!(
        (outcome.state.cost_usd - EACH).abs() < 1e-9,
        "only the clip that came was billed: {}",
        outcome.state.cost_usd
    );
    let report = bench.project("humble").text("report.html");
    assert!(report.contains("E42"), "the report is silent about the degradation");
    adgen_tests::judge::expect_sound_file(outcome.video().expect("there is a video"));
}

#[tokio::test(flavor = "multi_thread")]
async fn denied_fallbacks_fail_with_what_was_spent_and_what_to_do() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().fails = Some("view b".to_owned());
    let mut strict = two_scenes(&bench, "strict");
    strict["policy"] = json!({ "fallback": "deny" });
    // The first clip is there before the second fails.
    shop.books().patience = 3;
    let studio = studio(&bench, &shop);
    let error = made(&studio, document::parse(&strict)).await.expect_err("the second clip fails");
    assert_eq!(error.kind(), ErrorKind::FallbackDenied, "{error}");
    let text = error.to_string();
    for part in ["scene_2_bg", "fallback", "E42", "shop", "spent_usd", "run again"] {
        assert!(text.contains(part), "{part:?} is not in the error: {text}");
    }
    let state = bench.project("strict").state();
    assert_eq!((&state["status"], &state["error"]["code"]), (&json!("FAILED"), &json!("fallback_denied")));
    // Every paid clip is known to its ledger, whichever came first, and is not bought again.
    shop.books().fails = None;
    finished(resumed(&studio, "strict").await);
    let orders: Vec<String> = shop.books().jobs.values().map(|job| job.prompt.clone()).collect();
    assert_eq!(orders.iter().filter(|prompt| prompt.contains("view a")).count(), 1, "{orders:?}");
}

/// A runtime that is shut down lets go of its runs in its own time.
fn wait_for_lease(bench: &Bench, id: &str) {
    let lock = fs::File::open(bench.project(id).path("lease/lock")).expect("the run held a lease");
    until("the run is gone", || lock.try_lock().is_ok());
}

#[test]
fn a_job_under_way_is_taken_up_again_after_a_crash() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().closed = true;
    let document = document::parse(&two_scenes(&bench, "crash"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = studio(&bench, &shop);
    let run = runtime.block_on(studio.generate(document.clone(), "")).expect("starts");
    let project = bench.project("crash");
    let started = || project.orders().iter().filter(|entry| entry["event"] == "started").count();
    until("both jobs are in their ledgers", || started() == 2);
    drop(run);
    runtime.shutdown_background();
    wait_for_lease(&bench, "crash");
    shop.books().closed = false;
    assert!(shop.books().jobs.values().all(|job| !job.cancelled), "a crash cancelled a job");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = finished(runtime.block_on(made(&studio, document)));
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().calls, 2, "a job that was under way was ordered again");
    assert!((outcome.state.cost_usd - 2.0 * EACH).abs() < 1e-9, "{}", outcome.state.cost_usd);
}

#[test]
fn an_order_of_which_nobody_knows_is_not_repeated_unasked() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().start_trouble.extend([Trouble::Hangs, Trouble::Hangs]);
    let document = document::parse(&two_scenes(&bench, "unknown"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = studio(&bench, &shop);
    let run = runtime.block_on(studio.generate(document.clone(), "")).expect("starts");
    until("both calls were made", || shop.books().calls == 2);
    drop(run);
    runtime.shutdown_background();
    wait_for_lease(&bench, "unknown");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = finished(runtime.block_on(made(&studio, document)));
    assert_eq!(shop.books().calls, 2, "a clip that may be paid for was ordered again");
    assert_eq!(outcome.state.degradations.len(), 2);
    for degradation in &outcome.state.degradations {
        assert!(degradation.cause.to_string().contains("may have been paid for"), "{}", degradation.cause);
        assert!(degradation.cause.to_string().contains("0.50"), "the amount is not said: {}", degradation.cause);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_cancels_the_remote_jobs_too() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().closed = true;
    let run = studio(&bench, &shop).generate(document::parse(&two_scenes(&bench, "cancel")), "").await.expect("starts");
    until("both jobs are under way", || shop.books().jobs.values().filter(|job| job.checks > 0).count() == 2);
    run.cancel();
    let error = run.wait().await.expect_err("was cancelled");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    let jobs = shop.books().jobs.clone();
    assert!(jobs.values().all(|job| job.cancelled), "a job goes on and costs money: {jobs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_cancelled_is_ordered_again_by_the_next_run() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().closed = true;
    let mut one = document::least("anew", &bench.photo);
    one["audio"]["music"] = json!(null);
    let studio = studio(&bench, &shop);
    let run = studio.generate(document::parse(&one), "").await.expect("starts");
    until("the job is under way", || shop.books().jobs.values().any(|job| job.checks > 0));
    run.cancel();
    run.wait().await.expect_err("was cancelled");
    assert!(shop.books().jobs["job-1"].cancelled);
    shop.books().closed = false;
    // The person changed their mind: they want the clip, and the cancelled job will never give it.
    let outcome = finished(made(&studio, document::parse(&one)).await);
    assert_eq!(outcome.state.degradations, [], "the clip that the person cancelled themselves is replaced for good");
    assert_eq!(shop.books().jobs.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_may_come_as_bytes_and_is_looked_at_as_a_file_is() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let clip = fs::read(shop.clip()).expect("the shop's clip");
    shop.books().bytes = Some(clip.clone());
    let mut one = document::least("bytes", &bench.photo);
    one["audio"]["music"] = json!(null);
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&one)).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(bench.project("bytes").bytes("scene_1_bg.mp4"), clip);
    shop.books().bytes = Some(b"no clip".to_vec());
    let mut other = document::least("no-clip", &bench.photo);
    (other["audio"]["music"], other["seed"]) = (json!(null), json!(99));
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&other)).await);
    let cause = &outcome.state.degradations.first().expect("there is no clip").cause;
    assert_eq!(cause.code, ErrorKind::Media.as_str(), "{cause}");
    assert_eq!(shop.books().calls, 2, "what is no good was ordered again");
}

/// A server that answers the first requests badly: an error page, then half a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_bad_download_is_fetched_again_and_not_ordered_again() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    let clip = fs::read(shop.clip()).expect("the shop's clip");
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = server.local_addr().expect("has an address");
    shop.books().url = Some(format!("http://{address}/clip.mp4"));
    let served = Arc::new(Mutex::new(0));
    let count = Arc::clone(&served);
    std::thread::spawn(move || {
        for (index, connection) in server.incoming().enumerate() {
            let Ok(mut connection) = connection else { continue };
            let mut request = [0; 4096];
            // The request's content does not matter.
            let _ = connection.read(&mut request);
            *count.lock().expect("not poisoned") += 1;
            let page = b"<html>Sorry</html>";
            let (length, body): (usize, &[u8]) = match index {
                0 => (page.len(), page),
                1 => (clip.len(), &clip[..clip.len() / 2]),
                _ => (clip.len(), &clip),
            };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            // A client that hangs up is its own affair.
            let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(body));
        }
    });
    let mut one = document::least("download", &bench.photo);
    one["audio"]["music"] = json!(null);
    let outcome = finished(made(&studio(&bench, &shop), document::parse(&one)).await);
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().calls, 1, "a bad download ordered the clip again");
    assert!(*served.lock().expect("not poisoned") >= 3);
    let project = bench.project("download");
    assert_eq!(names_made(&project, 0).iter().filter(|name| *name == "scene_1_bg").count(), 1);
    assert_eq!(project.bytes("scene_1_bg.mp4"), fs::read(shop.clip()).expect("the shop's clip"));
}

#[test]
fn a_job_under_way_is_taken_up_again_where_its_scene_stands_now() {
    let bench = Bench::new();
    let shop = Shop::new(bench.path());
    shop.books().closed = true;
    let document = document::parse(&two_scenes(&bench, "moved"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let studio = studio(&bench, &shop);
    let run = runtime.block_on(studio.generate(document, "")).expect("starts");
    let project = bench.project("moved");
    let started = || project.orders().iter().filter(|entry| entry["event"] == "started").count();
    until("both jobs are in their ledgers", || started() == 2);
    drop(run);
    runtime.shutdown_background();
    wait_for_lease(&bench, "moved");
    shop.books().closed = false;
    project.edit(|document| document["scenes"].as_array_mut().expect("scenes").swap(0, 1));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let outcome = finished(runtime.block_on(resumed(&studio, "moved")));
    assert_eq!(outcome.state.degradations, []);
    assert_eq!(shop.books().calls, 2, "a job that was under way was ordered again");
    assert!((outcome.state.cost_usd - 2.0 * EACH).abs() < 1e-9, "{}", outcome.state.cost_usd);
}
