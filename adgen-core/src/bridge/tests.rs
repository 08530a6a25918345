//! Verbs as data, providers of another language, and what belongs to which process.

use super::{
    Answer, EventStream, Files, Host, Hosts, Local, Setup, Studio, Tool, Trial, Verb, error_from_json, from_body,
    process, schema, try_out, validate, verify_webhook,
};
use crate::{Error, ErrorKind, Result, Retry, provider::CallContext, studio::testing::smallest};
use async_trait::async_trait;
use image::RgbImage;
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;

/// A provider whose answers are written down, and what it was asked.
#[derive(Debug, Default)]
struct Scripted {
    answers: BTreeMap<&'static str, Value>,
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    fn new(answers: impl IntoIterator<Item = (&'static str, Value)>) -> Arc<Self> {
        Arc::new(Self { answers: answers.into_iter().collect(), asked: Mutex::default() })
    }

    fn answer(&self, method: &str, arguments: &Map<String, Value>) -> Result<Value> {
        self.asked.lock().unwrap().push(format!("{method} {}", Value::Object(arguments.clone())));
        match self.answers.get(method) {
            Some(Value::String(words)) if words == "fail" => {
                Err(Error::new(ErrorKind::ContentRejected, "not this").with_hint("another prompt"))
            }
            Some(answer) => Ok(answer.clone()),
            None => Err(Error::new(ErrorKind::Unexpected, format!("{method} is not there"))),
        }
    }
}

#[async_trait]
impl Host for Scripted {
    fn has(&self, method: &str) -> bool {
        self.answers.contains_key(method)
    }

    fn ask(&self, method: &'static str, arguments: &Map<String, Value>) -> Result<Value> {
        self.answer(method, arguments)
    }

    async fn call(&self, method: &'static str, arguments: &Map<String, Value>, _: &CallContext) -> Result<Value> {
        self.answer(method, arguments)
    }

    fn mask(&self, photo: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<Vec<u8>> {
        let size = self.answers["mask"].as_u64().unwrap_or(photo.width() as u64 * photo.height() as u64);
        Ok(vec![255; size as usize])
    }
}

fn info() -> Value {
    json!({ "name": "own", "model": "m1", "price": { "per": "output", "usd": 0.25, "as_of": "2026-11-01" } })
}

fn set_up(folder: &TempDir, hosts: Hosts) -> Result<Studio> {
    let options = json!({ "config": { "storage": folder.path().join("storage"), "offline": true } });
    Studio::new(Setup::new(&options.to_string(), hosts, None)?)
}

/// Asks in the runtime of this process.
fn ask(studio: &Studio, verb: Value) -> Result<Answer> {
    ask_with(studio, verb, Files::new(), Hosts::default())
}

fn ask_with(studio: &Studio, verb: Value, files: Files, hosts: Hosts) -> Result<Answer> {
    process().unwrap().handle().block_on(studio.ask(Verb::from_json(&verb.to_string())?, files, hosts))
}

fn told(answer: Result<Answer>) -> Value {
    match answer.unwrap() {
        Answer::Json(json) => serde_json::from_str(&json).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The smallest document as the verbs take it, and its photo.
fn document(id: &str) -> (String, Files) {
    let (document, _) = smallest(id);
    let photo = RgbImage::from_pixel(64, 64, image::Rgb([200, 60, 20]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    photo.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    (document.to_json(), Files::from([("cup.png".to_owned(), bytes.into_inner().into())]))
}

#[test]
fn a_project_comes_in_is_edited_copied_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let studio = set_up(&folder, Hosts::default()).unwrap();
    let (text, files) = document("one");
    let imported = told(ask_with(&studio, json!({ "verb": "import", "document": text }), files, Hosts::default()));
    assert_eq!((&imported["project_id"], &imported["unchanged"]), (&json!("one"), &json!(false)));
    assert_eq!(told(ask(&studio, json!({ "verb": "list" }))), json!(["one"]));
    let stored = told(ask(&studio, json!({ "verb": "document", "project_id": "one" })));
    let edited = json!({ "verb": "save", "document": stored["document"].to_string(), "if_match": "another" });
    assert_eq!(ask(&studio, edited).unwrap_err().kind(), ErrorKind::Conflict);
    told(ask(&studio, json!({ "verb": "copy", "from": "one", "to": "two" })));
    told(ask(&studio, json!({ "verb": "delete", "project_id": "one" })));
    assert_eq!(ask(&studio, json!({ "verb": "state", "project_id": "one" })).unwrap_err().kind(), ErrorKind::NotFound);
    let url =
        told(ask(&studio, json!({ "verb": "url", "project_id": "two", "file": "project.json", "expires_s": 60 })));
    assert!(url.as_str().unwrap().starts_with("file:///"), "{url}");
    let estimate = told(ask(&studio, json!({ "verb": "estimate", "document": text })));
    assert_eq!(estimate["total"]["low_usd"], 0.0);
    assert!(
        told(ask(&studio, json!({ "verb": "inspect", "document": text, "folder": "/" })))[0]["problem"]["code"]
            .is_string()
    );
    let waste = told(ask(&studio, json!({ "verb": "find_waste", "grace_s": 0 })));
    assert_eq!(told(ask(&studio, json!({ "verb": "remove_waste", "plan": waste }))), 0);
    for (wrong, message, problem) in [
        (json!({ "verb": "remove_waste", "plan": { "waste": 3 } }), "the plan has 4 problems", "waste: 3 stands here"),
        (
            json!({ "verb": "preview", "project_id": "two", "at": { "scene": 0 }, "options": { "aspect": "2:1" } }),
            "the options of a preview have 1 problem",
            "aspect: \"2:1\" is not one of the choices",
        ),
        (
            json!({ "verb": "watch", "project_id": "two", "options": { "every": 5 } }),
            "the options of watching have 1 problem",
            "every: is not a field that adgen knows",
        ),
    ] {
        let error = ask(&studio, wrong).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidConfig, message), "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    }
    assert!(told(ask(&studio, json!({ "verb": "storage_use" }))).is_object());
    assert_eq!(told(ask(&studio, json!({ "verb": "config" })))["offline"], true);
}

#[test]
fn a_run_is_kept_told_of_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let studio = set_up(&folder, Hosts::default()).unwrap();
    let (text, files) = document("one");
    let generate = json!({ "verb": "generate", "document": text, "options": { "jobs": 1 } });
    let Ok(Answer::Run(run)) = ask_with(&studio, generate, files, Hosts::default()) else { panic!("a run") };
    let Ok(Answer::Events(watched)) = ask(&studio, json!({ "verb": "watch", "project_id": "one" })).or_else(|_| {
        // It may not have come in yet.
        std::thread::sleep(Duration::from_millis(300));
        ask(&studio, json!({ "verb": "watch", "project_id": "one" }))
    }) else {
        panic!("events")
    };
    // At the end of a program that did not wait.
    process().unwrap().end(Duration::from_secs(30), || false);
    process().unwrap().handle().block_on(async {
        assert_eq!(run.wait().await.unwrap_err().kind(), ErrorKind::Cancelled);
        let events = EventStream::of_run(&run, 0);
        let mut all = Vec::new();
        loop {
            let batch = events.next(3).await.unwrap();
            assert!(batch.len() <= 3);
            if batch.is_empty() {
                break;
            }
            all.extend(batch);
        }
        assert!(all[0].contains("run_started") && all.last().unwrap().contains("run_finished"), "{all:?}");
        // The end comes again.
        assert!(events.next(1).await.unwrap().is_empty());
        while !watched.next(100).await.unwrap().is_empty() {}
    });
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let studio = set_up(&folder, Hosts::default()).unwrap();
    for (verb, said) in [
        (json!({ "verb": "fly" }), "fly"),
        (json!({ "verb": "state" }), "project_id"),
        (json!({ "verb": "state", "project_id": "a", "more": 1 }), "more"),
        (json!({ "verb": "url", "project_id": "a", "file": "b", "expires_s": -1 }), "expires_s is -1"),
        (json!({ "verb": "find_waste", "grace_s": 1e300 }), "grace_s is 1"),
        (json!({ "verb": "run", "project_id": "a", "options": { "jobs": 0, "max_dollars": 1 } }), "max_dollars"),
    ] {
        let error = ask(&studio, verb).unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains(said), "{error}");
    }
    for options in ["{", r#"{"config":{"jobs":0}}"#, r#"{"services":{"hook":1}}"#, r#"{"sevices":{}}"#] {
        assert_eq!(Setup::new(options, Hosts::default(), None).unwrap_err().kind(), ErrorKind::InvalidConfig);
    }
    assert!(Tool::from_json(r#"{"tool":"hammer"}"#).is_err() && Trial::from_json("{}").is_err());
}

#[test]
fn a_provider_says_who_it_is_or_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let video = |answers: Vec<(&'static str, Value)>| Hosts { video: Some(Scripted::new(answers)), ..Hosts::default() };
    set_up(&folder, video(vec![("info", info())])).unwrap();
    set_up(&folder, video(vec![("info", info()), ("capability", json!({ "max_duration_s": 5.0 }))])).unwrap();
    for (answers, said) in [
        (vec![], "`info` is missing"),
        (vec![("info", json!({ "name": "x" }))], "missing field `model`"),
        (vec![("info", info()), ("capability", json!({ "speed": 1 }))], "has \"speed\": aspects"),
        (vec![("info", info()), ("capability", json!([]))], "an object is needed"),
        (vec![("info", info()), ("gives_private_urls", json!(3))], "`gives_private_urls` is 3"),
        (vec![("info", json!("fail"))], "not this"),
    ] {
        let error = set_up(&folder, video(answers)).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    let remover = |answers| Hosts { remover: Some(Scripted::new(answers)), ..Hosts::default() };
    let named = [("name", json!("own")), ("version", json!("1")), ("resolution", json!(64))];
    set_up(&folder, remover(named.clone())).unwrap();
    let one_run = ask_with(
        &set_up(&folder, Hosts::default()).unwrap(),
        json!({ "verb": "run", "project_id": "a" }),
        Files::new(),
        remover(named),
    );
    assert!(one_run.unwrap_err().to_string().contains("a whole studio's"));
}

#[test]
fn what_a_provider_answers_counts_and_what_makes_no_sense_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let asked = |answers: Vec<(&'static str, Value)>| {
        let host = Scripted::new(answers);
        let studio = set_up(&folder, Hosts { video: Some(host), ..Hosts::default() }).unwrap();
        ask(&studio, json!({ "verb": "estimate", "document": document("one").0 }))
    };
    let estimate = |answers: Vec<(&'static str, Value)>| told(asked(answers))["total"]["low_usd"].clone();
    let clips = estimate(vec![("info", info())]).as_f64().unwrap() / 0.25;
    let own = json!({ "low_usd": 1.0, "high_usd": 2.0 });
    assert_eq!(estimate(vec![("info", info()), ("estimate", own)]), clips);
    // Nobody knows what it would cost.
    let error = asked(vec![("info", info()), ("estimate", json!("much"))]).unwrap_err();
    assert!(error.to_string().contains("failed in estimate") && error.to_string().contains("much"), "{error}");
}

#[tokio::test]
async fn trials_need_what_they_are_about() {
    let trial = |json: Value| Trial::from_json(&json.to_string()).unwrap();
    let host = || -> Arc<dyn Host> {
        Scripted::new([("name", json!("own")), ("version", json!("1")), ("mask", json!(7)), ("info", info())])
    };
    let error = try_out(host(), trial(json!({ "role": "remover" })), None).await.unwrap_err();
    assert!(error.to_string().contains("with a photo"), "{error}");
    let report = try_out(host(), trial(json!({ "role": "remover" })), Some(RgbImage::new(64, 64))).await.unwrap();
    assert!(report.contains("a mask of 7 bytes: 64x64 are needed"), "{report}");
    let error = try_out(host(), trial(json!({ "role": "video", "request": 1 })), None).await.unwrap_err();
    assert!(error.to_string().contains("the case's request"), "{error}");
    let error = try_out(host(), trial(json!({ "role": "video", "limit_s": -1 })), None).await.unwrap_err();
    assert!(error.to_string().contains("request") || error.to_string().contains("limit_s"), "{error}");
}

#[test]
fn errors_come_back_with_all_that_they_said() {
    let error = Error::new(ErrorKind::RateLimited, "slow down")
        .with_retry(Retry::After(Duration::from_millis(1500)))
        .with_hint("wait")
        .with_provider("own")
        .with_model("m1")
        .with_request_id("r1")
        .with_spent_usd(0.25)
        .with_possibly_spent_usd(0.5)
        .with_context("path", "a")
        .with_context("brief.cta", "too long")
        .with_operation("fetch")
        .with_operation("scenes")
        .with_source(std::io::Error::other("reset"));
    let again = from_body(error.body());
    assert_eq!((again.kind(), again.retry(), again.message()), (error.kind(), error.retry(), error.message()));
    assert_eq!((again.hint(), again.provider(), again.model()), (error.hint(), error.provider(), error.model()));
    assert_eq!((again.request_id(), again.spent_usd()), (error.request_id(), error.spent_usd()));
    assert_eq!(again.body(), error.body());
    assert_eq!(again.operations().collect::<Vec<_>>(), ["scenes", "fetch"]);
    let odd = error_from_json(r#"{"code":"out_of_moons","message":"x","spent_usd":-1}"#).unwrap();
    assert_eq!((odd.kind(), odd.spent_usd()), (ErrorKind::Unexpected, 0.0));
    assert_eq!(error_from_json("no").unwrap_err().kind(), ErrorKind::Unexpected);
}

#[test]
fn what_needs_no_studio() {
    assert_eq!(validate(&document("one").0).unwrap(), "[]");
    assert!(validate("{").unwrap().contains("path"));
    for name in ["project", "studio_config", "run_options"] {
        assert!(schema(name).unwrap().contains("2020-12"), "{name}");
    }
    assert!(schema("x").unwrap_err().to_string().contains("studio_config"));
    let none = |_: &str| None;
    let error = verify_webhook("whsec_", none, b"", Some(0.0), 300.0).unwrap_err();
    assert!(error.to_string().contains("webhook-id"), "{error}");
    let some = |_: &str| Some("1".to_owned());
    assert_eq!(verify_webhook("x", some, b"", Some(-1.0), 1.0).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[test]
fn what_belongs_to_a_process_is_dropped_there() {
    let value = Arc::new(());
    let local = Local::new(Arc::clone(&value));
    assert!(local.get().is_some() && local.here("it").is_ok() && format!("{local:?}").contains("value"));
    drop(local);
    assert_eq!(Arc::strong_count(&value), 1);
    #[cfg(target_os = "linux")]
    {
        let local = Local::new(Arc::clone(&value));
        // SAFETY: the child only looks and leaves.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let told = local.get().is_none() && local.here("the run").is_err();
            drop(local);
            let kept = Arc::strong_count(&value) == 2;
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(if told && kept { 0 } else { 1 }) }
        }
        let mut status = 0;
        // SAFETY: waits for the child that was made above.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert_eq!(status, 0);
    }
}
