//! Looking at a moment of an ad before it is made.
//!
//! May depend on `stages`, `engine` (which finds and draws), `project` and `error`.

use super::Studio;
use crate::{
    engine::{PreviewSource, need_runtime, preview},
    error::Result,
    project::Aspect,
    stages::{At, PreviewSize},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// In which shape and how large a preview is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PreviewOptions {
    /// One of the document's shapes; the main one where missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aspect: Option<Aspect>,
    /// Its size; a width of 540 pixels where missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<PreviewSize>,
}

impl PreviewOptions {
    /// The main shape, 540 pixels wide.
    pub fn new() -> Self {
        Self::default()
    }

    /// In this shape of the document's.
    #[must_use]
    pub fn with_aspect(self, aspect: Aspect) -> Self {
        Self { aspect: Some(aspect), ..self }
    }

    /// So large.
    #[must_use]
    pub fn with_size(self, size: PreviewSize) -> Self {
        Self { size: Some(size), ..self }
    }
}

/// One frame of an ad.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreviewImage {
    /// The picture as PNG.
    pub png: Vec<u8>,
    /// Its width, in pixels.
    pub width: u32,
    /// Its height, in pixels.
    pub height: u32,
    /// Whether the colours of the texts are surely those of the finished video: they are chosen over a whole clip, of which a
    /// preview looks at the key pictures alone, and where there is no clip yet the choice may be another one.
    pub is_final: bool,
}

impl PreviewImage {
    /// A picture as PNG of so many pixels, whose colours are final.
    pub fn new(png: impl Into<Vec<u8>>, width: u32, height: u32) -> Self {
        Self { png: png.into(), width, height, is_final: true }
    }

    /// Whether the colours of the texts are surely those of the finished video.
    #[must_use]
    pub fn with_final(mut self, is_final: bool) -> Self {
        self.is_final = is_final;
        self
    }
}

impl Studio {
    /// One composited frame of the project's stored document, drawn by what will draw the video: words, product, logo and button
    /// over the scene's clip where that was made, over a calm ground where it was not. Makes, buys and stores nothing, and
    /// needs no run: what an edit will look like is seen at once.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` for a project that is not planned yet, a moment, shape or size that it does not have;
    /// `Media` for files that cannot be read; `InvalidConfig` outside of a Tokio runtime; `Io`.
    pub async fn preview(&self, project_id: &str, at: At, options: PreviewOptions) -> Result<PreviewImage> {
        self.home.run(self.preview_here(project_id, at, options)).await
    }

    async fn preview_here(&self, project_id: &str, at: At, options: PreviewOptions) -> Result<PreviewImage> {
        need_runtime()?;
        let stored = self.document(project_id).await?;
        let folder = self.storage.project(project_id)?;
        let (providers, matting, extensions) = (&self.providers, &self.config.matting, &self.extensions);
        let source = PreviewSource { storage: &self.storage, folder: &folder, providers, matting, extensions };
        let size = options.size.unwrap_or(PreviewSize::Width(540));
        let drawn = preview(&source, &self.previews, stored.document, (at, options.aspect, size)).await?;
        let is_final = drawn.is_final;
        Ok(PreviewImage { png: drawn.png, width: drawn.width, height: drawn.height, is_final })
    }
}
