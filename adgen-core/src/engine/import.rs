//! Brings a document and the files that it names into the storage, where the project is then whole by itself.
//!
//! Every file is opened once, by the caller's [`AssetPolicy`](crate::AssetPolicy), and looked at before anything of it is
//! stored. May depend on the engine's parts, `stages`, `asset`, `http` (files on the web), `store`, `project` and `error`.

use super::{assets::Assets, parts::Parts, turns::blocking};
use crate::{
    asset::{AssetPolicy, PlainFile},
    error::{Error, ErrorKind, Result},
    http::{AssetRules, fetch_asset},
    project::{AdProject, Asset, AssetLocation, Stage},
    stages::{
        AssetUse, Staged, bounded, content_key, hash_asset, inventory, open_within_bounds, rename, stage_asset,
        urls_are_closed,
    },
    store::{DOCUMENT, HistoryEvent, ProjectFolder},
};
use serde_json::json;
use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// Where a run's document comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// From a caller, with its files.
    Document(Box<AdProject>, Assets),
    /// From the storage.
    Stored,
}

/// A document in the storage.
#[derive(Debug)]
pub(super) struct Brought {
    pub(super) project: AdProject,
    /// It came before, with the same files: the stored one is used, with the edits made in it.
    pub(super) unchanged: bool,
}

/// The document that a run works on. A document that came before, unchanged, gives the stored one with a person's edits.
pub(super) async fn import(parts: &Parts, source: Source) -> Result<Brought> {
    match source {
        Source::Stored => {
            let project = stored(parts).await?.ok_or_else(|| {
                Error::new(ErrorKind::NotFound, "there is no such project in the storage")
                    .with_context("file", parts.artifacts.folder().display(DOCUMENT))
            })?;
            Ok(Brought { project, unchanged: true })
        }
        Source::Document(document, mut assets) => {
            document.validate()?;
            parts.document.look_at().await?;
            let mut opened = open_all(parts, &document, &mut assets).await?;
            let hash = source_hash(parts, &document, &mut opened).await?;
            let same = parts.artifacts.history().lock().await.imported_source() == Some(hash.as_str());
            if same && let Some(project) = stored(parts).await? {
                bring_back(parts, &project, opened).await?;
                return Ok(Brought { project, unchanged: true });
            }
            // Set once, before anything can be left out.
            let _ = parts.policy.set(document.policy.clone());
            let project = bring_in(parts, *document, opened).await?;
            // Where somebody saved another one meanwhile, this one was not imported: it will be when it comes again.
            if parts.document.write(&project).await? {
                parts.artifacts.record(HistoryEvent::Imported { source: hash }).await?;
            }
            Ok(Brought { project, unchanged: false })
        }
    }
}

/// The stored document. Files that a person's edit named lie elsewhere, by the same policy, and are brought in now.
async fn stored(parts: &Parts) -> Result<Option<AdProject>> {
    let Some(project) = parts.document.read().await? else { return Ok(None) };
    let in_file = |error: Error| error.with_context("document", parts.artifacts.folder().display(DOCUMENT));
    let mut foreign = Vec::new();
    for (used, named) in inventory(&project) {
        if used.may_be_left_out() && named == used.left_out_name() {
            continue;
        }
        match in_storage(parts, &named).map_err(|error| in_file(used.error(&named, error)))? {
            true => {}
            false => foreign.push((used, named)),
        }
    }
    if foreign.is_empty() {
        return Ok(Some(project));
    }
    let _ = parts.policy.set(project.policy.clone());
    let folder = parts.artifacts.folder().folder().unwrap_or_else(|| PathBuf::from("."));
    let mut opened = Vec::new();
    for (used, named) in foreign {
        let file = open(parts, used, &named, Some(&folder)).await.map_err(in_file)?;
        opened.push(Opened { used, named, file });
    }
    let project = bring_in(parts, project, opened).await?;
    parts.document.write(&project).await?;
    Ok(Some(project))
}

/// Whether a stored document names a file of the project's own folder. Where that is a folder of this machine, the file must
/// be a plain one that really lies there; one that is missing is told by the stage that needs it.
fn in_storage(parts: &Parts, named: &str) -> Result<bool> {
    let path = match Asset::from(named).location() {
        AssetLocation::Url(_) => return Ok(false),
        AssetLocation::File(path) => path,
    };
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(false);
    }
    let Some(folder) = parts.artifacts.folder().folder() else { return Ok(true) };
    let there = |path: &Path| path.symlink_metadata().is_ok();
    let own = PathBuf::from(parts.artifacts.folder().display(named));
    if !there(&own) {
        // A person may have put it there under a name that the storage itself would spell in another way.
        return Ok(!there(&folder.join(&path)));
    }
    let own = own.strip_prefix(&folder).map_or(named.to_owned(), |own| own.display().to_string());
    AssetPolicy::document_folder().open(&folder, &own).map(|_| true)
}

/// A file that the document names, open; `None` for one on the web.
struct Opened {
    used: AssetUse,
    named: String,
    file: Option<PlainFile>,
}

async fn open_all(parts: &Parts, document: &AdProject, assets: &mut Assets) -> Result<Vec<Opened>> {
    let scratch = parts.artifacts.work_folder("given").await?;
    let mut given: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut opened = Vec::new();
    for (used, named) in inventory(document) {
        let target = scratch.join(given.len().to_string());
        let taken = assets.take(&named, &target, used.max_bytes()).await;
        if taken.map_err(|error| used.error(&named, error))? {
            given.insert(named.clone(), target);
        }
        let file = match given.get(&named).cloned() {
            Some(path) => {
                let file = blocking(move || bounded(PlainFile::open(&path)?, used)).await;
                Some(file.map_err(|error| used.error(&named, error))?)
            }
            None => open(parts, used, &named, assets.base()).await?,
        };
        opened.push(Opened { used, named, file });
    }
    let left: Vec<&str> = assets.left().collect();
    if left.is_empty() {
        return Ok(opened);
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        format!("the document names no file that is called {}", left.join(", or ")),
    )
    .with_hint("hand files in by the names that the document has for them"))
}

async fn open(parts: &Parts, used: AssetUse, named: &str, folder: Option<&Path>) -> Result<Option<PlainFile>> {
    if let AssetLocation::Url(url) = Asset::from(named).location() {
        return match parts.own_files.policy.allows_urls() {
            true => Ok(None),
            false => Err(used.error(&url, urls_are_closed())),
        };
    }
    let Some(folder) = folder else {
        let error = Error::new(ErrorKind::InvalidInput, "it was not handed in, and no folder was named to look in");
        return Err(used.error(named, error.with_hint("hand it in by this name, or name the document's folder")));
    };
    let (policy, folder, name) = (parts.own_files.policy.clone(), folder.to_owned(), named.to_owned());
    let opened = blocking(move || open_within_bounds(&policy, used, &folder, &name));
    opened.await.map(Some).map_err(|error| used.error(named, error))
}

/// Hash over the document and the content of its files: tells whether the same one comes again.
async fn source_hash(parts: &Parts, document: &AdProject, opened: &mut Vec<Opened>) -> Result<String> {
    let json = serde_json::to_value(document).unwrap_or_default();
    let mut files = std::mem::take(opened);
    let cancel = parts.turns.cancel().clone();
    let (files, hashes) = blocking(move || {
        let mut hashes = Vec::new();
        for Opened { used, named, file } in &mut files {
            if let Some(file) = file {
                hashes.push(hash_asset(file, &cancel).map_err(|error| used.error(named, error))?);
            }
        }
        Ok((files, hashes))
    })
    .await?;
    *opened = files;
    let inputs: Vec<&str> = hashes.iter().map(String::as_str).collect();
    Ok(content_key("source", 1, &json!({ "document": json }), &inputs))
}

/// Files that somebody deleted from the storage, or emptied, come in again from where they came from.
async fn bring_back(parts: &Parts, project: &AdProject, mut opened: Vec<Opened>) -> Result<()> {
    let folder = parts.artifacts.work_folder("import").await?;
    let mut all = Vec::new();
    for (used, name) in inventory(project) {
        if name == used.left_out_name() || parts.artifacts.folder().has_content(&name).await? {
            continue;
        }
        // In the stored document, scenes may have changed places.
        let same = |file: &Opened| file.used == used && name.starts_with(&used.stem());
        let Some(at) = opened.iter().position(same) else { continue };
        let file = opened.swap_remove(at);
        parts.own_files.remember_name(&name, &file.named);
        let staged = stage(parts, file, &folder).await?;
        parts.progress.note(Stage::Plan, format!("{name} was missing or empty in the storage: it is imported again"));
        all.push(Staged { name, ..staged });
    }
    store(parts.artifacts.folder(), &all, &folder).await
}

/// Brings the opened files in, all or none, and gives the document that names them there.
async fn bring_in(parts: &Parts, mut project: AdProject, opened: Vec<Opened>) -> Result<AdProject> {
    let folder = parts.artifacts.work_folder("import").await?;
    let names = inventory(&project);
    let mut all = Vec::new();
    for opened in opened {
        let (used, named) = (opened.used, opened.named.clone());
        match stage(parts, opened, &folder).await {
            Ok(staged) => {
                let name = free_name(&staged.name, used, &names);
                parts.own_files.remember_name(&name, &named);
                rename(&mut project, used, name.clone());
                all.push(Staged { name, ..staged });
            }
            Err(error) if used.may_be_left_out() && error.kind() == ErrorKind::InvalidInput => {
                // Where the policy denies that, nothing was spent yet.
                parts.own_files.leave_out(used, error)?;
                rename(&mut project, used, used.left_out_name());
            }
            Err(error) => return Err(error),
        }
    }
    store(parts.artifacts.folder(), &all, &folder).await?;
    Ok(project)
}

/// A name that no other file of the document has: in a stored one, scenes may have changed places.
fn free_name(wanted: &str, used: AssetUse, names: &[(AssetUse, String)]) -> String {
    let taken = |name: &str| names.iter().any(|(other, theirs)| *other != used && theirs == name);
    let (stem, end) = wanted.rsplit_once('.').unwrap_or((wanted, "bin"));
    let mut others = (2..).map(|number| format!("{stem}_{number}.{end}"));
    match taken(wanted) {
        false => wanted.to_owned(),
        true => others.find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned()),
    }
}

async fn stage(parts: &Parts, opened: Opened, folder: &Path) -> Result<Staged> {
    let Opened { used, named, file } = opened;
    let shown = named.clone();
    let file = match file {
        Some(file) => file,
        None => {
            let path = fetch(parts, used, &named, folder).await.map_err(|error| used.error(&shown, error))?;
            blocking(move || PlainFile::open(&path)).await?
        }
    };
    let (folder, cancel) = (folder.to_owned(), parts.turns.cancel().clone());
    let fonts = Arc::clone(&parts.extensions.fonts);
    let staged = parts.turns.cpu(move |_| {
        let mut file = file;
        stage_asset(used, &named, &mut file, &folder, &fonts, &cancel)
    });
    staged.await.map_err(|error| used.error(&shown, error))
}

async fn fetch(parts: &Parts, used: AssetUse, url: &str, folder: &Path) -> Result<PathBuf> {
    if !parts.own_files.network {
        return Err(Error::new(ErrorKind::Unsupported, "the project names a file on the web, and this run is offline")
            .with_hint("download it, name the local file in the document, or run without --offline"));
    }
    let target = folder.join(format!("{}.download", used.stem()));
    let rules = AssetRules::untrusted();
    let rules = AssetRules {
        allow_private: parts.own_files.private_urls,
        max_bytes: rules.max_bytes.min(used.max_bytes()),
        ..rules
    };
    tokio::select! {
        fetched = fetch_asset(&parts.extensions.http, url, &target, rules) => fetched.map(|()| target.clone()),
        () = parts.turns.cancel().cancelled() => Err(Error::cancelled()),
    }
}

/// Moves everything to its place. Where that fails half way, what was not there before goes again.
async fn store(files: &ProjectFolder, staged: &[Staged], scratch: &Path) -> Result<()> {
    let mut new = Vec::new();
    for file in staged {
        let was_there = files.look(&file.name).await?.is_some();
        if let Err(error) = files.adopt(&file.name, &file.path, scratch).await {
            for name in new {
                // The first error is the one to report; what cannot be deleted is only litter.
                drop(files.delete(name).await);
            }
            return Err(error);
        }
        if !was_there {
            new.push(&file.name);
        }
    }
    Ok(())
}
