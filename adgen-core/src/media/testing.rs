//! What the tests of this folder share: test pictures, the `ffmpeg` and `ffprobe` programs as independent judges.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{Frame, SAMPLE_RATE, Samples, VideoEncoder, VideoSettings};

/// A moving gradient: frame `n` differs everywhere from its neighbours.
pub(crate) fn gradient(width: usize, height: usize, n: usize) -> Frame {
    let mut frame = Frame::black(width, height);
    for (i, y) in frame.y_mut().iter_mut().enumerate() {
        *y = (16 + (i % width + i / width * 2 + n * 3) % 219) as u8;
    }
    let chroma_width = frame.chroma_width();
    for (i, u) in frame.u_mut().iter_mut().enumerate() {
        *u = (64 + (i % chroma_width + n) % 128) as u8;
    }
    frame
}

/// Writes a clip of `frames` gradients with our own encoder.
pub(crate) fn clip(path: &Path, settings: VideoSettings, frames: usize, first: usize) {
    let (width, height) = (settings.width, settings.height);
    let mut encoder = VideoEncoder::create(path, settings).expect("the encoder opens");
    for n in 0..frames {
        encoder.write(&gradient(width, height, first + n)).expect("a frame is encoded");
    }
    encoder.finish().expect("the clip is complete");
}

/// Runs a program and gives what it wrote. Without `ffmpeg` and `ffprobe` these tests would say nothing: they fail.
pub(crate) fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("the tests need the program `{program}`, which `make setup` installs: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?} failed: {errors}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Makes a file with the `ffmpeg` program from its arguments.
pub(crate) fn ffmpeg(arguments: &[&str], out: &Path) -> PathBuf {
    let mut all = vec!["-v", "error", "-y"];
    all.extend_from_slice(arguments);
    all.push(out.to_str().expect("temporary paths are text"));
    run("ffmpeg", &all);
    out.to_path_buf()
}

/// Asks `ffprobe` for fields of a file.
pub(crate) fn ffprobe(arguments: &[&str], file: &Path) -> String {
    let mut all = vec!["-v", "error"];
    all.extend_from_slice(arguments);
    all.push(file.to_str().expect("temporary paths are text"));
    run("ffprobe", &all)
}

/// Writes down that this machine cannot test something: `make test` ends with what stands in `target/not-tested.txt`.
#[expect(clippy::print_stderr, reason = "a check that is left out must be seen")]
pub(crate) fn not_tested(what: &str) {
    use std::io::Write as _;
    eprintln!("NOT TESTED: {what}");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/not-tested.txt");
    let list = std::fs::OpenOptions::new().create(true).append(true).open(path);
    list.and_then(|mut list| writeln!(list, "{what}")).unwrap_or_else(|error| panic!("{path}: {error}"));
}

/// Something like music: chords that swell, hard drum beats, and hiss.
pub(crate) fn music(frames: usize) -> Samples {
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
