//! What the schema cannot say: rules between fields, and rules about what a text means.
//!
//! They read the JSON value, not the types, so that they hold for a document that has other problems too. A rule is
//! silent where what it reads has the wrong form: that is reported already.

use super::{
    Output,
    problem::{Problems, quoted},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// The shortest and the longest scene in seconds, as the schema has them for a scene's own `duration_s`.
const SCENE_S: (f64, f64) = (0.5, 60.0);

/// Adds what breaks a rule.
pub(super) fn check(document: &Value, problems: &mut Problems) {
    texts(document, &mut String::new(), problems);
    language(document, problems);
    output(&document["output"], problems);
    let Some(scenes) = document["scenes"].as_array().filter(|_| !problems.at("scenes")) else { return };
    scene_names(scenes, problems);
    scene_durations(document, scenes, problems);
}

/// Every text in the document, and every asset.
fn texts(value: &Value, path: &mut String, problems: &mut Problems) {
    let length = path.len();
    match value {
        // Too many are one problem already.
        Value::Array(items) if !problems.at(path) => {
            for (index, item) in items.iter().enumerate() {
                path.push_str(&format!("[{index}]"));
                texts(item, path, problems);
                path.truncate(length);
            }
        }
        Value::Object(fields) => {
            for (key, item) in fields {
                // A field that is not known, or a name too odd for a path, is one problem already.
                if !key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') {
                    continue;
                }
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
                if !problems.at(path) {
                    match item.as_str().filter(|_| ["image", "cutout", "logo", "file"].contains(&key.as_str())) {
                        Some(text) => asset(text, path, problems),
                        None => texts(item, path, problems),
                    }
                }
                path.truncate(length);
            }
        }
        Value::String(text) => {
            if let Some(control) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                let message = format!(
                    "{} holds the control character U+{:04X}; line feeds and tabs are allowed",
                    quoted(text),
                    u32::from(control)
                );
                problems.add_first(path, message);
            }
        }
        _ => {}
    }
}

/// A path, or an http(s) URL.
fn asset(text: &str, path: &str, problems: &mut Problems) {
    let allowed = "a path, or a URL with http:// or https://, is allowed";
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        let code = u32::from(control);
        return problems
            .add_first(path, format!("{} holds the control character U+{code:04X}; {allowed}", quoted(text)));
    }
    let lower = text.get(..5).unwrap_or_default().to_ascii_lowercase();
    let scheme = match text.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => scheme.to_ascii_lowercase(),
        _ if lower == "data:" || lower == "file:" => lower[..4].to_owned(),
        _ => return,
    };
    if scheme != "http" && scheme != "https" {
        problems.add_first(path, format!("{} has the scheme {scheme}; {allowed}", quoted(text)));
    } else if let Err(error) = url::Url::parse(text) {
        problems.add_first(path, format!("{} is not a URL: {error}; {allowed}", quoted(text)));
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// The shape of a BCP 47 tag; not whether the language exists.
fn language(document: &Value, problems: &mut Problems) {
    let Some(tag) = document["brief"]["language"].as_str() else { return };
    let mut parts = tag.split('-');
    let primary = parts
        .next()
        .is_some_and(|part| (2..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let rest = parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if !(primary && rest) {
        let message = format!("{} is not a language; a BCP 47 tag such as en, de or pt-BR is allowed", quoted(tag));
        problems.add_first("brief.language", message);
    }
}

fn output(output: &Value, problems: &mut Problems) {
    if let Some(fps) = output["fps"].as_u64()
        && !Output::FRAME_RATES.iter().any(|&rate| u64::from(rate) == fps)
    {
        let rates: Vec<String> = Output::FRAME_RATES.iter().map(ToString::to_string).collect();
        problems.add_first("output.fps", format!("{fps} is not a frame rate; {} are allowed", rates.join(", ")));
    }
    if let Some(side) = output["short_side"].as_u64().filter(|side| side % 2 == 1) {
        problems.add_first("output.short_side", format!("{side} is odd; an even number of pixels is allowed"));
    }
    let Some(aspects) = output["aspects"].as_array().filter(|_| !problems.at("output.aspects")) else { return };
    let mut seen = BTreeSet::new();
    for (index, aspect) in aspects.iter().enumerate() {
        if let Some(aspect) = aspect.as_str().filter(|aspect| !seen.insert(*aspect)) {
            let message = format!("{} stands twice; each aspect is allowed once", quoted(aspect));
            problems.add_first(&format!("output.aspects[{index}]"), message);
        }
    }
}

fn scene_names(scenes: &[Value], problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (index, scene) in scenes.iter().enumerate() {
        if let Some(id) = scene["id"].as_str().filter(|id| !seen.insert(*id)) {
            let message = format!("{} is the name of an earlier scene; each name is allowed once", quoted(id));
            problems.add_first(&format!("scenes[{index}].id"), message);
        }
    }
}

fn scene_durations(document: &Value, scenes: &[Value], problems: &mut Problems) {
    let path = |index: usize| format!("scenes[{index}].duration_s");
    let wrong = ["brief", "brief.duration_s"].iter().any(|path| problems.at(path))
        || (0..scenes.len()).any(|index| problems.at(&format!("scenes[{index}]")) || problems.at(&path(index)));
    let total = match &document["brief"]["duration_s"] {
        Value::Null => Some(30.0),
        value => value.as_f64(),
    };
    let (Some(total), false) = (total, wrong || scenes.is_empty()) else { return };
    let fps = document["output"]["fps"].as_f64().filter(|fps| (1.0..=1000.0).contains(fps)).unwrap_or(30.0);
    let half_frame = 0.5 / fps;
    let given: Vec<f64> = scenes.iter().filter_map(|scene| scene["duration_s"].as_f64()).collect();
    let (sum, open) = (given.iter().sum::<f64>(), scenes.len() - given.len());
    let (least, most) = (open as f64 * SCENE_S.0, open as f64 * SCENE_S.1);
    let left = total - sum;
    // Scenes that are all given may miss the end by rounding; those that are to be filled must really fit.
    let slack = if open == 0 { half_frame } else { 1e-9 };
    if left >= least - slack && left <= most + slack {
        return;
    }
    let (sum, left) = (rounded(sum), rounded(left));
    let message = if open == 0 {
        format!("the scenes last {sum} s together; brief.duration_s asks for exactly {total} s")
    } else if given.is_empty() {
        format!("{open} scenes cannot share {total} s: each lasts {} to {} s", SCENE_S.0, SCENE_S.1)
    } else {
        format!(
            "the scenes with a duration last {sum} s together, which leaves {left} s of {total} s for {open} without \
             one: each lasts {} to {} s",
            SCENE_S.0, SCENE_S.1
        )
    };
    problems.add("scenes", message);
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(document: &Value) -> Vec<String> {
        let mut problems = Problems::default();
        check(document, &mut problems);
        problems.into_list().iter().map(ToString::to_string).collect()
    }

    fn scenes(total: f64, durations: &[Option<f64>]) -> Vec<String> {
        let scene =
            |(index, seconds): (usize, &Option<f64>)| json!({ "id": format!("s{index}"), "duration_s": seconds });
        let scenes: Vec<Value> = durations.iter().enumerate().map(scene).collect();
        problems(&json!({ "brief": { "duration_s": total }, "scenes": scenes }))
    }

    #[test]
    fn durations_must_fill_the_ad() {
        let third = Some(10.0 / 3.0);
        assert_eq!(scenes(10.0, &[third, third, third]), [""; 0]);
        assert_eq!(scenes(10.0, &[Some(4.0), None, Some(5.0)]), [""; 0]);
        assert_eq!(scenes(10.0, &[Some(5.0), Some(5.01)]), [""; 0]);
        assert!(scenes(10.0, &[Some(5.0), Some(5.1)])[0].contains("last 10.1 s together; brief.duration_s asks"));
        assert!(scenes(10.0, &[Some(9.8), None])[0].contains("leaves 0.2 s of 10 s for 1 without one"));
        assert!(scenes(3.0, &[None; 20])[0].contains("20 scenes cannot share 3 s"));
        assert!(scenes(180.0, &[None; 2])[0].contains("2 scenes cannot share 180 s"));
    }

    #[test]
    fn names_of_scenes_are_unique() {
        let found = problems(&json!({ "scenes": [{ "id": "a" }, { "id": "b" }, { "id": "a" }] }));
        assert_eq!(found, [r#"scenes[2].id: "a" is the name of an earlier scene; each name is allowed once"#]);
    }

    #[test]
    fn assets_are_paths_or_web_addresses() {
        let sound =
            ["a.png", "../a b.png", "/x/ä.png", r"C:\x\y.png", "C:/x.png", "http://h/a?b#c", "HTTPS://h/", "x:y"];
        for asset in sound {
            assert_eq!(problems(&json!({ "product": { "image": asset } })), [""; 0], "{asset}");
        }
        for asset in ["ftp://h/x", "file:///x", "data:image/png;base64,AAAA", "http://", "https://[", "a\0b", "a\nb"] {
            let found = problems(&json!({ "scenes": [{ "id": "a", "background": { "file": asset } }] }));
            assert!(found.len() == 1 && found[0].starts_with("scenes[0].background.file: "), "{asset}: {found:?}");
        }
    }

    #[test]
    fn texts_hold_no_control_characters() {
        assert_eq!(problems(&json!({ "title": "a\nb\tc\r\n😀 \u{200F}" })), [""; 0]);
        let found = problems(&json!({ "brand": { "name": "a\u{7}" } }));
        assert!(found[0].starts_with("brand.name: ") && found[0].contains("U+0007"), "{found:?}");
    }

    #[test]
    fn languages_have_the_shape_of_a_tag() {
        for (tag, sound) in [("en", true), ("zh-Hans-CN", true), ("pt-BR", true), ("e1", false), ("english!", false)] {
            assert_eq!(problems(&json!({ "brief": { "language": tag } })).is_empty(), sound, "{tag}");
        }
    }
}
