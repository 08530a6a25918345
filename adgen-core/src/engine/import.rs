//! Brings a document and the files that it names into the storage, where the project is then whole by itself.
//!
//! Every file is opened once, by the caller's [`AssetPolicy`](crate::AssetPolicy), and looked at before anything of it is
//! stored.

mod asset_use;
mod inspect;
mod look;
mod staging;

pub(crate) use asset_use::AssetUse;
pub use inspect::Inspected;
pub(crate) use inspect::inspect;

use self::{
    asset_use::{inventory, rename},
    staging::Staged,
};
use super::{brand, context::Context, document::DOCUMENT, key::content_key};
use crate::{
    asset::{AssetPolicy, PlainFile},
    error::{Error, ErrorKind, Result},
    http::{AssetRules, fetch_asset},
    project::{AdProject, Asset, AssetLocation, Stage},
    store::JournalEntry,
};
use serde_json::json;
use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

/// No format begins with as many zeros.
const NOTHING: usize = 1 << 20;

/// Where a run's document comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// From a caller; relative assets are taken from the folder.
    Document(Box<AdProject>, PathBuf),
    /// From the storage.
    Stored,
}

/// The document that a run works on. A document that came before, unchanged, gives the stored one with a person's edits.
pub(crate) async fn import(context: &Arc<Context>, source: Source) -> Result<AdProject> {
    match source {
        Source::Stored => stored(context).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, "there is no such project in the storage")
                .with_context("file", context.files.display("project.json"))
        }),
        Source::Document(document, folder) => {
            document.validate()?;
            context.look_at_document().await?;
            let mut opened = open_all(context, &document, &folder).await?;
            let hash = source_hash(context, &document, &mut opened).await?;
            let same = context.journal.lock().await.imported_source() == Some(hash.as_str());
            if same && let Some(project) = stored(context).await? {
                bring_back(context, &project, opened).await?;
                return Ok(project);
            }
            // Set once, before anything can be left out.
            let _ = context.policy.set(document.policy.clone());
            let project = bring_in(context, *document, opened).await?;
            // Where somebody saved another one meanwhile, this one was not imported: it will be when it comes again.
            if context.write_document(&project).await? {
                context.record(JournalEntry::Imported { source: hash }).await?;
            }
            Ok(project)
        }
    }
}

/// The stored document. Files that a person's edit named lie elsewhere, by the same policy, and are brought in now.
async fn stored(context: &Arc<Context>) -> Result<Option<AdProject>> {
    let Some(project) = context.read_document().await? else { return Ok(None) };
    let in_file = |error: Error| error.with_context("document", context.files.display(DOCUMENT));
    let mut foreign = Vec::new();
    for (used, named) in inventory(&project) {
        if used.may_be_left_out() && named == used.left_out_name() {
            continue;
        }
        match in_storage(context, &named).map_err(|error| in_file(used.error(&named, error)))? {
            true => {}
            false => foreign.push((used, named)),
        }
    }
    if foreign.is_empty() {
        return Ok(Some(project));
    }
    let _ = context.policy.set(project.policy.clone());
    let folder = context.files.folder().unwrap_or_else(|| PathBuf::from("."));
    let mut opened = Vec::new();
    for (used, named) in foreign {
        let file = open(context, used, &named, &folder).await.map_err(in_file)?;
        opened.push(Opened { used, named, file });
    }
    let project = bring_in(context, project, opened).await?;
    context.write_document(&project).await?;
    Ok(Some(project))
}

/// Whether a stored document names a file of the project's own folder. Where that is a folder of this machine, the file must
/// be a plain one that really lies there; one that is missing is told by the stage that needs it.
fn in_storage(context: &Context, named: &str) -> Result<bool> {
    let path = match Asset::from(named).location() {
        AssetLocation::Url(_) => return Ok(false),
        AssetLocation::File(path) => path,
    };
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Ok(false);
    }
    let Some(folder) = context.files.folder() else { return Ok(true) };
    let there = |path: &Path| path.symlink_metadata().is_ok();
    let own = Path::new(&context.files.display(named)).to_owned();
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

async fn open_all(context: &Arc<Context>, document: &AdProject, folder: &Path) -> Result<Vec<Opened>> {
    let mut opened = Vec::new();
    for (used, named) in inventory(document) {
        let file = open(context, used, &named, folder).await?;
        opened.push(Opened { used, named, file });
    }
    Ok(opened)
}

async fn open(context: &Arc<Context>, used: AssetUse, named: &str, folder: &Path) -> Result<Option<PlainFile>> {
    if let AssetLocation::Url(url) = Asset::from(named).location() {
        return match context.assets.allows_urls() {
            true => Ok(None),
            false => Err(used.error(&url, urls_are_closed())),
        };
    }
    let (policy, folder, name) = (context.assets.clone(), folder.to_owned(), named.to_owned());
    let opened = context.blocking(move || open_within_bounds(&policy, used, &folder, &name));
    opened.await.map(Some).map_err(|error| used.error(named, error))
}

/// Opens a file that the policy allows, if it is not empty and not too large.
fn open_within_bounds(policy: &AssetPolicy, used: AssetUse, folder: &Path, named: &str) -> Result<PlainFile> {
    let mut file = policy.open(folder, named)?;
    file.check_size(used.max_bytes())?;
    if file.bytes() == 0 {
        return Err(Error::new(ErrorKind::InvalidInput, format!("{} is empty (0 bytes)", used.label())));
    }
    // Gigabytes of nothing are not worth copying to be looked at.
    let head = file.head(NOTHING)?;
    if head.len() == NOTHING && head.iter().all(|byte| *byte == 0) {
        let message = "its first megabyte is zeros alone: it was reserved, and never written";
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    Ok(file)
}

fn urls_are_closed() -> Error {
    Error::new(ErrorKind::InvalidInput, "it lies on the web, and this program takes files of this machine alone")
        .with_hint("download it and name the local file")
}

/// Hash over the document and the content of its files: tells whether the same one comes again.
async fn source_hash(context: &Arc<Context>, document: &AdProject, opened: &mut Vec<Opened>) -> Result<String> {
    let json = serde_json::to_value(document).unwrap_or_default();
    let mut files = std::mem::take(opened);
    let cancel = context.cancel.clone();
    let (files, hashes) = context
        .blocking(move || {
            let mut hashes = Vec::new();
            for Opened { used, named, file } in &mut files {
                if let Some(file) = file {
                    hashes.push(staging::hash(file, &cancel).map_err(|error| used.error(named, error))?);
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
async fn bring_back(context: &Arc<Context>, project: &AdProject, mut opened: Vec<Opened>) -> Result<()> {
    let folder = context.work_folder("import").await?;
    let mut all = Vec::new();
    for (used, name) in inventory(project) {
        if name == used.left_out_name() || context.files.has_content(&name).await? {
            continue;
        }
        // In the stored document, scenes may have changed places.
        let same = |file: &Opened| file.used == used && name.starts_with(&used.stem());
        let Some(at) = opened.iter().position(same) else { continue };
        let file = opened.swap_remove(at);
        context.remember_name(&name, &file.named);
        let staged = stage(context, file, &folder).await?;
        context.tracker.note(Stage::Plan, format!("{name} was missing or empty in the storage: it is imported again"));
        all.push(Staged { name, ..staged });
    }
    staging::store(&context.files, &all, &folder).await
}

/// Brings the opened files in, all or none, and gives the document that names them there.
async fn bring_in(context: &Arc<Context>, mut project: AdProject, opened: Vec<Opened>) -> Result<AdProject> {
    let folder = context.work_folder("import").await?;
    let names = inventory(&project);
    let mut all = Vec::new();
    for opened in opened {
        let (used, named) = (opened.used, opened.named.clone());
        match stage(context, opened, &folder).await {
            Ok(staged) => {
                let name = free_name(&staged.name, used, &names);
                context.remember_name(&name, &named);
                rename(&mut project, used, name.clone());
                all.push(Staged { name, ..staged });
            }
            Err(error) if used.may_be_left_out() && error.kind() == ErrorKind::InvalidInput => {
                // Where the policy denies that, nothing was spent yet.
                brand::left_out(context, used, error)?;
                rename(&mut project, used, used.left_out_name());
            }
            Err(error) => return Err(error),
        }
    }
    staging::store(&context.files, &all, &folder).await?;
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

async fn stage(context: &Arc<Context>, opened: Opened, folder: &Path) -> Result<Staged> {
    let Opened { used, named, file } = opened;
    let shown = named.clone();
    let file = match file {
        Some(file) => file,
        None => {
            let path = fetch(context, used, &named, folder).await.map_err(|error| used.error(&shown, error))?;
            context.blocking(move || PlainFile::open(&path)).await?
        }
    };
    let (folder, cancel) = (folder.to_owned(), context.cancel.clone());
    let staged = context.cpu(move |_| {
        let mut file = file;
        staging::stage(used, &named, &mut file, &folder, &cancel)
    });
    staged.await.map_err(|error| used.error(&shown, error))
}

async fn fetch(context: &Context, used: AssetUse, url: &str, folder: &Path) -> Result<PathBuf> {
    if !context.network {
        return Err(Error::new(ErrorKind::Unsupported, "the project names a file on the web, and this run is offline")
            .with_hint("download it, name the local file in the document, or run without --offline"));
    }
    let target = folder.join(format!("{}.download", used.stem()));
    let rules = AssetRules::untrusted();
    let rules =
        AssetRules { allow_private: context.private_urls, max_bytes: rules.max_bytes.min(used.max_bytes()), ..rules };
    tokio::select! {
        fetched = fetch_asset(url, &target, rules) => fetched.map(|()| target.clone()),
        () = context.cancel.cancelled() => Err(Error::cancelled()),
    }
}
