//! Measures the promise of the whole library: that the product in the video is the product of the photo.
//!
//! Decoded frames of a finished segment are compared with what the compositor drew from the photo's own pixels, so the
//! figure holds everything that came after: blending, captions drawn by mistake over the product, the encoder.

use super::timeline::Slot;
use crate::{
    composite::{Sampled, SceneCompositor},
    error::Result,
    media::{Frame, VideoReader, VideoTarget},
    project::FidelityReport,
};
use std::path::Path;

/// Where in a scene it is measured, as shares of its length.
const MOMENTS: [f64; 2] = [0.45, 0.7];

/// Compares the product in a segment with its photo; `None` for a scene without it.
pub(crate) fn measure(segment: &Path, compositor: &SceneCompositor, slot: &Slot) -> Result<Option<FidelityReport>> {
    let mut reader = VideoReader::open(segment, VideoTarget::native())?;
    let (width, height) = reader.size();
    let mut frame = Frame::black(width, height);
    let mut errors = Vec::new();
    for moment in MOMENTS {
        let index = (slot.frames as f64 * moment) as u64;
        // Where a transition mixes two scenes, the product is meant to look otherwise.
        if index < slot.crossfade.max(slot.dip_in) || index + slot.dip_out >= slot.frames {
            continue;
        }
        let Some(reference) = compositor.reference_product(index) else { return Ok(None) };
        reader.seek(reader.fps().seconds(index))?;
        if reader.read(&mut frame)? {
            errors.extend(luma_error(&frame, &reference));
        }
    }
    Ok(summary(&errors))
}

/// Mean absolute luma difference over the pixels that show the product and nothing else, in 8-bit code values.
fn luma_error(frame: &Frame, reference: &Sampled) -> Option<f64> {
    let (mut sum, mut count) = (0_u64, 0_u64);
    for row in 0..reference.height().min(frame.height().saturating_sub(reference.y())) {
        for column in 0..reference.width().min(frame.width().saturating_sub(reference.x())) {
            let at = row * reference.width() + column;
            if reference.coverage()[at] == 255 {
                let shown = frame.y()[(reference.y() + row) * frame.width() + reference.x() + column];
                sum += u64::from(shown.abs_diff(reference.luma()[at]));
                count += 1;
            }
        }
    }
    (count > 0).then(|| sum as f64 / count as f64)
}

/// The figures of several frames as one.
fn summary(errors: &[f64]) -> Option<FidelityReport> {
    let worst = errors.iter().copied().reduce(f64::max)?;
    let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
    Some(FidelityReport {
        frames: errors.len() as u32,
        worst_luma_error: rounded(worst),
        mean_luma_error: rounded(errors.iter().sum::<f64>() / errors.len() as f64),
    })
}

/// The figures of several scenes as one.
pub(crate) fn combined(reports: impl IntoIterator<Item = FidelityReport>) -> Option<FidelityReport> {
    reports.into_iter().reduce(|all, one| {
        let frames = all.frames + one.frames;
        let share = |report: FidelityReport| report.mean_luma_error * f64::from(report.frames) / f64::from(frames);
        FidelityReport {
            frames,
            worst_luma_error: all.worst_luma_error.max(one.worst_luma_error),
            mean_luma_error: share(all) + share(one),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_covered_pixels_alone() {
        let mut frame = Frame::black(8, 4);
        frame.y_mut().fill(100);
        let (mut luma, mut coverage) = (vec![100; 16], vec![255; 16]);
        let error =
            |luma: &[u8], coverage: &[u8]| luma_error(&frame, &Sampled::new(2, 2, 4, luma.to_vec(), coverage.to_vec()));
        assert_eq!(error(&luma, &coverage), Some(0.0));
        luma[0] = 108;
        // Two of the four rows lie below the frame.
        assert_eq!(error(&luma, &coverage), Some(1.0));
        coverage[0] = 254;
        assert_eq!(error(&luma, &coverage), Some(0.0));
        coverage.fill(0);
        assert_eq!(error(&luma, &coverage), None);
    }

    #[test]
    fn scenes_weigh_by_their_frames() {
        let report =
            |frames, worst_luma_error, mean_luma_error| FidelityReport { frames, worst_luma_error, mean_luma_error };
        let all = combined([report(2, 3.0, 2.0), report(1, 1.0, 0.5)]).unwrap();
        assert_eq!((all.frames, all.worst_luma_error, all.mean_luma_error), (3, 3.0, 1.5));
        assert_eq!(combined([]), None);
    }
}
