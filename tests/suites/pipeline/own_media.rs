//! The user's own clips, music, cut-out and logo; scenes without the product.

use super::{Bench, finished, made};
use adgen::ErrorKind;
use adgen_tests::{document, judge, pictures, provider};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn own_clips_music_cutout_and_logo_are_what_is_seen_and_heard() {
    let bench = Bench::new();
    provider::clip(&bench.path().join("mine.mp4"), 1.2);
    pictures::write(bench.path(), "tone.wav", pictures::tone(1.0, 440.0));
    pictures::write(bench.path(), "photo.jpg", pictures::jpeg(&pictures::product(300, 400)));
    let mut own = document::written("own", &bench.photo, &[("a", 1.5, "cut"), ("b", 1.5, "cut")]);
    own["product"] = json!({ "image": "photo.jpg", "cutout": "product.png" });
    own["brand"]["logo"] = "product.png".into();
    own["audio"]["music"] = json!({ "file": "tone.wav" });
    for index in 0..2 {
        own["scenes"][index]["background"] = json!({ "file": "mine.mp4" });
    }
    own["scenes"][1]["product"] = json!(null);
    let studio = bench.studio();
    let outcome = finished(studio.generate(document::parse(&own), bench.path()).await.expect("starts").wait().await);
    assert_eq!(outcome.state.degradations, []);
    // A clip that is too short for its scene is slowed down or repeated, and that is said.
    assert!(outcome.state.notes.iter().any(|note| note.contains("scene_1_source")), "{:?}", outcome.state.notes);
    let project = bench.project("own");
    let names: Vec<String> = project.finished().into_keys().map(|(artifact, _)| artifact).collect();
    assert!(
        !names.iter().any(|name| name.ends_with("_bg") || name == "background_music"),
        "made all the same: {names:?}"
    );
    let video = project.path("final_video.mp4");
    judge::expect_sound_file(&video);
    assert_eq!(judge::frame_numbers(&video, 24).len(), 72);
    let (integrated, peak) = judge::loudness(&video);
    assert!((integrated + 14.0).abs() <= 0.5 && peak <= -1.0, "{integrated} LUFS, {peak} dBTP");
    // The clip's blue ground is at the left edge of both scenes; the red product in the middle of the first alone.
    let (first, second) = (judge::picture(&video, 1.0), judge::picture(&video, 2.5));
    let red = |picture: &image::RgbImage| {
        picture.pixels().filter(|pixel| pixel[0] > 90 && pixel[1] < 80 && pixel[2] < 90).count()
    };
    assert!(red(&first) > 1000, "the product is not to be seen: {} red pixels", red(&first));
    assert!(red(&second) < red(&first) / 3, "the product is in the scene that has none: {} red pixels", red(&second));
    let blue = first.get_pixel(2, 213);
    assert!(blue[2] > blue[0], "the own clip is not to be seen: {blue:?}");
    // The storage is whole by itself: without the originals nothing is missing.
    for name in ["mine.mp4", "tone.wav", "photo.jpg", "product.png"] {
        std::fs::remove_file(bench.path().join(name)).expect("was there");
    }
    std::fs::remove_file(&video).expect("was there");
    finished(super::resumed(&studio, "own").await);
    judge::expect_sound_file(&video);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ad_may_be_silent() {
    let bench = Bench::new();
    let outcome = bench.make(&document::least("silent", &bench.photo)).await;
    let video = outcome.video().expect("there is a video");
    let audio = judge::stream(video, "a");
    assert_eq!(audio["codec_name"], "aac", "platforms want a sound track, be it a silent one");
    let (integrated, _) = judge::loudness(video);
    assert!(integrated < -60.0, "{integrated} LUFS");
    assert_eq!(outcome.state.loudness.and_then(|loudness| loudness.integrated_lufs), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn own_media_that_is_none_is_refused_by_name() {
    let bench = Bench::new();
    pictures::write(bench.path(), "text.mp4", b"this is no video");
    pictures::write(bench.path(), "text.wav", b"this is no sound");
    pictures::write(bench.path(), "silent.mp4", pictures::tone(1.0, 100.0));
    let mut clip = document::least("clip", &bench.photo);
    let mut music = document::least("music", &bench.photo);
    let mut sound = document::least("sound", &bench.photo);
    clip["scenes"][0]["background"] = json!({ "file": "text.mp4" });
    sound["scenes"][0]["background"] = json!({ "file": "silent.mp4" });
    music["audio"]["music"] = json!({ "file": "text.wav" });
    for (document, name) in [(&clip, "text.mp4"), (&sound, "silent.mp4"), (&music, "text.wav")] {
        let run = bench.studio().generate(document::parse(document), bench.path()).await.expect("starts");
        let error = run.wait().await.expect_err("that is no media file");
        assert!(error.to_string().contains(name), "{name} is not named: {error}");
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "a wrong file is bad input: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_that_cannot_be_read_costs_the_logo_alone() {
    let bench = Bench::new();
    pictures::write(bench.path(), "logo.png", b"no picture");
    let mut document = document::least("logo", &bench.photo);
    document["brand"]["logo"] = bench.path().join("logo.png").display().to_string().into();
    document["brand"]["font"] = "No Such Family At All".into();
    let outcome = finished(made(&bench.studio(), document::parse(&document)).await);
    let artifacts: Vec<&str> = outcome.state.degradations.iter().map(|found| found.artifact.as_str()).collect();
    assert_eq!(artifacts, ["brand_logo", "brand_font"], "{:?}", outcome.state.degradations);
}
