//! Answers as models give them, good and bad, and what becomes of them.

use super::*;
use crate::{
    project::{
        Background, Brand, Brief, GeneratedBackground, Motion, Placement, ProductLayer, Role, Scene, Transition,
    },
    provider::{
        Plan, PlanRequest,
        prompt_rules::{named_in, names_of},
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn request(seconds: f64) -> PlanRequest {
    let mut brief = Brief::new("Verlune Glow Oil");
    brief.duration_s = seconds;
    PlanRequest::new(brief, Brand { name: "Verlune".to_owned(), ..Brand::default() })
}

fn scene(background: &str) -> Value {
    json!({ "background": background, "caption": " Soft \n skin ", "duration_s": 2.0, "transition": "crossfade",
        "product": { "grounded": true, "motion": "rotate", "placement": "left" } })
}

fn answer(task: &Task<'_>, background: &str) -> Value {
    let scenes: serde_json::Map<_, _> = task.wanted.scenes.iter().map(|id| (id.clone(), scene(background))).collect();
    json!({
        "global_style": { "camera": "slow push-in", "grade": "warm; soft.", "lighting": "morning light", "mood": "calm",
            "palette": ["#102030", "#FFF", "#102030"], "texture": "linen" },
        "music_prompt": "ambient piano, 74 BPM",
        "scenes": scenes,
    })
}

fn read(json: &Value) -> Draft {
    Draft::read(&json.to_string()).unwrap()
}

const SET: &str = "a limestone ledge above a still sea at dawn, level ground at a third, mist drifts slowly far behind";

/// The rules that the pipeline has for every plan.
fn keeps_the_rules(plan: &Plan, request: &PlanRequest) {
    let total: f64 = plan.scenes.iter().map(|scene| scene.duration_s).sum();
    assert!((total - request.brief.duration_s).abs() < 1e-6, "{total}");
    assert!((1..=20).contains(&plan.scenes.len()));
    for (index, scene) in plan.scenes.iter().enumerate() {
        let own = request.scenes.iter().flatten().nth(index);
        assert!(own.is_none_or(|own| own.id == scene.id));
        assert!(scene.duration_s >= 0.5 && !scene.prompt.trim().is_empty() && scene.prompt.chars().count() <= 4_000);
        let names = names_of(&request.brief, &request.brand);
        let named = named_in(&names, plan, request.style.as_ref(), request.scenes.as_deref());
        assert_eq!(named, None, "{}", scene.prompt);
    }
}

#[test]
fn a_good_answer_becomes_a_plan() {
    let request = request(20.0);
    let task = Task::new(&request);
    let draft = read(&answer(&task, SET));
    assert_eq!(faults(&task, &draft), Faults::default());
    let plan = task.plan(&draft);
    keeps_the_rules(&plan, &request);
    assert_eq!(plan.style.palette.len(), 2);
    assert_eq!(plan.style.grade, "warm, soft");
    assert_eq!(plan.music_prompt, "ambient piano, 74 BPM, instrumental without vocals");
    for (index, scene) in plan.scenes.iter().enumerate() {
        assert!(scene.prompt.contains(SET) && scene.prompt.contains(&plan.style.to_prompt()), "{}", scene.prompt);
        assert!(scene.prompt.contains("A wide empty area on the left") && scene.prompt.contains("No text, no logos"));
        assert_eq!(scene.caption.as_deref(), Some("Soft skin"));
        // Five scenes of four seconds, as the model wishes, would buy more seconds than were estimated.
        assert_eq!(Some(scene.duration_s), task.outline[index].duration_s);
        // What stands on the ground does not turn, and an ad begins with a cut.
        let layer = scene.product.as_ref().unwrap();
        assert_eq!((layer.motion, layer.shadow), (Motion::PushIn, true));
        assert_eq!(scene.transition, if index == 0 { Transition::Cut } else { Transition::Crossfade });
    }
}

#[test]
fn each_fault_is_named_with_its_place() {
    let request = request(20.0);
    let task = Task::new(&request);
    let good = answer(&task, SET);
    let broken = |path: &str, value: Value| {
        let mut json = good.clone();
        *json.pointer_mut(path).unwrap() = value;
        faults(&task, &read(&json))
    };
    let cases = [
        ("/scenes/01_hook/background", json!("the VERLUNE glow OIL on a ledge"), "verlune glow oil"),
        ("/scenes/01_hook/background", json!("a verlunesque light over stone"), "verlune"),
        ("/scenes/01_hook/background", json!("sea"), "3 characters"),
        ("/scenes/01_hook/background", json!("wave ".repeat(400)), "characters"),
        ("/scenes/01_hook/caption", json!("word ".repeat(40)), "caption has"),
        ("/global_style/mood", json!("Verlune"), "global_style.mood"),
        ("/global_style/camera", json!(" "), "global_style.camera"),
        ("/global_style", Value::Null, "global_style is missing"),
        ("/music_prompt", json!(""), "music_prompt"),
        ("/scenes", json!({}), "scenes.01_hook is missing"),
    ];
    for (path, value, expected) in cases {
        let found = broken(path, value.clone());
        assert!(found.hard.iter().any(|fault| fault.contains(expected)), "{path} {value}: {found:?}");
    }
    let soft = [
        ("/scenes/01_hook/background", json!("a market street with many people behind a stall"), "people"),
        ("/scenes/01_hook/caption", json!("word ".repeat(15)), "caption has"),
        ("/global_style/palette", json!(["#123", "red"]), "no colours"),
        ("/global_style/palette", json!([]), "palette"),
    ];
    for (path, value, expected) in soft {
        let found = broken(path, value.clone());
        assert!(found.hard.is_empty() && found.listed().contains(expected), "{path} {value}: {found:?}");
    }
    assert!(broken("/scenes/01_hook/background", json!("an empty market street without people or logos")).is_empty());
}

#[test]
fn what_a_person_wrote_stays() {
    let mut request = request(20.0);
    let scene = |id: &str, duration_s: Option<f64>, prompt: Option<&str>| Scene {
        id: id.to_owned(),
        role: Role::Benefit,
        duration_s,
        background: prompt
            .map(|prompt| Background::Generate(GeneratedBackground { prompt: prompt.to_owned(), seed: None })),
        product: Some(ProductLayer { placement: Placement::Top, ..ProductLayer::default() }),
        caption: None,
        transition: Transition::Dip,
    };
    request.scenes =
        Some(vec![scene("a", Some(3.3), None), scene("b", None, Some("my beach")), scene("c", None, None)]);
    let style = crate::openai::task::plain_style(&request);
    request.style = Some(crate::project::Style { lighting: "a Verlune Glow Oil sunset".to_owned(), ..style });
    let task = Task::new(&request);
    assert_eq!(task.wanted.scenes, ["01_a", "03_c"]);
    let mut json = answer(&task, SET);
    json["scenes"]["03_c"]["duration_s"] = json!(1.0);
    let draft = read(&json);
    assert!(faults(&task, &draft).hard.is_empty());
    let plan = task.plan(&draft);
    keeps_the_rules(&plan, &request);
    assert_eq!(Some(&plan.style), request.style.as_ref());
    assert_eq!((plan.scenes[0].duration_s, plan.scenes[1].prompt.as_str()), (3.3, "my beach"));
    for planned in &plan.scenes {
        assert_eq!((planned.caption.as_deref(), planned.transition), (None, Transition::Dip));
        assert_eq!(planned.product.as_ref().map(|layer| layer.placement), Some(Placement::Top));
    }
    // The person's own style is in the prompts, but for the name in it.
    assert!(plan.scenes[2].prompt.contains("Style: a sunset; camera:"), "{}", plan.scenes[2].prompt);
    assert!(plan.scenes[2].prompt.contains("in the upper half"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a product is called and whatever a model writes: either the answer has a fault, or the plan keeps the
    /// rules.
    #[test]
    fn a_plan_never_names_the_product(
        name in prop_oneof![
            prop::sample::select(vec!["Style".to_owned(), "Camera".to_owned(), "product".to_owned()]),
            "[a-zA-Z]{1,8}( [a-zİßΣ]{1,8})?",
            "\\PC{1,12}",
        ],
        around in "[a-z ]{0,20}", upper in any::<bool>(), insert in any::<bool>(), seconds in 3.0..=180.0f64,
        wishes in prop::collection::vec(prop_oneof![0.0..100.0f64, Just(-1.0), Just(1e300)], 6),
    ) {
        let mut request = request(seconds);
        request.brief.product_name = name.clone();
        let task = Task::new(&request);
        let shown = if upper { name.to_uppercase() } else { name };
        let background = if insert { format!("{around}{shown}{around} over stone and sea") } else { SET.to_owned() };
        let mut json = answer(&task, &background);
        for (id, wish) in task.wanted.scenes.iter().zip(wishes) {
            json["scenes"][id]["duration_s"] = json!(wish);
        }
        let draft = read(&json);
        if faults(&task, &draft).hard.is_empty() {
            keeps_the_rules(&task.plan(&draft), &request);
        }
    }
}
