//! A worker that is stopped for longer than its lease lasts, and woken: it writes nothing, buys nothing, and says why.

use super::storage;
use adgen_tests::{
    buckets::{Kind, S3Server, environment},
    command::{Ran, run, start, until},
    document,
    emulator::{Action, Fault, On, Script},
    lossy::Lossy,
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

/// Stopped in the middle of `count` requests to the provider.
async fn stopped(id: &str, count: usize, faults: Vec<Fault>) {
    let services = Services::start(Script::quick()).await;
    let server = S3Server::start(Kind::Ministack).await;
    // One for each worker: what each of them asks for is known.
    let (first_way, second_way) = (Lossy::before(server.url()).await, Lossy::before(server.url()).await);
    tokio::task::block_in_place(|| {
        services.emulator.replace_faults(faults);
        let first = start(generate(&services, first_way.url(), id, id));
        until("requests wait", || services.emulator.holds().len() >= count);
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

#[tokio::test(flavor = "multi_thread")]
async fn stopped_before_its_orders_are_carried_out() {
    stopped("before", 3, vec![Fault::new(On::Create, Action::HoldBefore)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_while_it_waits_for_its_clips() {
    stopped("waiting", 3, vec![Fault::new(On::Get, Action::HoldAfter)]).await;
}
