//! What is not made twice, and what is made anew after an edit.

use super::{Bench, finished, made, made_artifacts, names_made, resumed};
use adgen_tests::{document, judge};
use serde_json::json;
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_makes_nothing_and_changes_nothing() {
    let bench = Bench::new();
    let document = document::planned("again", &bench.photo);
    let first = bench.make(&document).await;
    let project = bench.project("again");
    let (video, poster, plan) =
        (project.hash("final_video.mp4"), project.hash("poster.jpg"), project.hash("project.json"));
    let artifacts = made_artifacts(&first);
    assert_eq!(artifacts, 11, "plan, cut-out, three clips, two of music, three composites, one video");
    for way in ["the same document", "the project in the storage"] {
        let before = project.history().len();
        let again = match way {
            "the same document" => bench.make(&document).await,
            _ => finished(resumed(&bench.studio(), "again").await),
        };
        assert_eq!(names_made(&project, before), [""; 0], "{way}");
        assert_eq!(made_artifacts(&again), 0, "{way}");
        assert_eq!(again.state.progress, 100.0);
        let after = (project.hash("final_video.mp4"), project.hash("poster.jpg"), project.hash("project.json"));
        assert_eq!(after, (video.clone(), poster.clone(), plan.clone()), "{way} changed a file");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_document_gives_the_same_bytes_on_any_number_of_threads() {
    let bench = Bench::new();
    let document = document::planned("twin", &bench.photo);
    let mut hashes = Vec::new();
    for (storage, jobs) in [("one", 1), ("two", 2), ("three", 5)] {
        let studio = bench.builder(storage).with_jobs(jobs).build().expect("a studio");
        finished(made(&studio, document::parse(&document)).await);
        let project = adgen_tests::storage::Project::new(&bench.path().join(storage), "twin");
        let names: Vec<String> = project
            .files()
            .into_iter()
            .filter(|name| !["state.json", "events.json", "report.html"].contains(&name.as_str()))
            .collect();
        hashes.push(names.into_iter().map(|name| (project.hash(&name), name)).collect::<Vec<_>>());
    }
    assert_eq!(hashes[0], hashes[1], "one and two jobs");
    assert_eq!(hashes[0], hashes[2], "one and five jobs");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_seed_is_another_ad() {
    let bench = Bench::new();
    let mut document = document::planned("seed", &bench.photo);
    bench.make(&document).await;
    let project = bench.project("seed");
    let (video, music) = (project.hash("final_video.mp4"), project.hash("background_music.mp3"));
    let first = judge::picture(&project.path("final_video.mp4"), 1.5);
    document["seed"] = 8.into();
    bench.make(&document).await;
    assert_ne!(project.hash("final_video.mp4"), video);
    assert_ne!(project.hash("background_music.mp3"), music);
    let difference = judge::difference(&first, &judge::picture(&project.path("final_video.mp4"), 1.5));
    assert!(difference > 1.0, "the pictures of both seeds are the same: {difference}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_makes_anew_what_depends_on_it_and_nothing_else() {
    let bench = Bench::new();
    let scenes = [("a", 1.0, "cut"), ("b", 1.0, "cut"), ("c", 1.0, "crossfade"), ("d", 1.0, "cut")];
    bench.make(&document::written("edit", &bench.photo, &scenes)).await;
    let project = bench.project("edit");
    let studio = bench.studio();
    let original = project.hash("final_video.mp4");
    let run = async |change: &dyn Fn(&mut serde_json::Value)| {
        let before = project.history().len();
        project.edit(change);
        finished(resumed(&studio, "edit").await);
        names_made(&project, before)
    };
    // Scene c dissolves out of b, so b's words are seen in it too.
    let made = run(&|document| document["scenes"][1]["caption"] = "Other words".into()).await;
    assert_eq!(made, ["final_video", "scene_2_composited", "scene_3_composited"], "a caption");
    assert_ne!(project.hash("final_video.mp4"), original);
    assert!(project.text("captions.srt").contains("Other words"));
    let made = run(&|document| document["scenes"][3]["caption"] = "Last words".into()).await;
    assert_eq!(made, ["final_video", "scene_4_composited"], "a caption that no other scene shows");
    let made = run(&|document| document["audio"]["loudness_lufs"] = json!(-16.0)).await;
    assert_eq!(made, ["background_music_normalized", "final_video"], "the loudness");
    let (integrated, _) = judge::loudness(&project.path("final_video.mp4"));
    assert!((integrated + 16.0).abs() <= 0.5, "{integrated} LUFS");
    let made =
        run(&|document| document["scenes"][0]["background"]["generate"]["prompt"] = "dark bokeh lights".into()).await;
    assert_eq!(made, ["final_video", "scene_1_bg", "scene_1_composited"], "a prompt");
    let made = run(&|document| document["title"] = "Another title".into()).await;
    assert_eq!(made, ["final_video"], "the title");
    let made = run(&|document| {
        document["output"]["aspects"] = json!(["9:16", "1:1"]);
    })
    .await;
    assert!(made.iter().all(|name| name.ends_with("_1x1")), "a further shape made the main one anew: {made:?}");
    assert!(project.path("final_video_1x1.mp4").is_file());
    project.expect_nothing_made_twice();
    // What is not asked for any more does not lie beside what is.
    let made = run(&|document| document["output"]["aspects"] = json!(["9:16"])).await;
    assert!(made.is_empty(), "one shape less made something: {made:?}");
    let stale: Vec<String> = project.files().into_iter().filter(|name| name.contains("_1x1")).collect();
    assert!(stale.is_empty(), "{stale:?}");
    assert!(project.state()["assets"].as_object().is_some_and(|all| all.keys().all(|name| !name.ends_with("_1x1"))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_without_its_history_and_its_state_finds_everything_again() {
    let bench = Bench::new();
    bench.make(&document::least("lost", &bench.photo)).await;
    let project = bench.project("lost");
    let video = project.hash("final_video.mp4");
    fs::remove_dir_all(project.path("history")).expect("is there");
    let error = resumed(&bench.studio(), "lost").await.expect_err("the state knows of entries that are gone");
    assert!(error.kind() == adgen::ErrorKind::InvalidProject && error.to_string().contains("history"), "{error}");
    fs::remove_file(project.path("state.json")).expect("is there");
    fs::remove_file(project.path("final_video.mp4")).expect("is there");
    let outcome = finished(resumed(&bench.studio(), "lost").await);
    assert_eq!(made_artifacts(&outcome), 0);
    assert_eq!(project.hash("final_video.mp4"), video);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_that_was_edited_in_is_said_and_nothing_is_lost() {
    let bench = Bench::new();
    bench.make(&document::least("slip", &bench.photo)).await;
    let project = bench.project("slip");
    let video = project.hash("final_video.mp4");
    project.edit(|document| document["scenes"][0]["caption"] = json!(7));
    let error = resumed(&bench.studio(), "slip").await.expect_err("7 is no caption");
    assert_eq!(error.kind(), adgen::ErrorKind::InvalidProject);
    assert!(error.to_string().contains("scenes[0].caption") && error.to_string().contains("project.json"), "{error}");
    assert_eq!(project.hash("final_video.mp4"), video);
}
