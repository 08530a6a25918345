//! What the tests of this folder share: test pictures, the `ffmpeg` and `ffprobe` programs as independent judges.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{Frame, SAMPLE_RATE, Samples, VideoEncoder, VideoSettings};

/// A moving gradient: frame `n` differs everywhere from its neighbours.
pub(super) fn gradient(width: usize, height: usize, n: usize) -> Frame {
    let mut frame = Frame::black(width, height);
    for (i, y) in frame.y.iter_mut().enumerate() {
        *y = (16 + (i % width + i / width * 2 + n * 3) % 219) as u8;
    }
    let chroma_width = frame.chroma_width();
    for (i, u) in frame.u.iter_mut().enumerate() {
        *u = (64 + (i % chroma_width + n) % 128) as u8;
    }
    frame
}

/// Writes a clip of `frames` gradients with our own encoder.
pub(super) fn clip(path: &Path, settings: VideoSettings, frames: usize, first: usize) {
    let (width, height) = (settings.width, settings.height);
    let mut encoder = VideoEncoder::create(path, settings).expect("the encoder opens");
    for n in 0..frames {
        encoder.write(&gradient(width, height, first + n)).expect("a frame is encoded");
    }
    encoder.finish().expect("the clip is complete");
}

/// Runs a program; `None`, said aloud, where it is not installed.
pub(super) fn run(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{program} {arguments:?} failed: {errors}");
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            #[expect(clippy::print_stderr, reason = "a skipped check must be seen")]
            {
                eprintln!("SKIPPED: the `{program}` program is not installed");
            }
            None
        }
    }
}

/// Makes a file with the `ffmpeg` program from its arguments; `None` where that is not installed.
pub(super) fn ffmpeg(arguments: &[&str], out: &Path) -> Option<PathBuf> {
    let mut all = vec!["-v", "error", "-y"];
    all.extend_from_slice(arguments);
    let name = out.to_str().expect("temporary paths are text");
    all.push(name);
    run("ffmpeg", &all).map(|_| out.to_path_buf())
}

/// Asks `ffprobe` for fields of a file; `None` where it is not installed.
pub(super) fn ffprobe(arguments: &[&str], file: &Path) -> Option<String> {
    let mut all = vec!["-v", "error"];
    all.extend_from_slice(arguments);
    all.push(file.to_str().expect("temporary paths are text"));
    run("ffprobe", &all)
}

/// Something like music: chords that swell, hard drum beats, and hiss.
pub(super) fn music(frames: usize) -> Samples {
    let mut seed = 1_u32;
    Samples::from_fn(frames, |i| {
        let t = i as f64 / f64::from(SAMPLE_RATE);
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from(seed >> 8) / f64::from(1 << 23) - 1.0;
        let beat = (-(t % 0.5) * 40.0).exp();
        let chord: f64 = [220.0, 277.2, 329.6, 8000.0].iter().map(|f| (std::f64::consts::TAU * f * t).sin()).sum();
        let left = 0.05 * chord * (0.6 + 0.4 * (t * 2.0).sin()) + beat * noise * 0.8;
        [left as f32, (left * 0.8 + noise * 0.01) as f32]
    })
}
