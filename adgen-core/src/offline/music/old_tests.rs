//! throw-away
use super::*;
use crate::media::{Samples, measure};
mod old_loudness {
    include!("/tmp/w_old/loudness_plain.rs");
}
fn decay(seconds: f32) -> f32 {
    (-1.0 / (seconds * 48_000.0)).exp()
}
include!("/tmp/w_old/limit.rs");
fn spectrum(s: &[f32]) -> Vec<f64> {
    // energy in octave bands by simple Goertzel averages
    let mut out = vec![];
    for band in 0..9 {
        let lo = 31.25 * 2f64.powi(band);
        let mut e = 0.0;
        for k in 0..6 {
            let f = lo * 2f64.powf((k as f64 + 0.5) / 6.0);
            if f > 20000.0 {
                continue;
            }
            let w = std::f64::consts::TAU * f / 48000.0;
            for chunk in s.chunks_exact(2 * 4096) {
                let (mut re, mut im) = (0.0, 0.0);
                for (n, fr) in chunk.chunks_exact(2).enumerate() {
                    let v = f64::from(fr[0] + fr[1]) * (0.5 - 0.5 * (n as f64 / 4096.0 * std::f64::consts::TAU).cos());
                    re += v * (w * n as f64).cos();
                    im += v * (w * n as f64).sin();
                }
                e += re * re + im * im;
            }
        }
        out.push(10.0 * (e + 1e-9).log10());
    }
    out
}
#[test]
fn compare() {
    for mood in
        [Mood::Calm, Mood::Fresh, Mood::Warm, Mood::Luxury, Mood::Energetic, Mood::Playful, Mood::Tech, Mood::Natural]
    {
        let settings = MusicSettings { duration_s: 15.0, seed: 3, mood };
        let raw = play(&settings, &|| false).unwrap();
        let mut a = raw.clone();
        let now = old_loudness::integrated(&a).unwrap_or(LOUDNESS);
        limit_old(&mut a, 10f32.powf(((LOUDNESS - now) / 20.0) as f32), PEAK);
        let b = level(raw).unwrap();
        let d: Vec<f32> = a.iter().zip(&b).map(|(x, y)| x - y).collect();
        let rms = |s: &[f32]| {
            10.0 * (s.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>() / s.len() as f64 + 1e-20).log10()
        };
        let (ra, rb) = (rms(&a), rms(&b));
        let crest = |s: &[f32]| 20.0 * f64::from(s.iter().fold(0f32, |p, v| p.max(v.abs()))).log10();
        let sp: Vec<String> = spectrum(&a).iter().zip(spectrum(&b)).map(|(x, y)| format!("{:+.2}", y - x)).collect();
        println!(
            "{mood:?} diff {:.1} dB below; peaks {:.2}->{:.2} dBFS; rms {ra:.2}->{rb:.2}\n  old {:?}\n  new {:?}\n  octaves {}",
            ra - rms(&d),
            crest(&a),
            crest(&b),
            measure(&Samples::from_interleaved(a)).unwrap(),
            measure(&Samples::from_interleaved(b)).unwrap(),
            sp.join(" ")
        );
    }
}
