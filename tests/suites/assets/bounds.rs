//! How large things may be: refused before they are read, with the bound and the value; and never much memory.

use super::{Desk, naming};
use adgen_tests::{
    command::{Ran, adgen, ffmpeg, run},
    pictures,
};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{Read, Write},
    path::{Path, PathBuf},
};

/// What the command may hold at most, whatever comes in.
const MOST: u64 = 700_000_000;

#[track_caller]
fn expect_little_memory(what: &str, ran: &Ran) {
    let megabytes = ran.peak_bytes / 1_000_000;
    eprintln!("{what}: {megabytes} MB, {:?}, exit code {:?}", ran.took, ran.code());
    assert!(ran.peak_bytes < MOST, "{what} took {megabytes} MB of memory\n{}", ran.stderr);
}

/// A file that begins with `head` and goes on with zeros that take no space on the disk.
fn sparse(desk: &Desk, name: &str, head: &[u8], bytes: u64) -> PathBuf {
    let path = desk.path().join(name);
    let mut file = File::create(&path).expect("the folder is the test's own");
    file.write_all(head).and_then(|()| file.set_len(bytes)).expect("the folder is the test's own");
    path
}

/// The run of a document with a file in one of its places.
fn with(desk: &Desk, place: &str, file: &Path) -> Ran {
    desk.generate(&naming(desk.least("bound"), place, &file.display().to_string()), &[])
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let desk = Desk::new();
    let png = b"\x89PNG\r\n\x1a\n";
    for (place, name, head, bytes, bound) in [
        ("photo", "huge.png", &png[..], 3_900_000_000, "268435456"),
        ("cutout", "huge.png", png, 3_900_000_000, "268435456"),
        ("logo", "huge.png", png, 3_900_000_000, "268435456"),
        ("font", "huge.ttf", b"OTTO", 3_900_000_000, "50000000"),
        ("font", "over.otf", b"OTTO", 50_000_001, "50000000"),
        ("music", "huge.mp3", b"ID3\x03", 1_500_000_000, "1073741824"),
        ("clip", "huge.mp4", b"\0\0\0\x18ftypmp42", 5_000_000_000, "4294967296"),
    ] {
        let path = sparse(&desk, name, head, bytes);
        let ran = with(&desk, place, &path).expect_code(2).expect_said([bound, &bytes.to_string(), name]);
        assert!(ran.peak_bytes < 150_000_000, "{name} as {place} took {} MB", ran.peak_bytes / 1_000_000);
        desk.expect_nothing_stored(name, "ftypmp42");
    }
}

#[test]
fn zeros_within_the_bounds_are_refused_without_being_copied() {
    let desk = Desk::new();
    for (place, name, bytes) in [
        ("photo", "zeros.png", 250_000_000),
        ("logo", "zeros.svg", 250_000_000),
        ("font", "zeros.ttf", 49_000_000),
        ("music", "zeros.mp3", 1_000_000_000),
        ("clip", "zeros.mp4", 4_000_000_000),
        ("clip", "zeros.ts", 4_000_000_000),
    ] {
        let ran = with(&desk, place, &sparse(&desk, name, b"", bytes)).expect_code(2).expect_said(["zeros", name]);
        assert!(ran.peak_bytes < 150_000_000, "{name} took {} MB", ran.peak_bytes / 1_000_000);
        desk.expect_nothing_stored(name, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    }
}

#[test]
fn files_that_begin_well_and_go_on_with_nothing_take_little_memory() {
    let desk = Desk::new();
    let tone = &pictures::tone(0.5, 440.0)[44..];
    let mp3 = std::fs::read(ffmpeg(desk.path(), "tone.mp3", &["-f", "lavfi", "-i", "sine=d=1"])).expect("was made");
    let ts = std::fs::read(ffmpeg(desk.path(), "bars.ts", &["-f", "lavfi", "-i", "testsrc=s=240x426:d=1"]))
        .expect("was made");
    let mkv = std::fs::read(ffmpeg(desk.path(), "bars.mkv", &["-f", "lavfi", "-i", "testsrc=s=240x426:d=1"]))
        .expect("was made");
    let flac = std::fs::read(ffmpeg(desk.path(), "tone.flac", &["-f", "lavfi", "-i", "sine=d=1"])).expect("was made");
    let mut wav =
        b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x02\0\x80\xBB\0\0\0\xEE\x02\0\x04\0\x10\0data\xFF\xFF\xFF\xFF"
            .to_vec();
    wav.extend(tone);
    for (place, name, head) in [
        ("music", "on.mp3", &mp3),
        ("music", "on.flac", &flac),
        ("music", "on.wav", &wav),
        ("clip", "on.ts", &ts),
        ("clip", "on.mkv", &mkv),
        ("clip", "as-clip.mp3", &mp3),
    ] {
        let ran = with(&desk, place, &sparse(&desk, name, head, 900_000_000));
        assert!(matches!(ran.code(), Some(0 | 2)), "{name}: {:?}\n{}", ran.code(), ran.stderr);
        expect_little_memory(name, &ran);
    }
}

#[test]
fn pictures_take_little_memory_whatever_they_unfold_to() {
    let desk = Desk::new();
    let color = |size: &str, format: &str| format!("color=red:s={size},format={format}");
    let clear = |size: &str| format!("color=black@0.0:s={size},format=rgba");
    let one = ["-frames:v", "1"];
    let make = |name: &str, source: String, more: &[&str]| {
        let arguments = [&["-f", "lavfi", "-i", &source][..], &one, more].concat();
        ffmpeg(desk.path(), name, &arguments)
    };
    let mut files = vec![
        make("large.jpg", color("10000x9999", "yuvj444p"), &[]),
        make("long.jpg", color("20000x5000", "yuvj420p"), &[]),
        make("clear.png", clear("10000x10000"), &[]),
        make("deep.png", color("9000x9000", "rgba64be"), &[]),
        make("grey.png", color("20000x5000", "gray"), &[]),
        make("large.webp", color("12000x8000", "yuv420p"), &["-quality", "1", "-compression_level", "0"]),
        make("large.gif", color("8000x8000", "rgb8"), &[]),
        make("large.tif", color("8000x8000", "rgb24"), &[]),
    ];
    let svg = |name: &str, body: &str| desk.write(name, body);
    let link = |n: u32| (0..10).map(|_| format!("<use href='#a{}'/>", n - 1)).collect::<String>();
    let nested: String = (1..9).map(|n| format!("<g id='a{n}'>{}</g>", link(n))).collect();
    files.push(svg(
        "nested.svg",
        &format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><rect id='a0' width='9' height='9'/>{nested}</svg>"),
    ));
    files.push(svg(
        "huge.svg",
        "<svg xmlns='http://www.w3.org/2000/svg' width='1000000' height='1000000'><rect width='9' height='9'/></svg>",
    ));
    let many = "<rect width='1' height='1'/>".repeat(1_000_000);
    files.push(svg("many.svg", &format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{many}</svg>")));
    let entities: String =
        (1..9).map(|n| format!("<!ENTITY e{n} \"{}\">", format!("&e{};", n - 1).repeat(10))).collect();
    files.push(svg(
        "entities.svg",
        &format!("<!DOCTYPE svg [<!ENTITY e0 \"ha\">{entities}]><svg xmlns='http://www.w3.org/2000/svg'><text>&e8;</text></svg>"),
    ));
    for side in [30_000, 0x7FFF_FFFF] {
        files.push(desk.write(&format!("bomb{side}.png"), pictures::bomb(side, side)));
    }
    files.push(desk.write(
        "bomb.gif",
        b"GIF89a\xFF\xFF\xFF\xFF\xF0\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02D\x01\0;",
    ));
    for file in &files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        for place in ["photo", "logo", "cutout"] {
            let ran = with(&desk, place, file);
            assert!(matches!(ran.code(), Some(0 | 2)), "{name} as {place}: {:?}\n{}", ran.code(), ran.stderr);
            expect_little_memory(&format!("{name} as {place}"), &ran);
        }
    }
}

#[test]
fn clips_take_little_memory_whatever_their_size() {
    let desk = Desk::new();
    let source = |size: &str| format!("testsrc=s={size}:r=24:d=0.25");
    for (name, size, more) in [
        ("uhd.mp4", "3840x2160", &["-c:v", "libx264", "-preset", "veryslow", "-pix_fmt", "yuv420p10le"][..]),
        ("8k.mp4", "7680x4320", &["-c:v", "libx264", "-preset", "ultrafast"]),
        ("square.avi", "8192x8192", &["-c:v", "mjpeg"]),
        ("wide.mkv", "16384x4096", &["-c:v", "mjpeg"]),
        ("vast.mkv", "12000x12000", &["-c:v", "mjpeg"]),
        ("vast.webm", "8192x8192", &["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]),
        ("large.gif", "6000x6000", &[]),
    ] {
        let source = source(size);
        let file = ffmpeg(desk.path(), name, &[&["-f", "lavfi", "-i", &source][..], more].concat());
        let ran = with(&desk, "clip", &file);
        assert!(matches!(ran.code(), Some(0 | 2)), "{name}: {:?}\n{}", ran.code(), ran.stderr);
        expect_little_memory(name, &ran);
    }
}

/// A text that no document should be.
fn odd_document(what: &str) -> Vec<u8> {
    let least = "\"brief\":{\"product_name\":\"x\"},\"product\":{\"image\":\"x.png\"}";
    match what {
        "lists" => [b"[".as_slice(), &b"[],".repeat(4 << 20), b"[]]"].concat(),
        "short lists" => [b"[".as_slice(), &b"[],".repeat(1 << 20), b"[]]"].concat(),
        "objects" => [b"[".as_slice(), &b"{\"\":0},".repeat(500_000), b"0]"].concat(),
        "deep" => [b"[".repeat(2 << 20), b"]".repeat(2 << 20)].concat(),
        "one text" => format!("{{\"id\":\"a\",\"title\":\"{}\",{least}}}", "x".repeat(4_000_000)).into_bytes(),
        "fields" => {
            let fields: String = (0..90_000).map(|n| format!("\"f{n}\":1,")).collect();
            format!("{{{fields}\"id\":\"a\",{least}}}").into_bytes()
        }
        _ => {
            let scenes = vec!["{\"id\":\"a\"}"; 45_000].join(",");
            format!("{{\"id\":\"a\",\"scenes\":[{scenes}],{least}}}").into_bytes()
        }
    }
}

#[test]
fn documents_are_bounded_in_length_depth_and_number() {
    let desk = Desk::new();
    for (what, said) in [
        ("blank", "4194304 bytes"),
        ("lists", "4194304 bytes"),
        ("short lists", "100000 values"),
        ("objects", "100000 values"),
        ("deep", "recursion limit"),
        ("one text", "title"),
        ("fields", "is not a field"),
        ("scenes", "scenes"),
    ] {
        // The most that this process ever held counts as the command's own, so the largest is written piece by piece.
        let path = match what {
            "blank" => {
                let path = desk.path().join("document.json");
                let mut file = std::fs::File::create(&path).expect("a file");
                std::io::copy(&mut std::io::repeat(b' ').take(300 << 20), &mut file).expect("is written");
                path
            }
            _ => desk.write("document.json", odd_document(what)),
        };
        for command in ["validate", "generate", "estimate", "status"] {
            let mut command = adgen([command]);
            command.arg(&path).current_dir(desk.path());
            let ran = run(command).expect_code(2).expect_said([said]);
            assert!(ran.peak_bytes < 200_000_000, "{what} took {} MB", ran.peak_bytes / 1_000_000);
            assert!(ran.stdout.len() + ran.stderr.len() < 100_000, "{what} is answered by a book");
        }
    }
}

/// Six scenes that dissolve into each other.
fn widest(desk: &Desk, id: &str, shapes: &[&str], short_side: u32) -> Value {
    let mut document = desk.least(id);
    let scene = |index: usize| {
        json!({
            "id": format!("s{index}"),
            "duration_s": 0.5,
            "background": { "file": "clip.mp4" },
            "caption": "Keeps its heat",
            "transition": if index == 0 { "cut" } else { "crossfade" },
        })
    };
    document["scenes"] = (0..6).map(scene).collect();
    document["brief"]["duration_s"] = 3.into();
    document["output"] = json!({ "aspects": shapes, "short_side": short_side, "fps": 24, "quality": "standard" });
    document
}

#[test]
fn more_shapes_take_no_more_memory() {
    let desk = Desk::new();
    ffmpeg(desk.path(), "clip.mp4", &["-f", "lavfi", "-i", "testsrc=s=1080x1920:r=30:d=0.6", "-c:v", "libx264"]);
    let mut peaks = Vec::new();
    for (id, shapes) in [("one", &["9:16"][..]), ("four", &["9:16", "4:5", "1:1", "16:9"])] {
        // The bound is that of two processors; each further one may take what a scene of 1080x1920 needs.
        let ran = desk.generate(&widest(&desk, id, shapes, 2160), &["--jobs", "2"]).expect_code(0);
        expect_little_memory(&format!("{} shapes of 2160 pixels", shapes.len()), &ran);
        peaks.push(ran.peak_bytes as f64);
    }
    assert!(peaks[1] < peaks[0] * 1.25, "four shapes take more than one: {peaks:?}");
}
