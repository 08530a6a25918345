//! Cutting out with a remover that is scripted, so that no model is needed.

use super::*;
use crate::matte::metric;
use image::Rgb;
use std::sync::atomic::{AtomicU32, Ordering};

/// Answers with the truth, blurred as a model of 320 pixels would; counts how often it is asked.
#[derive(Debug)]
struct Scripted {
    answer: fn(u32, u32, u32, u32) -> u8,
    asked: AtomicU32,
}

impl BackgroundRemover for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn version(&self) -> &str {
        "1"
    }

    fn coarse_mask(&self, photo: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let (w, h) = photo.dimensions();
        Ok(GrayImage::from_fn(w, h, |x, y| Luma([(self.answer)(x, y, w, h)])))
    }
}

fn scripted(answer: fn(u32, u32, u32, u32) -> u8) -> Scripted {
    Scripted { answer, asked: AtomicU32::new(0) }
}

fn inside(x: u32, y: u32, scale: f32) -> f32 {
    let far = (x as f32 - 300.0 * scale).hypot(y as f32 - 260.0 * scale);
    (200.0 * scale - far).clamp(-20.0, 20.0)
}

/// A textured orange disc of radius 200 before a textured dark wall, 600x520.
fn scene() -> (Photo, GrayImage) {
    let truth = GrayImage::from_fn(600, 520, |x, y| Luma([((inside(x, y, 1.0) + 0.5).clamp(0.0, 1.0) * 255.0) as u8]));
    let photo = RgbImage::from_fn(600, 520, |x, y| {
        let a = f32::from(truth.get_pixel(x, y)[0]) / 255.0;
        let grain = (x * 7 + y * 13) % 17;
        let mix = |front: f32, back: f32| (front * a + back * (1.0 - a) + grain as f32) as u8;
        Rgb([mix(225.0, 40.0), mix(120.0, 60.0), mix(30.0, 85.0)])
    });
    (Photo::from_rgb(photo).expect("large enough"), truth)
}

/// The disc with an edge that is soft over 6 pixels and 2 pixels too far out.
fn soft(x: u32, y: u32, _: u32, _: u32) -> u8 {
    (((inside(x, y, 1.0) + 2.0) / 6.0 + 0.5).clamp(0.0, 1.0) * 255.0) as u8
}

#[test]
fn the_edge_is_found_and_the_inside_is_the_photos() {
    let (photo, truth) = scene();
    let remover = scripted(soft);
    let coarse = remover.coarse_mask(photo.rgb(), &|| false).expect("answers");
    let cutout = by_model(&photo, &remover, &|| false).expect("cuts out");
    let (before, after) =
        (metric::compare(&coarse, &truth).expect("sizes"), metric::compare(&cutout.mask, &truth).expect("sizes"));
    assert!(after.absolute < before.absolute / 3.0 && after.gradient < before.gradient / 2.0, "{before:?} {after:?}");
    assert_eq!(cutout.source, CutoutSource::Model("scripted".into()));
    assert!(cutout.bounds.x.abs_diff(100) <= 3 && cutout.bounds.width.abs_diff(400) <= 6, "{:?}", cutout.bounds);
    for (pixel, original) in cutout.image.pixels().zip(photo.rgb().pixels()) {
        if pixel[3] == 255 {
            assert_eq!(pixel.0[..3], original.0);
        }
    }
}

#[test]
fn the_same_photo_gives_the_same_bytes() {
    let (photo, _) = scene();
    let once = || by_model(&photo, &scripted(soft), &|| false).expect("cuts out").image;
    assert_eq!(once(), once());
}

#[test]
fn a_product_at_the_photos_border_is_not_feathered_there() {
    // The lower half is product: it touches three borders.
    let photo = RgbImage::from_fn(400, 400, |_, y| if y >= 200 { Rgb([200, 60, 40]) } else { Rgb([30, 90, 160]) });
    let photo = Photo::from_rgb(photo).expect("large enough");
    let half = |_: u32, y: u32, _: u32, h: u32| ((y as f32 - h as f32 / 2.0) * 40.0 + 128.0).clamp(0.0, 255.0) as u8;
    let cutout = by_model(&photo, &scripted(half), &|| false).expect("cuts out");
    for i in 0..400 {
        assert_eq!(cutout.mask.get_pixel(i, 399)[0], 255);
        assert_eq!(cutout.mask.get_pixel(0, 204.max(i / 2 + 204).min(399))[0], 255);
        assert_eq!(cutout.mask.get_pixel(i, 150)[0], 0);
    }
}

#[test]
fn a_photo_of_one_colour_has_no_product() {
    let photo = Photo::from_rgb(RgbImage::from_pixel(200, 200, Rgb([120, 130, 140]))).expect("large enough");
    let error = by_model(&photo, &scripted(soft), &|| false).expect_err("nothing there");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("all one colour"), "{error}");
}

#[test]
fn useless_masks_are_refused() {
    let (photo, _) = scene();
    for (answer, reason) in [
        ((|_, _, _, _| 0) as fn(u32, u32, u32, u32) -> u8, "no product was found"),
        (|_, _, _, _| 255, "cannot be told apart"),
        (|_, _, _, _| 100, "not clear where"),
    ] {
        let error = by_model(&photo, &scripted(answer), &|| false).expect_err("is of no use");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains(reason), "{error}");
    }
}

#[test]
fn a_plain_backdrop_is_enough_to_tell_the_product() {
    let photo = RgbImage::from_fn(300, 300, |x, y| {
        if x.abs_diff(150) < 60 && y.abs_diff(150) < 80 { Rgb([180, 30, 40]) } else { Rgb([230, 230, 228]) }
    });
    let photo = Photo::from_rgb(photo).expect("large enough");
    let cutout = by_backdrop(&photo, &|| false).expect("by the backdrop");
    assert_eq!(cutout.source, CutoutSource::Classical);
    let Bounds { width, height, .. } = cutout.bounds;
    assert!(width.abs_diff(119) <= 2 && height.abs_diff(159) <= 2, "{:?}", cutout.bounds);
}

#[test]
fn a_small_product_is_looked_at_twice() {
    let (photo, _) = scene();
    let small = |x: u32, y: u32, w: u32, _: u32| {
        if w == 600 {
            (((60.0 - (x as f32 - 300.0).hypot(y as f32 - 260.0)) / 4.0).clamp(0.0, 1.0) * 255.0) as u8
        } else {
            0
        }
    };
    let remover = scripted(small);
    // The second look disagrees here, so that the first one counts.
    let cutout = by_model(&photo, &remover, &|| false).expect("cuts out");
    assert_eq!(remover.asked.load(Ordering::Relaxed), 2);
    assert!(cutout.notes.is_empty());
}

#[test]
fn transparency_is_used_as_it_is() {
    let mut rgba = RgbaImage::from_pixel(64, 64, Rgba([10, 20, 30, 0]));
    for y in 20..40 {
        for x in 10..50 {
            rgba.put_pixel(x, y, Rgba([200, 100, 50, if x == 10 { 128 } else { 255 }]));
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    rgba.write_to(&mut png, image::ImageFormat::Png).expect("encodes");
    let photo = Photo::load(png.get_ref()).expect("reads");
    let cutout = by_transparency(&photo).expect("cuts out").expect("is transparent");
    assert_eq!(cutout.source, CutoutSource::ExistingAlpha);
    assert_eq!(cutout.image, rgba);
    assert_eq!(cutout.bounds, Bounds { x: 10, y: 20, width: 40, height: 20 });
}

#[test]
fn a_frame_always_works_and_cancel_stops() {
    let (photo, _) = scene();
    let card = framed(&photo);
    assert_eq!(
        (card.mask.get_pixel(0, 0)[0], card.mask.get_pixel(300, 0)[0], card.mask.get_pixel(300, 260)[0]),
        (0, 255, 255)
    );
    let remover = scripted(soft);
    let error = by_model(&photo, &remover, &|| true).expect_err("stopped");
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert_eq!(remover.asked.load(Ordering::Relaxed), 0, "nobody is asked for what nobody wants");
    assert_eq!(by_backdrop(&photo, &|| true).expect_err("stopped").kind(), ErrorKind::Cancelled);
}

/// Answers with a mask of this size, whatever it is asked.
#[derive(Debug)]
struct Stubborn(u32, u32);

impl BackgroundRemover for Stubborn {
    fn name(&self) -> &str {
        "stubborn"
    }

    fn version(&self) -> &str {
        "1"
    }

    fn coarse_mask(&self, _: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        Ok(GrayImage::from_fn(self.0, self.1, |x, _| Luma([if x % 3 == 0 { 255 } else { 0 }])))
    }

    fn resolution(&self) -> u32 {
        u32::MAX
    }
}

#[test]
fn a_mask_of_another_size_is_the_removers_fault() {
    let (photo, _) = scene();
    for (width, height) in [(0, 0), (0, 520), (600, 1), (520, 600), (900, 900)] {
        let error = by_model(&photo, &Stubborn(width, height), &|| false).expect_err("another size");
        assert_eq!(error.kind(), ErrorKind::Model, "{error}");
        assert!(error.to_string().contains(&format!("{width}x{height} for 600x520")), "{error}");
    }
    // An absurd resolution is no overflow.
    drop(by_model(&photo, &Stubborn(600, 520), &|| false));
}
