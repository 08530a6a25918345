//! Pictures in a graphics processor, for encoders that read them nowhere else.
//!
//! Depends on FFmpeg's hardware contexts, `error`, `native`, `encoder_options` (the kind of device) and `frame`.

use std::{fmt, ptr};

use ffmpeg_next::{codec, ffi, frame as native_frame};

use super::{encoder_options::DeviceKind, frame::Frame, native};
use crate::error::Result;

/// How many pictures the processor holds at the most: those that the encoder looks ahead to, reorders and refers to. Quick
/// Sync has to know before the first one.
const POOL: i32 = 32;

/// A reference to something of FFmpeg's that counts its references.
struct Buffer(*mut ffi::AVBufferRef);

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: the reference is ours alone; null is left alone.
        unsafe { ffi::av_buffer_unref(&mut self.0) };
    }
}

/// Pictures of one size in a device.
pub(super) struct Surfaces {
    /// Keeps its device.
    frames: Buffer,
    /// The picture on its way there: luma, then both differences in turn (NV12), which every device takes.
    interleaved: native_frame::Frame,
}

// SAFETY: FFmpeg's reference counts are atomic, and nobody else has this reference.
unsafe impl Send for Surfaces {}

impl fmt::Debug for Surfaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Surfaces").finish_non_exhaustive()
    }
}

impl Surfaces {
    /// Opens the machine's first device of that kind, and room in it for pictures of that size.
    pub(super) fn open(device: DeviceKind, (width, height): (usize, usize), operation: &'static str) -> Result<Self> {
        native::init()?;
        super::log::take_last();
        let mut opened = Buffer(ptr::null_mut());
        // SAFETY: the pointer is written to where the call succeeds; names and options may be null.
        let code = unsafe { ffi::av_hwdevice_ctx_create(&mut opened.0, device.kind, ptr::null(), ptr::null_mut(), 0) };
        native::check(code, "no such device can be opened", operation)?;
        // SAFETY: the device is open. What is allocated is checked, and its fields are set before it is initialised.
        let (frames, interleaved) = unsafe {
            let frames = Buffer(ffi::av_hwframe_ctx_alloc(opened.0));
            if frames.0.is_null() {
                return Err(native::out_of_memory(operation));
            }
            let raw = (*frames.0).data.cast::<ffi::AVHWFramesContext>();
            (*raw).format = device.format;
            (*raw).sw_format = ffi::AVPixelFormat::AV_PIX_FMT_NV12;
            (*raw).width = width as i32;
            (*raw).height = height as i32;
            (*raw).initial_pool_size = POOL;
            native::check(ffi::av_hwframe_ctx_init(frames.0), "the device holds no such pictures", operation)?;
            let mut interleaved = native_frame::Frame::empty();
            let raw = interleaved.as_mut_ptr();
            (*raw).format = ffi::AVPixelFormat::AV_PIX_FMT_NV12 as i32;
            (*raw).width = width as i32;
            (*raw).height = height as i32;
            native::check(ffi::av_frame_get_buffer(raw, 0), "no memory for a picture", operation)?;
            (frames, interleaved)
        };
        Ok(Self { frames, interleaved })
    }

    /// Lets an encoder that is not open yet read from here.
    pub(super) fn attach(&self, context: &mut codec::Context, operation: &'static str) -> Result<()> {
        // SAFETY: the context is not open, and takes over a reference of its own.
        unsafe {
            let reference = ffi::av_buffer_ref(self.frames.0);
            if reference.is_null() {
                return Err(native::out_of_memory(operation));
            }
            (*context.as_mut_ptr()).hw_frames_ctx = reference;
        }
        Ok(())
    }

    /// A copy of the frame in the device. The frame must have the size that this was opened with.
    pub(super) fn upload(&mut self, frame: &Frame, operation: &'static str) -> Result<native_frame::Frame> {
        // SAFETY: the picture is ours and made writable; its planes have the frame's size, `linesize` bytes a row, of which
        // a row of luma and one of both differences take `width` each.
        unsafe {
            let raw = self.interleaved.as_mut_ptr();
            native::check(ffi::av_frame_make_writable(raw), "no memory for a picture", operation)?;
            debug_assert_eq!(((*raw).width, (*raw).height), (frame.width() as i32, frame.height() as i32));
            let rows = |plane: usize, count: usize| {
                let (data, stride) = ((*raw).data[plane], (*raw).linesize[plane] as isize);
                (0..count)
                    .map(move |row| std::slice::from_raw_parts_mut(data.offset(row as isize * stride), frame.width()))
            };
            for (row, luma) in rows(0, frame.height()).zip(frame.y().chunks_exact(frame.width())) {
                row.copy_from_slice(luma);
            }
            let width = frame.chroma_width();
            let differences = frame.u().chunks_exact(width).zip(frame.v().chunks_exact(width));
            for (row, (u, v)) in rows(1, frame.chroma_height()).zip(differences) {
                interleave(row, u, v);
            }
            let mut surface = native_frame::Frame::empty();
            let there = surface.as_mut_ptr();
            let code = ffi::av_hwframe_get_buffer(self.frames.0, there, 0);
            native::check(code, "the device has no room for a picture", operation)?;
            let code = ffi::av_hwframe_transfer_data(there, raw, 0);
            native::check(code, "a picture cannot be brought to the device", operation)?;
            Ok(surface)
        }
    }
}

/// Both differences in turn.
fn interleave(row: &mut [u8], u: &[u8], v: &[u8]) {
    for (pair, (u, v)) in row.chunks_exact_mut(2).zip(u.iter().zip(v)) {
        pair.copy_from_slice(&[*u, *v]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{
        encoder_kind::EncoderKind, encoder_options::EncoderOptions, log, video_settings::VideoSettings,
    };

    #[test]
    fn differences_stand_in_turn() {
        let mut row = [0; 6];
        interleave(&mut row, &[1, 2, 3], &[7, 8, 9]);
        assert_eq!(row, [1, 7, 2, 8, 3, 9]);
    }

    /// Where there is a device, the pictures are there; where there is none, the error says so.
    #[test]
    fn a_missing_device_is_an_error_with_ffmpegs_words() {
        let _inside = log::inside();
        for encoder in [EncoderKind::Vaapi, EncoderKind::Qsv] {
            let settings = VideoSettings { encoder, ..VideoSettings::new(256, 256, 30) };
            let device = EncoderOptions::of(&settings).device.expect("a device");
            match Surfaces::open(device, (256, 256), "test") {
                Ok(mut surfaces) => drop(surfaces.upload(&Frame::black(256, 256), "test").expect("uploaded")),
                Err(error) => assert!(error.message().contains("device"), "{encoder}: {error}"),
            }
        }
    }
}
