//! Moving pictures and sound: the only user of FFmpeg. Takes and gives plain frames and samples.
//!
//! May depend on `error` alone. No FFmpeg type leaves this folder; `native` and `decoder` hold what is shared
//! of the unsafe calls, everything else is built on them.

mod aac;
mod audio_reader;
mod audio_writer;
pub mod color;
mod decoder;
pub mod environment;
mod fade;
mod fps;
mod frame;
mod frame_rgb;
mod join;
mod limiter;
mod log;
mod loudness;
mod master;
mod matrix;
mod mp4;
mod native;
mod probe;
mod samples;
mod scaler;
mod video_encoder;
mod video_reader;

#[cfg(test)]
mod testing;

pub use aac::AacTrack;
pub use audio_reader::decode_audio;
pub use audio_writer::{encode_mp3, encode_wav};
pub use fade::{fade_in, fade_out, fit_length};
pub use fps::Fps;
pub use frame::Frame;
pub use join::{JoinOptions, Joined, join};
pub use loudness::{Loudness, Normalized, measure, normalize};
pub use master::{Master, master};
pub use probe::{AudioInfo, MediaInfo, VideoInfo, probe};
pub use samples::{CHANNELS, SAMPLE_RATE, Samples};
pub use video_encoder::{Encoded, VideoEncoder, VideoSettings};
pub use video_reader::{VideoReader, VideoTarget};
