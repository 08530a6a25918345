//! What every scene takes of the brand.
//!
//! May depend on `composite` and `error`.

use crate::{
    composite::{FontShelf, Fonts},
    error::Result,
};
use std::{path::PathBuf, sync::Arc};

/// What every scene takes of the brand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brand {
    /// What the logo's look depends on, and its place.
    pub(crate) logo: Option<(String, PathBuf)>,
    /// What the font's look depends on, and its family or file.
    pub(crate) font: Option<(String, String)>,
    /// The studio's typefaces.
    pub(crate) fonts: Arc<FontShelf>,
}

impl Brand {
    /// The typefaces of the scenes' texts. Slow the first time, where the machine's are read.
    ///
    /// # Errors
    /// Where the brand's font is none.
    pub(crate) fn typefaces(&self) -> Result<Fonts> {
        self.with_font(Fonts::from(self.fonts.library()))
    }

    /// The ad's own typefaces, without those that are looked at for what they lack.
    ///
    /// # Errors
    /// Where the brand's font is none.
    pub(super) fn own_typefaces(&self) -> Result<Fonts> {
        match &self.font {
            Some((_, font)) if !Fonts::is_file(font) => self.typefaces(),
            _ => self.with_font(Fonts::embedded()),
        }
    }

    fn with_font(&self, mut fonts: Fonts) -> Result<Fonts> {
        if let Some((_, font)) = &self.font {
            fonts.set_brand_font(font)?;
        }
        Ok(fonts)
    }
}
