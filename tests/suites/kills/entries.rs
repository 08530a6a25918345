//! Points between requests: as soon as an entry is in the journal, or a file in the folder.

use super::chain::{Chain, Left, Totals};
use adgen_tests::{emulator::Journal, services::Services};
use std::fs;
use tokio::runtime::Handle;

/// Steps from kill to kill, in entries.
const STEPS: [usize; 5] = [2, 3, 2, 4, 3];

/// Killed every few entries.
pub(super) fn steps(chain: &mut Chain<'_>) {
    chain.with(&chain.services.two_scenes(&chain.id));
    for number in 0..20 {
        let there = chain.project.journal().len();
        let entry = chain.project.path(&Chain::entry(there + STEPS[number % STEPS.len()]));
        let point = format!("step {number}");
        if chain.kill_or_end(&point, Vec::new(), |_| entry.is_file()) == Left::Over {
            return;
        }
    }
}

/// Killed after a product is in its place and before the journal says so.
pub(super) fn stored(chain: &mut Chain<'_>) {
    chain.with(&chain.services.two_scenes(&chain.id));
    let billed = |journal: Journal| journal.predictions.len();
    for product in ["scene_1_bg", "scene_2_bg", "background_music"] {
        let finished = |chain: &Chain<'_>| chain.is_finished(product);
        chain.kill_at(&format!("{product} finished"), Vec::new(), finished);
        // As if it had come a moment earlier.
        let entries = chain.project.journal();
        let at = entries.iter().position(|entry| entry["event"] == "finished" && entry["product"] == product);
        let from = at.expect("it was just seen") + 1;
        for number in from..=entries.len() {
            fs::remove_file(chain.project.path(&Chain::entry(number))).expect("the storage is the test's own");
        }
        let before = billed(chain.services.emulator.journal());
        chain.kill_at(&format!("{product} stored, not written down"), Vec::new(), finished);
        assert!(billed(chain.services.emulator.journal()) >= before);
    }
}

/// Killed once at each entry of a whole journal, each time in a project of its own.
pub(super) fn every_entry(services: &Services, runtime: &Handle) -> Totals {
    let mut totals = Totals::default();
    for number in 1.. {
        let mut chain = Chain::new(&format!("entry-{number}-x"), services);
        chain.with(&services.one_scene(&chain.id));
        let entry = chain.project.path(&Chain::entry(number));
        let left = chain.kill_or_end("entry", Vec::new(), |_| entry.is_file());
        totals = totals.and(chain.finish(runtime));
        if left == Left::Over {
            break;
        }
    }
    totals
}
