//! What a host puts into a studio beside providers: all of its runs share it.
//!
//! May depend on `matte`, `composite` (fonts), `media` (encoders), `http` and `store` (the clock).

use crate::{composite::FontShelf, http::Http, matte::ForeignRemover, media::Encoders, store::Clock};
use std::sync::Arc;

/// What a host put into a studio beside providers.
#[derive(Debug, Clone)]
pub(crate) struct Extensions {
    /// Who cuts products out before the model is asked.
    pub(crate) remover: Option<ForeignRemover>,
    /// The typefaces of texts.
    pub(crate) fonts: Arc<FontShelf>,
    /// How files are fetched: those of documents and of providers, and the model.
    pub(crate) http: Http,
    /// What dates events, states and histories.
    pub(crate) clock: Clock,
    /// What encodes. Of this machine; tests put others in.
    pub(crate) encoders: Arc<Encoders>,
}

impl Extensions {
    /// Without what may ask somebody.
    pub(crate) fn offline(&self) -> Self {
        Self { remover: None, ..self.clone() }
    }
}
