//! Music in forms that nobody asked for.

use super::ground::{CLIP_USD, MUSIC_MODEL, TRACK_USD, clip_and_track, expect_bill, make, resume, strict};
use adgen::Outcome;
use adgen_tests::{
    command::run,
    emulator::{Action, Content, Fault, On, Script},
    judge,
    services::Services,
};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// The ad with such music; paid once.
async fn scored(content: Content) -> (Services, Outcome) {
    let fault = Fault::new(On::Create, Action::Content(content)).model(MUSIC_MODEL);
    let services = Services::start(Script::quick().with_fault(fault)).await;
    let outcome = make(&services.studio().await, &strict(clip_and_track(&services, "odd"))).await;
    assert_eq!(outcome.state.degradations, []);
    expect_bill(&services, &outcome, CLIP_USD + TRACK_USD);
    resume(&services, "odd").await;
    assert_eq!(services.emulator.journal().predictions.len(), 2);
    let video = outcome.video().expect("there is a video");
    judge::expect_sound_file(video);
    let audio = judge::stream(video, "a");
    let facts = ["codec_name", "sample_rate", "channels"].map(|name| audio[name].to_string());
    assert_eq!(facts, ["\"aac\"", "\"48000\"", "2"], "{audio}");
    let seconds = judge::number(&audio["duration"]);
    assert!((seconds - 3.0).abs() < 0.05, "{seconds} s");
    (services, outcome)
}

/// Silences of a fifth of a second and more, as FFmpeg hears them.
fn silences(video: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-nostats", "-i"]).arg(video).stdin(Stdio::null());
    command.args(["-vn", "-af", "silencedetect=noise=-45dB:d=0.2", "-f", "null", "-"]);
    let heard = run(command).expect_code(0).stderr;
    heard.lines().filter(|line| line.contains("silence_")).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn mono_at_eight_kilohertz_becomes_stereo_at_forty_eight() {
    let (_services, outcome) = scored(Content::Mono8k).await;
    let (integrated, peak) = judge::loudness(outcome.video().expect("a video"));
    assert!((integrated + 14.0).abs() <= 0.7 && peak <= -1.0, "{integrated} LUFS, {peak} dBTP");
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_music_stays_silent_and_that_is_said() {
    let (_services, outcome) = scored(Content::Silent).await;
    assert!(outcome.state.notes.iter().any(|note| note.contains("silent")), "{:?}", outcome.state.notes);
    let (integrated, _) = judge::loudness(outcome.video().expect("a video"));
    assert!(integrated < -60.0, "{integrated} LUFS");
}

#[tokio::test(flavor = "multi_thread")]
async fn music_that_is_shorter_than_the_ad_is_repeated() {
    let (_services, outcome) = scored(Content::Short).await;
    let video = outcome.video().expect("a video");
    let (integrated, peak) = judge::loudness(video);
    assert!((integrated + 14.0).abs() <= 0.7 && peak <= -1.0, "{integrated} LUFS, {peak} dBTP");
    // What fades at the end is no gap.
    let heard = silences(video);
    let gaps = heard.lines().filter_map(|line| line.split("silence_start: ").nth(1)?.split(' ').next()?.parse().ok());
    let gaps: Vec<f64> = gaps.filter(|start| *start < 2.5).collect();
    assert!(gaps.is_empty(), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn music_that_is_none_is_scored_here_and_the_cost_is_said() {
    let fault = Fault::new(On::Create, Action::Content(Content::ZeroFrames)).model(MUSIC_MODEL);
    let services = Services::start(Script::quick().with_fault(fault)).await;
    let outcome = make(&services.studio().await, &clip_and_track(&services, "none")).await;
    let degradation = super::ground::only_degradation(&outcome);
    assert_eq!((&*degradation.artifact, &*degradation.fallback), ("background_music", "offline composer"));
    let parts = ["at audio", "provider: replicate", MUSIC_MODEL, "cost: $0.2000", "next: "];
    super::ground::expect_says(&degradation.cause, &parts);
    expect_bill(&services, &outcome, CLIP_USD + TRACK_USD);
    let outcome = resume(&services, "none").await;
    super::ground::expect_says(&super::ground::only_degradation(&outcome).cause, &["earlier run", "next: "]);
    assert_eq!(services.emulator.journal().predictions.len(), 2, "the track was bought twice");
}
