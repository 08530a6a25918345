//! Every kind of write whose answer gets lost, is refused or comes late: nothing is bought twice, nothing is lost.

use super::{adgen, storage};
use adgen_tests::{
    buckets::{Kind, S3Server, environment},
    command::run,
    document,
    emulator::Script,
    lossy::{Asked, Lossy, Mishap},
    services::Services,
};
use std::{collections::BTreeSet, time::Duration};

/// What a write is of, by the name of its object.
fn what(target: &str) -> &'static str {
    let name = target.split('?').next().unwrap_or_default();
    for (part, what) in [
        ("/purchases/", "ledger"),
        ("/record.json", "record"),
        ("/artifacts/", "artifact"),
        ("/history/", "history"),
        ("/lease/", "lease"),
        ("/state.json", "state"),
        ("/events.json", "events"),
        ("/project.json", "document"),
    ] {
        if name.contains(part) {
            return what;
        }
    }
    "file"
}

fn is_write(asked: &Asked) -> bool {
    matches!(asked.method.as_str(), "PUT" | "POST" | "DELETE")
}

/// Runs two projects that want the same clip through a proxy on which each kind of write fails once, and checks the bill.
async fn with(mishap: Mishap, name: &str) {
    let services = Services::start(Script::quick()).await;
    let server = S3Server::start(Kind::Ministack).await;
    let proxy = Lossy::before(server.url()).await;
    let storage = storage(name);
    let path = document::save(&services.two_scenes(name), services.path());
    let mut done = BTreeSet::new();
    proxy.rule(move |asked| {
        let kind = format!("{} {}", asked.kind(), what(&asked.target));
        (is_write(asked) && done.insert(kind)).then_some(mishap)
    });
    tokio::task::block_in_place(|| {
        let mut command = services.adgen(["generate", path.to_str().expect("text"), "--storage", &storage]);
        command.envs(environment(proxy.url()));
        run(command).expect_code(0);
    });
    let mishaps = proxy.mishaps();
    assert!(mishaps >= 8, "{mishaps} kinds of writes went wrong");
    proxy.heal();
    // And each single write of a further run of another project.
    let mut number = 0;
    proxy.rule(move |asked| {
        number += usize::from(is_write(asked));
        (is_write(asked) && number % 5 == 0).then_some(mishap)
    });
    let mut second = services.two_scenes(name);
    second["id"] = format!("{name}-2").into();
    let path = document::save(&second, services.path());
    tokio::task::block_in_place(|| {
        let mut command = services.adgen(["generate", path.to_str().expect("text"), "--storage", &storage]);
        command.envs(environment(proxy.url()));
        run(command).expect_code(0);
    });
    services.expect_nothing_bought_twice();
    let journal = services.emulator.journal();
    assert_eq!(journal.predictions.len(), 3, "two clips and a track serve both projects");
    proxy.heal();
    // What was spent is counted once, by whom it was spent.
    let mut spent = 0.0;
    for id in [name.to_owned(), format!("{name}-2")] {
        let state = server.object(&format!("{name}/projects/{id}/state.json")).await.expect("a state");
        let state: serde_json::Value = serde_json::from_slice(&state).expect("JSON");
        assert_eq!(state["status"], "COMPLETED", "{id}");
        assert_eq!(state["degradations"], serde_json::json!([]), "{id}");
        spent += state["cost_usd"].as_f64().expect("a number");
    }
    // Plans cost a fraction of a cent each.
    let plans = spent - journal.usd();
    assert!((-1e-9..0.002).contains(&plans), "{spent} counted, {} billed", journal.usd());
    println!("{mishap:?}: {mishaps} kinds of writes once each, {} mishaps in all", proxy.mishaps());
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_get_lost_buy_nothing_twice() {
    with(Mishap::LoseAnswer, "lost").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_are_borne() {
    with(Mishap::Status(503), "refused").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_within_the_server_are_borne() {
    with(Mishap::Status(500), "broken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_get_lost_are_made_again() {
    with(Mishap::LoseRequest, "cut").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_storage_only_takes_longer() {
    with(Mishap::Delay(Duration::from_millis(700)), "slow").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_that_goes_away_is_said() {
    let site = super::Site::new();
    let server = S3Server::start(Kind::Ministack).await;
    let proxy = Lossy::before(server.url()).await;
    let path = document::save(&document::planned("gone", &site.photo), site.path());
    let mut written = 0;
    proxy.rule(move |asked| {
        written += usize::from(asked.target.contains("/artifacts/") && is_write(asked));
        (written > 3).then_some(Mishap::Status(503))
    });
    let path = path.to_str().expect("text");
    tokio::task::block_in_place(|| {
        let said = run(adgen(proxy.url(), &["generate", path, "--offline", "--storage", &storage("gone")]));
        let said = said.expect_no_panic().expect_said(["storage", "run again"]);
        assert_eq!(said.code(), Some(1), "{}", said.stderr);
        proxy.heal();
        // Its lease is not given back: whoever comes waits for that.
        std::thread::sleep(Duration::from_secs(40));
        run(adgen(proxy.url(), &["generate", path, "--offline", "--storage", &storage("gone")])).expect_code(0);
    });
}
