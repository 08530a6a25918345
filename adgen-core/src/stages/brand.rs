//! What every scene takes of the brand.
//!
//! May depend on `compose`.

use crate::compose::FontLibrary;
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// What every scene takes of the brand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brand {
    /// Hash and place of the logo.
    pub(crate) logo: Option<(String, PathBuf)>,
    /// What the font's look depends on, and its family or file.
    pub(crate) font: Option<(String, String)>,
    /// The machine's typefaces: read once for the whole run, as soon as somebody needs them.
    pub(crate) fonts: Arc<OnceLock<FontLibrary>>,
}
