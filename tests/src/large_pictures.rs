//! PNG files that are large, or carry chunks that are, packed row by row so that making them takes no memory either.

use flate2::{Compression, Crc, write::ZlibEncoder};
use std::io::Write;

/// A PNG of 8 bits a channel: `color` is 2 (RGB) or 6 (RGBA), `row` the bytes of each row.
pub fn png(
    width: u32,
    height: u32,
    color: u8,
    chunks: &[(&[u8; 4], Vec<u8>)],
    row: impl Fn(u32) -> Vec<u8>,
) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], content: &[u8]| {
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(content);
        bytes.extend((content.len() as u32).to_be_bytes());
        bytes.extend(kind);
        bytes.extend(content);
        bytes.extend(crc.sum().to_be_bytes());
    };
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, color, 0, 0, 0]].concat());
    chunks.iter().for_each(|(kind, content)| chunk(kind, content));
    let mut data = ZlibEncoder::new(Vec::new(), Compression::fast());
    for y in 0..height {
        data.write_all(&[0]).and_then(|()| data.write_all(&row(y))).expect("memory takes everything");
    }
    chunk(b"IDAT", &data.finish().expect("memory takes everything"));
    chunk(b"IEND", &[]);
    bytes
}

/// A colour profile's chunk that inflates to `megabytes` of zeros.
pub fn profile_of_zeros(megabytes: usize) -> (&'static [u8; 4], Vec<u8>) {
    let mut data = ZlibEncoder::new(b"zeros\0\0".to_vec(), Compression::fast());
    let block = vec![0; 1 << 20];
    for _ in 0..megabytes {
        data.write_all(&block).expect("memory takes everything");
    }
    (b"iCCP", data.finish().expect("memory takes everything"))
}
