//! What is written over own clips can be read in every frame of the finished segment, whatever the clip does.

use super::{Bench, finished};
use adgen_tests::document;
use serde_json::json;
use std::{path::Path, process::Command};

const WIDTH: usize = 240;
const HEIGHT: usize = 426;
const FPS: usize = 24;
/// Rows in which nothing but the caption and its veil can be: about the middle of where text may stand.
const ROWS: std::ops::Range<usize> = 140..200;
/// When all words stand still, in frames.
const SETTLED: usize = 26;

/// Makes a clip of 3 s from a source of FFmpeg's.
fn clip(path: &Path, source: &str) {
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi", "-i", source, "-t", "3", "-pix_fmt", "yuv420p", "-crf", "18"])
        .arg(path)
        .status()
        .expect("the program ffmpeg is missing: run `make setup`");
    assert!(made.success(), "{source}");
}

/// The luma of every frame, 0-255.
fn frames(path: &Path) -> Vec<Vec<u8>> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-f", "rawvideo", "-pix_fmt", "gray", "-vf", "scale=in_range=tv:out_range=pc", "-"])
        .output()
        .expect("ffmpeg was there before");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout.chunks_exact(WIDTH * HEIGHT).map(<[u8]>::to_vec).collect()
}

fn luminance(code: u8) -> f64 {
    let value = f64::from(code) / 255.0;
    if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn contrast(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The inside of the letters: what is nearly white, or nearly black, in every frame.
fn letters(frames: &[Vec<u8>]) -> (Vec<usize>, bool) {
    let each = |test: &dyn Fn(u8) -> bool| {
        (ROWS.start * WIDTH..ROWS.end * WIDTH)
            .filter(|&at| frames.iter().all(|frame| test(frame[at])))
            .collect::<Vec<_>>()
    };
    let light = each(&|code| code >= 225);
    let dark = each(&|code| code <= 48);
    if light.len() >= 60 { (light, true) } else { (dark, false) }
}

/// Pixels near letters that belong to none, nor to their soft edges.
fn around(letters: &[usize], frames: &[Vec<u8>], light: bool) -> Vec<usize> {
    let near = |at: usize, reach: isize, test: &dyn Fn(usize) -> bool| {
        let (x, y) = ((at % WIDTH) as isize, (at / WIDTH) as isize);
        (-reach..=reach).any(|dy| {
            (-reach..=reach).any(|dx| {
                let (x, y) = (x + dx, y + dy);
                x >= 0 && x < WIDTH as isize && y >= 0 && y < HEIGHT as isize && test(y as usize * WIDTH + x as usize)
            })
        })
    };
    let mut is_letter = vec![false; WIDTH * HEIGHT];
    letters.iter().for_each(|&at| is_letter[at] = true);
    // Half of a thin stroke is no longer its whole colour, but in every frame nearer to it than to the background's.
    let is_edge: Vec<bool> = (0..WIDTH * HEIGHT)
        .map(|at| frames.iter().all(|frame| if light { frame[at] >= 140 } else { frame[at] <= 100 }))
        .collect();
    (ROWS.start * WIDTH..ROWS.end * WIDTH)
        .filter(|&at| near(at, 9, &|at| is_letter[at]) && !near(at, 3, &|at| is_edge[at]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_can_be_read_in_every_frame_of_every_clip() {
    let grey = |expression: &str| format!("nullsrc=s=240x426:r=24,geq=lum='{expression}':cb=128:cr=128");
    let clips = [
        ("fade_from_white", "color=c=0x202428:s=240x426:r=24,fade=t=in:d=0.6:color=white".to_owned()),
        ("white_to_black", grey("if(lt(T,1.5),235,16)")),
        ("black_to_white", grey("if(lt(T,1.5),16,235)")),
        ("strobe", grey("if(mod(N,4),16,235)")),
        ("checkerboard", grey("if(mod(floor(X/12)+floor(Y/12),2),235,16)")),
        ("scrolling_bars", grey("if(lt(mod(Y+4*N,40),16),230,30)")),
        ("noise", "color=c=gray:s=240x426:r=24,noise=alls=100:allf=t".to_owned()),
    ];
    let bench = Bench::new();
    for (name, source) in clips {
        clip(&bench.path().join(format!("{name}.mp4")), &source);
        let mut own = document::least(name, &bench.photo);
        own["scenes"][0]["background"] = json!({ "file": bench.path().join(format!("{name}.mp4")) });
        own["scenes"][0]["role"] = "showcase".into();
        own["scenes"][0]["product"] = json!(null);
        own["scenes"][0]["caption"] = "Still hot after twenty minutes".into();
        let outcome = bench.make(&own).await;
        let kinds: Vec<_> = outcome.captions.iter().map(|file| (&*file.name, &*file.media_type)).collect();
        assert_eq!(kinds, [("captions.srt", "application/x-subrip"), ("captions.vtt", "text/vtt")]);
        for file in outcome.captions.iter().chain(&outcome.videos).chain([&outcome.poster, &outcome.report]) {
            let path = file.path.as_deref().expect("it lies on this machine");
            assert_eq!(path.metadata().expect("is there").len(), file.bytes, "{file:?}");
            assert!(file.url.as_deref().is_some_and(|url| url.starts_with("file:///") && url.ends_with(&file.name)));
        }
        let video = outcome.video().expect("there is a video");
        let frames = frames(video);
        assert_eq!(frames.len(), 3 * FPS);
        let frames = &frames[SETTLED..];
        let (letters, light) = letters(frames);
        assert!(letters.len() >= 60, "{name}: no letters are to be seen: {}", letters.len());
        let near = around(&letters, frames, light);
        for (index, frame) in frames.iter().enumerate() {
            let ink = letters.iter().map(|&at| luminance(frame[at])).sum::<f64>() / letters.len() as f64;
            let mut behind: Vec<f64> = near.iter().map(|&at| luminance(frame[at])).collect();
            behind.sort_by(f64::total_cmp);
            // What is nearest to the letters' own colour, but for a few pixels.
            let worst = if light { behind[behind.len() * 95 / 100] } else { behind[behind.len() * 5 / 100] };
            let got = contrast(ink, worst);
            assert!(got >= 4.5, "{name}, frame {}: {got:.2}:1", index + SETTLED);
        }
    }
    let outcome = finished(super::resumed(&bench.studio(), "noise").await);
    assert_eq!(super::made_artifacts(&outcome), 0);
}
