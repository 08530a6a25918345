//! What the last run did and when, from the project's history and state.
//!
//! Pure. Depends on the types of `store` and `project`.

use crate::{
    project::{AdProject, Aspect, Background, Scene, Stage, State, StateAsset},
    store::{HistoryEvent, HistoryRecord},
};
use chrono::DateTime;
use std::collections::BTreeSet;

/// What one run did.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct History {
    /// When it began, RFC 3339; empty where the history does not say.
    pub(super) began_at: String,
    /// The version of the library that made it; empty where the history does not say.
    pub(super) version: String,
    /// What was made, by its beginning.
    pub(super) made: Vec<Made>,
    /// What was there already, in order.
    pub(super) reused: Vec<(Stage, String)>,
    /// What failed for good.
    pub(super) failed: Vec<Failed>,
}

/// An artifact that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    pub(super) stage: Stage,
    pub(super) artifact: String,
    /// Seconds from the run's beginning.
    pub(super) start_s: f64,
    pub(super) elapsed_s: f64,
    pub(super) cost_usd: f64,
}

/// An artifact that could not be made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failed {
    pub(super) artifact: String,
    /// Seconds from the run's beginning.
    pub(super) at_s: f64,
    pub(super) message: String,
    pub(super) cost_usd: f64,
}

impl History {
    /// The run of this name, or else the last one of a history, over the artifacts that the ad has now. A document that came in
    /// since, or another run that made no ad, is none of it.
    pub(super) fn of(records: &[HistoryRecord], run: Option<&str>, artifacts: &[(String, Stage, StateAsset)]) -> Self {
        let mut history = Self::default();
        let begins = |record: &HistoryRecord| matches!(record.known(), Some(HistoryEvent::RunStarted { .. }));
        let own = |record: &HistoryRecord| begins(record) && Some(record.run.as_str()) == run;
        let Some(first) = records.iter().rposition(own).or_else(|| records.iter().rposition(begins)) else {
            return history;
        };
        if let Some(HistoryEvent::RunStarted { version }) = records[first].known() {
            history.version.clone_from(version);
        }
        history.began_at.clone_from(&records[first].at);
        let began_ms = milliseconds(&records[first].at);
        let more = records[first + 1..].iter().take_while(|record| !begins(record)).count();
        for record in &records[first..=first + more] {
            // A clock that was set back in between must not give bars outside of the picture.
            let at_s = (milliseconds(&record.at) - began_ms).max(0) as f64 / 1000.0;
            match record.known() {
                Some(HistoryEvent::Finished { artifact, stage, elapsed_ms, cost_usd, .. }) => {
                    let elapsed_s = *elapsed_ms as f64 / 1000.0;
                    history.made.push(Made {
                        stage: *stage,
                        artifact: artifact.clone(),
                        start_s: (at_s - elapsed_s).max(0.0),
                        elapsed_s,
                        cost_usd: *cost_usd,
                    });
                }
                Some(HistoryEvent::Failed { artifact, message, cost_usd, .. }) => history.failed.push(Failed {
                    artifact: artifact.clone(),
                    at_s,
                    message: message.clone(),
                    cost_usd: *cost_usd,
                }),
                _ => {}
            }
        }
        history.made.sort_by(|a, b| {
            let times = a.start_s.total_cmp(&b.start_s).then(a.elapsed_s.total_cmp(&b.elapsed_s));
            a.stage.cmp(&b.stage).then(times).then_with(|| a.artifact.cmp(&b.artifact))
        });
        let is_made = |artifact: &str| history.made.iter().any(|made| made.artifact == artifact);
        let found = artifacts.iter().map(|(name, stage, _)| (*stage, artifact_of(name)));
        let reused: BTreeSet<_> = found.filter(|(_, artifact)| !is_made(artifact)).collect();
        history.reused = reused.into_iter().map(|(stage, artifact)| (stage, artifact.to_owned())).collect();
        history
    }

    /// Seconds until the last thing happened.
    pub(super) fn end_s(&self) -> f64 {
        let made = self.made.iter().map(|made| made.start_s + made.elapsed_s);
        made.chain(self.failed.iter().map(|failed| failed.at_s)).fold(0.0, f64::max)
    }
}

/// The artifacts of the last run, those that it found included: name, stage and file. The state also knows what earlier
/// versions of the document had: further scenes, other shapes.
pub(super) fn artifacts(
    project: &AdProject,
    state: &State,
    records: &[HistoryRecord],
) -> Vec<(String, Stage, StateAsset)> {
    let stage_of = |asset: &StateAsset| {
        records.iter().rev().find_map(|record| match record.known()? {
            HistoryEvent::Finished { stage, key, .. } | HistoryEvent::Reused { stage, key, .. }
                if *key == asset.key =>
            {
                Some(*stage)
            }
            _ => None,
        })
    };
    let own = state.assets.iter().filter(|(name, _)| is_of(artifact_of(name), project));
    let found = own.filter_map(|(name, asset)| Some((name.clone(), stage_of(asset)?, asset.clone())));
    // A stage that had nothing to do, such as planning what is planned, needed none of its artifacts.
    let is_needed = |stage: &Stage| state.stages.get(stage).is_some_and(|summary| summary.made + summary.reused > 0);
    found.filter(|(_, stage, _)| is_needed(stage)).collect()
}

/// An artifact of many files stands in the state as `artifact:file`.
fn artifact_of(name: &str) -> &str {
    name.split_once(':').map_or(name, |(artifact, _)| artifact)
}

/// Whether an artifact can be one of this document: `scene_2_bg` and `scene_2_1x1` need a second scene, the latter a further
/// shape 1:1, and music is only there where it is wanted.
fn is_of(artifact: &str, project: &AdProject) -> bool {
    let further = project.output.aspects.get(1..).unwrap_or_default();
    let is_foreign =
        |part: &str| Aspect::ALL.iter().any(|shape| shape.file_suffix() == part && !further.contains(shape));
    if artifact.split('_').any(is_foreign) {
        return false;
    }
    if let Some(scene) = artifact.strip_prefix("scene_") {
        let number = scene.split('_').next().and_then(|number| number.parse::<usize>().ok());
        return number.is_none_or(|number| number <= project.scenes.as_ref().map_or(0, Vec::len));
    }
    !artifact.starts_with("background_music") || project.audio.music.is_some()
}

/// Who made a scene's background.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// The user's own clip of this name.
    Own(String),
    /// A provider that takes money.
    Provider(String),
    /// This machine.
    Local,
    /// Something humbler than what was asked for.
    Fallback(String),
}

impl Origin {
    /// Of the scene with this index, in the main shape.
    pub(super) fn of(index: usize, scene: &Scene, state: &State, records: &[HistoryRecord]) -> Self {
        if let Some(Background::File(asset)) = &scene.background {
            return Self::Own(asset.as_str().to_owned());
        }
        let clip = format!("scene_{}_bg", index + 1);
        if let Some(last) = state.degradations.iter().rfind(|degradation| degradation.artifact == clip) {
            return Self::Fallback(last.fallback.clone());
        }
        let current = state.assets.get(&clip).map(|asset| asset.key.as_str());
        let asked = records.iter().rev().find_map(|record| match record.known()? {
            HistoryEvent::Ordered { key, provider, .. } if Some(key.as_str()) == current => Some(provider.clone()),
            _ => None,
        });
        // Only calls that cost something are written down before they are made.
        asked.map_or(Self::Local, Self::Provider)
    }
}

/// What the artifact that the ad shows cost, in US dollars.
pub(super) fn cost_of(name: &str, state: &State, records: &[HistoryRecord]) -> f64 {
    let current = state.assets.get(name).map(|asset| asset.key.as_str());
    let cost = records.iter().rev().find_map(|record| match record.known()? {
        HistoryEvent::Finished { key, cost_usd, .. } | HistoryEvent::Paid { key, cost_usd, .. }
            if Some(key.as_str()) == current =>
        {
            Some(*cost_usd)
        }
        _ => None,
    });
    cost.unwrap_or_default()
}

fn milliseconds(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).map(|time| time.timestamp_millis()).unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::error::ErrorBody;
    use crate::project::{Degradation, GeneratedBackground, Role, StageState, Transition};

    pub(in super::super) fn record(at: &str, event: HistoryEvent) -> HistoryRecord {
        HistoryRecord::of(1, format!("2026-05-01T10:00:{at}Z"), event)
    }

    pub(in super::super) fn finished(artifact: &str, stage: Stage, elapsed_ms: u64) -> HistoryEvent {
        HistoryEvent::Finished { artifact: artifact.into(), stage, key: "k".into(), cost_usd: 0.0, elapsed_ms }
    }

    #[test]
    fn only_the_last_run_counts() {
        let begin = || HistoryEvent::RunStarted { version: "1".into() };
        let records = [
            record("00.000", begin()),
            record("01.000", finished("old", Stage::Plan, 900)),
            record("10.000", begin()),
            record("12.500", finished("b", Stage::Scenes, 1000)),
            record("11.000", finished("a", Stage::Scenes, 5000)),
            record("09.000", finished("p", Stage::Plan, 10)),
        ];
        let artifact = |name: &str, stage| (name.to_owned(), stage, asset("k"));
        let artifacts = [
            artifact("z", Stage::Scenes),
            artifact("b", Stage::Scenes),
            artifact("cutout:mask.png", Stage::Extract),
            artifact("cutout:cutout.png", Stage::Extract),
        ];
        let history = History::of(&records, None, &artifacts);
        let bars: Vec<_> =
            history.made.iter().map(|made| (made.artifact.as_str(), made.start_s, made.elapsed_s)).collect();
        assert_eq!(bars, [("p", 0.0, 0.01), ("a", 0.0, 5.0), ("b", 1.5, 1.0)]);
        assert_eq!(history.reused, [(Stage::Extract, "cutout".into()), (Stage::Scenes, "z".into())]);
        assert_eq!(history.end_s(), 5.0);
        assert_eq!(history.version, "1");
        assert_eq!(History::of(&[], None, &[]), History::default());
    }

    #[test]
    fn what_came_in_after_the_run_is_none_of_it() {
        let of = |run: &str, record: HistoryRecord| HistoryRecord { run: run.into(), ..record };
        let begin = |version: &str| HistoryEvent::RunStarted { version: version.into() };
        let records = [
            of("a", record("00.000", begin("1"))),
            of("a", record("02.000", finished("mine", Stage::Plan, 1000))),
            of("b", record("10.000", begin("2"))),
            of("b", record("11.000", finished("other", Stage::Plan, 1000))),
        ];
        let made = |run| {
            let history = History::of(&records, run, &[]);
            let made: Vec<_> = history.made.into_iter().map(|made| made.artifact).collect();
            (history.version, made)
        };
        assert_eq!(made(Some("a")), ("1".into(), vec!["mine".to_owned()]));
        assert_eq!(made(Some("b")), ("2".into(), vec!["other".to_owned()]));
        assert_eq!(made(Some("gone")), made(Some("b")));
    }

    #[test]
    fn artifacts_of_earlier_documents_are_none_of_the_ad() {
        let mut project = AdProject::new("p", "Cup", "cup.png");
        project.output.aspects = vec![Aspect::Portrait9x16, Aspect::Square];
        project.scenes = Some(vec![scene(); 2]);
        project.audio.music = None;
        let mut state = State::new("p", "");
        for name in [
            "product_masked:product_mask.png",
            "final_video",
            "final_video_1x1",
            "final_video_16x9",
            "final_video_9x16",
            "scene_2_bg",
            "scene_2_bg_part3",
            "scene_3_bg",
            "scene_2_1x1",
            "scene_2_4x5",
            "background_music_normalized",
        ] {
            state.assets.insert(name.into(), asset("k"));
        }
        state.assets.insert("never_made".into(), asset("other"));
        state.assets.insert("plan".into(), asset("plan"));
        state.stages.insert(Stage::Render, StageState { reused: 1, ..StageState::default() });
        let (artifact, key) = ("plan".into(), "plan".into());
        let plan = HistoryEvent::Finished { artifact, stage: Stage::Plan, key, cost_usd: 0.0, elapsed_ms: 1 };
        let records = [record("00", finished("whatever", Stage::Render, 1)), record("00", plan)];
        let names: Vec<_> = artifacts(&project, &state, &records).into_iter().map(|(name, ..)| name).collect();
        let wanted = [
            "final_video",
            "final_video_1x1",
            "product_masked:product_mask.png",
            "scene_2_1x1",
            "scene_2_bg",
            "scene_2_bg_part3",
        ];
        assert_eq!(names, wanted);
    }

    fn asset(key: &str) -> StateAsset {
        StateAsset { file: "f".into(), bytes: 1, sha256: "h".into(), key: key.into() }
    }

    fn scene() -> Scene {
        Scene {
            id: "s".into(),
            role: Role::Hook,
            duration_s: Some(1.0),
            background: Some(Background::Generate(GeneratedBackground { prompt: "x".into(), seed: None })),
            product: None,
            caption: None,
            transition: Transition::Cut,
        }
    }

    #[test]
    fn the_origin_is_that_of_the_clip_that_is_shown() {
        let mut state = State::new("p", "");
        let mut scene = scene();
        let asked = |key: &str, provider: &str| {
            let (artifact, key, provider) = ("scene_2_bg".into(), key.into(), provider.into());
            record("00", HistoryEvent::Ordered { artifact, stage: Stage::Scenes, key, provider })
        };
        let records = [asked("new", "replicate"), asked("old", "other")];
        assert_eq!(Origin::of(1, &scene, &state, &records), Origin::Local);
        state.assets.insert("scene_2_bg".into(), asset("new"));
        assert_eq!(Origin::of(1, &scene, &state, &records), Origin::Provider("replicate".into()));
        for fallback in ["offline studio clip", "black background"] {
            let (artifact, fallback) = ("scene_2_bg".into(), fallback.into());
            state.degradations.push(Degradation {
                stage: Stage::Scenes,
                artifact,
                fallback,
                cause: ErrorBody::new("media", "c"),
                also: Vec::new(),
            });
        }
        assert_eq!(Origin::of(1, &scene, &state, &records), Origin::Fallback("black background".into()));
        assert_eq!(Origin::of(0, &scene, &state, &records), Origin::Local);
        scene.background = Some(Background::File("mine.mp4".into()));
        assert_eq!(Origin::of(1, &scene, &state, &records), Origin::Own("mine.mp4".into()));
    }
}
