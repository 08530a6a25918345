//! The whole of a scene: boxes, continuity of what is drawn, and pictures against stored ones.

use super::*;
use crate::media::{
    Frame,
    color::{rgb8_to_ycbcr8, ycbcr_to_rgb},
};
use crate::project::{Aspect, Motion, Output, Placement, ProductLayer, Rgb, Role};
use image::{Rgba, RgbaImage};
use proptest::prelude::*;
use std::{cell::RefCell, path::PathBuf};

mod legible;

const ROLES: [Role; 5] = [Role::Hook, Role::Showcase, Role::Benefit, Role::Proof, Role::CallToAction];
const PLACEMENTS: [Placement; 6] =
    [Placement::Auto, Placement::Center, Placement::Left, Placement::Right, Placement::Top, Placement::Bottom];

thread_local! {
    static FONTS: RefCell<Fonts> = RefCell::new(Fonts::embedded());
}

fn spec(aspect: Aspect, role: Role, short_side: u32) -> SceneSpec {
    let (width, height) = Output { short_side, ..Output::default() }.size(aspect);
    SceneSpec {
        palette: vec![Rgb([200, 16, 46])],
        ..SceneSpec::new(width as usize, height as usize, aspect, role, 150)
    }
}

/// A background with a lighter wall and a darker floor.
fn background(width: usize, height: usize) -> Frame {
    let mut frame = Frame::black(width, height);
    for y in 0..height {
        let share = y as f32 / height as f32;
        let value = if share < 0.65 { 200.0 - 50.0 * share } else { 150.0 - 60.0 * (share - 0.65) };
        let (luma, u, v) = rgb8_to_ycbcr8([value as u8, (value * 0.92) as u8, (value * 0.85) as u8]);
        frame.y_mut()[y * width..(y + 1) * width].fill(luma);
        frame.u_mut()[y / 2 * width / 2..(y / 2 + 1) * width / 2].fill(u);
        frame.v_mut()[y / 2 * width / 2..(y / 2 + 1) * width / 2].fill(v);
    }
    frame
}

fn bottle(width: u32, height: u32) -> ProductArt {
    let image = RgbaImage::from_fn(width, height, |x, y| {
        let (u, v) = ((x as f32 + 0.5) / width as f32 - 0.5, (y as f32 + 0.5) / height as f32);
        let half = if v < 0.25 { 0.18 } else { 0.18 + 0.31 * ((v - 0.25) / 0.12).min(1.0) };
        let alpha = ((half - u.abs()) * width as f32 + 0.5).clamp(0.0, 1.0);
        let sheen = 0.5 + 0.5 * (1.0 - (u + 0.2).abs() * 2.0).max(0.0);
        let base = if (0.5..0.8).contains(&v) { [245.0, 240.0, 230.0] } else { [30.0, 110.0, 90.0] };
        let [r, g, b] = base.map(|c: f32| (c * sheen) as u8);
        Rgba([r, g, b, (alpha * 255.0) as u8])
    });
    ProductArt::new(&image).unwrap()
}

fn prepared(spec: &SceneSpec, art: Option<&ProductArt>) -> SceneCompositor {
    let background = background(spec.width, spec.height);
    FONTS.with_borrow_mut(|fonts| SceneCompositor::new(spec, art, None, fonts, &Backdrop::still(background))).unwrap()
}

/// Every rule that a layout must keep.
fn check(spec: &SceneSpec, layout: &Layout) {
    let safe = SafeArea::of(spec.aspect, spec.width, spec.height);
    let unit = spec.unit();
    let texts: Vec<Rect> = [layout.brand, layout.caption, layout.button].into_iter().flatten().collect();
    for (index, rect) in texts.iter().enumerate() {
        assert!(safe.text.contains(rect, 1.0), "{rect:?} is not in {:?}", safe.text);
        assert!(texts[index + 1..].iter().all(|other| !rect.overlaps(other)), "{layout:?}");
    }
    if layout.caption.is_some() {
        assert!(layout.caption_size >= 26.0 * unit, "{layout:?}");
    }
    let Some(product) = layout.product else { return };
    assert!(safe.product.grown(0.03 * spec.height as f32).contains(&product, 1.0), "{layout:?}");
    assert!(texts.iter().all(|text| !text.overlaps(&product)), "{layout:?}");
    let scale = spec.product.as_ref().map_or(1.0, |layer| layer.scale.min(1.0) as f32);
    let (wide, high) = (product.width / spec.width as f32, product.height / spec.height as f32);
    assert!(wide.max(high) >= 0.17 * scale, "large enough to be the hero: {layout:?}");
    if let (true, Some(line)) = (layout.standing, spec.ground_line) {
        assert!((product.bottom() - line * spec.height as f32).abs() < 1.0, "{layout:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn layouts_keep_their_rules(
        aspect in 0usize..4, role in 0usize..5, placement in 0usize..6,
        shape in -1.0f32..1.0, scale in 0.2f64..1.5, caption in "\\PC{0,200}", label in "\\PC{0,60}",
        brand in "\\PC{0,40}", ground in proptest::option::of(0.0f32..1.0), centered: bool, index in 0usize..4,
        words in proptest::option::of("([a-zA-Z]{1,14} ){1,14}"),
    ) {
        let mut spec = spec(Aspect::ALL[aspect], ROLES[role], 540);
        spec.product = Some(ProductLayer { placement: PLACEMENTS[placement], scale, ..ProductLayer::default() });
        spec.caption = Some(words.unwrap_or(caption));
        spec.call_to_action = (role == 4).then_some(label);
        spec.brand_name = brand;
        spec.ground_line = ground;
        spec.ground_centered = centered;
        spec.scene_index = index;
        let solve = |fonts: &mut Fonts| layout::Solver::new(&spec, fonts, Some(10f32.powf(shape)), None).solve().0;
        check(&spec, &FONTS.with_borrow_mut(solve));
    }
}

#[test]
fn every_aspect_and_role_has_a_hero_and_readable_text() {
    for &aspect in Aspect::ALL {
        for role in ROLES {
            for (product, ground) in [(0.38, Some(0.7)), (1.0, Some(0.7)), (2.2, None), (0.6, None)] {
                let mut spec = spec(aspect, role, 1080);
                spec.caption = Some("Slow mornings deserve a better cup".into());
                spec.call_to_action = (role == Role::CallToAction).then(|| "Shop now".into());
                spec.brand_name = "Rosso".into();
                spec.ground_line = ground;
                let solve = |fonts: &mut Fonts| layout::Solver::new(&spec, fonts, Some(product), None).solve().0;
                let layout = FONTS.with_borrow_mut(solve);
                check(&spec, &layout);
                assert_eq!(layout.standing, ground.is_some(), "{aspect} {role:?} {layout:?}");
                assert!(layout.caption_size >= 56.0, "{aspect} {role:?} {}", layout.caption_size);
                let box_ = layout.product.unwrap();
                let longest = (box_.height / spec.height as f32).max(box_.width / spec.width as f32);
                assert!(longest >= 0.27, "{aspect} {role:?} {product}: {longest}");
            }
        }
    }
}

#[test]
fn what_is_drawn_moves_by_little_from_frame_to_frame() {
    let art = bottle(120, 360);
    for motion in [Motion::PushIn, Motion::Float, Motion::Rotate, Motion::PullOut, Motion::None] {
        let mut spec = spec(Aspect::Portrait9x16, Role::Showcase, 270);
        spec.product = Some(ProductLayer { motion, ..ProductLayer::default() });
        spec.caption = Some("A better cup".into());
        spec.is_last = true;
        let mut compositor = prepared(&spec, Some(&art));
        let plain = background(spec.width, spec.height);
        let mut draw = |index| {
            let mut frame = plain.clone();
            compositor.draw(index, &mut frame).unwrap();
            frame
        };
        let frames: Vec<Frame> = (40..150).step_by(1).map(&mut draw).collect();
        let change = |a: &Frame, b: &Frame| {
            a.y().iter().zip(b.y()).map(|(a, b)| f64::from(a.abs_diff(*b))).sum::<f64>() / a.y().len() as f64
        };
        let changes: Vec<f64> = frames.windows(2).map(|pair| change(&pair[0], &pair[1])).collect();
        assert!(changes.iter().all(|&change| change < 0.6), "{motion:?} {changes:?}");
        assert_eq!(frames[108].y(), frames[109].y(), "the last scene ends still: {motion:?}");
    }
}

#[test]
fn the_reference_is_what_stands_in_the_frame() {
    let art = bottle(120, 360);
    let mut spec = spec(Aspect::Portrait9x16, Role::Hook, 270);
    spec.caption = Some("A better cup".into());
    spec.is_first = true;
    let mut compositor = prepared(&spec, Some(&art));
    for index in [0, 40, 149] {
        let mut frame = background(spec.width, spec.height);
        compositor.draw(index, &mut frame).unwrap();
        let reference = compositor.reference_product(index).unwrap();
        let mut seen = 0;
        for (i, &coverage) in reference.coverage().iter().enumerate() {
            if coverage == 255 {
                let (x, y) = (reference.x() + i % reference.width(), reference.y() + i / reference.width());
                assert_eq!(frame.y()[y * spec.width + x], reference.luma()[i]);
                seen += 1;
            }
        }
        assert!(seen > 1000, "{seen}");
        assert!(compositor.product_rect(index).unwrap().width > 20.0);
    }
}

#[test]
fn odd_scenes_do_not_panic() {
    let art = bottle(3, 90);
    for text in ["", " \n ", "%s %d \\ \"quoted\" 'single'", "🚀🔥", "日本語", &"x".repeat(200), "\u{202e}abc مرحبا"]
    {
        for &aspect in Aspect::ALL {
            let mut spec = spec(aspect, Role::CallToAction, 240);
            spec.caption = Some(text.into());
            spec.call_to_action = Some(text.into());
            spec.brand_name = text.into();
            spec.frames = 1;
            spec.palette.clear();
            let mut compositor = prepared(&spec, Some(&art));
            let mut frame = background(spec.width, spec.height);
            for index in [0, 1, u64::MAX] {
                compositor.draw(index, &mut frame).unwrap();
            }
            assert!(
                text != "日本語" || compositor.faults().iter().any(|fault| matches!(fault, TextFault::Unshown { .. }))
            );
        }
    }
    let mut small = Frame::black(10, 10);
    let spec = spec(Aspect::Square, Role::Hook, 240);
    assert!(prepared(&spec, None).draw(0, &mut small).is_err());
}

fn picture(frame: &Frame) -> image::RgbImage {
    image::RgbImage::from_fn(frame.width() as u32, frame.height() as u32, |x, y| {
        let (x, y) = (x as usize, y as usize);
        let chroma = y / 2 * frame.chroma_width() + x / 2;
        let code = [frame.y()[y * frame.width() + x], frame.u()[chroma], frame.v()[chroma]].map(f32::from);
        image::Rgb(ycbcr_to_rgb(code).map(|c| (c.clamp(0.0, 1.0) * 255.0 + 0.5) as u8))
    })
}

/// Small frames against stored pictures. `ADGEN_BLESS=1` stores what is drawn now.
#[test]
fn frames_look_as_they_did() {
    let cases = [
        (Aspect::Portrait9x16, Role::Hook, Some(0.67), 100),
        (Aspect::Portrait9x16, Role::CallToAction, None, 100),
        (Aspect::Portrait9x16, Role::Benefit, Some(0.67), 9),
        (Aspect::Square, Role::Showcase, Some(0.7), 100),
        (Aspect::Landscape16x9, Role::CallToAction, Some(0.7), 100),
    ];
    let art = bottle(300, 800);
    for (aspect, role, ground, index) in cases {
        let mut spec = spec(aspect, role, 270);
        spec.caption = Some("Made to be poured slowly".into());
        spec.call_to_action = (role == Role::CallToAction).then(|| "Shop now".into());
        spec.brand_name = "Verlune".into();
        spec.ground_line = ground;
        let mut frame = background(spec.width, spec.height);
        prepared(&spec, Some(&art)).draw(index, &mut frame).unwrap();
        let picture = picture(&frame);
        let name = format!("{}_{role:?}_{index}.png", aspect.file_suffix()).to_lowercase();
        let stored = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/composite/golden").join(&name);
        if std::env::var_os("ADGEN_BLESS").is_some() {
            picture.save(&stored).unwrap();
            continue;
        }
        let wanted = image::open(&stored).unwrap_or_else(|error| panic!("{}: {error}", stored.display())).to_rgb8();
        let same_size = wanted.dimensions() == picture.dimensions();
        let differences: Vec<u8> = picture.iter().zip(wanted.iter()).map(|(a, b)| a.abs_diff(*b)).collect();
        let mean = differences.iter().map(|&d| f64::from(d)).sum::<f64>() / differences.len() as f64;
        let far = differences.iter().filter(|&&d| d > 24).count() as f64 / differences.len() as f64;
        if !same_size || mean > 0.6 || far > 0.002 {
            let folder = std::env::temp_dir().join("adgen-golden");
            std::fs::create_dir_all(&folder).unwrap();
            picture.save(folder.join(&name)).unwrap();
            panic!("{name}: mean difference {mean:.3}, {:.3} % far off; see {}", far * 100.0, folder.display());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn absurd_scenes_are_drawn_or_refused(
        size in (1_usize..90, 1_usize..90),
        fps in prop_oneof![Just(0_u32), Just(u32::MAX), 1_u32..300],
        frames in prop_oneof![Just(0_u64), Just(u64::MAX), 1_u64..500],
        scene_index in prop_oneof![Just(usize::MAX), 0_usize..9],
        (ground_line, scale) in (proptest::option::of(any::<f32>()), any::<f64>()),
        (aspect, role, placement) in (0_usize..4, 0_usize..5, 0_usize..6),
        (seed, is_first, is_last, ground_centered) in any::<(u32, bool, bool, bool)>(),
        caption in ".{0,80}",
        index in any::<u64>(),
    ) {
        let mut spec = SceneSpec::new(size.0 * 2, size.1 * 2, Aspect::ALL[aspect], ROLES[role], frames);
        (spec.fps, spec.scene_index, spec.ground_line, spec.seed) = (fps, scene_index, ground_line, seed);
        (spec.is_first, spec.is_last, spec.ground_centered) = (is_first, is_last, ground_centered);
        let scale = if seed % 2 == 0 { 1.0 } else { scale };
        spec.product = Some(ProductLayer { placement: PLACEMENTS[placement], scale, ..ProductLayer::default() });
        (spec.caption, spec.call_to_action, spec.brand_name) = (Some(caption.clone()), Some(caption.clone()), caption);
        let mut frame = Frame::black(spec.width, spec.height);
        let art = bottle(7, 19);
        let backdrop = Backdrop::still(frame.clone());
        let compositor = FONTS.with_borrow_mut(|fonts| SceneCompositor::new(&spec, Some(&art), None, fonts, &backdrop));
        match compositor {
            Ok(mut compositor) => {
                for index in [0, frames - 1, index] {
                    compositor.draw(index, &mut frame).unwrap();
                    compositor.reference_product(index);
                }
            }
            Err(error) => prop_assert_eq!(error.kind(), crate::ErrorKind::InvalidInput),
        }
    }
}

#[test]
fn every_value_out_of_range_is_named() {
    let refused = |change: fn(&mut SceneSpec)| {
        let mut spec = spec(Aspect::Square, Role::Hook, 240);
        change(&mut spec);
        spec.validate().unwrap_err().to_string()
    };
    assert!(refused(|spec| spec.width = 241).contains("width is 241"));
    assert!(refused(|spec| spec.height = usize::MAX - 1).contains(&format!("height is {}", usize::MAX - 1)));
    assert!(refused(|spec| spec.fps = 0).contains("fps is 0"));
    assert!(refused(|spec| spec.frames = u64::MAX).contains("frames is"));
    assert!(refused(|spec| spec.scene_index = usize::MAX).contains("scene_index"));
    assert!(refused(|spec| spec.ground_line = Some(f32::NAN)).contains("ground_line is NaN"));
    assert!(
        refused(|spec| spec.product = Some(ProductLayer { scale: f64::INFINITY, ..Default::default() }))
            .contains("inf")
    );
    assert!(refused(|spec| spec.caption = Some("x".repeat(2001))).contains("2001"));
}

#[test]
fn in_a_dissolve_the_words_before_go_first() {
    let mut spec = spec(Aspect::Portrait9x16, Role::Showcase, 360);
    (spec.product, spec.caption) = (None, Some("Keeps its heat".to_owned()));
    (spec.crossfade_in, spec.crossfade_out) = (30, 30);
    let mut compositor = prepared(&spec, None);
    let box_ = compositor.layout().caption.expect("a caption");
    let mut shows_words = |index: u64| {
        let mut frame = background(spec.width, spec.height);
        compositor.draw(index, &mut frame).expect("drawn");
        let columns = box_.x as usize..box_.right() as usize;
        // The background changes from row to row alone.
        (box_.y as usize..box_.bottom() as usize)
            .map(|y| &frame.y()[y * spec.width..][columns.clone()])
            .any(|row| row.iter().max().zip(row.iter().min()).is_some_and(|(most, least)| most - least > 20))
    };
    // Half a dissolve long none, and none again from the middle of the next.
    let seen: Vec<bool> = [0, 8, 14, 40, 119, 122, 134, 149].map(&mut shows_words).into();
    assert_eq!(seen, [false, false, false, true, true, true, false, false]);
    spec.crossfade_out = 151;
    assert!(spec.validate().is_err());
}

#[test]
fn the_longest_call_to_action_is_whole_in_every_shape() {
    let longest = "Order your own by Sunday evening and get free delivery to every door in Europe!!";
    assert_eq!(longest.chars().count(), 80);
    // In 9:16 the part that no platform covers is too narrow for two lines of readable letters.
    for (aspect, most_lines) in
        [(Aspect::Portrait9x16, 3), (Aspect::Portrait4x5, 2), (Aspect::Square, 2), (Aspect::Landscape16x9, 2)]
    {
        let mut spec = spec(aspect, Role::CallToAction, 1080);
        spec.call_to_action = Some(longest.to_owned());
        let compositor = prepared(&spec, None);
        assert_eq!(compositor.faults(), [], "{aspect:?}");
        let button = compositor.layout().button.expect("a button");
        let safe = SafeArea::of(aspect, spec.width, spec.height);
        assert!(safe.text.contains(&button, 1.0), "{aspect:?}: {button:?}");
        let solve = |fonts: &mut Fonts| layout::Solver::new(&spec, fonts, None, None).solve().1;
        let label = FONTS.with_borrow_mut(solve).button.expect("a label");
        assert!(label.lines <= most_lines && !label.truncated && !label.broken, "{aspect:?}: {} lines", label.lines);
        assert!(label.width < button.width && label.height < button.height, "{aspect:?}: {button:?}");
    }
}
