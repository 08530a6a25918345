//! One ad by each encoder: what a platform would see of it, and how much it looks like the others.

use super::{
    Bench,
    facts::{Wanted, wrong_boxes, wrong_facts, wrong_groups},
    finished, made,
};
use adgen::{ErrorKind, Outcome, media};
use adgen_tests::{document, judge, shipped_photo};
use serde_json::{Value, json};
use std::path::Path;

const WANTED: Wanted = Wanted { width: 480, height: 854, fps: 30, frames: 120 };

/// An ad of four seconds, with a dissolve.
fn ad(bench: &Bench, encoder: Option<&str>) -> Value {
    let mut document =
        document::written(encoder.unwrap_or("auto"), &bench.photo, &[("a", 2.0, "cut"), ("b", 2.0, "crossfade")]);
    document["audio"] = json!({ "music": null });
    document["output"] = json!({ "short_side": 480, "fps": 30 });
    if let Some(encoder) = encoder {
        document["output"]["encoder"] = encoder.into();
    }
    document
}

fn video(outcome: &Outcome) -> &Path {
    outcome.video().expect("there is a video")
}

#[track_caller]
fn expect_right(path: &Path) {
    let mut wrong = wrong_facts(path, &WANTED);
    wrong.extend(wrong_groups(path, 15));
    wrong.extend(wrong_boxes(path));
    assert!(wrong.is_empty(), "{}:\n{}", path.display(), wrong.join("\n"));
    judge::expect_sound_file(path);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_encoder_makes_an_ad_that_plays_everywhere_and_looks_the_same() {
    let bench = Bench::new();
    let mut fine = ad(&bench, Some("x264"));
    fine["id"] = "fine".into();
    fine["output"]["quality"] = "high".into();
    let fine = bench.make(&fine).await;
    let mut sizes = Vec::new();
    for encoder in ["x264", "openh264"] {
        let outcome = bench.make(&ad(&bench, Some(encoder))).await;
        assert_eq!(outcome.state.degradations, [], "{encoder}");
        expect_right(video(&outcome));
        let ssim = judge::ssim(video(&outcome), video(&fine));
        assert!(ssim > 0.98, "{encoder}: {ssim} against the finest");
        // The clips, the cut-out and the sound are those of the ad before.
        let scenes = &outcome.state.stages[&adgen::project::Stage::Scenes];
        assert_eq!(scenes.made, 0, "{encoder} made clips anew");
        sizes.push(video(&outcome).metadata().expect("is there").len());
    }
    assert!(sizes[1] < 4 * sizes[0], "x264 and OpenH264 made files of {sizes:?} bytes");
    // Who leaves it open has x264's, byte by byte, from the same artifacts.
    let auto = bench.make(&ad(&bench, None)).await;
    let bytes = |path: &Path| std::fs::read(path).expect("is there");
    assert_eq!(auto.state.stages[&adgen::project::Stage::Composite].made, 0);
    assert_eq!(judge::ssim(video(&auto), video(&auto)), 1.0);
    assert_ne!(bytes(video(&auto)), bytes(video(&fine)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_ad_by_openh264_has_the_same_bytes_in_another_storage() {
    let bench = Bench::new();
    let document = ad(&bench, Some("openh264"));
    let first = bench.make(&document).await;
    let studio = bench.builder("elsewhere").with_jobs(1).build().expect("a studio");
    let second = finished(made(&studio, document::parse(&document)).await);
    let bytes = |outcome: &Outcome| std::fs::read(video(outcome)).expect("is there");
    assert!(bytes(&first) == bytes(&second), "OpenH264 made two ads of one document");
}

/// What is asked of a device that this machine lacks; on one that has it, that it works.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_missing_is_replaced_and_its_own_words_are_told() {
    let bench = Bench::new();
    for (name, kind) in
        [("nvenc", media::EncoderKind::Nvenc), ("vaapi", media::EncoderKind::Vaapi), ("qsv", media::EncoderKind::Qsv)]
    {
        let outcome = bench.make(&ad(&bench, Some(name))).await;
        expect_right(video(&outcome));
        let support = media::Encoders::of_this_process().support(kind);
        let Some(reason) = support.reason() else {
            assert_eq!(outcome.state.degradations, [], "{name} is here and works");
            continue;
        };
        let [degradation] = &outcome.state.degradations[..] else { panic!("{name}: {:?}", outcome.state.degradations) };
        assert_eq!(degradation.fallback, "video encoded by x264");
        let cause = degradation.cause.to_string();
        assert!(cause.contains(&format!("the encoder {name} cannot be used here")), "{cause}");
        assert!(cause.contains(&reason), "{cause} does not quote FFmpeg: {reason}");
        let project = bench.project(name);
        assert!(project.text("report.html").contains("video encoded by x264"), "the report is silent about it");
    }
    let mut denied = ad(&bench, Some("nvenc"));
    denied["id"] = "denied".into();
    denied["policy"] = json!({ "fallback": "deny" });
    if media::Encoders::of_this_process().support(media::EncoderKind::Nvenc).is_usable() {
        return;
    }
    let error = made(&bench.studio(), document::parse(&denied)).await.expect_err("denied");
    assert_eq!(error.kind(), ErrorKind::FallbackDenied, "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shipped_photos_ad_by_openh264_is_whole_at_full_size() {
    let bench = Bench::new();
    let mut full = document::planned("full", &shipped_photo("bottle_studio"));
    full["brief"]["duration_s"] = 3.into();
    full["output"] = json!({ "encoder": "openh264" });
    let outcome = bench.make(&full).await;
    assert_eq!(outcome.state.degradations, []);
    let mut wrong = wrong_facts(video(&outcome), &Wanted { width: 1080, height: 1920, fps: 30, frames: 90 });
    wrong.extend(wrong_groups(video(&outcome), 15));
    wrong.extend(wrong_boxes(video(&outcome)));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let fidelity = outcome.state.fidelity.expect("the product is measured in the encoded video");
    assert!(fidelity.mean_luma_error < 3.0, "{fidelity:?}");
}
