//! The brand's logo as a prepared picture, and what it stands on: one treatment for the whole ad.
//!
//! Decided by the logo alone, whatever is behind it: so it is the same in every scene and can be seen in every frame. A
//! logo with a ground of its own is shown as it is; any other stands on a plate that all of it stands out from.

use super::{
    art::{TO_LINEAR, render, visible_part},
    badge::{plate, rounded},
    ink::{contrast, luminance},
    sprite::Sprite,
};
use crate::error::Result;
use crate::project::Rgb;
use image::RgbaImage;

/// Alpha from which a pixel counts as solid.
const SOLID: u8 = 250;
/// A logo of which this share of its box is solid is a picture with corners: its ground is its own.
const FILLED: f64 = 0.985;
/// So much is solid of badges and tiles with round corners; a disc has 0.785.
const BADGE: f64 = 0.72;
/// Contrast within a badge, or it is but a shape of one colour.
const INNER_CONTRAST: f32 = 2.0;
/// Corners of filled logos, in shares of their shorter side.
const CORNER: f32 = 0.06;
/// Opacity of a plate.
const PLATE_ALPHA: f32 = 0.94;
/// Plates: white, near-black, and between them for logos that hold both.
const PLATES: [Rgb; 3] = [Rgb([255; 3]), Rgb([20, 20, 24]), Rgb([118, 118, 122])];

/// Area of a logo that is not wide, in units of a video 1080 wide on its shorter side: a square one has sides of 134.
const AREA: f32 = 18_000.0;

/// Width and height at which a logo of `aspect` (width over height) is shown. Wide ones are as high as `mark`, very wide ones
/// lower; all others have one area, so that narrow ones are higher. `most` bounds both.
pub(super) fn shown_size(aspect: f32, mark: f32, unit: f32, most: (f32, f32)) -> (f32, f32) {
    let aspect = aspect.clamp(0.05, 20.0);
    let wide = mark * (1.9 / aspect.sqrt()).min(1.0);
    let height = wide.max((AREA / aspect).sqrt() * unit).min(most.1).min(most.0 / aspect);
    (height * aspect, height)
}

/// What a logo stands on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ground {
    /// Its own, up to its box's corners, which are rounded a little.
    Filled,
    /// Its own, in its own shape.
    Badge,
    /// A plate of this colour.
    Plate(Rgb),
}

/// The brand's logo, cropped to what can be seen.
#[derive(Debug, Clone)]
pub struct LogoArt {
    image: RgbaImage,
    ground: Ground,
}

/// How bright the parts of a logo are.
struct Tones {
    /// Relative luminance that 8 % of it stay below.
    dark: f32,
    /// Relative luminance that 8 % of it are above.
    bright: f32,
    /// Share of the box that is solid.
    solid: f64,
}

impl LogoArt {
    /// From a picture with straight alpha, sRGB.
    ///
    /// # Errors
    /// `InvalidInput` where nothing of it can be seen.
    pub fn new(logo: &RgbaImage) -> Result<Self> {
        let image = visible_part(logo, "the logo")?;
        let ground = ground_of(&Tones::of(&image));
        Ok(Self { image, ground })
    }

    /// Width over height.
    pub fn aspect(&self) -> f32 {
        self.image.width() as f32 / self.image.height() as f32
    }

    /// The logo at a size.
    pub(super) fn sprite(&self, width: usize, height: usize) -> Result<Sprite> {
        if self.ground != Ground::Filled {
            return render(&self.image, width, height).map(|(sprite, _)| sprite);
        }
        // Rounded at the size at which it is shown: a corner is a corner of the picture, not of its pixels.
        let mut image = self.image.clone();
        let (wide, high) = (image.width() as f32, image.height() as f32);
        let radius = CORNER * wide.min(high);
        for (x, y, pixel) in image.enumerate_pixels_mut() {
            let cover = rounded(x as usize, y as usize, wide, high, radius);
            pixel[3] = (f32::from(pixel[3]) * cover + 0.5) as u8;
        }
        render(&image, width, height).map(|(sprite, _)| sprite)
    }

    /// The plate for a logo of a size, and how far it reaches beyond the logo on every side, in pixels.
    pub(super) fn plate(&self, width: usize, height: usize, unit: f32) -> Option<(Sprite, f32)> {
        let Ground::Plate(color) = self.ground else { return None };
        let pad = (0.24 * height as f32).clamp(12.0 * unit, 22.0 * unit);
        let (wide, high) = (width + (2.0 * pad) as usize, height + (2.0 * pad) as usize);
        Some((plate(wide, high, pad, color, PLATE_ALPHA), pad))
    }
}

fn ground_of(tones: &Tones) -> Ground {
    if tones.solid >= FILLED {
        return Ground::Filled;
    }
    if tones.solid >= BADGE && contrast(tones.dark, tones.bright) >= INNER_CONTRAST {
        return Ground::Badge;
    }
    // The plate from which the part that stands out least stands out most; the grey only where it is much better.
    let least = |plate: Rgb| {
        let ground = luminance(plate);
        contrast(ground, tones.dark).min(contrast(ground, tones.bright))
    };
    let [white, black, grey] = PLATES;
    let plain = if least(white) >= least(black) { white } else { black };
    Ground::Plate(if least(plain) < 1.8 && least(grey) > least(plain) { grey } else { plain })
}

impl Tones {
    fn of(image: &RgbaImage) -> Self {
        const STEPS: usize = 1024;
        let mut weights = vec![0.0_f64; STEPS];
        let mut solid = 0_u64;
        for pixel in image.pixels() {
            let [r, g, b] = [pixel[0], pixel[1], pixel[2]].map(|c| TO_LINEAR[usize::from(c)]);
            let value = 0.2126 * r + 0.7152 * g + 0.0722 * b;
            weights[((value * (STEPS - 1) as f32) as usize).min(STEPS - 1)] += f64::from(pixel[3]);
            solid += u64::from(pixel[3] >= SOLID);
        }
        let all: f64 = weights.iter().sum();
        let at = |part: f64| {
            let mut sum = 0.0;
            let step = weights.iter().position(|weight| {
                sum += weight;
                sum >= part * all
            });
            (step.unwrap_or(STEPS - 1) as f32 + 0.5) / STEPS as f32
        };
        let pixels = f64::from(image.width()) * f64::from(image.height());
        Self { dark: at(0.08), bright: at(0.92), solid: solid as f64 / pixels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgba;

    const CLEAR: Rgba<u8> = Rgba([0; 4]);

    /// Bars of `colors` with gaps between them.
    fn bars(colors: &[[u8; 3]]) -> LogoArt {
        let image = RgbaImage::from_fn(240, 60, |x, _| match x / 10 % 2 {
            0 => {
                let [r, g, b] = colors[(x / 20) as usize % colors.len()];
                Rgba([r, g, b, 255])
            }
            _ => CLEAR,
        });
        LogoArt::new(&image).expect("can be seen")
    }

    #[test]
    fn a_plate_is_one_that_all_of_the_logo_stands_out_from() {
        assert_eq!(bars(&[[0, 0, 0]]).ground, Ground::Plate(PLATES[0]));
        assert_eq!(bars(&[[255, 255, 255]]).ground, Ground::Plate(PLATES[1]));
        assert_eq!(bars(&[[250, 220, 60]]).ground, Ground::Plate(PLATES[1]));
        assert_eq!(bars(&[[30, 60, 160], [120, 20, 30]]).ground, Ground::Plate(PLATES[0]));
        assert_eq!(bars(&[[0, 0, 0], [255, 255, 255]]).ground, Ground::Plate(PLATES[2]));
        for r in (0..=255).step_by(51) {
            for g in (0..=255).step_by(51) {
                for b in (0..=255).step_by(51) {
                    let Ground::Plate(plate) = bars(&[[r, g, b]]).ground else { panic!("no plate for {r} {g} {b}") };
                    let got = contrast(luminance(plate), luminance(Rgb([r, g, b])));
                    assert!(got >= 3.0, "{r} {g} {b} on {plate}: {got}");
                }
            }
        }
    }

    #[test]
    fn a_logo_with_a_ground_of_its_own_needs_none() {
        let tile =
            |x: u32, y: u32| if (80..120).contains(&x) && (20..40).contains(&y) { [255; 3] } else { [10, 20, 60] };
        let opaque = RgbaImage::from_fn(200, 60, |x, y| {
            let [r, g, b] = tile(x, y);
            Rgba([r, g, b, 255])
        });
        assert_eq!(LogoArt::new(&opaque).expect("can be seen").ground, Ground::Filled);
        // A white photograph of a logo, without a single other colour worth the name.
        let white = RgbaImage::from_pixel(200, 60, Rgba([255; 4]));
        assert_eq!(LogoArt::new(&white).expect("can be seen").ground, Ground::Filled);
        let disc = |inside: [u8; 3]| {
            RgbaImage::from_fn(100, 100, move |x, y| {
                let (dx, dy) = (x as f32 - 49.5, y as f32 - 49.5);
                match dx.hypot(dy) {
                    far if far > 50.0 => CLEAR,
                    far if far < 25.0 => Rgba([inside[0], inside[1], inside[2], 255]),
                    _ => Rgba([200, 20, 20, 255]),
                }
            })
        };
        assert_eq!(LogoArt::new(&disc([255; 3])).expect("can be seen").ground, Ground::Badge);
        assert_eq!(LogoArt::new(&disc([200, 20, 20])).expect("can be seen").ground, Ground::Plate(PLATES[0]));
    }

    #[test]
    fn logos_of_every_shape_have_a_sensible_area() {
        // As in a video that is 360 pixels wide.
        let unit = 1.0 / 3.0;
        for mark in [84.0 * unit, 120.0 * unit] {
            let mut before: Option<(f32, f32)> = None;
            for step in 0..=100 {
                let aspect = 0.2 * 25f32.powf(step as f32 / 100.0);
                let (width, height) = shown_size(aspect, mark, unit, (130.0, 99.0));
                assert!((width / height / aspect - 1.0).abs() < 1e-3, "{aspect}: {width}x{height}");
                assert!(width >= 19.0 && height >= 19.0, "{aspect}: {width}x{height}");
                assert!((1_900.0..6_500.0).contains(&(width * height)), "{aspect}: {width}x{height}");
                assert!(width <= 130.1 && height <= 99.1, "{aspect}: {width}x{height}");
                if let Some((w, h)) = before {
                    assert!((width - w).abs() < 8.0 && (height - h).abs() < 8.0, "no jump at {aspect}");
                }
                before = Some((width, height));
            }
        }
    }

    #[test]
    fn nothing_is_no_logo() {
        assert!(LogoArt::new(&RgbaImage::new(0, 0)).is_err() && LogoArt::new(&RgbaImage::new(9, 9)).is_err());
    }
}
