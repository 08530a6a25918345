//! Whole conversations with a server that says what it is told to say.

use super::*;
use crate::{
    openai::client::OpenAi,
    project::{Brand, Brief},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Answers one question after the other with these bodies, and keeps the questions.
async fn server(answers: Vec<(u16, String)>) -> (String, Arc<Mutex<Vec<Value>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let questions = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&questions);
    tokio::spawn(async move {
        for (status, body) in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            let question = loop {
                let mut chunk = [0; 65_536];
                let count = stream.read(&mut chunk).await.unwrap();
                bytes.extend_from_slice(&chunk[..count]);
                let text = String::from_utf8_lossy(&bytes);
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                assert!(
                    head.contains("authorization: Bearer sk-test") && head.starts_with("POST /v1/responses"),
                    "{head}"
                );
                if let Ok(json) = serde_json::from_str(body) {
                    break json;
                }
            };
            asked.lock().unwrap().push(question);
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            stream.write_all((head + &body).as_bytes()).await.unwrap();
        }
    });
    (base, questions)
}

async fn plan(answers: Vec<(u16, Value)>) -> (Result<Plan>, Vec<Value>) {
    let (base, questions) =
        server(answers.into_iter().map(|(status, json)| (status, json.to_string())).collect()).await;
    let client = OpenAi::builder().with_key(SecretString::from("sk-test")).with_base_url(base).build().unwrap();
    let planner = OpenAiPlanner::new(client).with_wire(Wire::Responses);
    let result = planner.plan(CallContext::plain(), &request()).await;
    let questions = questions.lock().unwrap().clone();
    (result, questions)
}

fn request() -> PlanRequest {
    PlanRequest::new(Brief::new("Verlune Oil"), Brand::default())
}

fn said(status: &str, text: &str) -> (u16, Value) {
    let message = json!({ "type": "message", "content": [{ "type": "output_text", "text": text }] });
    let usage = json!({ "input_tokens": 1_000, "output_tokens": 2_000 });
    let reason = json!({ "reason": "max_output_tokens" });
    (
        200,
        json!({
            "status": status, "output": [{ "type": "reasoning" }, message], "usage": usage,
            "incomplete_details": reason,
        }),
    )
}

/// What each answer above costs.
const USD: f64 = (1_000.0 * 0.10 + 2_000.0 * 0.50) / 1e6;

fn good(background: &str) -> String {
    let request = request();
    let ids = Task::new(&request).wanted.scenes;
    let scenes: serde_json::Map<_, _> = ids.into_iter().map(|id| (id, json!({ "background": background }))).collect();
    let style =
        json!({ "camera": "a", "grade": "b", "lighting": "c", "mood": "d", "palette": ["#123456"], "texture": "e" });
    json!({ "global_style": style, "music_prompt": "piano", "scenes": scenes }).to_string()
}

const SET: &str = "a ledge above a still sea";

#[tokio::test]
async fn a_good_answer_is_a_plan_with_its_cost() {
    let (plan, questions) = plan(vec![said("completed", &good(SET))]).await;
    let plan = plan.unwrap();
    assert_eq!(plan.scenes.len(), 5);
    assert!((plan.cost_usd - USD).abs() < 1e-12);
    let question = &questions[0];
    assert_eq!(question["reasoning"]["effort"], "low");
    assert_eq!(question["text"]["format"]["strict"], true);
}

#[tokio::test]
async fn a_fault_is_repaired_once_and_both_answers_are_paid() {
    let (repaired, questions) =
        plan(vec![said("completed", &good("Verlune Oil on a ledge")), said("completed", &good(SET))]).await;
    assert!((repaired.unwrap().cost_usd - 2.0 * USD).abs() < 1e-12);
    assert!(questions[1]["input"][2]["content"][0]["text"].as_str().unwrap().contains("verlune oil"));
    let (failed, _) = plan(vec![said("completed", "nonsense"), said("completed", "{\"music_prompt\":")]).await;
    let error = failed.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::GenerationFailed);
    assert!((error.spent_usd() - 2.0 * USD).abs() < 1e-12 && error.to_string().contains("problem"), "{error}");
    // People in a picture are worth a repair but not the plan.
    let crowd = good("a market street with people");
    assert!(plan(vec![said("completed", &crowd), said("completed", &crowd)]).await.0.is_ok());
}

#[tokio::test]
async fn a_cut_answer_gets_twice_the_room() {
    let (plan_, questions) = plan(vec![said("incomplete", "{\"a"), said("completed", &good(SET))]).await;
    assert!((plan_.unwrap().cost_usd - 2.0 * USD).abs() < 1e-12);
    assert_eq!(
        (&questions[0]["max_output_tokens"], &questions[1]["max_output_tokens"]),
        (&json!(8_000), &json!(16_000))
    );
    let (failed, _) = plan(vec![said("incomplete", "{"), said("incomplete", "{")]).await;
    assert!(failed.unwrap_err().to_string().contains("16000 tokens"));
}

#[tokio::test]
async fn refusals_and_failures_say_what_was_spent() {
    let refusal = json!({ "type": "message", "content": [{ "type": "refusal", "refusal": "I will not." }] });
    let usage = json!({ "input_tokens": 1_000, "output_tokens": 2_000 });
    let (refused, _) = plan(vec![(200, json!({ "status": "completed", "output": [refusal], "usage": usage }))]).await;
    let error = refused.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ContentRejected, Retry::Never));
    assert!(error.message().contains("I will not.") && (error.spent_usd() - USD).abs() < 1e-12, "{error}");
    let failed =
        |code: &str| (200, json!({ "status": "failed", "output": [], "error": { "code": code, "message": "m" } }));
    let (recovered, _) = plan(vec![failed("server_error"), said("completed", &good(SET))]).await;
    assert!(recovered.is_ok());
    let (rejected, questions) = plan(vec![failed("invalid_prompt")]).await;
    assert_eq!((rejected.unwrap_err().kind(), questions.len()), (ErrorKind::ContentRejected, 1));
    let (empty, _) = plan(vec![said("completed", " ")]).await;
    assert_eq!(empty.unwrap_err().kind(), ErrorKind::GenerationFailed);
    // As often as any other call that failed, and each answer that was counted is paid.
    let (queued, questions) = plan(vec![said("queued", ""); 6]).await;
    let error = queued.unwrap_err();
    assert_eq!((error.kind(), error.retry(), questions.len()), (ErrorKind::Unavailable, Retry::Exhausted, 5));
    assert!((error.spent_usd() - 5.0 * USD).abs() < 1e-12, "{error}");
}

#[tokio::test]
async fn a_model_that_is_gone_is_named() {
    let error = json!({ "error": { "code": "model_not_found", "message": "The model `gpt-6-luna` does not exist" } });
    let error = plan(vec![(404, error)]).await.0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(
        error.message().contains("gpt-6-luna is not served") && error.message().contains("--planner-model"),
        "{error}"
    );
}

#[test]
fn settings_describe_themselves_in_any_order() {
    let client = || OpenAi::builder().with_key(SecretString::from("sk-test")).build().unwrap();
    let price =
        Price::Tokens { input_usd: 1.0, cached_input_usd: 0.5, output_usd: 2.0, as_of: "2026-11-22".to_owned() };
    let one = OpenAiPlanner::new(client()).with_model("own").with_price(price.clone());
    let other = OpenAiPlanner::new(client()).with_price(price).with_model("own");
    assert_eq!(one.info(), other.info());
    assert_eq!(OpenAiPlanner::new(client()).with_model("own").info().price, Price::Unknown);
    let planner = OpenAiPlanner::new(client());
    assert_eq!(planner.info().model, "gpt-6-luna");
    let range = planner.estimate(&request());
    assert!(0.0005 < range.low_usd && range.high_usd < 0.01, "{range:?}");
    assert!(!format!("{planner:?}").contains("sk-test"));
}
