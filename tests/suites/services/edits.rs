//! Edits of a document whose clips and music were bought: what is the same in other places is bought once.

use super::finished;
use adgen::{
    Studio,
    replicate::{ReplicateAudio, ReplicateVideo},
};
use adgen_tests::{document, emulator::Script, pictures, services::Services, storage::Project};
use serde_json::{Value, json};
use std::fs;

const MUSIC: &str = "stability-ai/stable-audio-2.5";

/// A project whose purchases are counted.
struct Edited {
    services: Services,
    studio: Studio,
    project: Project,
    id: &'static str,
}

impl Edited {
    /// Three scenes of one, one and two seconds, and music for five: four purchases.
    async fn new(id: &'static str) -> Self {
        let services = Services::start(Script::quick()).await;
        let document = document(&services, id);
        finished(services.make(&document).await);
        let (studio, project) = (services.studio().await, services.project(id));
        let edited = Self { services, studio, project, id };
        assert_eq!(edited.bought(), 4);
        edited
    }

    fn bought(&self) -> usize {
        self.services.emulator.journal().predictions.len()
    }

    fn music_bought(&self) -> usize {
        self.services.emulator.journal().predictions.iter().filter(|made| made.model == MUSIC).count()
    }

    /// Edits the stored document, makes the ad, and gives how many predictions that took.
    async fn edit(&self, change: impl FnOnce(&mut Value)) -> usize {
        let before = self.bought();
        self.project.edit(change);
        let outcome = finished(self.studio.run(self.id, adgen::RunOptions::new()).await.expect("starts").wait().await);
        assert_eq!(outcome.state.degradations, []);
        self.services.expect_nothing_bought_twice();
        self.bought() - before
    }

    fn clips(&self, count: usize) -> Vec<String> {
        (1..=count).map(|scene| self.project.hash(&format!("scene_{scene}_bg.mp4"))).collect()
    }
}

fn document(services: &Services, id: &str) -> Value {
    let mut document =
        document::written(id, &services.photo, &[("a", 1.0, "cut"), ("b", 1.0, "cut"), ("c", 2.0, "cut")]);
    document["style"] = json!({
        "lighting": "low morning sun", "camera": "slow push-in", "texture": "matte stone", "mood": "calm",
        "palette": ["#C9B79C", "#6B705C"], "grade": "warm shadows",
    });
    document["audio"] = json!({ "music": { "generate": { "prompt": format!("warm strings for {id}") } } });
    document
}

fn scenes(document: &mut Value) -> &mut Vec<Value> {
    document["scenes"].as_array_mut().expect("scenes")
}

/// Makes the ad as long as its scenes.
fn fit(document: &mut Value) {
    let seconds: f64 = scenes(document).iter().map(|scene| scene["duration_s"].as_f64().expect("planned")).sum();
    document["brief"]["duration_s"] = seconds.into();
}

#[tokio::test(flavor = "multi_thread")]
async fn scenes_that_change_places_keep_their_clips() {
    let edited = Edited::new("places").await;
    let first = edited.clips(3);
    assert!(first[0] != first[1] && first[1] != first[2], "the clips cannot be told apart");
    assert_eq!(edited.edit(|document| scenes(document).swap(0, 1)).await, 0, "a swap");
    assert_eq!(edited.clips(3), [&first[1], &first[0], &first[2]].map(String::clone));
    assert_eq!(edited.edit(|document| scenes(document).rotate_left(1)).await, 0, "a rotation");
    assert_eq!(edited.clips(3), [&first[0], &first[2], &first[1]].map(String::clone));
    assert_eq!(edited.edit(|document| scenes(document).reverse()).await, 0, "another order of three");
    assert_eq!(edited.edit(|document| scenes(document).reverse()).await, 0, "and back");
    assert_eq!(edited.clips(3), [&first[0], &first[2], &first[1]].map(String::clone));
}

#[tokio::test(flavor = "multi_thread")]
async fn scenes_that_come_and_go_cost_what_is_new() {
    let edited = Edited::new("come").await;
    let first = edited.clips(3);
    let removed = edited
        .edit(|document| {
            scenes(document).remove(0);
            fit(document);
        })
        .await;
    assert_eq!(removed, 0, "a scene was removed, and the music is long enough");
    assert_eq!(edited.clips(2), first[1..]);
    for file in ["scene_3_bg.mp4", "scene_3_composited.mp4"] {
        assert!(!edited.project.path(file).exists(), "{file} belongs to no scene any more");
    }
    let again = edited
        .edit(|document| {
            let mut scene = scenes(document)[0].clone();
            scene["id"] = "a".into();
            scene["background"]["generate"]["prompt"] = "soft light on a plain wall, view a".into();
            scenes(document).insert(0, scene);
            fit(document);
        })
        .await;
    assert_eq!(again, 0, "the removed scene came back");
    assert_eq!(edited.clips(3), first);
    let twice = edited
        .edit(|document| {
            let mut copy = scenes(document)[0].clone();
            copy["id"] = "a-again".into();
            scenes(document).push(copy);
            fit(document);
        })
        .await;
    assert_eq!(twice, 0, "a scene was copied");
    assert_eq!(edited.clips(4)[3], first[0]);
    let inserted = edited
        .edit(|document| {
            let scenes = scenes(document);
            scenes.pop();
            let mut scene = scenes[0].clone();
            scene["id"] = "new".into();
            scene["background"]["generate"]["prompt"] = "a wall that nobody has seen".into();
            scenes.insert(0, scene);
            fit(document);
        })
        .await;
    assert_eq!(inserted, 1, "only the new scene is bought");
    assert_eq!(edited.clips(4)[1..], first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_change_a_clip_buys_none() {
    let edited = Edited::new("other").await;
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit); 9] = [
        ("a caption", |document| document["scenes"][0]["caption"] = "Other words".into()),
        ("names", |document| {
            for (index, scene) in scenes(document).iter_mut().enumerate() {
                scene["id"] = format!("renamed-{index}").into();
            }
        }),
        ("a role", |document| document["scenes"][0]["role"] = "proof".into()),
        ("a dip", |document| document["scenes"][1]["transition"] = "dip".into()),
        ("frames", |document| document["output"]["fps"] = 25.into()),
        ("more frames", |document| document["output"]["fps"] = 60.into()),
        ("a shape", |document| document["output"]["aspects"] = json!(["9:16", "1:1"])),
        ("the main shape", |document| document["output"]["aspects"] = json!(["1:1", "9:16"])),
        ("lengths", |document| {
            for (scene, seconds) in scenes(document).iter_mut().zip([0.8, 1.0, 1.2]) {
                scene["duration_s"] = seconds.into();
            }
            fit(document);
        }),
    ];
    for (what, change) in edits {
        assert_eq!(edited.edit(change).await, 0, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dissolve_needs_a_longer_clip_only_where_the_seconds_do_not_suffice() {
    let edited = Edited::new("dissolve").await;
    // The model makes two seconds at least, of which the first two scenes show one.
    assert_eq!(edited.edit(|document| document["scenes"][1]["transition"] = "crossfade".into()).await, 0);
    assert_eq!(edited.edit(|document| document["output"]["fps"] = 25.into()).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_photo_buys_nothing_and_neither_does_the_first_one() {
    let edited = Edited::new("photo").await;
    let own = edited.project.bytes("product_original.png");
    let other = pictures::encoded(&pictures::cut_out(320, 420).into(), image::ImageFormat::Png);
    let stored = edited.project.path("product_original.png");
    let set = |bytes: Vec<u8>| fs::write(&stored, bytes).expect("the storage is the test's own");
    set(other);
    assert_eq!(edited.edit(|_| {}).await, 0);
    set(own);
    assert_eq!(edited.edit(|_| {}).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_callers_own_document_may_change_its_order_too() {
    let services = Services::start(Script::quick()).await;
    let mut document = document(&services, "caller");
    finished(services.make(&document).await);
    let bought = || services.emulator.journal().predictions.len();
    assert_eq!(bought(), 4);
    scenes(&mut document).swap(0, 2);
    finished(services.make(&document).await);
    scenes(&mut document).remove(1);
    fit(&mut document);
    document["output"]["fps"] = 30.into();
    finished(services.make(&document).await);
    assert_eq!(bought(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_scenes_share_one_purchase_from_the_start() {
    let services = Services::start(Script::quick()).await;
    let mut document = document(&services, "equal");
    let prompt = document["scenes"][0]["background"]["generate"]["prompt"].clone();
    document["scenes"][1]["background"]["generate"]["prompt"] = prompt;
    document["audio"] = json!({ "music": null });
    let estimate = services.studio().await.estimate(&document::parse(&document)).expect("a sound document");
    let outcome = finished(services.make(&document).await);
    let journal = services.emulator.journal();
    assert_eq!(journal.predictions.len(), 2, "two of three scenes are the same");
    assert!((outcome.state.cost_usd - journal.usd()).abs() < 1e-9);
    assert!((estimate.total.high_usd - journal.usd()).abs() < 1e-9, "{estimate:?}");
    // A seed of its own makes it another one.
    let project = services.project("equal");
    project.edit(|document| document["scenes"][1]["background"]["generate"]["seed"] = 5.into());
    finished(services.studio().await.run("equal", adgen::RunOptions::new()).await.expect("starts").wait().await);
    assert_eq!(services.emulator.journal().predictions.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn music_that_is_long_enough_is_cut() {
    let edited = Edited::new("music").await;
    let track = edited.project.hash("background_music.mp3");
    let with = |seconds: f64| {
        move |document: &mut Value| {
            for scene in scenes(document) {
                scene["duration_s"] = (seconds / 3.0).into();
            }
            document["brief"]["duration_s"] = seconds.into();
        }
    };
    edited.edit(with(3.0)).await;
    edited.edit(with(5.0)).await;
    assert_eq!((edited.music_bought(), edited.project.hash("background_music.mp3")), (1, track.clone()));
    edited.edit(with(7.5)).await;
    assert_eq!(edited.music_bought(), 2, "an ad that is longer than its music");
    let longer = edited.project.hash("background_music.mp3");
    assert_ne!(longer, track);
    edited.edit(with(6.0)).await;
    assert_eq!((edited.music_bought(), edited.project.hash("background_music.mp3")), (2, longer));
    // The first one was set aside and fits once more.
    edited.edit(with(4.0)).await;
    assert_eq!((edited.music_bought(), edited.project.hash("background_music.mp3")), (2, track));
}

async fn with_model(services: &Services, name: &str, short_side: u32) -> Studio {
    let video = ReplicateVideo::known(services.replicate(), name).expect("a known model").with_short_side(short_side);
    let audio = ReplicateAudio::new(services.replicate());
    services.builder().await.with_video(video).with_audio(audio).build().expect("a studio")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_not_taken_for_a_sharp_clip_but_a_sharp_one_serves_the_draft() {
    let services = Services::start(Script::quick()).await;
    let studio = with_model(&services, "bytedance/seedance-1-lite", 1080).await;
    let mut document = services.one_scene("sharp");
    let resolutions = || -> Vec<String> {
        let predictions = services.emulator.journal().predictions;
        predictions.iter().map(|made| made.input["resolution"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let mut make = async |short_side: u32| {
        document["output"]["short_side"] = short_side.into();
        let made = studio.generate(document::parse(&document), "").await.expect("starts").wait().await;
        assert_eq!(finished(made).state.degradations, []);
    };
    make(240).await;
    make(480).await;
    assert_eq!(resolutions(), ["480p"], "one size of the model serves both");
    make(720).await;
    assert_eq!(resolutions(), ["480p", "720p"], "the draft was taken for the sharper clip");
    make(360).await;
    make(600).await;
    assert_eq!(resolutions(), ["480p", "720p"], "what is there is sharp enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_of_one_size_sells_its_clip_once() {
    let services = Services::start(Script::quick()).await;
    let mut document = services.one_scene("size");
    for short_side in [240, 480, 720, 300] {
        document["output"]["short_side"] = short_side.into();
        finished(services.make(&document).await);
    }
    assert_eq!(services.emulator.journal().predictions.len(), 1);
}
