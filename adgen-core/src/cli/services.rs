//! The arguments that choose who plans, films and scores.

use crate::{
    error::Result,
    studio::{Models, StudioBuilder},
};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Services {
    /// Call nobody and download nothing: everything is made on this machine.
    #[arg(long)]
    pub(super) offline: bool,
    /// The model that plans, at OpenAI or at OPENAI_BASE_URL; ADGEN_PLANNER_MODEL where missing.
    #[arg(long, value_name = "MODEL", conflicts_with = "offline")]
    planner_model: Option<String>,
    /// The model at Replicate that films; ADGEN_VIDEO_MODEL where missing.
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "offline")]
    video_model: Option<String>,
    /// The model at Replicate that scores; ADGEN_AUDIO_MODEL where missing.
    #[arg(long, value_name = "OWNER/NAME", conflicts_with = "offline")]
    audio_model: Option<String>,
}

impl Services {
    pub(super) fn models(&self) -> Models {
        let set = Models::from_env();
        Models {
            planner: self.planner_model.clone().or(set.planner),
            video: self.video_model.clone().or(set.video),
            audio: self.audio_model.clone().or(set.audio),
        }
    }

    /// With the services whose keys are set, or with none.
    pub(super) async fn apply(&self, builder: StudioBuilder) -> Result<StudioBuilder> {
        if self.offline {
            return Ok(builder.offline());
        }
        builder.with_models(self.models()).with_services_from_env().await
    }
}
