//! The whole ad as a user makes it: `adgen new` and `adgen generate --offline` on a photo, as programs of their own.

use adgen::{State, media::probe};
use adgen_benches::{Outcome, Row, Runs, bench, bytes, file, median, program, run, seconds};
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// What the whole run may take on two cores.
const WALL_LIMIT_S: f64 = 75.0;
/// What it may hold at its peak.
const MEMORY_LIMIT: f64 = 600e6;
/// The brief of `make demo`.
const BRIEF: [&str; 16] = [
    "--product",
    "Amara Botanical Oil",
    "--brand",
    "Amara",
    "--color",
    "#B5651D",
    "--color",
    "#2F3E2E",
    "--mood",
    "warm, natural",
    "--brief",
    "Cold-pressed from wild herbs. Melts into dry skin in seconds. 100 % plant based, bottled in small batches.",
    "--audience",
    "people who care what touches their skin",
    "--cta",
    "Discover Amara",
];

fn main() -> ExitCode {
    bench(measure)
}

/// One ad, from nothing.
struct Ad {
    wall_s: f64,
    cpu_s: f64,
    peak_bytes: f64,
    again_s: f64,
    video: PathBuf,
    state: State,
}

fn measure(runs: Runs) -> Outcome {
    let folder = tempfile::tempdir()?;
    let ads = runs.collect(|index| {
        let ad = make(&folder.path().join(index.to_string()))?;
        eprintln!(
            "ad {}: {:.1} s, {:.1} s of processor, {}; again {:.2} s",
            index + 1,
            ad.wall_s,
            ad.cpu_s,
            bytes(ad.peak_bytes),
            ad.again_s
        );
        Ok(ad)
    })?;
    let wall = median(ads.iter().map(|ad| ad.wall_s));
    let cpu = median(ads.iter().map(|ad| ad.cpu_s));
    // The limit holds for every run, not for the middle one.
    let peak = ads.iter().map(|ad| ad.peak_bytes).fold(0.0, f64::max);
    let again = median(ads.iter().map(|ad| ad.again_s));
    Row::new("ad", "30 s ad, 1080x1920, from photo to video, offline")
        .adgen(format!("{} ({} of processor time)", seconds(wall), seconds(cpu)))
        .compared(format!("limit {WALL_LIMIT_S} s"))
        .ratio(wall, WALL_LIMIT_S)
        .print();
    Row::new("ad", "its peak memory")
        .adgen(bytes(peak))
        .compared(format!("limit {}", bytes(MEMORY_LIMIT)))
        .ratio(peak, MEMORY_LIMIT)
        .print();
    Row::new("ad", "the same again, with everything there")
        .adgen(seconds(again))
        .compared(format!("first run {}", seconds(wall)))
        .ratio(again, wall)
        .print();
    ads.last().map_or(Ok(()), facts)
}

fn make(folder: &Path) -> Outcome<Ad> {
    std::fs::create_dir_all(folder)?;
    let (document, storage) = (folder.join("project.json"), folder.join("storage"));
    let program = program()?;
    let mut new = Command::new(&program);
    new.arg("new").arg(file("examples/assets/bottle_studio.jpg")?).args(BRIEF).arg("-o").arg(&document);
    let generate = || {
        let mut generate = Command::new(&program);
        generate.arg("generate").arg(&document).args(["--offline", "--storage"]).arg(&storage);
        generate
    };
    let new = run(&mut new)?;
    let first = run(&mut generate())?;
    let again = run(&mut generate())?;
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(&document)?)?;
    let id = document["id"].as_str().ok_or("the document has no id")?;
    let project = storage.join("projects").join(id);
    let state: State = serde_json::from_slice(&std::fs::read(project.join("state.json"))?)?;
    if let Some(humbler) = state.degradations.first() {
        return Err(format!("the ad is humbler than asked for, so its figures mean nothing: {humbler:?}").into());
    }
    if let Some((stage, _)) = state.stages.iter().find(|(_, stage)| stage.made > 0) {
        return Err(format!("the second run made something anew: {stage}").into());
    }
    Ok(Ad {
        wall_s: new.wall_s + first.wall_s,
        cpu_s: new.cpu_s + first.cpu_s,
        peak_bytes: new.peak_bytes.max(first.peak_bytes),
        again_s: again.wall_s,
        video: project.join("final_video.mp4"),
        state,
    })
}

/// What is in the file.
fn facts(ad: &Ad) -> Outcome {
    let size = std::fs::metadata(&ad.video)?.len();
    let info = probe(&ad.video)?;
    let video = info.video.ok_or("the ad has no pictures")?;
    let length = |what: f64| format!("{what:.3} s");
    Row::new("ad", "length of its video")
        .adgen(format!(
            "{}, {} frames of {}x{}",
            length(video.duration_s),
            video.frame_count,
            video.width,
            video.height
        ))
        .compared("asked for 30.000 s")
        .ratio(video.duration_s, 30.0)
        .print();
    Row::new("ad", "size of its video")
        .adgen(format!("{:.1} MB, {:.1} Mbit/s", size as f64 / 1e6, size as f64 * 8e-6 / info.duration_s))
        .print();
    let number = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), |value| format!("{value:.2}"));
    let loudness = ad.state.loudness;
    Row::new("ad", "loudness and true peak of its sound, after AAC")
        .adgen(format!(
            "{} LUFS, {} dBTP",
            number(loudness.and_then(|loudness| loudness.integrated_lufs)),
            number(loudness.and_then(|loudness| loudness.true_peak_dbtp))
        ))
        .compared("asked for -14 ± 0.5 LUFS, at most -1 dBTP")
        .print();
    let fidelity = ad.state.fidelity;
    Row::new("ad", "product in the encoded video against its photo, mean luma difference of 255")
        .adgen(format!(
            "{} (worst frame {})",
            number(fidelity.map(|fidelity| fidelity.mean_luma_error)),
            number(fidelity.map(|fidelity| fidelity.worst_luma_error))
        ))
        .print();
    Ok(())
}
