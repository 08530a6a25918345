//! What was put into a studio beside providers, until it is built.
//!
//! May depend on `engine` (what runs take of it), `matte`, `compose` (fonts), `http`, `store` (the clock) and `error`.

use crate::{
    compose::{FontShelf, FontSources},
    engine::Slots,
    error::Result,
    http::{Http, HttpOptions},
    matte::{BackgroundRemover, ForeignRemover},
    store::Clock,
};
use std::sync::Arc;

/// What was put in, not yet looked at.
#[derive(Default)]
pub(super) struct Given {
    pub(super) remover: Option<Arc<dyn BackgroundRemover>>,
    pub(super) fonts: FontSources,
    pub(super) http: Option<HttpOptions>,
    pub(super) clock: Clock,
}

impl Given {
    /// # Errors
    /// `InvalidConfig` for what cannot be used.
    pub(super) fn check(self) -> Result<Slots> {
        Ok(Slots {
            remover: self.remover.map(ForeignRemover::new).transpose()?,
            fonts: Arc::new(FontShelf::new(&self.fonts)?),
            http: Http::new(self.http.unwrap_or_default())?,
            clock: self.clock,
        })
    }
}
