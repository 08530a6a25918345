//! The score: every note and drum of the piece with its time, before any sound is made. Data only.

use super::harmony::Chord;
use super::voice::contract::Instrument;
use super::voice::drum::Drum;

/// A channel of the mixing desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Pad,
    Keys,
    Arp,
    Lead,
    Bass,
    Drums,
    /// Kick and boom: dry, in the middle.
    Low,
}

impl Part {
    pub(crate) const COUNT: usize = 7;
}

/// One pitched note.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Note {
    pub(crate) part: Part,
    pub(crate) instrument: Instrument,
    pub(crate) start_s: f64,
    pub(crate) length_s: f64,
    /// MIDI.
    pub(crate) pitch: i32,
    /// 0..1.
    pub(crate) velocity: f32,
    pub(crate) bright: f32,
    pub(crate) pan: f32,
    pub(crate) ringing: bool,
}

/// One stroke of a drum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stroke {
    pub(crate) drum: Drum,
    pub(crate) start_s: f64,
    pub(crate) velocity: f32,
    pub(crate) pan: f32,
}

/// A chord and when it sounds.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(test), expect(dead_code, reason = "the tests compare the sound with it"))]
pub(crate) struct Harmony {
    pub(crate) start_s: f64,
    pub(crate) chord: Chord,
}

/// The whole piece.
#[derive(Debug, Clone, Default)]
pub(crate) struct Score {
    /// The tonic's pitch class, 0 = C.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests compare the sound with it"))]
    pub(crate) key: i32,
    pub(crate) notes: Vec<Note>,
    pub(crate) strokes: Vec<Stroke>,
    pub(crate) harmony: Vec<Harmony>,
    pub(crate) beat_s: f64,
    /// When the last chord is struck.
    pub(crate) final_s: f64,
}
