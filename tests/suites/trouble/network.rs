//! Names that are not known, connections that are not secure, proxies that are not there.

use super::ground::{clip, expect_bill, expect_clip_trouble, expect_says, make, orders};
use adgen::{
    Studio,
    replicate::{Replicate, ReplicateVideo},
};
use adgen_tests::{
    command::{Ran, run},
    document,
    emulator::Script,
    port::ClosedPort,
    services::{Services, TOKEN},
};
use secrecy::SecretString;
use std::process::Command;

async fn at(services: &Services, base: &str) -> Studio {
    let replicate = Replicate::builder().with_token(SecretString::from(TOKEN)).with_base_url(base).build();
    let video = ReplicateVideo::new(replicate.expect("an account"));
    services.builder().await.with_video(video).build().expect("a studio")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_not_known_is_said() {
    let services = Services::start(Script::quick()).await;
    let studio = at(&services, "https://no-such-host.invalid").await;
    let outcome = make(&studio, &clip(&services, "dns")).await;
    expect_clip_trouble(&outcome, &["unavailable", "no-such-host.invalid", "cannot be resolved", "network"]);
    expect_bill(&services, &outcome, 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_said() {
    let services = Services::start(Script::quick()).await;
    let base = services.emulator.origin().replace("http://", "https://");
    let outcome = make(&at(&services, &base).await, &clip(&services, "tls")).await;
    expect_clip_trouble(&outcome, &["unavailable", "no secure connection", "127.0.0.1", "certificates", "http://"]);
    expect_bill(&services, &outcome, 0.0);
    assert_eq!(orders(&services.emulator), 0);
}

/// The command with other services and these proxies.
fn adgen(services: &Services, id: &str, set: &[(&str, &str)]) -> Ran {
    let path = document::save(&clip(services, id), services.path()).display().to_string();
    let storage = services.path().join("storage").display().to_string();
    let mut command: Command = services.adgen(["generate", &path, "--storage", &storage]);
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.envs(set.iter().copied());
    tokio::task::block_in_place(|| run(command)).expect_code(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_not_there_is_named() {
    let services = Services::start(Script::quick()).await;
    let closed = ClosedPort::take();
    let dead = closed.url();
    for (variable, base) in [("HTTPS_PROXY", "https://replicate.invalid"), ("HTTP_PROXY", "http://replicate.internal")]
    {
        let ran = adgen(&services, &variable.to_lowercase(), &[(variable, &dead), ("REPLICATE_BASE_URL", base)]);
        let said = ran.stderr.lines().find(|line| line.contains("warning")).expect("a degradation is shown");
        let parts = ["scene_1_bg", "at scenes", "provider: replicate", "next: ", "NO_PROXY", variable];
        expect_says(said, &parts);
        assert!(!ran.stderr.contains(TOKEN) && !ran.stdout.contains(TOKEN));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_is_named() {
    let services = Services::start(Script::quick()).await;
    // The emulator knows no CONNECT.
    let proxy = services.emulator.origin().to_owned();
    let ran =
        adgen(&services, "refusing", &[("HTTPS_PROXY", &proxy), ("REPLICATE_BASE_URL", "https://replicate.invalid")]);
    let said = ran.stderr.lines().find(|line| line.contains("warning")).expect("a degradation is shown");
    expect_says(said, &["at scenes", "provider: replicate", "does not let the connection through", "HTTPS_PROXY"]);
    let journal = services.emulator.journal();
    assert!(journal.requests.iter().all(|request| !request.headers.contains_key("authorization")), "the token leaked");
}

#[tokio::test(flavor = "multi_thread")]
async fn services_on_this_machine_are_spoken_to_without_a_proxy() {
    let services = Services::start(Script::quick()).await;
    let closed = ClosedPort::take();
    let dead = closed.url();
    let ran = adgen(&services, "direct", &[("HTTPS_PROXY", &dead), ("HTTP_PROXY", &dead), ("ALL_PROXY", &dead)]);
    assert!(!ran.stderr.contains("warning"), "{}", ran.stderr);
    assert_eq!(services.emulator.journal().billed().count(), 1);
}
