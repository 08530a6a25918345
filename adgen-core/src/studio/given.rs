//! What was put into a studio and is code, beside providers: not yet looked at.
//!
//! May depend on `engine` (what runs take of it), `matte`, `composite` (fonts), `media` (encoders), `http`, `store` (the clock),
//! `error` and its neighbour `config`.

use super::config::StudioConfig;
use crate::{
    composite::FontShelf,
    engine::Extensions,
    error::Result,
    http::Http,
    matte::{BackgroundRemover, ForeignRemover},
    media::Encoders,
    store::Clock,
};
use std::sync::Arc;

/// What was put in.
#[derive(Default)]
pub(super) struct Given {
    pub(super) remover: Option<Arc<dyn BackgroundRemover>>,
    pub(super) clock: Clock,
    /// Tests alone put some in.
    pub(super) encoders: Option<Arc<Encoders>>,
}

impl Given {
    /// What runs take of it and of the configuration.
    ///
    /// # Errors
    /// `InvalidConfig` for what cannot be used; `NotFound` or `Io` for a file of certificates that cannot be read.
    pub(super) fn check(self, config: &StudioConfig) -> Result<Extensions> {
        Ok(Extensions {
            remover: self.remover.map(ForeignRemover::new).transpose()?,
            fonts: Arc::new(FontShelf::new(&config.fonts)?),
            http: Http::new(config.http.clone())?,
            clock: self.clock,
            encoders: self.encoders.unwrap_or_else(Encoders::of_this_process),
        })
    }
}
