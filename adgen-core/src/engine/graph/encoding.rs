//! What a run encodes its videos with: chosen once, before anything is spent, and given up where a device fails at work.
//!
//! May depend on `media`, `project`, the engine's parts and `stages`.

use crate::{
    engine::{parts::Parts, turns::blocking},
    error::{Error, Result},
    media::{EncoderKind, is_encoders},
    project::{AdProject, Stage},
    stages::wanted_encoder,
};
use std::sync::{Arc, Mutex, PoisonError};

/// What an error of encoding is told of before any scene is encoded.
const VIDEO: &str = "final_video";

/// The encoder of a run. All segments have to be alike, or they could not be joined: it is one for all of them.
#[derive(Debug)]
pub(crate) struct Encoding(Mutex<EncoderKind>);

/// Chooses the encoder. One that was asked for and cannot be used is replaced, as a degradation with its own words.
///
/// # Errors
/// `Unsupported` where none can be used; `FallbackDenied` where the policy denies another one.
pub(super) async fn encoding(parts: &Parts, project: &AdProject) -> Result<Encoding> {
    let (encoders, wanted) = (Arc::clone(&parts.extensions.encoders), wanted_encoder(&project.output));
    // Not in a turn: it takes no time but for a driver's, and nothing can be begun without it.
    let choice = blocking(move || encoders.choose(wanted)).await.map_err(|error| error.with_operation("render"))?;
    if let Some(refusal) = choice.refusal {
        parts.fallbacks.degrade(Stage::Render, VIDEO, &fallback(choice.encoder), refusal)?;
    }
    Ok(Encoding::new(choice.encoder))
}

fn fallback(encoder: EncoderKind) -> String {
    format!("video encoded by {encoder}")
}

impl Encoding {
    pub(crate) fn new(encoder: EncoderKind) -> Self {
        Self(Mutex::new(encoder))
    }

    /// What encodes from now on.
    pub(crate) fn encoder(&self) -> EncoderKind {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes over to software where `failed`, a device, failed at `artifact`: those have a limit of videos at a time, and are
    /// busy or unplugged. Tells it once.
    ///
    /// # Errors
    /// The error itself where it is another's, and where there is no software; `FallbackDenied` where the policy denies it.
    pub(super) async fn give_up(&self, parts: &Parts, failed: EncoderKind, artifact: &str, error: Error) -> Result<()> {
        if !failed.is_hardware() || !is_encoders(&error) {
            return Err(error);
        }
        let encoders = Arc::clone(&parts.extensions.encoders);
        let Some(software) = blocking(move || Ok(encoders.software())).await? else { return Err(error) };
        let mut encoder = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if *encoder == failed {
            let message = format!("{failed} failed: {}", error.message());
            let hint = "see what else uses the device, or ask for another encoder in output.encoder";
            let error = error.clone().with_message(message).with_hint(hint).with_source(error);
            parts.fallbacks.degrade(Stage::Composite, artifact, &fallback(software), error)?;
            *encoder = software;
        }
        Ok(())
    }
}
