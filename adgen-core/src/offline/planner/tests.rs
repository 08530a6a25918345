//! Whole plans.

use super::*;
use crate::project::{AdProject, Asset, Brand, Brief, GeneratedBackground, Motion, Placement, ProductLayer, Rgb};
use proptest::prelude::*;

fn request(seconds: f64, seed: u32) -> PlanRequest {
    let mut brief = Brief::new("Rosso Espresso Cup");
    brief.description = "A handmade ceramic cup. It keeps coffee hot.".into();
    brief.mood = "warm, like a Rosso morning".into();
    brief.duration_s = seconds;
    let brand = Brand { name: "Caffè Rosso".into(), colors: vec![Rgb([0xC8, 0x10, 0x2E])], ..Brand::default() };
    PlanRequest { seed, ..PlanRequest::new(brief, brand) }
}

fn scene(id: &str, role: Role, duration_s: Option<f64>) -> Scene {
    let (product, transition) = (Some(ProductLayer::default()), Transition::Cut);
    Scene { id: id.into(), role, duration_s, background: None, product, caption: None, transition }
}

#[test]
fn the_same_request_gives_the_same_plan_and_another_seed_another() {
    let planner = TemplatePlanner::new();
    let plan = planner.plan_now(&request(30.0, 7));
    assert_eq!(plan, planner.plan_now(&request(30.0, 7)));
    let others = (0..20).filter(|&seed| planner.plan_now(&request(30.0, seed)).scenes != plan.scenes).count();
    assert!(others >= 15, "{others}");
    assert_eq!(planner.info().price, crate::provider::Price::Free);
}

#[test]
fn prompts_carry_the_whole_style_and_never_the_product() {
    let looks = crate::offline::look::Look::ALL;
    for seed in 0..30 {
        let plan = TemplatePlanner::new().plan_now(&request(45.0, seed));
        assert_eq!(plan.style.palette[0], Rgb([0xC8, 0x10, 0x2E]));
        for scene in &plan.scenes {
            assert!(scene.prompt.contains(&plan.style.to_prompt()), "{}", scene.prompt);
            assert!(scene.prompt.ends_with("No text, no logos, no people, no product."), "{}", scene.prompt);
            let lower = scene.prompt.to_lowercase();
            assert!(["rosso", "espresso", "cup", "caff"].iter().all(|word| !lower.contains(word)), "{lower}");
            assert!(looks.iter().any(|&look| lower.contains(look_phrase(look))), "{lower}");
            assert!(scene.prompt.len() < 4000);
        }
        assert_eq!(mood_of(&plan.scenes[0].prompt), Mood::Warm);
        assert_eq!(Mood::from_text(&plan.music_prompt), Mood::Warm);
        assert_eq!(plan.scenes[0].transition, Transition::Cut);
    }
}

#[test]
fn what_a_person_wrote_stays() {
    let mut request = request(20.0, 3);
    let mut own = scene("mine", Role::Hook, Some(3.3));
    own.caption = Some("My words".into());
    own.background =
        Some(Background::Generate(GeneratedBackground { prompt: "a beach at dawn".into(), seed: Some(4) }));
    own.product = Some(ProductLayer { placement: Placement::Left, motion: Motion::Rotate, ..ProductLayer::default() });
    own.transition = Transition::Dip;
    let mut without = scene("plain", Role::Showcase, None);
    without.product = None;
    let mut clip = scene("clip", Role::Benefit, None);
    clip.background = Some(Background::File(Asset::from("clip.mp4")));
    request.scenes = Some(vec![own.clone(), without, clip, scene("end", Role::CallToAction, None)]);
    let style = TemplatePlanner::new().plan_now(&request).style;
    request.style = Some(crate::project::Style { lighting: "candles".into(), ..style });

    let plan = TemplatePlanner::new().plan_now(&request);
    assert_eq!(Some(&plan.style), request.style.as_ref());
    let ids: Vec<&str> = plan.scenes.iter().map(|scene| scene.id.as_str()).collect();
    assert_eq!(ids, ["mine", "plain", "clip", "end"]);
    let first = &plan.scenes[0];
    assert_eq!((first.duration_s, first.prompt.as_str()), (3.3, "a beach at dawn"));
    assert_eq!((&first.product, &first.caption, first.transition), (&own.product, &own.caption, Transition::Dip));
    assert_eq!((plan.scenes[1].product.clone(), plan.scenes[1].caption.clone()), (None, None));
    assert!(plan.scenes[3].prompt.contains("candles"));
    assert!((plan.scenes.iter().map(|scene| scene.duration_s).sum::<f64>() - 20.0).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// A plan that is put into the document is a sound document.
    #[test]
    fn a_plan_makes_a_sound_document(
        seconds in 3.0..=180.0f64, seed in any::<u32>(), name in "[a-zA-Z😀咖 %\"\\\\]{0,40}x", text in "\\PC{0,400}", mood in "\\PC{0,200}",
    ) {
        let mut request = request(seconds, seed);
        request.brief.product_name = name;
        request.brief.description = text;
        request.brief.mood = mood;
        let plan = TemplatePlanner::new().plan_now(&request);
        let mut project = AdProject::new("p", "x", "x.png");
        project.brief = request.brief;
        project.scenes = Some(plan.scenes.iter().map(|planned| Scene {
            id: planned.id.clone(),
            role: planned.role,
            duration_s: Some(planned.duration_s),
            background: Some(Background::Generate(GeneratedBackground { prompt: planned.prompt.clone(), seed: None })),
            product: planned.product.clone(),
            caption: planned.caption.clone(),
            transition: planned.transition,
        }).collect());
        project.style = Some(plan.style);
        prop_assert_eq!(project.problems(), vec![]);
    }
}
