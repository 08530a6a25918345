//! The files that a document brings in: which may come in, how it named them, and which were left out of the ad.
//!
//! May depend on `project`, `store`, `asset`, `stages` (what a file is for), `error` and its neighbour `fallback`.

use super::fallback::Fallbacks;
use crate::{
    asset::AssetPolicy,
    error::{Error, ErrorKind, Result},
    project::Stage,
    stages::AssetUse,
    store::ProjectFolder,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The files that a document brings in.
#[derive(Debug)]
pub(crate) struct OwnFiles {
    /// Which files of this machine a document may bring in.
    pub(crate) policy: AssetPolicy,
    /// Whether anything may be fetched from the network.
    pub(crate) network: bool,
    /// Whether files that a document names by URL may come from private addresses.
    pub(crate) private_urls: bool,
    folder: ProjectFolder,
    fallbacks: Arc<Fallbacks>,
    /// How the document named the files that came in: by their names in the storage.
    names: Mutex<BTreeMap<String, String>>,
    /// Logo and font where they were left out of the ad, which is told once.
    left_out: Mutex<Vec<AssetUse>>,
}

impl OwnFiles {
    pub(crate) fn new(
        policy: AssetPolicy,
        network: bool,
        private_urls: bool,
        folder: ProjectFolder,
        fallbacks: Arc<Fallbacks>,
    ) -> Self {
        let (names, left_out) = Default::default();
        Self { policy, network, private_urls, folder, fallbacks, names, left_out }
    }

    /// Remembers how the document named a file, for messages.
    pub(crate) fn remember_name(&self, stored: &str, named: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(stored.to_owned(), named.to_owned());
    }

    /// An error about one of the document's own files, by the name that the person gave it.
    pub(crate) fn about(&self, used: AssetUse, stored: &str, error: Error) -> Error {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        match names.get(stored) {
            Some(named) => used.error(named, error),
            None => used.error(&self.folder.display(stored), error),
        }
    }

    /// Tells that the ad goes without its logo or font.
    ///
    /// # Errors
    /// Where the policy denies it, and what fails for the run as a whole.
    pub(crate) fn leave_out(&self, used: AssetUse, error: Error) -> Result<()> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner).push(used);
        let (artifact, fallback, hint) = match used {
            AssetUse::Font => ("brand_font", "program's own font", "give a font that is there, or none"),
            _ => ("brand_logo", "ad without the logo", "give a logo that can be read, or none"),
        };
        let error = if error.hint().is_some() { error } else { error.with_hint(hint) };
        self.fallbacks.degrade(Stage::Composite, artifact, fallback, error)
    }

    /// Whether it was left out when the document came in, which is told if it was not yet.
    pub(crate) fn was_left_out(&self, used: AssetUse, named: &str) -> Result<bool> {
        if named != used.left_out_name() {
            return Ok(false);
        }
        if self.left_out.lock().unwrap_or_else(PoisonError::into_inner).contains(&used) {
            return Ok(true);
        }
        let message = format!("{} was no good when the document came in", used.label());
        self.leave_out(used, Error::new(ErrorKind::InvalidInput, message)).map(|()| true)
    }
}
