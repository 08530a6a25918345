//! Colour tags as files have them, kept to the numbers that FFmpeg's enums name.
//!
//! Some of FFmpeg's demuxers and decoders (Matroska, libdav1d) copy a tag from the file into a field of an enum type without
//! looking at it. In Rust, reading a field of an enum type that holds another number is undefined behaviour, so every
//! frame and every stream passes here, as plain numbers, before anything reads it. Depends on FFmpeg's types alone.

use std::ffi::c_int;

use ffmpeg_next::ffi;

/// Unknown colour tags of a decoded frame become "unspecified".
///
/// # Safety
/// `frame` must be valid and used by nobody else.
pub(super) unsafe fn tame_frame(frame: *mut ffi::AVFrame) {
    // SAFETY: the fields are valid for reads and writes as the integers that their types are represented by.
    unsafe {
        tame(&raw mut (*frame).color_range, ffi::AVColorRange::AVCOL_RANGE_UNSPECIFIED, is_range);
        tame(&raw mut (*frame).color_primaries, ffi::AVColorPrimaries::AVCOL_PRI_UNSPECIFIED, is_primaries);
        tame(&raw mut (*frame).color_trc, ffi::AVColorTransferCharacteristic::AVCOL_TRC_UNSPECIFIED, is_transfer);
        tame(&raw mut (*frame).colorspace, ffi::AVColorSpace::AVCOL_SPC_UNSPECIFIED, is_matrix);
        tame(&raw mut (*frame).chroma_location, ffi::AVChromaLocation::AVCHROMA_LOC_UNSPECIFIED, is_location);
    }
}

/// The same for the streams of an open file.
///
/// # Safety
/// `input` must be an open input that nobody else uses.
pub(super) unsafe fn tame_streams(input: *mut ffi::AVFormatContext) {
    // SAFETY: streams and their parameters live as long as the input; the fields as above.
    unsafe {
        for index in 0..(*input).nb_streams as usize {
            let stream = (**(*input).streams.add(index)).codecpar;
            tame(&raw mut (*stream).color_range, ffi::AVColorRange::AVCOL_RANGE_UNSPECIFIED, is_range);
            tame(&raw mut (*stream).color_primaries, ffi::AVColorPrimaries::AVCOL_PRI_UNSPECIFIED, is_primaries);
            tame(&raw mut (*stream).color_trc, ffi::AVColorTransferCharacteristic::AVCOL_TRC_UNSPECIFIED, is_transfer);
            tame(&raw mut (*stream).color_space, ffi::AVColorSpace::AVCOL_SPC_UNSPECIFIED, is_matrix);
            tame(&raw mut (*stream).chroma_location, ffi::AVChromaLocation::AVCHROMA_LOC_UNSPECIFIED, is_location);
        }
    }
}

/// # Safety
/// `field` must be valid for reads and writes, and `T` an enum represented as a `c_int` or `c_uint`.
unsafe fn tame<T>(field: *mut T, unspecified: T, is_known: fn(c_int) -> bool) {
    const { assert!(size_of::<T>() == size_of::<c_int>() && align_of::<T>() == align_of::<c_int>()) };
    // SAFETY: by the contract; any number may be read as an integer.
    unsafe {
        if !is_known(field.cast::<c_int>().read()) {
            field.write(unspecified);
        }
    }
}

fn is_range(number: c_int) -> bool {
    (0..ffi::AVColorRange::AVCOL_RANGE_NB as c_int).contains(&number)
}

/// The only enum of these with a gap.
fn is_primaries(number: c_int) -> bool {
    (0..=ffi::AVColorPrimaries::AVCOL_PRI_SMPTE432 as c_int).contains(&number)
        || number == ffi::AVColorPrimaries::AVCOL_PRI_EBU3213 as c_int
}

fn is_transfer(number: c_int) -> bool {
    (0..ffi::AVColorTransferCharacteristic::AVCOL_TRC_NB as c_int).contains(&number)
}

fn is_matrix(number: c_int) -> bool {
    (0..ffi::AVColorSpace::AVCOL_SPC_NB as c_int).contains(&number)
}

fn is_location(number: c_int) -> bool {
    (0..ffi::AVChromaLocation::AVCHROMA_LOC_NB as c_int).contains(&number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Frame, VideoReader, VideoTarget, probe, testing::ffmpeg};
    use ffmpeg_next::frame as native_frame;

    #[test]
    fn only_numbers_without_a_name_are_replaced() {
        // SAFETY: an empty frame is valid, and its fields are written as integers.
        unsafe {
            let mut frame = native_frame::Frame::empty();
            let raw = frame.as_mut_ptr();
            for (number, kept) in [(1, true), (9, true), (13, false), (255, false), (-1, false), (c_int::MAX, false)] {
                let field = (&raw mut (*raw).color_primaries).cast::<c_int>();
                field.write(number);
                tame_frame(raw);
                assert_eq!(field.read(), if kept { number } else { 2 });
            }
            let fields = [
                (&raw mut (*raw).color_range).cast::<c_int>(),
                (&raw mut (*raw).color_trc).cast(),
                (&raw mut (*raw).colorspace).cast(),
                (&raw mut (*raw).chroma_location).cast(),
            ];
            for (field, unspecified) in fields.into_iter().zip([0, 2, 2, 0]) {
                for number in [-7, 200, 70_000] {
                    field.write(number);
                    tame_frame(raw);
                    assert_eq!(field.read(), unspecified);
                }
                field.write(1);
                tame_frame(raw);
                assert_eq!(field.read(), 1);
            }
        }
    }

    #[test]
    fn a_file_with_tags_that_nobody_knows_is_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = "color=c=gray:size=64x48:rate=10:duration=0.5";
        let tags = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"];
        let mut arguments = vec!["-f", "lavfi", "-i", source, "-c:v", "mpeg4"];
        arguments.extend(tags);
        let path = ffmpeg(&arguments, &folder.path().join("tags.mkv"));
        let mut bytes = std::fs::read(&path).expect("a file");
        let mut replaced = 0;
        // MatrixCoefficients, TransferCharacteristics and Primaries of Matroska's Colour element, one byte each.
        for id in [[0x55, 0xB1, 0x81], [0x55, 0xBA, 0x81], [0x55, 0xBB, 0x81]] {
            for at in 0..bytes.len() - 4 {
                if bytes[at..at + 3] == id {
                    bytes[at + 3] = 0xEE;
                    replaced += 1;
                }
            }
        }
        assert_eq!(replaced, 3, "the file has all three tags");
        std::fs::write(&path, bytes).expect("a file");
        probe(&path).expect("it is sound otherwise");
        let mut reader = VideoReader::open(&path, VideoTarget::native()).expect("it is sound otherwise");
        let mut frame = Frame::black(2, 2);
        assert!(reader.read(&mut frame).expect("it is decoded"));
        assert!(frame.u().iter().chain(frame.v()).all(|value| value.abs_diff(128) <= 2), "it is grey");
    }
}
