//! The keys of composited scenes, pinned: they must be the same in every build, or finished scenes are made again.

use super::*;
use crate::{
    composite::SceneSpec,
    project::{Aspect, ProductLayer, Rgb, Role},
};
use std::path::Path;

fn source(caption: &str, crossfade: u64) -> SceneSource {
    let mut spec = SceneSpec::new(240, 426, Aspect::Portrait9x16, Role::Showcase, 48);
    spec.caption = Some(caption.to_owned());
    spec.palette = vec![Rgb([201, 183, 156])];
    spec.ground_line = Some(0.1);
    spec.product = Some(ProductLayer { scale: 0.85, ..ProductLayer::default() });
    spec.scene_index = 1;
    let slot = Slot { start: 24, frames: 36, crossfade, dip_in: 0, dip_out: 6, tail: 12 };
    SceneSource { spec, clip: (PathBuf::from("anywhere"), String::new()), slot }
}

fn settings() -> VideoSettings {
    let mut settings = VideoSettings::new(240, 426, 24);
    settings.crf = 17.3;
    settings
}

/// What `tests/keys` checks once more, with `serde_json` built in other ways.
#[test]
fn keys_are_pinned() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/keys.json");
    let file = std::fs::read_to_string(&path).expect("the repository is whole");
    let pinned: Value = serde_json::from_str(&file).expect("the file is JSON");
    let (one, two) = (source("20 % more\n\"glow\" \u{1f600}", 0), source("öl", 12));
    let clip = json!({
        "provider": ["replicate", "bytedance/seedance-1-pro-fast"], "prompt": "soft light", "seed": 3_735_928_559_u32,
        "aspect": Aspect::Square, "duration_s": 4.0, "short_side": 720,
    });
    let drawn = json!({ "duration_s": 3.3333333333333335, "drawn": [json!(1080), json!(30), json!([Rgb([1, 2, 3])])] });
    let made = [
        ("composite", parameters(&one, None, &settings(), None), vec!["a", "", "b"]),
        ("composite", parameters(&two, Some(&one), &settings(), None), vec!["a", "c"]),
        ("clip", clip, vec![]),
        ("clip", drawn, vec![]),
    ];
    let made = made.map(|(stage, parameters, inputs)| {
        let key = content_key(stage, 1, &parameters, &inputs);
        json!({ "stage": stage, "version": 1, "parameters": parameters, "inputs": inputs, "key": key })
    });
    assert_eq!(
        pinned["keys"],
        json!(made),
        "keys have changed: everything is made again, and perhaps paid for. Where that is meant, write into {}:\n{:#}",
        path.display(),
        json!({ "keys": made })
    );
}
