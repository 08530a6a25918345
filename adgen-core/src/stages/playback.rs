//! A clip that plays as long as its scene: trimmed, or slowed down, or repeated where even that is not enough. An animation
//! that is made to be repeated is, at its own speed.
//!
//! May depend on `error` and `media` alone. Frame `n` is the same whether the frames before it were shown or not: a
//! crossfade goes on with the outgoing clip from the very frame at which its scene ended.

use crate::{
    error::{Error, Result},
    media::{Decode, Fps, Frame, VideoReader, VideoTarget, is_looping},
};
use std::path::{Path, PathBuf};

/// A clip that is too short is slowed down to this share of its speed before it is repeated.
const SLOWEST: f64 = 0.5;

/// What a clip has to fill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) fps: u32,
    /// How many frames will be shown at most, a crossfade's included.
    pub(crate) frames: u64,
    /// What is seen where the clip is transparent, as sRGB.
    pub(crate) ground: [u8; 3],
}

/// A clip on its way through a scene.
#[derive(Debug)]
pub(crate) struct Playback {
    path: PathBuf,
    reader: VideoReader,
    speed: f64,
    /// How many frames one round has, where the clip is repeated.
    round: Option<u64>,
    /// Number of the frame that comes next.
    index: u64,
    room: Room,
    /// Frames that the clip lacked although its length promised them.
    held: u64,
}

impl Playback {
    pub(crate) fn open(path: &Path, room: Room) -> Result<Self> {
        Self::with(path, room, Decode::All, 1)
    }

    /// Plays with fewer pictures, for a quick look: where one is missing, the one before stays.
    pub(crate) fn look(path: &Path, room: Room, decode: Decode) -> Result<Self> {
        Self::with(path, room, decode, 1)
    }

    /// Decodes the same on all processors, for somebody who waits for one frame: key pictures may be far apart.
    pub(super) fn hastened(path: &Path, room: Room) -> Result<Self> {
        Self::with(path, room, Decode::All, 0)
    }

    fn with(path: &Path, room: Room, decode: Decode, threads: usize) -> Result<Self> {
        let fps = Fps::from(room.fps);
        let needed_s = fps.seconds(room.frames);
        let whole = VideoTarget::cover(room.width, room.height, fps);
        let target = VideoTarget { decode, ground: room.ground, threads: Some(threads), ..whole };
        let mut reader = VideoReader::open(path, target)?;
        // Half a frame of rounding is no reason to change the speed.
        let enough_s = needed_s - 0.5 / fps.as_f64();
        let length_s = reader.length_s(needed_s)?;
        let mut speed = 1.0;
        let mut round = None;
        if length_s < enough_s && is_looping(path) {
            // To the nearest frame, or each round would begin a little later.
            round = Some(fps.frames(length_s).max(1));
        } else if length_s < enough_s {
            speed = (length_s / needed_s).clamp(SLOWEST, 1.0);
            // Asked for more frames a second than are shown, a clip plays slower.
            reader.set_fps(Fps::new((f64::from(room.fps) * 1000.0 / speed).round() as u32, 1000))?;
            if length_s / SLOWEST < enough_s {
                round = Some(count(&mut reader)?);
            }
        }
        Ok(Self { path: path.to_owned(), reader, speed, round, index: 0, room, held: 0 })
    }

    /// What the viewer of the scene should know about it. Complete when the scene was shown.
    pub(crate) fn note(&self) -> Option<String> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // One frame is rounding.
        let held = (self.held > 1).then(|| {
            format!("{name} holds fewer pictures than its length promises: its last one stays for {} frames", self.held)
        });
        match (self.speed < 1.0, self.round) {
            (true, Some(_)) => {
                Some(format!("{name} is much shorter than its scene: it is slowed down by half and repeated"))
            }
            _ if held.is_some() => held,
            // A frame or two at the end, by which lengths differ between frame rates.
            (true, None) if self.speed > 0.98 => None,
            (true, None) => {
                Some(format!("{name} is shorter than its scene: it plays at {:.0} % of its speed", self.speed * 100.0))
            }
            _ => None,
        }
    }

    /// How many pictures were decoded so far.
    pub(crate) fn decoded(&self) -> u64 {
        self.reader.decoded()
    }

    /// What the clip's pictures were, for the report. Complete when the scene was shown.
    pub(crate) fn conversions(&self) -> Vec<String> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let mut notes = Vec::new();
        if let Some(system) = self.reader.tone_mapped() {
            notes.push(format!("{name} is HDR ({system}): its light was mapped to that of SDR"));
        }
        if self.reader.deinterlaced() {
            let quietly = if self.reader.hid_fields() { ", although it says that it is not" } else { "" };
            notes.push(format!("{name} is interlaced{quietly}: it was deinterlaced"));
        }
        if let Some(damage) = self.reader.damage() {
            let lost = (damage.lost_s > 0.0)
                .then(|| format!("pictures are missing, the one before them stays for up to {:.1} s", damage.lost_s));
            let spoilt = (damage.spoilt > 0).then(|| match damage.spoilt {
                1 => "1 picture is spoilt".to_owned(),
                count => format!("{count} pictures are spoilt"),
            });
            let what: Vec<String> = lost.into_iter().chain(spoilt).collect();
            notes.push(format!("{name} is damaged: {}", what.join("; ")));
        }
        if self.reader.transparent() {
            let [r, g, b] = self.room.ground;
            notes.push(format!(
                "{name} is transparent: it lies over #{r:02X}{g:02X}{b:02X}, the palette's first colour"
            ));
        }
        notes
    }

    /// Goes to frame `index` of the scene: [`Playback::next`] gives it.
    pub(crate) fn go_to(&mut self, index: u64) -> Result<()> {
        self.index = index;
        let index = self.round.map_or(index, |round| index % round);
        self.reader.seek(self.reader.fps().seconds(index))
    }

    /// Fills `frame` with the next one.
    pub(crate) fn next(&mut self, frame: &mut Frame) -> Result<()> {
        if self.round.is_some_and(|round| self.index > 0 && self.index.is_multiple_of(round)) {
            self.reader.seek(0.0)?;
        }
        self.index += 1;
        if self.reader.read(frame)? {
            return Ok(());
        }
        // The last frame stays.
        self.held += u64::from(self.index <= self.room.frames);
        if self.reader.read_last(frame)? {
            return Ok(());
        }
        Err(Error::media("a background clip has no pictures").with_context("path", self.path.display()))
    }
}

/// How many frames the reader gives from the first to the last. It is at the first again afterwards.
fn count(reader: &mut VideoReader) -> Result<u64> {
    let before = reader.position();
    while reader.skip()? {}
    let count = reader.position() - before;
    reader.seek(0.0)?;
    Ok(count.max(1))
}

#[cfg(test)]
#[path = "playback_tests.rs"]
mod tests;
