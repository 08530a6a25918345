//! The instruments: what turns one note into sound. A voice adds itself to a block until it has rung out.

pub(crate) mod bass;
pub(crate) mod contract;
pub(crate) mod drum;
pub(crate) mod electric;
pub(crate) mod envelope;
pub(crate) mod modal;
pub(crate) mod osc;
pub(crate) mod string;
pub(crate) mod synth;

use self::contract::{Instrument, Tone, Voice};
use crate::random::Random;

impl Instrument {
    /// Starts a note.
    pub(crate) fn play(self, tone: Tone, rng: &mut Random) -> Box<dyn Voice> {
        match self {
            Self::WarmPad | Self::BrightPad | Self::SuperSaw | Self::Pluck | Self::SynthLead | Self::Whistle => {
                Box::new(synth::Synth::new(self, tone, rng))
            }
            Self::Piano | Self::Marimba | Self::Kalimba | Self::Vibes | Self::Bell | Self::Glass => {
                Box::new(modal::Modal::new(self, tone, rng))
            }
            Self::ElectricPiano => Box::new(electric::ElectricPiano::new(tone)),
            Self::Guitar => Box::new(string::Guitar::new(tone, rng)),
            Self::SubBass | Self::RoundBass | Self::SawBass => Box::new(bass::Bass::new(self, tone)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{frame::Frame, streams::stream},
        *,
    };

    const ALL: [Instrument; 17] = [
        Instrument::WarmPad,
        Instrument::BrightPad,
        Instrument::SuperSaw,
        Instrument::Piano,
        Instrument::ElectricPiano,
        Instrument::Guitar,
        Instrument::Marimba,
        Instrument::Kalimba,
        Instrument::Vibes,
        Instrument::Bell,
        Instrument::Glass,
        Instrument::Pluck,
        Instrument::SynthLead,
        Instrument::Whistle,
        Instrument::SubBass,
        Instrument::RoundBass,
        Instrument::SawBass,
    ];

    fn render(instrument: Instrument, frequency: f32) -> Vec<Frame> {
        let tone = Tone { frequency, velocity: 0.8, length_s: 0.5, bright: 0.6, pan: 0.0, ringing: false };
        let mut voice = instrument.play(tone, &mut stream(1, 1));
        let mut all = Vec::new();
        loop {
            let mut block = [[0.0; 2]; 480];
            let alive = voice.add(&mut block);
            all.extend(block);
            if !alive || all.len() > 48_000 * 20 {
                return all;
            }
        }
    }

    #[test]
    fn every_instrument_sounds_without_clicks_and_ends() {
        for instrument in ALL {
            let sound = render(instrument, 220.0);
            assert!(sound.len() < 48_000 * 15, "{instrument:?} never ends");
            let peak = sound.iter().flatten().fold(0f32, |peak, v| peak.max(v.abs()));
            assert!((0.05..1.6).contains(&peak), "{instrument:?} peaks at {peak}");
            assert!(sound[0][0].abs() < 0.12, "{instrument:?} starts at {}", sound[0][0]);
            let end = sound[sound.len() - 1];
            assert!(end[0].abs() < 0.002, "{instrument:?} ends at {}", end[0]);
        }
    }

    #[test]
    fn every_instrument_is_in_tune() {
        for instrument in ALL {
            let bass = matches!(instrument, Instrument::SubBass | Instrument::RoundBass | Instrument::SawBass);
            let f = if bass { 82.41 } else { 329.63 };
            let sound = render(instrument, f);
            let power = |hz: f32| {
                let (mut re, mut im) = (0f64, 0f64);
                for (n, frame) in sound.iter().take(24_000).enumerate() {
                    let angle = n as f64 * f64::from(hz) * std::f64::consts::TAU / 48_000.0;
                    // A Hann window, or the attack's side lobes would hide the peak.
                    let window = 0.5 - 0.5 * (n as f64 / 24_000.0 * std::f64::consts::TAU).cos();
                    let value = f64::from(frame[0] + frame[1]) * window;
                    re += value * angle.cos();
                    im += value * angle.sin();
                }
                re * re + im * im
            };
            let best = (-100..=100i32)
                .map(|cents| (cents, power(f * (cents as f32 / 1200.0).exp2())))
                .max_by(|a, b| a.1.total_cmp(&b.1))
                .map_or(0, |best| best.0);
            assert!(best.abs() <= 14, "{instrument:?} is {best} cents off");
        }
    }
}
