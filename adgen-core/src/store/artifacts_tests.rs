//! Tests of artifacts: found by everybody, made once, and what happens when files go.

use super::{
    artifact_record::MadeBy,
    artifact_store::{NewArtifact, Stored},
    artifacts::{Artifacts, Found, Loss},
    cache::Cache,
    fence::Fence,
    objects::Objects,
    opened::Opened,
    testing::{Fault, Method, faulty, local, places},
};
use crate::{
    error::{ErrorKind, Result},
    project::Stage,
};
use std::{path::PathBuf, sync::Arc};

struct Desk {
    folder: tempfile::TempDir,
    artifacts: Artifacts,
}

fn desk(objects: &Objects) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scratch")).unwrap();
    let cache = Cache::new(Some(folder.path()), 1 << 20);
    Desk { artifacts: Artifacts::new(objects, Some(cache)), folder }
}

impl Desk {
    fn scratch(&self) -> PathBuf {
        self.folder.path().join("scratch")
    }

    fn made(&self, run: &str, content: &str) -> NewArtifact {
        let path = self.scratch().join(format!("{run}.mp4"));
        std::fs::write(&path, content).unwrap();
        NewArtifact {
            key: "a".repeat(64),
            stage: Stage::Scenes,
            artifact: "scene_1_bg".into(),
            files: vec![("scene_1_bg.mp4".into(), path)],
            cost_usd: 0.25,
            elapsed_ms: 1,
            notes: Vec::new(),
            fidelity: None,
            lacks: Vec::new(),
            metadata: crate::project::Metadata::default(),
            bought: true,
            made_by: MadeBy { project: "p".into(), run: run.into(), epoch: 1 },
        }
    }

    async fn put(&self, run: &str, content: &str) -> Result<Stored> {
        self.artifacts.put(self.made(run, content), &self.scratch()).await
    }

    async fn find(&self) -> Found {
        self.artifacts.find(&"a".repeat(64)).await.unwrap()
    }

    async fn content(&self, stored: &Stored) -> Result<Vec<u8>> {
        let opened = self.artifacts.open(&stored.record, &stored.record.files[0]).await?;
        Ok(std::fs::read(opened.path()).unwrap())
    }
}

async fn names(objects: &Objects) -> Vec<String> {
    objects.list_all("artifacts").await.unwrap().into_iter().map(|seen| seen.file().to_owned()).collect()
}

#[tokio::test]
async fn an_artifact_is_found_by_its_key_with_one_request() {
    for place in places() {
        let desk = desk(&place.objects);
        assert_eq!(desk.find().await, Found::Nowhere, "{}", place.kind);
        let stored = desk.put("r", "clip").await.unwrap();
        assert!(stored.is_own && !desk.scratch().join("r.mp4").exists(), "it was moved");
        // Another studio over the same storage.
        let other = self::desk(&place.objects);
        let before = place.objects.used();
        for _ in 0..3 {
            assert_eq!(other.find().await, Found::There(Arc::clone(&stored.record)), "{}", place.kind);
        }
        let asked = place.objects.used().since(&before);
        assert_eq!((asked.get, asked.total()), (1, 1), "{}", place.kind);
        assert_eq!(other.content(&stored).await.unwrap(), b"clip");
        assert_eq!(stored.record.assets("scene_3_bg")[0].file, "scene_3_bg.mp4");
    }
}

#[tokio::test]
async fn what_was_just_made_is_not_fetched_and_anything_else_is_fetched_once() {
    let (store, objects) = faulty();
    let desk = desk(&objects);
    let stored = desk.put("r", "clip").await.unwrap();
    desk.content(&stored).await.unwrap();
    let is_clip = "scene_1_bg";
    assert_eq!(store.calls(Method::Get, is_clip), 0);
    let other = self::desk(&objects);
    let all = (0..10).map(|_| other.artifacts.open(&stored.record, &stored.record.files[0]));
    let all: Vec<Opened> = futures_util::future::try_join_all(all).await.unwrap();
    assert!(all.iter().all(|opened| std::fs::read(opened.path()).unwrap() == b"clip"));
    assert_eq!(store.calls(Method::Get, is_clip), 1);
    store.next(1, Method::Get, is_clip, Fault::Refused);
    let third = self::desk(&objects);
    assert_eq!(third.content(&stored).await.unwrap_err().kind(), ErrorKind::Io, "away is not gone");
    assert_eq!(third.content(&stored).await.unwrap(), b"clip");
}

#[tokio::test]
async fn the_second_takes_the_first_ones_and_removes_his_own() {
    for place in places() {
        let (one, two) = (desk(&place.objects), desk(&place.objects));
        let first = one.put("one", "first").await.unwrap();
        let second = two.put("two", "other").await.unwrap();
        assert!(!second.is_own && second.record == first.record, "{}", place.kind);
        assert_eq!(two.content(&second).await.unwrap(), b"first");
        assert_eq!(names(&place.objects).await.len(), 2, "{}", place.kind);
    }
}

#[tokio::test]
async fn of_many_at_once_one_record_stays_and_everybody_has_it() {
    for place in places() {
        for _ in 0..10 {
            let desks: Vec<Desk> = (0..4).map(|_| desk(&place.objects)).collect();
            let runs = ["a", "b", "c", "d"];
            let puts = desks.iter().zip(runs).map(|(desk, run)| desk.put(run, run));
            let stored = futures_util::future::try_join_all(puts).await.unwrap();
            assert_eq!(stored.iter().filter(|stored| stored.is_own).count(), 1, "{}", place.kind);
            assert!(stored.iter().all(|other| other.record == stored[0].record), "{}", place.kind);
            let left = names(&place.objects).await;
            assert_eq!(left.len(), 2, "{}: {left:?}", place.kind);
            let all: Vec<String> =
                place.objects.list_all("artifacts").await.unwrap().into_iter().map(|seen| seen.name).collect();
            place.objects.delete_all(&all).await.unwrap();
        }
    }
}

#[tokio::test]
async fn an_artifact_without_its_file_is_gone_and_can_be_made_again() {
    for place in places() {
        let desk = desk(&place.objects);
        let stored = desk.put("r", "clip").await.unwrap();
        place.objects.delete(&stored.record.files[0].object).await.unwrap();
        let other = self::desk(&place.objects);
        let since = match other.artifacts.verify(&stored.record).await.unwrap() {
            Found::Gone(gone) => {
                assert_eq!((gone.loss, gone.file.as_str()), (Loss::Missing, "scene_1_bg.mp4"), "{}", place.kind);
                assert!(gone.record.bought && gone.record.cost_usd == 0.25 && !gone.record.at.is_empty());
                gone.since
            }
            other => panic!("{}: {other:?}", place.kind),
        };
        // Whoever notices later hears since when.
        let error = other.content(&stored).await.unwrap_err();
        assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains(&since), "{}: {error}", place.kind);
        let again = desk.put("again", "new clip").await.unwrap();
        assert!(again.is_own && desk.content(&again).await.unwrap() == b"new clip", "{}", place.kind);
        assert_eq!(other.find().await, Found::There(again.record), "{}", place.kind);
        assert_eq!(names(&place.objects).await.len(), 2, "the note is gone, too");
    }
}

#[tokio::test]
async fn a_file_of_another_size_or_content_is_damaged() {
    let (_store, objects) = faulty();
    let (desk, other) = (desk(&objects), desk(&objects));
    let stored = desk.put("r", "clip").await.unwrap();
    objects.write(&stored.record.files[0].object, "CLIP").await.unwrap();
    assert!(other.content(&stored).await.unwrap_err().to_string().contains("SHA-256"));
    objects.write(&stored.record.files[0].object, "larger").await.unwrap();
    let Found::Gone(gone) = other.artifacts.verify(&stored.record).await.unwrap() else { panic!("it is damaged") };
    assert_eq!(gone.loss, Loss::Damaged);
}

#[tokio::test]
async fn in_a_folder_what_was_touched_is_looked_at_once() {
    let place = local();
    let desk = desk(&place.objects);
    let stored = desk.put("r", "clip").await.unwrap();
    let path = place.objects.local_path(&stored.record.files[0].object).unwrap();
    let time = |seconds| std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    let touch =
        |seconds| std::fs::File::options().write(true).open(&path).unwrap().set_modified(time(seconds)).unwrap();
    // The same content at another time is the same artifact.
    touch(7);
    for _ in 0..2 {
        assert_eq!(desk.find().await, Found::There(Arc::clone(&stored.record)));
    }
    // The time that was looked at is trusted from then on, as the recorded one is: the content is not read again.
    std::fs::write(&path, "CLIP").unwrap();
    touch(7);
    assert_eq!(desk.find().await, Found::There(Arc::clone(&stored.record)));
    touch(8);
    let Found::Gone(gone) = desk.find().await else { panic!("it was written into") };
    assert_eq!(gone.loss, Loss::Damaged);
    // And what is made again takes its place.
    let again = desk.put("again", "clip").await.unwrap();
    assert!(again.is_own && !path.exists());
    assert_eq!(desk.content(&again).await.unwrap(), b"clip");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_replaced_and_one_of_a_later_version_is_not() {
    for place in places() {
        let desk = desk(&place.objects);
        let key = "a".repeat(64);
        let record = format!("artifacts/aa/{key}/record.json");
        place.objects.write(&record, "{").await.unwrap();
        assert!(matches!(desk.find().await, Found::Unreadable(why) if why.contains("damaged")), "{}", place.kind);
        assert!(desk.put("r", "clip").await.unwrap().is_own);
        assert!(matches!(self::desk(&place.objects).find().await, Found::There(_)));
        place.objects.write(&record, r#"{"format":2}"#).await.unwrap();
        let fresh = self::desk(&place.objects);
        for error in [fresh.artifacts.find(&key).await.unwrap_err(), fresh.put("s", "clip").await.unwrap_err()] {
            assert!(error.to_string().contains("a newer adgen wrote"), "{}: {error}", place.kind);
        }
    }
}

#[tokio::test]
async fn files_from_elsewhere_are_copied_and_stay() {
    for place in places() {
        let desk = desk(&place.objects);
        let elsewhere = desk.folder.path().join("cache.mp4");
        std::fs::write(&elsewhere, "cached").unwrap();
        let mut new = desk.made("r", "unused");
        new.files = vec![("scene_1_bg.mp4".into(), elsewhere.clone())];
        let stored = desk.artifacts.put(new, &desk.scratch()).await.unwrap();
        std::fs::write(&elsewhere, "CACHED").unwrap();
        assert_eq!(desk.content(&stored).await.unwrap(), b"cached", "{}", place.kind);
        let mut new = desk.made("r", "unused");
        new.key = "b".repeat(64);
        new.files = vec![("x.mp4".into(), elsewhere), ("y.mp4".into(), desk.scratch().join("missing"))];
        let before = names(&place.objects).await;
        desk.artifacts.put(new, &desk.scratch()).await.unwrap_err();
        assert_eq!(names(&place.objects).await, before, "{}: nothing stays of a half", place.kind);
    }
}

#[tokio::test]
async fn lost_answers_make_no_second_artifact() {
    for fault in [Fault::Repeated, Fault::LostAnswer] {
        let (store, objects) = faulty();
        let desk = desk(&objects);
        store.next(1, Method::Put, "record.json", fault);
        let stored = desk.put("r", "clip").await.unwrap();
        assert!(stored.is_own && names(&objects).await.len() == 2, "{fault:?}");
    }
    // Where a file's own answer is lost, the call can be made again.
    let (store, objects) = faulty();
    let desk = desk(&objects);
    store.next(1, Method::Put, "scene_1_bg", Fault::LostAnswer);
    desk.put("r", "clip").await.unwrap_err();
    assert_eq!(desk.find().await, Found::Nowhere);
    assert!(desk.put("r", "clip").await.unwrap().is_own);
}

#[tokio::test]
async fn who_may_not_write_stores_nothing_and_still_finds() {
    for place in places() {
        let fence = Fence::kept("r", 1, || true);
        let mut desk = desk(&place.objects);
        desk.artifacts = desk.artifacts.through(&place.objects.behind(&fence));
        let stored = desk.put("r", "clip").await.unwrap();
        fence.lose("another run has taken the project");
        assert_eq!(desk.put("r", "clip").await.unwrap_err().kind(), ErrorKind::Locked);
        assert!(matches!(desk.find().await, Found::There(_)));
        place.objects.delete(&stored.record.files[0].object).await.unwrap();
        let before = names(&place.objects).await;
        assert!(matches!(desk.artifacts.verify(&stored.record).await.unwrap(), Found::Gone(_)));
        assert_eq!(names(&place.objects).await, before, "{}: not even a note", place.kind);
    }
}
