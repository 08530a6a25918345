//! Where a project stands, in one word.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a project stands, as users see it: one line, never moving back while a run lasts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Status {
    /// Nothing has begun.
    #[default]
    Pending,
    /// The scenes are being planned.
    Planning,
    /// The product is being cut out.
    ExtractingProduct,
    /// The backgrounds are being made.
    GeneratingScenes,
    /// The music is being made.
    GeneratingAudio,
    /// The product is being put over the backgrounds.
    Compositing,
    /// The final video is being made.
    Rendering,
    /// The video is there.
    Completed,
    /// The run failed; `error` says why.
    Failed,
    /// The run was cancelled.
    Cancelled,
}

impl Status {
    /// As back ends know it: `GENERATING_SCENES`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Planning => "PLANNING",
            Self::ExtractingProduct => "EXTRACTING_PRODUCT",
            Self::GeneratingScenes => "GENERATING_SCENES",
            Self::GeneratingAudio => "GENERATING_AUDIO",
            Self::Compositing => "COMPOSITING",
            Self::Rendering => "RENDERING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Whether nothing more will happen by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
