//! One scene's background and everything over it, frame by frame, and what stands between two scenes: what a composite is
//! made of and a preview shows.
//!
//! May depend on `composite`, `media`, `project`, `error` and its neighbours.

use super::{
    ground::ground_of,
    playback::{Playback, Room},
    timeline::Slot,
};
use crate::{
    composite::{Backdrop, Fonts, LogoArt, ProductArt, SceneCompositor, SceneSpec, crossfade, dip},
    error::Result,
    media::Frame,
    project::{Rgb, Role},
};
use std::path::PathBuf;

/// All that the frames of one scene follow from, the pictures over it aside.
#[derive(Debug, Clone)]
pub(crate) struct SceneSource {
    pub(crate) spec: SceneSpec,
    /// The clip, and its key.
    pub(crate) clip: (PathBuf, String),
    pub(crate) slot: Slot,
}

/// One scene's background and everything over it.
pub(super) struct Layers {
    clip: Playback,
    compositor: SceneCompositor,
    index: u64,
}

impl Layers {
    /// From the scene's first frame; `clip` is at its own.
    pub(super) fn new(
        clip: Playback,
        source: &SceneSource,
        art: Option<&ProductArt>,
        logo: Option<&LogoArt>,
        fonts: &mut Fonts,
        backdrop: &Backdrop,
    ) -> Result<Self> {
        Ok(Self { clip, compositor: SceneCompositor::new(&source.spec, art, logo, fonts, backdrop)?, index: 0 })
    }

    /// Goes to frame `index` of the scene: [`Layers::next`] gives it.
    pub(super) fn go_to(&mut self, index: u64) -> Result<()> {
        self.index = index;
        self.clip.go_to(index)
    }

    pub(super) fn next(&mut self, frame: &mut Frame) -> Result<()> {
        self.clip.next(frame)?;
        self.compositor.draw(self.index, frame)?;
        self.index += 1;
        Ok(())
    }

    pub(super) fn into_parts(self) -> (Playback, SceneCompositor) {
        (self.clip, self.compositor)
    }
}

/// What a scene's clip has to fill.
pub(super) fn room(source: &SceneSource) -> Room {
    let SceneSpec { width, height, fps, frames, .. } = source.spec;
    Room { width, height, fps, frames, ground: ground_of(&source.spec.palette).0 }
}

/// Whether anything is written in a scene: its colour follows from what the clip looks like.
pub(super) fn has_words(spec: &SceneSpec) -> bool {
    let branded = matches!(spec.role, Role::Hook | Role::CallToAction);
    branded || spec.caption.is_some() || spec.call_to_action.is_some()
}

/// What the clip of a scene without words looks like: nobody asks.
pub(super) fn no_backdrop() -> Backdrop {
    Backdrop::still(Frame::black(2, 2))
}

/// What of a transition is seen in frame `index` of a scene. `old`: the scene before, which dissolves into it.
pub(super) fn transit(source: &SceneSource, index: u64, old: Option<&Frame>, frame: &mut Frame) {
    let Slot { frames, crossfade: fade, dip_in, dip_out, .. } = source.slot;
    let dark = dark_of(&source.spec.palette);
    if let Some(old) = old {
        crossfade(old, frame, eased((index + 1) as f32 / (fade + 1) as f32));
    }
    if index < dip_in {
        dip(frame, eased((dip_in - index) as f32 / (dip_in + 1) as f32), dark);
    }
    if index + dip_out >= frames {
        dip(frame, eased((index + dip_out + 1 - frames) as f32 / (dip_out + 1) as f32), dark);
    }
}

/// The darkest colour of the palette, darker still: what a dip goes through.
fn dark_of(palette: &[Rgb]) -> Rgb {
    let luma = |rgb: &Rgb| u32::from(rgb.0[0]) * 2 + u32::from(rgb.0[1]) * 7 + u32::from(rgb.0[2]);
    palette.iter().min_by_key(|rgb| luma(rgb)).map_or(Rgb([8, 8, 10]), |rgb| Rgb(rgb.0.map(|value| value / 6)))
}

fn eased(t: f32) -> f32 {
    let t = t.clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
