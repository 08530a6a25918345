//! The display matrix of a file, which asks players to turn and mirror its pictures: in the container's header, or in the
//! coded pictures themselves (H.264 and H.265 in streams of broadcasters and phones).
//!
//! Depends on FFmpeg and `orientation`.

use std::slice;

use ffmpeg_next::{ffi, format::context, frame as native_frame};

use super::orientation::Orientation;

/// What the container asks for; `None` where it says nothing.
pub(super) fn of_stream(input: &context::Input, index: usize) -> Option<Orientation> {
    let stream = input.stream(index)?;
    let data = stream.side_data().find(|data| data.kind() == ffmpeg_next::packet::side_data::Type::DisplayMatrix)?;
    parse(data.data())
}

/// What a decoded picture asks for; `None` where it says nothing.
pub(super) fn of_picture(frame: &native_frame::Frame) -> Option<Orientation> {
    let kind = ffi::AVFrameSideDataType::AV_FRAME_DATA_DISPLAYMATRIX;
    // SAFETY: side data belongs to the frame, and holds as many bytes as it says.
    unsafe {
        let side = ffi::av_frame_get_side_data(frame.as_ptr(), kind);
        if side.is_null() || (*side).data.is_null() {
            return None;
        }
        parse(slice::from_raw_parts((*side).data, (*side).size))
    }
}

/// Nine numbers in the machine's own order of bytes.
fn parse(bytes: &[u8]) -> Option<Orientation> {
    let bytes: &[u8; 36] = bytes.get(..36)?.try_into().ok()?;
    let mut matrix = [0_i32; 9];
    for (value, bytes) in matrix.iter_mut().zip(bytes.chunks_exact(4)) {
        *value = i32::from_ne_bytes(bytes.try_into().ok()?);
    }
    Some(Orientation::from_matrix(matrix))
}
