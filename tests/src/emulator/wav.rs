//! WAV files, written by hand: RIFF, PCM, 16 bit.

use bytes::Bytes;
use std::f64::consts::TAU;

/// Sine waves of these frequencies together, at about -12 dB, with a short fade at both ends.
pub(super) fn chord(rate: u32, channels: u16, seconds: f64, frequencies: &[f64]) -> Bytes {
    let count = (seconds * f64::from(rate)).round() as u32;
    let fade = f64::from(rate) * 0.05;
    let samples = (0..count).map(|index| {
        let time = f64::from(index) / f64::from(rate);
        let sum: f64 = frequencies.iter().map(|frequency| (TAU * frequency * time).sin()).sum();
        let edge = (f64::from(index.min(count - 1 - index)) / fade).min(1.0);
        (sum / frequencies.len().max(1) as f64 * edge * 0.35 * 32767.0) as i16
    });
    file(rate, channels, count, samples)
}

/// Zeros.
pub(super) fn silence(rate: u32, channels: u16, seconds: f64) -> Bytes {
    let count = (seconds * f64::from(rate)).round() as u32;
    file(rate, channels, count, std::iter::repeat_n(0, count as usize))
}

fn file(rate: u32, channels: u16, count: u32, samples: impl Iterator<Item = i16>) -> Bytes {
    let frame = channels * 2;
    let data = count * u32::from(frame);
    let mut bytes = Vec::with_capacity(44 + data as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + data).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    // Format 1: plain integers.
    bytes.extend(1_u16.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(frame)).to_le_bytes());
    bytes.extend(frame.to_le_bytes());
    bytes.extend(16_u16.to_le_bytes());
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    for sample in samples {
        for _ in 0..channels {
            bytes.extend(sample.to_le_bytes());
        }
    }
    bytes.into()
}
