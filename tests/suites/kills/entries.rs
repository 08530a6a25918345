//! Points between requests: as soon as an entry is in the history, or a file in the folder.

use super::chain::{Chain, Left, Totals};
use adgen_tests::services::Services;
use std::fs;
use tokio::runtime::Handle;

/// Steps from kill to kill, in entries.
const STEPS: [usize; 5] = [2, 3, 2, 4, 3];

/// Killed every few entries.
pub(super) fn steps(chain: &mut Chain<'_>) {
    chain.with(&chain.services.two_scenes(&chain.id));
    for number in 0..20 {
        let there = chain.project.history().len();
        let entry = chain.project.path(&Chain::entry(there + STEPS[number % STEPS.len()]));
        let point = format!("step {number}");
        if chain.kill_or_end(&point, Vec::new(), |_| entry.is_file()) == Left::Over {
            return;
        }
    }
}

/// Killed after an artifact is in its place and before the history says so.
pub(super) fn stored(chain: &mut Chain<'_>) {
    chain.with(&chain.services.two_scenes(&chain.id));
    for artifact in ["scene_1_bg", "scene_2_bg", "background_music"] {
        chain.kill_finished(artifact, Vec::new());
        // As if it had died a moment earlier: the entry goes, those behind it move up, and the state knows of none of it.
        chain.project.forget_snapshots();
        let mut entries = chain.project.history();
        let is_it = |entry: &serde_json::Value| {
            (entry["event"] == "finished" || entry["event"] == "reused") && entry["artifact"] == artifact
        };
        let at = entries.iter().position(is_it).expect("it was just seen");
        for (index, entry) in entries.iter_mut().enumerate().skip(at + 1) {
            entry["number"] = index.into();
            fs::write(chain.project.path(&Chain::entry(index)), entry.to_string()).expect("the test's own");
        }
        fs::remove_file(chain.project.path(&Chain::entry(entries.len()))).expect("the test's own");
        drop(fs::remove_file(chain.project.path("state.json")));
        chain.kill_at(&format!("{artifact} stored, not written down"), Vec::new(), |chain| chain.is_finished(artifact));
    }
}

/// Killed once at each entry of a whole history, each time in a project of its own.
pub(super) fn every_entry(services: &Services, runtime: &Handle) -> Totals {
    let mut totals = Totals::default();
    for number in 1.. {
        let mut chain = Chain::new(&format!("entry-{number}-x"), services);
        chain.with(&services.one_scene(&chain.id));
        let entry = chain.project.path(&Chain::entry(number));
        let left = chain.kill_or_end(&format!("entry {number}"), Vec::new(), |_| entry.is_file());
        totals = totals.and(chain.finish(runtime));
        if left == Left::Over {
            break;
        }
    }
    totals
}
