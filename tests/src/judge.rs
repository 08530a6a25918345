//! Independent judges of a finished video: the `ffprobe` and `ffmpeg` programs, which adgen itself never runs.

use crate::command::{Ran, run};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Runs one of FFmpeg's programs.
#[track_caller]
fn judge(program: &str, arguments: &[&str]) -> Ran {
    let found = Command::new(program).arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        found.is_ok_and(|status| status.success()),
        "the program {program} is missing, without which no video can be judged: run `make setup`"
    );
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    run(command).expect_code(0)
}

/// What `ffprobe` says, as JSON.
#[track_caller]
pub fn ffprobe(path: &Path, arguments: &[&str]) -> Value {
    let file = path.display().to_string();
    let all: Vec<&str> =
        ["-v", "error", "-of", "json"].into_iter().chain(arguments.iter().copied()).chain([&*file]).collect();
    let ran = judge("ffprobe", &all);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("ffprobe says no JSON about {file}: {error}"))
}

/// The first stream of a kind: `v` or `a`.
#[track_caller]
pub fn stream(path: &Path, kind: &str) -> Value {
    let said = ffprobe(path, &["-show_streams", "-select_streams", kind]);
    let streams = said["streams"].as_array().map_or(0, Vec::len);
    assert_eq!(streams, 1, "{} has {streams} streams of kind {kind}", path.display());
    said["streams"][0].clone()
}

/// Decodes everything and panics where FFmpeg has anything to complain about.
#[track_caller]
pub fn expect_sound_file(path: &Path) {
    let file = path.display().to_string();
    let ran = judge("ffmpeg", &["-v", "warning", "-xerror", "-i", &file, "-f", "null", "-"]);
    assert_eq!(ran.stderr.trim(), "", "FFmpeg complains about {file}");
}

/// A number of a JSON object that FFmpeg writes as text.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap_or_else(|_| panic!("{text} is no number"))
}

/// Presentation times of all frames as frame numbers at `fps`; panics where one lies between two.
#[track_caller]
pub fn frame_numbers(path: &Path, fps: u64) -> Vec<u64> {
    let said = ffprobe(path, &["-select_streams", "v", "-show_entries", "frame=pts:stream=time_base"]);
    let base = said["streams"][0]["time_base"].as_str().expect("a stream has a time base").to_owned();
    let (num, den) = base.split_once('/').expect("a time base is a fraction");
    let (num, den): (u64, u64) = (num.parse().expect("a number"), den.parse().expect("a number"));
    let frames = said["frames"].as_array().expect("frames").iter();
    let exact = |frame: &Value| {
        let pts = frame["pts"].as_u64().unwrap_or_else(|| panic!("a frame of {} has no time: {frame}", path.display()));
        let (scaled, rest) = (pts * num * fps / den, pts * num * fps % den);
        assert_eq!(rest, 0, "the frame at {pts}/{den} of {} is not at a multiple of 1/{fps} s", path.display());
        scaled
    };
    frames.map(exact).collect()
}

/// A packet of the video, in the order of the file.
#[derive(Debug, Clone, Copy)]
pub struct VideoPacket {
    pub pts: i64,
    pub key: bool,
}

#[track_caller]
pub fn video_packets(path: &Path) -> Vec<VideoPacket> {
    let said = ffprobe(path, &["-select_streams", "v", "-show_entries", "packet=pts,flags"]);
    let packets = said["packets"].as_array().expect("packets").iter();
    let packet = |packet: &Value| VideoPacket {
        pts: packet["pts"].as_i64().expect("a packet has a time"),
        key: packet["flags"].as_str().is_some_and(|flags| flags.starts_with('K')),
    };
    packets.map(packet).collect()
}

/// Loudness by FFmpeg's own meter: integrated in LUFS, true peak in dBTP.
#[track_caller]
pub fn loudness(path: &Path) -> (f64, f64) {
    let file = path.display().to_string();
    let ran = judge(
        "ffmpeg",
        &["-hide_banner", "-nostats", "-i", &file, "-vn", "-af", "ebur128=peak=true", "-f", "null", "-"],
    );
    let summary = ran.stderr.rsplit_once("Summary:").unwrap_or_else(|| panic!("no summary in {}", ran.stderr)).1;
    let after = |name: &str| {
        let line = summary.lines().find_map(|line| line.trim().strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.unwrap_or_else(|| panic!("no {name} in {summary}"))
    };
    (after("I:"), after("Peak:"))
}

/// How much alike two videos of the same size are by FFmpeg's own measure: SSIM over all planes, 1 where they are the same.
#[track_caller]
pub fn ssim(a: &Path, b: &Path) -> f64 {
    let [a, b] = [a, b].map(|path| path.display().to_string());
    let ran = judge("ffmpeg", &["-hide_banner", "-nostats", "-i", &a, "-i", &b, "-lavfi", "ssim", "-f", "null", "-"]);
    let all = ran.stderr.rsplit_once(" All:").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    all.unwrap_or_else(|| panic!("FFmpeg says no SSIM of {a} and {b}: {}", ran.stderr))
}

/// The picture at `time_s` as 8-bit RGB: width, height, pixels.
#[track_caller]
pub fn picture(path: &Path, time_s: f64) -> image::RgbImage {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let target = folder.path().join("picture.png");
    let (file, time, png) = (path.display().to_string(), format!("{time_s:.3}"), target.display().to_string());
    judge("ffmpeg", &["-v", "error", "-ss", &time, "-i", &file, "-frames:v", "1", &png]);
    image::open(&target).unwrap_or_else(|error| panic!("{file} has no picture at {time_s} s: {error}")).into_rgb8()
}

/// Mean absolute difference of two pictures of the same size, in 8-bit code values.
#[track_caller]
pub fn difference(a: &image::RgbImage, b: &image::RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions(), "pictures of different sizes");
    let sum: u64 = a.as_raw().iter().zip(b.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.as_raw().len() as f64
}
