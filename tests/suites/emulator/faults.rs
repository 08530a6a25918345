//! Scripts: what goes wrong, when, and how often.

use crate::client::{Client, DREAM, quick};
use adgen_tests::emulator::{Action, Fault, On, Script};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn dropped_connections_show_no_byte_of_an_answer() {
    let drop = |action| Fault::new(On::Create, action).times(1);
    let client = Client::new(quick().with_fault(drop(Action::DropAfter)).with_fault(drop(Action::DropBefore))).await;
    // On a connection that was used before, too.
    client.get("/account").await;
    for (round, billed) in [(1, 1), (2, 1)] {
        let sent = client.creation(DREAM, json!({"input": {"prompt": "x"}})).send().await;
        let error = sent.expect_err("the connection was dropped");
        assert!(error.is_request() && error.status().is_none(), "{error:?}");
        assert_eq!(client.journal().predictions.len(), billed, "round {round}");
    }
    assert_eq!(client.create("x").await["version"], "hidden");
    let journal = client.journal();
    let faults: Vec<_> = journal.requests.iter().filter_map(|request| request.fault.as_deref()).collect();
    assert_eq!(faults, ["drop_after", "drop_before"]);
    // The client sends each request once.
    assert_eq!(journal.count("POST", "/v1/models"), 3);
    assert!(journal.requests[1].status.is_none() && journal.requests[3].status == Some(201));
    assert_eq!(journal.predictions[0].created_by_request, 2);

    client.emulator.replace_faults(vec![Fault::new(On::Create, Action::NeverAnswer)]);
    let mut sent = tokio::spawn(client.creation(DREAM, json!({"input": {"prompt": "y"}})).send());
    let begin = Instant::now();
    while client.journal().predictions.len() < 3 {
        assert!(begin.elapsed() < Duration::from_secs(600), "it is not carried out");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // It was carried out: an answer would be on its way.
    tokio::time::timeout(Duration::from_millis(300), &mut sent).await.expect_err("an answer comes");
    sent.abort();
}

#[tokio::test]
async fn scripted_answers_count_what_they_match() {
    let text = r#"{"latency_s": [0], "start_s": 0, "faults": [
        {"on": "create", "nth": 2, "do": {"status": {"code": 502, "html": true}}},
        {"on": "create", "match": {"prompt_contains": "poor"}, "do": {"status": {"code": 402}}},
        {"on": "create", "every": 4, "do": {"status": {"code": 429, "retry_after": 2}}},
        {"on": "account", "do": {"delay_s": 0.3}}]}"#;
    let client = Client::new(Script::from_json(text).expect("a script")).await;
    let mut statuses = Vec::new();
    for prompt in ["a", "b", "poor", "d", "e", "f", "g", "h"] {
        statuses.push(client.post(DREAM, json!({"input": {"prompt": prompt}})).await.status);
    }
    assert_eq!(statuses, [201, 502, 402, 429, 201, 201, 201, 429]);
    let begin = Instant::now();
    client.get("/account").await;
    assert!(begin.elapsed() >= Duration::from_millis(300));
    client.emulator.replace_faults(Vec::new());
    assert_eq!(client.post(DREAM, json!({"input": {"prompt": "poor"}})).await.status, 201);

    for (wrong, word) in [
        (r#"{"latencies": []}"#, "latencies"),
        (r#"{"latency_s": []}"#, "latency_s"),
        (r#"{"faults": [{"on": "create", "do": "explode"}]}"#, "explode"),
        (r#"{"faults": [{"on": "get", "do": {"content": "html"}}]}"#, "faults[0]"),
        (r#"{"faults": [{"on": "get", "probability": 2, "do": "drop_after"}]}"#, "probability"),
        (r#"{"webhook_secret": "x"}"#, "webhook_secret"),
    ] {
        let error = Script::from_json(wrong).expect_err(wrong);
        assert!(error.contains(word), "{error}");
    }
}

#[tokio::test]
async fn held_requests_wait_for_their_release() {
    let fault = |action| Fault::new(On::Create, action);
    let client =
        Client::new(quick().with_fault(fault(Action::HoldAfter).nth(1)).with_fault(fault(Action::HoldBefore).nth(2)))
            .await;
    let limit = Duration::from_secs(600);
    for carried_out in [true, false] {
        let request = client.creation(DREAM, json!({"input": {"prompt": "x"}}));
        let sent = tokio::spawn(request.send());
        let hold = client.emulator.wait_for_hold(limit).await.expect("a held request");
        assert_eq!((hold.carried_out, hold.method.as_str()), (carried_out, "POST"));
        assert_eq!(client.journal().predictions.len(), 1, "the first was carried out, the second was not");
        assert!(!sent.is_finished());
        assert_eq!(client.emulator.release(), 1);
        assert_eq!(sent.await.expect("no panic").expect("an answer").status(), 201);
    }
    // A client that goes away takes its request along.
    client.emulator.replace_faults(vec![fault(Action::HoldBefore)]);
    let sent = tokio::spawn(client.creation(DREAM, json!({"input": {"prompt": "x"}})).send());
    client.emulator.wait_for_hold(limit).await.expect("a held request");
    sent.abort();
    let begin = Instant::now();
    while !client.emulator.holds().is_empty() {
        assert!(begin.elapsed() < limit, "the hold stays");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(client.journal().predictions.len(), 2);
}

#[tokio::test]
async fn urls_and_redirects_may_lead_astray() {
    let astray = "http://127.0.0.2:1";
    let text = format!(
        r#"{{"urls_origin": "{astray}", "faults": [
            {{"on": "account", "do": {{"status": {{"code": 307, "location": "{astray}/v1/account"}}}}}}]}}"#
    );
    let client = Client::new(Script::from_json(&text).expect("a script")).await;
    let made = client.create("x").await;
    assert!(made["urls"]["get"].as_str().expect("a URL").starts_with(astray), "{made}");
    client.http.get(format!("{}/account", client.emulator.url())).send().await.expect_err("nobody is there");
    assert_eq!(client.journal().requests[1].status, Some(307));
}
