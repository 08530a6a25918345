//! What every scene takes of the brand.
//!
//! May depend on `compose` and `error`.

use crate::{
    compose::{FontLibrary, Fonts},
    error::Result,
};
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

impl Brand {
    /// The typefaces of the scenes' texts. Slow the first time, where the machine's are read.
    ///
    /// # Errors
    /// Where the brand's font is none.
    pub(crate) fn typefaces(&self) -> Result<Fonts> {
        let mut fonts = Fonts::from(self.fonts.get_or_init(FontLibrary::system));
        if let Some((_, font)) = &self.font {
            fonts.set_brand_font(font)?;
        }
        Ok(fonts)
    }
}
