//! Connected regions of a mask, and the clean-up of a coarse mask by them: stray blobs go, doubtful holes close.
//!
//! Pure functions over planes.

use super::plane::Plane;
use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};

/// One connected region (4-neighbourhood).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Region {
    pub(super) pixels: usize,
    /// Sum of the plane's values over it.
    pub(super) weight: f64,
    pub(super) touches_border: bool,
}

/// Labels of the regions in which `inside` holds: 0 elsewhere, else the region's place in the list plus one.
pub(super) fn label(plane: &Plane, inside: impl Fn(f32) -> bool) -> (Vec<u32>, Vec<Region>) {
    let (w, h) = (plane.width, plane.height);
    let flags = GrayImage::from_fn(w as u32, h as u32, |x, y| {
        Luma([u8::from(inside(plane.data[y as usize * w + x as usize]))])
    });
    let labels = connected_components(&flags, Connectivity::Four, Luma([0])).into_raw();
    let count = labels.iter().copied().max().unwrap_or(0) as usize;
    let mut regions = vec![Region { pixels: 0, weight: 0.0, touches_border: false }; count];
    for (i, &label) in labels.iter().enumerate().filter(|(_, label)| **label > 0) {
        let (x, y) = (i % w, i / w);
        let region = &mut regions[label as usize - 1];
        region.pixels += 1;
        region.weight += f64::from(plane.data[i]);
        region.touches_border |= x == 0 || y == 0 || x + 1 == w || y + 1 == h;
    }
    (labels, regions)
}

/// A part smaller than this share of the largest one is not the product.
const STRAY: f64 = 0.08;
/// A hole in which the model is this unsure is no hole.
const DOUBTFUL_HOLE: f64 = 0.25;

/// Removes stray parts, and closes holes of which the model was not sure.
pub(super) fn clean(mask: &mut Plane) {
    // Parts are told apart where the mask is above a low level, so that their soft rims go with them.
    let (labels, parts) = label(mask, |v| v > 0.15);
    let largest = parts.iter().map(|part| part.weight).fold(0.0, f64::max);
    for (value, label) in mask.data.iter_mut().zip(&labels) {
        if *label > 0 && parts[*label as usize - 1].weight < STRAY * largest {
            *value = 0.0;
        }
    }
    let (labels, holes) = label(mask, |v| v <= 0.6);
    for (value, label) in mask.data.iter_mut().zip(&labels) {
        if *label > 0 {
            let hole = holes[*label as usize - 1];
            if !hole.touches_border && hole.weight / hole.pixels as f64 > DOUBTFUL_HOLE {
                *value = 1.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> Plane {
        let data = rows.iter().flat_map(|row| row.bytes().map(|b| f32::from(b - b'0') / 9.0)).collect();
        Plane { width: rows[0].len(), height: rows.len(), data }
    }

    #[test]
    fn regions_know_size_and_border() {
        let (labels, regions) = label(&picture(&["9000", "9090", "0000"]), |v| v > 0.5);
        assert_eq!(labels, [1, 0, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0]);
        assert_eq!(regions.iter().map(|r| (r.pixels, r.touches_border)).collect::<Vec<_>>(), [(2, true), (1, false)]);
    }

    #[test]
    fn doubtful_holes_close_and_real_holes_and_bays_stay() {
        let mut mask = picture(&["00000000000", "09999999990", "09499909990", "09999999990", "00000000000"]);
        clean(&mut mask);
        assert_eq!(mask.data[2 * 11 + 2], 1.0);
        assert_eq!(mask.data[2 * 11 + 6], 0.0);
        assert_eq!(mask.data[0], 0.0);
    }

    #[test]
    fn stray_blobs_go() {
        let mut mask = picture(&["999999900", "999999909", "999999900", "999999900"]);
        clean(&mut mask);
        assert_eq!(mask.data[9 + 8], 0.0);
        assert_eq!(mask.data[0], 1.0);
    }
}
