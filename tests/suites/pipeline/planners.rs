//! Planners of other people: whatever they plan, the project stays one that can be worked with.

use super::Bench;
use adgen::{
    Event, Studio,
    offline::TemplatePlanner,
    provider::{CallContext, Plan, PlanRequest, Planner, Price, ProviderInfo},
};
use adgen_tests::document;
use async_trait::async_trait;
use futures_util::StreamExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const PLAN_USD: f64 = 0.0125;

/// Plans as the template does, and then spoils the plan.
#[derive(Debug, Clone)]
struct Spoiling {
    info: ProviderInfo,
    spoil: fn(&mut Plan),
    calls: Arc<AtomicUsize>,
}

impl Spoiling {
    fn new(spoil: fn(&mut Plan)) -> Self {
        let price = Price::per_output(PLAN_USD, "2026-01-01");
        Self { info: ProviderInfo::priced("school", "pupil-1", price), spoil, calls: Arc::default() }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Planner for Spoiling {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> adgen::Result<Plan> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut plan = TemplatePlanner::new().plan(context, request).await?;
        plan.cost_usd = PLAN_USD;
        (self.spoil)(&mut plan);
        Ok(plan)
    }
}

fn studio(bench: &Bench, planner: &Spoiling) -> Studio {
    bench.builder("storage").with_planner(planner.clone()).build().expect("a studio")
}

/// Runs until the plan is there, and no further.
async fn plan(studio: &Studio, document: &Value) -> Vec<Event> {
    let run = studio.generate(document::parse(document), "").await.expect("starts");
    let (mut events, mut all) = (run.events(0).map(|record| record.event), Vec::new());
    while let Some(event) = events.next().await {
        if matches!(event, Event::StageFinished { stage: adgen::project::Stage::Plan, .. }) {
            run.cancel();
        }
        all.push(event);
    }
    drop(run.wait().await);
    all
}

fn degraded(events: &[Event]) -> Vec<&adgen::project::Degradation> {
    events.iter().filter_map(|event| if let Event::Degraded(what) = event { Some(what) } else { None }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_breaks_a_rule_is_replaced_told_and_paid_for_once() {
    type Spoil = fn(&mut Plan);
    let spoilt: [(&str, &str, Spoil); 20] = [
        ("long-caption", "caption", |plan| plan.scenes[0].caption = Some("a".repeat(201))),
        ("odd-caption", "caption", |plan| plan.scenes[0].caption = Some("a\u{7}".to_owned())),
        ("same-names", "scenes", |plan| plan.scenes[1].id = plan.scenes[0].id.clone()),
        ("no-name", "id", |plan| plan.scenes[0].id = "Not A Name".to_owned()),
        ("empty-name", "id", |plan| plan.scenes[0].id = String::new()),
        ("no-light", "style.lighting", |plan| plan.style.lighting = String::new()),
        ("long-grade", "style.grade", |plan| plan.style.grade = "a".repeat(301)),
        ("no-colours", "style.palette", |plan| plan.style.palette.clear()),
        ("colours", "style.palette", |plan| plan.style.palette = vec![plan.style.palette[0]; 13]),
        ("huge", "scale", |plan| layer(plan).scale = 9.0),
        ("nowhere", "scale", |plan| layer(plan).scale = f64::NAN),
        ("short-scene", "0.2", |plan| {
            let rest = plan.scenes[0].duration_s - 0.2;
            plan.scenes[0].duration_s = 0.2;
            plan.scenes[1].duration_s += rest;
        }),
        ("too-long", "last", |plan| plan.scenes[0].duration_s += 1.0),
        ("timeless", "last", |plan| plan.scenes[0].duration_s = f64::NAN),
        ("long-prompt", "prompt", |plan| plan.scenes[0].prompt = "a ".repeat(2001)),
        ("no-prompt", "prompt", |plan| plan.scenes[0].prompt = " ".to_owned()),
        ("named", "must not be generated", |plan| plan.scenes[0].prompt = "a bottle of AMARA OIL".to_owned()),
        ("no-music", "music", |plan| plan.music_prompt = String::new()),
        ("long-music", "music", |plan| plan.music_prompt = "a".repeat(2001)),
        ("no-scenes", "0 scenes", |plan| plan.scenes.clear()),
    ];
    let bench = Bench::new();
    for (seed, (id, said, spoil)) in (1..).zip(spoilt) {
        let planner = Spoiling::new(spoil);
        let studio = studio(&bench, &planner);
        let mut document = document::planned(id, &bench.photo);
        // A seed of its own: what another project has is found, and not planned again.
        document["seed"] = serde_json::Value::from(seed);
        let events = plan(&studio, &document).await;
        let degradations = degraded(&events);
        assert_eq!(degradations.len(), 1, "{id}: {events:?}");
        assert_eq!(degradations[0].fallback, "template plan", "{id}");
        assert!(
            degradations[0].cause.to_string().contains(said),
            "{id}: {:?} is not in {}",
            said,
            degradations[0].cause
        );
        let project = bench.project(id);
        let journal = project.history();
        let of_plan = |event: &str| {
            journal.iter().filter(|entry| entry["event"] == event && entry["artifact"] == "plan").collect::<Vec<_>>()
        };
        assert_eq!(of_plan("failed").len(), 1, "{id}: {journal:?}");
        assert_eq!(of_plan("failed")[0]["cost_usd"], PLAN_USD, "{id}");
        assert_eq!(of_plan("finished").len(), 1, "{id}: only the template's plan is finished");
        assert_eq!(project.state()["cost_usd"], PLAN_USD, "{id}");
        assert!(studio.document(id).await.expect("a sound document").document.is_planned(), "{id}");
        // Nobody plans it again.
        plan(&studio, &document).await;
        assert_eq!(planner.calls(), 1, "{id}");
    }
}

fn layer(plan: &mut Plan) -> &mut adgen::project::ProductLayer {
    plan.scenes[0].product.get_or_insert_with(Default::default)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cost_that_is_no_number_counts_as_nothing_and_damages_nothing() {
    let bench = Bench::new();
    for (id, spoil) in [
        ("nan", (|plan| plan.cost_usd = f64::NAN) as fn(&mut Plan)),
        ("endless", |plan| plan.cost_usd = f64::INFINITY),
        ("gift", |plan| plan.cost_usd = -3.0),
    ] {
        let planner = Spoiling::new(spoil);
        let studio = studio(&bench, &planner);
        let mut document = document::planned(id, &bench.photo);
        document["seed"] = id.len().into();
        let events = plan(&studio, &document).await;
        assert_eq!(degraded(&events), Vec::<&adgen::project::Degradation>::new(), "{id}");
        assert!(
            events.iter().any(|e| matches!(e, Event::Note { message, .. } if message.contains("counts as nothing"))),
            "{id}: {events:?}"
        );
        assert_eq!(bench.project(id).state()["cost_usd"], 0.0, "{id}");
        plan(&studio, &document).await;
        assert_eq!(planner.calls(), 1, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_plan_that_an_earlier_version_accepted_does_not_block_the_project() {
    let bench = Bench::new();
    let planner = Spoiling::new(|_| {});
    let studio = studio(&bench, &planner);
    let document = document::planned("stuck", &bench.photo);
    plan(&studio, &document).await;
    let project = bench.project("stuck");
    // As it was left: the plan is finished, and no document was ever made of it.
    let mut bad = project.json("plan.json");
    bad["scenes"][0]["caption"] = "a".repeat(201).into();
    let (key, bad) = (project.key_of("plan").expect("it was finished"), bad.to_string());
    fs::write(project.stored(&key).expect("it is stored"), &bad).expect("the storage is the test's own");
    let hash: String = Sha256::digest(&bad).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut record = project.artifact(&key).expect("it is stored");
    record["files"][0]["sha256"] = hash.into();
    record["files"][0]["bytes"] = bad.len().into();
    let place = project.stored(&key).expect("it is stored").with_file_name("record.json");
    fs::write(place, record.to_string()).expect("ours");
    let studio = self::studio(&bench, &planner);
    project.edit(|document| {
        let fields = document.as_object_mut().expect("an object");
        fields.remove("style");
        fields.remove("scenes");
        fields.insert("audio".to_owned(), json!({ "music": { "generate": {} } }));
    });
    let events = plan(&studio, &document).await;
    assert_eq!(degraded(&events).len(), 1, "{events:?}");
    assert_eq!(planner.calls(), 1, "the same plan was paid for again");
    assert!(studio.document("stuck").await.expect("a sound document").document.is_planned());
}
