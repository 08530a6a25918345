//! Looking at moments of an ad of 1080x1920 before it is made: over clips as the offline studio makes them, and over clips
//! as models give them, with hardly a key picture.

use adgen::{
    AdProject, AssetPolicy, At, Matting, PreviewOptions, Studio,
    project::{Background, Brief, Transition},
};
use adgen_benches::{Outcome, Row, Runs, bench, file, median, run, seconds};
use std::{
    path::Path,
    process::{Command, ExitCode},
    time::Instant,
};

/// What one may take, in seconds.
const LIMIT_S: f64 = 0.3;
/// Length of the ad, in seconds: four scenes.
const LENGTH_S: f64 = 14.0;
/// Frames from one key picture to the next in a model's clip: x264's default.
const RARE_KEYS: &str = "250";

fn main() -> ExitCode {
    bench(measure)
}

/// What looks at one kind of clip took, in seconds.
#[derive(Default)]
struct Looks {
    /// The first at each scene, in its middle.
    first: Vec<f64>,
    /// The next at the same scene.
    next: Vec<f64>,
    /// The first at each dissolve from one scene into another, and one frame on.
    fade_first: Vec<f64>,
    fade_next: Vec<f64>,
}

fn measure(runs: Runs) -> Outcome {
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(make(folder.path()))?;
    for (project, clips) in [("own", "a key picture each half second"), ("rare", "one key picture in 250")] {
        let all = runs.collect(|_| runtime.block_on(look(folder.path(), project)))?;
        // The slowest moment counts: somebody waits for it.
        let slowest =
            |of: fn(&Looks) -> &Vec<f64>| median(all.iter().map(|looks| of(looks).iter().copied().fold(0.0, f64::max)));
        for (what, took) in [
            ("first look at a scene", slowest(|looks| &looks.first)),
            ("next look at it", slowest(|looks| &looks.next)),
            ("first look at a crossfade", slowest(|looks| &looks.fade_first)),
            ("next look at it", slowest(|looks| &looks.fade_next)),
        ] {
            Row::new("preview", format!("preview of 1080x1920, {what}, slowest moment; clips with {clips}"))
                .adgen(seconds(took))
                .compared(format!("limit {LIMIT_S} s"))
                .ratio(took, LIMIT_S)
                .print();
        }
    }
    Ok(())
}

fn studio(folder: &Path) -> Outcome<Studio> {
    Ok(Studio::builder()
        .with_storage_dir(folder.join("storage"))
        .with_matting(Matting::new().with_download(false))
        .with_asset_policy(AssetPolicy::own_documents())
        .build()?)
}

/// The ad `own` over the offline studio's clips, and `rare`, the same one over those clips as a model would give them.
async fn make(folder: &Path) -> Outcome {
    let studio = studio(folder)?;
    let photo = file("examples/assets/bottle_studio.jpg")?.display().to_string();
    let document = AdProject::new("own", "Amara Botanical Oil", photo).with_brief(
        Brief::new("Cold-pressed from wild herbs. Melts into dry skin in seconds.").with_duration_s(LENGTH_S),
    );
    studio.generate(document, "").await?.wait().await?;
    let mut planned = studio.document("own").await?.document;
    let clips = folder.join("storage/projects/own");
    for (index, scene) in planned.scenes.iter_mut().flatten().enumerate() {
        let (from, to) = (clips.join(format!("scene_{}_bg.mp4", index + 1)), folder.join(format!("rare_{index}.mp4")));
        // As large as the ad, at the rate and with the preset that services use.
        let mut encode = Command::new("ffmpeg");
        encode.args(["-v", "error", "-i"]).arg(&from).args(["-vf", "scale=1080:1920", "-r", "24", "-an"]);
        encode.args(["-c:v", "libx264", "-crf", "18", "-g", RARE_KEYS, "-keyint_min", RARE_KEYS]);
        run(encode.args(["-sc_threshold", "0", "-pix_fmt", "yuv420p"]).arg(&to))?;
        scene.background = Some(Background::File(to.display().to_string().into()));
        scene.transition = if index == 0 { Transition::Cut } else { Transition::Crossfade };
    }
    let mut rare = planned.clone();
    rare.id = "rare".to_owned();
    rare.product.image = file("examples/assets/bottle_studio.jpg")?.display().to_string().into();
    studio.generate(rare, "").await?.wait().await?;
    // The ad with its own clips dissolves, too.
    let mut own = studio.document("own").await?.document;
    for scene in own.scenes.iter_mut().flatten().skip(1) {
        scene.transition = Transition::Crossfade;
    }
    studio.save(&own, None).await?;
    studio.run("own", Default::default()).await?.wait().await?;
    Ok(())
}

async fn look(folder: &Path, project: &str) -> Outcome<Looks> {
    // A studio that knows nothing of the clips yet.
    let fresh = studio(folder)?;
    let scenes = fresh.document(project).await?.document.scenes.map_or(0, |scenes| scenes.len());
    let took = async |studio: &Studio, at: At| -> Outcome<f64> {
        let began = Instant::now();
        studio.preview(project, at, PreviewOptions::new()).await?;
        Ok(began.elapsed().as_secs_f64())
    };
    let mut looks = Looks::default();
    for scene in 0..scenes {
        looks.first.push(took(&fresh, At::Scene(scene)).await?);
        looks.next.push(took(&fresh, At::Scene(scene)).await?);
    }
    let document = fresh.document(project).await?.document;
    let mut start_s = 0.0;
    for scene in document.scenes.iter().flatten() {
        if start_s > 0.0 {
            let fresh = studio(folder)?;
            looks.fade_first.push(took(&fresh, At::Seconds(start_s + 0.1)).await?);
            looks.fade_next.push(took(&fresh, At::Seconds(start_s + 0.2)).await?);
        }
        start_s += scene.duration_s.ok_or("a planned scene has no length")?;
    }
    Ok(looks)
}
