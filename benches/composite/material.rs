//! What every way works from: clips, cut-out and music, made once.

use crate::{SCENE_S, SCENES, SIZE};
use adgen::{
    media::{Samples, encode_wav},
    offline::{
        OfflineVideo,
        look::{Look, Mood},
        music::{MusicSettings, score},
        planner::look_phrase,
    },
    provider::{CallContext, Content, Generation, VideoProvider, VideoRequest},
};
use adgen_benches::{Outcome, file};
use image::RgbaImage;
use std::path::{Path, PathBuf};

/// The looks of the scenes: two with ground to stand on, two without.
const LOOKS: [Look; SCENES] = [Look::StudioSweep, Look::Bokeh, Look::Surface, Look::Rays];
/// Frames a second of the clips, as models give them.
const CLIP_FPS: u32 = 24;

/// Files in a folder of the bench's own.
#[derive(Debug)]
pub(crate) struct Material {
    pub(crate) clips: Vec<PathBuf>,
    pub(crate) cutout: PathBuf,
    pub(crate) music: PathBuf,
}

/// Makes the files in `folder`.
pub(crate) fn make(folder: &Path) -> Outcome<Material> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let clips = runtime.block_on(clips(folder))?;
    let cutout = folder.join("cutout.png");
    cut(&file("examples/assets/bottle_studio.jpg")?, &file("examples/assets/masks/bottle_studio.png")?)?
        .save(&cutout)?;
    let music = folder.join("music.wav");
    let settings = MusicSettings::new(SCENE_S * SCENES as f64, 7, Mood::Warm);
    encode_wav(&music, &Samples::from_interleaved(score(&settings, &|| false)?))?;
    Ok(Material { clips, cutout, music })
}

async fn clips(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let studio = OfflineVideo::new();
    let mut clips = Vec::new();
    for (index, look) in LOOKS.into_iter().enumerate() {
        let prompt = format!("{}, slow camera; mood: warm", look_phrase(look));
        let scratch = folder.join(format!("clip_{index}"));
        std::fs::create_dir_all(&scratch)?;
        // The studio draws at two thirds of the ad's size: 720x1280.
        let mut request = VideoRequest::new(prompt, SCENE_S);
        request.short_side = SIZE.0 as u32;
        request.fps = CLIP_FPS;
        request.seed = index as u32;
        let context = CallContext::new().with_scratch(scratch);
        let mut answer = studio.start(&context, &request).await?;
        let done = loop {
            match answer {
                Generation::Done(done) => break done,
                Generation::Pending { job, check_after, .. } => {
                    tokio::time::sleep(check_after).await;
                    answer = studio.check(&context, &job).await?;
                }
                other => return Err(format!("the studio answered {other:?}").into()),
            }
        };
        match done.content {
            Content::File(path) => clips.push(path),
            other => return Err(format!("the studio gave no file: {other:?}").into()),
        }
    }
    Ok(clips)
}

/// The product of a photo by its true mask, without the empty border.
fn cut(photo: &Path, mask: &Path) -> Outcome<RgbaImage> {
    let (mut picture, mask) = (image::open(photo)?.into_rgba8(), image::open(mask)?.into_luma8());
    if picture.dimensions() != mask.dimensions() {
        return Err("a photo and its mask are of different sizes".into());
    }
    for (pixel, alpha) in picture.pixels_mut().zip(mask.pixels()) {
        pixel[3] = alpha[0];
    }
    let seen: Vec<_> = mask.enumerate_pixels().filter(|(_, _, alpha)| alpha[0] > 0).map(|(x, y, _)| (x, y)).collect();
    let range = |side: fn(&(u32, u32)) -> u32| seen.iter().map(side).min().zip(seen.iter().map(side).max());
    let (Some((left, right)), Some((top, bottom))) = (range(|at| at.0), range(|at| at.1)) else {
        return Err("a mask is empty".into());
    };
    Ok(image::imageops::crop_imm(&picture, left, top, right + 1 - left, bottom + 1 - top).to_image())
}
