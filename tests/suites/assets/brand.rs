//! Logo, font and texts that cannot be shown: a degradation that is told once, and a failure where the policy denies it.

use super::{Desk, naming};
use serde_json::{Value, json};

/// A character that no font has: the last one of the private planes.
const NO_GLYPH: &str = "New \u{10FFFD} taste";

fn denied(mut document: Value) -> Value {
    document["policy"] = json!({ "fallback": "deny" });
    document
}

/// Three scenes, two shapes.
fn wide(desk: &Desk, id: &str) -> Value {
    let scenes = [("a", 1.0, "cut"), ("b", 1.0, "cut"), ("c", 1.0, "cut")];
    let mut document = adgen_tests::document::written(id, "product.png".as_ref(), &scenes);
    document["audio"] = json!({ "music": null });
    document["output"]["aspects"] = json!(["9:16", "1:1"]);
    document["product"]["image"] = desk.photo.display().to_string().into();
    document
}

#[test]
fn what_is_left_out_is_told_once_in_every_run() {
    let desk = Desk::new();
    desk.write("logo.png", "what-was-refused");
    desk.write("brand.ttf", "what-was-refused");
    let mut document = wide(&desk, "wide");
    document["brand"]["logo"] = "logo.png".into();
    document["brand"]["font"] = "brand.ttf".into();
    for index in 0..3 {
        document["scenes"][index]["caption"] = NO_GLYPH.into();
    }
    for run in 0..2 {
        let ran = desk.generate(&document, &[]).expect_code(0);
        let state = desk.project("wide").state();
        let degradations = state["degradations"].as_array().expect("a list");
        let of = |artifact: &str| degradations.iter().filter(|one| one["artifact"] == artifact).count();
        assert_eq!((of("brand_logo"), of("brand_font")), (1, 1), "run {run}: {degradations:#?}");
        let texts: Vec<&Value> = degradations.iter().filter(|one| one["cause"].to_string().contains("glyph")).collect();
        assert_eq!(texts.len(), 1, "run {run}: {degradations:#?}");
        let also = texts[0]["also"].as_array().map(Vec::len);
        assert_eq!(also, Some(5), "run {run}: {degradations:#?}");
        assert_eq!(ran.stderr.matches("brand_logo").count(), 1, "{}", ran.stderr);
        assert_eq!(degradations.len(), 3, "run {run}: {degradations:#?}");
    }
    let report = desk.project("wide").text("report.html");
    assert_eq!(report.matches("Fallback: text as far").count(), 3, "the report does not mark each scene");
    for file in super::files_below(&desk.path().join("storage")) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        assert!(!bytes.windows(16).any(|window| window == b"what-was-refused"), "{}", file.display());
    }
}

#[test]
fn what_is_to_be_said_of_a_logo_is_said_once_in_every_run() {
    let desk = Desk::new();
    let press = adgen_tests::root().join("tests/fixtures/cmyk.jpg");
    desk.write("logo.jpg", std::fs::read(press).expect("the repository is whole"));
    let mut document = wide(&desk, "press");
    document["brand"]["logo"] = "logo.jpg".into();
    for run in 0..2 {
        desk.generate(&document, &[]).expect_code(0);
        let state = desk.project("press").state();
        let notes = state["notes"].as_array().expect("a list").iter().filter_map(Value::as_str);
        let said: Vec<&str> = notes.filter(|note| note.contains("CMYK")).collect();
        assert!(said.len() == 1 && !said[0].contains("times"), "run {run}: {said:?}");
    }
}

#[test]
fn a_policy_that_denies_fallbacks_fails_for_each_of_them() {
    let desk = Desk::new();
    desk.write("logo.png", "no logo");
    desk.write("brand.ttf", "no font");
    let caption = |mut document: Value, text: &str| {
        document["scenes"][0]["caption"] = text.into();
        document
    };
    for (id, document, said) in [
        ("logo", naming(desk.least("logo"), "logo", "logo.png"), "the logo"),
        ("file", naming(desk.least("file"), "font", "brand.ttf"), "the brand's font"),
        ("family", naming(desk.least("family"), "font", "Nope"), "\"Nope\""),
        ("part", caption(desk.least("part"), NO_GLYPH), "the caption"),
        ("whole", caption(desk.least("whole"), "\u{10FFFD}\u{10FFFC}"), "the caption"),
    ] {
        let ran = desk.generate(&denied(document), &[]);
        let ran = ran.expect_code(1).expect_said([said, "policy.fallback"]);
        let state = desk.project(id).state();
        assert_eq!(state["error"]["code"], "fallback_denied", "{id}: {}", ran.stderr);
        assert!(!desk.project(id).path("final_video.mp4").exists(), "{id}");
    }
    // What was made before it was denied is denied all the same.
    desk.generate(&caption(desk.least("later"), NO_GLYPH), &[]).expect_code(0);
    desk.project("later").edit(|stored| *stored = denied(stored.clone()));
    desk.resume("later").expect_code(1).expect_said(["the caption"]);
    // A sound document passes.
    desk.generate(&denied(naming(desk.least("sound"), "logo", "product.png")), &[]).expect_code(0);
}
