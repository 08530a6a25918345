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
    /// Name of the model: see [`matte::MODELS`](crate::matte::MODELS).
    pub model: String,
    /// Where models lie; `ADGEN_MODELS_DIR` or the user's data folder where missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models_dir: Option<PathBuf>,
    /// Whether a model that is missing may be downloaded.
    pub download: bool,
    /// The ONNX Runtime library that runs it; where missing, it is searched for as
    /// [`SearchRoots::from_env`](crate::matte::SearchRoots::from_env) says. The first one that a process loads counts for
    /// all of its runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<PathBuf>,
}

impl Default for Matting {
    fn default() -> Self {
        Self { model: DEFAULT_MODEL.to_owned(), models_dir: None, download: true, runtime: None }
    }
}
