//! When each scene begins and ends, in frames: the one place where seconds become frames.

use crate::project::{AdProject, Transition};

/// The seconds that a crossfade or a dip lasts.
pub(crate) const TRANSITION_S: f64 = 0.5;

/// One scene on the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Slot {
    /// Number of the scene's first frame in the video.
    pub(crate) start: u64,
    /// How many frames it lasts.
    pub(crate) frames: u64,
    /// Frames at its beginning over which the scene before dissolves into it; 0 for none.
    pub(crate) crossfade: u64,
    /// Frames at its beginning during which it comes out of a plain colour; 0 for none.
    pub(crate) dip_in: u64,
    /// Frames at its end during which it goes into a plain colour; 0 for none.
    pub(crate) dip_out: u64,
    /// Frames beyond its end that the next scene's crossfade still shows of it.
    pub(crate) tail: u64,
}

/// The scenes of a planned project in frames. Boundaries are rounded one by one, so that the sum is that of the ad.
pub(crate) fn timeline(project: &AdProject) -> Vec<Slot> {
    let fps = f64::from(project.output.fps);
    let frame = |time_s: f64| (time_s * fps).round() as u64;
    let scenes = project.scenes.as_deref().unwrap_or_default();
    let mut slots: Vec<Slot> = Vec::with_capacity(scenes.len());
    let mut time_s = 0.0;
    for scene in scenes {
        let start = frame(time_s);
        time_s += scene.duration_s.unwrap_or_default();
        let frames = frame(time_s).saturating_sub(start).max(1);
        slots.push(Slot { start, frames, crossfade: 0, dip_in: 0, dip_out: 0, tail: 0 });
    }
    for index in 1..slots.len() {
        // A transition takes at most a third of the shorter of its two scenes.
        let shorter = slots[index - 1].frames.min(slots[index].frames);
        let length = frame(TRANSITION_S).min(shorter / 3);
        match scenes[index].transition {
            Transition::Cut => {}
            Transition::Crossfade => {
                slots[index].crossfade = length;
                slots[index - 1].tail = length;
            }
            Transition::Dip => {
                slots[index].dip_in = length / 2;
                slots[index - 1].dip_out = length - length / 2;
            }
        }
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{ProductLayer, Role, Scene};

    fn project(durations: &[f64], transition: Transition) -> AdProject {
        let mut project = AdProject::new("p", "Cup", "cup.png");
        let scene = |(index, &duration_s): (usize, &f64)| Scene {
            id: format!("s{index}"),
            role: Role::Showcase,
            duration_s: Some(duration_s),
            background: None,
            product: Some(ProductLayer::default()),
            caption: None,
            transition,
        };
        project.scenes = Some(durations.iter().enumerate().map(scene).collect());
        project
    }

    #[test]
    fn thirds_of_frames_add_up() {
        for fps in [24, 25, 30, 50, 60] {
            let mut project = project(&[10.0 / 3.0; 9], Transition::Crossfade);
            project.output.fps = fps;
            let slots = timeline(&project);
            assert_eq!(slots.iter().map(|slot| slot.frames).sum::<u64>(), u64::from(fps) * 30);
            for pair in slots.windows(2) {
                assert_eq!(pair[0].start + pair[0].frames, pair[1].start);
                assert_eq!(pair[0].tail, pair[1].crossfade);
            }
        }
    }

    #[test]
    fn transitions_never_outgrow_short_scenes() {
        for transition in [Transition::Crossfade, Transition::Dip] {
            for slot in timeline(&project(&[0.5, 0.5, 0.5, 28.5], transition)) {
                assert!(slot.crossfade + slot.dip_in + slot.dip_out <= slot.frames);
            }
        }
    }
}
