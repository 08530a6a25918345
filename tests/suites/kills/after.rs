//! What the service does not know any more when the killed run's successor asks, and who may succeed it.

use super::chain::{Chain, after, before};
use adgen_tests::{
    command::{run, start, until},
    emulator::{On, Script},
    services::Services,
};
use serde_json::{Value, json};
use tokio::{runtime::Handle, task::block_in_place};

/// The service deletes what it made.
fn forget(services: &Services) {
    let ended = || services.emulator.journal().predictions.iter().all(|made| made.status == "succeeded");
    until("all predictions are over", ended);
    services.emulator.forget();
}

fn entries(chain: &Chain<'_>, event: &str) -> Vec<Value> {
    chain.project.history().into_iter().filter(|entry| entry["event"] == event).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clip_that_the_service_deleted_is_counted_and_bought_anew() {
    let services = Services::start(Script::quick()).await;
    let mut chain = Chain::new("deleted", &services);
    chain.with(&services.one_scene("deleted"));
    block_in_place(|| {
        chain.kill_held("asked for", 1, vec![before(On::Get)]);
        forget(&services);
        chain.run().expect_code(0);
    });
    let journal = services.emulator.journal();
    assert_eq!(journal.billed().count(), 2, "the service deleted the first one");
    let failed = entries(&chain, "failed");
    assert_eq!(failed.len(), 1, "{failed:?}");
    let message = failed[0]["message"].as_str().expect("a message");
    assert!(message.contains("deleted") && message.contains("hour"), "{message}");
    let spent = chain.project.state()["cost_usd"].as_f64().expect("a number");
    println!("{spent} counted, {} billed: {message}", journal.usd());
    // Without its input the price of the first one is not known exactly: it is never counted too low.
    assert!(spent >= journal.usd() - 1e-9, "{spent} counted, {} billed", journal.usd());
    assert_eq!(chain.project.state()["degradations"], json!([]));
    block_in_place(|| chain.run()).expect_code(0);
    assert_eq!(services.emulator.journal().predictions.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_cannot_tell_is_not_bought_unasked() {
    let services = Services::start(Script::quick()).await;
    let mut chain = Chain::new("untold", &services);
    chain.with(&services.one_scene("untold"));
    block_in_place(|| {
        chain.kill_held("the order carried out, nobody told", 1, vec![after(On::Create)]);
        forget(&services);
        // As often as it is run.
        for _ in 0..2 {
            let said = ["outcome_unknown", "not bought again unasked", "possibly_spent_usd", "change the scene's seed"];
            chain.run().expect_code(0).expect_said(said);
            assert_eq!(services.emulator.journal().predictions.len(), 1);
            let cause = chain.project.state()["degradations"][0]["cause"].clone();
            assert!(cause["possibly_spent_usd"].as_f64().is_some_and(|usd| usd > 0.0), "{cause}");
        }
        // Who denies fallbacks gets no ad, and is told the same.
        chain.project.edit(|document| document["policy"] = json!({ "fallback": "deny" }));
        chain.run().expect_code(1).expect_said(["possibly_spent_usd", "change the scene's seed"]);
        assert_eq!(services.emulator.journal().predictions.len(), 1);
        // Asked for.
        chain.project.edit(|document| document["scenes"][0]["background"]["generate"]["seed"] = 99.into());
        chain.run().expect_code(0);
    });
    assert_eq!(services.emulator.journal().predictions.len(), 2);
    assert_eq!(chain.project.state()["degradations"], json!([]));
    assert_eq!(chain.project.state()["status"], "COMPLETED");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_process_waits_for_a_living_one_and_not_for_a_dead_one() {
    let services = Services::start(Script::quick()).await;
    let mut chain = Chain::new("heir", &services);
    chain.with(&services.two_scenes("heir"));
    let totals = block_in_place(|| {
        services.emulator.replace_faults(vec![after(On::Create)]);
        let first = start(chain.command());
        until("three orders are carried out", || services.emulator.holds().len() == 3);
        first.signal(libc::SIGSTOP);
        // However long this takes: who lives holds it, and who is dead does not.
        run(chain.command()).expect_code(1).expect_said([first.id().to_string()]);
        assert_eq!(services.emulator.journal().requests.len(), 3, "the second one asked for something");
        // Nobody has taken note of its death when the next one begins.
        first.signal(libc::SIGKILL);
        services.emulator.replace_faults(Vec::new());
        run(chain.command()).expect_code(0);
        first.wait();
        chain.check(&Handle::current())
    });
    assert_eq!((totals.predictions, totals.twice, totals.lost), (3, 0, 0));
}
