//! Tests of a storage as a whole: projects' folders, visible files, copying, deleting, addresses, and what a run costs.

use super::{
    artifact_record::MadeBy,
    artifact_store::{NewArtifact, Stored},
    artifacts::Found,
    history_event::HistoryEvent,
    holder::Holder,
    ledger_event::{LedgerEvent, PurchaseOrder},
    listing::Seen,
    publish::Published,
    purchase::{Buyer, Claim},
    signer::Signer,
    storage::Storage,
    testing::Faulty,
};
use crate::{
    error::ErrorKind,
    http::{Http, HttpOptions},
    project::{AdProject, Stage},
};
use object_store::{memory::InMemory, path::Path as ObjectPath};
use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime},
};

struct Shop {
    kind: &'static str,
    storage: Storage,
    folder: tempfile::TempDir,
}

fn http() -> Http {
    Http::new(HttpOptions::default()).unwrap()
}

fn shops() -> Vec<Shop> {
    let shop = |kind, make: &dyn Fn(&Path) -> Storage| {
        let folder = tempfile::tempdir().unwrap();
        let storage = make(folder.path()).with_cache(Some(folder.path()), 1 << 20);
        std::fs::create_dir(folder.path().join("scratch")).unwrap();
        Shop { kind, storage, folder }
    };
    vec![
        shop("a folder", &|folder| Storage::open(folder.join("deep/er").to_str().unwrap(), &http()).unwrap()),
        shop("memory", &|_| Storage::memory()),
        shop("a prefix", &|_| Storage::below("a b/c", Arc::new(Faulty::new()), None).unwrap()),
    ]
}

impl Shop {
    async fn put(&self, storage: &Storage, letter: char, content: &str) -> Stored {
        let scratch = self.folder.path().join("scratch");
        let path = scratch.join("made.mp4");
        std::fs::write(&path, content).unwrap();
        let new = NewArtifact {
            key: letter.to_string().repeat(64),
            stage: Stage::Scenes,
            artifact: "scene_1_bg".into(),
            files: vec![("scene_1_bg.mp4".into(), path)],
            cost_usd: 0.0,
            elapsed_ms: 1,
            notes: Vec::new(),
            fidelity: None,
            lacks: Vec::new(),
            metadata: crate::project::Metadata::default(),
            bought: false,
            made_by: MadeBy { project: "p".into(), run: "r".into(), epoch: 1 },
        };
        storage.artifacts().put(new, &scratch).await.unwrap()
    }
}

fn document(id: &str) -> String {
    AdProject::new(id, "Rosso", "product_original.png").to_json()
}

async fn all(storage: &Storage) -> Vec<String> {
    let seen: Vec<Seen> = storage.objects().list_all("").await.unwrap();
    seen.into_iter().map(|seen| seen.name).collect()
}

#[tokio::test]
async fn documents_come_back_as_they_were_written() {
    for Shop { kind, storage, folder } in shops() {
        let project = storage.project("p-1").unwrap();
        assert_eq!(project.read("x.json").await.unwrap(), None, "{kind}");
        project.write("x.json", "one").await.unwrap();
        assert!(!project.replace("x.json", None, "two").await.unwrap());
        assert!(project.replace("y.json", None, "").await.unwrap());
        assert_eq!(project.list().await.unwrap(), ["x.json", "y.json"], "{kind}");
        assert!(project.has_content("x.json").await.unwrap() && !project.has_content("y.json").await.unwrap());
        project.objects.duplicate(&project.at("x.json"), &project.at("z.json")).await.unwrap();
        project.write("x.json", "changed").await.unwrap();
        assert_eq!(project.read("z.json").await.unwrap().unwrap(), "one", "{kind}");
        let (photo, scratch) = (folder.path().join("photo.png"), folder.path().join("scratch"));
        std::fs::write(&photo, "photo").unwrap();
        let digested = project.adopt("product_original.png", &photo, &scratch).await.unwrap();
        assert_eq!(project.digest("product_original.png").await.unwrap(), Some(digested), "{kind}");
        assert!(photo.exists(), "it is a person's own");
        assert_eq!(std::fs::read(project.open("product_original.png").await.unwrap().path()).unwrap(), b"photo");
        // A person puts another one there.
        project.write("product_original.png", "other").await.unwrap();
        assert_eq!(std::fs::read(project.open("product_original.png").await.unwrap().path()).unwrap(), b"other");
        project.delete("product_original.png").await.unwrap();
        assert_eq!(project.open("product_original.png").await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(project.digest("product_original.png").await.unwrap(), None);
        for id in ["", "..", "a/b", "A", "ä", "-a", &"x".repeat(65)] {
            assert_eq!(storage.project(id).unwrap_err().kind(), ErrorKind::InvalidProject, "{kind}: {id}");
        }
    }
}

#[tokio::test]
async fn visible_files_are_the_artifacts_and_whatever_happens_to_them_harms_nothing_paid() {
    for shop in shops() {
        let (storage, kind) = (&shop.storage, shop.kind);
        let project = storage.project("p").unwrap();
        let stored = shop.put(storage, 'a', "clip").await;
        let file = &stored.record.files[0];
        let is_folder = storage.folder().is_some();
        for (bought, how) in [(false, Published::Linked), (true, Published::Copied)] {
            let name = format!("clip {bought}.mp4");
            project.write(&name, "old").await.unwrap();
            let published = project.publish(file, bought, &name).await.unwrap();
            assert_eq!(published, if is_folder { how } else { Published::Copied }, "{kind}");
            assert_eq!(project.read(&name).await.unwrap().unwrap(), "clip", "{kind}");
            if is_folder {
                assert_eq!(project.publish(file, bought, &name).await.unwrap(), Published::Unchanged);
            }
            // Written by us, removed by anybody: the artifact stays.
            project.write(&name, "another").await.unwrap();
            project.delete(&name).await.unwrap();
            assert!(matches!(storage.artifacts().verify(&stored.record).await.unwrap(), Found::There(_)), "{kind}");
        }
        let Some(folder) = project.folder() else { continue };
        // A person edits in place what was paid for: it was a copy, and comes back.
        project.publish(file, true, "clip.mp4").await.unwrap();
        std::fs::write(folder.join("clip.mp4"), "edited").unwrap();
        assert!(matches!(storage.artifacts().find(&stored.record.key).await.unwrap(), Found::There(_)));
        assert_eq!(project.publish(file, true, "clip.mp4").await.unwrap(), Published::Copied);
        assert_eq!(std::fs::read(folder.join("clip.mp4")).unwrap(), b"clip");
        // And what was free: it is noticed.
        project.publish(file, false, "clip.mp4").await.unwrap();
        std::fs::write(folder.join("clip.mp4"), "edited").unwrap();
        assert!(matches!(storage.artifacts().find(&stored.record.key).await.unwrap(), Found::Gone(_)));
    }
}

#[tokio::test]
async fn projects_are_listed_copied_and_deleted_without_their_artifacts() {
    for shop in shops() {
        let (storage, kind) = (&shop.storage, shop.kind);
        assert_eq!(storage.projects().await.unwrap(), [""; 0], "{kind}");
        let first = storage.project("first").unwrap();
        let stored = shop.put(storage, 'a', "clip").await;
        let lease = first.acquire("r").await.unwrap();
        let mut history = storage.behind(lease.fence()).project("first").unwrap().history().await.unwrap();
        history.append(HistoryEvent::RunStarted { version: "1".into() }).await.unwrap();
        for (name, content) in [
            ("project.json", &*document("first")),
            ("state.json", "{}"),
            ("product_original.png", "p"),
            ("notes/a #1.txt", "n"),
        ] {
            first.write(name, content.to_owned()).await.unwrap();
        }
        first.publish(&stored.record.files[0], false, "scene_1_bg.mp4").await.unwrap();
        assert_eq!(storage.delete_project("first", "x").await.unwrap_err().kind(), ErrorKind::Locked, "{kind}");
        lease.release().await;
        storage.copy_project("first", "second", "x").await.unwrap();
        assert_eq!(storage.projects().await.unwrap(), ["first", "second"], "{kind}");
        let second = storage.project("second").unwrap();
        let copied =
            AdProject::from_json(&String::from_utf8_lossy(&second.read("project.json").await.unwrap().unwrap()));
        assert_eq!(copied.unwrap().id, "second");
        let names = ["product_original.png", "project.json", "scene_1_bg.mp4", "state.json"];
        assert_eq!(second.list().await.unwrap(), names, "{kind}");
        assert_eq!(second.read("notes/a #1.txt").await.unwrap().unwrap(), "n", "{kind}");
        assert_eq!((second.history().await.unwrap().len(), second.holder().await.unwrap()), (0, Holder::Nobody));
        let error = storage.copy_project("first", "second", "x").await.unwrap_err();
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("already"), "{kind}: {error}");
        assert_eq!(storage.copy_project("none", "third", "x").await.unwrap_err().kind(), ErrorKind::NotFound);
        storage.delete_project("first", "x").await.unwrap();
        assert_eq!(storage.projects().await.unwrap(), ["second"], "{kind}");
        assert_eq!(storage.delete_project("first", "x").await.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(all(storage).await.iter().all(|name| !name.contains("first")), "{kind}");
        assert!(matches!(storage.artifacts().find(&stored.record.key).await.unwrap(), Found::There(_)), "{kind}");
        // It can be begun anew.
        first.acquire("r").await.unwrap().release().await;
    }
}

#[tokio::test]
async fn a_run_that_lost_its_project_leaves_everything_as_it_is() {
    for shop in shops() {
        let project = shop.storage.project("p").unwrap();
        let lease = project.acquire("r").await.unwrap();
        let run = shop.storage.behind(lease.fence());
        let own = run.project("p").unwrap();
        let mut history = own.history().await.unwrap();
        history.append(HistoryEvent::RunStarted { version: "1".into() }).await.unwrap();
        let stored = shop.put(&run, 'a', "clip").await;
        lease.fence().lose("another run has taken the project");
        let before = all(&shop.storage).await;
        let scratch = shop.folder.path().join("scratch");
        let errors = [
            own.write("state.json", "{}").await.unwrap_err(),
            own.publish(&stored.record.files[0], false, "x.mp4").await.unwrap_err(),
            own.publish(&stored.record.files[0], true, "x.mp4").await.unwrap_err(),
            own.adopt("x.png", &scratch.join("none"), &scratch).await.unwrap_err(),
            own.objects.duplicate(&own.at("a"), &own.at("b")).await.unwrap_err(),
            own.delete("a").await.unwrap_err(),
            own.work_folder().await.unwrap_err(),
            history.append(HistoryEvent::RunFinished { outcome: "failed".into() }).await.unwrap_err(),
            history.close().await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.kind() == ErrorKind::Locked), "{}: {errors:?}", shop.kind);
        lease.release().await;
        assert_eq!(all(&shop.storage).await, before, "{}", shop.kind);
    }
}

#[tokio::test]
async fn a_project_at_work_has_a_folder_of_its_own() {
    for shop in shops() {
        let project = shop.storage.project("p").unwrap();
        project.write("state.json", "{}").await.unwrap();
        if let Some(folder) = project.folder() {
            std::fs::write(folder.join("state.json#12"), "half").unwrap();
        }
        let scratch = project.work_folder().await.unwrap();
        assert!(scratch.path().is_dir());
        if let Some(folder) = project.folder() {
            assert!(scratch.path().starts_with(folder.join("work")) && !folder.join("state.json#12").exists());
        }
        scratch.remove().await;
    }
}

#[tokio::test]
async fn a_purchase_and_an_artifact_are_known_to_every_project() {
    for shop in shops() {
        let storage = &shop.storage;
        let lease = storage.project("p").unwrap().acquire("r").await.unwrap();
        let run = storage.behind(lease.fence());
        let order =
            PurchaseOrder { provider: "x".into(), model: "m".into(), artifact: "scene_1_bg".into(), expected_usd: 0.5 };
        let mut ledger = run.ledger(&"a".repeat(64)).await.unwrap();
        let buyer = Buyer { run: "r".into(), project: "p".into() };
        let Claim::Mine(mut writer) = ledger.claim(&buyer, &order, None).await.unwrap() else { panic!() };
        writer.append(LedgerEvent::Started { job: "j".into() }).await.unwrap();
        shop.put(&run, 'a', "clip").await;
        writer.append(LedgerEvent::finished(0.5)).await.unwrap();
        lease.release().await;
        assert_eq!(storage.jobs("x", SystemTime::UNIX_EPOCH).await.unwrap(), ["j"]);
        let Found::There(record) = storage.artifacts().find(&"a".repeat(64)).await.unwrap() else { panic!() };
        assert_eq!(record.artifact, "scene_1_bg", "{}", shop.kind);
    }
}

#[derive(Debug)]
struct Stamps;

#[async_trait::async_trait]
impl Signer for Stamps {
    async fn download_address(&self, at: &ObjectPath, valid: Duration) -> object_store::Result<url::Url> {
        let address = format!("https://bucket.example/{at}?valid={}", valid.as_secs());
        url::Url::parse(&address).map_err(|error| object_store::Error::Generic { store: "x", source: Box::new(error) })
    }
}

#[tokio::test]
async fn addresses_for_downloads_are_signed_or_of_the_file() {
    let valid = Duration::from_secs(60);
    let signed = Storage::remote(Arc::new(InMemory::new()), Some(Arc::new(Stamps)));
    let address = signed.address_in("p", "final_video.mp4", valid).await.unwrap();
    assert_eq!(address.as_str(), "https://bucket.example/projects/p/final_video.mp4?valid=60");
    let unsigned = Storage::memory().address_in("p", "final_video.mp4", valid).await.unwrap_err();
    assert_eq!(unsigned.kind(), ErrorKind::Unsupported);
    // For whoever may look into the storage: nothing is signed, and a store that nobody named has none.
    let bucket = Storage::named("s3://bucket", "team-a", Arc::new(InMemory::new()), None).unwrap();
    let address = bucket.project("p").unwrap().url("final_video.mp4");
    assert_eq!(address.as_deref(), Some("s3://bucket/team-a/projects/p/final_video.mp4"));
    assert_eq!(Storage::memory().project("p").unwrap().url("final_video.mp4"), None);
    let shop = shops().remove(0);
    let stored = shop.put(&shop.storage, 'a', "clip").await;
    let address = shop.storage.objects().address(&stored.record.files[0].object, valid).await.unwrap();
    assert_eq!(std::fs::read(address.to_file_path().unwrap()).unwrap(), b"clip");
}

#[test]
fn a_file_in_the_way_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Storage::local(&file).unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains("file"), "{error}");
    assert_eq!(Storage::open("ftp://x/y", &http()).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[tokio::test]
async fn a_folder_is_made_by_the_first_write_and_by_nothing_before() {
    let above = tempfile::tempdir().unwrap();
    let folder = above.path().join("deep/er");
    let storage = Storage::local(&folder).unwrap();
    let project = storage.project("p").unwrap();
    assert!(storage.projects().await.unwrap().is_empty() && project.list().await.unwrap().is_empty());
    assert_eq!(project.read("project.json").await.unwrap(), None);
    assert!(matches!(storage.artifacts().find(&"a".repeat(64)).await.unwrap(), Found::Nowhere));
    project.delete("project.json").await.unwrap();
    assert!(storage.ledger(&"a".repeat(64)).await.unwrap().records().is_empty());
    assert!(!above.path().join("deep").exists(), "asking made a folder");
    // Another that looked at it before it was there sees it, too.
    let other = Storage::local(above.path().join("deep/../deep/er")).unwrap();
    project.write("x.json", "one").await.unwrap();
    for storage in [&storage, &other] {
        assert_eq!(storage.projects().await.unwrap(), ["p"]);
        assert_eq!(storage.project("p").unwrap().read("x.json").await.unwrap().unwrap(), "one");
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told_when_it_is_needed() {
    let above = tempfile::tempdir().unwrap();
    // Who may write anywhere meets a link to nowhere in the same way: what is there is no folder, and none can be made.
    std::os::unix::fs::symlink("/proc/nowhere", above.path().join("link")).unwrap();
    let storage = Storage::local(above.path().join("link/storage")).unwrap();
    assert!(storage.projects().await.unwrap().is_empty());
    let error = storage.project("p").unwrap().write("x.json", "one").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("can be written to"), "{error}");
    // What is seen without writing is told at once.
    std::fs::write(above.path().join("file"), "").unwrap();
    let error = Storage::local(above.path().join("file/storage")).unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("can be written to"), "{error}");
}

#[tokio::test]
async fn a_run_in_which_everything_is_there_asks_little() {
    let shop = shops().remove(2);
    let storage = &shop.storage;
    let letters: Vec<char> = "0123456789abcdef".chars().collect();
    for letter in &letters {
        shop.put(storage, *letter, "artifact").await;
    }
    // Another studio, which remembers nothing: its lease, its history, every artifact, what people open, and its end.
    let fresh = storage.clone().with_cache(Some(shop.folder.path()), 1 << 20);
    let before = fresh.used();
    let lease = fresh.project("p").unwrap().acquire("r").await.unwrap();
    let run = fresh.behind(lease.fence());
    let project = run.project("p").unwrap();
    project.read("state.json").await.unwrap();
    project.read("project.json").await.unwrap();
    let mut history = project.history().await.unwrap();
    history.append(HistoryEvent::RunStarted { version: "1".into() }).await.unwrap();
    for letter in &letters {
        let Found::There(record) = run.artifacts().find(&letter.to_string().repeat(64)).await.unwrap() else {
            panic!()
        };
        if "0123".contains(*letter) {
            project.publish(&record.files[0], false, &format!("{letter}.mp4")).await.unwrap();
        }
    }
    for _ in 0..4 {
        project.write("state.json", "{}").await.unwrap();
    }
    history.append(HistoryEvent::RunFinished { outcome: "completed".into() }).await.unwrap();
    history.close().await.unwrap();
    lease.release().await;
    let asked = fresh.used().since(&before);
    assert!(asked.total() <= 45, "{asked:?}");
    assert_eq!(asked.get, 16 + 4, "{asked:?}");
}
