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
        Self { band: 2.5, low: 0.12, high: 0.88 }
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

/// The last percents on both sides are noise of the solver: nothing and all are what was meant.
fn settle(alpha: f32) -> f32 {
    ((alpha - knob("SET",0.03)) / (1.0-2.0*knob("SET",0.03))).clamp(0.0, 1.0)
}

/// How much the coarse mask itself counts where colours say nothing.
const PRIOR: f32 = 0.01;
/// How much a sure colour sample counts.
const SAMPLES: f32 = 0.3;
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
    let band = knob("BAND",options.band) * grain;
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
    let deep = knob("DEEP", 2.5) * band;
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
        let far = (depth[i] / (band * knob("FAR",1.5))).min(1.0).powi(2);
        let trust = knob("SAMPLES",SAMPLES) * guess.confidence * (1.0 - far);
        let prior = ((mask.data[i] - 0.5) * knob("PGAIN", 1.5) + 0.5).clamp(0.0, 1.0);
        let belief = knob("PRIOR",PRIOR) + knob("FARP",0.1) * far;
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
        epsilon: knob("EPS",EPSILON),
        iterations: 120,
    };
    closed_form::solve(&problem, &mut alpha, cancel).then_some(Plane { width, height, data: alpha })
}

fn knob(n:&str,d:f32)->f32{ use std::{sync::Mutex,collections::HashMap}; static K:Mutex<Option<HashMap<String,f32>>>=Mutex::new(None); *K.lock().unwrap().get_or_insert_with(HashMap::new).entry(n.into()).or_insert_with(||std::env::var(n).ok().and_then(|v|v.parse().ok()).unwrap_or(d)) }
