//! Every provider keeps the contract's rules, and the suite that says so can fail.

mod bad;
mod openai;
mod own;
mod remote;
mod removers;

use adgen::{
    project::{Brand, Brief},
    provider::{AudioRequest, PlanRequest, VideoRequest},
    testkit::{AudioCase, PlannerCase, Report, Verdict, VideoCase},
};
use std::{path::Path, time::Duration};

/// What takes longer hangs, however busy the machine is.
const HANGS: Duration = Duration::from_secs(600);

/// Three seconds, small enough to be drawn at once.
fn clip(folder: &Path) -> VideoCase {
    let mut request = VideoRequest::new("a plain wall in soft light", 3.0);
    (request.short_side, request.fps) = (240, 12);
    VideoCase::new(request).with_folder(folder).with_limit(HANGS)
}

fn music(folder: &Path) -> AudioCase {
    AudioCase::new(AudioRequest::music("warm strings", 5.0)).with_folder(folder).with_limit(HANGS)
}

fn speech(folder: &Path) -> AudioCase {
    AudioCase::new(AudioRequest::speech("A quieter morning begins.")).with_folder(folder).with_limit(HANGS)
}

fn plan() -> PlannerCase {
    let mut brief = Brief::new("Amara Oil");
    brief.description = "Cold-pressed from wild herbs. Melts into dry skin in seconds. Amara Oil is vegan.".to_owned();
    brief.mood = "warm, natural".to_owned();
    brief.duration_s = 15.0;
    let brand = Brand::new("Amara");
    PlannerCase::new(PlanRequest::new(brief, brand)).with_limit(HANGS)
}

/// Panics unless these rules were tried and are kept.
#[track_caller]
fn expect_tried(report: &Report, names: &[&str]) {
    for name in names {
        assert_eq!(report.verdict(name), Some(&Verdict::Passed), "{name}\n{report}");
    }
}

/// The rules of a job that has a name.
const NAMED_JOB: [&str; 9] = [
    "start_names_the_job",
    "find_of_a_job_ordered_just_now",
    "done_stays_done",
    "cancel_of_a_finished_job",
    "file_is_as_ordered",
    "cost_is_within_the_estimate",
    "cancel_of_a_running_job",
    "cancel_may_be_repeated",
    "cancelled_job_ends",
];
