//! Points at which a request is under way: held before it is carried out, or after.

use super::chain::{Chain, after, before};
use adgen_tests::{
    document,
    emulator::{Action, Fault, On},
    openai_server,
};
use std::time::Duration;

/// What is in the prompts of two scenes and their music.
const A: &str = "view a";
const B: &str = "view b";
const MUSIC: &str = "warm strings";

/// The planner's server for a story.
pub(super) fn openai(id: &str) -> openai_server::Script {
    let slow = id == "planned";
    openai_server::Script {
        delay: if slow { Duration::from_millis(300) } else { Duration::ZERO },
        ..openai_server::Script::default()
    }
}

fn truncated(count: u64) -> Fault {
    Fault::new(On::Delivery, Action::Truncate(0.5)).times(count)
}

/// A download stays in its middle, so that nobody has to be quick to see it there.
fn stalled(prompt: &str) -> Fault {
    Fault::new(On::Delivery, Action::Stall(0.5)).prompt(prompt)
}

/// Two clips and a track, ordered at once.
pub(super) fn orders(chain: &mut Chain<'_>) {
    chain.with(&chain.services.two_scenes(&chain.id));
    let billed = |chain: &Chain<'_>| chain.services.emulator.journal().predictions.len();
    chain.kill_held("three orders on their way", 3, vec![before(On::Create)]);
    assert_eq!(billed(chain), 0);
    let lost = vec![after(On::Create).prompt(A), before(On::Create)];
    chain.kill_held("one of three orders carried out, nobody told", 3, lost);
    assert_eq!(billed(chain), 1);
    chain.kill_held("lookups on their way", 3, vec![before(On::List)]);
    chain.kill_held("lookups answered, nobody told", 3, vec![after(On::List)]);
    chain.kill_held("one looked up, the others looked for again", 2, vec![before(On::Get), before(On::List).nth(4)]);
    assert_eq!(billed(chain), 1);
    let lost = vec![after(On::Create).prompt(B), before(On::Create), before(On::Get)];
    chain.kill_held("the second order carried out, nobody told", 3, lost);
    assert_eq!(billed(chain), 2);
    // The second is found at once, the third three times not; the fifth reading looks for the order that was cut.
    let cut = Fault::new(On::Create, Action::DropAfter).prompt(MUSIC);
    chain.kill_held("an order cut off, its lookup on its way", 3, vec![cut, before(On::Get), before(On::List).nth(5)]);
    assert_eq!(billed(chain), 3);
    chain.kill_held("all known, asked for", 3, vec![before(On::Get)]);
    chain.kill_held("all known, asked for, answered", 3, vec![after(On::Get)]);
    let first = vec![before(On::Get).prompt(B), before(On::Get).prompt(MUSIC), before(On::Delivery)];
    chain.kill_held("the first before its download", 3, first);
    chain.kill_held("downloads on their way", 3, vec![before(On::Delivery)]);
    chain.kill_held("downloads answered", 3, vec![after(On::Delivery)]);
    chain.kill_held("downloads cut in the middle", 3, vec![truncated(3), before(On::Delivery)]);
    let others = || vec![before(On::Delivery).prompt(B), before(On::Delivery).prompt(MUSIC)];
    let first = [vec![stalled(A)], others()].concat();
    chain.kill_at_work("the first clip being written", "scene_1_bg/download.part", first);
    chain.kill_with_file("the first clip stored", "scene_1_bg.mp4", others());
    chain.kill_finished("scene_1_bg", others());
    chain.kill_with_file("the second clip stored", "scene_2_bg.mp4", vec![before(On::Delivery).prompt(MUSIC)]);
    chain.kill_finished("scene_2_bg", vec![before(On::Delivery).prompt(MUSIC)]);
    chain.kill_at_work("the track being written", "background_music/download.part", vec![stalled(MUSIC)]);
    chain.kill_with_file("the track stored", "background_music.mp3", Vec::new());
    chain.kill_finished("background_music", Vec::new());
    assert_eq!(billed(chain), 3);
}

/// One clip that takes its time.
pub(super) fn polls(chain: &mut Chain<'_>) {
    chain.with(&chain.services.one_scene(&chain.id));
    chain.kill_held("the order on its way", 1, vec![before(On::Create)]);
    chain.kill_held("the order carried out, nobody told", 1, vec![after(On::Create)]);
    for nth in 1..=4 {
        chain.kill_held(&format!("question {nth}"), 1, vec![before(On::Get).nth(nth)]);
        chain.kill_held(&format!("answer {nth}"), 1, vec![after(On::Get).nth(nth)]);
    }
    chain.services.emulator.end_jobs();
    chain.kill_held("the download on its way", 1, vec![before(On::Delivery)]);
    for nth in 1..=2 {
        let faults = vec![truncated(nth), after(On::Delivery)];
        chain.kill_held(&format!("download {nth} cut in the middle"), 1, faults);
    }
    let page = Fault::new(On::Delivery, Action::Content(adgen_tests::emulator::Content::Html)).nth(1);
    chain.kill_held("a page instead of the clip", 1, vec![page, before(On::Delivery)]);
}

/// Everything is planned by the service before it is ordered.
pub(super) fn planned(chain: &mut Chain<'_>) {
    chain.with(&document::planned(&chain.id, &chain.services.photo));
    let asked = |chain: &Chain<'_>| chain.services.openai.posts().len();
    let billed = |chain: &Chain<'_>| chain.services.emulator.journal().predictions.len();
    // Whoever comes too late to see the answer on its way finds that nothing was ordered yet.
    chain.kill_at("the planner's answer on its way", vec![before(On::Create)], |chain| asked(chain) == 1);
    chain.kill_with_file("the plan stored", "plan.json", vec![before(On::Create)]);
    chain.kill_held("planned, the first order on its way", 1, vec![before(On::Create)]);
    // The orders before are looked for, and ordered again: none of them was carried out.
    assert_eq!(billed(chain), 0);
    chain.kill_held("all four orders on their way", 4, vec![before(On::Create)]);
    assert_eq!(billed(chain), 0);
    // A plan that was stored and not written down is made again, no other.
    assert!(asked(chain) <= 3, "{} plans", asked(chain));
    let plans = asked(chain);
    chain.kill_held("two of four orders carried out", 2, vec![after(On::Create).nth(1), after(On::Create).nth(2)]);
    assert!((2..=4).contains(&billed(chain)));
    chain.kill_held("asked for", 1, vec![before(On::Get), after(On::List).nth(2)]);
    chain.kill_held(
        "the third answer to an order cut off",
        1,
        vec![Fault::new(On::Create, Action::NeverAnswer), before(On::Get).nth(3)],
    );
    chain.kill_held("one download on its way", 1, vec![before(On::Delivery).nth(2)]);
    // How many others came meanwhile is open; this one is left.
    chain.kill_held("a download answered, nobody told", 1, vec![after(On::Delivery)]);
    assert_eq!(asked(chain), plans, "it was planned again");
}

/// The answer to the order is lost while the run lives, and it is killed while it looks for it.
pub(super) fn lookups(chain: &mut Chain<'_>) {
    chain.with(&chain.services.one_scene(&chain.id));
    let dropped = || Fault::new(On::Create, Action::DropBefore);
    chain.kill_held("cut before, looked for", 1, vec![dropped(), before(On::List)]);
    chain.kill_held("the second reading", 1, vec![dropped(), before(On::List).nth(2)]);
    chain.kill_held("the third reading, answered", 1, vec![dropped(), after(On::List).nth(3)]);
    let busy = Fault::new(On::List, Action::status(503)).nth(1);
    chain.kill_held("a lookup refused, asked again", 1, vec![dropped(), busy, before(On::List).nth(2)]);
    chain.kill_held("not there, ordered anew", 1, vec![before(On::Create)]);
    chain.kill_held(
        "cut before, cut after, looked for",
        1,
        vec![dropped().nth(1), Fault::new(On::Create, Action::DropAfter).nth(2), before(On::List).nth(7)],
    );
    assert_eq!(chain.services.emulator.journal().predictions.len(), 1);
    chain.kill_held("found by the next run, nobody told", 1, vec![after(On::List)]);
    chain.kill_held("found and asked for", 1, vec![before(On::Get)]);
}
