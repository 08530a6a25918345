//! The option `--storage` of the commands: where projects are kept.
//!
//! Depends on `studio`, `store` (addresses) and `error`.

use crate::{
    error::{Error, ErrorKind, Result},
    store::local_folder,
    studio::{Studio, StudioBuilder},
};
use clap::Args;
use std::path::{Path, PathBuf};

/// The storage where no option names one; `bridge` has the same for other languages.
const VARIABLE: &str = "ADGEN_STORAGE";
const FOLDER: &str = "storage";

#[derive(Debug, Args)]
pub(super) struct Storage {
    /// Where projects are kept: a folder, or s3://bucket/prefix in a build with the feature s3; else what ADGEN_STORAGE says, else
    /// the folder storage.
    #[arg(long = "storage", value_name = "DIR")]
    address: Option<PathBuf>,
}

impl Storage {
    fn address(&self) -> PathBuf {
        // A variable that is set to nothing is one that is not set.
        let named = || std::env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        self.address.clone().or_else(named).unwrap_or_else(|| Path::new(FOLDER).to_owned())
    }

    /// A studio over it.
    pub(super) fn studio(&self) -> StudioBuilder {
        let address = self.address();
        match address.to_str() {
            Some(address) => Studio::builder().with_storage_url(address),
            // Only folders have names that are no text.
            None => Studio::builder().with_storage_dir(address),
        }
    }

    /// The folder where it is one that is not there: whoever only looks makes none.
    pub(super) fn missing(&self) -> Result<Option<PathBuf>> {
        Ok(local_folder(&self.address())?.filter(|folder| !folder.is_dir()))
    }

    /// A storage in which a project is looked for must be there; elsewhere than in a folder, the project itself is looked for.
    pub(super) fn must_hold(&self, project: &str) -> Result<()> {
        let Some(folder) = self.missing()? else { return Ok(()) };
        let message =
            format!("there is no project {project:?}, for there is no such storage: name the right one with --storage");
        Err(Error::new(ErrorKind::NotFound, message).with_context("path", folder.display()))
    }
}
