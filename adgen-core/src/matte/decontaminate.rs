//! The product's own colour in the pixels of its edge, where the photo shows it mixed with the old background.
//!
//! After Forte, "Approximate fast foreground colour estimation", ICIP 2021: product and background colours are blurred
//! with alpha as weight, once widely and once narrowly, and the mixing equation is then solved for the product's colour.
//! Pixels that are wholly product keep the photo's bytes.

use super::plane::Plane;
use image::{GrayImage, RgbImage, Rgba, RgbaImage};

/// The windows of the two passes, as shares of the photo's longer side (the paper's 90 and 6 pixels at about 1500).
const WIDE: f32 = 0.02;
const NARROW: f32 = 0.003;

/// `photo` under `mask` as straight alpha with the product's colour; transparent pixels next to the product carry its
/// colour too, so that resampling cannot draw a rim; far ones are transparent black.
pub(super) fn cut(photo: &RgbImage, mask: &GrayImage) -> RgbaImage {
    let (width, height) = photo.dimensions();
    let longest = width.max(height) as f32;
    // Wide blurs do not need every pixel: they are taken on a smaller grid.
    let grid = ((longest * WIDE / 8.0) as usize).clamp(1, 4);
    let wide = estimate(photo, mask, grid, ((longest * WIDE) as usize / grid).max(8));
    let narrow_grid = ((longest * NARROW / 3.0) as usize).clamp(1, 4);
    let narrow = estimate(photo, mask, narrow_grid, ((longest * NARROW) as usize / narrow_grid).max(3));
    RgbaImage::from_fn(width, height, |x, y| {
        let alpha = mask.get_pixel(x, y)[0];
        let colour = photo.get_pixel(x, y).0;
        if alpha == u8::MAX {
            return Rgba([colour[0], colour[1], colour[2], alpha]);
        }
        let (near, far) = (narrow.at(x, y), wide.at(x, y));
        if alpha == 0 && near.weight <= 1e-4 {
            return Rgba([0, 0, 0, 0]);
        }
        let a = f32::from(alpha) / 255.0;
        // The near colour counts where there is enough unmixed product (or background) near by to have one.
        let fade = ((near.weight - 0.1) * 3.0).clamp(0.0, 1.0);
        let back_fade = ((0.9 - near.weight) * 3.0).clamp(0.0, 1.0);
        let mut out = [0, 0, 0, alpha];
        for k in 0..3 {
            let product = far.product[k] + (near.product[k] - far.product[k]) * fade;
            let background = far.background[k] + (near.background[k] - far.background[k]) * back_fade;
            let left = f32::from(colour[k]) - a * product - (1.0 - a) * background;
            out[k] = (product + a * left + 0.5).clamp(0.0, 255.0) as u8;
        }
        Rgba(out)
    })
}

/// Mean colours (0-255) of both sides on a grid.
struct Colours {
    grid: f32,
    /// Product and background: how much of it is around, and its mean colour.
    sides: [Side; 2],
}

struct Side {
    weight: Plane,
    colour: [Plane; 3],
}

struct Around {
    /// How much product there is around, 0-1.
    weight: f32,
    product: [f32; 3],
    background: [f32; 3],
}

impl Colours {
    fn at(&self, x: u32, y: u32) -> Around {
        let (u, v) = ((x as f32 + 0.5) / self.grid - 0.5, (y as f32 + 0.5) / self.grid - 0.5);
        let colour = |side: &Side| [0, 1, 2].map(|k: usize| side.colour[k].sample(u, v));
        let [product, background] = &self.sides;
        let (front, back) = (product.weight.sample(u, v), background.weight.sample(u, v));
        Around { weight: front / (front + back).max(1e-6), product: colour(product), background: colour(background) }
    }
}

/// Mean product and background colour around each point of a grid of every `grid`-th pixel.
fn estimate(photo: &RgbImage, mask: &GrayImage, grid: usize, radius: usize) -> Colours {
    let sides = [false, true].map(|background| {
        let share = |alpha: u8| {
            let a = f32::from(if background { 255 - alpha } else { alpha }) / 255.0;
            // Mixed pixels say little about either colour: their weight falls faster than alpha.
            a.powi(6)
        };
        side(photo, mask, grid, radius, &share)
    });
    Colours { grid: grid as f32, sides }
}

fn side(photo: &RgbImage, mask: &GrayImage, grid: usize, radius: usize, share: &dyn Fn(u8) -> f32) -> Side {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let (w, h) = (width.div_ceil(grid), height.div_ceil(grid));
    let mut weight = Plane::new(w, h);
    let mut colour = [0; 3].map(|_| Plane::new(w, h));
    for y in 0..height {
        for x in 0..width {
            let at = (y / grid) * w + x / grid;
            let part = share(mask.as_raw()[y * width + x]);
            weight.data[at] += part;
            for (plane, value) in colour.iter_mut().zip(photo.as_raw()[(y * width + x) * 3..][..3].iter()) {
                plane.data[at] += part * f32::from(*value);
            }
        }
    }
    let weight = weight.box_mean(radius);
    let colour = colour.map(|plane| {
        let mut mean = plane.box_mean(radius);
        mean.data.iter_mut().zip(&weight.data).for_each(|(value, weight)| *value /= weight.max(1e-7));
        mean
    });
    Side { weight, colour }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Luma, Rgb};

    /// A red disc with a soft edge over green.
    fn disc() -> (RgbImage, GrayImage) {
        let alpha = |x: u32, y: u32| {
            let far = (x as f32 - 100.0).hypot(y as f32 - 90.0);
            ((60.0 - far) / 5.0 + 0.5).clamp(0.0, 1.0)
        };
        let mask = GrayImage::from_fn(200, 180, |x, y| Luma([(alpha(x, y) * 255.0 + 0.5) as u8]));
        let photo = RgbImage::from_fn(200, 180, |x, y| {
            let a = f32::from(mask.get_pixel(x, y)[0]) / 255.0;
            let mix = |f: f32, b: f32| (f * a + b * (1.0 - a) + 0.5) as u8;
            Rgb([mix(210.0, 20.0), mix(30.0, 190.0), mix(40.0, 30.0)])
        });
        (photo, mask)
    }

    #[test]
    fn the_edge_has_the_products_colour_and_none_of_the_background() {
        let (photo, mask) = disc();
        let cut = cut(&photo, &mask);
        for (pixel, alpha) in cut.pixels().zip(mask.pixels()) {
            assert_eq!(pixel[3], alpha[0]);
            let off = pixel.0[..3].iter().zip([210_u8, 30, 40]).map(|(a, b)| u32::from(a.abs_diff(b))).max();
            // What is seen of it over any new background.
            let seen = off.unwrap_or(0) * u32::from(alpha[0]) / 255;
            assert!(seen <= 6, "{pixel:?}");
        }
    }

    #[test]
    fn whole_product_pixels_keep_the_photos_bytes() {
        let (mut photo, mask) = disc();
        for (i, pixel) in photo.pixels_mut().enumerate() {
            pixel[2] = (i * 37 % 256) as u8;
        }
        let cut = cut(&photo, &mask);
        for ((pixel, original), alpha) in cut.pixels().zip(photo.pixels()).zip(mask.pixels()) {
            if alpha[0] == 255 {
                assert_eq!(pixel.0[..3], original.0);
            }
        }
    }

    #[test]
    fn far_background_is_transparent_black() {
        let (photo, mask) = disc();
        assert_eq!(cut(&photo, &mask).get_pixel(1, 1).0, [0, 0, 0, 0]);
    }
}
