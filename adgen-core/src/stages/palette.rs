//! The product's colours as its photo shows them, before it is cut out: planning need not wait for that.
//!
//! May depend on `project`.

use crate::project::Rgb;
use image::{RgbImage, imageops::FilterType};

/// How many colours a palette has at the most.
const COLORS: usize = 5;
/// Steps per channel when colours are counted.
const STEPS: usize = 8;

/// The colours of a photo, the most frequent first. The middle of the picture counts more than its edge, what the border is
/// full of not at all.
pub(crate) fn palette(photo: &RgbImage) -> Vec<Rgb> {
    const SIDE: u32 = 96;
    let small = image::imageops::resize(photo, SIDE, SIDE, FilterType::Triangle);
    let mut weights = vec![0.0; STEPS.pow(3)];
    let middle = f64::from(SIDE - 1) / 2.0;
    for (x, y, pixel) in small.enumerate_pixels() {
        let [dx, dy] = [x, y].map(|at| (f64::from(at) - middle).abs() / middle);
        // From 1 in the middle through 0 to -1.5 on the border, whose colours are the backdrop's.
        weights[cell_of(pixel)] += 1.0 - 2.5 * dx.max(dy).powi(3);
    }
    let mut cells: Vec<usize> = (0..weights.len()).filter(|&cell| weights[cell] > 8.0).collect();
    cells.sort_by(|&a, &b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
    let mut palette: Vec<Rgb> = Vec::with_capacity(COLORS);
    for cell in cells {
        let mean = mean_of(&small, cell);
        let is_new = palette.iter().all(|known| distance(known.0, mean) > 48.0);
        if is_new {
            palette.push(Rgb(mean));
        }
        if palette.len() == COLORS {
            break;
        }
    }
    palette
}

fn cell_of(pixel: &image::Rgb<u8>) -> usize {
    pixel.0.iter().fold(0, |cell, &value| cell * STEPS + usize::from(value) * STEPS / 256)
}

fn mean_of(picture: &RgbImage, wanted: usize) -> [u8; 3] {
    let (mut sum, mut count) = ([0_u64; 3], 0);
    for pixel in picture.pixels().filter(|pixel| cell_of(pixel) == wanted) {
        count += 1;
        for (sum, &value) in sum.iter_mut().zip(&pixel.0) {
            *sum += u64::from(value);
        }
    }
    sum.map(|sum| (sum / count.max(1)) as u8)
}

fn distance(a: [u8; 3], b: [u8; 3]) -> f64 {
    a.iter().zip(b).map(|(&a, b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_product_and_not_the_backdrop() {
        let photo = RgbImage::from_fn(300, 200, |x, y| {
            let inside = (100..200).contains(&x) && (50..150).contains(&y);
            image::Rgb(if inside { [200, 30, 40] } else { [240, 240, 235] })
        });
        let palette = palette(&photo);
        assert!(distance(palette[0].0, [200, 30, 40]) < 20.0, "{palette:?}");
    }
}
