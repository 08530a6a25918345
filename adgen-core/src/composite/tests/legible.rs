//! What is written, the button and the logo over a clip that changes: there when they should be, and seen when they are.

use super::*;

fn grey(width: usize, height: usize, value: u8) -> Frame {
    let mut frame = Frame::black(width, height);
    frame.fill(rgb8_to_ycbcr8([value; 3]));
    frame
}

/// A scene over a clip that fades from white to black, of which every fifth frame is known beforehand.
fn fading(spec: &SceneSpec, logo: Option<&LogoArt>) -> (SceneCompositor, impl Fn(u64) -> Frame + use<>) {
    let (width, height, last) = (spec.width, spec.height, spec.frames - 1);
    let clip = move |index: u64| grey(width, height, (255 - 255 * index / last) as u8);
    let backdrop = Backdrop::new(5, (0..spec.frames).step_by(5).map(&clip).collect()).expect("pictures");
    let compositor = FONTS.with_borrow_mut(|fonts| SceneCompositor::new(spec, None, logo, fonts, &backdrop));
    (compositor.expect("a scene"), clip)
}

#[test]
fn in_a_dissolve_logo_and_button_go_first_too() {
    let image = RgbaImage::from_fn(200, 60, |x, _| Rgba([180, 20, 40, if x / 20 % 2 == 0 { 255 } else { 0 }]));
    let logo = LogoArt::new(&image).expect("can be seen");
    let mut spec = spec(Aspect::Portrait9x16, Role::CallToAction, 240);
    (spec.product, spec.call_to_action) = (None, Some("Shop now".to_owned()));
    (spec.crossfade_in, spec.crossfade_out) = (30, 30);
    let (mut compositor, clip) = fading(&spec, Some(&logo));
    for (index, seen) in [(0, false), (14, false), (50, true), (119, true), (134, false), (149, false)] {
        let mut frame = clip(index);
        compositor.draw(index, &mut frame).expect("drawn");
        assert_eq!(frame != clip(index), seen, "{index}");
    }
}

#[test]
fn nothing_is_veiled_where_no_word_can_be_seen() {
    let mut spec = spec(Aspect::Portrait9x16, Role::Showcase, 240);
    (spec.product, spec.caption) = (None, Some("Keeps its heat for a day".to_owned()));
    (spec.is_first, spec.crossfade_out) = (true, 30);
    let (mut compositor, clip) = fading(&spec, None);
    let area = compositor.layout().caption.expect("a caption");
    // A place between the frame's edge and the letters, which the veil covers and no letter does.
    let beside = |frame: &Frame| frame.y()[area.center_y() as usize * spec.width + area.x as usize - 4];
    let mut change = |index: u64| {
        let mut frame = clip(index);
        compositor.draw(index, &mut frame).expect("drawn");
        (frame == clip(index), beside(&frame).abs_diff(beside(&clip(index))))
    };
    // The first frame, which feeds show, and the second half of the dissolve into the next scene.
    assert!(change(0).0 && change(2).0 && change(134).0 && change(149).0);
    assert!(change(30).1 > 40, "{:?}", change(30));
    let (early, late) = (change(8).1, change(11).1);
    assert!(0 < early && early < late && late < change(30).1, "{early} {late}");
}

#[test]
fn a_veil_is_as_large_as_what_is_written() {
    let mut spec = spec(Aspect::Portrait9x16, Role::Hook, 360);
    (spec.product, spec.brand_name) = (None, "Verlune".to_owned());
    let (mut compositor, clip) = fading(&spec, None);
    let area = compositor.layout().brand.expect("a name");
    let mut frame = clip(30);
    compositor.draw(30, &mut frame).expect("drawn");
    let (old, new, width) = (clip(30), frame, spec.width);
    let changed = |x: usize, y: usize| old.y()[y * width + x] != new.y()[y * width + x];
    // Around the name, with room to end.
    let room = area.grown(280.0 * spec.unit());
    let far = (0..spec.height)
        .flat_map(|y| (0..width).map(move |x| (x, y)))
        .filter(|&(x, y)| !room.contains(&Rect { x: x as f32, y: y as f32, ..Rect::default() }, 1.0) && changed(x, y));
    assert_eq!(far.count(), 0);
    let edges = [area.x, area.right()].map(|x| x as usize).map(|x| changed(x, area.center_y() as usize));
    assert_eq!(edges, [true; 2], "{area:?}");
}

#[test]
fn a_button_can_be_told_from_its_ground_in_every_frame() {
    for palette in [vec![Rgb([200, 16, 46])], vec![], vec![Rgb([250, 220, 60]), Rgb([10, 20, 90])]] {
        for caption in [None, Some("Keeps its heat for a day")] {
            let mut spec = spec(Aspect::Portrait9x16, Role::CallToAction, 360);
            (spec.product, spec.call_to_action) = (None, Some("Shop now".to_owned()));
            (spec.palette, spec.caption) = (palette.clone(), caption.map(str::to_owned));
            let (mut compositor, clip) = fading(&spec, None);
            let area = compositor.layout().button.expect("a button");
            for index in (42..150).step_by(3) {
                let mut frame = clip(index);
                compositor.draw(index, &mut frame).expect("drawn");
                let picture = picture(&frame);
                let at = |x: f32| ink::luminance(Rgb(picture.get_pixel(x as u32, area.center_y() as u32).0));
                // Its shadow is in between, and it may have shrunk a little.
                let ground = at(area.x - 0.8 * area.height);
                let edge = (0..area.height as usize / 4).map(|x| ink::contrast(at(area.x + x as f32), ground));
                let seen = edge.fold(0.0, f32::max);
                assert!(seen >= 3.0, "{palette:?}, {caption:?}, frame {index}: {seen}");
            }
        }
    }
}

#[test]
fn logos_of_every_shape_have_their_place() {
    for &aspect in Aspect::ALL {
        for role in [Role::Hook, Role::CallToAction] {
            for logo in [0.2, 0.25, 0.5, 1.0, 2.0, 4.0, 5.0] {
                for product in [None, Some(0.4), Some(2.0)] {
                    let mut spec = spec(aspect, role, 360);
                    spec.caption = Some("Slow mornings deserve a better cup".into());
                    spec.call_to_action = (role == Role::CallToAction).then(|| "Shop now".into());
                    let solve = |fonts: &mut Fonts| layout::Solver::new(&spec, fonts, product, Some(logo)).solve().0;
                    let layout = FONTS.with_borrow_mut(solve);
                    let said = format!("{aspect} {role:?}, logo {logo}, product {product:?}: {layout:?}");
                    let safe = SafeArea::of(aspect, spec.width, spec.height);
                    let brand = layout.brand.expect("a logo");
                    assert!(brand.width >= 17.0 && brand.height >= 17.0, "{said}");
                    assert!((brand.width / brand.height / logo - 1.0).abs() < 0.01, "{said}");
                    let boxes: Vec<Rect> =
                        [layout.brand, layout.caption, layout.button, layout.product].into_iter().flatten().collect();
                    assert!(layout.caption_size >= 44.0 * spec.unit() - 0.1, "{said}");
                    for (index, one) in boxes.iter().enumerate() {
                        assert!(boxes[index + 1..].iter().all(|other| !one.overlaps(other)), "{said}");
                    }
                    let mut texts = [layout.brand, layout.caption, layout.button].into_iter().flatten();
                    assert!(texts.all(|text| safe.text.contains(&text, 1.0)), "{said}");
                }
            }
        }
    }
}
