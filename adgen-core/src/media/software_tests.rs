//! What every encoder in software has to write, whatever it is.

use super::{
    EncoderKind, Frame, JoinOptions, VideoEncoder, VideoReader, VideoSettings, VideoTarget, join,
    testing::{clip, ffprobe, gradient},
};
use crate::error::ErrorKind;
use std::path::Path;

fn software() -> Vec<EncoderKind> {
    let all = [EncoderKind::X264, EncoderKind::OpenH264, EncoderKind::Mpeg4];
    all.into_iter().filter(|encoder| *encoder != EncoderKind::OpenH264 || cfg!(feature = "openh264")).collect()
}

fn settings(encoder: EncoderKind, fps: u32) -> VideoSettings {
    VideoSettings { encoder, ..VideoSettings::new(160, 96, fps) }
}

/// The mean difference of luma to the gradient that was encoded, of the worst picture.
fn worst_error(path: &Path, count: usize) -> f64 {
    let mut reader = VideoReader::open(path, VideoTarget::native()).expect("opens");
    let mut frame = Frame::black(2, 2);
    let (mut seen, mut worst) = (0, 0.0_f64);
    while reader.read(&mut frame).expect("decodes") {
        let want = gradient(160, 96, seen);
        let error: u64 = frame.y().iter().zip(want.y()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        worst = worst.max(error as f64 / (160.0 * 96.0));
        seen += 1;
    }
    assert_eq!(seen, count);
    worst
}

#[test]
fn every_one_writes_the_same_tagged_bytes_in_closed_groups() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for encoder in software() {
        let [a, b] = ["a", "b"].map(|name| folder.path().join(format!("{encoder}_{name}.mp4")));
        for path in [&a, &b] {
            clip(path, settings(encoder, 30), 40, 0);
        }
        let bytes = std::fs::read(&a).expect("a file");
        assert_eq!(bytes, std::fs::read(&b).expect("a file"), "{encoder} is not the same twice");
        let find = |tag: &[u8]| bytes.windows(tag.len()).position(|window| window == tag);
        assert!(find(b"moov") < find(b"mdat") && find(b"elst").is_none(), "{encoder}");
        let fields = "stream=codec_name,profile,level,pix_fmt,color_range,color_space,color_transfer,color_primaries,\
                      r_frame_rate,avg_frame_rate,nb_frames,start_pts,sample_aspect_ratio,field_order";
        let text = ffprobe(&["-show_entries", fields, "-of", "default=nw=1"], &a);
        let own: &[&str] = match encoder {
            EncoderKind::Mpeg4 => &["codec_name=mpeg4"],
            _ => &["codec_name=h264", "profile=High", "level=42", "field_order=progressive"],
        };
        let common = [
            "pix_fmt=yuv420p",
            "color_range=tv",
            "color_space=bt709",
            "color_transfer=bt709",
            "color_primaries=bt709",
            "r_frame_rate=30/1",
            "avg_frame_rate=30/1",
            "sample_aspect_ratio=1:1",
            "nb_frames=40",
            "start_pts=0",
        ];
        for line in own.iter().chain(&common) {
            assert!(text.contains(line), "{encoder}: {line} is not in {text}");
        }
        let text = ffprobe(&["-show_entries", "packet=pts,flags", "-of", "csv=p=0"], &a);
        let keys: Vec<&str> = text.lines().filter(|line| line.contains('K')).collect();
        assert_eq!(keys, ["0,K_", "7680,K_", "15360,K_"], "{encoder}");
        assert!(worst_error(&a, 40) < 3.0, "{encoder}: {}", worst_error(&a, 40));
    }
}

#[test]
fn segments_of_every_one_are_joined_by_copying() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for encoder in software().into_iter().filter(|encoder| *encoder != EncoderKind::Mpeg4) {
        let segments = [0, 1, 2].map(|number| folder.path().join(format!("{encoder}_{number}.mp4")));
        for (number, path) in segments.iter().enumerate() {
            clip(path, settings(encoder, 24), 20, number * 20);
        }
        let out = folder.path().join(format!("{encoder}.mp4"));
        let joined = join(&segments, None, &out, &JoinOptions::default(), &|| false).expect("alike");
        assert_eq!(joined.frames, 60);
        assert!(worst_error(&out, 60) < 3.0, "{encoder}");
    }
}

#[test]
fn segments_of_different_ones_are_not_joined() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths = software().into_iter().map(|encoder| {
        let path = folder.path().join(format!("{encoder}.mp4"));
        clip(&path, settings(encoder, 24), 5, 0);
        path
    });
    let paths: Vec<_> = paths.collect();
    for other in &paths[1..] {
        let pair = [paths[0].clone(), other.clone()];
        let error =
            join(&pair, None, &folder.path().join("out.mp4"), &JoinOptions::default(), &|| false).expect_err("unlike");
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    }
}

#[test]
fn a_lower_factor_is_a_better_picture_whoever_encodes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for encoder in software().into_iter().filter(|encoder| *encoder != EncoderKind::Mpeg4) {
        let made = [14.0, 26.0].map(|crf| {
            let path = folder.path().join(format!("{encoder}_{crf}.mp4"));
            clip(&path, VideoSettings { crf, ..settings(encoder, 30) }, 30, 0);
            (worst_error(&path, 30), std::fs::metadata(&path).expect("a file").len())
        });
        assert!(made[0].0 < made[1].0 && made[0].1 > made[1].1, "{encoder}: {made:?}");
    }
}

/// Sizes that are no multiples of 16 are cut in the parameter sets, and odd rates are what they are.
#[test]
fn any_size_and_rate_is_what_it_was() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for encoder in software() {
        for (width, height, fps) in [(16, 16, 24), (270, 480, 25), (1080, 1350, 60)] {
            let path = folder.path().join("odd.mp4");
            clip(&path, VideoSettings { encoder, ..VideoSettings::new(width, height, fps) }, 3, 0);
            let text =
                ffprobe(&["-show_entries", "stream=width,height,r_frame_rate,nb_frames", "-of", "csv=p=0"], &path);
            assert_eq!(text.trim(), format!("{width},{height},{fps}/1,3"), "{encoder}");
        }
    }
}

#[cfg(feature = "openh264")]
#[test]
fn openh264_says_what_it_cannot_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("large.mp4");
    let large = VideoSettings { encoder: EncoderKind::OpenH264, ..VideoSettings::new(4096, 4096, 30) };
    let error = VideoEncoder::create(&path, large).expect_err("too large");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.message().contains("4096x4096"), "{error}");
    assert!(!path.exists());
}

#[cfg(feature = "openh264")]
#[test]
fn openh264_keeps_to_a_limit_of_the_rate_and_leaves_no_frame_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sizes = [None, Some(300)].map(|max_kbps| {
        let path = folder.path().join(format!("{max_kbps:?}.mp4"));
        let settings =
            VideoSettings { encoder: EncoderKind::OpenH264, crf: 14.0, max_kbps, ..VideoSettings::new(320, 240, 30) };
        let mut encoder = VideoEncoder::create(&path, settings).expect("opens");
        let mut seed = 1_u32;
        let mut frame = Frame::black(320, 240);
        for _ in 0..60 {
            for value in frame.y_mut() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *value = 16 + (seed >> 25) as u8;
            }
            encoder.write(&frame).expect("every frame");
        }
        let encoded = encoder.finish().expect("complete");
        assert_eq!(encoded.frames, 60);
        encoded.bytes
    });
    assert!(sizes[1] * 3 < sizes[0], "{sizes:?}: noise is costly, and the limit is not kept");
}
