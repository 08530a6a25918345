//! Every frame of every clip leaves its text legible, and no veil flickers.

use super::super::ink::{contrast, luminance};
use super::*;
use crate::media::color::rgb8_to_ycbcr8;

const WIDTH: usize = 160;
const HEIGHT: usize = 120;
const FPS: f32 = 30.0;

fn plain(rgb: [u8; 3]) -> Frame {
    let mut frame = Frame::black(WIDTH, HEIGHT);
    frame.fill(rgb8_to_ycbcr8(rgb));
    frame
}

fn pattern(value: impl Fn(usize, usize) -> u8) -> Frame {
    let mut frame = Frame::black(WIDTH, HEIGHT);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            frame.y_mut()[y * WIDTH + x] = value(x, y);
        }
    }
    frame
}

fn standing() -> Standing {
    let zone = Rect { x: 20.0, y: 20.0, width: 120.0, height: 60.0 };
    Standing { zone, letter: 24.0, width: WIDTH, height: HEIGHT, fps: FPS }
}

fn choose(clip: &[Frame], every: usize) -> (Ink, Veil) {
    let backdrop = Backdrop::new(every as u64, clip.iter().step_by(every).cloned().collect()).unwrap();
    let whole = Rect { x: 0.0, y: 0.0, width: WIDTH as f32, height: HEIGHT as f32 };
    let scrim = |to_white| Scrim::around(&whole, (1.0, 1.0), (WIDTH, HEIGHT), to_white);
    Veil::choose(&backdrop, &standing(), &[Rgb([200, 16, 46])], scrim)
}

/// The least contrast of the ink with what is behind it, over all pixels of the zone but the outermost few of a hundred.
fn worst(ink: &Ink, veil: &Veil, index: usize, frame: &Frame) -> f32 {
    let mut frame = frame.clone();
    veil.draw(index as u64, 1.0, &mut frame);
    let mut found = Vec::new();
    for y in (20..80).step_by(2) {
        for x in (20..140).step_by(3) {
            let chroma = y / 2 * frame.chroma_width() + x / 2;
            let code = [frame.y()[y * WIDTH + x], frame.u()[chroma], frame.v()[chroma]].map(f32::from);
            let [r, g, b] = ycbcr_to_rgb(code).map(|c| srgb_to_linear(c.clamp(0.0, 1.0)));
            found.push(contrast(0.2126 * r + 0.7152 * g + 0.0722 * b, luminance(ink.color)));
        }
    }
    found.sort_by(f32::total_cmp);
    found[found.len() / 50]
}

fn clips() -> Vec<(&'static str, Vec<Frame>)> {
    let grey = |value: f32| plain([(value.clamp(0.0, 1.0) * 255.0) as u8; 3]);
    let at = |make: &dyn Fn(usize) -> Frame| (0..90).map(make).collect::<Vec<_>>();
    let mut noise = fastrand::Rng::with_seed(7);
    let mut grain = || pattern_of(&mut noise);
    vec![
        ("fade from white", at(&|i| grey(1.0 - i as f32 / 18.0))),
        ("white to black", at(&|i| grey(if i < 45 { 1.0 } else { 0.0 }))),
        ("black to white", at(&|i| grey(if i < 45 { 0.0 } else { 1.0 }))),
        ("slow change", at(&|i| grey(i as f32 / 89.0))),
        ("strobe", at(&|i| grey(if i % 2 == 0 { 1.0 } else { 0.0 }))),
        ("one flash", at(&|i| grey(if i == 43 { 1.0 } else { 0.05 }))),
        ("cuts", at(&|i| plain([[250, 240, 30], [10, 20, 90], [255, 255, 255], [200, 0, 0]][i / 7 % 4]))),
        ("checkerboard", at(&|_| pattern(|x, y| if (x / 8 + y / 8) % 2 == 0 { 235 } else { 16 }))),
        ("fine lines", at(&|i| pattern(|_, y| if (y + i) % 6 < 3 { 235 } else { 30 }))),
        ("scrolling words", at(&|i| pattern(|x, y| if (x + y * 3 + i * 2) % 17 < 5 { 230 } else { 40 }))),
        ("saturated", at(&|i| plain([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0]][i / 23 % 4]))),
        ("noise", (0..90).map(|_| grain()).collect()),
    ]
}

fn pattern_of(noise: &mut fastrand::Rng) -> Frame {
    let mut frame = Frame::black(WIDTH, HEIGHT);
    frame.y_mut().iter_mut().for_each(|value| *value = noise.u8(16..=235));
    frame
}

#[test]
fn text_can_be_read_in_every_frame() {
    for (name, clip) in clips() {
        for every in [5, 30] {
            let (ink, veil) = choose(&clip, every);
            for (index, frame) in clip.iter().enumerate() {
                let got = worst(&ink, &veil, index, frame);
                assert!(got >= 4.5, "{name}, every {every}, frame {index}: {got} with {ink:?}");
            }
        }
    }
}

#[test]
fn text_can_be_read_on_every_colour() {
    for r in (0..=255).step_by(85) {
        for g in (0..=255).step_by(85) {
            for b in (0..=255).step_by(85) {
                let frame = plain([r as u8, g as u8, b as u8]);
                let (ink, veil) = choose(std::slice::from_ref(&frame), 1);
                let got = worst(&ink, &veil, 0, &frame);
                assert!(got >= 4.5, "{r} {g} {b}: {got} {ink:?}");
            }
        }
    }
}

#[test]
fn a_frame_does_not_depend_on_those_before_it() {
    for (name, clip) in clips() {
        let (_, veil) = choose(&clip, 5);
        let forwards: Vec<f32> = clip.iter().enumerate().map(|(i, frame)| veil.strength(i as u64, frame)).collect();
        for index in (0..clip.len()).rev() {
            assert_eq!(veil.strength(index as u64, &clip[index]), forwards[index], "{name} {index}");
        }
    }
}

#[test]
fn the_veil_changes_slowly_where_the_background_does() {
    for (name, clip) in clips() {
        let jumpy = ["one flash", "cuts", "saturated"].contains(&name);
        let (_, veil) = choose(&clip, 5);
        let strengths: Vec<f32> = clip.iter().enumerate().map(|(i, frame)| veil.strength(i as u64, frame)).collect();
        for (index, pair) in strengths.windows(2).enumerate() {
            let change = (pair[1] - pair[0]).abs();
            assert!(jumpy || change < 0.08, "{name} {index}: {change}");
        }
    }
}

#[test]
fn a_veil_comes_and_goes_with_the_words() {
    for (name, clip) in clips() {
        let (_, veil) = choose(&clip, 5);
        let drawn = |index: usize, presence: f32| {
            let mut frame = clip[index].clone();
            veil.draw(index as u64, presence, &mut frame);
            frame
        };
        let far = |index: usize, presence: f32| {
            let (old, new) = (&clip[index], drawn(index, presence));
            old.y().iter().zip(new.y()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>()
        };
        for index in [0, 44, 89] {
            assert_eq!(drawn(index, 0.0), clip[index], "{name} {index}");
            let all: Vec<u64> = [0.0, 0.3, 0.6, 1.0].map(|presence| far(index, presence)).into();
            assert!(all.is_sorted(), "{name} {index}: {all:?}");
        }
    }
}

#[test]
fn what_the_veil_makes_of_a_ground_is_known_beforehand() {
    for (rgb, name) in [([250; 3], "light"), ([120; 3], "grey"), ([20; 3], "dark")] {
        let clip = [plain([255; 3]), plain(rgb), plain([0; 3])];
        let (_, veil) = choose(&clip, 1);
        let mut frame = clip[1].clone();
        veil.draw(1, 1.0, &mut frame);
        let luminance = |frame: &Frame| {
            let code = (f32::from(frame.y()[50 * WIDTH + 60]) - 16.0) / 219.0;
            srgb_to_linear(code)
        };
        let (got, wanted) = (veil.over(1, (60.0, 50.0), luminance(&clip[1])), luminance(&frame));
        assert!(contrast(got, wanted) < 1.1, "{name}: {got}, not {wanted}");
    }
}

#[test]
fn calm_backgrounds_keep_their_light() {
    for (rgb, light) in [([12, 14, 20], true), ([245, 244, 240], false)] {
        let clip = vec![plain(rgb); 30];
        let (ink, veil) = choose(&clip, 5);
        assert_eq!((ink.light, veil.strength(10, &clip[10])), (light, 0.0), "{rgb:?}");
    }
    // A single bright moment turns neither the ink nor the whole scene.
    let (ink, veil) = choose(&clips()[5].1, 1);
    assert!(ink.light && veil.strength(0, &clips()[5].1[0]) == 0.0);
}

#[test]
fn an_envelope_is_never_below_what_is_asked_for() {
    let mut random = fastrand::Rng::with_seed(3);
    for reach in 1..5 {
        let strengths: Vec<f32> = (0..40).map(|_| random.f32()).collect();
        let found = envelope(&strengths, reach);
        assert!(found.iter().zip(&strengths).all(|(envelope, strength)| envelope >= &(strength - 1e-6)));
    }
    assert_eq!(envelope(&[0.3], 3), [0.3]);
}
