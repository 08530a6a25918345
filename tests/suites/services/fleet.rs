//! Many projects at once against services that fail, and an account with little credit.

use super::finished;
use adgen_tests::{
    document,
    emulator::{Action, Fault, On, Rate, Script},
    services::Services,
};
use futures_util::future::join_all;
use serde_json::json;
use std::{collections::BTreeMap, time::Instant};

/// Projects at once.
const FLEET: usize = 100;
/// Projects before, whose memory is the measure.
const FEW: usize = 10;
/// Clips a project.
const CLIPS: usize = 2;

/// The most memory that this process ever held, in bytes; emulators and clips included.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux tells about processes");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("and about their memory");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).expect("in kB") << 10
}

async fn run_all(services: &Services, studio: &adgen::Studio, numbers: std::ops::Range<usize>) {
    let runs = numbers.map(|number| {
        let mut document = services.two_scenes(&format!("fleet-{number}"));
        document["audio"] = json!({ "music": null });
        let studio = studio.clone();
        async move { studio.generate(document::parse(&document), "").await.expect("starts").wait().await }
    });
    for result in join_all(runs).await {
        assert_eq!(finished(result).state.degradations, [], "an ad is humbler than it could be");
    }
}

/// Tells how many projects finished, what was billed, and how much memory was held: `make bench` prints it.
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_projects_at_once_finish_and_every_clip_is_bought_once() {
    let faults = vec![
        Fault::new(On::Any, Action::throttled(0.2)).probability(0.10),
        Fault::new(On::Any, Action::status(500)).probability(0.05),
        Fault::new(On::Create, Action::DropAfter).probability(0.02),
        Fault::new(On::Delivery, Action::Truncate(0.5)).probability(0.02),
    ];
    let script = Script { latency_s: vec![0.5, 1.0, 1.5], faults, ..Script::quick() };
    let services = Services::start(script).await;
    let studio = services.studio().await;
    // What a few projects hold is what many hold, but for their bookkeeping.
    run_all(&services, &studio, 0..FEW).await;
    let few = peak_bytes();
    let began = Instant::now();
    run_all(&services, &studio, FEW..FEW + FLEET).await;
    let (took, held) = (began.elapsed(), peak_bytes());
    let mut bought = BTreeMap::<String, usize>::new();
    let journal = services.emulator.journal();
    for made in journal.billed() {
        *bought.entry(made.input["prompt"].to_string()).or_default() += 1;
    }
    println!(
        "{FLEET} projects at once: {:.1} s, {} predictions billed in all, {} bought twice, {} requests, {} MB held \
         ({FEW} projects: {} MB)",
        took.as_secs_f64(),
        journal.billed().count(),
        bought.values().filter(|&&count| count > 1).count(),
        journal.requests.len(),
        held >> 20,
        few >> 20
    );
    assert!(bought.values().all(|&count| count == 1), "bought twice: {bought:?}");
    assert_eq!(bought.len(), (FEW + FLEET) * CLIPS);
    assert_eq!(journal.predictions.len(), (FEW + FLEET) * CLIPS, "a prediction that nobody waits for");
    let most = few + ((4 * FLEET as u64) << 20);
    assert!(held < most, "{} MB, and a few projects held {} MB", held >> 20, few >> 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_with_little_credit_is_only_slower() {
    // Six a minute and no burst, twenty times as fast.
    let script = Script { rate: Some(Rate { creates_per_minute: 120.0, burst: 1 }), ..Script::quick() };
    let services = Services::start(script).await;
    let scenes: Vec<(&str, f64, &str)> = ["a", "b", "c", "d", "e", "f", "g"].map(|name| (name, 0.5, "cut")).to_vec();
    let mut document = document::written("credit", &services.photo, &scenes);
    document["audio"] = json!({ "music": { "generate": { "prompt": "strings" } } });
    let outcome = finished(services.make(&document).await);
    assert_eq!(outcome.state.degradations, []);
    let journal = services.emulator.journal();
    assert_eq!(journal.billed().count(), 8);
    assert_eq!(journal.predictions.len(), 8);
    let refused = journal.requests.iter().filter(|request| request.status == Some(429)).count();
    println!("8 predictions, {refused} refusals");
    // Without any pace it would be 28: seven with the first, six with the second and so on. How few it is on a machine
    // that has nothing else to do, a test of the limiter says whose clock is its own.
    assert!(refused <= 20, "{refused} refusals: it hammers");
}
