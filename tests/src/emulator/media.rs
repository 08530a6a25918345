//! What the emulated models make: small real videos and music, each made once.

use super::{models::Kind, wav};
use adgen::media::{Frame, VideoEncoder, VideoSettings};
use bytes::Bytes;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// Frames a second of the videos.
const FPS: u32 = 24;
/// Samples a second of the audio.
const RATE: u32 = 44_100;

/// What is to be made. Equal ones are made once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MediaSpec {
    /// Video or audio.
    pub kind: Kind,
    /// Width in pixels, even.
    pub width: u32,
    /// Height in pixels, even.
    pub height: u32,
    /// Length in milliseconds.
    pub millis: u64,
    /// Colour or pitch, 0-359; from the prompt and the seed.
    pub hue: u16,
}

impl MediaSpec {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.millis as f64 / 1000.0
    }
}

/// Makes the file of a spec. Any closure of this shape is one.
pub trait Media: Send + Sync + 'static {
    /// The whole file: an MP4 for video, a WAV for audio.
    fn make(&self, spec: &MediaSpec) -> Bytes;
}

impl<F: Fn(&MediaSpec) -> Bytes + Send + Sync + 'static> Media for F {
    fn make(&self, spec: &MediaSpec) -> Bytes {
        self(spec)
    }
}

/// H.264 in MP4 with a bar that moves over a plain ground, and WAV with a chord.
pub fn synthetic(spec: &MediaSpec) -> Bytes {
    match spec.kind {
        Kind::Audio => {
            let root = 110.0 * 2_f64.powf(f64::from(spec.hue / 30) / 12.0);
            wav::chord(RATE, 2, spec.seconds(), &[root, root * 1.25, root * 1.5])
        }
        Kind::Video => video(spec),
    }
}

fn video(spec: &MediaSpec) -> Bytes {
    let folder = tempfile::tempdir().expect("the machine has room for a small clip");
    let path = folder.path().join("clip.mp4");
    let (width, height) = (spec.width as usize, spec.height as usize);
    let mut encoder =
        VideoEncoder::create(&path, VideoSettings::new(width, height, FPS)).expect("an encoder for H.264");
    let angle = f64::from(spec.hue).to_radians();
    let ground = (90, (128.0 + 60.0 * angle.cos()) as u8, (128.0 + 60.0 * angle.sin()) as u8);
    let frames = (spec.seconds() * f64::from(FPS)).round().max(1.0) as usize;
    for index in 0..frames {
        let mut frame = Frame::black(width, height);
        frame.fill(ground);
        let bar = (index * 4) % width;
        for row in frame.y_mut().chunks_exact_mut(width) {
            row[bar..(bar + 16).min(width)].fill(200);
        }
        encoder.write(&frame).expect("a frame of the encoder's size");
    }
    encoder.finish().expect("a whole clip");
    Bytes::from(std::fs::read(&path).expect("the clip was written just now"))
}

/// Made files, so that hundreds of equal ones cost one.
pub(super) struct Shelf {
    media: Arc<dyn Media>,
    files: Mutex<HashMap<MediaSpec, Arc<OnceCell<Bytes>>>>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shelf").finish_non_exhaustive()
    }
}

impl Shelf {
    pub(super) fn new(media: Arc<dyn Media>) -> Self {
        Self { media, files: Mutex::default() }
    }

    /// The file, made now where it is not yet; nothing where the maker panicked.
    pub(super) async fn get(&self, spec: &MediaSpec) -> Option<Bytes> {
        let cell = {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(files.entry(spec.clone()).or_default())
        };
        let (media, spec) = (Arc::clone(&self.media), spec.clone());
        let make = || tokio::task::spawn_blocking(move || media.make(&spec));
        cell.get_or_try_init(make).await.ok().cloned()
    }
}
