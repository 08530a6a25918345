//! Going to a frame is held against reading up to it, in the containers that people's cameras and programs write.

use super::*;
use crate::media::testing::ffmpeg;
use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

const FPS: u32 = 25;
/// Three seconds, each frame another picture.
const SOURCE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25:duration=3"];

fn room(frames: u64) -> Room {
    Room { width: 64, height: 48, fps: FPS, frames, ground: [0; 3] }
}

fn hash(frame: &Frame) -> u64 {
    let mut hasher = DefaultHasher::new();
    frame.planes().hash(&mut hasher);
    hasher.finish()
}

/// A clip made by `ffmpeg` from [`SOURCE`].
fn made(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let all: Vec<&str> = SOURCE.iter().chain(arguments).copied().collect();
    ffmpeg(&all, &folder.join(name))
}

fn shown(path: &Path, frames: u64, room: Room) -> Vec<u64> {
    let mut playback = Playback::open(path, room).expect("opens");
    let mut frame = Frame::black(2, 2);
    let mut hashes = Vec::new();
    for _ in 0..frames {
        playback.next(&mut frame).expect("plays");
        hashes.push(hash(&frame));
    }
    is_whole(path, &playback);
    hashes
}

fn damage(playback: &Playback) -> Option<String> {
    playback.conversions().into_iter().find(|note| note.contains("damaged"))
}

/// A file that is whole is never said to be damaged.
fn is_whole(path: &Path, playback: &Playback) {
    assert_eq!(damage(playback), None, "{}", path.display());
}

/// Frame `n` after `go_to(n)`, and the one after it, are those that playing from the start comes to: trimmed, slowed down
/// and repeated.
fn is_found_again(name: &str, path: &Path) {
    for (frames, step) in [(50, 19), (100, 37), (330, 97)] {
        let all = shown(path, frames + 1, room(frames));
        for n in (1..frames).step_by(step).chain([frames - 1]) {
            let mut playback = Playback::open(path, room(frames)).expect("opens");
            playback.go_to(n).expect("is found");
            let mut frame = Frame::black(2, 2);
            for k in [n, n + 1] {
                playback.next(&mut frame).expect("plays");
                let same = all.iter().position(|hash_of| *hash_of == hash(&frame));
                assert_eq!(all[k as usize], hash(&frame), "{name}: frame {k} of {frames} is the one of {same:?}");
            }
            is_whole(path, &playback);
        }
    }
}

#[test]
fn every_frame_is_found_again_in_every_container() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-pix_fmt", "yuv420p"];
    let long: &[&str] = &["-g", "250"];
    let short: &[&str] = &["-g", "15"];
    let open_groups: &[&str] = &["-g", "12", "-x264-params", "open-gop=1:b-adapt=0"];
    let fields: &[&str] = &["-g", "12", "-flags", "+ilme+ildct", "-x264-params", "tff=1"];
    let refreshed: &[&str] = &["-x264-params", "intra-refresh=1:keyint=25"];
    let h264: [(&str, &[&str]); 17] = [
        ("long.mp4", long),
        ("long.mkv", long),
        ("long.ts", long),
        ("short.ts", short),
        ("short.m2ts", short),
        ("open.mp4", open_groups),
        ("open.ts", open_groups),
        ("open.mkv", open_groups),
        ("fields.ts", fields),
        ("fields.mov", fields),
        ("refreshed.mp4", refreshed),
        ("refreshed.ts", refreshed),
        ("long.flv", long),
        ("short.avi", short),
        ("short.nut", short),
        ("short.h264", short),
        ("fragments.mp4", &["-g", "12", "-movflags", "frag_keyframe+empty_moov"]),
    ];
    for (name, extra) in h264 {
        let arguments: Vec<&str> = x264.iter().chain(extra).copied().collect();
        let path = made(folder.path(), name, &arguments);
        is_found_again(name, &path);
    }
    let others: [(&str, &[&str]); 15] = [
        ("mpeg2.mpg", &["-c:v", "mpeg2video", "-b:v", "2M", "-g", "15", "-bf", "2"]),
        ("mpeg2.vob", &["-f", "vob", "-c:v", "mpeg2video", "-b:v", "2M", "-g", "15", "-bf", "2"]),
        ("open.m2v", &["-c:v", "mpeg2video", "-b:v", "2M", "-g", "15", "-bf", "2"]),
        ("mpeg4.avi", &["-c:v", "mpeg4", "-g", "30", "-bf", "2", "-q:v", "4"]),
        ("a.wmv", &["-c:v", "wmv2", "-g", "30", "-q:v", "4"]),
        ("a.mxf", &["-c:v", "mpeg2video", "-b:v", "2M", "-g", "12", "-bf", "2"]),
        ("a.rm", &["-c:v", "rv20", "-g", "30", "-q:v", "4"]),
        ("a.ogv", &["-c:v", "libtheora", "-g", "30", "-q:v", "6"]),
        (
            "vp8.webm",
            &["-c:v", "libvpx", "-deadline", "realtime", "-g", "60", "-auto-alt-ref", "1", "-lag-in-frames", "10"],
        ),
        ("a.gif", &[]),
        ("a.apng", &["-plays", "0"]),
        ("a.y4m", &["-pix_fmt", "yuv420p"]),
        ("a.mjpeg", &["-q:v", "4"]),
        ("prores.mov", &["-c:v", "prores_ks", "-profile:v", "0"]),
        (
            "hevc.ts",
            &[
                "-c:v",
                "libx265",
                "-preset",
                "ultrafast",
                "-x265-params",
                "log-level=none:keyint=20:open-gop=1:bframes=3",
            ],
        ),
    ];
    for (name, arguments) in others {
        let path = made(folder.path(), name, arguments);
        is_found_again(name, &path);
    }
}

#[test]
fn pictures_that_are_missing_are_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The same bytes on every machine: x264 decides by processor and by their number otherwise.
    let same = ["-c:v", "libx264", "-x264-params", "threads=1:cpu-independent=1:keyint=40"];
    let source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=6"];
    let whole = [&source[..], &same].concat();
    for (name, extra) in [
        ("a.mkv", &[][..]),
        ("a.flv", &[]),
        ("a.ts", &[]),
        ("a.avi", &["-bf", "0"]),
        ("fragments.mp4", &["-movflags", "frag_keyframe+empty_moov"]),
    ] {
        let arguments: Vec<&str> = whole.iter().chain(extra).copied().collect();
        let path = ffmpeg(&arguments, &folder.path().join(name));
        let mut bytes = std::fs::read(&path).expect("a file");
        // A tenth of it is noise, as a bad sector leaves it.
        let (from, to) = (bytes.len() * 3 / 10, bytes.len() * 4 / 10);
        let mut state = 1_u32;
        for byte in &mut bytes[from..to] {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = (state >> 24) as u8;
        }
        std::fs::write(&path, bytes).expect("a file");
        let mut playback = Playback::open(&path, room(140)).expect("opens");
        let mut frame = Frame::black(2, 2);
        let mut hashes = Vec::new();
        for _ in 0..140 {
            playback.next(&mut frame).expect("plays");
            hashes.push(hash(&frame));
        }
        let note = damage(&playback).unwrap_or_default();
        assert!(note.starts_with(&format!("{name} is damaged: ")), "{name}: {note:?}");
        let longest = hashes.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
        // A picture that stays is a missing one, or one that was made up of the one before.
        let told = note.contains("missing") || note.contains("spoilt");
        assert!(longest <= 3 || told, "{name}: one picture stays for {longest} frames: {note}");
        assert!(longest > 3 || !note.contains("missing"), "{name}: no picture stays for {longest} frames: {note}");
    }
}

#[test]
fn times_that_begin_elsewhere_do_no_harm() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-bf", "3", "-g", "12", "-pix_fmt", "yuv420p"];
    let late: Vec<&str> = x264.iter().copied().chain(["-output_ts_offset", "100"]).collect();
    for name in ["late.ts", "late.mkv", "late.mp4", "late.flv"] {
        let path = made(folder.path(), name, &late);
        is_found_again(name, &path);
    }
    let plain = made(folder.path(), "plain.mp4", &x264);
    let plain = plain.to_str().expect("text");
    // Cut without encoding: pictures before the cut are there, and an edit list or negative times leave them out.
    for name in ["cut.mp4", "cut.mov", "cut.mkv", "cut.ts"] {
        let arguments = ["-ss", "0.7", "-i", plain, "-c", "copy"];
        let path = ffmpeg(&arguments, &folder.path().join(name));
        is_found_again(name, &path);
    }
}

#[test]
fn a_repeated_clip_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-t", "0.8"];
    let path = made(folder.path(), "short.mp4", &arguments);
    let room = room(200);
    let mut playback = Playback::open(&path, room).expect("opens");
    assert!(playback.note().expect("a note").contains("repeated"));
    let all = shown(&path, 200, room);
    // Twenty pictures, each twice as long, again and again.
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 20);
    assert!((0..160).all(|n| all[n] == all[n + 40]));
    playback.go_to(130).expect("is found");
    let mut frame = Frame::black(2, 2);
    playback.next(&mut frame).expect("plays");
    assert_eq!(hash(&frame), all[10]);
}

#[test]
fn pictures_end_before_the_sound() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264: [&str; 6] = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=9"];
    for (name, codecs) in [
        ("long.mp4", &["-c:a", "aac"][..]),
        ("long.mkv", &["-c:a", "aac"]),
        ("long.ts", &["-c:a", "aac"]),
        ("long.avi", &["-c:a", "mp3"]),
        ("long.webm", &["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"]),
        ("long.mpg", &["-c:v", "mpeg2video", "-c:a", "mp2"]),
        ("fragments.mp4", &["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov"]),
    ] {
        let arguments: Vec<&str> = SOURCE.iter().chain(&sound).chain(&x264).chain(codecs).copied().collect();
        let path = ffmpeg(&arguments, &folder.path().join(name));
        let playback = Playback::open(&path, room(150)).expect("opens");
        let note = playback.note().expect("a note");
        assert!(note.contains("50 %") || note.contains("51 %"), "{name}: {note}");
        let all = shown(&path, 150, room(150));
        // It moves to the end: no picture stays longer than the two frames that half the speed asks for.
        let longest = all.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
        assert!(longest <= 3, "{name}: one picture stays for {longest} frames");
    }
}

#[test]
fn lengths_that_no_header_tells_are_found() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264: [&str; 6] = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
    let vp8: [&str; 4] = ["-c:v", "libvpx", "-deadline", "realtime"];
    for (name, arguments) in [
        ("live.webm", [&vp8[..], &["-live", "1", "-f", "webm"]].concat()),
        ("piped.mkv", [&x264[..], &["-live", "1", "-f", "matroska"]].concat()),
        ("a.h264", x264.to_vec()),
        ("a.hevc", vec!["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"]),
        ("a.m2v", vec!["-c:v", "mpeg2video", "-q:v", "4"]),
        ("a.mjpeg", vec!["-q:v", "4"]),
        ("a.m4v", vec!["-c:v", "mpeg4", "-q:v", "4", "-f", "m4v"]),
        ("a.obu", vec!["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime", "-f", "obu"]),
    ] {
        let path = made(folder.path(), name, &arguments);
        let reader = VideoReader::open(&path, VideoTarget::cover(64, 48, FPS)).expect(name);
        let length_s = reader.length_s(f64::INFINITY).expect(name);
        assert!((length_s - 3.0).abs() < 0.1, "{name}: {length_s} s");
        let info = crate::media::probe(&path).expect(name);
        assert!((info.duration_s - 3.0).abs() < 0.1, "{name}: {info:?}");
        // Three seconds fill three seconds, and are slowed down for four.
        assert_eq!(Playback::open(&path, room(74)).expect(name).note(), None, "{name}");
        let note = Playback::open(&path, room(100)).expect(name).note().expect(name);
        assert!(note.contains("75 %") || note.contains("76 %"), "{name}: {note}");
    }
}

#[test]
fn recordings_joined_without_care_go_on() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25"];
    let late: Vec<&str> = arguments.iter().copied().chain(["-output_ts_offset", "3600"]).collect();
    let (a, b) = (made(folder.path(), "a.ts", &arguments), made(folder.path(), "b.ts", &late));
    let [a, b] = [a, b].map(|path| std::fs::read(path).expect("a file"));
    for (name, bytes) in [("ahead.ts", [&a[..], &b].concat()), ("back.ts", [&b[..], &a].concat())] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let reader = VideoReader::open(&path, VideoTarget::cover(64, 48, FPS)).expect("opens");
        let length_s = reader.length_s(f64::INFINITY).expect("is read");
        assert!((length_s - 6.0).abs() < 0.3, "{name}: {length_s} s");
        let all = shown(&path, 140, room(140));
        let longest = all.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
        assert!(longest <= 6, "{name}: one picture stays for {longest} frames");
    }
}

/// How long a clip is, by its pictures and by its packets.
fn lengths_s(path: &Path) -> [f64; 2] {
    let reader = VideoReader::open(path, VideoTarget::cover(64, 48, FPS)).expect("opens");
    let info = crate::media::probe(path).expect("is read").video.expect("video");
    [reader.length_s(f64::INFINITY).expect("is read"), info.duration_s]
}

#[test]
fn a_moment_joined_to_a_recording_takes_nothing_from_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264: [&str; 6] = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"];
    let mpeg2: [&str; 6] = ["-c:v", "mpeg2video", "-q:v", "4", "-bf", "2"];
    for (end, codec) in [("ts", &x264[..]), ("mpg", &mpeg2), ("vob", &mpeg2)] {
        let short: Vec<&str> = codec.iter().copied().chain(["-t", "0.6"]).collect();
        let a = made(folder.path(), &format!("a.{end}"), &short);
        let b = made(folder.path(), &format!("b.{end}"), codec);
        let [a, b] = [a, b].map(|path| std::fs::read(path).expect("a file"));
        let path = folder.path().join(format!("joined.{end}"));
        std::fs::write(&path, [&a[..], &b].concat()).expect("a file");
        for length_s in lengths_s(&path) {
            assert!((length_s - 3.6).abs() < 0.13, "{end}: {length_s} s");
        }
        let all = shown(&path, 85, room(85));
        let longest = all.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
        assert!(longest <= 3, "{end}: one picture stays for {longest} frames");
    }
}

#[test]
fn a_gap_in_a_programme_is_closed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264 = ["-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-g", "25"];
    let late: Vec<&str> = x264.iter().copied().chain(["-output_ts_offset", "9"]).collect();
    let (a, b) = (made(folder.path(), "a.ts", &x264), made(folder.path(), "b.ts", &late));
    let [a, b] = [a, b].map(|path| std::fs::read(path).expect("a file"));
    let path = folder.path().join("gap.ts");
    std::fs::write(&path, [&a[..], &b].concat()).expect("a file");
    for length_s in lengths_s(&path) {
        assert!((length_s - 6.0).abs() < 0.3, "{length_s} s");
    }
    let all = shown(&path, 140, room(140));
    let longest = all.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
    assert!(longest <= 6, "one picture stays for {longest} frames");
}

#[test]
fn a_picture_of_a_screen_stays_as_long_as_it_was_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25:duration=8"];
    // Nothing moves from the second to the eighth second.
    let uneven = ["-vf", "select='lt(n,25)+gt(n,174)'", "-vsync", "vfr", "-pix_fmt", "yuv420p"];
    for (name, codec) in [
        ("screen.mp4", &["-c:v", "libx264", "-preset", "veryfast"][..]),
        ("screen.mkv", &["-c:v", "libx264", "-preset", "veryfast"]),
        ("screen.webm", &["-c:v", "libvpx", "-deadline", "realtime"]),
        ("screen.flv", &["-c:v", "libx264", "-preset", "veryfast"]),
    ] {
        let arguments: Vec<&str> = source.iter().chain(&uneven).chain(codec).copied().collect();
        let path = ffmpeg(&arguments, &folder.path().join(name));
        for length_s in lengths_s(&path) {
            assert!((length_s - 8.0).abs() < 0.2, "{name}: {length_s} s");
        }
        let all = shown(&path, 190, room(190));
        let longest = all.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
        assert!((145..=155).contains(&longest), "{name}: one picture stays for {longest} frames");
    }
}

#[test]
fn an_animation_that_is_made_to_be_repeated_is_at_its_own_speed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=10:duration=2"];
    for (name, arguments) in [("ever.gif", &["-loop", "0"][..]), ("ever.apng", &["-plays", "0"])] {
        let all: Vec<&str> = source.iter().chain(arguments).copied().collect();
        let path = ffmpeg(&all, &folder.path().join(name));
        let playback = Playback::open(&path, room(200)).expect("opens");
        assert_eq!(playback.note(), None, "{name}");
        let all = shown(&path, 200, room(200));
        // Twenty pictures in fifty frames, again and again.
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), 20, "{name}");
        assert!((0..150).all(|n| all[n] == all[n + 50]), "{name}");
        let longest = all.chunk_by(|a, b| a == b).map(<[u64]>::len).max().expect("frames");
        assert!(longest <= 3, "{name}: one picture stays for {longest} frames");
        is_found_again(name, &path);
    }
    // What is played once is a film, which is slowed down.
    for (name, arguments) in [("once.gif", &["-loop", "-1"][..]), ("once.apng", &["-plays", "1"])] {
        let all: Vec<&str> = source.iter().chain(arguments).copied().collect();
        let path = ffmpeg(&all, &folder.path().join(name));
        let note = Playback::open(&path, room(80)).expect("opens").note().expect("a note");
        assert!(note.contains("% of its speed"), "{name}: {note}");
    }
}
