//! An encoder of FFmpeg's, from frames to packets.
//!
//! Depends on FFmpeg, `error`, `native`, `encoder_options`, `surfaces`, `frame` and `video_settings`.

use std::{fmt, ptr};

use ffmpeg_next::{Dictionary, Packet, codec, ffi, frame as native_frame, packet::Mut as _};

use super::{
    encoder_options::EncoderOptions,
    frame::Frame,
    native,
    surfaces::Surfaces,
    video_settings::{OPERATION, VideoSettings},
};
use crate::error::{Error, ErrorKind, Result};

/// An encoder of FFmpeg's that is open.
pub(super) struct NativeEncoder {
    context: codec::Context,
    picture: native_frame::Frame,
    surfaces: Option<Surfaces>,
    frames: i64,
}

impl fmt::Debug for NativeEncoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeEncoder").field("frames", &self.frames).finish_non_exhaustive()
    }
}

impl NativeEncoder {
    /// Opens the encoder that the settings name.
    pub(super) fn open(settings: &VideoSettings) -> Result<Self> {
        let Some(name) = settings.encoder.native_name() else {
            let message = format!("{} is no encoder of FFmpeg's", settings.encoder);
            return Err(Error::new(ErrorKind::Unsupported, message).with_operation(OPERATION));
        };
        let EncoderOptions { options, b_frames, quality, is_quantiser, device, without_bit_rate } =
            EncoderOptions::of(settings);
        let (mut context, codec) = native::encoder(name, OPERATION)?;
        let surfaces =
            device.map(|device| Surfaces::open(device, (settings.width, settings.height), OPERATION)).transpose()?;
        if let Some(surfaces) = &surfaces {
            surfaces.attach(&mut context, OPERATION)?;
        }
        let time_base = settings.time_base();
        // SAFETY: plain fields of a context that is not open yet.
        unsafe {
            let raw = context.as_mut_ptr();
            (*raw).width = settings.width as i32;
            (*raw).height = settings.height as i32;
            (*raw).pix_fmt = device.map_or(ffi::AVPixelFormat::AV_PIX_FMT_YUV420P, |device| device.format);
            (*raw).time_base = time_base;
            (*raw).framerate = ffi::AVRational { num: time_base.den, den: time_base.num };
            (*raw).sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
            (*raw).color_range = ffi::AVColorRange::AVCOL_RANGE_MPEG;
            (*raw).color_primaries = ffi::AVColorPrimaries::AVCOL_PRI_BT709;
            (*raw).color_trc = ffi::AVColorTransferCharacteristic::AVCOL_TRC_BT709;
            (*raw).colorspace = ffi::AVColorSpace::AVCOL_SPC_BT709;
            (*raw).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_LEFT;
            (*raw).gop_size = settings.keyframe_interval as i32;
            (*raw).keyint_min = settings.keyframe_interval as i32;
            (*raw).max_b_frames = b_frames;
            (*raw).thread_count = settings.threads as i32;
            (*raw).flags |=
                (ffi::AV_CODEC_FLAG_GLOBAL_HEADER | ffi::AV_CODEC_FLAG_BITEXACT | ffi::AV_CODEC_FLAG_CLOSED_GOP) as i32;
            if without_bit_rate {
                (*raw).bit_rate = 0;
            }
            if let Some(quality) = quality {
                (*raw).global_quality = quality;
            }
            if is_quantiser {
                (*raw).flags |= ffi::AV_CODEC_FLAG_QSCALE as i32;
            }
            if let Some(kbps) = settings.max_kbps {
                (*raw).rc_max_rate = i64::from(kbps) * 1000;
                (*raw).rc_buffer_size = kbps as i32 * 1000;
            }
        }
        let mut dictionary = Dictionary::new();
        for (key, value) in &options {
            dictionary.set(key, value);
        }
        native::open_encoder(&mut context, codec, dictionary, OPERATION)?;
        // SAFETY: the frame gets its own planes of the encoder's size.
        let picture = unsafe {
            let mut picture = native_frame::Frame::empty();
            let raw = picture.as_mut_ptr();
            (*raw).format = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i32;
            (*raw).width = settings.width as i32;
            (*raw).height = settings.height as i32;
            describe(raw);
            native::check(ffi::av_frame_get_buffer(raw, 0), "no memory for a picture", OPERATION)?;
            picture
        };
        Ok(Self { context, picture, surfaces, frames: 0 })
    }

    /// Tells a stream of a file what its packets are.
    ///
    /// # Safety
    ///
    /// `stream` must be one of an open output.
    pub(super) unsafe fn fill(&self, stream: *mut ffi::AVStream) -> Result<()> {
        // SAFETY: the caller's promise; the context is open.
        unsafe {
            let parameters = (*stream).codecpar;
            let code = ffi::avcodec_parameters_from_context(parameters, self.context.as_ptr());
            native::check(code, "the encoder's parameters cannot be taken over", OPERATION)?;
            // Where the encoder read them says nothing of what it wrote.
            (*parameters).format = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i32;
        }
        Ok(())
    }

    /// Takes the next frame, which must have the encoder's size, or that there are no more.
    pub(super) fn send(&mut self, frame: Option<&Frame>) -> Result<()> {
        let code = match (frame, &mut self.surfaces) {
            // SAFETY: the encoder is open; null means no more.
            (None, _) => unsafe { ffi::avcodec_send_frame(self.context.as_mut_ptr(), ptr::null()) },
            (Some(frame), Some(surfaces)) => {
                let mut surface = surfaces.upload(frame, OPERATION)?;
                // SAFETY: the surface is valid and the encoder takes its own reference.
                unsafe {
                    let raw = surface.as_mut_ptr();
                    describe(raw);
                    (*raw).pts = self.frames;
                    ffi::avcodec_send_frame(self.context.as_mut_ptr(), raw)
                }
            }
            (Some(frame), None) => {
                self.copy(frame)?;
                // SAFETY: encoder and picture are valid; the encoder takes its own reference.
                unsafe { ffi::avcodec_send_frame(self.context.as_mut_ptr(), self.picture.as_ptr()) }
            }
        };
        self.frames += i64::from(frame.is_some());
        native::check(code, "encoding failed", OPERATION).map(drop)
    }

    /// Fills the encoder's picture.
    fn copy(&mut self, frame: &Frame) -> Result<()> {
        let sizes = [
            (frame.width(), frame.height()),
            (frame.chroma_width(), frame.chroma_height()),
            (frame.chroma_width(), frame.chroma_height()),
        ];
        // SAFETY: the picture is made writable (a copy, should the encoder still hold it) and has the frame's size, as the
        // caller promised; a frame's planes always hold `width * height` bytes of that size. So each row of `width` bytes is
        // read within the source and written within its plane, `linesize` apart.
        unsafe {
            let raw = self.picture.as_mut_ptr();
            native::check(ffi::av_frame_make_writable(raw), "no memory for a picture", OPERATION)?;
            for (plane, (source, (width, height))) in frame.planes().into_iter().zip(sizes).enumerate() {
                debug_assert_eq!(source.len(), width * height);
                ffi::av_image_copy_plane(
                    (*raw).data[plane],
                    (*raw).linesize[plane],
                    source.as_ptr(),
                    width as i32,
                    width as i32,
                    height as i32,
                );
            }
            (*raw).pts = self.frames;
            (*raw).pict_type = ffi::AVPictureType::AV_PICTURE_TYPE_NONE;
        }
        Ok(())
    }

    /// The next packet; `false` where the encoder waits for frames, or has ended.
    pub(super) fn receive(&mut self, packet: &mut Packet) -> Result<bool> {
        // SAFETY: both are valid; the packet's old content is released by the call.
        let code = unsafe { ffi::avcodec_receive_packet(self.context.as_mut_ptr(), packet.as_mut_ptr()) };
        if code == ffi::AVERROR(ffi::EAGAIN) || code == ffi::AVERROR_EOF {
            return Ok(false);
        }
        native::check(code, "encoding failed", OPERATION).map(|_| true)
    }
}

/// Says how a picture's values are meant.
///
/// # Safety
///
/// `raw` must be a valid frame.
unsafe fn describe(raw: *mut ffi::AVFrame) {
    // SAFETY: plain fields of a valid frame.
    unsafe {
        (*raw).color_range = ffi::AVColorRange::AVCOL_RANGE_MPEG;
        (*raw).colorspace = ffi::AVColorSpace::AVCOL_SPC_BT709;
    }
}
