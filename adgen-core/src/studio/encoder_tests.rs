//! What encodes an ad where machines differ: encoders that are said to be there, missing, or broken.

use super::testing::smallest;
use crate::{
    AdProject, Assets, Outcome, RunOptions, Studio,
    error::{Error, ErrorKind, Result},
    media::{EncoderKind, EncoderSupport, Encoders, testing::ffprobe},
    project::{Encoder, Fallback, Output, Quality, Stage},
};
use std::{path::Path, sync::Arc};

type Probe = fn(EncoderKind) -> EncoderSupport;

fn studio(folder: &Path, probe: Probe) -> Studio {
    let mut builder = Studio::builder().with_storage_dir(folder.join("storage")).offline();
    builder.given.encoders = Some(Arc::new(Encoders::by(probe)));
    builder.build().unwrap()
}

/// The smallest ad, as short as one may be.
fn document(encoder: Encoder) -> (AdProject, Assets) {
    let (mut project, assets) = smallest("p");
    project.brief.duration_s = 3.0;
    project.audio.music = None;
    let output = Output::default().with_short_side(240).with_fps(24).with_quality(Quality::Draft);
    (project.with_output(output.with_encoder(encoder)), assets)
}

async fn made(studio: &Studio, encoder: Encoder) -> Result<Outcome> {
    let (project, assets) = document(encoder);
    studio.generate(project, assets).await?.wait().await
}

fn told(outcome: &Outcome) -> Vec<(Stage, String, String)> {
    let all = outcome.state.degradations.iter();
    all.map(|one| (one.stage, one.fallback.clone(), one.cause.to_string())).collect()
}

fn counts(outcome: &Outcome, stage: Stage) -> (u32, u32) {
    outcome.state.stages.get(&stage).map_or((0, 0), |state| (state.made, state.reused))
}

async fn nothing_was_begun(studio: &Studio, id: &str) {
    let state = studio.state(id).await.unwrap();
    assert!(state.stages.values().all(|stage| stage.started_s.is_none()), "{:?}", state.stages);
}

fn with(encoder: EncoderKind, fault: Option<&str>) -> EncoderSupport {
    let fault = fault.map(|detail| Error::media("the encoder refused its settings").with_context("detail", detail));
    EncoderSupport { fault, ..EncoderSupport::probe(encoder) }
}

/// Whatever is in software is there, and no device.
fn plain(encoder: EncoderKind) -> EncoderSupport {
    with(encoder, encoder.is_hardware().then_some("Cannot load libcuda.so.1"))
}

/// Its bit stream says so.
fn is_by_x264(outcome: &Outcome) -> bool {
    let video = outcome.video().unwrap();
    let bytes = std::fs::read(video).unwrap();
    assert!(ffprobe(&["-show_entries", "stream=codec_name,profile", "-of", "csv=p=0"], video).contains("h264,High"));
    bytes.windows(6).any(|window| window == b"x264 -")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_not_there_is_told_and_denied_where_the_policy_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), plain);
    let outcome = made(&studio, Encoder::Nvenc).await.unwrap();
    let [(stage, fallback, cause)] = &told(&outcome)[..] else { panic!("{:?}", told(&outcome)) };
    assert_eq!((*stage, &**fallback), (Stage::Render, "video encoded by x264"));
    assert!(cause.contains("the encoder nvenc cannot be used here") && cause.contains("libcuda.so.1"), "{cause}");
    assert!(is_by_x264(&outcome));
    // What was made is what `auto` makes, by its key.
    let auto = made(&studio, Encoder::Auto).await.unwrap();
    assert_eq!(told(&auto), []);
    assert_eq!(counts(&auto, Stage::Composite).0, 0);

    let (mut project, assets) = document(Encoder::Nvenc);
    project.id = "denied".into();
    project.policy.fallback = Fallback::Deny;
    let error = studio.generate(project, assets).await.unwrap().wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FallbackDenied, "{error}");
    assert!(
        error.to_string().contains("video encoded by x264") && error.to_string().contains("libcuda.so.1"),
        "{error}"
    );
    nothing_was_begun(&studio, "denied").await;
}

/// It worked when it was tried, and fails at work: other programs use it, or it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_fails_at_work_is_given_up_for_the_whole_ad() {
    let broken = |encoder: EncoderKind| !EncoderSupport::probe(encoder).is_usable();
    let Some(device) = [Encoder::Nvenc, Encoder::Vaapi, Encoder::Qsv]
        .into_iter()
        .find(|name| broken(crate::stages::wanted_encoder(&Output::default().with_encoder(*name)).unwrap()))
    else {
        crate::media::testing::not_tested("a device that fails at work: all three kinds are here and work");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |encoder| with(encoder, None));
    let outcome = made(&studio, device).await.unwrap();
    let [(stage, fallback, cause)] = &told(&outcome)[..] else { panic!("{:?}", told(&outcome)) };
    assert_eq!((*stage, &**fallback), (Stage::Composite, "video encoded by x264"));
    assert!(cause.contains(" failed: "), "{cause}");
    assert!(is_by_x264(&outcome));
    assert_eq!(told(&made(&studio, Encoder::X264).await.unwrap()), []);
}

#[cfg(feature = "openh264")]
#[tokio::test(flavor = "multi_thread")]
async fn a_build_without_x264_makes_its_ads_by_openh264() {
    fn without_x264(encoder: EncoderKind) -> EncoderSupport {
        with(encoder, (encoder != EncoderKind::OpenH264).then_some("not compiled in"))
    }
    let folder = tempfile::tempdir().unwrap();
    let lgpl = studio(folder.path(), without_x264);
    let outcome = made(&lgpl, Encoder::Auto).await.unwrap();
    assert_eq!(told(&outcome), [], "whoever asks for nothing in particular gets what there is");
    assert!(!is_by_x264(&outcome));
    // By name it is the same.
    let named = made(&lgpl, Encoder::Openh264).await.unwrap();
    assert_eq!((told(&named), counts(&named, Stage::Composite).0), (vec![], 0));
    // Who asks for x264 is told.
    let [(_, fallback, cause)] = &told(&made(&lgpl, Encoder::X264).await.unwrap())[..] else {
        panic!("nothing is told")
    };
    assert!(fallback.contains("openh264") && cause.contains("not compiled in"), "{cause}");
    // Another machine with x264 makes segments of its own, from the same clips.
    let gpl = studio(folder.path(), plain).run("p", RunOptions::new()).await.unwrap().wait().await.unwrap();
    assert_eq!(told(&gpl), []);
    assert!(counts(&gpl, Stage::Composite).0 > 0 && counts(&gpl, Stage::Scenes).0 == 0);
    assert!(is_by_x264(&gpl));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_encoder_nothing_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let studio = studio(folder.path(), |encoder| with(encoder, Some("not compiled in")));
    let error = made(&studio, Encoder::Auto).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("x264: the encoder refused its settings: not compiled in"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("adgen doctor")));
    nothing_was_begun(&studio, "p").await;
}
