//! What can be put into a studio beside providers.
//!
//! May depend on `engine` (what runs take of it), `matte` and `error`.

use super::StudioBuilder;
use crate::{
    engine::Slots,
    error::Result,
    matte::{BackgroundRemover, ForeignRemover},
};
use std::sync::Arc;

/// What was put in, not yet looked at.
#[derive(Default)]
pub(super) struct Given {
    remover: Option<Arc<dyn BackgroundRemover>>,
}

impl Given {
    /// # Errors
    /// `InvalidConfig` for what cannot be used.
    pub(super) fn check(self) -> Result<Slots> {
        Ok(Slots { remover: self.remover.map(ForeignRemover::new).transpose()? })
    }
}

impl StudioBuilder {
    /// Who cuts products out of their photos, before the model that [`Matting`](crate::Matting) names is asked: the model, and the plain
    /// backdrop after it, step in where it fails or panics. A photo that is transparent already, and a cut-out that the
    /// document names, need none. Its name and version are part of the keys of what it cuts out, and must not be empty.
    pub fn with_background_remover(mut self, remover: impl BackgroundRemover) -> Self {
        self.given.remover = Some(Arc::new(remover));
        self
    }
}

#[cfg(test)]
#[path = "slots_tests.rs"]
mod tests;
