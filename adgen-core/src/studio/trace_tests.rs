//! What programs that listen by `tracing` hear of a run, and what nobody ever hears.

use crate::{
    Event, Studio,
    http::test_server::{Act, Server},
    openai::{OpenAi, OpenAiPlanner},
    studio::testing::smallest,
};
use futures_util::StreamExt;
use std::{
    fmt::{self, Write},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing::{
    Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// The service's key, and what it is told of the product.
const KEY: &str = "sk-SECRET";
const WORDS: &str = "Rosso";

/// Everything that was told, a line each: target, level, span or event, fields.
#[derive(Clone, Default)]
struct Listener {
    lines: Arc<Mutex<Vec<String>>>,
    spans: Arc<AtomicU64>,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Listener {
    fn line(&self, what: &Metadata<'_>, name: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(format!("{} {} {name}", what.target(), what.level()));
        record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.line(span.metadata(), span.metadata().name(), |line| span.record(line));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line("recorded".to_owned());
        values.record(&mut line);
        self.lines.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        self.line(event.metadata(), "event", |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

// On one thread, for a listener of a test's own is one of its thread.
#[tokio::test]
async fn spans_and_events_tell_names_and_codes_and_never_keys_or_prompts() {
    let listener = Listener::default();
    let _listens = tracing::subscriber::set_default(listener.clone());
    let echo = format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY} for {WORDS}"}}}}"#);
    let server = Server::start(vec![
        Act::Say(429, "retry-after-ms: 1\r\n", echo.clone()),
        Act::Say(401, "content-type: application/json\r\n", echo),
    ])
    .await;
    let account = OpenAi::builder().with_key(KEY.into()).with_base_url(format!("{}/v1", server.url)).build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let builder = Studio::builder().with_storage_dir(folder.path()).offline();
    let studio = builder.with_planner(OpenAiPlanner::new(account).with_model("a-model")).build().unwrap();
    let (document, assets) = smallest("traced");
    let run = studio.generate(document, assets).await.unwrap();
    let mut events = run.events(0);
    // Planned by somebody else, and cut out: no more is asked about below.
    let (mut is_planned, mut is_cut_out) = (false, false);
    while let Some(record) = events.next().await {
        is_planned |= matches!(record.event, Event::Degraded(_));
        is_cut_out |= matches!(record.event, Event::ArtifactReady { stage: crate::project::Stage::Extract, .. });
        if is_planned && is_cut_out {
            run.cancel();
        }
    }
    drop(run.wait().await);

    let lines = listener.lines.lock().unwrap().clone();
    let ours: Vec<&String> = lines.iter().filter(|line| line.starts_with("adgen::")).collect();
    for parts in [
        [" INFO run run_id=", "project_id=\"traced\""],
        [" INFO artifact stage=\"plan\" artifact=\"plan\" key=", ""],
        [" INFO artifact stage=\"extract\" artifact=\"product_masked\" key=", ""],
        [" DEBUG provider provider=\"openai\" model=\"a-model\" call=\"plan\" attempt=1", ""],
        [" DEBUG request provider=\"openai\" attempt=1", ""],
        [" DEBUG event message=a call is made again attempt=1 wait_ms=", "code=\"rate_limited\""],
        [" DEBUG request provider=\"openai\" attempt=2", ""],
        [" DEBUG event message=a fallback steps in stage=\"plan\"", "fallback=\"template plan\""],
        [" WARN event message=the ad is humbler than asked for stage=\"plan\"", "code=\"unauthenticated\""],
        [" TRACE storage request=Put", ""],
        [" INFO event message=the run has ended status=\"CANCELLED\" code=\"cancelled\"", ""],
    ] {
        let is_told = ours.iter().any(|line| parts.iter().all(|part| line.contains(part)));
        assert!(is_told, "{parts:?} is not told:\n{}", ours.iter().map(|line| format!("{line}\n")).collect::<String>());
    }
    // Neither by this library nor by those that it stands on.
    let (questions, is_secret) = (server.requests(), |text: &str| text.contains(KEY) || text.contains(WORDS));
    assert!(questions.len() == 2 && questions.iter().all(|question| is_secret(question)));
    let told: Vec<&String> = lines.iter().filter(|line| is_secret(line)).collect();
    assert!(told.is_empty(), "{told:?}");
    let addresses: Vec<&&String> = ours.iter().filter(|line| line.contains("://")).collect();
    assert!(addresses.is_empty(), "{addresses:?}");
}
