//! A look at a whole clip before its scene is drawn: small pictures of it, by which the colours of text are chosen.
//!
//! Only what is cheap to decode is decoded: key pictures alone where there are enough of them, else what other pictures
//! refer to. What happens in between is measured while the scene is drawn.

use super::playback::{Playback, Room};
use crate::{
    composite::Backdrop,
    error::Result,
    media::{Decode, Fps, Frame},
};
use std::path::Path;

/// Pictures a second that are looked at, or a little more where the frame rate cannot be divided so.
const RATE: u32 = 6;
/// Shorter side of the pictures.
const SHORT_SIDE: usize = 270;
/// Key pictures alone are enough where one comes at least as often, in seconds.
const KEY_DISTANCE_S: f64 = 0.75;

/// The clip of a scene that fills `room`, over all of its time.
pub(super) fn glance(clip: &Path, room: Room) -> Result<Backdrop> {
    let every = distance(room.fps);
    let small = smaller(room, every);
    let seconds = Fps::from(room.fps).seconds(room.frames);
    let mut frames = Vec::new();
    for decode in [Decode::Keys, Decode::Referenced, Decode::All] {
        match look(clip, small, decode) {
            Ok((found, decoded)) => {
                frames = found;
                if decode != Decode::Keys || decoded as f64 * KEY_DISTANCE_S >= seconds {
                    break;
                }
            }
            // Some clips have no picture that is called a key.
            Err(_) if decode != Decode::All => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Backdrop::new(every, frames).unwrap_or_else(|| Backdrop::still(Frame::black(small.width, small.height))))
}

/// The same by key pictures alone, however few, and whether they are as many as [`glance`] is content with: then it is what
/// that gives. For a quick look, whose texts may else have another colour than those of the finished scene.
pub(super) fn glimpse(clip: &Path, room: Room) -> Result<(Backdrop, bool)> {
    let every = distance(room.fps);
    let small = smaller(room, every);
    let seconds = Fps::from(room.fps).seconds(room.frames);
    let Ok((frames, decoded)) = look(clip, small, Decode::Keys) else {
        return Ok((glance(clip, room)?, true));
    };
    let is_enough = decoded as f64 * KEY_DISTANCE_S >= seconds;
    let found = Backdrop::new(every, frames);
    Ok((found.unwrap_or_else(|| Backdrop::still(Frame::black(small.width, small.height))), is_enough))
}

/// Frames from one picture to the next: divides the frame rate, so that the pictures have a whole rate of their own.
fn distance(fps: u32) -> u64 {
    let fps = fps.max(1);
    let divides = (1..=fps.div_ceil(RATE)).rev().find(|&every| fps.is_multiple_of(every)).unwrap_or(1);
    u64::from(divides)
}

fn smaller(room: Room, every: u64) -> Room {
    let short = room.width.min(room.height).max(1);
    let shrunk = |side: usize| if short > SHORT_SIDE { (side * SHORT_SIDE / short).max(2) } else { side };
    Room {
        width: shrunk(room.width).next_multiple_of(2),
        height: shrunk(room.height).next_multiple_of(2),
        fps: (u64::from(room.fps.max(1)) / every) as u32,
        frames: room.frames.div_ceil(every).max(1),
        ground: room.ground,
    }
}

/// The pictures, and how many were decoded for them.
fn look(clip: &Path, small: Room, decode: Decode) -> Result<(Vec<Frame>, u64)> {
    let mut playback = Playback::look(clip, small, decode)?;
    let mut frames = Vec::with_capacity(small.frames as usize);
    for _ in 0..small.frames {
        let mut frame = Frame::black(small.width, small.height);
        playback.next(&mut frame)?;
        frames.push(frame);
    }
    Ok((frames, playback.decoded()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_at_whole_rates() {
        for (fps, every) in [(30, 5), (24, 4), (25, 5), (60, 10), (50, 5), (29, 1), (1, 1), (0, 1)] {
            assert_eq!(distance(fps), every, "{fps}");
        }
    }
}
