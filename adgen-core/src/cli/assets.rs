//! Which files a document may bring in, as flags.

use crate::asset::AssetPolicy;
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct Assets {
    /// Follow links in the document's files that lead into this folder; may be given several times.
    #[arg(long, value_name = "DIR")]
    allow_path: Vec<PathBuf>,
    /// Follow links in the document's files wherever they lead.
    #[arg(long)]
    any_path: bool,
}

impl Assets {
    /// A person's own documents name what they like; for others there is the library.
    pub(super) fn policy(&self) -> AssetPolicy {
        let policy = if self.any_path { AssetPolicy::any_path() } else { AssetPolicy::own_documents() };
        self.allow_path.iter().fold(policy, |policy, folder| policy.allow_folder(folder))
    }
}
