//! Charts in every kind of colour, encoded from sRGB by the standards' forward formulas, have to come back as sRGB.

use super::*;
use crate::media::testing::ffmpeg;

/// Colours of the chart, 8-bit sRGB: red, skin, blue, yellow, white, dark, and greys.
const CHART: [[u8; 3]; 8] = [
    [220, 40, 40],
    [200, 150, 120],
    [40, 70, 200],
    [220, 200, 60],
    [240, 240, 240],
    [20, 20, 20],
    [128, 128, 128],
    [60, 160, 80],
];
const PATCH: usize = 32;
const WIDTH: usize = PATCH * CHART.len();
const HEIGHT: usize = 64;

type Rgb = [f64; 3];

fn srgb_light(code: u8) -> f64 {
    let value = f64::from(code) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn srgb_code(light: f64) -> f64 {
    if light <= 0.0031308 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 }
}

fn times(matrix: [[f64; 3]; 3], rgb: Rgb) -> Rgb {
    matrix.map(|row| row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])
}

/// BT.709 light in other primaries: ITU-R BT.2087-0; SMPTE EG 432-1 (P3 with D65); SMPTE 170M.
const TO_BT2020: [[f64; 3]; 3] = [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]];
const TO_P3: [[f64; 3]; 3] = [[0.8225, 0.1774, 0.0], [0.0332, 0.9669, 0.0], [0.0171, 0.0724, 0.9108]];
const TO_SMPTE170M: [[f64; 3]; 3] = [[1.0654, -0.0554, -0.0100], [-0.0196, 1.0364, -0.0167], [0.0016, 0.0044, 0.9940]];

fn pq(light: f64) -> f64 {
    let y = (light * 203.0 / 10_000.0).max(0.0).powf(0.1593017578125);
    ((0.8359375 + 18.8515625 * y) / (1.0 + 18.6875 * y)).powf(78.84375)
}

/// Light of an SDR display, whose white is 203 of 1000 cd/m², to HLG.
fn hlg(rgb: Rgb) -> Rgb {
    rgb.map(|value| {
        let scene = (value * 0.203).max(0.0).powf(1.0 / 1.2);
        if scene <= 1.0 / 12.0 {
            (3.0 * scene).sqrt()
        } else {
            0.17883277 * (12.0 * scene - 0.28466892).ln() + 0.55991073
        }
    })
}

/// Writes the chart as one second of 10-bit 4:2:0 in a file by `ffmpeg`, after `encode` and a matrix of those weights.
fn chart(name: &Path, encode: &dyn Fn(Rgb) -> Rgb, (kr, kb): (f64, f64), arguments: &[&str]) -> std::path::PathBuf {
    let codes = CHART.map(|rgb| {
        let [r, g, b] = encode(rgb.map(srgb_light));
        let y = kr * r + (1.0 - kr - kb) * g + kb * b;
        [64.0 + 876.0 * y, 512.0 + 448.0 * (b - y) / (1.0 - kb), 512.0 + 448.0 * (r - y) / (1.0 - kr)]
            .map(|code| (code.round() as u16).to_le_bytes())
    });
    let mut raw = Vec::new();
    for (plane, shift) in [(0, 0), (1, 1), (2, 1)] {
        for _ in 0..HEIGHT >> shift {
            for x in 0..WIDTH >> shift {
                raw.extend(codes[(x << shift) / PATCH][plane]);
            }
        }
    }
    let source = name.with_extension("raw");
    std::fs::write(&source, &raw).expect("a file");
    let (size, source) = (format!("{WIDTH}x{HEIGHT}"), source.to_str().expect("text").to_owned());
    let input =
        ["-stream_loop", "9", "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "-s", &size, "-r", "10", "-i", &source];
    ffmpeg(&[&input[..], arguments].concat(), name)
}

/// The patches of a file's first picture as sRGB.
fn patches(path: &Path) -> Vec<[u8; 3]> {
    let mut reader = VideoReader::open(path, VideoTarget::cover(WIDTH, HEIGHT, 10)).expect("opens");
    let mut frame = Frame::black(2, 2);
    assert!(reader.read(&mut frame).expect("decodes"));
    let picture = frame.to_rgb();
    (0..CHART.len()).map(|i| picture.get_pixel((i * PATCH + PATCH / 2) as u32, HEIGHT as u32 / 2).0).collect()
}

fn assert_chart(name: &str, got: &[[u8; 3]], tolerance: u8) {
    for (got, want) in got.iter().zip(CHART) {
        let worst = got.iter().zip(want).map(|(a, b)| a.abs_diff(b)).max().unwrap_or(0);
        assert!(worst <= tolerance, "{name}: {got:?} for {want:?}");
    }
}

const LOSSLESS: [&str; 2] = ["-c:v", "ffv1"];

fn tags<'a>(primaries: &'a str, transfer: &'a str, matrix: &'a str) -> Vec<&'a str> {
    vec!["-color_primaries", primaries, "-color_trc", transfer, "-colorspace", matrix, "-color_range", "tv"]
}

#[test]
fn hdr_is_mapped_to_what_it_would_be_in_sdr() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let as_pq = |rgb: Rgb| times(TO_BT2020, rgb).map(pq);
    let as_hlg = |rgb: Rgb| hlg(times(TO_BT2020, rgb));
    let x265 = ["-c:v", "libx265", "-x265-params", "log-level=none", "-crf", "4"];
    let vp9 = ["-c:v", "libvpx-vp9", "-crf", "6", "-b:v", "0", "-deadline", "realtime", "-profile:v", "2"];
    let cases: [(&str, bool, Vec<&str>); 6] = [
        ("pq.mkv", false, LOSSLESS.to_vec()),
        ("hlg.mkv", true, LOSSLESS.to_vec()),
        ("hlg.mp4", true, x265.to_vec()),
        ("hlg422.mov", true, [&x265[..], &["-pix_fmt", "yuv422p10le"]].concat()),
        ("pq.webm", false, vp9.to_vec()),
        ("pq12.mkv", false, ["-c:v", "ffv1", "-pix_fmt", "yuv444p12le"].to_vec()),
    ];
    for (name, is_hlg, codec) in cases {
        let transfer = if is_hlg { "arib-std-b67" } else { "smpte2084" };
        let arguments = [codec, tags("bt2020", transfer, "bt2020nc")].concat();
        let encode: &dyn Fn(Rgb) -> Rgb = if is_hlg { &as_hlg } else { &as_pq };
        let path = chart(&folder.path().join(name), encode, (0.2627, 0.0593), &arguments);
        // White is where the shoulder begins; lossy coding adds a little.
        assert_chart(name, &patches(&path), 6);
        let reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
        assert_eq!(reader.tone_mapped(), Some(if is_hlg { "HLG" } else { "PQ" }), "{name}");
    }
}

#[test]
fn highlights_keep_their_order_and_do_not_clip() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // White of 120 to 960 cd/m² in eight steps.
    let step = std::cell::Cell::new(0.0);
    let brighter = |_: Rgb| {
        step.set(step.get() + 120.0);
        [pq(step.get() / 203.0); 3]
    };
    let arguments = [LOSSLESS.to_vec(), tags("bt2020", "smpte2084", "bt2020nc")].concat();
    let path = chart(&folder.path().join("steps.mkv"), &brighter, (0.2627, 0.0593), &arguments);
    let steps: Vec<u8> = patches(&path).iter().map(|rgb| rgb[1]).collect();
    assert!(steps.windows(2).all(|pair| pair[1] >= pair[0]) && steps[7] >= 254, "{steps:?}");
    assert!(steps[0].abs_diff(200) < 4 && steps[1] < 250 && steps[2] < 254, "{steps:?}");
}

#[test]
fn sdr_of_other_primaries_and_transfers_is_converted() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wide = |rgb: Rgb| times(TO_BT2020, rgb).map(srgb_code);
    let p3 = |rgb: Rgb| times(TO_P3, rgb).map(srgb_code);
    let ntsc = |rgb: Rgb| times(TO_SMPTE170M, rgb).map(srgb_code);
    let plain = |rgb: Rgb| rgb.map(srgb_code);
    let linear = |rgb: Rgb| rgb;
    let power = |rgb: Rgb| rgb.map(|value| value.powf(1.0 / 2.8));
    let (bt709, bt601, bt2020) = ((0.2126, 0.0722), (0.299, 0.114), (0.2627, 0.0593));
    type Encode<'a> = &'a dyn Fn(Rgb) -> Rgb;
    type Case<'a> = (&'a str, Encode<'a>, (f64, f64), Vec<&'a str>);
    let cases: [Case<'_>; 9] = [
        ("bt2020", &wide, bt2020, tags("bt2020", "bt2020-10", "bt2020nc")),
        ("p3", &p3, bt709, tags("smpte432", "iec61966-2-1", "bt709")),
        ("ntsc", &ntsc, bt601, tags("smpte170m", "smpte170m", "smpte170m")),
        ("linear", &linear, bt709, tags("bt709", "linear", "bt709")),
        ("gamma28", &power, bt709, tags("bt709", "gamma28", "bt709")),
        ("srgb", &plain, bt709, tags("bt709", "iec61966-2-1", "bt709")),
        // Small and untagged is SD; a matrix that the samples cannot have counts as none.
        ("untagged", &plain, bt601, Vec::new()),
        ("wrong", &plain, bt601, tags("bt709", "bt709", "rgb")),
        ("bt601", &plain, bt601, tags("bt709", "bt709", "bt470bg")),
    ];
    for (name, encode, weights, tags) in cases {
        let arguments = [LOSSLESS.to_vec(), tags].concat();
        let file = folder.path().join(format!("{name}.mkv"));
        let path = chart(&file, encode, weights, &arguments);
        assert_chart(name, &patches(&path), if name == "linear" { 8 } else { 4 });
        let reader = VideoReader::open(&path, VideoTarget::native()).expect("opens");
        assert_eq!(reader.tone_mapped(), None, "{name}");
    }
}

#[test]
fn a_large_untagged_picture_is_bt709_and_full_range_is_heeded() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cases: [(&str, &str, &[&str]); 4] = [
        ("hd.mkv", "scale=1280:720,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", &[]),
        ("pal.mkv", "scale=720:576,scale=out_color_matrix=bt601:out_range=tv,format=yuv420p", &[]),
        ("full.mkv", "scale=720:480,scale=out_color_matrix=bt601:out_range=pc,format=yuv420p", &["-color_range", "pc"]),
        ("jpeg.avi", "scale=720:480,format=yuvj422p", &["-c:v", "mjpeg", "-q:v", "1"]),
    ];
    for (name, filter, arguments) in cases {
        let source = "color=0xDC2828:size=64x64:rate=10:duration=0.3";
        let filter = format!("format=rgb24,{filter}");
        let codec: &[&str] = if name.ends_with("mkv") { &["-c:v", "ffv1"] } else { &[] };
        let start = ["-f", "lavfi", "-i", source, "-vf", &filter];
        let path = ffmpeg(&[&start[..], codec, arguments].concat(), &folder.path().join(name));
        let rgb = patches(&path)[4];
        assert!(rgb.iter().zip([220, 40, 40]).all(|(a, b)| a.abs_diff(b) <= 4), "{name}: {rgb:?}");
    }
}

#[test]
fn transparent_video_lies_over_the_ground() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Left half red, right half transparent, with a colour hidden there that must not be seen.
    let filter = "format=rgba,geq=r='if(lt(X,64),220,0)':g='if(lt(X,64),40,255)':b='40':a='if(lt(X,64),255,0)'";
    let cases: [(&str, &[&str]); 6] = [
        ("vp9.webm", &["-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0"]),
        ("vp8.webm", &["-c:v", "libvpx", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", "-b:v", "1M"]),
        ("prores.mov", &["-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"]),
        ("png.mov", &["-c:v", "png", "-pix_fmt", "rgba"]),
        ("rle.mov", &["-c:v", "qtrle", "-pix_fmt", "argb"]),
        ("a.gif", &[]),
    ];
    for (name, arguments) in cases {
        // What becomes a GIF needs a palette with a place for what is transparent.
        let palette = if name.ends_with("gif") { ",split[a][b];[a]palettegen[p];[b][p]paletteuse" } else { "" };
        let filter = format!("{filter}{palette}");
        let start = ["-f", "lavfi", "-i", "color=black:size=128x64:rate=10:duration=0.5", "-vf", &filter];
        let path = ffmpeg(&[&start[..], arguments].concat(), &folder.path().join(name));
        let target = VideoTarget { ground: [30, 90, 200], ..VideoTarget::cover(128, 64, 10) };
        let mut reader = VideoReader::open(&path, target).expect("opens");
        let mut frame = Frame::black(2, 2);
        assert!(reader.read(&mut frame).expect("decodes"));
        let picture = frame.to_rgb();
        for (x, want) in [(20, [220, 40, 40]), (100, [30, 90, 200]), (68, [30, 90, 200])] {
            let got = picture.get_pixel(x, 32).0;
            // A GIF has 256 colours, and mixes the rest of these.
            let tolerance = if name.ends_with("gif") { 24 } else { 12 };
            assert!(
                got.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= tolerance),
                "{name} at {x}: {got:?} for {want:?}"
            );
        }
        assert!(reader.transparent(), "{name}");
    }
}

#[test]
fn odd_shapes_and_formats_that_change_half_way_are_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let source = "testsrc2=size=64x64:rate=10:duration=0.3";
    for size in ["1x64", "64x1", "3x3", "641x361", "17x1023"] {
        let filter = format!("scale={},setsar=7/2", size.replace('x', ":"));
        for format in ["yuv420p", "yuv444p10le", "rgba", "gray"] {
            let arguments = ["-f", "lavfi", "-i", source, "-vf", &filter, "-c:v", "ffv1", "-pix_fmt", format];
            let path = ffmpeg(&arguments, &folder.path().join("odd.mkv"));
            for target in [VideoTarget::cover(90, 160, 10), VideoTarget::native()] {
                let mut reader = VideoReader::open(&path, target).expect("opens");
                let mut frame = Frame::black(2, 2);
                while reader.read(&mut frame).expect("decodes") {}
                assert_eq!(reader.position(), 3, "{size} {format}");
            }
        }
    }
    // Size, layout and colours change at a packet's bounds, as in a recording of a call.
    let mut parts = Vec::new();
    for (i, (size, format)) in
        [("64x48", "yuv420p"), ("48x64", "yuv444p"), ("127x95", "yuv420p10le")].iter().enumerate()
    {
        let source = format!("color=0xDC2828:size={size}:rate=10:duration=0.5");
        let part = folder.path().join(format!("{i}.ts"));
        let arguments = ["-f", "lavfi", "-i", &source, "-c:v", "libx264", "-pix_fmt", format, "-bf", "0"];
        let part = ffmpeg(&arguments, &part);
        parts.push(std::fs::read(part).expect("a file"));
    }
    let joined = folder.path().join("joined.ts");
    std::fs::write(&joined, parts.concat()).expect("a file");
    let mut reader = VideoReader::open(&joined, VideoTarget::cover(WIDTH, HEIGHT, 10)).expect("opens");
    let mut frame = Frame::black(2, 2);
    while reader.read(&mut frame).expect("decodes") {
        let rgb = frame.to_rgb().get_pixel(100, 30).0;
        assert!(rgb.iter().zip([220, 40, 40]).all(|(a, b)| a.abs_diff(b) <= 6), "{rgb:?} at {}", reader.position());
    }
}
