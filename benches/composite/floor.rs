//! The least that can be done with the clips: decode, scale, encode.

use crate::{FPS, SCENE_S, SIZE, Took};
use adgen::media::{Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget};
use adgen_benches::{Outcome, cpu_s, jobs};
use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Instant,
};

/// Encodes every clip at the ad's size and rate, as many at a time as adgen does.
pub(crate) fn run(clips: &[PathBuf], folder: &Path) -> Outcome<Took> {
    let (began, cpu) = (Instant::now(), cpu_s());
    let next = AtomicUsize::new(0);
    let take = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        Some((index, clips.get(index)?))
    };
    let work = || -> adgen::Result<()> {
        while let Some((index, clip)) = take() {
            encode(clip, &folder.join(format!("floor_{index}.mp4")))?;
        }
        Ok(())
    };
    let results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..jobs().min(clips.len())).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().map_err(|_| "the floor panicked")).collect()
    });
    for result in results {
        result??;
    }
    Ok(Took { wall_s: began.elapsed().as_secs_f64(), cpu_s: cpu_s() - cpu })
}

fn encode(clip: &Path, to: &Path) -> adgen::Result<()> {
    let (width, height) = SIZE;
    let mut reader = VideoReader::open(clip, VideoTarget::cover(width, height, FPS))?;
    let mut encoder = VideoEncoder::create(to, VideoSettings::new(width, height, FPS))?;
    let mut frame = Frame::black(width, height);
    while encoder.frames() < (SCENE_S * f64::from(FPS)) as u64 && reader.read(&mut frame)? {
        encoder.write(&frame)?;
    }
    encoder.finish().map(drop)
}
