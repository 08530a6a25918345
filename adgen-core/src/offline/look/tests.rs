//! What holds for every look: determinism, legal values, smooth light, even movement, the brand's hue.

use std::collections::BTreeSet;

use super::{palette::Lch, *};
use crate::media::color;

fn settings(width: usize, height: usize, seed: u64) -> LookSettings {
    LookSettings { palette: vec![[0, 122, 118], [244, 162, 97]], ..LookSettings::new(width, height, seed) }
}

fn frame(look: Look, settings: &LookSettings, t_s: f32, index: u64) -> Frame {
    let mut out = Frame::black(2, 2);
    renderer(look, settings).expect("valid settings").render(t_s, index, &mut out);
    out
}

/// Mean luma of 8 x 8 blocks: the picture without its grain.
fn blocks(frame: &Frame) -> Vec<f32> {
    let width = frame.width();
    let mut means = Vec::new();
    for y0 in (0..frame.height() - 7).step_by(8) {
        for x0 in (0..width - 7).step_by(8) {
            let sum: u32 = (y0..y0 + 8).flat_map(|y| &frame.y()[y * width + x0..][..8]).map(|&v| u32::from(v)).sum();
            means.push(sum as f32 / 64.0);
        }
    }
    means
}

#[test]
fn names_are_what_documents_hold() {
    for &look in Look::ALL {
        assert_eq!(serde_json::to_value(look).expect("a plain enum"), look.as_str());
        assert_eq!(look.to_string(), look.as_str());
    }
    for &camera in CameraMove::ALL {
        assert_eq!(serde_json::to_value(camera).expect("a plain enum"), camera.as_str());
    }
    assert_eq!(Look::ALL.iter().map(|look| look.as_str()).collect::<BTreeSet<_>>().len(), Look::ALL.len());
}

#[test]
fn same_settings_same_bytes_and_another_seed_another_picture() {
    for &look in Look::ALL {
        let a = frame(look, &settings(144, 256, 5), 1.3, 39);
        assert_eq!(a, frame(look, &settings(144, 256, 5), 1.3, 39), "{look}");
        // Out of order too: a frame depends on nothing that was drawn before.
        let mut renderer = renderer(look, &settings(144, 256, 5)).expect("valid settings");
        let mut out = Frame::black(144, 256);
        renderer.render(4.0, 120, &mut out);
        renderer.render(1.3, 39, &mut out);
        assert_eq!(a, out, "{look}");
        let b = frame(look, &settings(144, 256, 6), 1.3, 39);
        let difference: f32 = blocks(&a).iter().zip(blocks(&b)).map(|(a, b)| (a - b).abs()).sum();
        assert!(difference / blocks(&a).len() as f32 > 0.8, "{look}: seeds 5 and 6 look alike");
    }
}

#[test]
fn moods_differ_as_they_should() {
    for &look in Look::ALL {
        let mean = |mood| {
            let frame = frame(look, &LookSettings { mood, ..settings(96, 160, 3) }, 1.0, 0);
            frame.y().iter().map(|&y| f32::from(y)).sum::<f32>() / frame.y().len() as f32
        };
        let (fresh, luxury) = (mean(Mood::Fresh), mean(Mood::Luxury));
        assert!(fresh > 130.0 && luxury < 90.0, "{look}: {fresh} {luxury}");
    }
}

#[test]
fn every_value_is_legal() {
    for &look in Look::ALL {
        for mood in [Mood::Fresh, Mood::Luxury] {
            let frame = frame(look, &LookSettings { mood, grain: 4.0, ..settings(90, 160, 8) }, 2.0, 60);
            assert!(frame.y().iter().all(|y| (16..=235).contains(y)), "{look}");
            assert!(frame.u().iter().chain(frame.v()).all(|c| (16..=240).contains(c)), "{look}");
        }
    }
}

#[test]
fn movement_is_small_even_and_never_jumps() {
    for &look in Look::ALL {
        for camera in [CameraMove::PushIn, CameraMove::Orbit] {
            let settings = LookSettings { camera, duration_s: 2.0, mood: Mood::Energetic, ..settings(144, 256, 11) };
            let mut renderer = renderer(look, &settings).expect("valid settings");
            let mut out = Frame::black(144, 256);
            let mut last: Option<Vec<f32>> = None;
            let (mut steps, mut worst) = (Vec::new(), 0.0f32);
            // On beyond the clip's end at frame 60.
            for i in (0..72).map(|i| i as f32 / 30.0) {
                // The same grain each time, so that it cancels out.
                renderer.render(i, 0, &mut out);
                let now = blocks(&out);
                if let Some(last) = last {
                    let step: Vec<f32> = now.iter().zip(&last).map(|(a, b)| (a - b).abs()).collect();
                    worst = step.iter().copied().fold(worst, f32::max);
                    steps.push(step.iter().sum::<f32>() / step.len() as f32);
                }
                last = Some(now);
            }
            let mean = steps.iter().sum::<f32>() / steps.len() as f32;
            let top = steps.iter().copied().fold(0.0, f32::max);
            assert!(mean > 0.005, "{look}: stands still ({mean})");
            assert!(mean < 1.2 && top < 2.5 * mean + 0.1, "{look}: {mean} on average, {top} at most");
            assert!(worst < 16.0, "{look}: a block jumps by {worst}");
        }
    }
}

#[test]
fn smooth_areas_have_no_bands() {
    for look in [Look::StudioSweep, Look::GradientWaves, Look::Rays, Look::Podium] {
        for mood in [Mood::Calm, Mood::Luxury] {
            let frame = frame(look, &LookSettings { mood, grain: 0.0, ..settings(360, 640, 4) }, 1.0, 3);
            // A band is a long run of equal values; dither breaks every run.
            let bright = |row: &&[u8]| row.iter().all(|&y| y > 22);
            let runs =
                frame.y().chunks(360).filter(bright).flat_map(|row| row.chunk_by(|a, b| a == b).map(<[u8]>::len));
            assert!(runs.max().unwrap_or(0) < 48, "{look} {mood:?}");
        }
    }
}

#[test]
fn the_brand_hue_leads() {
    for palette in [[214u8, 20, 36], [0, 110, 200], [40, 150, 60]] {
        let wanted = Lch::from_srgb(palette).h;
        for &look in Look::ALL {
            for mood in [Mood::Fresh, Mood::Playful, Mood::Tech] {
                let settings = LookSettings { palette: vec![palette], mood, ..LookSettings::new(96, 160, 2) };
                let frame = frame(look, &settings, 1.0, 0);
                let (mut a, mut b, mut n) = (0.0, 0.0, 0.0);
                for (i, (&u, &v)) in frame.u().iter().zip(frame.v()).enumerate() {
                    let (x, y) = (i % frame.chroma_width() * 2, i / frame.chroma_width() * 2);
                    let luma = frame.y()[y * frame.width() + x];
                    let rgb = color::ycbcr_to_rgb([f32::from(luma), f32::from(u), f32::from(v)]);
                    let lch = Lch::from_linear(rgb.map(|c| color::srgb_to_linear(c.clamp(0.0, 1.0))));
                    let (sin, cos) = lch.h.to_radians().sin_cos();
                    (a, b, n) = (a + lch.c * cos, b + lch.c * sin, n + 1.0);
                }
                let (hue, chroma) = (f32::atan2(b, a).to_degrees(), a.hypot(b) / n);
                let away = palette::turn(wanted, hue).abs();
                assert!(away < 38.0, "{look} {mood:?} {palette:?}: {away} degrees off");
                // Tinted, and never a wall of pure colour.
                assert!((0.008..0.13).contains(&chroma), "{look} {mood:?} {palette:?}: chroma {chroma}");
            }
        }
    }
}

#[test]
fn extreme_inputs_are_drawn_or_refused() {
    for &look in Look::ALL {
        for (width, height) in [(1, 1), (2, 2), (3, 77), (101, 5), (33, 47)] {
            for palette in [vec![], vec![[255, 255, 255]], vec![[0, 0, 0]], vec![[255, 0, 0]; 9]] {
                let settings = LookSettings { palette, ..LookSettings::new(width, height, u64::MAX) };
                let frame = frame(look, &settings, f32::MAX, u64::MAX);
                assert_eq!(
                    (frame.width(), frame.height()),
                    (width.max(2).next_multiple_of(2), height.next_multiple_of(2))
                );
            }
        }
        let normal = settings(48, 64, 1);
        let start = frame(look, &normal, 0.0, 0);
        for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -3.0] {
            assert_eq!(frame(look, &normal, broken, 0), start, "{look} at {broken}");
        }
        for refused in [
            LookSettings { width: 0, ..normal.clone() },
            LookSettings { height: MAX_SIDE + 1, ..normal.clone() },
            LookSettings { duration_s: 0.0, ..normal.clone() },
            LookSettings { duration_s: f32::NAN, ..normal.clone() },
        ] {
            assert_eq!(renderer(look, &refused).expect_err("must be refused").kind(), ErrorKind::InvalidConfig);
        }
    }
}

#[test]
fn the_ground_is_where_a_product_can_stand() {
    for &look in Look::ALL {
        for (width, height) in [(720, 1280), (720, 720), (1280, 720), (0, 0)] {
            if let Some(line) = look.ground_line(width, height) {
                assert!((0.6..0.85).contains(&line), "{look}: {line}");
            }
        }
    }
    assert!(Look::Surface.ground_line(720, 1280).is_some() && Look::Bokeh.ground_line(720, 1280).is_none());
}
