//! OpenAI's planner and speech, against a server of its kind.

use crate::{expect_tried, plan, speech};
use adgen::{
    SecretString,
    openai::{OpenAi, OpenAiPlanner, OpenAiSpeech, Wire},
    testkit,
};
use adgen_tests::openai_server::{KEY, OpenAiServer, Script};

fn account(server: &OpenAiServer) -> OpenAi {
    OpenAi::builder().with_key(SecretString::from(KEY)).with_base_url(server.base_url()).build().expect("an account")
}

#[tokio::test]
async fn the_planner_on_both_wires() {
    let server = OpenAiServer::start(Script::default()).await;
    for wire in [Wire::Responses, Wire::ChatCompletions] {
        let planner = OpenAiPlanner::new(account(&server)).with_wire(wire);
        let report = testkit::planner(&planner, &plan().with_secret(KEY)).await;
        report.expect_passed();
        expect_tried(&report, &["prompts_name_no_product", "what_is_written_is_kept", "no_secret_is_shown"]);
    }
}

#[tokio::test]
async fn the_speaker() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = OpenAiServer::start(Script::default()).await;
    let speaker = OpenAiSpeech::new(account(&server));
    let case = speech(folder.path()).with_secret(KEY).done_at_once();
    let report = testkit::audio(&speaker, &case).await;
    report.expect_passed();
    expect_tried(&report, &["impossible_requests_are_refused", "file_is_as_ordered", "cost_is_within_the_estimate"]);
    assert_eq!(server.posts().len(), 1, "more was ordered than the one job that is done when it is ordered");
}

#[tokio::test]
async fn a_refused_key_is_not_shown() {
    let server = OpenAiServer::start(Script::default()).await;
    // The server repeats in its error what it was sent.
    let wrong = "sk-wrong-and-secret";
    let client = OpenAi::builder().with_key(SecretString::from(wrong)).with_base_url(server.base_url());
    let planner = OpenAiPlanner::new(client.build().expect("an account"));
    let report = testkit::planner(&planner, &plan().with_secret(wrong)).await;
    let failed: Vec<_> = report.failures().map(|check| check.name).collect();
    assert_eq!(failed, ["plan_is_made", "what_is_written_is_kept"], "{report}");
}
