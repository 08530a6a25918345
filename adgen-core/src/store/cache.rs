//! Files of a storage elsewhere as they lie on this machine for a while: fetched once however many ask at once, and
//! thrown away when room is needed and nobody holds them.
//!
//! The folder is this cache's alone and goes with it; a killed process's is cleared away by the next one. May depend on
//! its neighbour `scratch`.
//!
//! By hand, for what is held stays and counts: `moka` forgets by its own estimate of use, held or not, and would fetch again what
//! still lies there; `cacache` throws nothing away.

use super::scratch::Scratch;
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{runtime::Handle, sync::OnceCell};

/// The most that lies there unless somebody says otherwise: some forty ads with all that they are made of. What is held
/// open is never thrown away, so that it may be more for a while.
pub(crate) const DEFAULT_BYTES: u64 = 4 << 30;

/// Files on this machine. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Cache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    parent: Option<PathBuf>,
    /// Made when the first file comes.
    place: OnceCell<Place>,
    most_bytes: u64,
    entries: Mutex<HashMap<String, Arc<Entry>>>,
    ticks: AtomicU64,
}

/// One file, there or on its way.
#[derive(Debug)]
struct Entry {
    path: PathBuf,
    /// Its size, once it is whole.
    bytes: OnceCell<u64>,
    used: AtomicU64,
}

/// A file that stays where it is as long as this is held.
#[derive(Debug, Clone)]
pub(crate) struct Cached {
    entry: Arc<Entry>,
    _cache: Cache,
}

impl Cached {
    pub(crate) fn path(&self) -> &Path {
        &self.entry.path
    }
}

impl Cache {
    /// A cache in a folder of its own below `parent`, or below the system's temporary folder; made when the first file
    /// comes.
    pub(crate) fn new(parent: Option<&Path>, most_bytes: u64) -> Self {
        let (parent, place, entries) = (parent.map(Path::to_owned), OnceCell::new(), Mutex::default());
        Self(Arc::new(Inner { parent, place, most_bytes, entries, ticks: AtomicU64::new(0) }))
    }

    /// The file that goes by `id`. Where it is not there, `get` brings it to the path that it is given, whole, and says
    /// how large it is; of those who ask meanwhile nobody else does, and where it fails, the next one tries.
    ///
    /// # Errors
    /// As `get` says, and where the folder cannot be made.
    pub(crate) async fn fetch<E, F>(&self, id: &str, get: impl Fn(PathBuf) -> F) -> Result<Cached, E>
    where
        E: From<io::Error>,
        F: Future<Output = Result<u64, E>>,
    {
        loop {
            let entry = self.entry(id).await?;
            if let Err(error) = entry.bytes.get_or_try_init(|| get(entry.path.clone())).await {
                self.forget(id, &entry);
                return Err(error);
            }
            // Somebody who cleans temporary folders takes what he finds.
            if entry.path.is_file() {
                self.make_room().await;
                return Ok(Cached { entry, _cache: self.clone() });
            }
            self.forget(id, &entry);
        }
    }

    /// Takes a file of this machine that goes by `id` in, so that nobody need fetch it. Where it cannot be moved it is
    /// left.
    pub(crate) async fn keep(&self, id: &str, path: &Path, bytes: u64) {
        let moved = async |to: PathBuf| tokio::fs::rename(path, to).await.map(|()| bytes);
        let Ok(entry) = self.entry(id).await else { return };
        if entry.bytes.get_or_try_init(|| moved(entry.path.clone())).await.is_ok() {
            self.make_room().await;
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Arc<Entry>>> {
        lock(&self.0.entries)
    }

    async fn entry(&self, id: &str) -> io::Result<Arc<Entry>> {
        let tick = self.0.ticks.fetch_add(1, Ordering::Relaxed);
        // Each has a path of its own, so that one that is being removed is never another's.
        let path = self.0.folder().await?.join(format!("{tick:08x}"));
        let mut entries = self.entries();
        let entry = entries
            .entry(id.to_owned())
            .or_insert_with(|| Arc::new(Entry { path, bytes: OnceCell::new(), used: AtomicU64::new(tick) }));
        entry.used.store(tick, Ordering::Relaxed);
        Ok(Arc::clone(entry))
    }

    fn forget(&self, id: &str, gone: &Arc<Entry>) {
        let mut entries = self.entries();
        // Somebody else may be fetching it, or hold it.
        let is_idle = |entry: &Arc<Entry>| entry.bytes.initialized() || Arc::strong_count(entry) <= 2;
        if entries.get(id).is_some_and(|entry| Arc::ptr_eq(entry, gone) && is_idle(entry)) {
            entries.remove(id);
        }
    }

    /// Throws away what was not used for longest and nobody holds, until the rest fits.
    async fn make_room(&self) {
        let thrown = self.too_many();
        if thrown.is_empty() {
            return;
        }
        let remove = move || {
            for entry in thrown {
                // One that cannot be removed goes with the folder.
                drop(std::fs::remove_file(&entry.path));
            }
        };
        drop(tokio::task::spawn_blocking(remove).await);
    }

    /// Takes out of the list what is to be thrown away.
    fn too_many(&self) -> Vec<Arc<Entry>> {
        let mut entries = self.entries();
        let size = |entry: &Arc<Entry>| entry.bytes.get().copied().unwrap_or(0);
        let mut total: u64 = entries.values().map(size).sum();
        if total <= self.0.most_bytes {
            return Vec::new();
        }
        // Who fetches or holds a file has a second reference, and a new one is only given out under this lock.
        let free = entries.iter().filter(|(_, entry)| Arc::strong_count(entry) == 1);
        let mut free: Vec<(u64, String)> =
            free.map(|(id, entry)| (entry.used.load(Ordering::Relaxed), id.clone())).collect();
        free.sort_unstable();
        let mut thrown = Vec::new();
        for (_, id) in free {
            if total <= self.0.most_bytes {
                break;
            }
            if let Some(entry) = entries.remove(&id) {
                total -= size(&entry);
                thrown.push(entry);
            }
        }
        thrown
    }
}

impl Inner {
    async fn folder(&self) -> io::Result<&Path> {
        let make = async || {
            let parent = self.parent.clone().unwrap_or_else(std::env::temp_dir);
            // What dead processes have left is removed with it.
            let made = tokio::task::spawn_blocking(move || Scratch::make_in(&parent, false).map(Place));
            made.await.map_err(io::Error::other)?
        };
        self.place.get_or_try_init(make).await.map(|place| place.0.path())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Gigabytes may lie there. The runtime waits for the thread where it ends meanwhile; where it ends before the thread has
        // begun, or none is there, the place goes here.
        if let (Some(place), Ok(runtime)) = (self.place.take(), Handle::try_current()) {
            runtime.spawn_blocking(move || drop(place));
        }
    }
}

/// The cache's folder, which goes with this.
#[derive(Debug)]
struct Place(Scratch);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.clear_away();
    }
}

/// What is inside is whole whatever happened to another thread.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(most_bytes: u64) -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path()), most_bytes);
        (folder, cache)
    }

    async fn fetch(cache: &Cache, id: &str, calls: &AtomicU64) -> io::Result<Cached> {
        cache
            .fetch(id, async |path: PathBuf| {
                calls.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                tokio::fs::write(path, id).await.map(|()| id.len() as u64)
            })
            .await
    }

    #[tokio::test]
    async fn many_who_ask_at_once_cause_one_fetch() {
        let (_folder, cache) = cache(100);
        let calls = AtomicU64::new(0);
        let all = futures_util::future::join_all((0..20).map(|_| fetch(&cache, "file", &calls))).await;
        assert!(all.into_iter().all(|got| std::fs::read(got.unwrap().path()).unwrap() == b"file"));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn after_a_failure_the_next_one_tries() {
        let (_folder, cache) = cache(100);
        let failed = cache.fetch("a", async |_| Err::<u64, _>(io::Error::other("away"))).await;
        assert!(failed.is_err());
        let calls = AtomicU64::new(0);
        let got = fetch(&cache, "a", &calls).await.unwrap();
        // And what somebody cleaned away is fetched again.
        std::fs::remove_file(got.path()).unwrap();
        fetch(&cache, "a", &calls).await.unwrap();
        assert_eq!(calls.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn what_nobody_holds_makes_room_the_longest_unused_first() {
        let (_folder, cache) = cache(10);
        let calls = AtomicU64::new(0);
        let held = fetch(&cache, "held", &calls).await.unwrap();
        for id in ["aaaa", "bbbb", "aaaa", "cccc"] {
            fetch(&cache, id, &calls).await.unwrap();
        }
        assert_eq!(calls.load(Ordering::Relaxed), 5, "b made room for a, and a for c");
        assert!(held.path().is_file(), "it is held");
        let files = std::fs::read_dir(held.path().parent().unwrap()).unwrap().count();
        assert_eq!(files, 2);
        let all = [fetch(&cache, "dddd", &calls).await.unwrap(), fetch(&cache, "eeee", &calls).await.unwrap()];
        assert!(held.path().is_file() && all.iter().all(|got| got.path().is_file()), "more than fits, for a while");
    }

    #[tokio::test]
    async fn the_folder_is_private_and_goes_with_the_last_who_holds_it() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, cache) = cache(100);
        let (calls, source) = (AtomicU64::new(0), folder.path().join("made"));
        std::fs::write(&source, "own").unwrap();
        cache.keep("own", &source, 3).await;
        let own = fetch(&cache, "own", &calls).await.unwrap();
        assert_eq!((calls.load(Ordering::Relaxed), source.exists()), (0, false));
        let place = own.path().parent().unwrap().to_owned();
        assert_eq!(std::fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o700);
        drop(cache);
        assert!(own.path().is_file());
        drop(own);
        while place.exists() || std::fs::read_dir(folder.path()).unwrap().count() > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    #[test]
    fn the_folder_is_gone_when_the_runtime_is() {
        for drops_inside in [true, false] {
            let (folder, cache) = cache(100);
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let got = runtime.block_on(async { fetch(&cache, "file", &AtomicU64::new(0)).await.unwrap() });
            assert!(got.path().is_file());
            match drops_inside {
                true => runtime.block_on(async { drop((cache, got)) }),
                false => drop((cache, got)),
            }
            drop(runtime);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{drops_inside}");
        }
    }
}
