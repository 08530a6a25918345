//! The last step of the sound: loud enough, and with peaks that hold after AAC, which is what listeners hear.
//!
//! Depends on `error`, `loudness` and `aac`.

use super::{
    aac::AacTrack,
    loudness::{Loudness, Normalized, measure, normalize},
    samples::Samples,
};
use crate::error::{Error, Result};

/// How far below the wanted peak the limiter starts: what AAC at 192 kbit/s usually adds.
const HEADROOM_DB: f64 = 0.5;

/// Rounds after which the best that was reached is taken.
const ROUNDS: usize = 5;

/// A finished sound track.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Master {
    /// The encoded track.
    pub track: AacTrack,
    /// What was done before encoding.
    pub normalized: Normalized,
    /// The track as it is heard: decoded again, and measured.
    pub heard: Loudness,
}

/// Brings `samples` to `target_lufs` and encodes them at `kbps`, such that the *decoded* track's true peak is at or below
/// `peak_dbtp`: where AAC overshoots, the limiter's ceiling is lowered and it is encoded again. `samples` holds the
/// normalised sound afterwards. Silence is encoded as it is. `cancel` is asked between the steps of each round.
pub fn master(
    samples: &mut Samples,
    target_lufs: f64,
    peak_dbtp: f64,
    kbps: u32,
    cancel: &dyn Fn() -> bool,
) -> Result<Master> {
    let go_on = || if cancel() { Err(Error::cancelled()) } else { Ok(()) };
    let original = samples.clone();
    let mut ceiling = (peak_dbtp - HEADROOM_DB).clamp(-20.0, 0.0);
    let mut round = 0;
    loop {
        round += 1;
        samples.clone_from(&original);
        let normalized = normalize(samples, target_lufs, ceiling, cancel)?;
        go_on()?;
        let track = AacTrack::encode(samples, kbps)?;
        go_on()?;
        let decoded = track.decode()?;
        go_on()?;
        let heard = measure(&decoded)?;
        let excess = heard.true_peak_dbtp - peak_dbtp;
        // Not above 0 also when it is not a number: nothing to lower then.
        if normalized.silent || round == ROUNDS || excess.partial_cmp(&0.0) != Some(std::cmp::Ordering::Greater) {
            return Ok(Master { track, normalized, heard });
        }
        ceiling = (ceiling - excess - 0.1).max(-20.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        JoinOptions, VideoSettings, decode_audio, join,
        testing::{clip, music},
    };

    #[test]
    fn peaks_hold_after_aac() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clip_path = folder.path().join("clip.mp4");
        let out = folder.path().join("film.mp4");
        clip(&clip_path, VideoSettings::new(64, 64, 30), 120, 0);
        let mut samples = music(48_000 * 4);
        let master = master(&mut samples, -14.0, -1.0, 192, &|| false).expect("mastered");
        assert!(master.heard.true_peak_dbtp <= -1.0, "{master:?}");
        join(&[clip_path], Some(&master.track), &out, &JoinOptions::default(), &|| false).expect("a film");
        let film = decode_audio(&out, None).expect("decoded");
        // The same sound as was measured, and the film's own decoder gives nothing else.
        assert_eq!(
            film.as_interleaved()[..384_000],
            master.track.decode().expect("decoded").as_interleaved()[..384_000]
        );
        // Half of the first beat lies in the silent first 21 ms, hence the wide margin.
        assert!((master.heard.integrated_lufs + 14.0).abs() < 0.7, "{master:?}");
    }

    #[test]
    fn silence_is_encoded() {
        let master = master(&mut Samples::silence(4800), -14.0, -1.0, 192, &|| false).expect("mastered");
        assert!(master.normalized.silent);
        assert_eq!(master.track.frames(), 4800);
    }

    #[test]
    fn it_stops_at_every_step() {
        use crate::error::ErrorKind;
        use std::cell::Cell;
        let asked = Cell::new(0);
        let count = || {
            asked.set(asked.get() + 1);
            false
        };
        super::master(&mut music(24_000), -14.0, -1.0, 192, &count).expect("mastered");
        let all = asked.get();
        assert!(all >= 4, "it asked {all} times");
        for steps in 0..all {
            asked.set(0);
            let cancel = || asked.replace(asked.get() + 1) == steps;
            let error = super::master(&mut music(24_000), -14.0, -1.0, 192, &cancel).expect_err("cancelled");
            assert_eq!((error.kind(), asked.get()), (ErrorKind::Cancelled, steps + 1));
        }
    }
}
