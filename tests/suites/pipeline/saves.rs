//! A person who saves the document while a run is at work: what they saved stays.

use super::{Bench, finished, made, resumed};
use adgen::{
    offline::TemplatePlanner,
    provider::{CallContext, Plan, PlanRequest, Planner, ProviderInfo},
};
use adgen_tests::{command::until, document};
use async_trait::async_trait;
use serde_json::json;
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};
use tokio::sync::Notify;

/// Plans as the template does, once it may.
#[derive(Debug, Clone)]
struct Waiting {
    info: ProviderInfo,
    calls: Arc<AtomicUsize>,
    go: Arc<Notify>,
}

#[async_trait]
impl Planner for Waiting {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> adgen::Result<Plan> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.go.notified().await;
        TemplatePlanner::new().plan(context, request).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_while_a_run_plans_is_not_overwritten() {
    let bench = Bench::new();
    let planner = Waiting { info: ProviderInfo::free("slow", "thinker-1"), calls: Arc::default(), go: Arc::default() };
    let studio = bench.builder("storage").with_planner(planner.clone()).build().expect("a studio");
    let document = document::parse(&document::planned("saved", &bench.photo));
    let run = studio.generate(document, "").await.expect("starts");
    tokio::task::block_in_place(|| until("it plans", || planner.calls.load(Ordering::Relaxed) == 1));
    let project = bench.project("saved");
    project.edit(|document| document["title"] = "By hand".into());
    let saved = project.bytes("project.json");
    planner.go.notify_one();
    let outcome = finished(run.wait().await);
    assert_eq!(project.bytes("project.json"), saved, "the person's edit is lost");
    assert!(outcome.state.notes.iter().any(|note| note.contains("was saved while")), "{:?}", outcome.state.notes);
    // The next run takes it up, and knows the plan.
    let outcome = finished(resumed(&studio, "saved").await);
    assert_eq!(outcome.state.notes.iter().filter(|note| note.contains("was saved while")).count(), 0);
    let document = project.json("project.json");
    assert_eq!(document["title"], "By hand");
    assert!(document["scenes"].is_array());
    assert_eq!(planner.calls.load(Ordering::Relaxed), 1, "it was planned twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_while_a_document_is_imported_is_not_overwritten() {
    let bench = Bench::new();
    let mut document = document::least("imported", &bench.photo);
    finished(made(&bench.studio(), document::parse(&document)).await);
    let project = bench.project("imported");
    // The photo comes from a server that waits.
    let photo = fs::read(&bench.photo).expect("the test's photo");
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = server.local_addr().expect("has an address");
    let (asked, is_asked) = mpsc::channel();
    let (go, may_go) = mpsc::channel::<()>();
    std::thread::spawn(move || {
        for connection in server.incoming() {
            let Ok(mut connection) = connection else { continue };
            let mut request = [0; 4096];
            // The request's content does not matter, nor whether anybody waits any more.
            let _ = connection.read(&mut request);
            let _ = asked.send(());
            let _ = may_go.recv();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", photo.len());
            let _ = connection.write_all(head.as_bytes()).and_then(|()| connection.write_all(&photo));
        }
    });
    document["product"]["image"] = format!("http://{address}/photo.png").into();
    document["title"] = "From the caller".into();
    let studio = bench.builder("storage").allow_private_urls().build().expect("a studio");
    let run = studio.generate(document::parse(&document), "").await.expect("starts");
    tokio::task::block_in_place(|| is_asked.recv().expect("the photo is asked for"));
    project.edit(|document| document["title"] = "By hand".into());
    let saved = project.bytes("project.json");
    go.send(()).expect("the server waits");
    let outcome = finished(run.wait().await);
    assert_eq!(project.bytes("project.json"), saved, "the person's edit is lost");
    assert!(outcome.state.notes.iter().any(|note| note.contains("was saved while")), "{:?}", outcome.state.notes);
    // The caller's document was not taken in, so that it is when it comes again.
    drop(go);
    finished(made(&studio, document::parse(&document)).await);
    assert_eq!(project.json("project.json")["title"], json!("From the caller"));
}
