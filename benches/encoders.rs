//! One ad by each encoder in software: the time of its composites and its render, its size, and how much it differs from the
//! same ad in the highest quality.

use adgen_benches::{Outcome, Ran, Row, Runs, bench, file, median, program, run, seconds};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

/// Seconds of the ad.
const LENGTH_S: f64 = 12.0;
const ENCODERS: [(&str, &str); 2] = [("openh264", "OpenH264"), ("x264", "x264")];

fn main() -> ExitCode {
    bench(measure)
}

/// What an encoder made, and in what time.
struct Made {
    wall_s: f64,
    cpu_s: f64,
    mbps: f64,
    ssim: f64,
}

fn measure(runs: Runs) -> Outcome {
    let folder = tempfile::tempdir()?;
    let document = folder.path().join("project.json");
    let photo = file("examples/assets/bottle_studio.jpg")?;
    let brief = ["--product", "Amara Botanical Oil", "--brand", "Amara", "--mood", "warm, natural", "--duration", "12"];
    run(Command::new(program()?).arg("new").arg(photo).args(brief).arg("-o").arg(&document))?;
    let mut ad: Value = serde_json::from_slice(&std::fs::read(&document)?)?;
    // Clips, cut-out and sound are there from here on: each measured ad begins with a copy of this storage.
    let ready = folder.path().join("ready");
    let (_, fine) = make(&ready, &mut ad, "fine", json!({ "encoder": "x264", "quality": "high" }))?;
    let mut all = Vec::new();
    for (encoder, name) in ENCODERS {
        let made = runs.collect(|index| {
            let id = format!("{encoder}-{index}");
            let storage = folder.path().join(&id);
            run(Command::new("cp").arg("-a").arg(&ready).arg(&storage))?;
            let (ran, video) = make(&storage, &mut ad, &id, json!({ "encoder": encoder }))?;
            let made = Made {
                wall_s: ran.wall_s,
                cpu_s: ran.cpu_s,
                mbps: std::fs::metadata(&video)?.len() as f64 * 8.0 / 1e6 / LENGTH_S,
                ssim: ssim(&video, &fine)?,
            };
            std::fs::remove_dir_all(&storage)?;
            eprintln!("{name} {}: {:.2} s, {:.2} Mbit/s, SSIM {:.5}", index + 1, made.wall_s, made.mbps, made.ssim);
            Ok(made)
        })?;
        all.push(made);
    }
    let of = |index: usize, value: fn(&Made) -> f64| median(all[index].iter().map(value));
    let (wall, cpu) = ([0, 1].map(|i| of(i, |made| made.wall_s)), [0, 1].map(|i| of(i, |made| made.cpu_s)));
    Row::new("encoders", "composites and render of a 12 s ad, 1080x1920, by OpenH264")
        .adgen(format!("{} ({} of processor time)", seconds(wall[0]), seconds(cpu[0])))
        .compared(format!("x264: {} ({} of processor time)", seconds(wall[1]), seconds(cpu[1])))
        .ratio(wall[0], wall[1])
        .print();
    let mbps = [0, 1].map(|i| of(i, |made| made.mbps));
    Row::new("encoders", "size of its video with sound")
        .adgen(format!("{:.2} Mbit/s", mbps[0]))
        .compared(format!("x264: {:.2} Mbit/s", mbps[1]))
        .ratio(mbps[0], mbps[1])
        .print();
    // In decibels, as they differ in the third digit.
    let ssim = [0, 1].map(|i| of(i, |made| made.ssim));
    let decibels = ssim.map(|ssim| -10.0 * (1.0 - ssim).log10());
    Row::new("encoders", "its pictures against those of x264 in the quality `high`, SSIM of FFmpeg's filter")
        .adgen(format!("{:.4} ({:.1} dB)", ssim[0], decibels[0]))
        .compared(format!("x264: {:.4} ({:.1} dB)", ssim[1], decibels[1]))
        .ratio(decibels[0], decibels[1])
        .print();
    Ok(())
}

fn make(storage: &Path, ad: &mut Value, id: &str, output: Value) -> Outcome<(Ran, PathBuf)> {
    ad["id"] = id.into();
    ad["output"] = output;
    let document = storage.with_extension("json");
    std::fs::write(&document, ad.to_string())?;
    let mut generate = Command::new(program()?);
    let ran = run(generate.arg("generate").arg(&document).args(["--offline", "--storage"]).arg(storage))?;
    let project = storage.join("projects").join(id);
    let state: Value = serde_json::from_slice(&std::fs::read(project.join("state.json"))?)?;
    match state["degradations"].as_array().and_then(|all| all.first()) {
        Some(humbler) => {
            Err(format!("the ad is humbler than asked for, so its figures mean nothing: {humbler}").into())
        }
        None => Ok((ran, project.join("final_video.mp4"))),
    }
}

/// SSIM of two videos over all planes, by FFmpeg's filter.
fn ssim(a: &Path, b: &Path) -> Outcome<f64> {
    let mut judge = Command::new("ffmpeg");
    judge.args(["-hide_banner", "-nostats", "-i"]).arg(a).arg("-i").arg(b);
    let output = judge.args(["-lavfi", "ssim", "-f", "null", "-"]).output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let all = said.rsplit_once(" All:").and_then(|(_, rest)| rest.split_whitespace().next()?.parse().ok());
    all.ok_or_else(|| format!("FFmpeg says no SSIM: {said}").into())
}
