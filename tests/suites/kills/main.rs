//! `adgen generate` is killed between "about to call" and "artifact stored", and run again: nothing is bought twice, and
//! nothing that was bought is lost.

mod after;
mod chain;
mod dropped;
mod entries;
mod points;

use self::chain::{Chain, Totals};
use adgen_tests::{emulator::Script, services::Services};
use std::{thread, time::Instant};

/// What a chain does with its project before it is run to its end.
type Story = fn(&mut Chain<'_>);

/// Prints the totals: docs/figures.md quotes them.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_scripted_points_nothing_is_bought_twice_and_nothing_is_lost() {
    let began = Instant::now();
    // A killed run's job is still under way when the next one asks for it, however slow the machine: the story ends it.
    let slow = Script { latency_s: vec![600.0], audio_latency_s: vec![600.0], ..Script::quick() };
    let stories: [(&str, Script, Story); 6] = [
        ("orders", Script::quick(), points::orders),
        ("polls", slow, points::polls),
        ("planned", Script::quick(), points::planned),
        ("lookups", Script::quick(), points::lookups),
        ("stored", Script::quick(), entries::stored),
        ("steps", Script::quick(), entries::steps),
    ];
    let mut all = Vec::new();
    for (id, script, story) in stories {
        let openai = points::openai(id);
        all.push((id, Services::start_with(script, openai).await, story));
    }
    let every = Services::start(Script::quick()).await;
    let runtime = tokio::runtime::Handle::current();
    // Side by side, for most of the time is spent waiting.
    let totals = tokio::task::block_in_place(|| {
        thread::scope(|scope| {
            let mut threads: Vec<_> = all
                .iter()
                .map(|(id, services, story)| {
                    let runtime = &runtime;
                    scope.spawn(move || {
                        let mut chain = Chain::new(id, services);
                        story(&mut chain);
                        chain.finish(runtime)
                    })
                })
                .collect();
            threads.push(scope.spawn(|| entries::every_entry(&every, &runtime)));
            let joined = threads.into_iter().map(|thread| thread.join().expect("a chain holds"));
            joined.fold(Totals::default(), Totals::and)
        })
    });
    println!("{totals}, in {:.0} s", began.elapsed().as_secs_f64());
    assert!(totals.points.len() >= 50, "only {} points", totals.points.len());
    assert_eq!((totals.twice, totals.lost), (0, 0));
}
