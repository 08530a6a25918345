//! How products are cut out: plain settings.
//!
//! Depends on `registry`.

use super::registry::DEFAULT_MODEL;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How products are cut out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Matting {
    /// Name of the model, such as `u2netp`, which counts where none is named; `adgen models list` and the repository's
    /// docs/matting.md tell of the others.
    pub model: String,
    /// Where models lie; `ADGEN_MODELS_DIR` or the user's data folder where missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models_dir: Option<PathBuf>,
    /// Whether a model that is missing may be downloaded.
    pub download: bool,
    /// The ONNX Runtime library that runs it; where missing, it is the one that `ORT_DYLIB_PATH` names by an absolute path, or is
    /// searched for: in the user's data folder, beside the program, in Python's packages, in the system's library folders. The
    /// first one that a process loads counts for all of its runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<PathBuf>,
}

impl Default for Matting {
    fn default() -> Self {
        Self { model: DEFAULT_MODEL.to_owned(), models_dir: None, download: true, runtime: None }
    }
}

impl Matting {
    /// The usual model, downloaded where it is missing.
    pub fn new() -> Self {
        Self::default()
    }

    /// By this model.
    #[must_use]
    pub fn with_model(mut self, name: impl Into<String>) -> Self {
        self.model = name.into();
        self
    }

    /// Where models lie.
    #[must_use]
    pub fn with_models_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.models_dir = Some(folder.into());
        self
    }

    /// Whether a model that is missing may be downloaded.
    #[must_use]
    pub fn with_download(mut self, allowed: bool) -> Self {
        self.download = allowed;
        self
    }

    /// Runs the model by this ONNX Runtime library.
    #[must_use]
    pub fn with_runtime(mut self, library: impl Into<PathBuf>) -> Self {
        self.runtime = Some(library.into());
        self
    }
}
