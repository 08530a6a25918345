//! What the offline studio takes for a frame of each look, and the offline composer for the music of an ad.

use adgen::{
    media::Frame,
    offline::{
        look::{Look, LookSettings, Mood, renderer},
        music::{MusicSettings, score},
    },
};
use adgen_benches::{Outcome, Row, Runs, bench, median, seconds};
use std::{process::ExitCode, time::Instant};

/// What the studio draws for an ad of 1080x1920.
const SIZE: (usize, usize) = (720, 1280);
/// Frames of a run, spread over the clip.
const FRAMES: u64 = 30;
const CLIP_S: f32 = 7.5;
const FPS: f64 = 30.0;
const MUSIC_S: f64 = 30.0;

fn main() -> ExitCode {
    bench(measure)
}

fn measure(runs: Runs) -> Outcome {
    let played = 1.0 / FPS;
    for &look in Look::ALL {
        let times = runs.collect(|_| draw(look))?;
        let frame = median(times.iter().map(|times| times.1));
        eprintln!("{look}: {} to prepare", seconds(median(times.iter().map(|times| times.0))));
        Row::new("looks", format!("a frame of the look `{look}`, {}x{}, one core", SIZE.0, SIZE.1))
            .adgen(seconds(frame))
            .compared(format!("it is shown for {}", seconds(played)))
            .ratio(frame, played)
            .print();
    }
    let times = runs.collect(|index| {
        let began = Instant::now();
        score(&MusicSettings::new(MUSIC_S, index as u64, Mood::Warm), &|| false)?;
        Ok(began.elapsed().as_secs_f64())
    })?;
    let music = median(times);
    Row::new("looks", format!("the music of {MUSIC_S} s, one core"))
        .adgen(seconds(music))
        .compared(format!("it plays for {MUSIC_S} s"))
        .ratio(music, MUSIC_S)
        .print();
    Ok(())
}

/// Seconds to prepare a look, and for a frame of it.
fn draw(look: Look) -> Outcome<(f64, f64)> {
    let mut settings = LookSettings::new(SIZE.0, SIZE.1, 7);
    settings.duration_s = CLIP_S;
    let began = Instant::now();
    let mut renderer = renderer(look, &settings)?;
    let mut frame = Frame::black(SIZE.0, SIZE.1);
    renderer.render(0.0, 0, &mut frame);
    let prepared = began.elapsed().as_secs_f64();
    let began = Instant::now();
    for index in 1..=FRAMES {
        renderer.render(CLIP_S * index as f32 / FRAMES as f32, index, &mut frame);
    }
    Ok((prepared, began.elapsed().as_secs_f64() / FRAMES as f64))
}
