//! Backgrounds that people have: pictures, HDR, interlaced and transparent clips, seen in the finished video.

use super::{Bench, made_artifacts, resumed};
use adgen_tests::{command::ffmpeg, document, judge, pictures};
use image::{Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

/// An ad of scenes that show nothing but these files.
fn bare(bench: &Bench, id: &str, files: &[(&str, &str)]) -> Value {
    let seconds = 3.0 / files.len() as f64;
    let scenes: Vec<(&str, f64, &str)> = files.iter().map(|(name, how)| (*name, seconds, *how)).collect();
    let mut document = document::written(id, &bench.photo, &scenes);
    for (index, (name, _)) in files.iter().enumerate() {
        let scene = &mut document["scenes"][index];
        scene["id"] = format!("s{index}").into();
        scene["background"] = json!({ "file": bench.path().join(name) });
        scene["role"] = "showcase".into();
        scene["product"] = Value::Null;
        scene["caption"] = Value::Null;
    }
    document["brand"]["name"] = "".into();
    document["audio"] = json!({ "music": null });
    document
}

/// Red above, blue below.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |_, y| Rgb(if y < height / 2 { [200, 40, 40] } else { [40, 60, 200] }))
}

#[track_caller]
fn expect_colour(picture: &RgbImage, (x, y): (u32, u32), want: [u8; 3], what: &str) {
    let got = picture.get_pixel(x, y).0;
    assert!(got.iter().zip(want).all(|(a, b)| a.abs_diff(b) <= 16), "{what} at {x},{y}: {got:?} for {want:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_a_background_that_moves_slowly() {
    let bench = Bench::new();
    let picture = halves(600, 1000);
    pictures::write(bench.path(), "a.png", pictures::encoded(&picture.clone().into(), image::ImageFormat::Png));
    pictures::write(bench.path(), "b.jpg", pictures::turned_jpeg(&image::imageops::rotate270(&picture)));
    pictures::write(bench.path(), "c.webp", pictures::webp(&picture));
    pictures::write(bench.path(), "d.png", pictures::deep_png(&picture));
    let mut document =
        bare(&bench, "stills", &[("a.png", "cut"), ("b.jpg", "crossfade"), ("c.webp", "cut"), ("d.png", "dip")]);
    document["output"]["aspects"] = json!(["9:16", "16:9"]);
    let outcome = bench.make(&document).await;
    assert_eq!(outcome.state.degradations, []);
    for (video, (width, height)) in outcome.videos.iter().zip([(240, 426), (426, 240)]) {
        let video = video.path.as_deref().expect("it is a folder");
        for time_s in [0.3, 1.2, 1.7, 2.7] {
            let shown = judge::picture(video, time_s);
            expect_colour(&shown, (width / 2, height / 5), [200, 40, 40], "above");
            expect_colour(&shown, (width / 2, height * 4 / 5), [40, 60, 200], "below");
        }
    }
    // Nothing is made anew, and nothing has to be.
    let again = super::finished(resumed(&bench.studio(), "stills").await);
    assert_eq!(made_artifacts(&again), 0);
    let notes = &outcome.state.notes;
    assert!(!notes.iter().any(|note| note.contains("shorter than its scene")), "a still has no length: {notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn small_and_transparent_pictures_say_what_became_of_them() {
    let bench = Bench::new();
    let small = halves(40, 40);
    pictures::write(bench.path(), "small.png", pictures::encoded(&small.into(), image::ImageFormat::Png));
    let hole = RgbaImage::from_fn(400, 700, |x, _| Rgba(if x < 200 { [30, 160, 60, 255] } else { [255, 0, 255, 0] }));
    pictures::write(bench.path(), "hole.png", pictures::encoded(&hole.clone().into(), image::ImageFormat::Png));
    // A GIF of one picture, whose palette has a place for what is transparent.
    let source = bench.path().join("hole.png").display().to_string();
    let palette = "split[a][b];[a]palettegen[p];[b][p]paletteuse";
    ffmpeg(bench.path(), "hole.gif", &["-i", &source, "-vf", palette, "-frames:v", "1"]);
    let mut document = bare(&bench, "odd", &[("small.png", "cut"), ("hole.png", "cut"), ("hole.gif", "cut")]);
    document["style"] = json!({
        "lighting": "l", "camera": "c", "texture": "t", "mood": "m", "grade": "g", "palette": ["#204080", "#FFFFFF"],
    });
    let outcome = bench.make(&document).await;
    let notes = outcome.state.notes.join("\n");
    assert!(notes.contains("40x40") && notes.contains("enlarged 4.0 times"), "{notes}");
    let video = outcome.video().expect("there is a video");
    for time_s in [1.5, 2.5] {
        let shown = judge::picture(video, time_s);
        expect_colour(&shown, (50, 200), [30, 160, 60], "the picture");
        expect_colour(&shown, (190, 200), [0x20, 0x40, 0x80], "the palette's ground");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_sound_picture_is_named_with_its_scene() {
    let bench = Bench::new();
    let whole = pictures::encoded(&halves(300, 300).into(), image::ImageFormat::Png);
    pictures::write(bench.path(), "half.png", &whole[..whole.len() / 2]);
    pictures::write(bench.path(), "really.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    for name in ["half.png", "really.jpg"] {
        let document = document::parse(&bare(&bench, "broken", &[(name, "cut")]));
        let run = bench.studio().generate(document, "").await.expect("starts");
        let error = run.wait().await.expect_err("that is no picture").to_string();
        assert!(!error.contains("audio"), "{name} is called sound: {error}");
        assert!(error.contains("s0") || error.contains(name), "{name} is not named: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hdr_interlaced_and_transparent_clips_are_converted_and_noted() {
    let bench = Bench::new();
    let grey = "color=0x808080:size=180x320:rate=25:duration=1.2";
    let hlg = ["-f", "lavfi", "-i", grey, "-vf", "format=gray,format=yuv420p10le", "-c:v", "ffv1"];
    let tags = ["-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"];
    ffmpeg(bench.path(), "hlg.mkv", &[&hlg[..], &tags].concat());
    let moving = "testsrc2=size=180x320:rate=50:duration=1.2";
    let woven = ["-f", "lavfi", "-i", moving, "-vf", "tinterlace=interleave_top", "-pix_fmt", "yuv420p"];
    ffmpeg(bench.path(), "woven.mpg", &[&woven[..], &["-c:v", "mpeg2video", "-flags", "+ildct+ilme"]].concat());
    let clear = ["-f", "lavfi", "-i", grey, "-vf", "format=yuva420p,geq=lum='p(X,Y)':a='if(lt(X,90),255,0)'"];
    ffmpeg(bench.path(), "clear.webm", &[&clear[..], &["-c:v", "libvpx-vp9", "-auto-alt-ref", "0"]].concat());
    let document = bare(&bench, "kinds", &[("hlg.mkv", "cut"), ("woven.mpg", "cut"), ("clear.webm", "cut")]);
    let outcome = bench.make(&document).await;
    assert_eq!(outcome.state.degradations, []);
    let notes = outcome.state.notes.join("\n");
    for words in ["HDR (HLG)", "is interlaced", "is transparent"] {
        assert!(notes.contains(words), "{words} is not said: {notes}");
    }
}
