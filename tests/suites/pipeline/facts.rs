//! The finished video, measured by FFmpeg's own programs and a box walker: what a platform would see.

use super::Bench;
use adgen_tests::{
    document, judge, mp4, shipped_photo,
    storage::{FILES, Project},
};
use serde_json::json;
use std::path::Path;

/// What a video has to be.
pub(super) struct Wanted {
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) fps: u64,
    pub(super) frames: u64,
}

/// Every fact that is wrong, at once.
pub(super) fn wrong_facts(path: &Path, wanted: &Wanted) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut fact = |name: &str, found: String, expected: String| {
        if found != expected {
            wrong.push(format!("{name} is {found}, not {expected}"));
        }
    };
    let (video, audio) = (judge::stream(path, "v"), judge::stream(path, "a"));
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rate = format!("{}/1", wanted.fps);
    for (name, expected) in [
        ("codec_name", "h264"),
        ("profile", "High"),
        ("pix_fmt", "yuv420p"),
        ("color_range", "tv"),
        ("color_space", "bt709"),
        ("color_transfer", "bt709"),
        ("color_primaries", "bt709"),
        ("field_order", "progressive"),
        ("start_time", "0.000000"),
        ("r_frame_rate", &rate),
        ("avg_frame_rate", &rate),
        ("width", &wanted.width.to_string()),
        ("height", &wanted.height.to_string()),
        ("nb_frames", &wanted.frames.to_string()),
    ] {
        fact(name, text(&video[name]), expected.to_owned());
    }
    for (name, expected) in [
        ("codec_name", "aac"),
        ("profile", "LC"),
        ("sample_rate", "48000"),
        ("channels", "2"),
        ("channel_layout", "stereo"),
        ("start_time", "0.000000"),
    ] {
        fact(&format!("audio {name}"), text(&audio[name]), expected.to_owned());
    }
    // Exactly as long as the frames, both of them: in ticks, not in rounded seconds.
    for (name, stream) in [("video", &video), ("audio", &audio)] {
        let base = text(&stream["time_base"]);
        let den: u64 = base.split('/').next_back().and_then(|den| den.parse().ok()).unwrap_or(0);
        let ticks = stream["duration_ts"].as_u64().unwrap_or(0);
        fact(
            &format!("{name} duration in ticks of {base}"),
            (ticks * wanted.fps).to_string(),
            (wanted.frames * den).to_string(),
        );
    }
    let file = judge::ffprobe(path, &["-show_format"]);
    let seconds = wanted.frames as f64 / wanted.fps as f64;
    fact("file duration", text(&file["format"]["duration"]), format!("{seconds:.6}"));
    fact("streams", file["format"]["nb_streams"].to_string(), "2".to_owned());
    fact(
        "frame times",
        format!("{:?}", judge::frame_numbers(path, wanted.fps)),
        format!("{:?}", (0..wanted.frames).collect::<Vec<_>>()),
    );
    wrong
}

/// A key frame at least every half second, and no frame that needs one from before the last key frame.
pub(super) fn wrong_groups(path: &Path, frames_in_group: usize) -> Vec<String> {
    let mut wrong = Vec::new();
    let packets = judge::video_packets(path);
    let keys: Vec<usize> = (0..packets.len()).filter(|&index| packets[index].key).collect();
    if keys.first() != Some(&0) {
        wrong.push("the first frame is no key frame".to_owned());
    }
    let ends = keys.iter().skip(1).copied().chain([packets.len()]);
    for (&key, end) in keys.iter().zip(ends) {
        if end - key > frames_in_group {
            wrong.push(format!("{} frames from key frame {key} to the next; {frames_in_group} are allowed", end - key));
        }
        if packets[key..].iter().any(|packet| packet.pts < packets[key].pts) {
            wrong.push(format!("the group of key frame {key} is open: a later frame is shown before it"));
        }
    }
    wrong
}

/// The index comes first, and nothing shifts a stream against the other.
pub(super) fn wrong_boxes(path: &Path) -> Vec<String> {
    let atoms = mp4::atoms(path);
    let at = |name: &str| atoms.iter().position(|atom| atom.path == name);
    let mut wrong = Vec::new();
    match (at("ftyp"), at("moov"), at("mdat")) {
        (Some(0), Some(moov), Some(mdat)) if moov < mdat => {}
        places => wrong.push(format!("ftyp, moov and mdat are at {places:?}: the index has to come before the data")),
    }
    let lists: Vec<_> = atoms.iter().filter(|atom| atom.path.ends_with("elst")).collect();
    if !lists.is_empty() {
        wrong.push(format!("there are edit lists, which players apply differently: {lists:?}"));
    }
    if atoms.iter().filter(|atom| atom.path == "moov/trak").count() != 2 {
        wrong.push("there are not exactly two tracks".to_owned());
    }
    wrong
}

#[tokio::test(flavor = "multi_thread")]
async fn the_full_size_video_meets_every_number() {
    let bench = Bench::new();
    let mut full = document::planned("full", &shipped_photo("bottle_studio"));
    full["brief"]["duration_s"] = 6.into();
    full["output"] = json!({});
    let outcome = bench.make(&full).await;
    assert_eq!(outcome.state.degradations, [], "the ad of a shipped photo is humbler than it should be");
    let video = outcome.video().expect("there is a video");
    let mut wrong = wrong_facts(video, &Wanted { width: 1080, height: 1920, fps: 30, frames: 180 });
    wrong.extend(wrong_groups(video, 15));
    wrong.extend(wrong_boxes(video));
    let kbps = judge::number(&judge::stream(video, "a")["bit_rate"]) / 1000.0;
    if !(180.0..=204.0).contains(&kbps) {
        wrong.push(format!("the sound has {kbps:.1} kb/s, not about 192"));
    }
    let (integrated, peak) = judge::loudness(video);
    if (integrated + 14.0).abs() > 0.5 {
        wrong.push(format!("the loudness is {integrated} LUFS, not -14 by half a unit"));
    }
    if peak > -1.0 {
        wrong.push(format!("the true peak is {peak} dBTP, above -1"));
    }
    let report = outcome.state.loudness.expect("the loudness is measured");
    let own = report.integrated_lufs.expect("music is not silent");
    if (own - integrated).abs() > 0.2 {
        wrong.push(format!("the state says {own:.2} LUFS, FFmpeg {integrated}"));
    }
    assert!(wrong.is_empty(), "{}:\n{}", video.display(), wrong.join("\n"));
    judge::expect_sound_file(video);

    // The ad moves, and no two scenes are the same picture.
    let early = judge::picture(video, 0.5);
    for time_s in [1.5, 3.0, 5.5] {
        let difference = judge::difference(&early, &judge::picture(video, time_s));
        assert!(difference > 2.0, "the picture at {time_s} s is that at 0.5 s: {difference}");
    }
    let poster = Project::new(&bench.path().join("storage"), "full").bytes("poster.jpg");
    let poster = image::load_from_memory_with_format(&poster, image::ImageFormat::Jpeg).expect("the poster is a JPEG");
    assert_eq!((poster.width(), poster.height()), (1080, 1920));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_seconds_are_thirty_seconds() {
    let bench = Bench::new();
    let mut long = document::planned("long", &bench.photo);
    long["brief"]["duration_s"] = 30.into();
    long["output"]["fps"] = 30.into();
    let outcome = bench.make(&long).await;
    let video = outcome.video().expect("there is a video");
    let mut wrong = wrong_facts(video, &Wanted { width: 240, height: 426, fps: 30, frames: 900 });
    wrong.extend(wrong_groups(video, 15));
    wrong.extend(wrong_boxes(video));
    assert!(wrong.is_empty(), "{}:\n{}", video.display(), wrong.join("\n"));
    // The ending falls on the video's end: the last tenth of a second is next to silent, the second before is not.
    let level = |from: f64, to: f64| {
        let samples = adgen::media::decode_audio(video, None).expect("the sound decodes");
        let range = (from * 48000.0) as usize..((to * 48000.0) as usize).min(samples.frames());
        let (count, sum) = (range.len(), range.map(|index| f64::from(samples.at(index)[0]).powi(2)).sum::<f64>());
        (sum / count.max(1) as f64).sqrt()
    };
    assert!(
        level(29.95, 30.0) < 0.3 * level(20.0, 28.0),
        "the music is cut off: {} after {}",
        level(29.95, 30.0),
        level(20.0, 28.0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_and_rate_is_exact() {
    let bench = Bench::new();
    let mut all = document::written(
        "shapes",
        &bench.photo,
        &[("a", 1.0 + 1.0 / 3.0, "cut"), ("b", 1.0 + 2.0 / 3.0, "crossfade")],
    );
    all["brief"]["duration_s"] = 3.into();
    all["output"]["aspects"] = json!(["16:9", "1:1", "9:16", "4:5"]);
    all["output"]["fps"] = 25.into();
    let outcome = bench.make(&all).await;
    let project = bench.project("shapes");
    let names: Vec<&str> = outcome.videos.iter().map(|video| video.name.as_str()).collect();
    assert_eq!(names, ["final_video.mp4", "final_video_1x1.mp4", "final_video_9x16.mp4", "final_video_4x5.mp4"]);
    for (video, (width, height)) in outcome.videos.iter().zip([(426, 240), (240, 240), (240, 426), (240, 300)]) {
        let path = video.path.as_deref().expect("it is a folder");
        assert_eq!(path, project.path(&video.name).canonicalize().expect("is there"), "{:?}", video.aspect);
        assert_eq!((video.media_type.as_str(), video.bytes), ("video/mp4", path.metadata().expect("is there").len()));
        let mut wrong = wrong_facts(path, &Wanted { width, height, fps: 25, frames: 75 });
        wrong.extend(wrong_boxes(path));
        assert!(wrong.is_empty(), "{}:\n{}", path.display(), wrong.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_project_folder_holds_the_files_of_the_design() {
    let bench = Bench::new();
    let mut project = document::planned("files", &bench.photo);
    project["brief"]["product_name"] = "Fish & <b>Chips</b> \"50 %\"".into();
    let outcome = bench.make(&project).await;
    let project = bench.project("files");
    let files = project.files();
    let scenes = ["scene_1_bg.mp4", "scene_1_composited.mp4", "scene_2_bg.mp4", "scene_3_composited.mp4"];
    for name in FILES.iter().chain(&scenes) {
        assert!(files.iter().any(|file| file == name), "{name} is not among {files:?}");
    }
    assert!(!project.path("work").exists(), "the working folder stayed behind");
    let mut states = [project.state(), serde_json::to_value(&outcome.state).expect("a state is JSON")];
    for state in &mut states {
        // The time of writing is the one thing that may differ.
        state["updated_at"].take();
    }
    assert_eq!(states[0], states[1], "the state that is kept is not the one that is told");
    for (name, asset) in &outcome.state.assets {
        assert_eq!(project.hash(&asset.file), asset.sha256, "{name}");
    }

    let segments: Vec<String> = project.text("concat_list.txt").lines().map(str::to_owned).collect();
    assert_eq!(segments, (1..=3).map(|n| format!("file 'scene_{n}_composited.mp4'")).collect::<Vec<_>>());

    let (srt, vtt) = (project.text("captions.srt"), project.text("captions.vtt"));
    let scenes = project.json("project.json")["scenes"].as_array().expect("scenes").clone();
    for caption in scenes.iter().filter_map(|scene| scene["caption"].as_str()) {
        let line = caption.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(srt.contains(&line), "{line:?} is not in captions.srt:\n{srt}");
    }
    assert!(vtt.starts_with("WEBVTT\n\n"), "{vtt}");
    assert_eq!(srt.matches(" --> ").count(), vtt.matches(" --> ").count());
    // An independent reader takes both.
    for name in ["captions.srt", "captions.vtt"] {
        let said = judge::ffprobe(&project.path(name), &["-show_entries", "packet=pts_time,duration_time"]);
        let cues = said["packets"].as_array().map_or(0, Vec::len);
        assert_eq!(cues, srt.matches(" --> ").count(), "{name} is read as {cues} cues");
    }

    let report = project.text("report.html");
    assert!(report.contains("Fish &amp; &lt;b&gt;Chips&lt;/b&gt;"), "the product's name is not in the report, escaped");
    assert!(!report.contains("<b>Chips"), "the product's name is markup in the report");
    for attribute in ["src=\"", "href=\"", "poster=\"", "url("] {
        for rest in report.split(attribute).skip(1) {
            let reference = rest.trim_start_matches(['"', '\'']);
            // The page shows nothing that is not in it; it may lead to its neighbours in the folder.
            let name = reference.split('"').next().unwrap_or_default();
            let neighbour = attribute == "href=\"" && project.path(name).is_file() && !name.contains(['/', ':']);
            let inside = ["data:", "#"].iter().any(|start| reference.starts_with(start)) || neighbour;
            let shown: String = reference.chars().take(60).collect();
            assert!(inside, "report.html refers to something outside: {attribute}{shown}");
        }
    }
    assert!(!report.contains("<script src") && !report.contains("@import"), "report.html loads something");
    let video = project.path("final_video.mp4");
    let tags = judge::ffprobe(&video, &["-show_format"]);
    // What is shown of a name is what the markup would show.
    assert_eq!(tags["format"]["tags"]["title"], "Fish & Chips \"50 %\"");
}
