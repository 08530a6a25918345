//! A suite that cannot fail is none: providers that break rules, each of which is named.

use crate::{clip, plan};
use adgen::{
    Error, ErrorKind, Result, Retry,
    offline::TemplatePlanner,
    provider::{
        CallContext, Cancelled, CostRange, Generated, Generation, JobId, Lookup, Plan, PlanRequest, Planner, Price,
        ProviderInfo, VideoCapability, VideoProvider, VideoRequest,
    },
    testkit::{self, Report},
};
use adgen_tests::provider;
use async_trait::async_trait;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime},
};

const KEY: &str = "sk-that-everybody-may-see";

/// Breaks nearly every rule.
#[derive(Debug)]
#[expect(dead_code, reason = "the key is there to be seen in Debug")]
struct Careless {
    key: &'static str,
    info: ProviderInfo,
    asked: AtomicU32,
    clip: PathBuf,
}

impl Careless {
    fn pending(job: &JobId) -> Generation {
        Generation::pending(job.clone(), Duration::from_millis(20)).with_progress(Some(0.5))
    }
}

#[async_trait]
impl VideoProvider for Careless {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        VideoCapability::remote(30.0 + f64::from(asked))
    }

    fn estimate(&self, request: &VideoRequest) -> CostRange {
        CostRange::exactly(0.1 / request.duration_s)
    }

    async fn start(&self, _: &CallContext, request: &VideoRequest) -> Result<Generation> {
        match request.prompt.contains("third") {
            // The answer was lost.
            true => Err(Error::new(ErrorKind::Unavailable, "no answer").with_retry(Retry::Now)),
            false => Ok(Self::pending(&JobId("job 1\n".to_owned()))),
        }
    }

    async fn check(&self, _: &CallContext, _: &JobId) -> Result<Generation> {
        let mut made = Generated::file(&self.clip);
        made.cost_usd = 5.0 + f64::from(self.asked.fetch_add(1, Ordering::Relaxed));
        Ok(Generation::Done(made))
    }

    async fn cancel(&self, _: &CallContext, _: &JobId) -> Result<Cancelled> {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
            return Err(Error::new(ErrorKind::Unexpected, format!("stopped twice with {KEY}")));
        }
        Ok(Cancelled::stopped(-1.0))
    }

    async fn find(&self, _: &CallContext, _: &VideoRequest, _: SystemTime, known: &[JobId]) -> Result<Lookup> {
        Ok(known.first().map_or(Lookup::Absent, |job| Lookup::Found(job.clone())))
    }
}

fn failed(report: &Report) -> BTreeSet<&'static str> {
    report.failures().map(|check| check.name).collect()
}

#[track_caller]
fn expect_failed(report: &Report, names: &[&'static str]) {
    let missed: Vec<_> = names.iter().filter(|name| !failed(report).contains(*name)).collect();
    assert!(missed.is_empty(), "these broken rules went unnoticed: {missed:?}\n{report}");
}

fn careless(folder: &std::path::Path) -> Careless {
    let clip = folder.join("always-the-same.mp4");
    provider::clip(&clip, 1.0);
    let price = Price::per_second(f64::NAN, "last week");
    Careless { key: KEY, info: ProviderInfo::priced("careless", " ", price), asked: AtomicU32::new(0), clip }
}

#[tokio::test]
async fn a_careless_provider_fails() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let case = clip(folder.path()).with_secret(KEY).with_lost_answer(|| {});
    let report = testkit::video(&careless(folder.path()), &case).await;
    expect_failed(
        &report,
        &[
            "name_and_model_are_given",
            "price_is_sound_and_dated",
            "estimates_are_sound_and_grow",
            "impossible_requests_are_refused",
            "check_of_an_unknown_job",
            "cancel_of_an_unknown_job",
            "start_names_the_job",
            "find_of_a_job_ordered_just_now",
            "find_leaves_the_jobs_of_others",
            "cost_is_within_the_estimate",
            "done_stays_done",
            "cancel_of_a_finished_job",
            "file_is_there",
            "lost_answer_is_said_to_be_unknown",
            "job_of_a_lost_answer_is_found",
            "capability_never_changes",
            "no_secret_is_shown",
        ],
    );
    assert!(!report.to_string().contains(KEY), "the report repeats the secret");
    let told = std::panic::catch_unwind(|| report.expect_passed()).expect_err("it did not pass");
    let told = told.downcast_ref::<String>().expect("a message");
    assert!(told.contains("FAILED   price_is_sound_and_dated"), "{told}");
}

/// The same rules, kept: done at once, in the right folder, but half as long as ordered and from words alone.
#[derive(Debug)]
struct Short(ProviderInfo);

#[async_trait]
impl VideoProvider for Short {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    fn capability(&self) -> VideoCapability {
        VideoCapability::local()
    }

    async fn start(&self, context: &CallContext, _: &VideoRequest) -> Result<Generation> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let path = context.scratch().join("short.mp4");
        // Longer each time, so never the same bytes.
        provider::clip(&path, 1.0 + f64::from(COUNT.fetch_add(1, Ordering::Relaxed)) / 4.0);
        let mut made = Generated::file(path);
        made.cost_usd = 0.25;
        Ok(Generation::Done(made))
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        Err(Error::new(ErrorKind::NotFound, format!("no {job}")))
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        Err(Error::new(ErrorKind::NotFound, format!("no {job}")))
    }
}

#[tokio::test]
async fn a_careful_provider_of_short_clips_fails_for_these_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let provider = Short(ProviderInfo::free("short", "1"));
    let report = testkit::video(&provider, &clip(folder.path()).refuses_images()).await;
    let expected = [
        "cost_is_within_the_estimate",
        "file_is_as_ordered",
        "impossible_requests_are_refused",
        "same_request_same_bytes",
    ];
    assert_eq!(failed(&report), BTreeSet::from(expected), "{report}");
}

/// Plans well, and then spoils it.
#[derive(Debug)]
struct Spoiler(TemplatePlanner);

#[async_trait]
impl Planner for Spoiler {
    fn info(&self) -> &ProviderInfo {
        self.0.info()
    }

    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> Result<Plan> {
        let mut without = request.clone();
        without.style = None;
        let mut plan = self.0.plan(context, &without).await?;
        plan.cost_usd = 0.01;
        plan.music_prompt.clear();
        let twin = plan.scenes[0].id.clone();
        if let Some(last) = plan.scenes.last_mut() {
            last.id = twin;
            last.duration_s += 1.0;
            last.prompt = format!("{} on a table", request.brief.product_name.to_uppercase());
        }
        Ok(plan)
    }
}

#[tokio::test]
async fn a_spoiled_plan_fails() {
    let report = testkit::planner(&Spoiler(TemplatePlanner::new()), &plan()).await;
    let expected = [
        "cost_is_within_the_estimate",
        "durations_add_up",
        "music_is_described",
        "prompts_carry_the_style",
        "prompts_name_no_product",
        "scenes_are_sound",
        "what_is_written_is_kept",
    ];
    assert_eq!(failed(&report), BTreeSet::from(expected), "{report}");
}
