//! What adgen adds to the time that the services take: an ad through the emulators, against its own slowest path.

use adgen::{AssetPolicy, Studio, openai::OpenAi, replicate::Replicate};
use adgen_benches::{Outcome, Row, Runs, bench, median, seconds};
use adgen_tests::{
    document,
    emulator::{Emulator, Kind, MediaSpec, Script, synthetic},
    openai_server::{self, OpenAiServer},
    pictures,
    storage::Project,
};
use serde_json::{Value, json};
use std::{path::Path, process::ExitCode, time::Duration, time::Instant};

/// Seconds that the services take.
const PLAN_S: f64 = 0.5;
const CLIPS_S: [f64; 4] = [2.0, 2.5, 3.0, 4.0];
const MUSIC_S: f64 = 2.5;
/// The share of the whole time that may be adgen's own.
const LIMIT: f64 = 0.10;

fn main() -> ExitCode {
    bench(measure)
}

/// One ad: the whole time, and that of its slowest path.
struct Ad {
    wall_s: f64,
    path_s: f64,
}

fn measure(runs: Runs) -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    for short_side in [480, 1080] {
        let folder = tempfile::tempdir()?;
        let ads = runs.collect(|index| {
            let ad = runtime.block_on(make(folder.path(), index, short_side))?;
            eprintln!("remote {short_side}: {:.2} s, slowest path {:.2} s", ad.wall_s, ad.path_s);
            Ok(ad)
        })?;
        let wall = median(ads.iter().map(|ad| ad.wall_s));
        let path = median(ads.iter().map(|ad| ad.path_s));
        Row::new("remote", format!("12 s ad of four clips from services that take 2-4 s, shorter side {short_side}"))
            .adgen(seconds(wall))
            .compared(format!("{} plan + slowest clip + its composite + render", seconds(path)))
            .ratio(wall, path)
            .print();
        let own = median(ads.iter().map(|ad| (ad.wall_s - ad.path_s) / ad.wall_s));
        Row::new("remote", format!("share of that beyond the slowest path, shorter side {short_side}"))
            .adgen(format!("{:.1} %", own * 100.0))
            .compared(format!("limit {:.0} %", LIMIT * 100.0))
            .ratio(own, LIMIT)
            .print();
    }
    Ok(())
}

async fn make(folder: &Path, index: usize, short_side: u32) -> Result<Ad, Box<dyn std::error::Error>> {
    let script =
        Script { latency_s: CLIPS_S.to_vec(), audio_latency_s: vec![MUSIC_S], start_s: 0.0, ..Script::default() };
    // Made before: drawing clips is no matter of what is measured.
    let of = |kind: Kind, millis: u64| synthetic(&MediaSpec { kind, width: 720, height: 1280, millis, hue: 210 });
    let (clip, music) = (of(Kind::Video, 4000), of(Kind::Audio, 12_000));
    let media = move |spec: &MediaSpec| if spec.kind == Kind::Video { clip.clone() } else { music.clone() };
    let emulator = Emulator::start_with(script, 0, media).await?;
    let planning = openai_server::Script { delay: Duration::from_secs_f64(PLAN_S), ..Default::default() };
    let openai = OpenAiServer::start(planning).await;
    let photo = pictures::ready_photo(folder);
    let id = format!("remote-{index}");
    let mut document = document::planned(&id, &photo);
    document["brief"]["duration_s"] = json!(12);
    document["output"] = json!({ "short_side": short_side, "fps": 30 });
    let replicate = Replicate::builder().with_token("r8_bench".into()).with_base_url(emulator.url()).build()?;
    let account = OpenAi::builder().with_key(openai_server::KEY.into()).with_base_url(openai.base_url()).build()?;
    let storage = folder.join(format!("storage-{short_side}"));
    let studio = Studio::builder().with_storage_dir(&storage).with_asset_policy(AssetPolicy::own_documents());
    let studio = studio.with_services(Some(account), Some(replicate)).await?.build()?;
    let began = Instant::now();
    let outcome = studio.generate(document::parse(&document), "").await?.wait().await?;
    let wall_s = began.elapsed().as_secs_f64();
    if !outcome.state.degradations.is_empty() {
        return Err(format!("the ad is humbler than asked for: {:?}", outcome.state.degradations).into());
    }
    let history = Project::new(&storage, &id).history();
    let last = slowest(&history).ok_or("no clip was made")?;
    let composite = took(&history, &format!("{last}_composited")).ok_or("no composite was made")?;
    let render = took(&history, "final_video").ok_or("no video was made")?;
    Ok(Ad { wall_s, path_s: PLAN_S + CLIPS_S[3] + composite + render })
}

/// The scene whose clip came last.
fn slowest(history: &[Value]) -> Option<String> {
    let mut clips = history.iter().filter(|entry| entry["event"] == "finished" && entry["stage"] == "scenes");
    clips.next_back()?["artifact"].as_str()?.strip_suffix("_bg").map(str::to_owned)
}

fn took(history: &[Value], artifact: &str) -> Option<f64> {
    let made = history.iter().find(|entry| entry["event"] == "finished" && entry["artifact"] == artifact)?;
    Some(made["elapsed_ms"].as_f64()? / 1000.0)
}
