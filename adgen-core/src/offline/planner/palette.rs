//! The colours of an ad: the brand's first, then the product's, completed in OKLCH to four or five that go together.
//!
//! OKLab and OKLCH: B. Ottosson, "A perceptual color space for image processing", 2020.

use super::draw::{self, Purpose};
use crate::{
    media::color::{linear_to_oklab, linear_to_srgb, oklab_to_linear, srgb_to_linear},
    offline::look::Mood,
    project::Rgb,
};

/// The most colours of a palette.
const MOST: usize = 5;
/// Colours closer than this in OKLab look like one (a just noticeable difference is about 0.02).
const DISTINCT: f32 = 0.07;

/// Four or five colours, the most important first.
pub(super) fn palette(brand: &[Rgb], product: &[Rgb], mood: Mood, seed: u32) -> Vec<Rgb> {
    let mut palette: Vec<Rgb> = Vec::with_capacity(MOST);
    let mut add = |colour: Rgb, most: usize| {
        if palette.len() < most && palette.iter().all(|known| distance(*known, colour) >= DISTINCT) {
            palette.push(colour);
        }
    };
    brand.iter().for_each(|&colour| add(colour, MOST - 1));
    product.iter().for_each(|&colour| add(colour, if brand.is_empty() { MOST - 2 } else { MOST - 1 }));
    add(base(mood, seed), 1);
    let lead = lead(&palette);
    // A light and a dark neutral in the lead's hue, then a quiet neighbour: enough to light a set without a new colour.
    let turn = if draw::index(seed, Purpose::Colour, 2) == 0 { 30.0 } else { -30.0 };
    let dark = matches!(mood, Mood::Luxury | Mood::Tech);
    let (light, deep) = (Lch { l: 0.95, c: 0.018, h: lead.h }, Lch { l: 0.24, c: 0.035, h: lead.h });
    let neutrals = if dark { [deep, light] } else { [light, deep] };
    let quiet = Lch { l: 0.74, c: (lead.c * 0.6).clamp(0.03, 0.09), h: lead.h + turn };
    for colour in [neutrals[0], quiet, neutrals[1], Lch { l: 0.5, c: 0.06, h: lead.h }] {
        let colour = colour.to_rgb();
        if palette.len() < MOST && palette.iter().all(|known| distance(*known, colour) >= DISTINCT) {
            palette.push(colour);
        }
    }
    palette
}

/// The first colour that is one; greys have no hue of their own.
fn lead(palette: &[Rgb]) -> Lch {
    let colours: Vec<Lch> = palette.iter().map(|&colour| Lch::from_rgb(colour)).collect();
    let first = colours.first().copied().unwrap_or(Lch { l: 0.6, c: 0.0, h: 80.0 });
    colours.iter().copied().find(|colour| colour.c > 0.04).unwrap_or(Lch { h: 80.0, ..first })
}

/// The colour of a mood where neither brand nor product has one.
fn base(mood: Mood, seed: u32) -> Rgb {
    let (l, c, hues) = match mood {
        Mood::Calm => (0.78, 0.045, [220.0, 160.0, 70.0]),
        Mood::Fresh => (0.80, 0.085, [195.0, 155.0, 125.0]),
        Mood::Warm => (0.70, 0.105, [55.0, 40.0, 75.0]),
        Mood::Luxury => (0.62, 0.085, [80.0, 30.0, 310.0]),
        Mood::Energetic => (0.66, 0.180, [45.0, 25.0, 280.0]),
        Mood::Playful => (0.78, 0.120, [355.0, 85.0, 300.0]),
        Mood::Tech => (0.60, 0.130, [255.0, 285.0, 205.0]),
        Mood::Natural => (0.62, 0.075, [125.0, 80.0, 145.0]),
    };
    Lch { l, c, h: hues[draw::index(seed, Purpose::Colour, hues.len())] }.to_rgb()
}

fn distance(a: Rgb, b: Rgb) -> f32 {
    let (a, b) = (Lch::from_rgb(a).lab(), Lch::from_rgb(b).lab());
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt()
}

/// OKLCH: lightness 0-1, chroma 0 to about 0.3, hue in degrees.
#[derive(Debug, Clone, Copy)]
struct Lch {
    l: f32,
    c: f32,
    h: f32,
}

impl Lch {
    fn from_rgb(Rgb(rgb): Rgb) -> Self {
        let [l, a, b] = linear_to_oklab(rgb.map(|code| srgb_to_linear(f32::from(code) / 255.0)));
        Self { l, c: a.hypot(b), h: b.atan2(a).to_degrees() }
    }

    fn lab(self) -> [f32; 3] {
        let (sin, cos) = self.h.to_radians().sin_cos();
        [self.l, self.c * cos, self.c * sin]
    }

    fn linear(self) -> [f32; 3] {
        oklab_to_linear(self.lab())
    }

    /// With less chroma where sRGB has not that much.
    fn to_rgb(self) -> Rgb {
        let inside = |lch: &Self| lch.linear().iter().all(|light| (-1e-3..=1.001).contains(light));
        let fit = (0..=20).map(|step| Self { c: self.c * (1.0 - step as f32 / 20.0), ..self }).find(inside);
        let linear = fit.unwrap_or(Self { c: 0.0, ..self }).linear();
        Rgb(linear.map(|light| (linear_to_srgb(light.clamp(0.0, 1.0)) * 255.0).round() as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb = Rgb([0xC8, 0x10, 0x2E]);

    #[test]
    fn brand_colours_lead_then_the_product_then_tints() {
        let product = [Rgb([0x20, 0x50, 0x90]), Rgb([0xC9, 0x11, 0x2F])];
        let palette = palette(&[RED], &product, Mood::Fresh, 1);
        assert_eq!(palette[..2], [RED, product[0]]);
        assert!((4..=5).contains(&palette.len()), "{palette:?}");
        assert!(!palette.contains(&product[1]), "too close to the brand's red");
    }

    #[test]
    fn every_input_gives_four_or_five_distinct_colours() {
        let greys: Vec<Rgb> = (0..12).map(|i| Rgb([i * 20; 3])).collect();
        for &mood in Mood::ALL {
            for seed in 0..8 {
                for (brand, product) in
                    [(&[][..], &[][..]), (&[RED], &[]), (&greys, &[]), (&[], &greys), (&greys, &greys)]
                {
                    let palette = palette(brand, product, mood, seed);
                    assert!((4..=5).contains(&palette.len()), "{mood:?} {seed} {palette:?}");
                    for (index, a) in palette.iter().enumerate() {
                        assert!(palette[index + 1..].iter().all(|b| distance(*a, *b) >= DISTINCT));
                    }
                }
            }
        }
    }

    #[test]
    fn oklch_there_and_back() {
        for colour in [RED, Rgb([0, 0, 0]), Rgb([255, 255, 255]), Rgb([12, 200, 90])] {
            assert_eq!(Lch::from_rgb(colour).to_rgb(), colour);
        }
    }
}
