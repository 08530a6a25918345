//! What is and what is no media, by files that the `ffmpeg` program and our own encoder make.

use super::*;
use crate::{
    error::ErrorKind,
    media::{
        Fps, Samples, VideoReader, VideoSettings, VideoTarget, decode_audio, encode_wav,
        testing::{clip, ffmpeg},
    },
};

#[test]
fn own_clip_is_described() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a:b.mp4");
    clip(&path, VideoSettings::new(128, 96, Fps::new(30000, 1001)), 30, 0);
    let video = probe(&path).expect("info").video.expect("video");
    assert_eq!((video.width, video.height, video.frame_count), (128, 96, 30));
    assert_eq!(video.fps, Fps::new(30000, 1001));
    assert_eq!((video.codec.as_str(), video.pixel_format.as_str(), video.bit_depth), ("h264", "yuv420p", 8));
    assert!(!video.variable_frame_rate);
}

#[test]
fn what_is_no_media_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    let whole = folder.path().join("whole.mp4");
    clip(&whole, VideoSettings::new(128, 96, 30), 30, 0);
    let bytes = std::fs::read(&whole).expect("a file");
    let noise: Vec<u8> = (0..9000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let cases = [
        (write("empty.mp4", b""), "0 bytes"),
        (write("page.mp4", b"<!DOCTYPE html><html><body>403 Forbidden</body></html>"), "web page"),
        (write("error.mp4", b"{\"detail\": \"expired\"}"), "JSON"),
        (write("noise.mp4", &noise), "no audio or video"),
        (write("head.mp4", &bytes[..200]), ""),
        (write("index.mp4", &bytes[..900]), ""),
        (write("half.mp4", &bytes[..bytes.len() * 6 / 10]), "cut off"),
        (folder.path().to_path_buf(), "folder"),
    ];
    for (path, word) in cases {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        for error in [
            probe(&path).expect_err("no media"),
            VideoReader::open(&path, VideoTarget::native()).expect_err("no media"),
        ] {
            assert_eq!(error.kind(), ErrorKind::Media, "{error}");
            assert!(error.to_string().contains(word) && error.to_string().contains(&name), "{error}");
        }
        decode_audio(&path, None).expect_err("no media");
    }
    assert_eq!(probe(Path::new("/nonexistent.mp4")).expect_err("nothing").kind(), ErrorKind::NotFound);
}

#[test]
fn what_is_not_read_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    };
    let png = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0";
    let secret = write("secret.txt", b"a secret");
    let list = format!("ffconcat version 1.0\nfile '{}'\n", secret.display());
    for (path, words) in [
        (write("photo.mp4", png), "still picture (PNG)"),
        (write("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:1/a.ts\n"), "playlist"),
        (write("list.mp4", list.as_bytes()), "list of files"),
        (write("score.mid", b"MThd\0\0\0\x06\0\0\0\x01\0\x60"), "MIDI"),
        (write("a.pdf", b"%PDF-1.7\n"), "PDF"),
        (write("a.sdp", b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nc=IN IP4 127.0.0.1\r\nm=video 5000 RTP/AVP 96\r\n"), ""),
        (write("a.txt", b"Some text that is neither, and rather longer than a line.\n"), "no audio or video"),
        (
            write(
                "subtitles.srt",
                b"1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nYou\n",
            ),
            "not read",
        ),
    ] {
        let error = probe(&path).expect_err("no media");
        assert!(error.to_string().contains(words), "{}: {error}", path.display());
        VideoReader::open(&path, VideoTarget::native()).expect_err("no media");
        decode_audio(&path, None).expect_err("no media");
    }
    assert_eq!(still_format(&folder.path().join("photo.mp4")).expect("is read"), Some("PNG"));
    assert_eq!(still_format(&secret).expect("is read"), None);
    assert_eq!(still_format(Path::new("/nonexistent")).expect_err("nothing").kind(), ErrorKind::NotFound);
}

#[test]
fn nothing_is_read_without_end() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // What the file begins with; zeros follow. Names count where the content does not tell.
    for (name, head) in [
        ("a.mp3", &b""[..]),
        ("a.mp3", b"ID3\x03\0\0\x7F\x7F\x7F\x7F"),
        ("a.mp3", b"\xFF\xFB\x90\0"),
        ("a.h264", b"\0\0\x01\x67"),
        ("a.hevc", b"\0\0\x01\x40"),
        ("a.ac3", b""),
        ("a.dts", b""),
        ("a.thd", b""),
        ("a.mjpeg", b""),
        ("a.ts", b"\x47"),
        ("a.mkv", b"\x1A\x45\xDF\xA3"),
        ("a.mp4", b"\0\0\0\x18ftypisom\0\0\0\0isommp42\x5F\0\0\0mdat"),
        ("a.ogg", b"OggS"),
        ("a.flac", b"fLaC\0\0\0\x22"),
        ("a", b""),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, head).expect("a file");
        // No blocks are stored for what was never written.
        let file = std::fs::OpenOptions::new().write(true).open(&path).expect("a file");
        file.set_len(1500 << 20).expect("a large file");
        let error = probe(&path).map(drop).and_then(|()| decode_audio(&path, Some(3.0)).map(drop));
        let error = error.expect_err("there is nothing in it");
        assert_eq!(error.kind(), ErrorKind::Media, "{name}: {error}");
    }
    // Where this test has a process of its own, its memory is that of reading.
    if std::env::var_os("NEXTEST").is_none() {
        return;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|line| line.trim().trim_end_matches(" kB"));
    if let Some(peak) = peak.and_then(|peak| peak.parse::<u64>().ok()) {
        assert!(peak < 300 << 10, "{} MB of memory", peak >> 10);
    }
}

#[test]
fn bounds_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("large.mp4");
    let file = std::fs::File::create(&path).expect("a file");
    file.set_len(crate::media::MAX_FILE_BYTES + 1).expect("a large file");
    let error = probe(&path).expect_err("too large").to_string();
    assert!(error.contains("4294967297 bytes") && error.contains("4294967296"), "{error}");
    for device in ["/dev/zero", "/dev/null"] {
        let error = probe(Path::new(device)).expect_err("no file").to_string();
        assert!(error.contains("device") && error.contains(device), "{error}");
    }
    // 8000 x 4000 is nearly twice the bound; the picture is one colour, so that the file is small.
    let source = ["-f", "lavfi", "-i", "color=red:size=8000x4000:rate=1:duration=1"];
    for (name, codec) in [
        ("wide.mp4", "mpeg4"),
        ("wide.avi", "mpeg4"),
        ("wide.mkv", "mpeg4"),
        ("wide.ts", "mpeg2video"),
        ("wide.m2v", "mpeg2video"),
    ] {
        let arguments: Vec<&str> = source.iter().copied().chain(["-c:v", codec, "-pix_fmt", "yuv420p"]).collect();
        let path = ffmpeg(&arguments, &folder.path().join(name));
        for error in [
            probe(&path).expect_err("too many pixels"),
            VideoReader::open(&path, VideoTarget::cover(64, 64, 30)).expect_err("too many pixels"),
        ] {
            assert!(error.to_string().contains("16777216"), "{name}: {error}");
        }
    }
}

#[test]
fn every_cut_and_bit_flip_is_survived() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("x.mp4");
    clip(&path, VideoSettings::new(64, 64, 30), 10, 0);
    let whole = std::fs::read(&path).expect("a file");
    let mut frame = crate::media::Frame::black(2, 2);
    for k in 0..60 {
        let mut bytes = whole.clone();
        match k % 2 {
            0 => bytes.truncate(whole.len() * k / 60),
            _ => bytes[whole.len() * k / 60] ^= 0xff,
        }
        std::fs::write(&path, &bytes).expect("a file");
        let _ = probe(&path);
        if let Ok(mut reader) = VideoReader::open(&path, VideoTarget::cover(32, 32, 30)) {
            // Bounded: a flipped bit may turn a duration into years.
            for _ in 0..50 {
                if !matches!(reader.read(&mut frame), Ok(true)) {
                    break;
                }
            }
        }
    }
}

#[test]
fn sound_alone_is_no_video() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sound.wav");
    encode_wav(&path, &Samples::silence(4800)).expect("a file");
    let info = probe(&path).expect("info");
    assert!(info.video.is_none());
    let audio = info.audio.expect("audio");
    assert_eq!((audio.sample_rate, audio.channels), (48_000, 2));
    assert!((audio.duration_s - 0.1).abs() < 1e-9, "{audio:?}");
    let error = VideoReader::open(&path, VideoTarget::native()).expect_err("no video");
    assert!(error.to_string().contains("no video stream"), "{error}");
}

#[test]
fn odd_and_uneven_files_are_understood() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("vfr.mp4");
    let source = "testsrc2=size=160x90:rate=30:duration=1";
    // Every third frame is left out.
    let filter = "select='mod(n,3)'";
    let arguments = ["-f", "lavfi", "-i", source, "-vf", filter, "-vsync", "vfr", "-pix_fmt", "yuv420p10le"];
    let path = ffmpeg(&arguments, &out);
    let video = probe(&path).expect("info").video.expect("video");
    assert!(video.variable_frame_rate);
    assert_eq!(video.bit_depth, 10);
    let plain = folder.path().join("plain.mp4");
    clip(&plain, VideoSettings::new(160, 90, 30), 6, 0);
    let turned = folder.path().join("turned.mp4");
    let plain = plain.to_str().expect("text");
    // `ffmpeg` 5 writes this tag counter-clockwise; the video reader's tests check the direction against its pictures.
    let arguments = ["-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90"];
    let path = ffmpeg(&arguments, &turned);
    let video = probe(&path).expect("info").video.expect("video");
    assert_eq!((video.width, video.height, video.rotation_deg), (90, 160, 270));
}

#[test]
fn formats_that_are_not_read_are_named_with_what_to_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sound = ["-f", "lavfi", "-i", "sine=sample_rate=48000:duration=1", "-ac", "2"];
    let picture = ["-f", "lavfi", "-i", "testsrc2=size=64x48", "-frames:v", "1"];
    for (name, source, extra, words) in [
        ("a.g722", &sound[..], &["-ac", "1", "-ar", "16000"][..], ["G.722", "WAV"]),
        ("a.aptx", &sound, &["-c:a", "aptx"], ["aptX", "WAV"]),
        ("a.aptxhd", &sound, &["-c:a", "aptx_hd"], ["aptX HD", "WAV"]),
        ("a.sbc", &sound, &["-c:a", "sbc"], ["SBC", "WAV"]),
        ("a.al", &sound, &["-c:a", "pcm_alaw", "-f", "alaw"], ["A-law", "WAV"]),
        ("a.tga", &picture, &[], ["still picture (TGA)", "not video"]),
        ("a.ppm", &picture, &[], ["still picture (Netpbm", "not video"]),
        ("a.pam", &picture, &[], ["still picture (Netpbm", "not video"]),
        ("a.exr", &picture, &["-pix_fmt", "gbrpf32le"], ["still picture (OpenEXR)", "not video"]),
        ("a.pcx", &picture, &[], ["still picture (PCX)", "PNG"]),
        ("a.xwd", &picture, &[], ["still picture (XWD)", "PNG"]),
    ] {
        let arguments: Vec<&str> = source.iter().chain(extra).copied().collect();
        let path = ffmpeg(&arguments, &folder.path().join(name));
        let error = probe(&path).expect_err("it is not read").to_string();
        assert!(words.iter().all(|word| error.contains(word)), "{name}: {error}");
        assert!(!error.contains("whitelist"), "{name}: {error}");
        VideoReader::open(&path, VideoTarget::native()).expect_err("it is not read");
        decode_audio(&path, None).expect_err("it is not read");
    }
    // Whatever its name, the content of a picture tells.
    let renamed = folder.path().join("film.mp4");
    std::fs::copy(folder.path().join("a.tga"), &renamed).expect("a file");
    assert_eq!(still_format(&renamed).expect("is read"), Some("TGA"));
}
