//! Documents that are small to render: 240 pixels wide, 24 frames a second, three seconds.

use adgen::AdProject;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A document that is planned by adgen: three scenes of about a second.
pub fn planned(id: &str, photo: &Path) -> Value {
    json!({
        "id": id,
        "brief": {
            "product_name": "Amara Oil",
            "description": "Cold-pressed from wild herbs. Melts into dry skin in seconds.",
            "mood": "warm, natural",
            "duration_s": 3,
        },
        "brand": { "name": "Amara", "colors": ["#B5651D", "#2F3E2E"] },
        "product": { "image": photo.display().to_string() },
        "output": { "short_side": 240, "fps": 24, "quality": "draft" },
        "seed": 7,
    })
}

/// A document with scenes of its own, which dissolve into each other where `transition` says so.
pub fn written(id: &str, photo: &Path, scenes: &[(&str, f64, &str)]) -> Value {
    let roles = ["hook", "showcase", "benefit", "call_to_action"];
    let mut document = planned(id, photo);
    document["brief"]["duration_s"] = scenes.iter().map(|scene| scene.1).sum::<f64>().into();
    let scenes = scenes.iter().enumerate().map(|(index, (name, duration_s, transition))| {
        json!({
            "id": name,
            "role": roles[index % roles.len()],
            "duration_s": duration_s,
            "background": { "generate": { "prompt": format!("soft light on a plain wall, view {name}") } },
            "caption": format!("Caption {name}"),
            "transition": transition,
        })
    });
    document["scenes"] = scenes.collect();
    document
}

/// The least work that still gives a video: one scene, no music.
pub fn least(id: &str, photo: &Path) -> Value {
    let mut document = written(id, photo, &[("only", 3.0, "cut")]);
    document["audio"] = json!({ "music": null });
    document
}

/// Writes a document to a file `<id>.json` in `folder`.
pub fn save(document: &Value, folder: &Path) -> PathBuf {
    let id = document["id"].as_str().expect("a document has an id");
    let path = folder.join(format!("{id}.json"));
    std::fs::write(&path, document.to_string()).expect("the folder is the test's own");
    path
}

/// A document as the library takes it.
#[track_caller]
pub fn parse(document: &Value) -> AdProject {
    AdProject::from_json(&document.to_string()).unwrap_or_else(|error| panic!("the document is not sound: {error}"))
}
