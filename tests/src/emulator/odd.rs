//! Files that are not what was asked for.

use super::{media::MediaSpec, models::Kind, script::Content, wav};
use bytes::Bytes;

/// What a download of an odd prediction gives.
#[derive(Debug)]
pub(super) enum Served {
    File {
        bytes: Bytes,
        kind: &'static str,
    },
    /// So many zeros, never held in memory.
    Zeros(u64),
}

/// More than any honest clip, and more than 31 bits.
const HUGE: u64 = 3 << 30;

/// `whole` is the honest file.
pub(super) fn serve(content: Content, spec: &MediaSpec, whole: &Bytes) -> Served {
    let seconds = spec.seconds();
    let usual = content_type(spec.kind);
    let (bytes, kind) = match content {
        Content::Huge => return Served::Zeros(HUGE),
        Content::Html => {
            let page = "<!DOCTYPE html>\n<html><head><title>One moment</title></head><body>Checking your browser</body></html>\n";
            (Bytes::from_static(page.as_bytes()), "text/html; charset=utf-8")
        }
        Content::NoVideo => (wav::chord(44_100, 2, seconds, &[220.0]), usual),
        Content::ZeroFrames => (no_frames(spec), usual),
        Content::Silent => (wav::silence(44_100, 2, seconds), usual),
        Content::Mono8k => (wav::chord(8_000, 1, seconds, &[220.0, 277.2, 329.6]), usual),
        Content::Short => (wav::chord(44_100, 2, seconds / 4.0, &[220.0, 277.2, 329.6]), usual),
        Content::ShortFile => (whole.slice(..whole.len() / 2), usual),
    };
    Served::File { bytes, kind }
}

pub(super) fn content_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "video/mp4",
        Kind::Audio => "audio/wav",
    }
}

/// An MP4 (ISO/IEC 14496-12) whose only track is video and has no sample.
fn no_frames(spec: &MediaSpec) -> Bytes {
    let (width, height) = (spec.width as u16, spec.height as u16);
    let matrix: Vec<u8> =
        [0x1_0000_u32, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000].iter().flat_map(|value| value.to_be_bytes()).collect();
    let zeros = |count: usize| vec![0_u8; count];
    let word = |value: u32| value.to_be_bytes().to_vec();
    // Version and flags, both times, timescale 1000, duration 0.
    let times = [zeros(12), word(1000), zeros(4)].concat();
    let mvhd =
        atom(b"mvhd", &[times.clone(), word(0x1_0000), vec![1, 0], zeros(10), matrix.clone(), zeros(24), word(2)]);
    let size = [word(u32::from(width) << 16), word(u32::from(height) << 16)].concat();
    // Flags: enabled and in the movie; track 1.
    let tkhd = atom(b"tkhd", &[word(3), zeros(8), word(1), zeros(8), zeros(16), matrix, size]);
    let mdhd = atom(b"mdhd", &[times, vec![0x55, 0xc4, 0, 0]]);
    let hdlr = atom(b"hdlr", &[zeros(8), b"vide".to_vec(), zeros(12), b"video\0".to_vec()]);
    // A High 3.0 configuration without parameter sets.
    let avcc = atom(b"avcC", &[vec![1, 100, 0, 30, 0xff, 0xe0, 0]]);
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let head = [zeros(6), vec![0, 1], zeros(16), sides, word(0x48_0000), word(0x48_0000), zeros(4), vec![0, 1]];
    let avc1 = atom(b"avc1", &[head.concat(), zeros(32), vec![0, 0x18, 0xff, 0xff], avcc]);
    let stsd = atom(b"stsd", &[zeros(4), word(1), avc1]);
    let (stts, stsc, stco) = (atom(b"stts", &[zeros(8)]), atom(b"stsc", &[zeros(8)]), atom(b"stco", &[zeros(8)]));
    let stbl = atom(b"stbl", &[stsd, stts, stsc, atom(b"stsz", &[zeros(12)]), stco]);
    let dref = atom(b"dref", &[zeros(4), word(1), atom(b"url ", &[word(1)])]);
    let minf = atom(b"minf", &[atom(b"vmhd", &[word(1), zeros(8)]), atom(b"dinf", &[dref]), stbl]);
    let mdia = atom(b"mdia", &[mdhd, hdlr, minf]);
    let moov = atom(b"moov", &[mvhd, atom(b"trak", &[tkhd, mdia])]);
    let ftyp = atom(b"ftyp", &[b"isom".to_vec(), word(0x200), b"isomiso2avc1mp41".to_vec()]);
    [ftyp, moov, atom(b"mdat", &[])].concat().into()
}

fn atom(name: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    let body = parts.concat();
    [&(body.len() as u32 + 8).to_be_bytes()[..], name, &body].concat()
}
