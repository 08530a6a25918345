//! Sound as an AAC-LC track, ready to be muxed: no edit list needed, exactly as long as asked.
//!
//! Depends on `error` and FFmpeg's own AAC encoder. An AAC encoder puts its start-up packet (1024 samples) before the
//! sound; usually an edit list tells players to skip it. Platforms forbid edit lists, so here the start-up packet *is*
//! the first 21 ms of the track, and the encoder is fed from sample 1024 on: sound and picture stay in step.

use std::{fmt, ptr};

use ffmpeg_next::{
    Dictionary, Packet, codec, ffi, frame as native_frame,
    packet::{Mut as _, Ref as _},
};

use super::{
    log, native,
    samples::{CHANNELS, SAMPLE_RATE, Samples},
};
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "media::encode_aac";

/// Samples in one AAC packet (ISO/IEC 14496-3, AAC-LC).
pub(super) const PACKET: usize = 1024;

/// An encoded AAC-LC track, 48 kHz stereo. Made before or while the video is, and joined with it at the end.
#[derive(Clone)]
pub struct AacTrack {
    packets: Vec<Vec<u8>>,
    config: Vec<u8>,
    frames: usize,
    kbps: u32,
}

impl fmt::Debug for AacTrack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AacTrack").field("frames", &self.frames).field("kbps", &self.kbps).finish_non_exhaustive()
    }
}

impl AacTrack {
    /// Encodes `samples` at `kbps` kbit/s (32 to 512; video platforms take 128 to 384). The first 21 ms are silent.
    pub fn encode(samples: &Samples, kbps: u32) -> Result<Self> {
        let _inside = log::inside();
        if !(32..=512).contains(&kbps) {
            let message = format!("audio_kbps is {kbps}; allowed is 32 to 512");
            return Err(Error::new(ErrorKind::InvalidConfig, message).with_operation(OPERATION));
        }
        if samples.is_empty() {
            return Err(Error::media("an empty sound cannot be encoded").with_operation(OPERATION));
        }
        let mut encoder = Encoder::open(kbps)?;
        let wanted = samples.frames().div_ceil(PACKET);
        let mut packets = Vec::with_capacity(wanted + 2);
        // One block more than the sound has: a block is whole only with its follower.
        for block in 0..=wanted {
            encoder.send(samples, encoder.padding + block * PACKET, &mut packets)?;
        }
        encoder.flush(&mut packets)?;
        if packets.len() < wanted {
            return Err(
                Error::new(ErrorKind::Unexpected, "the AAC encoder gave too few packets").with_operation(OPERATION)
            );
        }
        packets.truncate(wanted);
        Ok(Self { packets, config: encoder.config(), frames: samples.frames(), kbps })
    }

    /// Length in samples a channel.
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// Decodes the track again: what listeners will hear, to measure it.
    pub fn decode(&self) -> Result<Samples> {
        let _inside = log::inside();
        let mut decoder = Decoder::open(&self.config)?;
        let mut out = Vec::with_capacity(self.packets.len() * PACKET * CHANNELS);
        for data in &self.packets {
            decoder.push(data, &mut out)?;
        }
        let mut samples = Samples::from_interleaved(out);
        samples.resize(self.frames);
        Ok(samples)
    }

    pub(super) fn packets(&self) -> &[Vec<u8>] {
        &self.packets
    }

    /// Sets a muxer's stream up for this track.
    ///
    /// # Safety
    ///
    /// `stream` must be a stream of an open output, just made and without a configuration.
    pub(super) unsafe fn fill(&self, stream: *mut ffi::AVStream) -> Result<()> {
        // SAFETY: the caller's promise; the configuration is allocated by FFmpeg, with the zeroed padding it asks for.
        unsafe {
            (*stream).time_base = ffi::AVRational { num: 1, den: SAMPLE_RATE as i32 };
            let parameters = (*stream).codecpar;
            (*parameters).codec_type = ffi::AVMediaType::AVMEDIA_TYPE_AUDIO;
            (*parameters).codec_id = ffi::AVCodecID::AV_CODEC_ID_AAC;
            (*parameters).format = ffi::AVSampleFormat::AV_SAMPLE_FMT_FLTP as i32;
            (*parameters).profile = ffi::FF_PROFILE_AAC_LOW;
            (*parameters).bit_rate = i64::from(self.kbps) * 1000;
            (*parameters).sample_rate = SAMPLE_RATE as i32;
            (*parameters).frame_size = PACKET as i32;
            // The padding is part of the sound here: see above.
            (*parameters).initial_padding = 0;
            ffi::av_channel_layout_default(&mut (*parameters).ch_layout, CHANNELS as i32);
            (*parameters).extradata = padded_copy(&self.config)?;
            (*parameters).extradata_size = self.config.len() as i32;
        }
        Ok(())
    }
}

/// FFmpeg's AAC decoder, fed by hand.
struct Decoder {
    context: codec::Context,
    packet: Packet,
    frame: native_frame::Frame,
}

impl Decoder {
    fn open(config: &[u8]) -> Result<Self> {
        // SAFETY: the context is owned by the wrapper at once; its extradata is allocated as FFmpeg asks and freed by it.
        unsafe {
            let codec = ffi::avcodec_find_decoder(ffi::AVCodecID::AV_CODEC_ID_AAC);
            let pointer = if codec.is_null() { ptr::null_mut() } else { ffi::avcodec_alloc_context3(codec) };
            if pointer.is_null() {
                return Err(Error::new(ErrorKind::Unsupported, "this build of FFmpeg has no AAC decoder")
                    .with_operation(OPERATION));
            }
            let mut context = codec::Context::wrap(pointer, None);
            (*pointer).opaque = log::mark();
            (*pointer).extradata = padded_copy(config)?;
            (*pointer).extradata_size = config.len() as i32;
            (*pointer).thread_count = 1;
            let code = ffi::avcodec_open2(context.as_mut_ptr(), codec, ptr::null_mut());
            native::check(code, "the AAC decoder cannot be opened", OPERATION)?;
            Ok(Self { context, packet: Packet::empty(), frame: native_frame::Frame::empty() })
        }
    }

    fn push(&mut self, data: &[u8], out: &mut Vec<f32>) -> Result<()> {
        // SAFETY: the packet owns a buffer of `data`'s size; decoded frames are checked to be two planes of floats
        // before they are read.
        unsafe {
            let raw = self.packet.as_mut_ptr();
            ffi::av_packet_unref(raw);
            native::check(ffi::av_new_packet(raw, data.len() as i32), "no memory for a packet", OPERATION)?;
            ptr::copy_nonoverlapping(data.as_ptr(), (*raw).data, data.len());
            let code = ffi::avcodec_send_packet(self.context.as_mut_ptr(), raw);
            native::check(code, "decoding the sound failed", OPERATION)?;
            while ffi::avcodec_receive_frame(self.context.as_mut_ptr(), self.frame.as_mut_ptr()) >= 0 {
                let frame = self.frame.as_ptr();
                let planar = (*frame).format == ffi::AVSampleFormat::AV_SAMPLE_FMT_FLTP as i32;
                if !planar || (*frame).ch_layout.nb_channels != CHANNELS as i32 {
                    return Err(Error::new(ErrorKind::Unexpected, "the AAC decoder gave another shape of sound")
                        .with_operation(OPERATION));
                }
                let count = (*frame).nb_samples.max(0) as usize;
                let [left, right] =
                    [0, 1].map(|channel| std::slice::from_raw_parts((*frame).data[channel].cast::<f32>(), count));
                out.extend(left.iter().zip(right).flat_map(|(left, right)| [*left, *right]));
            }
        }
        Ok(())
    }
}

/// A copy in FFmpeg's memory, with the zeroed padding that its parsers ask for.
fn padded_copy(bytes: &[u8]) -> Result<*mut u8> {
    // SAFETY: the allocation is at least `bytes` long.
    unsafe {
        let copy = ffi::av_mallocz(bytes.len() + ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
        if copy.is_null() {
            return Err(native::out_of_memory(OPERATION));
        }
        ptr::copy_nonoverlapping(bytes.as_ptr(), copy, bytes.len());
        Ok(copy)
    }
}

struct Encoder {
    context: codec::Context,
    frame: native_frame::Frame,
    packet: Packet,
    padding: usize,
    sent: i64,
}

impl Encoder {
    fn open(kbps: u32) -> Result<Self> {
        let (mut context, codec) = native::encoder(c"aac", OPERATION)?;
        // SAFETY: plain fields of a context that is not open yet.
        unsafe {
            let raw = context.as_mut_ptr();
            (*raw).bit_rate = i64::from(kbps) * 1000;
            (*raw).sample_rate = SAMPLE_RATE as i32;
            (*raw).sample_fmt = ffi::AVSampleFormat::AV_SAMPLE_FMT_FLTP;
            (*raw).profile = ffi::FF_PROFILE_AAC_LOW;
            (*raw).thread_count = 1;
            (*raw).time_base = ffi::AVRational { num: 1, den: SAMPLE_RATE as i32 };
            ffi::av_channel_layout_default(&mut (*raw).ch_layout, CHANNELS as i32);
            (*raw).flags |= (ffi::AV_CODEC_FLAG_GLOBAL_HEADER | ffi::AV_CODEC_FLAG_BITEXACT) as i32;
        }
        native::open_encoder(&mut context, codec, Dictionary::new(), OPERATION)?;
        // SAFETY: the context is open; the frame gets its own planes.
        let (padding, frame) = unsafe {
            let mut frame = native_frame::Frame::empty();
            let raw = frame.as_mut_ptr();
            (*raw).format = ffi::AVSampleFormat::AV_SAMPLE_FMT_FLTP as i32;
            (*raw).nb_samples = PACKET as i32;
            (*raw).sample_rate = SAMPLE_RATE as i32;
            ffi::av_channel_layout_default(&mut (*raw).ch_layout, CHANNELS as i32);
            native::check(ffi::av_frame_get_buffer(raw, 0), "no memory for a block of sound", OPERATION)?;
            (usize::try_from((*context.as_ptr()).initial_padding).unwrap_or(0), frame)
        };
        if padding != PACKET {
            return Err(Error::new(ErrorKind::Unsupported, "this AAC encoder's start-up is not one packet long")
                .with_operation(OPERATION)
                .with_context("samples", padding));
        }
        Ok(Self { context, frame, packet: Packet::empty(), padding, sent: 0 })
    }

    /// Encodes the block that starts at sample `from`; behind the end of the sound is silence.
    fn send(&mut self, samples: &Samples, from: usize, packets: &mut Vec<Vec<u8>>) -> Result<()> {
        // SAFETY: the frame is made writable and has two planes of `PACKET` floats each.
        unsafe {
            let raw = self.frame.as_mut_ptr();
            native::check(ffi::av_frame_make_writable(raw), "no memory for a block of sound", OPERATION)?;
            for channel in 0..CHANNELS {
                let plane = std::slice::from_raw_parts_mut((*raw).data[channel].cast::<f32>(), PACKET);
                for (i, value) in plane.iter_mut().enumerate() {
                    *value = samples.at(from + i)[channel];
                }
            }
            (*raw).pts = self.sent;
            self.sent += PACKET as i64;
            let code = ffi::avcodec_send_frame(self.context.as_mut_ptr(), raw);
            native::check(code, "encoding the sound failed", OPERATION)?;
        }
        self.receive(packets)
    }

    fn flush(&mut self, packets: &mut Vec<Vec<u8>>) -> Result<()> {
        // SAFETY: the encoder is open; null means that there is no more.
        let code = unsafe { ffi::avcodec_send_frame(self.context.as_mut_ptr(), ptr::null()) };
        native::check(code, "encoding the sound failed", OPERATION)?;
        self.receive(packets)
    }

    fn receive(&mut self, packets: &mut Vec<Vec<u8>>) -> Result<()> {
        loop {
            // SAFETY: encoder and packet are valid.
            let code = unsafe { ffi::avcodec_receive_packet(self.context.as_mut_ptr(), self.packet.as_mut_ptr()) };
            if code == ffi::AVERROR(ffi::EAGAIN) || code == ffi::AVERROR_EOF {
                return Ok(());
            }
            native::check(code, "encoding the sound failed", OPERATION)?;
            // SAFETY: a packet that was just received has `size` bytes at `data`, where that is not null.
            let data = unsafe {
                let raw = self.packet.as_ptr();
                if (*raw).data.is_null() {
                    continue;
                }
                std::slice::from_raw_parts((*raw).data, (*raw).size.max(0) as usize)
            };
            packets.push(data.to_vec());
        }
    }

    /// The AudioSpecificConfig.
    fn config(&self) -> Vec<u8> {
        // SAFETY: an opened encoder with global headers has `extradata_size` bytes of extradata.
        unsafe {
            let raw = self.context.as_ptr();
            if (*raw).extradata.is_null() {
                return Vec::new();
            }
            std::slice::from_raw_parts((*raw).extradata, (*raw).extradata_size.max(0) as usize).to_vec()
        }
    }
}
