//! The command with keys in its environment.

use adgen_tests::{
    command::{adgen, run},
    document,
    emulator::Script,
    services::{Services, TOKEN},
};

fn here(services: &Services, name: &str) -> String {
    services.path().join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn generate_uses_the_services_whose_keys_are_set_and_offline_never_does() {
    let services = Services::start(Script::quick()).await;
    let path = document::save(&services.two_scenes("keys"), services.path()).display().to_string();
    let storage = here(&services, "offline");
    let offline = services.adgen(["generate", &path, "--storage", &storage, "--offline"]);
    tokio::task::block_in_place(|| run(offline)).expect_code(0);
    assert_eq!(services.emulator.journal().requests.len(), 0);
    let storage = here(&services, "storage");
    let online = services.adgen(["generate", &path, "--storage", &storage]);
    let ran = tokio::task::block_in_place(|| run(online)).expect_code(0).expect_said(["estimate $", "spent"]);
    assert!(!ran.stdout.contains(TOKEN) && !ran.stderr.contains(TOKEN));
    assert_eq!(services.emulator.journal().billed().count(), 3);
    services.expect_no_secret_anywhere();
}

#[tokio::test(flavor = "multi_thread")]
async fn max_cost_is_a_hard_limit() {
    let services = Services::start(Script::quick()).await;
    let path = document::save(&services.two_scenes("cap"), services.path()).display().to_string();
    let storage = here(&services, "storage");
    // A clip of two seconds is $0.05, the music $0.20.
    let capped = services.adgen(["generate", &path, "--storage", &storage, "--max-cost", "0.06"]);
    tokio::task::block_in_place(|| run(capped)).expect_code(0).expect_said(["whole ad may cost $0.06", "--max-cost"]);
    let journal = services.emulator.journal();
    assert!(journal.usd() <= 0.06 + 1e-9, "{}", journal.usd());
    assert_eq!(journal.billed().count(), 1);
    let nonsense = services.adgen(["generate", &path, "--max-cost", "-1"]);
    tokio::task::block_in_place(|| run(nonsense)).expect_code(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_tries_the_keys() {
    let services = Services::start(Script::quick()).await;
    let ran = tokio::task::block_in_place(|| run(services.adgen(["doctor", "--json"])));
    let findings: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    for key in ["OPENAI_API_KEY", "REPLICATE_API_TOKEN"] {
        let found = findings.as_array().expect("a list").iter().find(|finding| finding["what"] == key).expect(key);
        assert_eq!(found["state"], "good", "{found}");
    }
    let mut wrong = services.adgen(["doctor"]);
    wrong.env("REPLICATE_API_TOKEN", "invalid-token").env("OPENAI_API_KEY", "sk-wrong-key-of-somebody");
    let ran = tokio::task::block_in_place(|| run(wrong)).expect_said(["unauthenticated", "REPLICATE_API_TOKEN"]);
    assert!(!ran.stdout.contains("invalid-token") && !ran.stdout.contains("sk-wrong"), "{}", ran.stdout);
}

#[test]
fn an_estimate_needs_no_key_and_calls_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let photo = adgen_tests::pictures::ready_photo(folder.path());
    let mut document = document::planned("estimate", &photo);
    document["brief"]["duration_s"] = 30.into();
    let path = document::save(&document, folder.path()).display().to_string();
    run(adgen(["estimate", &path])).expect_code(0).expect_said([
        "gpt-6-luna",
        "seedance-1-pro-fast",
        "stable-audio-2.5",
        "total",
    ]);
    let ran = run(adgen(["estimate", &path, "--json"])).expect_code(0);
    let estimate: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(estimate["total"]["high_usd"].as_f64().expect("known prices") <= 1.01, "{estimate}");
    let ran = run(adgen(["estimate", &path, "--json", "--offline"])).expect_code(0);
    let estimate: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(estimate["total"]["high_usd"], 0.0);
    run(adgen(["estimate", "no-such-project", "--storage", "nowhere"])).expect_code(2);
}
