//! Finding and making products: what lies in the project's folder under its key, what was bought and set aside, and what is
//! made on this machine.
//!
//! A product that is drawn on this machine is known by name and key. One that was bought is known by its key alone: an
//! edit that moves scenes about changes names, and must buy nothing. The one place that writes products' files. May depend
//! on `store`, `stages` (what a piece of work is), `project`, `error` and its neighbours `progress`, `turns`, `fallback`.

use super::{fallback::Fallbacks, progress::Progress, turns::RunTurns};
use crate::{
    error::{Error, Result},
    project::{Aspect, FidelityReport, Metadata, Stage, StateAsset},
    stages::{Made, Recipe, Work},
    store::{Journal, JournalEntry, MadeProduct, ProjectFiles},
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex as PlainMutex, PoisonError, Weak},
    time::Instant,
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// A product that lies in the storage.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) key: String,
    pub(crate) files: Vec<StateAsset>,
    pub(crate) fidelity: Option<FidelityReport>,
    pub(crate) metadata: Metadata,
}

/// The products of one project, as a run finds and makes them.
#[derive(Debug)]
pub(crate) struct Products {
    files: ProjectFiles,
    journal: Mutex<Journal>,
    scratch: PathBuf,
    progress: Arc<Progress>,
    turns: Arc<RunTurns>,
    fallbacks: Arc<Fallbacks>,
    shelf: Shelf,
}

/// Holds back all but one of those who want the same thing at the same time.
#[derive(Debug, Default)]
struct Shelf {
    /// Held while files change their names.
    moving: Mutex<()>,
    /// One lock for each key that is being bought.
    buying: PlainMutex<HashMap<String, Weak<Mutex<()>>>>,
}

impl Shelf {
    /// Waits until nobody else of this run buys what has this key.
    async fn alone_with(&self, key: &str) -> OwnedMutexGuard<()> {
        let lock = {
            // A map of locks is whole whatever happened to another thread.
            let mut buying = self.buying.lock().unwrap_or_else(PoisonError::into_inner);
            buying.retain(|_, lock| lock.strong_count() > 0);
            match buying.get(key).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    let lock = Arc::default();
                    buying.insert(key.to_owned(), Arc::downgrade(&lock));
                    lock
                }
            }
        };
        lock.lock_owned().await
    }
}

impl Products {
    pub(crate) fn new(
        files: ProjectFiles,
        journal: Journal,
        scratch: PathBuf,
        progress: Arc<Progress>,
        turns: Arc<RunTurns>,
        fallbacks: Arc<Fallbacks>,
    ) -> Self {
        Self { files, journal: Mutex::new(journal), scratch, progress, turns, fallbacks, shelf: Shelf::default() }
    }

    /// The files of the project.
    pub(crate) fn files(&self) -> &ProjectFiles {
        &self.files
    }

    /// The project's history.
    pub(crate) fn journal(&self) -> &Mutex<Journal> {
        &self.journal
    }

    pub(crate) async fn record(&self, entry: JournalEntry) -> Result<()> {
        self.journal.lock().await.append(entry).await
    }

    /// A path at which one of the project's files can be opened.
    pub(crate) async fn path_of(&self, file: &str) -> Result<PathBuf> {
        self.files.open_path(file, &self.scratch).await
    }

    /// SHA-256 of one of the project's files; empty where there is none.
    pub(crate) async fn hash_of(&self, file: &str) -> Result<String> {
        Ok(self.files.hash(file).await?.map(|(_, hash)| hash).unwrap_or_default())
    }

    /// A folder of this machine for one product's work.
    pub(crate) async fn work_folder(&self, product: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(product);
        // Not the folders above it: where they are gone, the storage is, and that must not be papered over.
        match tokio::fs::create_dir(&folder).await {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                Err(Error::from(error).with_operation("make a working folder").with_context("path", folder.display()))
            }
            _ => Ok(folder),
        }
    }

    /// Waits until nobody else of this run buys what has this key.
    ///
    /// # Errors
    /// `Cancelled`.
    pub(crate) async fn alone_with(&self, key: &str) -> Result<OwnedMutexGuard<()>> {
        tokio::select! {
            alone = self.shelf.alone_with(key) => Ok(alone),
            () = self.turns.cancel().cancelled() => Err(Error::cancelled()),
        }
    }

    /// Makes a product on this machine unless it is there.
    pub(crate) async fn make(&self, recipe: Recipe) -> Result<Product> {
        let Recipe { stage, product, key, megabytes, make } = recipe;
        if let Some(found) = self.find(stage, &product, &key).await? {
            return Ok(found);
        }
        let folder = self.work_folder(&product).await?;
        let (progress, name) = (Arc::clone(&self.progress), product.clone());
        let (began, made) = self
            .turns
            .weighing(megabytes, move |cancel| {
                progress.started(stage);
                let began = Instant::now();
                let told = Arc::new(move |fraction| progress.progress(stage, &name, fraction));
                let made = make(&Work::new(folder, cancel.clone(), told))?;
                Ok((began, made))
            })
            .await?;
        self.keep(stage, &product, &key, made, began).await
    }

    /// Writes down that a product could not be made, and counts what that cost all the same.
    pub(crate) async fn failed(
        &self,
        stage: Stage,
        product: &str,
        key: &str,
        error: &Error,
        cost_usd: f64,
    ) -> Result<()> {
        let cost_usd = self.progress.amount(stage, product, cost_usd);
        self.record(JournalEntry::Failed {
            product: product.to_owned(),
            key: key.to_owned(),
            code: error.kind().as_str().to_owned(),
            message: error.to_string(),
            cost_usd,
        })
        .await?;
        self.progress.spent(stage, cost_usd);
        Ok(())
    }

    /// The product as it lies in the storage, if it was made with this key and is still whole. What was bought for another
    /// scene, or before another version took its name, is brought back under this product's name.
    pub(crate) async fn find(&self, stage: Stage, product: &str, key: &str) -> Result<Option<Product>> {
        let (made, bought) = {
            let journal = self.journal.lock().await;
            (journal.made(product, key), journal.is_bought(key))
        };
        let Some(made) = made.filter(|made| bought || made.product == product) else { return Ok(None) };
        let MadeProduct { product: made_as, files: stored, fidelity, lacks, metadata } = made;
        let mut files = Vec::with_capacity(stored.len());
        for file in stored {
            let name = renamed(&file.file, &made_as, product);
            let there = self.files.hash(&name).await?;
            let missing = there.is_none();
            let whole = there.is_some_and(|(_, sha256)| sha256 == file.sha256);
            if !(whole || bought && self.bring_back(&file, &name).await?) {
                self.tell_of_loss(stage, product, key, &name, missing, bought).await;
                return Ok(None);
            }
            files.push(StateAsset { file: name, ..file });
        }
        // A policy that denies them may be newer than the product.
        self.fallbacks.lacks(stage, product, &lacks)?;
        self.progress.reused(stage, product, &files);
        Ok(Some(Product { key: key.to_owned(), files, fidelity, metadata }))
    }

    /// Copies bought bytes to `name` from wherever they lie; tells whether they were found.
    async fn bring_back(&self, file: &StateAsset, name: &str) -> Result<bool> {
        // What is looked for may be on its way to another name.
        let _moving = self.shelf.moving.lock().await;
        let places = self.journal.lock().await.places_of(&file.sha256);
        let aside = places.iter().map(|(key, file)| set_aside_name(key, file));
        let named = places.iter().map(|(_, file)| file.clone()).filter(|place| place != name);
        for place in aside.chain(named) {
            if self.files.hash(&place).await?.is_some_and(|(_, sha256)| sha256 == file.sha256) {
                self.set_aside_bought(name).await?;
                self.files.copy(&place, name).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn tell_of_loss(&self, stage: Stage, product: &str, key: &str, file: &str, missing: bool, bought: bool) {
        // Another version of the same product took the name: nothing is wrong, it has to be made again.
        let is_latest = self.journal.lock().await.latest_key(product) == Some(key);
        if is_latest || bought {
            let what = if missing { "was missing" } else { "no longer had the content that was stored" };
            let again = if bought { "it was paid for, and is made again" } else { "it is made again" };
            self.progress.note(stage, format!("{file} {what}: {again}"));
        }
    }

    /// Stores what was made, writes it into the journal and tells it.
    pub(crate) async fn keep(
        &self,
        stage: Stage,
        product: &str,
        key: &str,
        made: Made,
        began: Instant,
    ) -> Result<Product> {
        self.fallbacks.lacks(stage, product, &made.lacks)?;
        let scratch = self.scratch.join(product);
        let mut files = Vec::with_capacity(made.files.len());
        let moving = self.shelf.moving.lock().await;
        for (name, path) in &made.files {
            self.set_aside_bought(name).await?;
            let (bytes, sha256) = self.files.adopt_file(name, path, &scratch).await?;
            files.push(StateAsset { file: name.clone(), bytes, sha256, key: key.to_owned() });
        }
        drop(moving);
        let elapsed_ms = began.elapsed().as_millis() as u64;
        let cost_usd = self.progress.amount(stage, product, made.cost_usd);
        for note in &made.notes {
            self.progress.note(stage, note.clone());
        }
        self.record(JournalEntry::Finished {
            product: product.to_owned(),
            stage,
            key: key.to_owned(),
            files: files.clone(),
            cost_usd,
            elapsed_ms,
            notes: made.notes,
            fidelity: made.fidelity,
            lacks: made.lacks,
            metadata: made.metadata.clone(),
        })
        .await?;
        self.progress.made(stage, product, &files, cost_usd, elapsed_ms);
        Ok(Product { key: key.to_owned(), files, fidelity: made.fidelity, metadata: made.metadata })
    }

    /// Where money bought the file that lies there, it is kept under its key before another one takes its name.
    async fn set_aside_bought(&self, file: &str) -> Result<()> {
        let Some((_, sha256)) = self.files.hash(file).await? else { return Ok(()) };
        let aside: Vec<String> = {
            let journal = self.journal.lock().await;
            let places = journal.places_of(&sha256);
            places
                .iter()
                .filter(|(key, _)| journal.is_bought(key))
                .map(|(key, file)| set_aside_name(key, file))
                .collect()
        };
        for place in &aside {
            if self.files.hash(place).await?.is_some_and(|(_, there)| there == sha256) {
                return Ok(());
            }
        }
        match aside.first() {
            Some(place) => self.files.copy(file, place).await,
            None => Ok(()),
        }
    }

    /// Removes the files of scenes and shapes that the document has no more: it has `scenes`, and `further` shapes beside the
    /// main one. What was bought for them is set aside.
    pub(crate) async fn clear_stale(&self, scenes: usize, further: &[Aspect]) -> Result<()> {
        let names: Vec<String> = {
            let journal = self.journal.lock().await;
            let finished = journal.records().iter().filter_map(|record| match &record.entry {
                JournalEntry::Finished { stage: Stage::Scenes | Stage::Composite | Stage::Render, files, .. } => {
                    Some(files)
                }
                _ => None,
            });
            let mut names: Vec<String> = finished.flatten().map(|file| file.file.clone()).collect();
            names.sort();
            names.dedup();
            names
        };
        let _moving = self.shelf.moving.lock().await;
        let is_stale = |name: &&String| {
            scene_of(name).is_some_and(|number| number > scenes)
                || shape_of(name).is_some_and(|shape| !further.contains(&shape))
        };
        for name in names.iter().filter(is_stale) {
            self.set_aside_bought(name).await?;
            self.files.delete(name).await?;
            self.progress.forget_file(name);
        }
        Ok(())
    }
}

fn set_aside_name(key: &str, file: &str) -> String {
    format!("paid/{}_{file}", key.get(..16).unwrap_or(key))
}

/// The name of a product's file where the product goes by another name: `scene_2_bg.mp4` of `scene_2_bg` as `scene_1_bg`.
fn renamed(file: &str, made_as: &str, product: &str) -> String {
    match file.strip_prefix(made_as) {
        Some(rest) => format!("{product}{rest}"),
        None => file.to_owned(),
    }
}

/// The number of the scene that a file belongs to.
fn scene_of(file: &str) -> Option<usize> {
    let (number, _) = file.strip_prefix("scene_")?.split_once('_')?;
    number.parse().ok()
}

/// The shape in the name of a product's file, which those of the main shape do not have.
fn shape_of(file: &str) -> Option<Aspect> {
    let (stem, _) = file.rsplit_once('.')?;
    let (_, suffix) = stem.rsplit_once('_')?;
    Aspect::ALL.iter().copied().find(|shape| shape.file_suffix() == suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_scene_and_shape() {
        for (file, scene, shape) in [
            ("scene_2_bg.mp4", Some(2), None),
            ("scene_12_bg_part1.mp4", Some(12), None),
            ("scene_12_composited_16x9.mp4", Some(12), Some(Aspect::Landscape16x9)),
            ("scene_3_composited_1x1.mp4", Some(3), Some(Aspect::Square)),
            ("scene_x_bg.mp4", None, None),
            ("final_video_1x1.mp4", None, Some(Aspect::Square)),
            ("final_video.mp4", None, None),
            ("poster.jpg", None, None),
        ] {
            assert_eq!((scene_of(file), shape_of(file)), (scene, shape), "{file}");
        }
    }

    #[test]
    fn files_go_by_the_name_of_their_product() {
        assert_eq!(renamed("scene_2_bg.mp4", "scene_2_bg", "scene_1_bg"), "scene_1_bg.mp4");
        assert_eq!(renamed("scene_2_bg_part1.mp4", "scene_2_bg_part1", "scene_1_bg"), "scene_1_bg.mp4");
        assert_eq!(renamed("product_mask.png", "product_masked", "product_masked"), "product_mask.png");
        assert_eq!(renamed("plan.json", "plan", "plan"), "plan.json");
    }

    #[tokio::test]
    async fn who_wants_the_same_waits_and_who_wants_something_else_does_not() {
        let shelf = Shelf::default();
        let first = shelf.alone_with("a").await;
        drop(shelf.alone_with("b").await);
        assert!(futures_util::FutureExt::now_or_never(shelf.alone_with("a")).is_none());
        drop(first);
        drop(shelf.alone_with("a").await);
    }
}
