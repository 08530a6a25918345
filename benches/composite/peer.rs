//! The same job as one filtergraph for the `ffmpeg` program, as somebody would write it by hand: scale, product with slow
//! zoom and float, join, encode. Without captions, shadow, light-correct blending or loudness.

use crate::{FPS, SCENE_S, SCENES, SIZE, material::Material};
use adgen_benches::{Outcome, Ran, run as run_child};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Whether there is such a program.
pub(crate) fn is_there() -> bool {
    let version = Command::new("ffmpeg").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Makes the film.
pub(crate) fn run(material: &Material, to: &Path) -> Outcome<Ran> {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
    for clip in &material.clips {
        command.arg("-i").arg(clip);
    }
    command.arg("-i").arg(&material.cutout);
    command.arg("-i").arg(&material.music).args(["-filter_complex", &graph(), "-map", "[v]"]);
    command.args(["-map", &format!("{}:a", SCENES + 1), "-t", &(SCENE_S * SCENES as f64).to_string()]);
    command.args("-c:v libx264 -preset veryfast -crf 20 -profile:v high -pix_fmt yuv420p -g 15".split(' '));
    command.args("-c:a aac -b:a 192k -ar 48000 -movflags +faststart".split(' '));
    let ran = run_child(command.arg(to))?;
    crate::check_length(to)?;
    Ok(ran)
}

fn graph() -> String {
    let (width, height) = SIZE;
    // Decoded once and repeated: reading the picture anew for each frame would take most of the time.
    let copies: String = (0..SCENES).map(|scene| format!("[c{scene}]")).collect();
    let mut graph = format!("[{SCENES}:v]format=rgba,loop=loop=-1:size=1,setpts=N/{FPS}/TB,split={SCENES}{copies};");
    for scene in 0..SCENES {
        graph += &format!(
            "[{scene}:v]fps={FPS},scale={width}:{height}:flags=bicubic,setsar=1,trim=duration={SCENE_S}[b{scene}];\
             [c{scene}]scale=w='2*trunc({width}*(0.17+0.003*t))':h=-2:eval=frame:flags=bicubic[p{scene}];\
             [b{scene}][p{scene}]overlay=x='(W-w)/2':y='(H-h)/2+18*sin(2*PI*t/5)':eval=frame:shortest=1[s{scene}];"
        );
    }
    let joined: String = (0..SCENES).map(|scene| format!("[s{scene}]")).collect();
    graph + &format!("{joined}concat=n={SCENES}:v=1:a=0,format=yuv420p[v]")
}
