//! Round trips and broken documents, over arbitrary ones.

use super::*;
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};

/// Text as people write it, and as they should not.
fn text(most: usize) -> impl Strategy<Value = String> {
    let parts = select(vec![
        "Rosso",
        " ",
        "😀",
        "👩‍🚀",
        "\"",
        "%",
        "%s",
        "\\",
        "\n",
        "\t",
        "{}",
        "'",
        "مرحبا",
        "\u{200F}",
        "咖啡杯",
        "é",
        "e\u{301}",
        "</script>",
        "$HOME",
        "\u{2028}",
        "🇩🇪",
        "x",
    ]);
    vec(prop_oneof![parts.prop_map(str::to_owned), "\\PC{0,4}"], 0..12)
        .prop_map(move |parts| parts.concat().chars().take(most).collect())
}

fn filled(most: usize) -> impl Strategy<Value = String> {
    text(most - 1).prop_map(|text| format!("a{text}"))
}

fn colour() -> impl Strategy<Value = Rgb> {
    any::<[u8; 3]>().prop_map(Rgb)
}

fn asset() -> impl Strategy<Value = Asset> {
    let web = "https?://[a-z]{1,9}\\.example/[a-z0-9/?=&]{0,20}";
    let file = filled(80).prop_map(|text| text.replace(|c: char| c.is_control() || c == ':', "_"));
    prop_oneof![file, web].prop_map(Asset::from)
}

fn name() -> impl Strategy<Value = String> {
    "[a-z0-9][a-z0-9_-]{0,20}"
}

fn brief() -> impl Strategy<Value = Brief> {
    let language = select(vec!["en", "de-AT", "zh-Hans", "ar", "pt-BR"]);
    (filled(120), text(900), text(100), text(100), option::of(text(80)), language, 3.0..=180.0f64).prop_map(
        |(product_name, description, audience, mood, call_to_action, language, duration_s)| Brief {
            product_name,
            description,
            audience,
            mood,
            call_to_action,
            language: language.to_owned(),
            duration_s,
        },
    )
}

fn brand() -> impl Strategy<Value = Brand> {
    (text(80), vec(colour(), 0..6), option::of(asset()), option::of(filled(40)), text(300))
        .prop_map(|(name, colors, logo, font, guidelines)| Brand { name, colors, logo, font, guidelines })
}

fn style() -> impl Strategy<Value = Style> {
    (filled(90), filled(90), filled(90), filled(90), vec(colour(), 1..8), filled(90)).prop_map(
        |(lighting, camera, texture, mood, palette, grade)| Style { lighting, camera, texture, mood, palette, grade },
    )
}

fn scene() -> impl Strategy<Value = Scene> {
    let generated = (filled(200), option::of(any::<u32>()))
        .prop_map(|(prompt, seed)| Background::Generate(GeneratedBackground { prompt, seed }));
    let background = option::of(prop_oneof![generated, asset().prop_map(Background::File)]);
    let placement = select(vec![Placement::Auto, Placement::Center, Placement::Left, Placement::Bottom]);
    let motion = select(vec![Motion::Auto, Motion::None, Motion::PushIn, Motion::SlideIn, Motion::Rotate]);
    let layer = (placement, motion, 0.2..=1.5f64, any::<bool>())
        .prop_map(|(placement, motion, scale, shadow)| ProductLayer { placement, motion, scale, shadow });
    let role = select(vec![Role::Hook, Role::Showcase, Role::Benefit, Role::Proof, Role::CallToAction]);
    let transition = select(vec![Transition::Cut, Transition::Crossfade, Transition::Dip]);
    (name(), role, background, option::of(layer), option::of(text(200)), transition).prop_map(
        |(id, role, background, product, caption, transition)| Scene {
            id,
            role,
            duration_s: None,
            background,
            product,
            caption,
            transition,
        },
    )
}

/// Scenes that fill `seconds`: none, some or all with a duration.
fn scenes(seconds: f64) -> impl Strategy<Value = Option<Vec<Scene>>> {
    let least = (seconds / 60.0).ceil() as usize;
    option::of((vec(scene(), least..=least + 2), 0..3)).prop_map(move |scenes| {
        let (mut scenes, given) = scenes?;
        let (count, share) = (scenes.len(), seconds / scenes.len() as f64);
        for (index, scene) in scenes.iter_mut().enumerate() {
            scene.id = format!("{}-{index}", scene.id);
            scene.duration_s = (given == 2 || (given == 1 && index + 1 < count)).then_some(share);
        }
        Some(scenes)
    })
}

fn project() -> impl Strategy<Value = AdProject> {
    let music = prop_oneof![
        Just(None),
        option::of(filled(90)).prop_map(|prompt| Some(Music::Generate(GeneratedMusic { prompt }))),
        asset().prop_map(|file| Some(Music::File(file))),
    ];
    let audio = (music, -31.0..=-9.0f64).prop_map(|(music, loudness_lufs)| Audio { music, loudness_lufs });
    let aspects = proptest::sample::subsequence(Aspect::ALL, 1..=4);
    let output = (aspects, 120..=1080u32, select(Output::FRAME_RATES), 96..=320u32).prop_map(
        |(aspects, half, fps, audio_kbps)| Output {
            aspects,
            short_side: half * 2,
            fps,
            quality: Quality::High,
            encoder: Encoder::Vaapi,
            audio_kbps,
        },
    );
    let policy = option::of(0.0..=100_000.0f64).prop_map(|max_usd| Policy {
        max_usd,
        fallback: Fallback::Deny,
        share_photo: true,
    });
    let product = (asset(), option::of(asset())).prop_map(|(image, cutout)| Product { image, cutout });
    let with_scenes = brief().prop_flat_map(|brief| (scenes(brief.duration_s), Just(brief)));
    let names = (name(), option::of(text(200)), option::of(text(200)), any::<u32>());
    (names, with_scenes, brand(), product, option::of(style()), audio, output, policy).prop_map(
        |((id, user_id, title, seed), (scenes, brief), brand, product, style, audio, output, policy)| AdProject {
            schema_version: SCHEMA_VERSION,
            id,
            user_id,
            title,
            brief,
            brand,
            product,
            style,
            scenes,
            audio,
            output,
            policy,
            seed,
        },
    )
}

/// A document in which every field of the types stands.
fn full() -> Value {
    let layer = json!({ "placement": "left", "motion": "float", "scale": 1.0, "shadow": true });
    json!({
        "schema_version": 1, "id": "full", "user_id": "u", "title": "T",
        "brief": { "product_name": "P", "description": "D", "audience": "A", "mood": "M", "call_to_action": "C",
                   "language": "en", "duration_s": 10.0 },
        "brand": { "name": "B", "colors": ["#112233"], "logo": "l.png", "font": "F", "guidelines": "G" },
        "product": { "image": "i.png", "cutout": "c.png" },
        "style": { "lighting": "l", "camera": "c", "texture": "t", "mood": "m", "palette": ["#fff"], "grade": "g" },
        "scenes": [
            { "id": "a", "role": "hook", "duration_s": 4.0, "background": { "generate": { "prompt": "p", "seed": 1 } },
              "product": layer, "caption": "c", "transition": "dip" },
            { "id": "b", "role": "proof", "duration_s": 6.0, "background": { "file": "b.mp4" },
              "product": layer, "caption": "c", "transition": "cut" } ],
        "audio": { "music": { "generate": { "prompt": "p" } }, "loudness_lufs": -14.0 },
        "output": { "aspects": ["9:16", "1:1"], "short_side": 720, "fps": 25, "quality": "draft", "audio_kbps": 128 },
        "policy": { "max_usd": 1.0, "fallback": "deny", "share_photo": true }, "seed": 5
    })
}

/// Every place of a value: its JSON pointer and the path that a problem must have.
fn places(value: &Value, pointer: String, path: String, all: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (key, item) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                places(item, format!("{pointer}/{key}"), format!("{path}{dot}{key}"), all);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, format!("{pointer}/{index}"), format!("{path}[{index}]"), all);
            }
        }
        _ => {}
    }
    all.push((pointer, path));
}

#[test]
fn every_field_that_is_broken_is_reported_at_its_own_path_and_nowhere_else() {
    let document = full();
    assert_eq!(validate_json(&document.to_string()), []);
    let mut all = Vec::new();
    places(&document, String::new(), String::new(), &mut all);
    assert!(all.len() > 60, "{}", all.len());
    for (pointer, path) in &all {
        for wrong in [json!({ "x": [] }), json!([[]]), json!(true), json!(-0.5), json!("\u{1}")] {
            let mut broken = document.clone();
            let place = broken.pointer_mut(pointer).expect("a place of the document");
            if place.is_boolean() && wrong.is_boolean() {
                continue;
            }
            *place = wrong.clone();
            let problems = validate_json(&broken.to_string());
            assert!(!problems.is_empty(), "{path} = {wrong}");
            for problem in &problems {
                // A brief without its duration asks for the default one, which these scenes do not fill.
                let follows = path == "brief" && problem.path == "scenes";
                assert!(follows || problem.path.starts_with(path.as_str()), "{path} = {wrong} gave {problem}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn writing_and_reading_is_the_identity(project in project()) {
        prop_assert_eq!(project.problems(), vec![]);
        let json = project.to_json();
        let read = AdProject::from_json(&json);
        prop_assert!(read.is_ok(), "{:?}", read);
        let read = read.expect("checked");
        prop_assert_eq!(&read, &project);
        prop_assert_eq!(read.to_json(), json);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,80}", start in select(vec!["", "{", "[", "{\"brief\":", "{\"id\":\"a\","])) {
        let _ = validate_json(&text);
        let _ = validate_json(&format!("{start}{text}"));
    }

    #[test]
    fn no_damage_makes_it_panic(cut in 0.0..1.0f64, drop in 0..12usize, put in "[\\[\\]{}\",:0-9a-zé\\\\]{0,6}") {
        let json: Vec<char> = full().to_string().chars().collect();
        let at = (json.len() as f64 * cut) as usize;
        let damaged: String =
            json[..at].iter().copied().chain(put.chars()).chain(json[at..].iter().skip(drop).copied()).collect();
        // Either it is sound and can be read, or it says why not.
        prop_assert_eq!(AdProject::from_json(&damaged).is_err(), !validate_json(&damaged).is_empty());
    }
}
