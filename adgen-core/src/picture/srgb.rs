//! From the colours that a file means to sRGB: ICC profiles, PNG's own chunks, what cameras say.
//!
//! PNG: W3C's third edition, section 4.3 (precedence) and 11.3.2 (chunks). HDR transfer functions: ITU-R BT.2100-2, with
//! reference white at 203 cd/m² (BT.2408-7); what is brighter is cut there. The only user of `moxcms`; pure arithmetic.

use super::bounds::MAX_PROFILE_BYTES;
use moxcms::{
    Chromaticity, CicpColorPrimaries, ColorPrimaries, ColorProfile, DataColorSpace, Layout, ToneReprCurve,
    Transform8BitExecutor, Transform16BitExecutor, TransformOptions,
};
use std::{fmt, sync::Arc};

/// Reference white of HDR pictures, in cd/m².
const REFERENCE_WHITE: f64 = 203.0;
/// Peak of the display that HLG is taken for, in cd/m²; its gamma is then 1.2.
const HLG_PEAK: f64 = 1000.0;
/// A `gAMA` within this share of 1/2.2 means sRGB: writers that know no better put it there.
const SRGB_GAMMA_SHARE: f64 = 0.01;
/// Exponents of sane files; others come from bugs.
const SANE_EXPONENTS: std::ops::RangeInclusive<f64> = 0.2..=5.0;
/// A chromaticity that is as near to sRGB's is sRGB's.
const SRGB_CHROMATICITY: f64 = 0.005;

/// Converts rows to sRGB.
#[derive(Clone)]
pub(super) enum ToSrgb {
    /// They are sRGB, but for rounding.
    Same,
    /// By profile.
    Profile { eight: Arc<Transform8BitExecutor>, sixteen: Arc<Transform16BitExecutor> },
    /// Grey values by a profile for grey: of 16 bit to 8.
    Grey(Arc<[u8]>),
    /// HDR: first to linear light cut at reference white, then by profile.
    Hdr { linear: Arc<[f32]>, hlg: bool, luma: [f32; 3], sixteen: Arc<Transform16BitExecutor> },
}

impl fmt::Debug for ToSrgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "Same",
            Self::Profile { .. } => "Profile",
            Self::Grey(_) => "Grey",
            Self::Hdr { .. } => "Hdr",
        })
    }
}

/// White point and primaries, each x and y.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chromaticities {
    pub(super) white: (f64, f64),
    pub(super) primaries: [(f64, f64); 3],
}

const SRGB_CHROMATICITIES: Chromaticities =
    Chromaticities { white: (0.3127, 0.3290), primaries: [(0.64, 0.33), (0.30, 0.60), (0.15, 0.06)] };

impl ToSrgb {
    /// By the ICC `profile` of a picture whose file has grey (`grey`) or coloured pixels. The error is the reason why the
    /// profile is of no use.
    pub(super) fn by_profile(profile: &[u8], grey: bool) -> Result<Self, &'static str> {
        if profile.len() > MAX_PROFILE_BYTES {
            return Err("is larger than 4 MB");
        }
        let source = ColorProfile::new_from_slice(profile).map_err(|_| "cannot be read")?;
        match source.color_space {
            DataColorSpace::Rgb => Self::by(&source),
            DataColorSpace::Gray if grey => Self::by_grey(&source),
            _ => Err("is for another kind of pixels"),
        }
    }

    /// Adobe RGB (1998).
    pub(super) fn adobe_rgb() -> Result<Self, &'static str> {
        Self::by(&ColorProfile::new_adobe_rgb())
    }

    /// By the exponent of PNG's `gAMA` (the file's, such as 0.45455) and by its `cHRM`, as far as each is there.
    pub(super) fn by_gamma(gamma: Option<f64>, chromaticities: Option<Chromaticities>) -> Result<Self, &'static str> {
        let curve = match gamma {
            None => None,
            Some(gamma) if (gamma * 2.2 - 1.0).abs() <= SRGB_GAMMA_SHARE => None,
            Some(gamma) if gamma > 0.0 && SANE_EXPONENTS.contains(&(1.0 / gamma)) => {
                Some(ToneReprCurve::Parametric(vec![(1.0 / gamma) as f32]))
            }
            Some(_) => return Err("has a senseless gamma"),
        };
        let chromaticities = chromaticities.unwrap_or(SRGB_CHROMATICITIES);
        if !chromaticities.are_sane() {
            return Err("has senseless chromaticities");
        }
        if curve.is_none() && chromaticities.are_srgb() {
            return Ok(Self::Same);
        }
        Self::by(&chromaticities.profile(curve))
    }

    /// By the code points of ITU-T H.273 of a picture with full range.
    pub(super) fn by_code_points(primaries: u8, transfer: u8) -> Result<Self, &'static str> {
        let known = CicpColorPrimaries::try_from(primaries).map_err(|_| "has unknown primaries")?;
        let chromaticities = Chromaticities::of(primaries, known).ok_or("has unknown primaries")?;
        let exponent = match transfer {
            // BT.709 and its kin are shown as sRGB is; unspecified is sRGB by the standard's advice.
            1 | 2 | 6 | 13 | 14 | 15 => None,
            4 => Some(2.2),
            5 => Some(2.8),
            8 => Some(1.0),
            16 | 18 => return Self::hdr(&chromaticities, transfer == 18),
            _ => return Err("has an unknown transfer function"),
        };
        Self::by_gamma(exponent.map(|exponent: f64| 1.0 / exponent), Some(chromaticities))
    }

    fn by(source: &ColorProfile) -> Result<Self, &'static str> {
        const UNSUPPORTED: &str = "is of a kind that is not supported";
        let target = ColorProfile::new_srgb();
        let options = TransformOptions::default();
        let eight =
            source.create_transform_8bit(Layout::Rgb, &target, Layout::Rgb, options).map_err(|_| UNSUPPORTED)?;
        let sixteen =
            source.create_transform_16bit(Layout::Rgb, &target, Layout::Rgb, options).map_err(|_| UNSUPPORTED)?;
        // Most photos carry an sRGB profile of some make: leave their pixels exactly as they are.
        let steps = || (0..=255_u8).step_by(51);
        let probe: Vec<u8> =
            steps().flat_map(|r| steps().flat_map(move |g| steps().flat_map(move |b| [r, g, b]))).collect();
        let mut seen = vec![0; probe.len()];
        eight.transform(&probe, &mut seen).map_err(|_| UNSUPPORTED)?;
        if probe.iter().zip(&seen).all(|(a, b)| a.abs_diff(*b) <= 2) {
            return Ok(Self::Same);
        }
        Ok(Self::Profile { eight, sixteen })
    }

    fn by_grey(source: &ColorProfile) -> Result<Self, &'static str> {
        const UNSUPPORTED: &str = "is of a kind that is not supported";
        let curve = source.gray_trc.clone().ok_or(UNSUPPORTED)?;
        // Grey is a colour of every space: the same curve for three channels of sRGB's own primaries.
        match Self::by(&SRGB_CHROMATICITIES.profile(Some(curve)))? {
            Self::Profile { sixteen, .. } => {
                let values: Vec<u16> = (0..=u16::MAX).flat_map(|value| [value; 3]).collect();
                let mut seen = vec![0; values.len()];
                sixteen.transform(&values, &mut seen).map_err(|_| UNSUPPORTED)?;
                Ok(Self::Grey(seen.chunks_exact(3).map(|rgb| narrowed(rgb[1])).collect()))
            }
            other => Ok(other),
        }
    }

    fn hdr(chromaticities: &Chromaticities, hlg: bool) -> Result<Self, &'static str> {
        let linear = (0..=u16::MAX)
            .map(|code| {
                let value = f64::from(code) / 65535.0;
                (if hlg { hlg_scene_light(value) } else { pq_light(value) / REFERENCE_WHITE }) as f32
            })
            .collect();
        let profile = chromaticities.profile(Some(ToneReprCurve::Parametric(vec![1.0])));
        match Self::by(&profile)? {
            Self::Profile { sixteen, .. } => {
                let [r, g, b] = chromaticities.luma();
                Ok(Self::Hdr { linear, hlg, luma: [r as f32, g as f32, b as f32], sixteen })
            }
            _ => Err("has an unknown transfer function"),
        }
    }

    /// Whether rows come out as they are.
    pub(super) fn is_same(&self) -> bool {
        matches!(self, Self::Same)
    }

    pub(super) fn is_hdr(&self) -> bool {
        matches!(self, Self::Hdr { .. })
    }

    /// Converts `row`, RGB with 8 bits a channel, in place. `room` is kept between calls.
    pub(super) fn eight(&self, row: &mut [u8], room: &mut Vec<u8>) {
        match self {
            Self::Same => {}
            Self::Profile { eight, .. } => {
                room.resize(row.len(), 0);
                // Both are whole pixels of one length: a failure would leave the row as it was.
                if eight.transform(row, room).is_ok() {
                    row.copy_from_slice(room);
                }
            }
            Self::Grey(table) => row.iter_mut().for_each(|value| *value = table[usize::from(*value) * 257]),
            Self::Hdr { .. } => {
                let wide: Vec<u16> = row.iter().map(|value| u16::from(*value) * 257).collect();
                self.sixteen(&wide, row);
            }
        }
    }

    /// Converts `row`, RGB with 16 bits a channel, to 8 bits.
    pub(super) fn sixteen(&self, row: &[u16], out: &mut [u8]) {
        let narrow = |row: &[u16], out: &mut [u8]| {
            out.iter_mut().zip(row).for_each(|(out, value)| *out = narrowed(*value));
        };
        match self {
            Self::Same => narrow(row, out),
            Self::Grey(table) => out.iter_mut().zip(row).for_each(|(out, value)| *out = table[usize::from(*value)]),
            Self::Profile { sixteen, .. } => {
                let mut converted = vec![0; row.len()];
                match sixteen.transform(row, &mut converted) {
                    Ok(()) => narrow(&converted, out),
                    Err(_) => narrow(row, out),
                }
            }
            Self::Hdr { linear, hlg, luma, sixteen } => {
                let mut light = Vec::with_capacity(row.len());
                for pixel in row.chunks_exact(3) {
                    let mut values = [0, 1, 2].map(|channel| linear[usize::from(pixel[channel])]);
                    if *hlg {
                        let brightness: f32 = values.iter().zip(luma).map(|(value, weight)| value * weight).sum();
                        let gain = brightness.max(1e-6).powf(0.2) * (HLG_PEAK / REFERENCE_WHITE) as f32;
                        values = values.map(|value| value * gain);
                    }
                    light.extend(values.map(|value| (value.clamp(0.0, 1.0) * 65535.0 + 0.5) as u16));
                }
                let mut converted = vec![0; light.len()];
                if sixteen.transform(&light, &mut converted).is_ok() {
                    narrow(&converted, out);
                }
            }
        }
    }
}

/// 16 bits to 8, rounded.
pub(super) fn narrowed(value: u16) -> u8 {
    ((u32::from(value) * 255 + 32767) / 65535) as u8
}

/// SMPTE ST 2084: the light of a code value (0-1) in cd/m².
fn pq_light(value: f64) -> f64 {
    const M1: f64 = 2610.0 / 16384.0;
    const M2: f64 = 2523.0 / 32.0;
    const C1: f64 = 3424.0 / 4096.0;
    const C2: f64 = 2413.0 / 128.0;
    const C3: f64 = 2392.0 / 128.0;
    let power = value.powf(1.0 / M2);
    10_000.0 * ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1)
}

/// HLG's inverse transfer function: scene light, 0-1.
fn hlg_scene_light(value: f64) -> f64 {
    const A: f64 = 0.178_832_77;
    const B: f64 = 1.0 - 4.0 * A;
    let c = 0.5 - A * (4.0 * A).ln();
    if value <= 0.5 { value * value / 3.0 } else { (((value - c) / A).exp() + B) / 12.0 }
}

impl Chromaticities {
    /// H.273, table 2: the white of the primaries with this code.
    fn of(code: u8, primaries: CicpColorPrimaries) -> Option<Self> {
        let white = match code {
            // Illuminant C.
            4 | 8 => (0.310, 0.316),
            10 => (1.0 / 3.0, 1.0 / 3.0),
            11 => (0.314, 0.351),
            _ => SRGB_CHROMATICITIES.white,
        };
        let known = ColorPrimaries::try_from(primaries).ok()?;
        let of = |point: Chromaticity| (f64::from(point.x), f64::from(point.y));
        Some(Self { white, primaries: [of(known.red), of(known.green), of(known.blue)] })
    }

    fn points(&self) -> [(f64, f64); 4] {
        [self.white, self.primaries[0], self.primaries[1], self.primaries[2]]
    }

    fn are_srgb(&self) -> bool {
        self.points().iter().zip(SRGB_CHROMATICITIES.points()).all(|(own, srgb)| {
            (own.0 - srgb.0).abs() <= SRGB_CHROMATICITY && (own.1 - srgb.1).abs() <= SRGB_CHROMATICITY
        })
    }

    /// Whether they span a triangle around a white that is one. Wide spaces' primaries lie a little outside the horseshoe.
    fn are_sane(&self) -> bool {
        let [r, g, b] = self.primaries;
        let area =
            |a: (f64, f64), b: (f64, f64), c: (f64, f64)| ((b.0 - a.0) * (c.1 - a.1) - (c.0 - a.0) * (b.1 - a.1)) / 2.0;
        let whole = area(r, g, b);
        let inside = [area(self.white, r, g), area(self.white, g, b), area(self.white, b, r)];
        self.points().iter().all(|(x, y)| (-0.1..=1.0).contains(x) && (-0.1..=1.1).contains(y))
            && self.white.1 > 0.1
            && whole.abs() > 0.01
            && inside.iter().all(|part| part / whole > 0.01)
    }

    /// Relative luminance of each primary.
    fn luma(&self) -> [f64; 3] {
        let profile = self.profile(None);
        [profile.red_colorant.y, profile.green_colorant.y, profile.blue_colorant.y]
    }

    /// A profile with these and `curve`, else sRGB's.
    fn profile(&self, curve: Option<ToneReprCurve>) -> ColorProfile {
        let mut profile = ColorProfile::new_srgb();
        let point = |(x, y): (f64, f64)| Chromaticity::new(x as f32, y as f32);
        let [red, green, blue] = self.primaries.map(point);
        profile.update_rgb_colorimetry(point(self.white).to_xyyb(), ColorPrimaries { red, green, blue });
        if let Some(curve) = curve {
            profile.red_trc = Some(curve.clone());
            profile.green_trc = Some(curve.clone());
            profile.blue_trc = Some(curve);
        }
        profile
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(by: &ToSrgb, rgb: [u16; 3]) -> [u8; 3] {
        let mut out = [0; 3];
        by.sixteen(&rgb, &mut out);
        out
    }

    fn near(a: [u8; 3], b: [u8; 3], tolerance: u8) -> bool {
        a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= tolerance)
    }

    #[test]
    fn linear_light_becomes_srgb() {
        let linear = ToSrgb::by_gamma(Some(1.0), None).expect("is sane");
        // Of IEC 61966-2-1: linear 0.4452 is 178, 0.0160 is 34.
        let code = |value: f64| (value * 65535.0).round() as u16;
        assert!(near(seen(&linear, [code(0.445_201), code(0.015_996), code(0.015_996)]), [178, 34, 34], 1));
        let mut row = [255, 128, 0];
        linear.eight(&mut row, &mut Vec::new());
        assert!(near(row, [255, 188, 0], 1), "{row:?}");
    }

    #[test]
    fn what_means_srgb_is_left_alone_and_nonsense_is_refused() {
        for gamma in [0.454_55, 0.4545, 0.45] {
            assert!(ToSrgb::by_gamma(Some(gamma), None).expect("is sane").is_same(), "{gamma}");
        }
        assert!(ToSrgb::by_gamma(None, Some(SRGB_CHROMATICITIES)).expect("is sane").is_same());
        for gamma in [0.0, 1e-5, 42_949.67, -1.0] {
            assert!(ToSrgb::by_gamma(Some(gamma), None).is_err(), "{gamma}");
        }
        let flat = Chromaticities { primaries: [(0.3, 0.3); 3], ..SRGB_CHROMATICITIES };
        let zero = Chromaticities { white: (0.0, 0.0), primaries: [(0.0, 0.0); 3] };
        let outside = Chromaticities { white: (0.9, 0.9), ..SRGB_CHROMATICITIES };
        for nonsense in [flat, zero, outside] {
            assert!(ToSrgb::by_gamma(None, Some(nonsense)).is_err(), "{nonsense:?}");
        }
    }

    #[test]
    fn primaries_are_converted() {
        let p3 = Chromaticities { primaries: [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06)], ..SRGB_CHROMATICITIES };
        let wide = ToSrgb::by_gamma(Some(0.454_55), Some(p3)).expect("is sane");
        // sRGB (200, 100, 50) is (187, 105, 62) in Display P3.
        assert!(near(seen(&wide, [187 * 257, 105 * 257, 62 * 257]), [200, 100, 50], 2));
        assert!(near(seen(&wide, [128 * 257; 3]), [128; 3], 1));
        let by_code = ToSrgb::by_code_points(12, 13).expect("is known");
        assert!(near(seen(&by_code, [187 * 257, 105 * 257, 62 * 257]), [200, 100, 50], 2));
        let adobe = ToSrgb::adobe_rgb().expect("is known");
        // sRGB (0, 255, 0) is (144, 255, 60) in Adobe RGB.
        assert!(near(seen(&adobe, [144 * 257, 65535, 60 * 257]), [0, 255, 0], 3));
        assert!(ToSrgb::by_code_points(1, 13).expect("is known").is_same());
        assert!(ToSrgb::by_code_points(200, 13).is_err() && ToSrgb::by_code_points(1, 99).is_err());
    }

    #[test]
    fn hdr_white_is_white_and_grey_stays_grey() {
        // 203 cd/m² are code 0.5807 in PQ and 0.75 in HLG.
        for (transfer, white) in [(16, 0.5807), (18, 0.7498)] {
            let hdr = ToSrgb::by_code_points(9, transfer).expect("is known");
            let [r, g, b] = seen(&hdr, [(white * 65535.0) as u16; 3]);
            assert!(r.min(g).min(b) >= 252, "{transfer}: {r} {g} {b}");
            let [r, g, b] = seen(&hdr, [(0.3 * 65535.0) as u16; 3]);
            assert!(r.abs_diff(g) <= 1 && g.abs_diff(b) <= 1 && r > 20 && r < 160, "{transfer}: {r} {g} {b}");
        }
    }

    #[test]
    fn a_profile_for_grey_is_a_curve() {
        let linear = ColorProfile::new_gray_with_gamma(1.0).encode().expect("encodes");
        let grey = ToSrgb::by_profile(&linear, true).expect("is sane");
        let mut row = [128; 3];
        grey.eight(&mut row, &mut Vec::new());
        assert!(near(row, [188; 3], 1), "{row:?}");
        assert_eq!(ToSrgb::by_profile(&linear, false).expect_err("is for grey"), "is for another kind of pixels");
        assert_eq!(ToSrgb::by_profile(&[7; 300], true).expect_err("is none"), "cannot be read");
        assert_eq!(
            ToSrgb::by_profile(&vec![0; MAX_PROFILE_BYTES + 1], true).expect_err("too large"),
            "is larger than 4 MB"
        );
    }
}
