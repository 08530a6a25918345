//! Workers whose clocks are an hour apart: neither takes the other's project away.

use super::{Site, storage};
use adgen_tests::{
    buckets::{Kind, S3Server, environment},
    command::{program, run, start, until},
    document,
    lossy::{Lossy, Mishap},
};
use std::{process::Command, time::Duration};

/// `adgen` on a machine whose clock shows another time.
fn shifted(by: &str, url: &str, path: &str, storage: &str) -> Command {
    let mut command = Command::new("faketime");
    command.args(["-m", "--exclude-monotonic", "-f", by]).arg(program());
    command.args(["generate", path, "--offline", "--storage", storage]).envs(environment(url));
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_between_their_clocks_changes_nothing() {
    let (site, server) = (Site::new(), S3Server::start(Kind::Ministack).await);
    for (name, first, second) in [("ahead", "+1h", "+0"), ("behind", "-1h", "+0"), ("apart", "-1h", "+1h")] {
        let (way, storage) = (Lossy::before(server.url()).await, storage(name));
        let path = document::save(&document::planned(name, &site.photo), site.path());
        let path = path.to_str().expect("text").to_owned();
        // Slow enough that the second one comes in its middle.
        way.rule(|asked| asked.target.contains("/artifacts/").then_some(Mishap::Delay(Duration::from_millis(400))));
        tokio::task::block_in_place(|| {
            let running = start(shifted(first, way.url(), &path, &storage));
            until("the first one is at work", || way.asked().iter().any(|asked| asked.target.contains("/artifacts/")));
            let said = run(shifted(second, &server.url(), &path, &storage)).expect_no_panic();
            assert_eq!(said.code(), Some(1), "{name}: {}", said.stderr);
            said.expect_said(["another run is working"]);
            running.wait().expect_code(0);
            // Given back, it is free at once.
            run(shifted(second, &server.url(), &path, &storage)).expect_code(0);
        });
    }
}
