//! A worker that is stopped for longer than its lease lasts, and woken: it writes nothing, buys nothing, and says why.

use super::storage;
use adgen_tests::{
    buckets::{Kind, S3Server, environment},
    command::{Ran, run, start, until},
    document,
    emulator::{Action, Fault, On, Script},
    lossy::{Lossy, Mishap},
    services::Services,
};
use std::{process::Command, thread, time::Duration};

/// Longer than a lease lasts with all that is allowed for.
const LEASE: Duration = Duration::from_secs(36);

fn generate(services: &Services, url: &str, id: &str, prefix: &str) -> Command {
    let path = services.path().join(format!("{id}.json"));
    let path = if path.is_file() { path } else { document::save(&services.two_scenes(id), services.path()) };
    let mut command = services.adgen(["generate", path.to_str().expect("text"), "--storage", &storage(prefix)]);
    command.envs(environment(url));
    command
}

fn expect_it_says_why(ran: Ran) {
    let ran = ran.expect_no_panic().expect_said(["lost its lease"]);
    assert_eq!(ran.code(), Some(1), "{}", ran.stderr);
}

/// Stopped once `ready`; what it asks the storage goes through the first proxy.
async fn stopped(id: &str, faults: Vec<Fault>, slow: &'static str, ready: impl Fn(&Services, &Lossy) -> bool) {
    let services = Services::start(Script::quick()).await;
    let server = S3Server::start(Kind::Ministack).await;
    // One for each worker: what each of them asks for is known.
    let (first_way, second_way) = (Lossy::before(server.url()).await, Lossy::before(server.url()).await);
    tokio::task::block_in_place(|| {
        services.emulator.replace_faults(faults);
        first_way.rule(move |asked| {
            let is_it = asked.method == "PUT" && !slow.is_empty() && asked.target.contains(slow);
            is_it.then_some(Mishap::Delay(Duration::from_secs(3)))
        });
        let first = start(generate(&services, first_way.url(), id, id));
        until("it is where it is to be stopped", || ready(&services, &first_way));
        first.signal(libc::SIGSTOP);
        services.emulator.replace_faults(Vec::new());
        // As long as the lease may last, the project is its own.
        run(generate(&services, second_way.url(), id, id)).expect_code(1).expect_said(["another run is working"]);
        thread::sleep(LEASE);
        run(generate(&services, second_way.url(), id, id)).expect_code(0);
        let bought = services.emulator.journal().predictions.len();
        let (asked, orders) = (first_way.asked().len(), services.emulator.journal().requests.len());
        first.signal(libc::SIGCONT);
        services.emulator.release();
        expect_it_says_why(first.wait());
        let journal = services.emulator.journal();
        assert_eq!(journal.predictions.len(), bought, "the woken one bought something");
        let posts = |from: usize| journal.requests[from..].iter().filter(|request| request.method == "POST").count();
        assert_eq!(posts(orders), 0, "the woken one ordered something");
        // Whatever it had on the way when it was stopped; afterwards it may look, and not write.
        let written: Vec<String> = first_way.asked()[asked..]
            .iter()
            .filter(|asked| asked.method != "GET" && asked.method != "HEAD")
            .map(|asked| format!("{} {}", asked.method, asked.target))
            .collect();
        let own: Vec<&String> = written.iter().filter(|target| !target.contains("/purchases/")).collect();
        assert!(own.is_empty(), "the woken one wrote: {own:?}");
    });
    services.expect_nothing_bought_twice();
}

/// Its entries in the ledgers are on their way: it wakes up with the right to buy in its hands, as it thinks.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_while_it_writes_that_it_is_about_to_buy() {
    let ready = |_: &Services, way: &Lossy| {
        way.asked().iter().filter(|asked| asked.method == "PUT" && asked.target.contains("/purchases/")).count() >= 3
    };
    stopped("buying", Vec::new(), "/purchases/", ready).await;
}

/// Its jobs are at work: the other one takes them up.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_while_it_waits_for_its_clips() {
    let ready = |services: &Services, _: &Lossy| services.emulator.holds().len() >= 3;
    stopped("waiting", vec![Fault::new(On::Get, Action::HoldAfter)], "", ready).await;
}

/// A clip is being stored: the other one stores it.
#[tokio::test(flavor = "multi_thread")]
async fn stopped_while_it_stores_what_it_bought() {
    let ready = |_: &Services, way: &Lossy| {
        way.asked().iter().any(|asked| asked.method == "PUT" && asked.target.contains("-scene_1_bg.mp4"))
    };
    stopped("storing", Vec::new(), "-scene_1_bg.mp4", ready).await;
}
