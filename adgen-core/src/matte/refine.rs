//! From a model's coarse mask to a matte that follows the product's edge at the photo's full resolution.
//!
//! clean-up → trimap → colour samples → closed-form matting at working size → guided enlargement. Memory and time are
//! bounded by the working size; the full-size photo is only read.

use super::{closed_form, guided, plane, plane::Plane, regions, resample, sampling};
use crate::error::{Error, Result};
use image::{GrayImage, RgbImage};

/// The longer side at which the matte is solved; enlargement along the photo's edges does the rest.
const WORKING_SIDE: u32 = 1600;

/// How the refinement is tuned. The defaults suit `u2netp`-like masks.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct RefineOptions {
    /// How far from the coarse mask's edge the true one may be, in pixels of the model's own input.
    pub band: f32,
    /// Below this the coarse mask is surely background, outside the band.
    pub low: f32,
    /// Above this it is surely product, outside the band.
    pub high: f32,
}

impl Default for RefineOptions {
    fn default() -> Self {
        Self { band: 2.0, low: 0.12, high: 0.88 }
    }
}

/// Refines `coarse`, a mask of `photo`'s size whose edge is precise to about `photo side / resolution` pixels.
///
/// # Errors
/// [`crate::error::ErrorKind::Cancelled`] where `cancel` asked to stop; `Unexpected` where the sizes differ.
pub fn refine(
    photo: &RgbImage,
    coarse: &GrayImage,
    resolution: u32,
    options: &RefineOptions,
    cancel: &dyn Fn() -> bool,
) -> Result<GrayImage> {
    if photo.dimensions() != coarse.dimensions() {
        return Err(Error::new(crate::error::ErrorKind::Unexpected, "photo and mask differ in size"));
    }
    let (width, height) = photo.dimensions();
    let longest = width.max(height);
    let scale = (f64::from(WORKING_SIDE) / f64::from(longest)).min(1.0);
    let side = |full: u32| ((f64::from(full) * scale).round() as u32).max(1);
    let small = resample::resize_rgb(photo, side(width), side(height))?;
    let mut mask = Plane::from_gray(&resample::resize_gray(coarse, side(width), side(height))?);
    regions::clean(&mut mask);
    let colours = plane::colours(&small);
    drop(small);
    // One pixel of the model's input, in pixels here.
    let grain = (mask.width.max(mask.height) as f32 / resolution.max(1) as f32).max(1.0);
    let alpha = solve(&colours, &mask, grain, options, cancel).ok_or_else(Error::cancelled)?;
    let mut matte = if scale < 1.0 { guided::enlarge(&alpha, &colours, photo, 2) } else { alpha };
    for value in &mut matte.data {
        *value = settle(*value);
    }
    Ok(matte.to_gray())
}

/// How much of alpha's range on both sides is taken as nothing and all.
const SETTLE: f32 = 0.13;

/// A product's edge is a pixel or two wide; the solver's tails on both sides of it are colour noise.
fn settle(alpha: f32) -> f32 {
    ((alpha - SETTLE) / (1.0 - 2.0 * SETTLE)).clamp(0.0, 1.0)
}

/// How much the coarse mask itself counts where colours say nothing.
const PRIOR: f32 = 0.03;
/// How much more it counts at the far ends of the band: the model errs by a pixel of its own, seldom by two.
const FAR_PRIOR: f32 = 0.3;
/// How much a sure colour sample counts. Little: on products whose colours recur in the background it misleads.
const SAMPLES: f32 = 0.04;
/// By how much the coarse mask is steepened before it counts: its edge is a blur of the model, not of the product.
const DECISION: f32 = 2.0;
/// So many bands inside the coarse edge the product is whole, whatever the model doubts there.
const DEEP: f32 = 2.5;
/// Ridge of the closed-form solution: compression noise of a photo.
const EPSILON: f32 = 1e-5;

fn solve(
    colours: &[[f32; 3]],
    mask: &Plane,
    grain: f32,
    options: &RefineOptions,
    cancel: &dyn Fn() -> bool,
) -> Option<Plane> {
    let (width, height) = (mask.width, mask.height);
    let band = options.band * grain;
    // Sure is what is sure itself and has nothing unsure within the band.
    let to_outside = plane::distance_to(width, height, |i| mask.data[i] < options.high);
    let to_inside = plane::distance_to(width, height, |i| mask.data[i] > options.low);
    // Distance to the coarse edge itself, on both sides of it.
    let depth: Vec<f32> = {
        let inside = plane::distance_to(width, height, |i| mask.data[i] < 0.5);
        let outside = plane::distance_to(width, height, |i| mask.data[i] >= 0.5);
        inside.iter().zip(&outside).map(|(a, b)| a.max(*b)).collect()
    };
    // Deep inside or far outside the coarse edge, doubts of the model are about shading, not about the edge.
    let deep = DEEP * band;
    let product: Vec<bool> =
        (0..mask.data.len()).map(|i| to_outside[i] > band || (mask.data[i] >= 0.5 && depth[i] > deep)).collect();
    let background: Vec<bool> = (0..mask.data.len()).map(|i| to_inside[i] > band).collect();
    drop((to_outside, to_inside));
    let unknown: Vec<bool> = product.iter().zip(&background).map(|(p, b)| !p && !b).collect();
    let places: Vec<u32> = (0..unknown.len() as u32).filter(|i| unknown[*i as usize]).collect();
    let scene = sampling::Scene { width, height, colours, product: &product, background: &background };
    let guesses = sampling::guess(&scene, &places, band * 6.0 + 20.0, cancel)?;
    let mut alpha: Vec<f32> = product.iter().map(|p| if *p { 1.0 } else { 0.0 }).collect();
    let mut wish = alpha.clone();
    let mut strength = vec![PRIOR; alpha.len()];
    for (i, guess) in places.iter().zip(&guesses) {
        let i = *i as usize;
        // The farther from the coarse edge, the more the model is to be believed, and the less a likeness of colours.
        let far = (depth[i] / band).min(1.0).powi(2);
        let trust = SAMPLES * guess.confidence * (1.0 - far);
        let prior = ((mask.data[i] - 0.5) * DECISION + 0.5).clamp(0.0, 1.0);
        let belief = PRIOR + FAR_PRIOR * far;
        strength[i] = trust + belief;
        wish[i] = (trust * guess.alpha + belief * prior) / (trust + belief);
        alpha[i] = wish[i];
    }
    let problem = closed_form::Problem {
        width,
        height,
        colours,
        unknown: &unknown,
        wish: &wish,
        strength: &strength,
        epsilon: EPSILON,
        iterations: 120,
    };
    closed_form::solve(&problem, &mut alpha, cancel).then_some(Plane { width, height, data: alpha })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::ErrorKind, matte::metric};
    use image::{Luma, Rgb};

    fn edge(at: f32, width: f32) -> GrayImage {
        GrayImage::from_fn(480, 320, |x, _| {
            Luma([(((x as f32 + 0.5 - at) / width + 0.5).clamp(0.0, 1.0) * 255.0) as u8])
        })
    }

    #[test]
    fn a_shifted_soft_edge_snaps_to_the_photos() {
        let truth = edge(240.0, 1.0);
        let photo = RgbImage::from_fn(480, 320, |x, y| {
            let grain = ((x * 31 + y * 17) % 13) as u8;
            if x < 240 { Rgb([40 + grain, 90, 60]) } else { Rgb([200, 150 + grain, 40]) }
        });
        let coarse = edge(243.0, 6.0);
        let matte = refine(&photo, &coarse, 160, &RefineOptions::default(), &|| false).expect("refines");
        let (before, after) = (metric::compare(&coarse, &truth), metric::compare(&matte, &truth));
        let (before, after) = before.zip(after).expect("sizes");
        assert!(
            after.absolute < before.absolute / 3.0 && after.gradient < before.gradient / 3.0,
            "{before:?} {after:?}"
        );
    }

    #[test]
    fn sizes_must_agree_and_cancel_stops() {
        let photo = RgbImage::new(100, 80);
        let kind = |mask: &GrayImage, cancel: bool| {
            refine(&photo, mask, 320, &RefineOptions::default(), &|| cancel).err().map(|error| error.kind())
        };
        assert_eq!(kind(&GrayImage::new(80, 100), false), Some(ErrorKind::Unexpected));
        let half = GrayImage::from_fn(100, 80, |x, _| Luma([if x > 50 { 255 } else { 0 }]));
        assert_eq!(kind(&half, true), Some(ErrorKind::Cancelled));
    }
}
