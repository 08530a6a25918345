//! A stored document that somebody edited: the files that it names now come in by the same policy.

use super::{Desk, SECRET, naming};
use adgen::{Matting, Studio};
use adgen_tests::provider;
use serde_json::json;
use std::{os::unix::fs::symlink, path::PathBuf};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_reaches_no_further_than_a_document() {
    let desk = Desk::new();
    desk.generate(&desk.least("one"), &[]).expect_code(0);
    desk.generate(&desk.least("two"), &[]).expect_code(0);
    let matting = Matting::new().with_download(false);
    let studio = Studio::builder().with_storage_dir(desk.path().join("storage")).with_matting(matting).offline();
    let studio = studio.build().expect("a studio");
    let absolute = desk.photo.display().to_string();
    let project = desk.project("one");
    let document = project.json("project.json");
    for named in ["/etc/passwd", "../two/product_original.png", "/proc/self/environ", absolute.as_str()] {
        for place in ["photo", "logo", "clip", "music"] {
            project.edit(|stored| *stored = naming(document.clone(), place, named));
            let run = studio.run("one", adgen::RunOptions::new()).await.expect("starts");
            let error = run.wait().await.expect_err(named).to_string();
            assert!(error.contains("outside the folder") || error.contains("kernel"), "{place} {named}: {error}");
        }
    }
    // A link that was put into the project's own folder leads nowhere else either.
    symlink("/etc/passwd", project.path("linked.png")).expect("the storage is the test's own");
    project.edit(|stored| *stored = naming(document.clone(), "photo", "linked.png"));
    let error = studio
        .run("one", adgen::RunOptions::new())
        .await
        .expect("starts")
        .wait()
        .await
        .expect_err("leads out")
        .to_string();
    assert!(error.contains("outside the folder"), "{error}");
    // For the command, which serves one person, special files stay closed.
    project.edit(|stored| *stored = naming(document.clone(), "photo", "/proc/self/environ"));
    desk.resume("one").expect_code(2).expect_said(["the photo", "/proc"]);
    for file in super::files_below(&desk.path().join("storage")) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        for text in [SECRET, "root:x:0"] {
            let held = !file.is_symlink() && bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!held, "{} holds what was refused", file.display());
        }
    }
    project.edit(|stored| *stored = document.clone());
    desk.resume("one").expect_code(0);
}

#[test]
fn a_person_may_name_a_new_file_in_the_stored_document() {
    let desk = Desk::new();
    let clips = ["old.mp4", "new.mp4", "beside.mp4"];
    for (index, name) in clips.iter().enumerate() {
        provider::clip(&desk.path().join(name), 1.2 + index as f64 / 4.0);
    }
    let mut two =
        adgen_tests::document::written("two", "product.png".as_ref(), &[("a", 1.5, "cut"), ("b", 1.5, "cut")]);
    for index in 0..2 {
        two["scenes"][index]["background"] = json!({ "file": "old.mp4" });
    }
    two["audio"] = json!({ "music": null });
    desk.generate(&two, &[]).expect_code(0);
    let project = desk.project("two");
    // The scenes change places, and the one that is first now gets another clip.
    let new = desk.path().join("new.mp4").display().to_string();
    std::fs::copy(desk.path().join("beside.mp4"), project.path("my own clip.mp4"))
        .expect("the storage is the test's own");
    project.edit(|stored| {
        let second = stored["scenes"][1].clone();
        stored["scenes"][1] = stored["scenes"][0].clone();
        stored["scenes"][0] = second;
        stored["scenes"][0]["background"] = json!({ "file": new });
    });
    desk.resume("two").expect_code(0);
    let kept = project.json("project.json");
    let file = |index: usize| kept["scenes"][index]["background"]["file"].as_str().unwrap_or_default().to_owned();
    assert_ne!(file(0), file(1), "two clips share a name");
    let same = |name: &str, original: &str| project.bytes(name) == std::fs::read(desk.path().join(original)).unwrap();
    assert!(same(&file(0), "new.mp4") && same(&file(1), "old.mp4"), "{} {}", file(0), file(1));
    // A file that a person put into the project's folder is theirs, however it is called.
    project.edit(|stored| stored["scenes"][1]["background"] = json!({ "file": "my own clip.mp4" }));
    desk.resume("two").expect_code(0);
    let name = project.json("project.json")["scenes"][1]["background"]["file"].as_str().unwrap_or_default().to_owned();
    assert!(same(&name, "beside.mp4"), "{name}");
}

#[test]
fn what_was_deleted_from_the_storage_comes_in_again() {
    let desk = Desk::new();
    provider::clip(&desk.path().join("own.mp4"), 1.2);
    let document = naming(desk.least("again"), "clip", "own.mp4");
    desk.generate(&document, &[]).expect_code(0);
    let project = desk.project("again");
    for name in ["product_original.png", "scene_1_source.mp4"] {
        let before = project.bytes(name);
        // A disk that was full, or somebody's slip, leaves an empty one.
        for lose in [|path| std::fs::remove_file(path), |path: PathBuf| std::fs::write(path, "")] {
            lose(project.path(name)).expect("was there");
            desk.generate(&document, &[]).expect_code(0).expect_said([name, "imported again"]);
            assert_eq!(project.bytes(name), before, "{name}");
        }
    }
}
