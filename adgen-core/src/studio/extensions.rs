//! What can be put into a studio beside providers.
//!
//! May depend on `matte`, `composite` (fonts), `http`, `store` (the clock) and its neighbour `builder`.

use super::StudioBuilder;
use crate::{composite::FontSources, http::HttpOptions, matte::BackgroundRemover, store::Clock};
use std::{path::PathBuf, sync::Arc, time::SystemTime};

impl StudioBuilder {
    /// Who cuts products out of their photos, before the model that [`Matting`](crate::Matting) names is asked: the model, and
    /// the plain backdrop after it, step in where it fails or panics. A photo or cut-out that is transparent already needs
    /// none, and a run that is offline by its [`RunOptions`](crate::RunOptions) asks it as little as the providers. Its name
    /// and version are part of the keys of what it cuts out, and must not be empty.
    pub fn with_background_remover(mut self, remover: impl BackgroundRemover) -> Self {
        self.given.remover = Some(Arc::new(remover));
        self
    }

    /// Where the typefaces of texts come from, the brand's font by its family's name among them: in place of what was said of
    /// fonts before. Default: the embedded ones and the system's.
    ///
    /// A scene is made anew where typefaces that were given here, and that its texts can be set in, come, change or go. Which
    /// ones the system has is not seen.
    pub fn with_fonts(self, sources: FontSources) -> Self {
        self.set(|config| config.with_fonts(sources))
    }

    /// Adds the font files (`.ttf`, `.otf`, `.ttc`, `.otc`) of a folder and its subfolders, such as those of a brand on a
    /// server that has no fonts. They are read when they are needed: they must stay where they are.
    pub fn with_font_folder(self, folder: impl Into<PathBuf>) -> Self {
        self.change_fonts(|fonts| fonts.with_folder(folder))
    }

    /// Adds a font file by its bytes, at most 50 MB.
    pub fn with_font_bytes(self, bytes: impl Into<Arc<[u8]>>) -> Self {
        self.change_fonts(|fonts| fonts.with_data(bytes))
    }

    /// Leaves the system's fonts out: texts look the same on every machine, and letters that neither the embedded typefaces nor
    /// those that were given have are left out.
    pub fn without_system_fonts(self) -> Self {
        self.change_fonts(|fonts| fonts.with_system(false))
    }

    fn change_fonts(self, change: impl FnOnce(FontSources) -> FontSources) -> Self {
        let fonts = change(self.config().fonts.clone());
        self.with_fonts(fonts)
    }

    /// Through which proxy everything travels that a studio fetches, whom it trusts, and how long it waits: files that documents
    /// name by URL, the model that cuts products out, what providers made where they fetch it in the usual way, a storage in a
    /// bucket, and calls of the services that [`with_services_from_env`](Self::with_services_from_env) connects, before which
    /// it is to be said. Checked by [`build`](Self::build).
    ///
    /// Accounts that a program makes itself have options of their own:
    /// [`ReplicateBuilder::with_http`](crate::replicate::ReplicateBuilder::with_http),
    /// [`OpenAiBuilder::with_http`](crate::openai::OpenAiBuilder::with_http).
    pub fn with_http(self, options: HttpOptions) -> Self {
        self.set(|config| config.with_http(options)).before_services("http")
    }

    /// Who tells the time of day that a run writes down, in place of the machine's clock: in its events, in the project's state
    /// and in its history. For tests that compare them; it is called often, and from any thread. Nothing is waited for by it
    /// and nothing expires by it: leases, timeouts and durations go by the machine's own clocks, and so do the dates of
    /// ledgers, of records of artifacts and of leases, which several studios write.
    pub fn with_clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.given.clock = Clock::new(Arc::new(clock));
        self
    }
}

#[cfg(test)]
#[path = "extensions_tests.rs"]
mod tests;
