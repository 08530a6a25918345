//! Composite and render alone: four given clips of 7.5 s at 720x1280 become a 30 s ad of 1080x1920 at 30 frames a second.
//!
//! The floor in the same run decodes, scales and encodes the same frames with the same encoder settings, as many at a time
//! as adgen does, and does nothing else. What adgen adds is product, shadow, captions, button, sound and joining.

mod ad;
mod floor;
mod material;
mod peer;

use adgen::media::probe;
use adgen_benches::{Outcome, Row, Runs, bench, bytes, jobs, median, seconds};
use std::{path::Path, process::ExitCode};

/// The scenes.
const SCENES: usize = 4;
/// Length of each.
const SCENE_S: f64 = 7.5;
/// What is made.
const SIZE: (usize, usize) = (1080, 1920);
const FPS: u32 = 30;

fn main() -> ExitCode {
    bench(measure)
}

/// What one way took.
#[derive(Debug, Clone, Copy)]
struct Took {
    wall_s: f64,
    cpu_s: f64,
}

fn measure(runs: Runs) -> Outcome {
    let folder = tempfile::tempdir()?;
    eprintln!("composite: making the clips, the cut-out and the music");
    let material = material::make(folder.path())?;
    let (mut floors, mut ads) = (Vec::new(), Vec::new());
    // One after the other, so that a busy moment of the machine does not strike one way alone.
    for index in 0..runs.count() {
        let floor = floor::run(&material.clips, folder.path())?;
        let ad = ad::run(&material, &folder.path().join(format!("ad_{index}")))?;
        eprintln!(
            "composite {}: floor {:.1} s ({:.1} s of processor), adgen {:.1} s ({:.1} s), ratio {:.2}; whole run {:.1} s",
            index + 1,
            floor.wall_s,
            floor.cpu_s,
            ad.stages.wall_s,
            ad.stages.cpu_s,
            ad.stages.wall_s / floor.wall_s,
            ad.whole_s
        );
        floors.push(floor);
        ads.push(ad);
    }
    let floor = middle(floors.iter().copied());
    let ad = middle(ads.iter().map(|ad| ad.stages));
    let whole = median(ads.iter().map(|ad| ad.whole_s));
    // Each ratio is of neighbours in time: the middle of those, not the ratio of two middles from different moments.
    let ratio =
        |part: fn(&Took) -> f64| median(ads.iter().zip(&floors).map(|(ad, floor)| part(&ad.stages) / part(floor)));
    let floor_name = format!("decode + scale + encode of the same frames, {} at a time", jobs().min(SCENES));
    Row::new("composite", "composite + render of a 30 s ad over given clips (limit 1.5)")
        .adgen(seconds(ad.wall_s))
        .compared(format!("{floor_name}: {}", seconds(floor.wall_s)))
        .middle_ratio(ratio(|took| took.wall_s))
        .print();
    Row::new("composite", "its processor time")
        .adgen(seconds(ad.cpu_s))
        .compared(format!("the same: {}", seconds(floor.cpu_s)))
        .middle_ratio(ratio(|took| took.cpu_s))
        .print();
    if !peer::is_there() {
        eprintln!("composite: no `ffmpeg` program here, so the filtergraph is left out");
        return Ok(());
    }
    let peer = peer::run(&material, &folder.path().join("peer.mp4"))?;
    Row::new("composite", "the whole run of that ad: import, sound and report too")
        .adgen(seconds(whole))
        .compared(format!(
            "one run of a filtergraph for `ffmpeg` written by hand, without text, shadow and loudness: {} ({} of processor time, {})",
            seconds(peer.wall_s),
            seconds(peer.cpu_s),
            bytes(peer.peak_bytes)
        ))
        .ratio(whole, peer.wall_s)
        .print();
    Ok(())
}

/// The middle of each.
fn middle(all: impl Iterator<Item = Took> + Clone) -> Took {
    Took { wall_s: median(all.clone().map(|took| took.wall_s)), cpu_s: median(all.map(|took| took.cpu_s)) }
}

/// A film of another length would be no match.
fn check_length(film: &Path) -> Outcome {
    let frames = probe(film)?.video.map_or(0, |video| video.frame_count);
    let wanted = (SCENE_S * SCENES as f64 * f64::from(FPS)) as u64;
    if frames == wanted { Ok(()) } else { Err(format!("a film has {frames} frames instead of {wanted}").into()) }
}
