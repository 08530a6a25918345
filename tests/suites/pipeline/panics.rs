//! Providers that panic, wherever they are asked: that is a failure of theirs, and the run goes on or ends as it does after
//! any other.

use super::{Bench, finished, made};
use adgen::{
    Error, ErrorKind, Event, EventRecord, Outcome, Studio, StudioBuilder,
    project::{Aspect, CostRange, Degradation},
    provider::{
        AudioCapability, AudioProvider, AudioRequest, CallContext, Cancelled, Generated, Generation, JobId, Lookup,
        Plan, PlanRequest, Planner, Price, ProviderInfo, VideoCapability, VideoOffer, VideoProvider, VideoRequest,
    },
};
use adgen_tests::{document, storage::Project};
use async_trait::async_trait;
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::{
    path::Path,
    time::{Duration, SystemTime},
};

/// What takes longer hangs, however busy the machine is.
const HANGS: Duration = Duration::from_secs(600);

/// Panics in one of its methods. Its jobs end with a clip at an address where nobody answers.
#[derive(Debug, Clone)]
struct Nervous {
    info: ProviderInfo,
    at: &'static str,
}

impl Nervous {
    fn new(at: &'static str) -> Self {
        let price = Price::per_output(0.5, "2026-01-01");
        Self { info: ProviderInfo::priced("nervous", at, price), at }
    }

    #[track_caller]
    fn asked(&self, method: &str) {
        assert!(self.at != method, "{method} is too much");
    }

    fn started(&self) -> adgen::Result<Generation> {
        self.asked("start");
        if self.at == "find" {
            return Err(Error::new(ErrorKind::OutcomeUnknown, "the connection broke before an answer came"));
        }
        let (job, check_after) = (JobId(format!("job-{}", self.at)), Duration::from_millis(10));
        Ok(Generation::pending(job, check_after))
    }

    fn checked(&self, job: &JobId) -> adgen::Result<Generation> {
        self.asked("check");
        if self.at == "cancel" {
            return Ok(Generation::pending(job.clone(), Duration::from_millis(10)));
        }
        Ok(Generation::Done(Generated::url("http://127.0.0.1:9/nothing.bin", 0.5)))
    }

    fn cancelled(&self) -> adgen::Result<Cancelled> {
        self.asked("cancel");
        Ok(Cancelled::AlreadyOver)
    }

    fn looked_up(&self) -> adgen::Result<Lookup> {
        self.asked("find");
        Ok(Lookup::CannotTell)
    }

    fn is_private(&self) -> bool {
        self.asked("gives_private_urls");
        true
    }
}

#[async_trait]
impl VideoProvider for Nervous {
    fn info(&self) -> &ProviderInfo {
        self.asked("info");
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        self.asked("capability");
        VideoCapability::remote(30.0).with_aspects([Aspect::Portrait9x16])
    }

    fn estimate(&self, _: &VideoRequest) -> CostRange {
        self.asked("estimate");
        CostRange::exactly(0.5)
    }

    fn offer(&self, request: &VideoRequest) -> VideoOffer {
        self.asked("offer");
        VideoOffer::new(request.duration_s, Some(request.short_side))
    }

    async fn start(&self, _: &CallContext, _: &VideoRequest) -> adgen::Result<Generation> {
        self.started()
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> adgen::Result<Generation> {
        self.checked(job)
    }

    async fn cancel(&self, _: &CallContext, _: &JobId) -> adgen::Result<Cancelled> {
        self.cancelled()
    }

    async fn find(&self, _: &CallContext, _: &VideoRequest, _: SystemTime, _: &[JobId]) -> adgen::Result<Lookup> {
        self.looked_up()
    }

    fn gives_private_urls(&self) -> bool {
        self.is_private()
    }

    async fn fetch(&self, _: &CallContext, _: &str, _: &Path) -> adgen::Result<()> {
        self.asked("fetch");
        VideoProvider::gives_private_urls(self);
        Err(Error::new(ErrorKind::NotFound, "there is nothing"))
    }
}

#[async_trait]
impl AudioProvider for Nervous {
    fn info(&self) -> &ProviderInfo {
        self.asked("info");
        &self.info
    }

    fn capability(&self) -> AudioCapability {
        self.asked("capability");
        AudioCapability::remote_music(30.0)
    }

    fn estimate(&self, _: &AudioRequest) -> CostRange {
        self.asked("estimate");
        CostRange::exactly(0.5)
    }

    fn offered_s(&self, request: &AudioRequest) -> f64 {
        self.asked("offered_s");
        request.duration_s
    }

    async fn start(&self, _: &CallContext, _: &AudioRequest) -> adgen::Result<Generation> {
        self.started()
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> adgen::Result<Generation> {
        self.checked(job)
    }

    async fn cancel(&self, _: &CallContext, _: &JobId) -> adgen::Result<Cancelled> {
        self.cancelled()
    }

    async fn find(&self, _: &CallContext, _: &AudioRequest, _: SystemTime, _: &[JobId]) -> adgen::Result<Lookup> {
        self.looked_up()
    }

    fn gives_private_urls(&self) -> bool {
        self.is_private()
    }

    async fn fetch(&self, _: &CallContext, _: &str, _: &Path) -> adgen::Result<()> {
        self.asked("fetch");
        AudioProvider::gives_private_urls(self);
        Err(Error::new(ErrorKind::NotFound, "there is nothing"))
    }
}

#[async_trait]
impl Planner for Nervous {
    fn info(&self) -> &ProviderInfo {
        self.asked("info");
        &self.info
    }

    fn estimate(&self, _: &PlanRequest) -> CostRange {
        self.asked("estimate");
        CostRange::exactly(0.5)
    }

    async fn plan(&self, _: &CallContext, _: &PlanRequest) -> adgen::Result<Plan> {
        self.asked("plan");
        Err(Error::new(ErrorKind::Unavailable, "nobody is in"))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Planner,
    Video,
    Audio,
}

impl Role {
    fn builder(self, bench: &Bench, at: &'static str) -> StudioBuilder {
        let (builder, nervous) = (bench.builder("storage"), Nervous::new(at));
        match self {
            Self::Planner => builder.with_planner(nervous),
            Self::Video => builder.with_video(nervous),
            Self::Audio => builder.with_audio(nervous),
        }
    }

    fn document(self, bench: &Bench, id: &str) -> Value {
        let mut document = match self {
            Self::Planner => document::planned(id, &bench.photo),
            _ => document::least(id, &bench.photo),
        };
        document["audio"]["music"] = match self {
            Self::Audio => json!({ "generate": { "prompt": "calm" } }),
            _ => Value::Null,
        };
        document
    }
}

/// A run that panicked somewhere ended as every run does.
#[track_caller]
fn expect_ended(project: &Project, status: &str, events: &[EventRecord]) {
    assert_eq!(project.state()["status"], status);
    assert!(matches!(events.last().expect("events").event, Event::RunFinished { .. }), "{:?}", events.last());
    let told = project.json("events.json");
    let last = told["events"].as_array().and_then(|events| events.last()).expect("events");
    assert_eq!((&last["event"]["type"], &last["event"]["status"]), (&json!("run_finished"), &json!(status)));
    assert_eq!(project.history().last().expect("entries")["event"], "run_finished");
}

async fn run(studio: &Studio, document: &Value) -> (adgen::Result<Outcome>, Vec<EventRecord>) {
    let run = studio.generate(document::parse(document), "").await.expect("starts");
    let both = async { tokio::join!(run.wait(), run.events(0).collect::<Vec<_>>()) };
    tokio::time::timeout(HANGS, both).await.expect("the run does not end")
}

/// What the ledgers say of the project's orders, in order.
fn ordered(project: &Project) -> Vec<String> {
    project.orders().iter().map(|entry| entry["event"].as_str().unwrap_or_default().to_owned()).collect()
}

const METHODS: [(Role, &[&str]); 3] = [
    (Role::Planner, &["info", "estimate", "plan"]),
    (
        Role::Video,
        &["info", "capability", "estimate", "offer", "start", "check", "find", "gives_private_urls", "fetch"],
    ),
    (
        Role::Audio,
        &["info", "capability", "estimate", "offered_s", "start", "check", "find", "gives_private_urls", "fetch"],
    ),
];

fn each() -> impl Iterator<Item = (Role, &'static str)> {
    METHODS.into_iter().flat_map(|(role, methods)| methods.iter().map(move |&at| (role, at)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_panics_anywhere_is_replaced_like_one_that_fails() {
    let bench = Bench::new();
    for (role, at) in each() {
        let id = format!("{role:?}-{at}").to_lowercase().replace('_', "-");
        let (result, events) =
            run(&role.builder(&bench, at).build().expect("a studio"), &role.document(&bench, &id)).await;
        let outcome = result.unwrap_or_else(|error| panic!("{id}: {error}"));
        let project = bench.project(&id);
        expect_ended(&project, "COMPLETED", &events);
        let [Degradation { cause, .. }] = &outcome.state.degradations[..] else {
            panic!("{id}: {:?}", outcome.state.degradations)
        };
        let cause = cause.to_string();
        assert!(cause.contains("panicked in") && cause.contains(&format!("{at} is too much")), "{id}: {cause}");
        assert!(at == "info" || cause.contains("nervous"), "{id}: {cause}");
        // Nothing says how a job is, or whether there is one, that panics when it is asked for.
        let ledger = ordered(&project);
        match at {
            "start" | "find" => assert_eq!(ledger, ["starting"], "{id}"),
            "check" | "gives_private_urls" | "fetch" => assert_eq!(ledger, ["starting", "started"], "{id}"),
            _ => assert!(!ledger.iter().any(|event| event == "started"), "{id}: {ledger:?}"),
        }
        assert_eq!(outcome.state.cost_usd, 0.0, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_panics_is_why_a_run_without_fallbacks_fails() {
    let bench = Bench::new();
    for (role, at) in [
        (Role::Planner, "info"),
        (Role::Planner, "plan"),
        (Role::Video, "capability"),
        (Role::Video, "offer"),
        (Role::Video, "check"),
        (Role::Audio, "estimate"),
        (Role::Audio, "start"),
    ] {
        let id = format!("strict-{role:?}-{at}").to_lowercase();
        let mut document = role.document(&bench, &id);
        document["policy"] = json!({ "fallback": "deny" });
        let (result, events) = run(&role.builder(&bench, at).build().expect("a studio"), &document).await;
        let error = result.expect_err("no fallback is allowed");
        assert_eq!(error.kind(), ErrorKind::FallbackDenied, "{id}: {error}");
        assert!(error.to_string().contains(&format!("{at} is too much")), "{id}: {error}");
        expect_ended(&bench.project(&id), "FAILED", &events);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_while_jobs_are_stopped_does_not_keep_the_run_from_its_end() {
    let bench = Bench::new();
    for role in [Role::Video, Role::Audio] {
        let id = format!("stop-{role:?}").to_lowercase();
        let studio = role.builder(&bench, "cancel").build().expect("a studio");
        let run = studio.generate(document::parse(&role.document(&bench, &id)), "").await.expect("starts");
        let project = bench.project(&id);
        tokio::task::block_in_place(|| {
            adgen_tests::command::until("a job is under way", || {
                ordered(&project).iter().any(|event| event == "started")
            });
        });
        run.cancel();
        let error = tokio::time::timeout(HANGS, run.wait()).await.expect("it ends").expect_err("it was cancelled");
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
        let events = tokio::time::timeout(HANGS, run.events(0).collect::<Vec<_>>()).await.expect("they end");
        expect_ended(&project, "CANCELLED", &events);
        let notes = project.state()["notes"].to_string();
        assert!(notes.contains("could not be stopped") && notes.contains("cancel is too much"), "{notes}");
        assert_eq!(ordered(&project), ["starting", "started"], "nobody knows how it is");
        // The project was given back.
        finished(made(&bench.studio(), document::parse(&role.document(&bench, &id))).await);
    }
}

#[tokio::test]
async fn an_estimate_with_a_provider_that_panics_says_so() {
    let bench = Bench::new();
    for role in [Role::Planner, Role::Video, Role::Audio] {
        let studio = role.builder(&bench, "estimate").build().expect("a studio");
        let error = studio.estimate(&document::parse(&role.document(&bench, "dear"))).expect_err("nobody knows");
        assert!(error.to_string().contains("nervous panicked in estimate"), "{error}");
    }
}
