//! Reading is checked against what was written and against the `ffmpeg` program.

use std::path::PathBuf;

use super::*;
use crate::media::{
    VideoEncoder, VideoSettings,
    testing::{clip, ffmpeg, gradient, not_tested},
};

fn count(path: &Path, target: VideoTarget) -> u64 {
    let mut reader = VideoReader::open(path, target).expect("opens");
    let mut frame = Frame::black(2, 2);
    while reader.read(&mut frame).expect("decodes") {}
    reader.position()
}

/// A clip whose frame `n` is plain grey of value `20 + 5 n`.
fn grey_steps(path: &Path, fps: u32, frames: usize) {
    let mut encoder = VideoEncoder::create(path, VideoSettings::new(64, 48, fps)).expect("opens");
    let mut frame = Frame::black(64, 48);
    for n in 0..frames {
        frame.fill((20 + 5 * n as u8, 128, 128));
        encoder.write(&frame).expect("encodes");
    }
    encoder.finish().expect("complete");
}

/// Which step each frame of that target shows.
fn steps(path: &Path, target: VideoTarget) -> Vec<u8> {
    let mut reader = VideoReader::open(path, target).expect("opens");
    let mut frame = Frame::black(2, 2);
    let mut steps = Vec::new();
    while reader.read(&mut frame).expect("decodes") {
        steps.push((frame.y()[frame.y().len() / 2] - 20 + 2) / 5);
    }
    steps
}

#[test]
fn readers_and_encoders_move_between_threads() {
    fn is_send<T: Send>() {}
    is_send::<VideoReader>();
    is_send::<VideoEncoder>();
    is_send::<crate::media::AacTrack>();
}

#[test]
fn threads_do_not_change_the_pictures() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.mp4");
    clip(&path, VideoSettings::new(96, 64, 30), 20, 0);
    let open = |threads| {
        let target = VideoTarget { threads: Some(threads), ..VideoTarget::cover(50, 90, 24) };
        VideoReader::open(&path, target).expect("opens")
    };
    let (mut one, mut four) = (open(1), open(4));
    let [mut a, mut b] = [Frame::black(2, 2), Frame::black(2, 2)];
    while one.read(&mut a).expect("decodes") {
        assert!(four.read(&mut b).expect("decodes"));
        assert_eq!(a, b);
    }
    assert!(!four.read(&mut b).expect("decodes"));
}

#[test]
fn native_frames_come_back_as_written() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.mp4");
    let settings = VideoSettings { crf: 1.0, ..VideoSettings::new(96, 64, 30) };
    clip(&path, settings, 12, 0);
    let mut reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
    assert_eq!((reader.size(), reader.fps()), ((96, 64), Fps::from(30)));
    let mut frame = Frame::black(2, 2);
    for n in 0..12 {
        assert!(reader.read(&mut frame).expect("decodes"));
        let want = gradient(96, 64, n);
        assert!(frame.y().iter().zip(want.y()).all(|(a, b)| a.abs_diff(*b) < 12), "frame {n}");
    }
    assert!(!reader.read(&mut frame).expect("ends"));
    assert!(!reader.read(&mut frame).expect("stays at the end"));
}

#[test]
fn rates_are_converted_by_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("24.mp4");
    grey_steps(&path, 24, 24);
    let to_30: Vec<u8> = (0..30).map(|n| (n * 24 / 30) as u8).collect();
    assert_eq!(steps(&path, VideoTarget::cover(64, 48, 30)), to_30);
    let to_12: Vec<u8> = (0..12).map(|n| n * 2).collect();
    assert_eq!(steps(&path, VideoTarget::cover(32, 24, 12)), to_12);
    assert_eq!(steps(&path, VideoTarget::native()).len(), 24);
    // Milliseconds round 1/30 s: no frame may be shown twice for that.
    let path = folder.path().join("30.mp4");
    grey_steps(&path, 30, 30);
    let source = path.to_str().expect("text");
    let rounded = ffmpeg(&["-i", source, "-c", "copy"], &folder.path().join("30.mkv"));
    assert_eq!(steps(&rounded, VideoTarget::cover(64, 48, 30)), (0..30).collect::<Vec<u8>>());
}

#[test]
fn uneven_frames_are_shown_at_their_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("30.mp4");
    grey_steps(&path, 30, 30);
    let source = path.to_str().expect("text");
    let arguments = ["-i", source, "-vf", "select='not(between(n,5,9))*not(eq(n,20))'", "-vsync", "vfr"];
    let uneven = ffmpeg(&arguments, &folder.path().join("vfr.mp4"));
    let want: Vec<u8> = (0..30)
        .map(|n| {
            if (5..10).contains(&n) {
                4
            } else if n == 20 {
                19
            } else {
                n
            }
        })
        .collect();
    assert_eq!(steps(&uneven, VideoTarget::cover(64, 48, 30)), want);
}

#[test]
fn seeking_shows_what_reading_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.mp4");
    grey_steps(&path, 30, 40);
    let mut reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
    let mut frame = Frame::black(2, 2);
    for n in [0_u8, 33, 7, 16, 15, 39] {
        reader.seek(f64::from(n) / 30.0).expect("seeks");
        assert!(reader.read(&mut frame).expect("decodes"));
        assert_eq!((frame.y()[0] - 20 + 2) / 5, n);
    }
    reader.seek(99.0).expect("seeks");
    assert!(!reader.read(&mut frame).expect("behind the end"));
}

/// A long way to a picture is hurried through: what it shows is the same, and less is decoded.
#[test]
fn a_seek_leaves_out_what_it_can() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The second film stands still twice for more than a second.
    let still = "setpts='(N+30*gte(N,31)+45*gte(N,66))/25/TB'";
    for (name, filter, codec) in [
        ("h264.mp4", "null", "libx264"),
        ("still.mp4", still, "libx264"),
        ("hevc.mp4", "null", "libx265"),
        ("h264.mkv", "null", "libx264"),
    ] {
        let source = "testsrc2=size=96x64:rate=25:duration=4";
        let arguments = ["-f", "lavfi", "-i", source, "-vf", filter, "-c:v", codec, "-g", "250", "-bf", "3"];
        let rest = ["-fps_mode", "passthrough", "-pix_fmt", "yuv420p"];
        let path = ffmpeg(&[&arguments[..], &rest[..]].concat(), &folder.path().join(name));
        for threads in [1, 0] {
            let target = VideoTarget { threads: Some(threads), ..VideoTarget::cover(96, 64, 25) };
            let mut all = Vec::new();
            let mut reader = VideoReader::open(&path, target).expect("opens");
            let mut frame = Frame::black(2, 2);
            while reader.read(&mut frame).expect("decodes") {
                all.push(frame.clone());
            }
            for n in (0..all.len()).rev().step_by(3).chain([all.len() - 1, 40]) {
                let mut reader = VideoReader::open(&path, target).expect("opens");
                reader.seek(n as f64 / 25.0).expect("seeks");
                for (ahead, want) in all[n..].iter().take(3).enumerate() {
                    assert!(reader.read(&mut frame).expect("decodes"));
                    assert!(frame == *want, "{name}: frame {ahead} after {n} is another one");
                }
            }
            let mut hurried = VideoReader::open(&path, target).expect("opens");
            hurried.seek(3.8).expect("seeks");
            let decoded = hurried.decoded();
            assert!(name == "still.mp4" || (2..80).contains(&decoded), "{name}: {decoded} of 96 were decoded");
        }
    }
}

/// The mean of a plane's middle.
fn colour(path: &Path) -> [u8; 3] {
    let mut reader = VideoReader::open(path, VideoTarget::cover(64, 48, 30)).expect("opens");
    let mut frame = Frame::black(2, 2);
    assert!(reader.read(&mut frame).expect("decodes"));
    [frame.y()[24 * 64 + 32], frame.u()[12 * 32 + 16], frame.v()[12 * 32 + 16]]
}

#[test]
fn every_kind_of_red_becomes_bt709_red() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bt601 = "scale=out_color_matrix=bt601:out_range=tv";
    let bt709_full = "scale=out_color_matrix=bt709:out_range=pc";
    let bt2020 = "scale=out_color_matrix=bt2020:out_range=tv";
    let cases: [(&str, &str, &[&str]); 7] = [
        ("601.mp4", bt601, &["-pix_fmt", "yuv420p", "-colorspace", "smpte170m"]),
        ("untagged.mp4", bt601, &["-pix_fmt", "yuv420p"]),
        ("full.mp4", bt709_full, &["-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_range", "pc"]),
        ("ten.mp4", bt601, &["-pix_fmt", "yuv420p10le", "-colorspace", "smpte170m"]),
        ("444.mp4", bt601, &["-pix_fmt", "yuv444p", "-colorspace", "smpte170m"]),
        ("2020.mp4", bt2020, &["-pix_fmt", "yuv420p10le", "-colorspace", "bt2020nc", "-color_primaries", "bt709"]),
        ("rgb.mkv", "null", &["-pix_fmt", "bgr0", "-c:v", "ffv1"]),
    ];
    for (name, filter, format) in cases {
        let filter = format!("format=rgb24,{filter}");
        let mut arguments = vec!["-f", "lavfi", "-i", "color=red:size=120x90:rate=30:duration=0.2", "-vf", &filter];
        arguments.extend_from_slice(format);
        let path = ffmpeg(&arguments, &folder.path().join(name));
        let got = colour(&path);
        for (got, want) in got.into_iter().zip([63, 102, 240]) {
            assert!(got.abs_diff(want) <= 2, "{name}: {got} for {want}");
        }
    }
}

#[test]
fn turned_video_matches_ffmpegs_own_turning() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = folder.path().join("plain.mp4");
    clip(&plain, VideoSettings::new(96, 64, 30), 3, 0);
    let plain = plain.to_str().expect("text").to_owned();
    for turn in ["rotate=90", "rotate=180", "rotate=270"] {
        let turned = folder.path().join("turned.mp4");
        let turned = ffmpeg(&["-i", &plain, "-c", "copy", "-metadata:s:v", turn], &turned);
        let raw = folder.path().join("raw.yuv");
        let source = turned.to_str().expect("text");
        ffmpeg(&["-i", source, "-f", "rawvideo", "-frames:v", "1"], &raw);
        let want = std::fs::read(&raw).expect("a picture");
        let mut reader = VideoReader::open(&turned, VideoTarget::native()).expect("opens");
        assert_eq!(reader.size(), if turn == "rotate=180" { (96, 64) } else { (64, 96) });
        let mut frame = Frame::black(2, 2);
        assert!(reader.read(&mut frame).expect("decodes"));
        let got: Vec<u8> = [frame.y(), frame.u(), frame.v()].concat();
        assert!(got == want, "{turn}");
    }
}

#[test]
fn pictures_that_ask_to_be_turned_themselves_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = "testsrc2=size=96x64:rate=30:duration=0.2";
    for (name, wish) in [
        ("left.ts", "rotate=90"),
        ("head.ts", "rotate=180"),
        ("right.h264", "rotate=270"),
        ("mirrored.mkv", "rotate=0:flip=horizontal"),
        ("both.mp4", "rotate=90:flip=vertical"),
    ] {
        let insert = format!("h264_metadata=display_orientation=insert:{wish}");
        let arguments = ["-f", "lavfi", "-i", source, "-c:v", "libx264", "-pix_fmt", "yuv420p"];
        // Tagged, so that no colour is converted.
        let colours =
            ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"];
        let arguments = [&arguments[..], &colours[..], &["-bsf:v", &insert]].concat();
        let turned = ffmpeg(&arguments, &folder.path().join(name));
        let raw = folder.path().join("raw.yuv");
        ffmpeg(&["-i", turned.to_str().expect("text"), "-f", "rawvideo", "-frames:v", "1"], &raw);
        let want = std::fs::read(&raw).expect("a picture");
        let mut reader = VideoReader::open(&turned, VideoTarget::native()).expect("opens");
        let size = if wish.contains("90") || wish.contains("270") { (64, 96) } else { (96, 64) };
        assert_eq!(reader.size(), size, "{name}");
        let mut frame = Frame::black(2, 2);
        assert!(reader.read(&mut frame).expect("decodes"), "{name}");
        let got: Vec<u8> = [frame.y(), frame.u(), frame.v()].concat();
        let wrong = got.iter().zip(&want).filter(|(a, b)| a.abs_diff(**b) > 12).count();
        assert!(got.len() == want.len() && wrong < want.len() / 50, "{name}: {wrong} of {} are others", want.len());
        let video = crate::media::probe(&turned).expect("info").video.expect("video");
        assert_eq!((video.width, video.height), size, "{name}");
    }
}

#[test]
fn all_eight_display_matrices_are_followed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("plain.mp4");
    clip(&path, VideoSettings::new(96, 64, 30), 3, 0);
    let mut plain = Frame::black(2, 2);
    VideoReader::open(&path, VideoTarget::native()).expect("opens").read(&mut plain).expect("decodes");
    let bytes = std::fs::read(&path).expect("a file");
    // The matrix lies 40 bytes behind the name of the track's header (ISO/IEC 14496-12, 8.3.2, version 0).
    let at = bytes.windows(4).position(|window| window == b"tkhd").expect("a track") + 44;
    for [a, b, c, d] in [
        [1, 0, 0, 1],
        [0, 1, -1, 0],
        [-1, 0, 0, -1],
        [0, -1, 1, 0],
        [-1, 0, 0, 1],
        [0, -1, -1, 0],
        [1, 0, 0, -1],
        [0, 1, 1, 0],
    ] {
        let mut turned = bytes.clone();
        let matrix = [a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30];
        for (i, value) in matrix.into_iter().enumerate() {
            turned[at + i * 4..at + i * 4 + 4].copy_from_slice(&i32::to_be_bytes(value));
        }
        let path = folder.path().join("turned.mp4");
        std::fs::write(&path, turned).expect("a file");
        let mut reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
        let (width, height) = if a == 0 { (64, 96) } else { (96, 64) };
        assert_eq!(reader.size(), (width, height));
        let info = crate::media::probe(&path).expect("info").video.expect("video");
        assert_eq!((info.width, info.height, info.mirrored), (width, height, a * d - b * c < 0));
        let mut frame = Frame::black(2, 2);
        assert!(reader.read(&mut frame).expect("decodes"));
        // A stored point (p, q) is shown at (a p + c q, b p + d q), moved into the picture.
        let moved = |value: i32, size: i32| if value < 0 { value + size } else { value } as usize;
        for (q, row) in plain.y().chunks_exact(96).enumerate() {
            for (p, value) in row.iter().enumerate() {
                let (p, q) = (p as i32, q as i32);
                let x = moved(a * p + c * q - i32::from(a + c < 0), width as i32);
                let y = moved(b * p + d * q - i32::from(b + d < 0), height as i32);
                assert_eq!(frame.y()[y * width + x], *value, "{:?} at {p}, {q}", [a, b, c, d]);
            }
        }
    }
}

#[test]
fn odd_sizes_and_wide_pixels_are_covered() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = "testsrc2=size=641x361:rate=10:duration=0.3";
    let arguments = ["-f", "lavfi", "-i", source, "-c:v", "ffv1", "-pix_fmt", "yuv420p"];
    let odd = ffmpeg(&arguments, &folder.path().join("odd.mkv"));
    assert_eq!(VideoReader::open(&odd, VideoTarget::native()).expect("opens").size(), (640, 360));
    assert_eq!(count(&odd, VideoTarget::cover(90, 160, 10)), 3);
    assert_eq!(count(&odd, VideoTarget::native()), 3);
    // Pixels twice as wide as high.
    let arguments = ["-f", "lavfi", "-i", "testsrc2=size=160x160:rate=10:duration=0.3", "-vf", "setsar=2"];
    let wide = ffmpeg(&arguments, &folder.path().join("wide.mp4"));
    assert_eq!(VideoReader::open(&wide, VideoTarget::native()).expect("opens").size(), (320, 160));
}

#[test]
fn a_cut_off_webm_or_fragmented_file_is_noticed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let plain = folder.path().join("plain.mp4");
    clip(&plain, VideoSettings::new(96, 64, 30), 40, 0);
    let plain = plain.to_str().expect("text").to_owned();
    let cases: [(&str, &[&str]); 2] = [
        ("a.webm", &["-c:v", "libvpx", "-deadline", "realtime"]),
        ("a.mp4", &["-c", "copy", "-movflags", "frag_keyframe"]),
    ];
    for (name, format) in cases {
        let mut arguments = vec!["-i", plain.as_str()];
        arguments.extend_from_slice(format);
        let path = ffmpeg(&arguments, &folder.path().join(name));
        assert_eq!(count(&path, VideoTarget::native()), 40);
        let bytes = std::fs::read(&path).expect("a file");
        std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).expect("a file");
        let mut frame = Frame::black(2, 2);
        let error = VideoReader::open(&path, VideoTarget::native())
            .and_then(|mut reader| {
                while reader.read(&mut frame)? {}
                Ok(())
            })
            .expect_err("it is cut off");
        assert!(error.to_string().contains("cut off") && error.to_string().contains(name), "{error}");
    }
}

#[test]
fn real_clips_are_read_whole() {
    for name in ["bigbuckbunny.mp4", "bikes.mp4"] {
        let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/media")).join(name);
        if !path.exists() {
            not_tested(&format!("reading {name}: it lies in no folder `shared/media` beside the repository"));
            continue;
        }
        let info = crate::media::probe(&path).expect("info").video.expect("video");
        let mut reader = VideoReader::open(&path, VideoTarget::cover(64, 114, info.fps)).expect("opens");
        let mut frame = Frame::black(2, 2);
        let wanted = info.frame_count.min(100);
        for _ in 0..wanted {
            assert!(reader.read(&mut frame).expect("decodes"));
        }
    }
}

#[test]
fn frames_that_are_too_large_are_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.mp4");
    grey_steps(&path, 30, 2);
    for (width, height) in [(usize::MAX, 2), (2, Frame::MAX_SIDE + 1)] {
        let error = VideoReader::open(&path, VideoTarget::cover(width, height, 30)).expect_err("too large");
        assert!(error.to_string().contains(&format!("{width}x{height}")), "{error}");
    }
}
