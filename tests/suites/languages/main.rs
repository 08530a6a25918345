//! The cases that every language runs, here against the library itself; the Python and Node packages run them in their own tests.
//! What each language calls a thing stands in docs/languages.md, which is held against all three.

mod many;
mod provider;
mod table;

use adgen::{AdProject, Error, Event, EventRecord, Run, RunOptions, Status, Studio, WatchOptions};
use adgen_tests::{document, pictures, root};
use futures_util::StreamExt;
use provider::{Calls, Planner, Video};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command, time::Duration};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases<C> {
    #[serde(rename = "about")]
    _about: String,
    cases: Vec<C>,
}

/// One run.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    document: Value,
    #[serde(default)]
    providers: Value,
    #[serde(default)]
    options: Option<Value>,
    #[serde(default)]
    at: Option<Value>,
    #[serde(default)]
    after_calls: Value,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: Status,
    cost_usd: Option<f64>,
    error: Option<Value>,
    degradations: Option<Vec<Value>>,
    #[serde(default)]
    events: Vec<Value>,
    #[serde(default)]
    calls: Value,
    videos: Option<Vec<String>>,
}

/// One question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    name: String,
    verb: String,
    arguments: Vec<Value>,
    error: Value,
}

fn cases<C: for<'a> Deserialize<'a>>(name: &str) -> Vec<C> {
    let text = fs::read_to_string(root().join(format!("tests/cases/{name}.json"))).expect("the cases are there");
    serde_json::from_str::<Cases<C>>(&text).unwrap_or_else(|error| panic!("{name}.json: {error}")).cases
}

/// The least document of all languages.
fn least() -> Value {
    let mut whole = document::least("least", Path::new("product.png"));
    whole["scenes"][0]["caption"] = "Melts in".into();
    whole
}

/// RFC 7396.
fn merged(whole: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *whole = patch.clone();
        return;
    };
    if !whole.is_object() {
        *whole = json!({});
    }
    for (name, value) in patch {
        match (value, whole.as_object_mut()) {
            (Value::Null, Some(whole)) => drop(whole.remove(name)),
            (value, _) => merged(&mut whole[name.as_str()], value),
        }
    }
}

/// As the other languages have it: one object.
fn flat(record: &EventRecord) -> Value {
    serde_json::to_value(&record.event).expect("an event is JSON")
}

fn fits(event: &Value, wanted: &Value) -> bool {
    let mut wanted = wanted.as_object().expect("an object").iter();
    wanted.all(|(name, value)| match (event[name.as_str()].as_f64(), value.as_f64()) {
        (Some(told), Some(value)) => (told - value).abs() < 1e-9,
        _ => event[name.as_str()] == *value,
    })
}

fn clip(folder: &Path) -> Vec<u8> {
    let path = folder.join("clip.mp4");
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc=s=240x426:r=24:d=4", "-pix_fmt", "yuv420p"])
        .arg(&path)
        .status();
    assert!(made.expect("ffmpeg is there").success());
    fs::read(path).expect("a clip")
}

async fn run_case(case: Case) {
    let name = &case.name;
    let folder = tempfile::tempdir().expect("a folder");
    pictures::ready_photo(folder.path());
    let calls = Calls::default();
    let mut builder = Studio::builder().with_storage_dir(folder.path().join("storage"));
    let clip = clip(folder.path());
    if let Value::Object(script) = &case.providers["video"] {
        builder = builder.with_video(Video::new(script, clip.clone(), calls.clone()));
    }
    if let Value::Object(script) = &case.providers["planner"] {
        builder = builder.with_planner(Planner::new(script, calls.clone()));
    }
    let studio = builder.build().expect("a studio");
    let mut whole = least();
    merged(&mut whole, &case.document);
    let project = AdProject::from_json(&whole.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let options = case.options.as_ref().map_or_else(RunOptions::new, |options| {
        RunOptions::from_json(&options.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"))
    });
    let run =
        studio.generate_with(project, folder.path(), options).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    let events = heard(&run, &case, &calls).await;
    let result = run.wait().await;
    check(&case, &run, &events, result.as_ref().err(), &calls);
    if let Some(videos) = &case.expect.videos {
        let made: Vec<String> = result.expect("an outcome").videos.into_iter().map(|video| video.name).collect();
        assert_eq!(&made, videos, "{name}");
    }
}

/// All events; the run is cancelled where the case says so.
async fn heard(run: &Run, case: &Case, calls: &Calls) -> Vec<Value> {
    let mut events = Vec::new();
    let mut stream = run.events(0);
    while let Some(record) = stream.next().await {
        assert!(!matches!(record.event, Event::Unknown), "{}", case.name);
        let event = flat(&record);
        if case.at.as_ref().is_some_and(|at| fits(&event, at)) {
            for (method, count) in case.after_calls.as_object().into_iter().flatten() {
                while calls.of(method) < count.as_u64().expect("a number") {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
            run.cancel();
        }
        events.push(event);
    }
    events
}

fn check(case: &Case, run: &Run, events: &[Value], error: Option<&Error>, calls: &Calls) {
    let (name, expect) = (&case.name, &case.expect);
    assert_eq!(run.status(), expect.status, "{name}: {error:?}");
    match &expect.error {
        Some(wanted) => expect_error(name, error.unwrap_or_else(|| panic!("{name}: no error")), wanted),
        None => assert!(error.is_none(), "{name}: {error:?}"),
    }
    let mut waiting = expect.events.iter().peekable();
    for event in events {
        if waiting.peek().is_some_and(|wanted| fits(event, wanted)) {
            waiting.next();
        }
    }
    assert_eq!(waiting.next(), None, "{name}: {events:#?}");
    if let Some(cost) = expect.cost_usd {
        assert!(fits(events.last().expect("an end"), &json!({ "cost_usd": cost })), "{name}: {:?}", events.last());
    }
    if let Some(wanted) = &expect.degradations {
        let told = run.state().degradations;
        assert_eq!(told.len(), wanted.len(), "{name}: {told:#?}");
        for (one, wanted) in told.iter().zip(wanted) {
            assert_eq!(
                (one.artifact.as_str(), one.cause.code.as_str()),
                (text(&wanted["artifact"]), text(&wanted["code"])),
                "{name}"
            );
            assert!(
                one.cause.to_string().contains(wanted["mentions"].as_str().unwrap_or_default()),
                "{name}: {}",
                one.cause
            );
        }
    }
    for (method, count) in expect.calls.as_object().into_iter().flatten() {
        assert_eq!(calls.of(method), count.as_u64().expect("a number"), "{name}: {method}");
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn expect_error(name: &str, error: &Error, wanted: &Value) {
    assert_eq!(error.kind().as_str(), text(&wanted["code"]), "{name}: {error}");
    assert!(error.to_string().contains(text(&wanted["mentions"])), "{name}: {error}");
    if let Value::Array(paths) = &wanted["problems"] {
        let problems = error.context().filter(|(name, _)| *name == "problem");
        let mut told: Vec<&str> = problems.filter_map(|(_, line)| line.split(": ").next()).collect();
        let mut wanted: Vec<&str> = paths.iter().map(text).collect();
        told.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(told, wanted, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events() {
    for case in cases("events") {
        run_case(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn providers() {
    for case in cases("providers") {
        run_case(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cancels() {
    for case in cases("cancels") {
        run_case(case).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn errors() {
    for Question { name, verb, arguments, error } in cases("errors") {
        let folder = tempfile::tempdir().expect("a folder");
        let studio = Studio::builder().with_storage_dir(folder.path()).build().expect("a studio");
        let raised = ask(&studio, &verb, &arguments).await.err().unwrap_or_else(|| panic!("{name}: no error"));
        expect_error(&name, &raised, &error);
    }
}

/// Asks by the name of the verb.
async fn ask(studio: &Studio, verb: &str, arguments: &[Value]) -> Result<(), Error> {
    let word = |at: usize| text(&arguments[at]);
    let project = || match &arguments[0] {
        Value::String(_) => AdProject::from_json(&least().to_string()),
        document => AdProject::from_json(&document.to_string()),
    };
    match verb {
        "state" => studio.state(word(0)).await.map(drop),
        "document" => studio.document(word(0)).await.map(drop),
        "run" => studio.run(word(0), RunOptions::new()).await.map(drop),
        "watch" => studio.watch(word(0), WatchOptions::new()).await.map(drop),
        "delete" => studio.delete(word(0)).await,
        "copy" => studio.copy(word(0), word(1)).await,
        "report" => studio.report(word(0)).await.map(drop),
        "url" => studio.url(word(0), word(1), Duration::from_secs(3600)).await.map(drop),
        "import" => studio.import(project()?, ".").await.map(drop),
        "generate" => studio.generate(project()?, ".").await.map(drop),
        "estimate" => studio.estimate(&project()?).map(drop),
        "save" => studio.save(&project()?, None).await.map(drop),
        other => panic!("{other} is no verb of the cases"),
    }
}
