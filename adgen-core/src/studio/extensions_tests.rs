//! What is put into a studio reaches its runs.

use crate::{
    AdProject, AssetPolicy, Assets, HttpOptions, Matting, Outcome, RunOptions, Studio, StudioBuilder,
    error::{Error, ErrorKind, Result},
    http::test_server::{Act, Server},
    matte::BackgroundRemover,
    project::Stage,
};
use image::{GrayImage, Luma, Rgb, RgbImage};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

/// A folder with a storage, and a photo of a red disc before a plain wall.
struct Desk(tempfile::TempDir);

fn is_disc(x: u32, y: u32) -> bool {
    (f64::from(x) - 100.0).hypot(f64::from(y) - 120.0) < 60.0
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let picture = |x, y| if is_disc(x, y) { Rgb([190, 40, 30]) } else { Rgb([226, 226, 222]) };
        RgbImage::from_fn(200, 240, picture).save(folder.path().join("photo.png")).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A studio without a network, in whose folder there is no model.
    fn builder(&self) -> StudioBuilder {
        let matting = Matting::new().with_models_dir(self.path().join("models"));
        Studio::builder().with_storage_dir(self.path().join("storage")).with_matting(matting).offline()
    }

    /// One small scene without music, as short as an ad may be.
    fn document(&self, id: &str) -> Value {
        json!({
            "id": id,
            "brief": { "product_name": "Amara Oil", "duration_s": 3 },
            "brand": { "name": "Amara" },
            "product": { "image": "photo.png" },
            "scenes": [{
                "id": "only",
                "role": "hook",
                "duration_s": 3,
                "background": { "generate": { "prompt": "soft light on a plain wall" } },
                "caption": "Warm",
            }],
            "audio": { "music": null },
            "output": { "short_side": 240, "fps": 24, "quality": "draft" },
        })
    }

    async fn made(&self, studio: &Studio, document: &Value) -> Outcome {
        let project = AdProject::from_json(&document.to_string()).unwrap();
        studio.generate(project, self.path()).await.unwrap().wait().await.unwrap()
    }
}

fn told(outcome: &Outcome) -> Vec<(String, String)> {
    outcome.state.degradations.iter().map(|one| (one.fallback.clone(), one.cause.to_string())).collect()
}

/// How many artifacts of a stage were made, and how many were there.
fn counts(outcome: &Outcome, stage: Stage) -> (u32, u32) {
    outcome.state.stages.get(&stage).map_or((0, 0), |state| (state.made, state.reused))
}

#[derive(Debug)]
struct Remover {
    version: &'static str,
    fails: Option<ErrorKind>,
    asked: Arc<AtomicU32>,
}

impl BackgroundRemover for Remover {
    fn name(&self) -> &str {
        "disc"
    }

    fn version(&self) -> &str {
        self.version
    }

    fn coarse_mask(&self, photo: &RgbImage, _: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.fails {
            Some(ErrorKind::Unexpected) => panic!("a bad day"),
            Some(kind) => Err(Error::new(kind, "a bad day")),
            // By its colour, in whatever part of the photo it is shown.
            None => Ok(GrayImage::from_fn(photo.width(), photo.height(), |x, y| {
                Luma([if photo.get_pixel(x, y)[1] < 130 { 255 } else { 0 }])
            })),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remover_that_is_put_in_cuts_out_and_its_failures_are_told() {
    let desk = Desk::new();
    let asked = Arc::new(AtomicU32::new(0));
    let studio = |version, fails| {
        let remover: Arc<dyn BackgroundRemover> = Arc::new(Remover { version, fails, asked: Arc::clone(&asked) });
        desk.builder().with_background_remover(remover).build().unwrap()
    };
    let document = desk.document("disc");
    let outcome = desk.made(&studio("1", None), &document).await;
    assert_eq!(told(&outcome), []);
    assert!(asked.swap(0, Ordering::SeqCst) > 0);
    let cut = image::open(desk.path().join("storage/projects/disc/product_masked.png")).unwrap().into_rgba8();
    assert!(cut.get_pixel(100, 120)[3] == 255 && cut.get_pixel(100, 66)[3] > 200 && cut.get_pixel(20, 20)[3] == 0);
    // The same one is not asked again, another version is.
    let outcome = desk.made(&studio("1", None), &document).await;
    assert_eq!((counts(&outcome, Stage::Extract), asked.load(Ordering::SeqCst)), ((0, 1), 0));
    let outcome = desk.made(&studio("2", None), &document).await;
    assert_eq!(counts(&outcome, Stage::Extract), (1, 0));
    assert!(asked.swap(0, Ordering::SeqCst) > 0);
    // The next way steps in: the model, of which there is none here, and then the plain backdrop.
    for (index, fails) in [ErrorKind::Unexpected, ErrorKind::Io, ErrorKind::Unavailable].into_iter().enumerate() {
        let outcome = desk.made(&studio("3", Some(fails)), &desk.document(&format!("bad-{index}"))).await;
        let told = told(&outcome);
        let steps: Vec<&str> = told.iter().map(|(fallback, _)| fallback.as_str()).collect();
        assert_eq!(steps, ["cut-out by adgen's own model", "cut-out by the backdrop's colour"], "{told:?}");
        assert!(told[0].1.contains("a bad day") && told[1].1.contains("not installed"), "{told:?}");
        assert_eq!(asked.swap(0, Ordering::SeqCst), 1);
    }
    // A run that is offline by its own options asks nobody.
    let run = studio("2", None).run("disc", RunOptions::new().offline()).await.unwrap();
    assert_eq!(told(&run.wait().await.unwrap()).len(), 1);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    // A policy that denies fallbacks denies this one.
    let mut strict = desk.document("strict");
    strict["policy"] = json!({ "fallback": "deny" });
    let project = AdProject::from_json(&strict.to_string()).unwrap();
    let run = studio("3", Some(ErrorKind::Model)).generate(project, desk.path()).await.unwrap();
    assert_eq!(run.wait().await.unwrap_err().kind(), ErrorKind::FallbackDenied);
}

#[test]
fn a_remover_without_a_version_is_refused_where_it_is_put_in() {
    let desk = Desk::new();
    let remover = Remover { version: "", fails: None, asked: Arc::default() };
    let error = desk.builder().with_background_remover(remover).build().unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidConfig && error.message().contains("disc has no version"), "{error}");
}

const DISPLAY: &[u8] = include_bytes!("../../assets/fonts/InterDisplay-Bold.otf");

/// A typeface of another family.
fn brands_own() -> Vec<u8> {
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    let (name, other) = (wide("Inter Display"), wide("Brand Display"));
    let mut bytes = DISPLAY.to_vec();
    let places: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at..].starts_with(&name)).collect();
    places.into_iter().for_each(|at| bytes[at..at + name.len()].copy_from_slice(&other));
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn typefaces_that_are_put_in_are_used_and_are_part_of_keys_as_far_as_they_show() {
    let desk = Desk::new();
    let builder = || desk.builder().without_system_fonts();
    let mut document = desk.document("fonts");
    document["brand"]["font"] = "Brand Display".into();
    let own_font =
        |told: &[(String, String)]| told.iter().filter(|(fallback, _)| fallback.contains("own font")).count();
    let outcome = desk.made(&builder().build().unwrap(), &document).await;
    assert_eq!((own_font(&told(&outcome)), counts(&outcome, Stage::Composite)), (1, (1, 0)));
    let folder = desk.path().join("fonts");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("own.otf"), brands_own()).unwrap();
    let outcome = desk.made(&builder().with_font_folder(&folder).build().unwrap(), &document).await;
    assert_eq!((own_font(&told(&outcome)), counts(&outcome, Stage::Composite)), (0, (1, 0)));
    // The same by its bytes, and beside one that no text of the ad is set in.
    let studio = builder().with_font_bytes(brands_own()).with_font_bytes(DISPLAY);
    let outcome = desk.made(&studio.build().unwrap(), &document).await;
    assert_eq!((own_font(&told(&outcome)), counts(&outcome, Stage::Composite)), (0, (0, 1)));
    // A new cut of it.
    let mut newer = brands_own();
    newer.push(0);
    let outcome = desk.made(&builder().with_font_bytes(newer).build().unwrap(), &document).await;
    assert_eq!((own_font(&told(&outcome)), counts(&outcome, Stage::Composite)), (0, (1, 0)));
    let project = AdProject::from_json(&document.to_string()).unwrap();
    let looked = |builder: StudioBuilder| {
        let inspected = builder.build().unwrap().inspect(&project, desk.path()).unwrap();
        inspected.iter().filter(|one| one.problem.is_some()).count()
    };
    assert_eq!((looked(builder()), looked(builder().with_font_folder(&folder))), (1, 0));
    let missing = builder().with_font_folder(desk.path().join("nowhere")).build().unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::InvalidConfig);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_studio_fetches_goes_through_its_proxy() {
    let desk = Desk::new();
    let photo = std::fs::read(desk.path().join("photo.png")).unwrap();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", photo.len());
    let no = Act::Say(407, "", String::new());
    let proxy = Server::start(vec![Act::Raw([head.as_bytes(), &photo].concat()), no]).await;
    let matting = Matting::new().with_models_dir(desk.path().join("models"));
    let builder = Studio::builder().with_storage_dir(desk.path().join("storage")).with_matting(matting);
    let builder = builder.with_asset_policy(AssetPolicy::own_documents());
    let studio = builder.with_http(HttpOptions::default().with_proxy(&proxy.url)).build().unwrap();
    let mut document = desk.document("proxy");
    document["product"]["image"] = "http://93.184.215.14/photo.png".into();
    let run = studio.generate(AdProject::from_json(&document.to_string()).unwrap(), desk.path()).await.unwrap();
    // First the photo, then the model that is to cut it out.
    let came = async {
        while proxy.requests().len() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), came).await.expect("something went another way");
    run.cancel();
    assert_eq!(run.wait().await.unwrap_err().kind(), ErrorKind::Cancelled);
    let requests = proxy.requests();
    assert!(requests[0].starts_with("GET http://93.184.215.14/photo.png "), "{requests:?}");
    assert!(requests[1].starts_with("CONNECT github.com:443 "), "{requests:?}");
    let wrong = desk.builder().with_http(HttpOptions::default().with_proxy("nonsense")).build().unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::InvalidConfig);
}

#[tokio::test]
async fn by_itself_a_library_takes_what_is_handed_in_or_lies_in_the_folder() {
    let desk = Desk::new();
    let studio = desk.builder().build().unwrap();
    let naming = |id: &str, name: &str| {
        let mut document = desk.document(id);
        document["product"]["image"] = name.into();
        AdProject::from_json(&document.to_string()).unwrap()
    };
    let photo = std::fs::read(desk.path().join("photo.png")).unwrap();
    std::fs::create_dir(desk.path().join("documents")).unwrap();
    let folder = desk.path().join("documents");
    #[cfg(unix)]
    std::os::unix::fs::symlink(desk.path().join("photo.png"), folder.join("link.png")).unwrap();
    let absolute = desk.path().join("photo.png").display().to_string();
    let urls = ["https://a.example/x.png", "http://127.0.0.1:9/x.png", "HTTPS://a.example/x.png"];
    for name in [absolute.as_str(), "../photo.png", "link.png", "/etc/passwd"].into_iter().chain(urls) {
        let error = studio.import(naming("closed", name), folder.as_path()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{name}: {error}");
    }
    let handed_in = Assets::none().with_bytes("../photo.png", photo);
    studio.import(naming("handed-in", "../photo.png"), handed_in).await.unwrap();
    studio.import(naming("in-the-folder", "photo.png"), desk.path()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn events_states_and_histories_are_dated_by_the_studios_clock() {
    let desk = Desk::new();
    let ticks = AtomicU32::new(0);
    // A second passes each time somebody looks.
    let clock = move || {
        let tick = u64::from(ticks.fetch_add(1, Ordering::SeqCst));
        SystemTime::UNIX_EPOCH + Duration::from_secs(4_000_000_000 + tick)
    };
    let times = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&times);
    let studio = desk.builder().with_clock(clock).on_event(move |event| heard.lock().unwrap().push(event.at.clone()));
    let outcome = desk.made(&studio.build().unwrap(), &desk.document("clock")).await;
    let heard = times.lock().unwrap().clone();
    assert!(heard.len() > 5 && heard.is_sorted() && heard.iter().all(|at| at.starts_with("2096-")), "{heard:?}");
    let folder = desk.path().join("storage/projects/clock");
    let json = |path: std::path::PathBuf| serde_json::from_slice::<Value>(&std::fs::read(path).unwrap()).unwrap();
    let state = json(folder.join("state.json"));
    for field in ["created_at", "updated_at"] {
        assert!(state[field].as_str().unwrap().starts_with("2096-"), "{state}");
    }
    assert!(state["elapsed_s"].as_f64().unwrap() < 600.0, "durations go by the studio's clock");
    let entries: Vec<_> =
        std::fs::read_dir(folder.join("history")).unwrap().map(|entry| entry.unwrap().path()).collect();
    let dated =
        entries.iter().filter(|path| path.extension().is_some_and(|end| end == "json")).map(|path| json(path.clone()));
    let dates: Vec<String> = dated.filter_map(|entry| entry["at"].as_str().map(str::to_owned)).collect();
    assert!(!dates.is_empty() && dates.iter().all(|at| at.starts_with("2096-")), "{dates:?}");
    assert_eq!(outcome.state.degradations.len(), 1);
}
