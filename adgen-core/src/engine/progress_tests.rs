//! Tests of the progress: status, progress, and in which order who hears what.

use super::*;
use crate::error::ErrorBody;
use std::sync::Arc;

fn progress() -> Progress {
    Progress::new(State::new("p", "2026-01-01T00:00:00Z"), "r", Vec::new(), Clock::default())
        .expect("no thread is needed")
}

#[test]
fn status_is_the_earliest_stage_that_is_not_finished() {
    let progress = progress();
    progress.started(Stage::Extract);
    assert_eq!(progress.state().status, Status::Planning);
    progress.finished(Stage::Extract);
    assert_eq!(progress.state().status, Status::Planning);
    progress.started(Stage::Plan);
    progress.finished(Stage::Plan);
    assert_eq!(progress.state().status, Status::GeneratingScenes);
}

#[test]
fn what_is_said_often_is_told_once_and_counted() {
    let progress = progress();
    for message in ["a", "b", "a", "a"] {
        progress.note(Stage::Composite, message);
    }
    assert_eq!(progress.state().notes, ["a (3 times)", "b"]);
    for scene in ["scene_1", "scene_2", "scene_1_1x1"] {
        progress.lacks(Degradation {
            stage: Stage::Composite,
            artifact: scene.to_owned(),
            fallback: "caption without letters".to_owned(),
            cause: ErrorBody::new("invalid_input", "no font has them"),
            also: Vec::new(),
        });
    }
    let state = progress.state();
    assert_eq!(state.degradations.len(), 1);
    assert_eq!(state.degradations[0].artifacts().collect::<Vec<_>>(), ["scene_1", "scene_2", "scene_1_1x1"]);
    let mut events = progress.listen(0);
    progress.close();
    let told = std::iter::from_fn(|| events.try_recv().ok()).count();
    assert_eq!(told, 3, "two notes and one degradation");
}

#[test]
fn progress_never_falls_and_ends_at_a_hundred() {
    let progress = progress();
    let mut last = 0.0;
    let mut check = |progress: &Progress| {
        let progress = progress.state().progress;
        assert!(progress >= last, "{progress} after {last}");
        last = progress;
    };
    progress.started(Stage::Scenes);
    progress.progress(Stage::Scenes, "a", 1.0);
    check(&progress);
    progress.expect(Stage::Scenes, ["a".into(), "b".into(), "c".into()]);
    progress.progress(Stage::Scenes, "b", 0.5);
    check(&progress);
    for &stage in Stage::ALL {
        progress.started(stage);
        progress.finished(stage);
        check(&progress);
    }
    progress.end(Status::Completed, None, None);
    assert_eq!(progress.state().progress, 100.0);
}

#[test]
fn late_listeners_hear_the_past() {
    let progress = progress();
    progress.started(Stage::Plan);
    for step in 0..100 {
        progress.progress(Stage::Plan, "plan", f64::from(step) / 100.0);
    }
    let mut events = progress.listen(0);
    progress.end(Status::Cancelled, None, None);
    progress.close();
    let mut all = Vec::new();
    while let Ok(record) = events.try_recv() {
        all.push(record.event);
    }
    assert!(matches!(all.first(), Some(Event::StageStarted { stage: Stage::Plan })));
    assert!(matches!(all.last(), Some(Event::RunFinished { status: Status::Cancelled, .. })));
    assert_eq!(all.iter().filter(|event| matches!(event, Event::Progress { .. })).count(), 1);
}

#[test]
fn what_is_no_number_is_no_progress() {
    let progress = progress();
    progress.started(Stage::Scenes);
    progress.expect(Stage::Scenes, ["a".to_owned()]);
    progress.progress(Stage::Scenes, "a", f64::NAN);
    progress.progress(Stage::Scenes, "a", f64::INFINITY);
    assert!(progress.state().progress.is_finite());
}

#[test]
fn nothing_is_at_work_after_the_end() {
    let cases = [
        (Status::Cancelled, Error::cancelled(), StageStatus::Stopped),
        (Status::Failed, Error::cancelled().with_operation("scenes"), StageStatus::Failed),
        (Status::Failed, Error::cancelled(), StageStatus::Failed),
    ];
    for (status, error, scenes) in cases {
        let progress = progress();
        progress.started(Stage::Plan);
        progress.finished(Stage::Plan);
        progress.started(Stage::Scenes);
        progress.started(Stage::Audio);
        progress.end(status, Some(&error), None);
        let state = progress.state();
        let of = |stage| state.stages[&stage].status;
        assert_eq!((of(Stage::Plan), of(Stage::Scenes)), (StageStatus::Finished, scenes));
        assert_eq!(of(Stage::Render), StageStatus::Waiting);
        assert_ne!(of(Stage::Audio), StageStatus::Running);
        if error.operation() == "scenes" {
            assert_eq!(of(Stage::Audio), StageStatus::Stopped);
        }
    }
}

#[test]
fn everybody_hears_events_in_the_order_in_which_they_came_about() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink: EventSink = Arc::new({
        let heard = Arc::clone(&heard);
        move |event: &EventRecord| {
            // Gives other threads time to overtake.
            std::thread::yield_now();
            heard.lock().expect("whole").push(event.clone());
        }
    });
    let progress =
        Progress::new(State::new("p", "2026-01-01T00:00:00Z"), "r", vec![sink], Clock::default()).expect("a thread");
    let mut listener = progress.listen(0);
    progress.expect(Stage::Composite, (0..8).map(|n| n.to_string()));
    std::thread::scope(|scope| {
        for n in 0..8 {
            let progress = &progress;
            scope.spawn(move || {
                for step in 1..=100 {
                    progress.progress(Stage::Composite, &n.to_string(), f64::from(step) / 100.0);
                }
            });
        }
    });
    progress.end(Status::Completed, None, None);
    progress.settle_sink();
    let heard = heard.lock().expect("whole").clone();
    let mut listened = Vec::new();
    while let Ok(event) = listener.try_recv() {
        listened.push(event);
    }
    // A slow sink does not hear the steps that later ones have overtaken, and everything else.
    assert!(heard.iter().map(|record| record.seq).is_sorted_by(|a, b| a < b));
    let missed = listened.iter().filter(|record| !heard.contains(record));
    assert!(
        missed.into_iter().all(|record| matches!(record.event, Event::Progress { fraction, .. } if fraction < 1.0))
    );
    assert_eq!(
        listened.iter().map(|record| record.seq).collect::<Vec<_>>(),
        (1..=listened.len() as u64).collect::<Vec<_>>()
    );
    let told: Vec<f64> = heard
        .iter()
        .filter_map(|event| if let Event::Progress { progress, .. } = event.event { Some(progress) } else { None })
        .collect();
    assert!(told.len() > 100, "{} steps were told", told.len());
    assert!(told.is_sorted(), "progress fell");
    assert!(
        matches!(heard.last().map(|last| &last.event), Some(Event::RunFinished { .. })),
        "the last event was not told when it ended"
    );
}

#[test]
fn a_sink_that_panics_or_asks_back_does_no_harm() {
    let progress = Arc::new_cyclic(|weak: &std::sync::Weak<Progress>| {
        let weak = weak.clone();
        let sink: EventSink = Arc::new(move |event: &EventRecord| {
            // It may look at the state, and even tell something.
            if let Some(progress) = weak.upgrade() {
                assert!(progress.state().progress >= 0.0);
                if matches!(event.event, Event::StageStarted { .. }) {
                    progress.note(Stage::Plan, "heard");
                }
            }
            assert!(!matches!(event.event, Event::StageFinished { .. }), "no finished stages, please");
        });
        Progress::new(State::new("p", "2026-01-01T00:00:00Z"), "r", vec![sink], Clock::default()).expect("a thread")
    });
    for &stage in Stage::ALL {
        progress.started(stage);
        progress.finished(stage);
    }
    progress.end(Status::Completed, None, None);
    progress.settle_sink();
    let notes = progress.state().notes;
    assert_eq!(notes.iter().filter(|note| note.contains("no finished stages, please")).count(), 1, "{notes:?}");
    let heard = format!("heard ({} times)", Stage::ALL.len());
    assert_eq!(notes.iter().filter(|note| **note == heard).count(), 1, "{notes:?}");
}
