//! From a brand's colours to a backdrop's colours: harmonised in OKLCH, so that one saturated red becomes an elegant set of
//! tinted neutrals with an accent instead of a red wall.
//!
//! Depends on `random`, `mood`, `noise`, `media::color`.

use super::{mood::Mood, noise::index, shade::Rgb};
use crate::media::color::{linear_to_oklab, oklab_to_linear, srgb_to_linear};
use crate::random::Random;

/// OKLCH: lightness 0-1, chroma 0 to about 0.3, hue in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Lch {
    pub(super) l: f32,
    pub(super) c: f32,
    pub(super) h: f32,
}

impl Lch {
    pub(super) const fn new(l: f32, c: f32, h: f32) -> Self {
        Self { l, c, h }
    }

    /// From 8-bit sRGB.
    pub(super) fn from_srgb(rgb: [u8; 3]) -> Self {
        Self::from_linear(rgb.map(|c| srgb_to_linear(f32::from(c) / 255.0)))
    }

    /// From linear light.
    pub(super) fn from_linear(rgb: Rgb) -> Self {
        let [l, a, b] = linear_to_oklab(rgb);
        Self { l, c: a.hypot(b), h: b.atan2(a).to_degrees().rem_euclid(360.0) }
    }

    fn raw(self) -> Rgb {
        let (sin, cos) = self.h.to_radians().sin_cos();
        oklab_to_linear([self.l, self.c * cos, self.c * sin])
    }

    /// To linear light; chroma is lowered until the colour exists in sRGB.
    pub(super) fn to_linear(self) -> Rgb {
        let inside = |rgb: Rgb| rgb.iter().all(|c| (-1e-4..=1.0 + 1e-4).contains(c));
        let clamp = |rgb: Rgb| rgb.map(|c| c.clamp(0.0, 1.0));
        if inside(self.raw()) {
            return clamp(self.raw());
        }
        let (mut low, mut high) = (0.0, self.c);
        for _ in 0..16 {
            let middle = 0.5 * (low + high);
            if inside((Self { c: middle, ..self }).raw()) { low = middle } else { high = middle }
        }
        clamp((Self { c: low, ..self }).raw())
    }
}

/// The shortest way from one hue to another, -180 to 180 degrees.
pub(super) fn turn(from: f32, to: f32) -> f32 {
    (to - from + 180.0).rem_euclid(360.0) - 180.0
}

/// The colours of one background, in linear light.
#[derive(Debug, Clone)]
pub(super) struct Scheme {
    /// The backdrop under plain light.
    pub(super) back: Rgb,
    /// The backdrop where it is lit most.
    pub(super) light: Rgb,
    /// The brand's colour, tempered.
    pub(super) accent: Rgb,
    /// The brand's second colour, or a neighbour of the first.
    pub(super) accent2: Rgb,
    /// The accent as it may lie on a whole area, faintly.
    pub(super) wash: Rgb,
    /// Colour of the key light, luminance about 1.
    pub(super) key: Rgb,
    /// Low-key picture.
    pub(super) dark: bool,
    /// Strength of light and shade, 0-1.
    pub(super) contrast: f32,
    /// Cube roots of the shadows' colour, and the slopes from it to `back` and on to `light`: see [`Scheme::ramp`].
    roots: [Rgb; 3],
}

/// A colour with less chroma than this has no hue to speak of.
const COLOURED: f32 = 0.03;

impl Scheme {
    /// The scheme for a palette (sRGB, most important first) in a mood; `seed` picks where neither decides.
    pub(super) fn new(palette: &[[u8; 3]], mood: Mood, seed: u64) -> Self {
        let direction = mood.direction();
        let mut rng = Random::new(seed, 0x9a1e);
        let colours: Vec<Lch> = palette.iter().map(|&rgb| Lch::from_srgb(rgb)).collect();
        let fallback = direction.hues[index(&mut rng, direction.hues.len())];
        let neighbour = rng.sign() * rng.range(22.0, 42.0);
        // A brand in black, white and grey keeps its restraint: only a breath of the mood's own colour.
        let quiet = !palette.is_empty();
        let main = colours.iter().copied().find(|lch| lch.c > COLOURED).unwrap_or(Lch::new(
            0.6,
            if quiet { 0.022 } else { 0.13 },
            if quiet { direction.light_hue } else { fallback },
        ));
        // A gold's neighbours are copper and amber; the other way lies a sickly green.
        let neighbour = if (40.0..130.0).contains(&main.h) { -neighbour.abs() } else { neighbour };
        let second = colours
            .iter()
            .copied()
            .find(|lch| lch.c > COLOURED && turn(main.h, lch.h).abs() > 20.0)
            .unwrap_or(Lch::new(main.l, main.c * 0.9, main.h + neighbour));

        // The backdrop follows the brand's lightness a little, within what the mood asks.
        let lightness = direction.lightness + (main.l - 0.6).clamp(-0.3, 0.3) * 0.08 + rng.range(-0.012, 0.012);
        let chroma = (main.c * 0.5).min(direction.chroma);
        // Dark yellow is olive: a gold brand's shadows are warm brown-black instead.
        let olive = if direction.dark { (1.0 - turn(main.h, 92.0).abs() / 45.0).clamp(0.0, 1.0) } else { 0.0 };
        let (hue, chroma) = (main.h - 34.0 * olive, chroma * (1.0 - 0.55 * olive));
        let back = Lch::new(lightness, chroma, hue).to_linear();
        let deep = Lch::new(
            (lightness - direction.depth).max(0.075),
            if direction.dark { chroma * 0.7 } else { (chroma * 1.35).min(main.c) },
            hue + turn(main.h, second.h).clamp(-14.0, 14.0) * (1.0 - olive),
        );
        let light = if direction.dark {
            Lch::new(lightness + 0.20, (chroma * 1.35).min(main.c), hue)
        } else {
            Lch::new((lightness + 0.08).min(0.965), chroma * 0.55, main.h)
        };
        let accent_l = if direction.dark { 0.62 } else { 0.68 };
        let accent = |lch: Lch| {
            let l = accent_l + (lch.l - 0.6).clamp(-0.2, 0.2) * 0.5;
            Lch::new(l, lch.c.min(if direction.dark { 0.15 } else { 0.16 }), lch.h).to_linear()
        };
        let key = Lch::new(0.97, direction.light_chroma, direction.light_hue).to_linear();
        let luminance = 0.2126 * key[0] + 0.7152 * key[1] + 0.0722 * key[2];
        let (deep, light) = (deep.to_linear(), light.to_linear());
        let root = |rgb: Rgb| rgb.map(f32::cbrt);
        let slope = |from: Rgb, to: Rgb| std::array::from_fn(|i| 2.0 * (root(to)[i] - root(from)[i]));
        Self {
            roots: [root(deep), slope(deep, back), slope(back, light)],
            back,
            light,
            accent: accent(main),
            accent2: accent(second),
            wash: accent(Lch::new(main.l, main.c * (1.0 - 0.25 * olive), main.h - 20.0 * olive)),
            key: key.map(|c| c / luminance),
            dark: direction.dark,
            contrast: direction.contrast,
        }
    }

    /// The backdrop's colour at a brightness: 0 = shadows and corners, about 0.5 = [`Scheme::back`], 1 = [`Scheme::light`].
    ///
    /// Even to the eye (cube roots, as in OKLab), and without a kink in the middle, which would show as an edge in a soft light.
    #[inline]
    pub(super) fn ramp(&self, t: f32) -> Rgb {
        let t = t.max(0.0);
        // Zero up to 0.1, the straight line t - 0.5 from 0.9 on, a parabola in between.
        let inner = (t - 0.1).clamp(0.0, 0.8);
        let over = inner * inner * (0.5 / 0.8) + (t - 0.9).max(0.0);
        let [base, low, high] = &self.roots;
        std::array::from_fn(|i| {
            let root = (base[i] + low[i] * t + (high[i] - low[i]) * over).max(0.0);
            root * root * root
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_colours_in_oklch() {
        // Ottosson's article: sRGB red is L 0.628, C 0.258, h 29.2 degrees.
        let red = Lch::from_srgb([255, 0, 0]);
        assert!((red.l - 0.628).abs() < 2e-3 && (red.c - 0.258).abs() < 2e-3 && (red.h - 29.2).abs() < 0.3, "{red:?}");
        assert!(Lch::from_srgb([255, 255, 255]).c < 1e-3);
    }

    proptest! {
        #[test]
        fn round_trip(r: u8, g: u8, b: u8) {
            let linear = [r, g, b].map(|c| srgb_to_linear(f32::from(c) / 255.0));
            let back = Lch::from_linear(linear).to_linear();
            for (a, b) in linear.iter().zip(back) {
                prop_assert!((a - b).abs() < 2e-3);
            }
        }

        #[test]
        fn any_palette_gives_usable_colours(palette in prop::collection::vec(any::<[u8; 3]>(), 0..5), seed: u64) {
            for &mood in Mood::ALL {
                let scheme = Scheme::new(&palette, mood, seed);
                for colour in [scheme.ramp(0.0), scheme.back, scheme.light, scheme.accent, scheme.accent2] {
                    prop_assert!(colour.iter().all(|c| (0.0..=1.0).contains(c)));
                }
                let l = |rgb| Lch::from_linear(rgb).l;
                prop_assert!(l(scheme.ramp(0.0)) < l(scheme.back) && l(scheme.back) < l(scheme.light) + 0.01);
                let near = |a: Rgb, b: Rgb| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.003);
                prop_assert!(near(scheme.ramp(1.0), scheme.light));
                let ramp: Vec<f32> = (0..=50).map(|i| l(scheme.ramp(i as f32 * 0.02))).collect();
                prop_assert!(ramp.windows(2).all(|w| w[1] >= w[0] - 1e-3 && w[1] - w[0] < 0.03));
            }
        }
    }

    #[test]
    fn saturated_red_gives_a_tinted_neutral_with_a_red_accent() {
        let scheme = Scheme::new(&[[230, 0, 20]], Mood::Calm, 1);
        let (back, accent) = (Lch::from_linear(scheme.back), Lch::from_linear(scheme.accent));
        assert!(back.c < 0.05 && back.l > 0.8, "{back:?}");
        assert!(accent.c > 0.1 && turn(accent.h, Lch::from_srgb([230, 0, 20]).h).abs() < 3.0, "{accent:?}");
    }
}
