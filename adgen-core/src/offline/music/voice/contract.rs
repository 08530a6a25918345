//! What every voice is told of its note, and what it does. Depends on `frame`.

use super::super::frame::Frame;

/// Every instrument that plays pitches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instrument {
    WarmPad,
    BrightPad,
    SuperSaw,
    Piano,
    ElectricPiano,
    Guitar,
    Marimba,
    Kalimba,
    Vibes,
    Bell,
    Glass,
    Pluck,
    SynthLead,
    Whistle,
    SubBass,
    RoundBass,
    SawBass,
}

/// What a voice is told about its note.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tone {
    /// Hz.
    pub(crate) frequency: f32,
    /// How hard it is struck, 0..1.
    pub(crate) velocity: f32,
    /// Seconds until it is let go.
    pub(crate) length_s: f32,
    /// 0 dark .. 1 bright.
    pub(crate) bright: f32,
    /// -1 left .. 1 right.
    pub(crate) pan: f32,
    /// The last chord: sustained instruments fade over the length instead of holding.
    pub(crate) ringing: bool,
}

/// A note that sounds.
pub(crate) trait Voice {
    /// Adds the next frames to `out`; false once it is silent for good.
    fn add(&mut self, out: &mut [Frame]) -> bool;
}

/// Left and right gains of an equal-power pan.
pub(crate) fn pan(position: f32) -> Frame {
    let angle = (position.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
    [angle.cos(), angle.sin()]
}
