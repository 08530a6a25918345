//! What a studio can be asked, as data.
//!
//! May depend on `stages` (moments) and `error`.

use crate::{
    error::{Error, ErrorKind, Result},
    stages::At,
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// Files that are handed in, by the names that the document has for them.
pub type Files = BTreeMap<String, Bytes>;

/// One question to a studio. As JSON, `verb` names it, and its arguments stand beside that; documents are JSON texts in it.
#[derive(Debug, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Verb {
    Import { document: String, folder: Option<PathBuf> },
    Generate { document: String, folder: Option<PathBuf>, options: Option<Value> },
    Run { project_id: String, options: Option<Value> },
    Estimate { document: String },
    Inspect { document: String, folder: PathBuf },
    Preview { project_id: String, at: At, options: Option<Value> },
    List,
    State { project_id: String },
    Document { project_id: String },
    Save { document: String, if_match: Option<String> },
    Copy { from: String, to: String },
    Delete { project_id: String },
    Report { project_id: String },
    Url { project_id: String, file: String, expires_s: f64 },
    FindWaste { bought: Option<bool>, grace_s: Option<f64> },
    RemoveWaste { plan: Value },
    Watch { project_id: String, options: Option<Value> },
    StorageUse,
    Config,
}

impl Verb {
    /// Reads JSON.
    ///
    /// # Errors
    /// `InvalidConfig` that says what is wrong with the arguments.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|error| Error::new(ErrorKind::InvalidConfig, format!("arguments: {error}")))
    }
}
