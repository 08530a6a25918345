//! Photos that are made on the spot: ordinary ones, odd ones, and ones that are none.

use image::{
    DynamicImage, ExtendedColorType, ImageBuffer, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};
use std::{
    fs,
    io::Cursor,
    path::{Path, PathBuf},
};

/// A red bottle in the middle of a plain light backdrop, lit from the left.
pub fn product(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match inside(x, y, width, height) {
        Some(across) => Rgb([(210.0 - 90.0 * across) as u8, (60.0 - 30.0 * across) as u8, 50]),
        None => Rgb([236, 234, 230]),
    })
}

/// The same bottle, already cut out.
pub fn cut_out(width: u32, height: u32) -> RgbaImage {
    let photo = product(width, height);
    RgbaImage::from_fn(width, height, |x, y| {
        let [r, g, b] = photo.get_pixel(x, y).0;
        Rgba([r, g, b, if inside(x, y, width, height).is_some() { 255 } else { 0 }])
    })
}

/// How far across the bottle a pixel lies, 0-1; `None` beside it.
fn inside(x: u32, y: u32, width: u32, height: u32) -> Option<f32> {
    let (x, y) = ((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32);
    let half = if y < 0.3 { 0.07 } else { 0.18 };
    ((0.12..0.9).contains(&y) && (x - 0.5).abs() < half).then(|| (x - 0.5 + half) / (2.0 * half))
}

/// Writes a file and gives its path.
pub fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("the folder is the test's own");
    path
}

/// A cut-out bottle as PNG: the photo that needs the least work.
pub fn ready_photo(folder: &Path) -> PathBuf {
    write(folder, "product.png", encoded(&cut_out(300, 400).into(), ImageFormat::Png))
}

pub fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("memory takes every picture");
    bytes.into_inner()
}

pub fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 92)).expect("memory takes every picture");
    bytes
}

pub fn webp(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture.write_with_encoder(WebPEncoder::new_lossless(&mut bytes)).expect("memory takes every picture");
    bytes
}

/// 16 bits a channel.
pub fn deep_png(picture: &RgbImage) -> Vec<u8> {
    let deep: ImageBuffer<Rgb<u16>, Vec<u16>> = ImageBuffer::from_fn(picture.width(), picture.height(), |x, y| {
        Rgb(picture.get_pixel(x, y).0.map(|value| u16::from(value) * 257))
    });
    encoded(&deep.into(), ImageFormat::Png)
}

pub fn grey_png(picture: &RgbImage) -> Vec<u8> {
    let grey = ImageBuffer::from_fn(picture.width(), picture.height(), |x, y| Luma([picture.get_pixel(x, y)[0]]));
    encoded(&DynamicImage::ImageLuma8(grey), ImageFormat::Png)
}

/// A JPEG whose camera was held on its side: EXIF orientation 6, shown turned by 90 degrees.
pub fn turned_jpeg(picture: &RgbImage) -> Vec<u8> {
    let plain = jpeg(picture);
    // TIFF header, one entry: tag 0x0112 (orientation), type SHORT, count 1, value 6.
    let tiff: [u8; 26] = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
    let mut segment = vec![0xFF, 0xE1, 0, 0];
    segment.extend(b"Exif\0\0");
    segment.extend(tiff);
    let length = (segment.len() - 2) as u16;
    segment[2..4].copy_from_slice(&length.to_be_bytes());
    [&plain[..2], &segment, &plain[2..]].concat()
}

/// A PNG with a palette of four colours, one of them transparent, written chunk by chunk.
pub fn palette_png(width: u32, height: u32) -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        rows.extend((0..width).map(|x| inside(x, y, width, height).map_or(0, |across| 1 + (across * 2.99) as u8)));
    }
    let palette = [236, 234, 230, 210, 60, 50, 180, 40, 40, 130, 30, 30];
    png(width, height, 8, 3, &[(b"PLTE", &palette)], &stored(&rows))
}

/// A PNG that says it is enormous and holds next to nothing.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    png(width, height, 8, 2, &[], &stored(&[0; 64]))
}

fn png(width: u32, height: u32, depth: u8, color: u8, chunks: &[(&[u8; 4], &[u8])], data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, 0]].concat();
    let mut chunk = |kind: &[u8], content: &[u8]| {
        bytes.extend((content.len() as u32).to_be_bytes());
        let body = [kind, content].concat();
        bytes.extend(&body);
        bytes.extend(crc32(&body).to_be_bytes());
    };
    chunk(b"IHDR", &header);
    for (kind, content) in chunks {
        chunk(*kind, content);
    }
    chunk(b"IDAT", data);
    chunk(b"IEND", &[]);
    bytes
}

/// A zlib stream (RFC 1950) of stored blocks (RFC 1951).
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut chunks = bytes.chunks(0xFFFF).peekable();
    while let Some(chunk) = chunks.next() {
        let length = chunk.len() as u16;
        out.push(u8::from(chunks.peek().is_none()));
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(chunk);
    }
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65521;
        (a, (b + a) % 65521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// The CRC of PNG chunks (ISO 3309), bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

/// An uncompressed stereo tone, 48 kHz, 16 bit, as WAV.
pub fn tone(seconds: f64, hertz: f64) -> Vec<u8> {
    let frames = (seconds * 48000.0) as u32;
    let bytes = frames * 4;
    let mut wav = Vec::with_capacity(bytes as usize + 44);
    wav.extend(b"RIFF");
    wav.extend((bytes + 36).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    for value in [1_u16, 2] {
        wav.extend(value.to_le_bytes());
    }
    wav.extend(48000_u32.to_le_bytes());
    wav.extend((48000_u32 * 4).to_le_bytes());
    for value in [4_u16, 16] {
        wav.extend(value.to_le_bytes());
    }
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    for frame in 0..frames {
        let value = (f64::from(frame) / 48000.0 * hertz * std::f64::consts::TAU).sin() * 8000.0;
        wav.extend((value as i16).to_le_bytes());
        wav.extend((value as i16).to_le_bytes());
    }
    wav
}

/// Any bytes as an 8-bit picture, for encoders that take slices.
pub fn png_of(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(pixels, width, height, color).expect("the size fits the pixels");
    bytes
}
