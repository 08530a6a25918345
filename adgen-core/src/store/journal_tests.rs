//! Tests of the journal: numbers, gaps, own entries, and what it knows by a key.

use super::*;
use crate::store::Store;
use async_trait::async_trait;
use futures_util::stream::BoxStream;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, memory::InMemory, path::Path as ObjectPath,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

fn files() -> (tempfile::TempDir, ProjectFiles) {
    let folder = tempfile::tempdir().unwrap();
    let files = Store::local(folder.path()).unwrap().project("p").unwrap();
    (folder, files)
}

fn starting(key: &str) -> JournalEntry {
    JournalEntry::Starting { product: "clip".into(), key: key.into(), provider: "x".into(), expected_usd: 1.0 }
}

fn finished(product: &str, key: &str, sha256: &str, cost_usd: f64) -> JournalEntry {
    let file = StateAsset { file: format!("{product}.mp4"), bytes: 1, sha256: sha256.into(), key: key.into() };
    JournalEntry::Finished {
        product: product.into(),
        stage: Stage::Scenes,
        key: key.into(),
        files: vec![file],
        cost_usd,
        elapsed_ms: 1,
        notes: Vec::new(),
        fidelity: None,
        lacks: Vec::new(),
        metadata: Metadata::default(),
    }
}

async fn with_entries(files: &ProjectFiles, count: usize) -> Journal {
    let mut journal = Journal::load(files, Some("r")).await.unwrap();
    for index in 0..count {
        journal.append(starting(&index.to_string())).await.unwrap();
    }
    journal
}

async fn refusal(files: &ProjectFiles) -> String {
    let error = Journal::load(files, None).await.expect_err("it is not whole");
    assert_eq!(error.kind(), ErrorKind::InvalidProject);
    error.to_string()
}

#[tokio::test]
async fn two_writers_never_share_a_number() {
    let (_folder, files) = files();
    let mut one = Journal::load(&files, Some("one")).await.unwrap();
    let mut two = Journal::load(&files, Some("two")).await.unwrap();
    for _ in 0..5 {
        one.append(starting("a")).await.unwrap();
        two.append(starting("b")).await.unwrap();
    }
    let all = Journal::load(&files, None).await.unwrap();
    assert_eq!(all.records().len(), 10);
    assert_eq!(all.records().iter().map(|record| record.number).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    assert_eq!(all.records().iter().filter(|record| record.run.as_deref() == Some("two")).count(), 5);
}

#[tokio::test]
async fn knows_what_is_under_way_whatever_it_was_called() {
    let (_folder, files) = files();
    let mut journal = Journal::load(&files, Some("r")).await.unwrap();
    assert_eq!(journal.unfinished_job("k"), UnfinishedJob::None);
    journal.append(starting("k")).await.unwrap();
    let UnfinishedJob::Unknown(since) = journal.unfinished_job("k") else { panic!("it was started") };
    assert!(since <= SystemTime::now());
    let started = JournalEntry::Started { product: "clip".into(), key: "k".into(), job: "j1".into() };
    journal.append(started).await.unwrap();
    let known = UnfinishedJob::Known { job: "j1".into(), expected_usd: 1.0 };
    assert_eq!(journal.unfinished_job("k"), known);
    assert_eq!(journal.unfinished_job("other"), UnfinishedJob::None);
    journal.append(finished("another name", "k", "s", 0.25)).await.unwrap();
    let again = Journal::load(&files, None).await.unwrap();
    assert_eq!(again.unfinished_job("k"), UnfinishedJob::None);
    let name = |journal: &Journal, product| journal.made(product, "k").map(|made| made.product);
    assert_eq!(name(&again, "clip").as_deref(), Some("another name"));
    journal.append(finished("clip", "k", "s", 0.0)).await.unwrap();
    journal.append(finished("third", "k", "s", 0.0)).await.unwrap();
    assert_eq!(["clip", "fourth"].map(|product| name(&journal, product).unwrap()), ["clip", "third"]);
    assert_eq!(again.spent_usd(), 0.25);
}

#[tokio::test]
async fn what_was_ordered_is_bought_whatever_it_cost() {
    let (_folder, files) = files();
    let mut journal = Journal::load(&files, Some("r")).await.unwrap();
    journal.append(starting("unknown price")).await.unwrap();
    journal.append(finished("a", "unknown price", "1", 0.0)).await.unwrap();
    journal.append(finished("b", "planned", "2", 0.01)).await.unwrap();
    journal.append(finished("c", "drawn here", "2", 0.0)).await.unwrap();
    let bought = ["unknown price", "planned", "drawn here", "never"].map(|key| journal.is_bought(key));
    assert_eq!(bought, [true, true, false, false]);
    let places = journal.places_of("2");
    let place = |key: &str, file: &str| (key.to_owned(), file.to_owned());
    assert_eq!(places, [place("drawn here", "c.mp4"), place("planned", "b.mp4")]);
}

#[tokio::test]
async fn a_damaged_entry_is_named() {
    let (_folder, files) = files();
    files.write("journal/000001.json", "{").await.unwrap();
    let told = refusal(&files).await;
    assert!(told.contains("000001.json"), "{told}");
}

#[tokio::test]
async fn missing_entries_are_named_and_stop_it() {
    let (_folder, files) = files();
    with_entries(&files, 12).await;
    for number in [3, 4, 5, 6, 7, 11] {
        files.delete(&name(number)).await.unwrap();
    }
    let told = refusal(&files).await;
    assert!(told.contains("missing: 3-7, 11") && told.contains("backup"), "{told}");
    // The first one, too.
    let (_folder, files) = self::files();
    with_entries(&files, 2).await;
    files.delete(&name(1)).await.unwrap();
    assert!(refusal(&files).await.contains("missing: 1"));
    // Other files in the folder are no entries.
    let (_folder, files) = self::files();
    with_entries(&files, 1).await;
    for other in ["journal/000009.json.bak", "journal/9.json", "journal/notes.txt"] {
        files.write(other, "{}").await.unwrap();
    }
    assert_eq!(Journal::load(&files, None).await.unwrap().records().len(), 1);
}

#[tokio::test]
async fn a_lost_end_is_known_by_the_state() {
    let (_folder, files) = files();
    let journal = with_entries(&files, 4).await;
    journal.expect_entries(4).unwrap();
    journal.expect_entries(0).unwrap();
    let told = journal.expect_entries(7).unwrap_err().to_string();
    assert!(told.contains("missing: 5-7"), "{told}");
}

#[tokio::test]
async fn copied_and_exchanged_entries_are_named() {
    let (_folder, files) = files();
    with_entries(&files, 3).await;
    files.copy(&name(2), &name(4)).await.unwrap();
    assert!(refusal(&files).await.contains("number 2, and lies at 4"));
    files.delete(&name(4)).await.unwrap();
    files.copy(&name(2), "x").await.unwrap();
    files.copy(&name(3), &name(2)).await.unwrap();
    files.copy("x", &name(3)).await.unwrap();
    let told = refusal(&files).await;
    assert!(told.contains("number 3, and lies at 2") && told.contains("000002.json"), "{told}");
}

#[tokio::test]
async fn numbers_that_json_lacks_are_never_written() {
    let (_folder, files) = files();
    let mut journal = Journal::load(&files, Some("r")).await.unwrap();
    journal.append(finished("a", "k", "s", f64::NAN)).await.unwrap_err();
    assert_eq!(files.list("journal").await.unwrap(), [""; 0]);
    journal.append(starting("k")).await.unwrap();
    assert_eq!(Journal::load(&files, None).await.unwrap().records().len(), 1);
}

/// A store whose client makes conditional writes again after a lost answer, as clients of object stores do; or one that
/// says of every file that it is there and shows none.
#[derive(Debug)]
struct Doubtful {
    inner: InMemory,
    repeats: AtomicBool,
    hides: bool,
}

impl std::fmt::Display for Doubtful {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doubtful")
    }
}

#[async_trait]
impl ObjectStore for Doubtful {
    async fn put_opts(
        &self,
        at: &ObjectPath,
        bytes: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        let exists = || object_store::Error::AlreadyExists { path: at.to_string(), source: "is there".into() };
        if self.hides {
            return Err(exists());
        }
        let done = self.inner.put_opts(at, bytes.clone(), options.clone()).await?;
        match options.mode {
            PutMode::Create if self.repeats.swap(false, Ordering::Relaxed) => {
                drop(done);
                self.inner.put_opts(at, bytes, options).await
            }
            _ => Ok(done),
        }
    }

    async fn put_multipart_opts(
        &self,
        at: &ObjectPath,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &ObjectPath, options: GetOptions) -> object_store::Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(
        &self,
        at: BoxStream<'static, object_store::Result<ObjectPath>>,
    ) -> BoxStream<'static, object_store::Result<ObjectPath>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&ObjectPath>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&ObjectPath>) -> object_store::Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &ObjectPath, to: &ObjectPath, options: CopyOptions) -> object_store::Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn doubtful(hides: bool) -> (Arc<Doubtful>, ProjectFiles) {
    let store = Arc::new(Doubtful { inner: InMemory::new(), repeats: AtomicBool::new(false), hides });
    let files = Store::remote(Arc::<Doubtful>::clone(&store)).project("p").unwrap();
    (store, files)
}

#[tokio::test]
async fn an_own_entry_that_is_said_to_exist_is_not_written_twice() {
    let (store, files) = doubtful(false);
    let mut journal = Journal::load(&files, Some("r")).await.unwrap();
    for _ in 0..3 {
        store.repeats.store(true, Ordering::Relaxed);
        journal.append(finished("a", "k", "s", 0.25)).await.unwrap();
    }
    assert_eq!(journal.spent_usd(), 0.75);
    assert_eq!(Journal::load(&files, None).await.unwrap().records(), journal.records());
}

#[tokio::test]
async fn a_store_that_hides_what_it_has_ends_in_an_error() {
    let (_store, files) = doubtful(true);
    let mut journal = Journal::load(&files, Some("r")).await.unwrap();
    let error = journal.append(starting("k")).await.expect_err("it can never be written");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("000001.json"), "{error}");
}

#[tokio::test]
async fn a_journal_that_went_away_is_not_begun_in_the_middle() {
    let (folder, files) = files();
    let mut journal = with_entries(&files, 2).await;
    std::fs::rename(folder.path().join("projects"), folder.path().join("elsewhere")).unwrap();
    assert_eq!(journal.append(starting("k")).await.unwrap_err().kind(), ErrorKind::Io);
    assert!(!folder.path().join("projects").exists());
}
