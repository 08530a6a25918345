//! A bar that moves from field to field has to come back with straight edges, at the right place, however it is reached.

use super::*;
use crate::media::testing::ffmpeg;

const SIZE: (usize, usize) = (720, 576);
/// Pixels that the bar moves from field to field, and from where.
const STEP: usize = 6;
const START: usize = 40;

/// The bar's left edge in every eighth row, two by two neighbours.
fn edges(frame: &Frame) -> Vec<usize> {
    let width = frame.width();
    let rows = (40..frame.height() - 40).filter(|row| row % 8 < 2);
    rows.map(|row| frame.y()[row * width..][..width].iter().position(|y| *y > 120).unwrap_or(width)).collect()
}

/// Where the bar is, if its edge is straight.
fn place(frame: &Frame, what: &str) -> usize {
    let edges = edges(frame);
    let (least, most) = (edges.iter().min().copied().unwrap_or(0), edges.iter().max().copied().unwrap_or(0));
    assert!(most - least <= 2, "{what}: the edge is combed, from {least} to {most}");
    let middle = (least + most) / 2;
    // Pixels of DV are 16/15 as wide as high: the picture is scaled by that, and its sides are cropped.
    if what.starts_with("dv") { (middle + 24) * 15 / 16 } else { middle }
}

/// One second, 25 frames of two fields of the moving bar.
fn interlaced(out: &Path, top_first: bool, arguments: &[&str]) -> std::path::PathBuf {
    woven(out, top_first, "", arguments)
}

/// The same, the frames being flagged by `last`, a filter.
fn woven(out: &Path, top_first: bool, last: &str, arguments: &[&str]) -> std::path::PathBuf {
    let (width, height) = SIZE;
    let source = format!("color=black:size={width}x{height}:rate=50:duration=1");
    let bar = format!("geq=lum='if(between(X,{START}+N*{STEP},{START}+40+N*{STEP}),200,40)':cb=128:cr=128");
    let weave = if top_first { "tinterlace=interleave_top" } else { "tinterlace=interleave_bottom" };
    let filter = format!("format=yuv420p,{bar},{weave}{last}");
    ffmpeg(&[&["-f", "lavfi", "-i", &source, "-vf", &filter], arguments].concat(), out)
}

fn read_all(path: &Path, fps: u32) -> (Vec<Frame>, bool) {
    let mut reader = VideoReader::open(path, VideoTarget::cover(SIZE.0, SIZE.1, fps)).expect("opens");
    let (mut frames, mut frame) = (Vec::new(), Frame::black(2, 2));
    while reader.read(&mut frame).expect("decodes") {
        frames.push(frame.clone());
    }
    (frames, reader.deinterlaced())
}

const H264_TOP: &[&str] =
    &["-c:v", "libx264", "-crf", "10", "-preset", "fast", "-flags", "+ildct+ilme", "-x264-params", "tff=1"];
const H264_BOTTOM: &[&str] =
    &["-c:v", "libx264", "-crf", "10", "-preset", "fast", "-flags", "+ildct+ilme", "-x264-params", "bff=1"];
const MPEG2: &[&str] = &["-c:v", "mpeg2video", "-q:v", "2", "-flags", "+ildct+ilme", "-top", "1"];

#[test]
fn both_fields_are_shown_where_they_belong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases: [(&str, bool, &[&str]); 6] = [
        ("h264.mp4", true, H264_TOP),
        ("h264.ts", false, H264_BOTTOM),
        ("mpeg2.mpg", true, MPEG2),
        ("dv.avi", false, &["-c:v", "dvvideo", "-pix_fmt", "yuv420p"]),
        ("prores.mov", true, &["-c:v", "prores_ks", "-flags", "+ildct", "-pix_fmt", "yuv422p10le", "-top", "1"]),
        ("mpeg2.mkv", true, MPEG2),
    ];
    for (name, top_first, arguments) in cases {
        let path = interlaced(&folder.path().join(name), top_first, arguments);
        // A picture for each pair of fields, where its first field was.
        let (frames, deinterlaced) = read_all(&path, 25);
        assert!(deinterlaced, "{name}");
        assert_eq!(frames.len(), 25, "{name}");
        for (n, frame) in frames.iter().enumerate() {
            let (got, want) = (place(frame, name), START + 2 * n * STEP);
            assert!(got.abs_diff(want) <= 2, "{name}: frame {n} at {got} for {want}");
        }
        // A picture for each field.
        let (frames, _) = read_all(&path, 50);
        assert_eq!(frames.len(), 50, "{name}");
        for (n, frame) in frames.iter().enumerate().skip(2).take(46) {
            let (got, want) = (place(frame, name), START + n * STEP);
            assert!(got.abs_diff(want) <= 2, "{name}: field {n} at {got} for {want}");
        }
    }
}

#[test]
fn fields_that_hide_are_found_and_shown_where_they_belong() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let x264: &[&str] = &["-c:v", "libx264", "-crf", "10", "-preset", "fast", "-g", "6", "-bf", "2"];
    for (name, top_first) in [("top.mp4", true), ("bottom.mkv", false), ("top.ts", true)] {
        let path = woven(&folder.path().join(name), top_first, ",setfield=prog", x264);
        for (fps, each) in [(25, 2), (50, 1)] {
            let (frames, deinterlaced) = read_all(&path, fps);
            assert!(deinterlaced, "{name}");
            assert_eq!(frames.len(), fps as usize, "{name}");
            for (n, frame) in frames.iter().enumerate().skip(2).take(fps as usize - 4) {
                let (got, want) = (place(frame, name), START + each * n * STEP);
                assert!(got.abs_diff(want) <= 2, "{name}: frame {n} of {fps} at {got} for {want}");
            }
            let mut reader = VideoReader::open(&path, VideoTarget::cover(SIZE.0, SIZE.1, fps)).expect("opens");
            assert!(reader.hid_fields(), "{name}");
            for n in [7_usize, 3, 12, 1] {
                let mut frame = Frame::black(2, 2);
                reader.seek(n as f64 / f64::from(fps)).expect("seeks");
                assert!(reader.read(&mut frame).expect("decodes"), "{name}: frame {n}");
                assert!(frame == frames[n], "{name}: frame {n} at {fps}: another picture than by reading");
            }
        }
    }
}

#[test]
fn a_seek_shows_what_reading_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let group: &[&str] = &["-g", "6", "-bf", "2"];
    let arguments = [H264_TOP, group].concat();
    let path = interlaced(&folder.path().join("i.mp4"), true, &arguments);
    for fps in [25, 50] {
        let (frames, _) = read_all(&path, fps);
        // Fresh readers, which have not seen that anything is interlaced, and one that has.
        let target = VideoTarget::cover(SIZE.0, SIZE.1, fps);
        let mut known = VideoReader::open(&path, target).expect("opens");
        for n in [0_usize, 3, 6, 7, 12, 24, 13, 1] {
            let mut fresh = VideoReader::open(&path, target).expect("opens");
            for reader in [&mut fresh, &mut known] {
                let mut frame = Frame::black(2, 2);
                reader.seek(n as f64 / f64::from(fps)).expect("seeks");
                assert!(reader.read(&mut frame).expect("decodes"), "frame {n}");
                assert!(frame == frames[n], "frame {n} at {fps}: another picture than by reading");
            }
        }
    }
}

#[test]
fn what_is_progressive_inside_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name);
    let first = interlaced(&path("i.ts"), true, &[H264_TOP, &["-g", "5"]].concat());
    let source = format!("testsrc2=size={}x{}:rate=25:duration=0.6", SIZE.0, SIZE.1);
    let still = [
        "-f", "lavfi", "-i", &source, "-c:v", "libx264", "-crf", "10", "-preset", "fast", "-g", "5", "-pix_fmt",
        "yuv420p",
    ];
    let second = ffmpeg(&still, &path("p.ts"));
    let list = path("list.txt");
    let names = [&second, &first, &second].map(|file| format!("file '{}'\n", file.display())).concat();
    std::fs::write(&list, names).expect("a file");
    let arguments = ["-f", "concat", "-safe", "0", "-i", list.to_str().expect("text"), "-c", "copy"];
    let mixed = ffmpeg(&arguments, &path("mixed.ts"));
    let (frames, deinterlaced) = read_all(&mixed, 25);
    let (plain, progressive_alone) = read_all(&second, 25);
    assert!(deinterlaced && !progressive_alone);
    assert!((54..=56).contains(&frames.len()), "{}", frames.len());
    for (n, frame) in plain.iter().enumerate() {
        assert!(*frame == frames[n], "progressive frame {n} was changed");
    }
    // The last of the second part has neighbours of both kinds: all between are exactly what they were.
    let tail = &frames[frames.len() - plain.len()..];
    assert!(tail[2..].iter().zip(&plain[2..]).all(|(a, b)| a == b), "progressive frames at the end were changed");
    for (n, frame) in frames[17..38].iter().enumerate() {
        place(frame, &format!("interlaced frame {n}"));
    }
    let mut reader = VideoReader::open(&mixed, VideoTarget::cover(SIZE.0, SIZE.1, 25)).expect("opens");
    for n in [15_usize, 20, 16, 40, 14, 45] {
        let mut frame = Frame::black(2, 2);
        reader.seek(n as f64 / 25.0).expect("seeks");
        assert!(reader.read(&mut frame).expect("decodes"), "frame {n}");
        assert!(frame == frames[n], "frame {n}: another picture than by reading");
    }
}

#[test]
fn one_interlaced_picture_alone_is_shown() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let arguments = [MPEG2, &["-frames:v", "1"]].concat();
    let path = interlaced(&folder.path().join("one.mpg"), true, &arguments);
    for fps in [25, 50] {
        let (frames, _) = read_all(&path, fps);
        assert!(!frames.is_empty(), "at {fps}");
    }
}
