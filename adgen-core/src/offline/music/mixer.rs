//! The mixing desk: plays a score block by block through its channels, sends and bus. Memory does not grow with the length.

use super::effect::delay::Delay;
use super::effect::dynamics::{Compressor, Duck};
use super::effect::filter::{OnePole, Svf, gain};
use super::effect::reverb::Reverb;
use super::frame::{Frame, SAMPLE_RATE};
use super::harmony::frequency;
use super::score::{Part, Score};
use super::streams::stream;
use super::style::Style;
use super::voice::contract::{Tone, Voice};
use super::voice::drum::{Drum, Kit};
use crate::random::Random;

/// Frames a block; the caller may stop between blocks.
pub(crate) const BLOCK: usize = 1024;

/// A channel: fader, low cut, sends.
#[derive(Debug)]
struct Channel {
    level: f32,
    low_cut: Option<[Svf; 2]>,
    ducked: f32,
    room: f32,
    echo: f32,
}

impl Channel {
    fn new(db: f32, low_cut_hz: f32, ducked: f32, room: f32, echo: f32) -> Self {
        let low_cut = (low_cut_hz > 0.0).then(|| [Svf::new(low_cut_hz, 0.7); 2]);
        Self { level: gain(db), low_cut, ducked, room, echo }
    }
}

struct Sounding {
    channel: usize,
    voice: Box<dyn Voice>,
    /// Frames until it starts, within the block in which it was scheduled.
    wait: usize,
}

/// Plays one score.
pub(crate) struct Mixer<'a> {
    score: &'a Score,
    frame: usize,
    next_note: usize,
    next_stroke: usize,
    kit: Kit,
    rng: Random,
    channels: [Channel; Part::COUNT],
    sounding: Vec<Sounding>,
    kicks: Vec<usize>,
    duck: Duck,
    room: Reverb,
    echo: Delay,
    rumble: [Svf; 2],
    air: [OnePole; 2],
    presence: [OnePole; 2],
    mud: [Svf; 2],
    side_cut: OnePole,
    glue: Compressor,
}

impl<'a> Mixer<'a> {
    pub(crate) fn new(style: &Style, score: &'a Score, seed: u64) -> Self {
        let mut rng = stream(seed, 21);
        let levels = style.levels;
        let wet = (style.reverb_s / 2.0).sqrt();
        Self {
            score,
            frame: 0,
            next_note: 0,
            next_stroke: 0,
            kit: Kit::new(&mut rng),
            rng,
            // In the order of `Part`.
            channels: [
                Channel::new(levels.pad, 150.0, 1.0, 0.30 * wet, 0.0),
                Channel::new(levels.keys, 130.0, 0.5, 0.22 * wet, 0.05),
                Channel::new(levels.arp, 180.0, 0.35, 0.26 * wet, 0.22),
                Channel::new(levels.lead, 190.0, 0.1, 0.28 * wet, 0.2),
                Channel::new(levels.bass, 0.0, 0.85, 0.0, 0.0),
                Channel::new(levels.drums, 60.0, 0.0, 0.12 * wet, 0.0),
                Channel::new(levels.kick, 0.0, 0.0, 0.01, 0.0),
            ],
            sounding: Vec::new(),
            kicks: Vec::new(),
            duck: Duck::new(style.duck, (score.beat_s * 0.28) as f32),
            room: Reverb::new(style.reverb_s, 3000.0 + 3500.0 * style.bright),
            echo: Delay::new((score.beat_s * 0.75) as f32, 0.34),
            rumble: [Svf::new(30.0, 0.7); 2],
            air: [OnePole::new(6500.0); 2],
            presence: [OnePole::new(1600.0); 2],
            mud: [Svf::new(300.0, 0.7); 2],
            side_cut: OnePole::new(180.0),
            glue: Compressor::new(-17.0, 2.0),
        }
    }

    fn schedule(&mut self, end: usize) {
        let frame_of = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)).round() as usize;
        while let Some(note) = self.score.notes.get(self.next_note) {
            let start = frame_of(note.start_s);
            if start >= end {
                break;
            }
            self.next_note += 1;
            let tone = Tone {
                frequency: frequency(note.pitch as f32),
                velocity: note.velocity,
                length_s: note.length_s as f32,
                bright: note.bright,
                pan: note.pan,
                ringing: note.ringing,
            };
            let voice = note.instrument.play(tone, &mut self.rng);
            self.sounding.push(Sounding { channel: note.part as usize, voice, wait: start - self.frame });
        }
        self.kicks.clear();
        while let Some(stroke) = self.score.strokes.get(self.next_stroke) {
            let start = frame_of(stroke.start_s);
            if start >= end {
                break;
            }
            self.next_stroke += 1;
            if matches!(stroke.drum, Drum::Kick | Drum::SoftKick) {
                self.kicks.push(start - self.frame);
            }
            let part = if stroke.drum.is_low() { Part::Low } else { Part::Drums };
            let hit = self.kit.strike(stroke.drum, stroke.velocity, stroke.pan, &mut self.rng);
            self.sounding.push(Sounding { channel: part as usize, voice: Box::new(hit), wait: start - self.frame });
        }
    }

    /// The next frames; `out` holds at most `BLOCK`.
    pub(crate) fn next(&mut self, out: &mut [Frame]) {
        let count = out.len();
        self.schedule(self.frame + count);
        let mut buses = [[[0f32; 2]; BLOCK]; Part::COUNT];
        self.sounding.retain_mut(|sounding| {
            let wait = std::mem::take(&mut sounding.wait);
            sounding.voice.add(&mut buses[sounding.channel][wait..count])
        });
        let mut kicks = self.kicks.iter().peekable();
        for (index, out) in out.iter_mut().enumerate() {
            if kicks.next_if(|at| **at == index).is_some() {
                self.duck.strike();
            }
            let duck = self.duck.next();
            let (mut dry, mut room, mut echo) = ([0f32; 2], [0f32; 2], [0f32; 2]);
            for (channel, bus) in self.channels.iter_mut().zip(&buses) {
                let dip = 1.0 - channel.ducked * (1.0 - duck);
                for side in 0..2 {
                    let mut value = bus[index][side] * channel.level * dip;
                    if let Some(low_cut) = &mut channel.low_cut {
                        value = low_cut[side].high(value);
                    }
                    dry[side] += value;
                    room[side] += value * channel.room;
                    echo[side] += value * channel.echo;
                }
            }
            let echo = self.echo.next(echo);
            let wet = self.room.next([room[0] + echo[0] * 0.25, room[1] + echo[1] * 0.25]);
            let mut mix = [0.0; 2];
            for side in 0..2 {
                let sum = dry[side] + wet[side] + echo[side];
                let sum = self.rumble[side].high(sum);
                // A little less where instruments pile up, a little more air: what a mastering engineer does first.
                let sum = sum - 0.16 * self.mud[side].band(sum);
                mix[side] = sum + 0.55 * self.presence[side].high(sum) + 0.3 * self.air[side].high(sum);
            }
            // Wider above the bass; the bass itself stays in the middle.
            let middle = 0.5 * (mix[0] + mix[1]);
            let side = 1.5 * self.side_cut.high(0.5 * (mix[0] - mix[1]));
            let mix = [middle + side, middle - side];
            *out = self.glue.next(mix).map(round_off);
        }
        self.frame += count;
    }
}

/// Rounds the tops of drum strokes off, as tape does: linear up to half scale, then bending towards 0.85. It leaves so little
/// above the average that the film's normalisation has hardly anything to limit.
fn round_off(value: f32) -> f32 {
    const KNEE: f32 = 0.5;
    const ROOM: f32 = 0.35;
    let over = value.abs() - KNEE;
    if over <= 0.0 { value } else { (KNEE + ROOM * (over / ROOM).tanh()).copysign(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_off_is_smooth_odd_and_bounded() {
        let mut last = round_off(-3.0);
        for n in -300..=300 {
            let value = round_off(n as f32 / 100.0);
            assert!(value >= last && value.abs() <= 0.85);
            assert!((value + round_off(-n as f32 / 100.0)).abs() < 1e-6);
            assert!(value - last < 0.0101);
            last = value;
        }
        assert_eq!(round_off(0.4), 0.4);
    }
}
