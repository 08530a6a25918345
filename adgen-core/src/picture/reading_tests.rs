//! Photos as users send them: good, odd and hostile.

use super::super::exif::tests::marked;
use super::*;
use crate::{error::ErrorKind, picture::WORKING_SIDE};
use image::{
    DynamicImage, ExtendedColorType, ImageBuffer, ImageEncoder, ImageFormat, Rgb, RgbImage, Rgba,
    codecs::jpeg::JpegEncoder,
};
use moxcms::ColorProfile;

const CMYK: &[u8] = include_bytes!("testdata/cmyk.jpg");
const PALETTE: &[u8] = include_bytes!("testdata/palette.png");

fn encode(pixels: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// 48x32, red on the left, blue on the right.
fn two_colours() -> RgbImage {
    RgbImage::from_fn(48, 32, |x, _| if x < 24 { Rgb([220, 30, 20]) } else { Rgb([20, 40, 210]) })
}

fn jpeg_with(exif: Option<Vec<u8>>, icc: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).expect("takes EXIF");
    }
    if let Some(icc) = icc {
        encoder.set_icc_profile(icc).expect("takes a profile");
    }
    let picture = two_colours();
    encoder.write_image(picture.as_raw(), 48, 32, ExtendedColorType::Rgb8).expect("encodes");
    bytes
}

fn near(a: [u8; 3], b: [u8; 3], tolerance: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= tolerance)
}

fn refusal(bytes: &[u8]) -> String {
    let error = Photo::load(bytes).expect_err("must be refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    error.message().to_owned()
}

#[test]
fn nothing_text_and_other_formats_are_refused() {
    assert!(refusal(b"").contains("0 bytes"));
    assert!(refusal(b"hello, this is no picture at all").contains("not an image"));
    assert!(refusal(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;").contains("a GIF picture"));
}

#[test]
fn truncated_files_are_refused() {
    let jpeg = jpeg_with(None, None);
    assert!(refusal(&jpeg[..jpeg.len() / 2]).contains("truncated"));
    let png = encode(&DynamicImage::ImageRgb8(two_colours()), ImageFormat::Png);
    assert!(refusal(&png[..png.len() / 2]).contains("truncated"));
    let webp = encode(&DynamicImage::ImageRgb8(two_colours()), ImageFormat::WebP);
    assert!(refusal(&webp[..webp.len() / 2]).contains("truncated"));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    // A PNG whose header promises 30,000 x 30,000 pixels; its data need not be there.
    let mut png = encode(&DynamicImage::ImageRgb8(two_colours()), ImageFormat::Png);
    png[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    png[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let crc = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&crc.to_be_bytes());
    let message = refusal(&png);
    assert!(message.contains("30000x30000") && message.contains("100 megapixels"), "{message}");
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
        crc
    })
}

#[test]
fn a_pixel_is_too_small() {
    let dot = encode(&DynamicImage::ImageRgb8(RgbImage::new(1, 1)), ImageFormat::Png);
    assert!(refusal(&dot).contains("1x1") && refusal(&dot).contains("16x16"));
}

#[test]
fn sixteen_bits_palette_and_webp_are_read() {
    let deep = ImageBuffer::from_fn(20, 20, |_, _| Rgb([0xffff_u16, 0x8080, 0x0000]));
    let photo = Photo::load(&encode(&DynamicImage::ImageRgb16(deep), ImageFormat::Png)).expect("reads");
    assert_eq!(photo.rgb().get_pixel(3, 3).0, [255, 128, 0]);
    let photo = Photo::load(PALETTE).expect("reads");
    assert_eq!(photo.rgb().get_pixel(20, 2).0, [200, 100, 50]);
    assert_eq!(photo.alpha().map(|alpha| (alpha.get_pixel(2, 2)[0], alpha.get_pixel(20, 2)[0])), Some((0, 255)));
    let photo = Photo::load(&encode(&DynamicImage::ImageRgb8(two_colours()), ImageFormat::WebP)).expect("reads");
    assert_eq!(photo.rgb(), &two_colours());
}

#[test]
fn cmyk_has_the_colours_that_other_readers_see() {
    // As Pillow converts the same file.
    let expected = [(8, 8, [255, 0, 0]), (24, 8, [0, 255, 0]), (8, 24, [0, 0, 191]), (24, 24, [207, 198, 190])];
    let photo = Photo::load(CMYK).expect("reads");
    for (x, y, colour) in expected {
        assert!(near(photo.rgb().get_pixel(x, y).0, colour, 3), "{:?} for {colour:?}", photo.rgb().get_pixel(x, y));
    }
    assert!(photo.notes().iter().any(|note| note.contains("CMYK")));
}

#[test]
fn exif_orientation_is_applied() {
    // Big-endian TIFF with one entry: orientation (0x0112) = 6, turn by 90 degrees clockwise.
    let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let photo = Photo::load(&jpeg_with(Some(exif), None)).expect("reads");
    assert_eq!((photo.width(), photo.height(), photo.original_size()), (32, 48, (32, 48)));
    assert!(near(photo.rgb().get_pixel(16, 5).0, [220, 30, 20], 6));
    assert!(near(photo.rgb().get_pixel(16, 42).0, [20, 40, 210], 6));
}

#[test]
fn colour_profiles_are_converted_and_srgb_is_left_alone() {
    let plain = Photo::load(&jpeg_with(None, None)).expect("reads");
    let srgb = ColorProfile::new_srgb().encode().expect("encodes");
    assert_eq!(Photo::load(&jpeg_with(None, Some(srgb))).expect("reads").rgb(), plain.rgb());
    let p3 = ColorProfile::new_display_p3().encode().expect("encodes");
    let wide = Photo::load(&jpeg_with(None, Some(p3))).expect("reads");
    // Display P3's (220, 30, 20) lies outside sRGB: red rises to its end, green falls to zero.
    assert!(near(wide.rgb().get_pixel(5, 5).0, [241, 0, 0], 6), "{:?}", wide.rgb().get_pixel(5, 5));
    assert!(wide.notes().iter().any(|note| note.contains("sRGB")));
}

#[test]
fn a_broken_profile_is_noted_and_does_no_harm() {
    let photo = Photo::load(&jpeg_with(None, Some(vec![7; 300]))).expect("reads");
    assert!(photo.notes().iter().any(|note| note.contains("profile")));
}

#[test]
fn transparency_is_kept_and_opaque_alpha_is_none() {
    let mut rgba = image::RgbaImage::from_pixel(20, 20, Rgba([9, 8, 7, 255]));
    let opaque = Photo::load(&encode(&DynamicImage::ImageRgba8(rgba.clone()), ImageFormat::Png)).expect("reads");
    assert!(opaque.alpha().is_none());
    rgba.put_pixel(4, 5, Rgba([1, 2, 3, 77]));
    let photo = Photo::load(&encode(&DynamicImage::ImageRgba8(rgba), ImageFormat::Png)).expect("reads");
    assert_eq!(photo.alpha().map(|alpha| alpha.get_pixel(4, 5)[0]), Some(77));
    assert_eq!(photo.rgb().get_pixel(4, 5).0, [1, 2, 3]);
}

#[test]
fn large_photos_are_made_smaller_and_say_so() {
    let large = encode(&DynamicImage::ImageRgb8(RgbImage::from_pixel(5000, 40, Rgb([5, 6, 7]))), ImageFormat::Png);
    let photo = Photo::load(&large).expect("reads");
    assert_eq!((photo.width(), photo.height()), (WORKING_SIDE, 33));
    assert_eq!(photo.original_size(), (5000, 40));
    assert!(photo.notes()[0].contains("5000x40"));
}

#[test]
fn square_photos_keep_to_the_number_of_pixels() {
    let large = encode(&DynamicImage::ImageRgb8(RgbImage::from_pixel(4000, 4000, Rgb([5, 6, 7]))), ImageFormat::Png);
    let photo = Photo::load(&large).expect("reads");
    assert_eq!((photo.width(), photo.height()), (3547, 3547));
    assert!(photo.rgb().pixels().all(|pixel| pixel.0 == [5, 6, 7]));
}

#[test]
fn cameras_that_mean_adobe_rgb_are_believed() {
    let plain = Photo::load(&jpeg_with(None, None)).expect("reads");
    let adobe = Photo::load(&jpeg_with(Some(marked(0xffff, b"R03")), None)).expect("reads");
    // Adobe RGB's (220, 30, 20) in sRGB by the standards' matrices and curves: red, 1.007 in linear light, is cut.
    assert!(near(adobe.rgb().get_pixel(5, 5).0, [255, 24, 11], 6), "{:?}", adobe.rgb().get_pixel(5, 5));
    assert!(adobe.notes().iter().any(|note| note.contains("Adobe RGB")));
    // A profile knows better than the camera's mark.
    let srgb = ColorProfile::new_srgb().encode().expect("encodes");
    let profiled = Photo::load(&jpeg_with(Some(marked(0xffff, b"R03")), Some(srgb))).expect("reads");
    assert_eq!(profiled.rgb(), plain.rgb());
    assert_eq!(Photo::load(&jpeg_with(Some(marked(1, b"R98")), None)).expect("reads").rgb(), plain.rgb());
}

#[test]
fn webp_profiles_count_for_transparent_pictures_too() {
    let p3 = ColorProfile::new_display_p3().encode().expect("encodes");
    let pixels = [187, 105, 62, 128].repeat(20 * 20);
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    encoder.set_icc_profile(p3).expect("takes a profile");
    encoder.write_image(&pixels, 20, 20, ExtendedColorType::Rgba8).expect("encodes");
    let photo = Photo::load(&bytes).expect("reads");
    assert!(near(photo.rgb().get_pixel(5, 5).0, [200, 100, 50], 2), "{:?}", photo.rgb().get_pixel(5, 5));
    assert_eq!(photo.alpha().map(|alpha| alpha.get_pixel(5, 5)[0]), Some(128));
}

#[test]
fn kinds_of_jpeg_that_no_photo_program_writes_are_named() {
    let jpeg = jpeg_with(None, None);
    let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).expect("has a frame header");
    for (marker, precision, name) in [(0xc3, 8, "lossless"), (0xc9, 8, "arithmetic"), (0xc1, 12, "12 bits")] {
        let mut odd = jpeg.clone();
        (odd[frame + 1], odd[frame + 4]) = (marker, precision);
        assert!(refusal(&odd).contains(name), "{name}: {}", refusal(&odd));
    }
}

#[test]
fn errors_call_the_file_what_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mark.png");
    std::fs::write(&path, b"no picture").expect("writes");
    let error = Photo::open(&path, "the logo").expect_err("is none");
    assert!(error.message().starts_with("the logo is not an image"), "{error}");
    assert!(error.to_string().contains("mark.png"), "{error}");
    let error = Photo::open(folder.path(), "the logo").expect_err("is a folder");
    assert!(error.message().contains("the logo cannot be read"), "{error}");
}
