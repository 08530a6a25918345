//! Writing sound: MP3 for people, WAV where nothing may be lost.
//!
//! Depends on `error` and FFmpeg with libmp3lame; WAV is written by hand.

use std::{io::Write, path::Path, ptr};

use ffmpeg_next::{Dictionary, Packet, ffi, format::context::Output, frame as native_frame, packet::Mut as _};

use super::{
    log, native,
    samples::{CHANNELS, SAMPLE_RATE, Samples},
};
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "media::encode_mp3";

/// Writes an MP3 file at `kbps` (one of MPEG-1's: 32 to 320), with the header that tells players how much padding to
/// skip: decoding gives exactly as many samples. The same samples give the same bytes.
pub fn encode_mp3(path: &Path, samples: &Samples, kbps: u32) -> Result<()> {
    let _inside = log::inside();
    const RATES: [u32; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    if !RATES.contains(&kbps) {
        let message = format!("kbps is {kbps}; allowed are {RATES:?}");
        return Err(Error::new(ErrorKind::InvalidConfig, message).with_operation(OPERATION));
    }
    if samples.is_empty() {
        return Err(Error::media("an empty sound cannot be encoded")
            .with_operation(OPERATION)
            .with_context("path", path.display()));
    }
    let written = write_mp3(path, samples, kbps);
    if written.is_err() && path.is_file() {
        // Half a file is worse than none; the first error is the one to report.
        let _ = std::fs::remove_file(path);
    }
    written
}

fn write_mp3(path: &Path, samples: &Samples, kbps: u32) -> Result<()> {
    let (mut context, codec) = native::encoder(c"libmp3lame", OPERATION)?;
    let time_base = ffi::AVRational { num: 1, den: SAMPLE_RATE as i32 };
    // SAFETY: plain fields of a context that is not open yet.
    unsafe {
        let raw = context.as_mut_ptr();
        (*raw).bit_rate = i64::from(kbps) * 1000;
        (*raw).sample_rate = SAMPLE_RATE as i32;
        (*raw).sample_fmt = ffi::AVSampleFormat::AV_SAMPLE_FMT_FLTP;
        (*raw).time_base = time_base;
        (*raw).flags |= ffi::AV_CODEC_FLAG_BITEXACT as i32;
        ffi::av_channel_layout_default(&mut (*raw).ch_layout, CHANNELS as i32);
    }
    native::open_encoder(&mut context, codec, Dictionary::new(), OPERATION)?;
    let mut output = native::open_output(path, c"mp3", OPERATION)?;
    // SAFETY: the stream is made by and belongs to the open output.
    unsafe {
        let stream = ffi::avformat_new_stream(output.as_mut_ptr(), ptr::null());
        if stream.is_null() {
            return Err(native::out_of_memory(OPERATION));
        }
        (*stream).time_base = time_base;
        let code = ffi::avcodec_parameters_from_context((*stream).codecpar, context.as_ptr());
        native::check(code, "the encoder's parameters cannot be taken over", OPERATION)?;
    }
    output.write_header().map_err(|error| native::file_failure(error.into(), "writing failed", OPERATION, path))?;
    // SAFETY: an opened encoder knows its frame size (1152 for MPEG-1 layer III).
    let size = usize::try_from(unsafe { (*context.as_ptr()).frame_size }).unwrap_or(0).max(1);
    let mut packet = Packet::empty();
    let mut padding = 0;
    for start in (0..samples.frames()).step_by(size) {
        let count = size.min(samples.frames() - start);
        // SAFETY: the frame gets two planes of `count` floats; the encoder takes its own reference.
        unsafe {
            let mut frame = native_frame::Frame::empty();
            let raw = frame.as_mut_ptr();
            (*raw).format = ffi::AVSampleFormat::AV_SAMPLE_FMT_FLTP as i32;
            (*raw).nb_samples = count as i32;
            (*raw).sample_rate = SAMPLE_RATE as i32;
            (*raw).pts = start as i64;
            ffi::av_channel_layout_default(&mut (*raw).ch_layout, CHANNELS as i32);
            native::check(ffi::av_frame_get_buffer(raw, 0), "no memory for a block of sound", OPERATION)?;
            for channel in 0..CHANNELS {
                let plane = std::slice::from_raw_parts_mut((*raw).data[channel].cast::<f32>(), count);
                for (i, value) in plane.iter_mut().enumerate() {
                    *value = samples.at(start + i)[channel];
                }
            }
            let code = ffi::avcodec_send_frame(context.as_mut_ptr(), raw);
            native::check(code, "encoding the sound failed", OPERATION)?;
        }
        drain(&mut context, &mut packet, &mut padding, &mut output, time_base, path)?;
    }
    // SAFETY: the encoder is open; null means that there is no more.
    let code = unsafe { ffi::avcodec_send_frame(context.as_mut_ptr(), ptr::null()) };
    native::check(code, "encoding the sound failed", OPERATION)?;
    drain(&mut context, &mut packet, &mut padding, &mut output, time_base, path)?;
    native::flush_written(&mut output, OPERATION, path)?;
    output.write_trailer().map_err(|error| native::file_failure(error.into(), "writing failed", OPERATION, path))?;
    native::flush_written(&mut output, OPERATION, path)
}

fn drain(
    context: &mut ffmpeg_next::codec::Context,
    packet: &mut Packet,
    padding: &mut u32,
    output: &mut Output,
    time_base: ffi::AVRational,
    path: &Path,
) -> Result<()> {
    loop {
        // SAFETY: encoder, packet and output are valid; the output has one stream.
        unsafe {
            let code = ffi::avcodec_receive_packet(context.as_mut_ptr(), packet.as_mut_ptr());
            if code == ffi::AVERROR(ffi::EAGAIN) || code == ffi::AVERROR_EOF {
                return Ok(());
            }
            native::check(code, "encoding the sound failed", OPERATION)?;
            let raw = packet.as_mut_ptr();
            sum_padding(raw, padding);
            (*raw).stream_index = 0;
            ffi::av_packet_rescale_ts(raw, time_base, (**(*output.as_mut_ptr()).streams).time_base);
            let code = ffi::av_write_frame(output.as_mut_ptr(), raw);
            if code < 0 {
                return Err(native::file_failure(code, "writing the file failed", OPERATION, path));
            }
        }
        native::check_written(output, OPERATION, path)?;
    }
}

/// The muxer keeps the padding of the last packet only; where the padding is longer than one packet, the one before
/// counts too. So each packet is told the sum.
///
/// # Safety
/// `packet` must be valid.
unsafe fn sum_padding(packet: *mut ffi::AVPacket, sum: &mut u32) {
    let mut size = 0;
    // SAFETY: the side data's size is checked before it is touched: two little-endian numbers, start and end, and a rest.
    unsafe {
        let kind = ffi::AVPacketSideDataType::AV_PKT_DATA_SKIP_SAMPLES;
        let data = ffi::av_packet_get_side_data(packet, kind, &mut size);
        if data.is_null() || size < 10 {
            *sum = 0;
            return;
        }
        let end = data.add(4).cast::<[u8; 4]>();
        *sum = sum.saturating_add(u32::from_le_bytes(*end));
        *end = sum.to_le_bytes();
    }
}

/// Writes a WAV file with 32-bit floats: reading it gives back the very same samples.
pub fn encode_wav(path: &Path, samples: &Samples) -> Result<()> {
    let data = samples.as_interleaved();
    let bytes = u32::try_from(data.len() * 4).ok().filter(|bytes| *bytes <= u32::MAX - 64).ok_or_else(|| {
        Error::new(ErrorKind::Unsupported, "the sound is too long for a WAV file (4 GiB)")
            .with_operation("media::encode_wav")
    })?;
    let mut file = Vec::with_capacity(bytes as usize + 58);
    let block = (CHANNELS * 4) as u16;
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(bytes + 50).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt \x12\0\0\0");
    file.extend_from_slice(&3_u16.to_le_bytes()); // IEEE float
    file.extend_from_slice(&(CHANNELS as u16).to_le_bytes());
    file.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    file.extend_from_slice(&(SAMPLE_RATE * u32::from(block)).to_le_bytes());
    file.extend_from_slice(&block.to_le_bytes());
    file.extend_from_slice(&32_u16.to_le_bytes());
    file.extend_from_slice(&0_u16.to_le_bytes());
    file.extend_from_slice(b"fact\x04\0\0\0");
    file.extend_from_slice(&(samples.frames() as u32).to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&bytes.to_le_bytes());
    data.iter().for_each(|value| file.extend_from_slice(&value.to_le_bytes()));
    std::fs::File::create(path).and_then(|mut target| target.write_all(&file)).map_err(|error| {
        Error::new(ErrorKind::Io, "the WAV file cannot be written")
            .with_operation("media::encode_wav")
            .with_context("path", path.display())
            .with_source(error)
    })
}
