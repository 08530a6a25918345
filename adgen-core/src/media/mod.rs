//! Moving pictures and sound: the only user of FFmpeg. Takes and gives plain frames and samples.
//!
//! May depend on `error` and `file_type` alone. No FFmpeg type leaves this folder; `native`, `log`, `fault` and `pixel`, then
//! `input` and `stream`, then `decoder` hold what is shared of the unsafe calls, everything else is built on them.

mod aac;
mod alpha;
mod audio_reader;
mod audio_writer;
pub mod color;
mod color_pass;
mod colorimetry;
mod combing;
mod cover;
mod decoder;
mod deinterlacer;
mod display_matrix;
mod encoder_kind;
mod encoder_options;
mod encoders;
pub mod environment;
mod fade;
mod fault;
mod formats;
mod fps;
mod frame;
mod frame_encoder;
mod frame_rgb;
mod input;
mod join;
mod length;
mod limiter;
mod log;
mod looping;
mod loudness;
mod luma;
mod master;
mod matrix;
mod mp4;
mod native;
mod native_encoder;
mod offset;
mod onset;
#[cfg(feature = "openh264")]
mod openh264;
mod opening;
mod orientation;
mod picture_format;
mod picture_memory;
mod pixel;
mod probe;
mod progressive;
mod samples;
mod scaler;
mod source;
mod stills;
mod stream;
mod stream_info;
mod surfaces;
mod sws;
mod tags;
mod tone_map;
mod video_encoder;
mod video_reader;
mod video_settings;

#[cfg(test)]
mod formats_tests;
#[cfg(test)]
mod software_tests;
#[cfg(test)]
pub(crate) mod testing;

pub use aac::AacTrack;
pub(crate) use audio_reader::decode_audio_until;
pub use audio_reader::{MAX_SOUND_S, decode_audio};
pub use audio_writer::{encode_mp3, encode_wav};
pub use decoder::Decode;
pub use encoder_kind::EncoderKind;
pub use encoders::{Choice, EncoderSupport, Encoders};
pub use fade::{fade_in, fade_out, fit_length};
pub use fps::Fps;
pub use frame::Frame;
pub use frame_encoder::is_encoders;
pub use input::{MAX_PIXELS, MAX_STREAMS};
pub use join::{JoinOptions, Joined, join};
pub(crate) use limiter::limit;
pub use log::leave_log_alone;
pub use looping::is_looping;
pub(crate) use loudness::integrated_lufs;
pub use loudness::{Loudness, Normalized, measure, normalize};
pub use master::{Master, master};
pub use native::leave_allocations_alone;
pub use offset::remove_offset;
pub use onset::trim_end;
pub use opening::{MAX_LEADING_SILENCE_S, Opening, decode_opening};
pub use orientation::Orientation;
pub use picture_memory::MAX_PICTURE_BYTES;
pub use probe::{MediaInfo, probe, still_format};
pub use samples::{CHANNELS, SAMPLE_RATE, Samples};
pub use source::MAX_FILE_BYTES;
pub use stream_info::{AudioInfo, VideoInfo};
pub use video_encoder::{Encoded, VideoEncoder};
pub use video_reader::{Damage, VideoReader, VideoTarget};
pub use video_settings::VideoSettings;
