//! PNG files of every kind, and what their chunks say of colours.

use super::*;
use crate::picture::Photo;
use std::io::Write;

/// A PNG of 8x8 bits a channel: `rgb` everywhere, with `chunks` before the picture's data.
fn flat(color: ColorType, depth: BitDepth, pixel: &[u8], chunks: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let (width, height) = (20, 18);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if color == ColorType::Indexed {
        encoder.set_palette(vec![9, 9, 9, 178, 34, 34]);
    }
    let mut writer = encoder.write_header().expect("writes");
    for (kind, data) in chunks {
        writer.write_chunk(png::chunk::ChunkType(**kind), data).expect("writes");
    }
    writer.write_image_data(&pixel.repeat((width * height) as usize)).expect("writes");
    writer.finish().expect("writes");
    bytes
}

fn gamma(value: u32) -> (&'static [u8; 4], Vec<u8>) {
    (b"gAMA", value.to_be_bytes().to_vec())
}

/// White point and primaries, in hundred-thousandths.
fn primaries(points: [u32; 8]) -> (&'static [u8; 4], Vec<u8>) {
    (b"cHRM", points.iter().flat_map(|value| value.to_be_bytes()).collect())
}

const SRGB_PRIMARIES: [u32; 8] = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
const P3_PRIMARIES: [u32; 8] = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];

fn profile(data: &[u8]) -> (&'static [u8; 4], Vec<u8>) {
    let mut packed = b"name\0\0".to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(&mut packed, flate2::Compression::fast());
    encoder.write_all(data).expect("writes");
    encoder.finish().expect("writes");
    (b"iCCP", packed)
}

fn p3_profile() -> (&'static [u8; 4], Vec<u8>) {
    profile(&moxcms::ColorProfile::new_display_p3().encode().expect("encodes"))
}

fn seen(bytes: &[u8]) -> ([u8; 3], Vec<String>) {
    let photo = Photo::load(bytes).expect("reads");
    (photo.rgb().get_pixel(7, 7).0, photo.notes().to_vec())
}

#[track_caller]
fn expect_near(bytes: &[u8], wanted: [u8; 3], tolerance: u8) -> Vec<String> {
    let (pixel, notes) = seen(bytes);
    assert!(pixel.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= tolerance), "{pixel:?}, not {wanted:?}: {notes:?}");
    notes
}

/// Linear light of sRGB's 178, 34, 34 with 16 bits.
const LINEAR: [u16; 3] = [29176, 1048, 1048];

fn linear16() -> Vec<u8> {
    LINEAR.iter().flat_map(|value| value.to_be_bytes()).collect()
}

#[test]
fn gamma_alone_is_obeyed_in_every_kind_of_pixels() {
    let linear = gamma(100_000);
    let chunks = [linear.clone()];
    let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Sixteen, &linear16(), &chunks), [178, 34, 34], 1);
    assert!(notes.iter().any(|note| note.contains("gamma 1") && note.contains("sRGB")), "{notes:?}");
    let with_alpha = [linear16(), vec![0x80, 0x80]].concat();
    let bytes = flat(ColorType::Rgba, BitDepth::Sixteen, &with_alpha, &chunks);
    expect_near(&bytes, [178, 34, 34], 1);
    let alpha = Photo::load(&bytes).expect("reads").alpha().expect("is transparent").get_pixel(3, 3)[0];
    assert_eq!(alpha, 128, "transparency has no gamma");
    expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &[114, 4, 4], &chunks), [178, 34, 34], 3);
    expect_near(&flat(ColorType::Grayscale, BitDepth::Eight, &[128], &chunks), [188; 3], 1);
    expect_near(&flat(ColorType::GrayscaleAlpha, BitDepth::Sixteen, &[0x80, 0, 0x40, 0], &chunks), [188; 3], 1);
    // A palette of linear colours.
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 20, 18);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(vec![128, 128, 128]);
    encoder.set_source_gamma(png::ScaledFloat::new(1.0));
    encoder.write_header().expect("writes").write_image_data(&[0; 360]).expect("writes");
    expect_near(&bytes, [188; 3], 1);
}

#[test]
fn gamma_that_says_nothing_or_nonsense_changes_nothing() {
    let pixel = [178, 34, 34];
    for value in [45_455, 45_000] {
        let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[gamma(value)]), pixel, 0);
        assert!(notes.is_empty(), "{notes:?}");
    }
    for value in [0, 1, u32::MAX >> 1] {
        let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[gamma(value)]), pixel, 0);
        let said = if value == 0 { "gAMA chunk is damaged" } else { "senseless gamma" };
        assert!(notes.len() == 1 && notes[0].contains(said), "{value}: {notes:?}");
    }
    let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[primaries([0; 8])]), pixel, 0);
    assert!(notes.iter().any(|note| note.contains("senseless")), "{notes:?}");
    expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[primaries(SRGB_PRIMARIES)]), pixel, 0);
    // Whatever they say, sRGB says more, and then nothing is to be told.
    for chunk in [gamma(0), gamma(100_000), primaries([0; 8]), primaries(P3_PRIMARIES)] {
        let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[(b"sRGB", vec![0]), chunk]), pixel, 0);
        assert!(notes.is_empty(), "{notes:?}");
    }
}

#[test]
fn what_is_senseless_or_damaged_does_not_take_the_rest_along() {
    let of = |pixel: &[u8], chunks: &[(&[u8; 4], Vec<u8>)]| flat(ColorType::Rgb, BitDepth::Eight, pixel, chunks);
    let notes = expect_near(&of(&[128; 3], &[gamma(100_000), primaries([0; 8])]), [188; 3], 1);
    assert!(notes.iter().any(|note| note.contains("senseless chromaticities")), "{notes:?}");
    for bad in [gamma(0), gamma(1), (b"gAMA", vec![1, 2])] {
        let notes = expect_near(&of(&[187, 105, 62], &[bad.clone(), primaries(P3_PRIMARIES)]), [200, 100, 50], 2);
        assert_eq!(notes.len(), 2, "{bad:?}: {notes:?}");
    }
    // A rendering intent that there is not, a chunk that is too short.
    for (name, data) in [(b"sRGB", vec![9]), (b"cICP", vec![1]), (b"cHRM", vec![0; 4])] {
        let notes = expect_near(&of(&[128; 3], &[(name, data), gamma(100_000)]), [188; 3], 1);
        let said = format!("{} chunk is damaged", String::from_utf8_lossy(name));
        assert!(notes.iter().any(|note| note.contains(&said)), "{said}: {notes:?}");
    }
}

#[test]
fn own_primaries_are_converted() {
    let p3 = [gamma(45_455), primaries(P3_PRIMARIES)];
    expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &[187, 105, 62], &p3), [200, 100, 50], 2);
    // Adobe RGB without a profile: gamma 2.2 is near enough to sRGB's curve to be taken for it.
    let adobe = [gamma(45_455), primaries([31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000])];
    expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &[144, 255, 55], &adobe), [0, 255, 0], 3);
    let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &[128; 3], &p3), [128; 3], 1);
    assert!(notes.iter().any(|note| note.contains("own primaries")), "{notes:?}");
}

#[test]
fn the_chunk_with_precedence_counts() {
    let pixel = [187, 105, 62];
    let is_p3 = [200, 100, 50];
    let of = |chunks: &[(&[u8; 4], Vec<u8>)]| flat(ColorType::Rgb, BitDepth::Eight, &pixel, chunks);
    let srgb: (&[u8; 4], Vec<u8>) = (b"sRGB", vec![0]);
    let cicp =
        |primaries: u8, transfer: u8| -> (&'static [u8; 4], Vec<u8>) { (b"cICP", vec![primaries, transfer, 0, 1]) };
    // sRGB over gAMA and cHRM.
    expect_near(&of(&[srgb.clone(), gamma(100_000), primaries(P3_PRIMARIES)]), pixel, 0);
    // A profile over those.
    expect_near(&of(&[p3_profile(), gamma(100_000), primaries(SRGB_PRIMARIES)]), is_p3, 2);
    // Code points over all.
    expect_near(&of(&[cicp(1, 13), p3_profile(), gamma(100_000)]), pixel, 0);
    expect_near(&of(&[cicp(12, 13), srgb.clone()]), is_p3, 2);
    // What cannot be read lets the next one speak.
    let notes = expect_near(&of(&[cicp(99, 13), p3_profile()]), is_p3, 2);
    assert!(notes.iter().any(|note| note.contains("cICP")), "{notes:?}");
    let notes = expect_near(&of(&[profile(&[7; 300]), gamma(45_455), primaries(P3_PRIMARIES)]), is_p3, 2);
    assert!(notes.iter().any(|note| note.contains("profile")), "{notes:?}");
}

#[test]
fn hdr_by_code_points_has_its_white_at_white() {
    let code = (0.5807 * 65535.0) as u16;
    let pixel: Vec<u8> = [code; 3].iter().flat_map(|value| value.to_be_bytes()).collect();
    let notes =
        expect_near(&flat(ColorType::Rgb, BitDepth::Sixteen, &pixel, &[(b"cICP", vec![9, 16, 0, 1])]), [255; 3], 3);
    assert!(notes.iter().any(|note| note.contains("HDR")), "{notes:?}");
}

#[test]
fn a_profile_for_grey_counts_for_grey_alone() {
    let linear = profile(&moxcms::ColorProfile::new_gray_with_gamma(1.0).encode().expect("encodes"));
    expect_near(&flat(ColorType::Grayscale, BitDepth::Eight, &[128], std::slice::from_ref(&linear)), [188; 3], 1);
    let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &[128; 3], &[linear]), [128; 3], 0);
    assert!(notes.iter().any(|note| note.contains("another kind")), "{notes:?}");
}

#[test]
fn profiles_and_texts_are_bounded_before_they_are_inflated() {
    let pixel = [1, 2, 3];
    let zeros = profile(&vec![0; 40 << 20]);
    assert!(zeros.1.len() < 1 << 20);
    let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, std::slice::from_ref(&zeros)), pixel, 0);
    assert!(notes.iter().any(|note| note.contains("4 MB")), "{notes:?}");
    // The same as texts, which nobody reads; a hundred of them.
    let text: (&[u8; 4], Vec<u8>) = (b"zTXt", zeros.1.clone());
    let international: (&[u8; 4], Vec<u8>) = (b"iTXt", [b"key\0\x01\0\0\0".to_vec(), zeros.1[6..].to_vec()].concat());
    let many: Vec<_> = std::iter::repeat_n([text, international], 50).flatten().collect();
    assert!(expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &many), pixel, 0).is_empty());
    // A profile that is large before it is inflated, too.
    let large: (&[u8; 4], Vec<u8>) = (b"iCCP", [b"name\0\0".to_vec(), vec![9; 6 << 20]].concat());
    let notes = expect_near(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[large]), pixel, 0);
    assert!(notes.iter().any(|note| note.contains("4 MB")), "{notes:?}");
    let exif: (&[u8; 4], Vec<u8>) = (b"eXIf", vec![0; 5 << 20]);
    let error = Photo::load(&flat(ColorType::Rgb, BitDepth::Eight, &pixel, &[exif])).expect_err("is too much");
    assert!(error.message().contains("EXIF") && error.message().contains("4 MB"), "{error}");
}

/// The same rows as an interlaced file has them, by hand: the encoder writes none.
fn interlaced(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Vec<u8> {
    let mut raw = Vec::new();
    for (x0, y0, dx, dy) in
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    {
        for y in (y0..height).step_by(dy) {
            if x0 < width {
                raw.push(0);
                (x0..width).step_by(dx).for_each(|x| raw.extend(pixel(x, y)));
            }
        }
    }
    let mut data = Vec::new();
    let mut encoder = flate2::write::ZlibEncoder::new(&mut data, flate2::Compression::fast());
    encoder.write_all(&raw).expect("writes");
    encoder.finish().expect("writes");
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend([8, 6, 0, 0, 1]);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, data) in [(b"IHDR", head), (b"IDAT", data), (b"IEND", Vec::new())] {
        let body = [kind.to_vec(), data].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&body);
        bytes.extend((body.len() as u32 - 4).to_be_bytes());
        bytes.extend(&body);
        bytes.extend(crc.sum().to_be_bytes());
    }
    bytes
}

#[test]
fn an_interlaced_file_shows_what_a_plain_one_shows() {
    let pixel =
        |x: u32, y: u32| [(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x ^ y) % 256) as u8, (x + y).min(255) as u8];
    for (width, height) in [(37, 29), (16, 16), (5000, 20)] {
        let mut plain = Vec::new();
        let mut encoder = png::Encoder::new(&mut plain, width, height);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        let pixels: Vec<u8> = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
        encoder.write_header().expect("writes").write_image_data(&pixels).expect("writes");
        let plain = Photo::load(&plain).expect("reads");
        let woven = Photo::load(&interlaced(width, height, pixel)).expect("reads");
        assert_eq!(plain.rgb(), woven.rgb(), "{width}x{height}");
        assert_eq!(plain.alpha(), woven.alpha(), "{width}x{height}");
    }
}

#[test]
fn what_cannot_be_read_in_rows_has_a_lower_bound() {
    // The header is enough for that.
    let mut bytes = interlaced(16, 16, |_, _| [1, 2, 3, 4]);
    bytes[16..24].copy_from_slice(&[8000_u32.to_be_bytes(), 8000_u32.to_be_bytes()].concat());
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let error = Photo::load(&bytes).expect_err("is too large");
    assert!(error.message().contains("50 megapixels") && error.message().contains("interlaced"), "{error}");
}

#[test]
fn odd_files_are_named() {
    let plain = flat(ColorType::Rgb, BitDepth::Eight, &[1, 2, 3], &[]);
    let apple = [&plain[..8], b"\0\0\0\x04CgBI\x50\0\x20\x02\x2b\xd5\xb3\x7f", &plain[8..]].concat();
    let error = Photo::load(&apple).expect_err("is no PNG");
    assert!(error.message().contains("CgBI"), "{error}");
    for cut in [10, 33, 40, plain.len() - 20] {
        let error = Photo::load(&plain[..cut]).expect_err("is cut");
        assert!(error.message().contains("truncated"), "{cut}: {error}");
    }
}
