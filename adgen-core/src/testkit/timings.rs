//! The times at which words or sounds of a track are heard.
//!
//! May depend on `provider` and its neighbour `report`.

use super::report::{Broken, ensure};
use crate::provider::Timing;

/// How far beyond a track's measured end the last word may reach, in seconds: codecs cut a little off.
const BEYOND: f64 = 0.25;

/// Whether timings are words in the order in which they are heard, within a track of `seconds`.
pub(super) fn are_sound(timings: &[Timing], seconds: f64) -> Broken {
    let mut from = 0.0;
    for (index, Timing { text, start_s, end_s, .. }) in timings.iter().enumerate() {
        let number = index + 1;
        ensure(!text.trim().is_empty(), || format!("no. {number} has no text"))?;
        ensure(*start_s >= 0.0 && end_s >= start_s && end_s.is_finite(), || {
            format!("no. {number}, {text:?}, is heard from {start_s} s to {end_s} s, which is no stretch")
        })?;
        ensure(*start_s >= from, || {
            format!("no. {number}, {text:?}, begins at {start_s} s, before the one before it does, at {from} s")
        })?;
        ensure(*end_s <= seconds + BEYOND, || {
            format!("no. {number}, {text:?}, ends at {end_s} s, and the track at {seconds:.2} s")
        })?;
        from = *start_s;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_heard_one_after_the_other_within_the_track() {
        let spoken = |times: &[(&str, f64, f64)]| {
            let timings: Vec<Timing> = times.iter().map(|(text, from, to)| Timing::new(*text, *from, *to)).collect();
            are_sound(&timings, 2.0).err().unwrap_or_default()
        };
        assert_eq!(spoken(&[]), "");
        // Two may sound together, and a sound may take no time.
        assert_eq!(spoken(&[("A", 0.0, 0.5), ("quieter", 0.4, 1.0), ("click", 1.0, 1.0), ("morning", 1.1, 2.2)]), "");
        for (times, said) in [
            (&[("A", 0.0, 0.5), (" ", 0.5, 0.6)][..], "no. 2 has no text"),
            (&[("A", -0.1, 0.5)], "no stretch"),
            (&[("A", 0.5, 0.4)], "no stretch"),
            (&[("A", f64::NAN, 0.4)], "no stretch"),
            (&[("A", 0.0, f64::INFINITY)], "no stretch"),
            (&[("A", 0.5, 0.6), ("B", 0.4, 0.9)], "begins at 0.4 s, before"),
            (&[("A", 0.5, 2.5)], "the track at 2.00 s"),
        ] {
            assert!(spoken(times).contains(said), "{}", spoken(times));
        }
    }
}
