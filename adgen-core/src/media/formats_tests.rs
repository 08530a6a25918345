//! Makes a file of each kind with the `ffmpeg` program, reads it, and holds the table in `docs/media.md` against what was
//! read. `UPDATE_DOCS=1` writes the table anew.

use std::path::Path;

use crate::media::{Frame, VideoReader, VideoTarget, decode_audio, probe, testing::ffmpeg};

const X264: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];
const X265: &[&str] = &["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"];
const VP8: &[&str] = &["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"];
const VP9: &[&str] = &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"];
const AV1: &[&str] = &["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8"];
const MPEG1: &[&str] = &["-c:v", "mpeg1video", "-q:v", "3"];
const MPEG2: &[&str] = &["-c:v", "mpeg2video", "-q:v", "3"];
const MPEG4: &[&str] = &["-c:v", "mpeg4", "-q:v", "3"];
const MJPEG: &[&str] = &["-c:v", "mjpeg", "-q:v", "3"];
const FULL: &[&str] = &["-c:v", "dvvideo", "-s", "720x576", "-pix_fmt", "yuv420p"];
const DNXHD: &[&str] =
    &["-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p", "-vf", "scale=256:128:out_color_matrix=bt709"];
const PRORES: &[&str] = &["-c:v", "prores_ks", "-profile:v", "0"];

type Codec = (&'static str, &'static [&'static str]);

/// Container, file name, codecs of pictures.
const PICTURES: &[(&str, &str, &[Codec])] = &[
    ("MP4", "a.mp4", &[("H.264", X264), ("H.265", X265), ("AV1", AV1), ("VP9", VP9), ("MPEG-4", MPEG4)]),
    (
        "MOV",
        "a.mov",
        &[
            ("H.264", X264),
            ("ProRes", PRORES),
            ("DNxHR", DNXHD),
            ("Motion JPEG", MJPEG),
            ("Animation", &["-c:v", "qtrle"]),
            ("PNG", &["-c:v", "png"]),
        ],
    ),
    ("3GP", "a.3gp", &[("H.263", &["-c:v", "h263", "-s", "176x144"]), ("H.264", X264)]),
    ("MKV", "a.mkv", &[("H.264", X264), ("H.265", X265), ("VP9", VP9), ("FFV1", &["-c:v", "ffv1"]), ("MPEG-2", MPEG2)]),
    ("WebM", "a.webm", &[("VP8", VP8), ("VP9", VP9), ("AV1", AV1)]),
    (
        "AVI",
        "a.avi",
        &[
            ("MPEG-4", MPEG4),
            ("Motion JPEG", MJPEG),
            ("H.264", X264),
            ("HuffYUV", &["-c:v", "huffyuv", "-pix_fmt", "yuv422p"]),
            ("Cinepak", &["-c:v", "cinepak"]),
            ("DV", FULL),
        ],
    ),
    ("MPEG-TS", "a.ts", &[("H.264", X264), ("H.265", X265), ("MPEG-2", MPEG2)]),
    ("M2TS, MTS", "a.m2ts", &[("H.264", X264)]),
    ("MPEG-PS", "a.mpg", &[("MPEG-1", MPEG1), ("MPEG-2", MPEG2)]),
    ("VOB", "a.vob", &[("MPEG-2", MPEG2)]),
    ("FLV", "a.flv", &[("H.264", X264), ("Sorenson", &["-c:v", "flv"])]),
    (
        "WMV, ASF",
        "a.wmv",
        &[
            ("WMV 7", &["-c:v", "wmv1", "-q:v", "3"]),
            ("WMV 8", &["-c:v", "wmv2", "-q:v", "3"]),
            ("MS MPEG-4", &["-c:v", "msmpeg4", "-q:v", "3"]),
        ],
    ),
    ("MXF", "a.mxf", &[("MPEG-2", MPEG2), ("DNxHR", DNXHD), ("H.264", X264)]),
    ("GXF", "a.gxf", &[("MPEG-2", &["-c:v", "mpeg2video", "-q:v", "3", "-s", "720x576"])]),
    ("OGV", "a.ogv", &[("Theora", &["-c:v", "libtheora", "-q:v", "7"])]),
    ("RealMedia", "a.rm", &[("RealVideo", &["-c:v", "rv20", "-q:v", "3"])]),
    ("DV", "a.dv", &[("DV", FULL)]),
    ("WTV", "a.wtv", &[("MPEG-2", MPEG2)]),
    ("NUT", "a.nut", &[("H.264", X264)]),
    ("SWF", "a.swf", &[("Sorenson", &["-c:v", "flv"])]),
    ("IVF", "a.ivf", &[("VP8", VP8), ("AV1", AV1)]),
    ("GIF", "a.gif", &[("GIF", &[])]),
    ("APNG", "a.apng", &[("PNG", &["-plays", "0"])]),
    ("YUV4MPEG", "a.y4m", &[("none", &["-pix_fmt", "yuv420p"])]),
    ("stream without container", "a.h264", &[("H.264", X264)]),
    ("stream without container", "a.hevc", &[("H.265", X265)]),
    ("stream without container", "a.m2v", &[("MPEG-2", MPEG2)]),
    ("stream without container", "a.m4v", &[("MPEG-4", &["-c:v", "mpeg4", "-q:v", "3", "-f", "m4v"])]),
    ("stream without container", "a.mjpeg", &[("Motion JPEG", MJPEG)]),
    ("stream without container", "a.obu", &[("AV1", AV1)]),
];

/// Container, file name, codecs of sound.
const SOUND: &[(&str, &str, &[Codec])] = &[
    ("MP3", "a.mp3", &[("MP3", &["-c:a", "libmp3lame"])]),
    (
        "WAV",
        "a.wav",
        &[
            ("PCM of 16 bits", &["-c:a", "pcm_s16le"]),
            ("24 bits", &["-c:a", "pcm_s24le"]),
            ("float", &["-c:a", "pcm_f32le"]),
            ("A-law", &["-c:a", "pcm_alaw"]),
            ("ADPCM", &["-c:a", "adpcm_ima_wav"]),
        ],
    ),
    ("W64", "a.w64", &[("PCM", &["-c:a", "pcm_s16le"])]),
    ("M4A", "a.m4a", &[("AAC", &["-c:a", "aac"]), ("ALAC", &["-c:a", "alac"])]),
    ("ADTS", "a.aac", &[("AAC", &["-c:a", "aac"])]),
    ("LATM", "a.latm", &[("AAC", &["-c:a", "aac"])]),
    ("FLAC", "a.flac", &[("FLAC", &["-c:a", "flac"])]),
    ("OGG", "a.ogg", &[("Vorbis", &["-c:a", "libvorbis"]), ("Speex", &["-c:a", "libspeex", "-ar", "16000"])]),
    ("Opus", "a.opus", &[("Opus", &["-c:a", "libopus"])]),
    ("WebM", "a.webm", &[("Opus", &["-c:a", "libopus"]), ("Vorbis", &["-c:a", "libvorbis"])]),
    ("MKA", "a.mka", &[("AAC", &["-c:a", "aac"]), ("FLAC", &["-c:a", "flac"])]),
    ("WMA", "a.wma", &[("WMA 1", &["-c:a", "wmav1"]), ("WMA 2", &["-c:a", "wmav2"])]),
    ("WavPack", "a.wv", &[("WavPack", &["-c:a", "wavpack"])]),
    ("TTA", "a.tta", &[("True Audio", &["-c:a", "tta"])]),
    ("AIFF", "a.aiff", &[("PCM", &["-c:a", "pcm_s16be"])]),
    ("CAF", "a.caf", &[("PCM", &["-c:a", "pcm_s16be"]), ("ALAC", &["-c:a", "alac"])]),
    ("AU", "a.au", &[("PCM", &["-c:a", "pcm_s16be"])]),
    ("VOC", "a.voc", &[("PCM", &["-c:a", "pcm_u8"])]),
    ("IRCAM", "a.sf", &[("PCM", &["-c:a", "pcm_s16le", "-f", "ircam"])]),
    ("SoX", "a.sox", &[("PCM", &["-c:a", "pcm_s32le"])]),
    ("AC-3", "a.ac3", &[("AC-3", &["-c:a", "ac3"])]),
    ("E-AC-3", "a.eac3", &[("E-AC-3", &["-c:a", "eac3"])]),
    ("DTS", "a.dts", &[("DTS", &["-c:a", "dca", "-strict", "-2"])]),
    ("TrueHD", "a.thd", &[("TrueHD", &["-c:a", "truehd", "-strict", "-2"])]),
    ("MP2", "a.mp2", &[("MP2", &["-c:a", "mp2"])]),
    ("MPEG-TS", "a.ts", &[("AAC", &["-c:a", "aac"]), ("MP2", &["-c:a", "mp2"])]),
    ("RealAudio", "a.ra", &[("AC-3", &["-c:a", "ac3", "-f", "rm"])]),
    ("MXF", "a.mxf", &[("PCM", &["-f", "mxf_opatom", "-c:a", "pcm_s16le"])]),
];

/// Two seconds of red at 25 frames a second; the numbers are those of a red of 200 in BT.709.
fn reads_pictures(folder: &Path, name: &str, codec: Codec) {
    let mut arguments = vec!["-f", "lavfi", "-i", "color=0xc80000:size=128x96:rate=25:duration=2"];
    arguments.extend_from_slice(codec.1);
    let path = ffmpeg(&arguments, &folder.join(name));
    let what = format!("{} in {name}", codec.0);
    let info = probe(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
    let video = info.video.unwrap_or_else(|| panic!("{what}: no video"));
    assert!((video.duration_s - 2.0).abs() < 0.13, "{what}: {video:?}");
    let mut reader =
        VideoReader::open(&path, VideoTarget::cover(64, 48, 25)).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut frame = Frame::black(2, 2);
    let mut count = 0;
    while reader.read(&mut frame).unwrap_or_else(|error| panic!("{what}: {error}")) {
        let got = [frame.y()[24 * 64 + 32], frame.u()[12 * 32 + 16], frame.v()[12 * 32 + 16]];
        for (got, want) in got.into_iter().zip([53, 108, 216]) {
            assert!(got.abs_diff(want) <= 8, "{what}: {got} for {want} in frame {count}");
        }
        count += 1;
    }
    assert!((48..=52).contains(&count), "{what}: {count} frames");
}

/// Two seconds of a tone.
fn reads_sound(folder: &Path, name: &str, codec: Codec) {
    let mut arguments = vec!["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2"];
    arguments.extend_from_slice(codec.1);
    let path = ffmpeg(&arguments, &folder.join(name));
    let what = format!("{} in {name}", codec.0);
    let info = probe(&path).unwrap_or_else(|error| panic!("{what}: {error}"));
    let audio = info.audio.unwrap_or_else(|| panic!("{what}: no sound"));
    assert!((audio.duration_s - 2.0).abs() < 0.15, "{what}: {audio:?}");
    let samples = decode_audio(&path, None).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!((samples.duration_s() - 2.0).abs() < 0.15, "{what}: {} s", samples.duration_s());
    assert!((0.06..0.3).contains(&samples.peak()), "{what}: peak {}", samples.peak());
}

fn row(container: &str, name: &str, codecs: &[Codec]) -> String {
    let extension = name.rsplit('.').next().unwrap_or_default();
    let codecs: Vec<&str> = codecs.iter().map(|codec| codec.0).collect();
    format!("| {container} | `.{extension}` | {} |\n", codecs.join(", "))
}

#[test]
fn the_documents_list_what_is_read() {
    const START: &str = "<!-- formats -->\n";
    const END: &str = "<!-- formats end -->\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut table = String::from("| clips: container | file | codecs |\n|---|---|---|\n");
    for (container, name, codecs) in PICTURES {
        codecs.iter().for_each(|codec| reads_pictures(folder.path(), name, *codec));
        table += &row(container, name, codecs);
    }
    table += "\n| music: container | file | codecs |\n|---|---|---|\n";
    for (container, name, codecs) in SOUND {
        codecs.iter().for_each(|codec| reads_sound(folder.path(), name, *codec));
        table += &row(container, name, codecs);
    }
    let page = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/media.md"));
    let text = std::fs::read_to_string(page).expect("the page is there");
    let (before, rest) = text.split_once(START).expect("the page marks where the table begins");
    let (written, after) = rest.split_once(END).expect("the page marks where the table ends");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(page, format!("{before}{START}{table}{END}{after}")).expect("the page is written");
        return;
    }
    assert_eq!(written, table, "docs/media.md is behind; UPDATE_DOCS=1 writes its table anew");
}
