use super::{
    history::{
        Failed, Made,
        tests::{finished, record},
    },
    *,
};
use crate::{
    error::ErrorBody,
    media::{Frame, MediaInfo, VideoEncoder, VideoSettings},
    project::{
        Background, Degradation, GeneratedBackground, GeneratedMusic, LoudnessReport, Music, ProductLayer, Rgb, Role,
        Scene, Stage, StageState, StageStatus, StateAsset, Style, Transition,
    },
    store::HistoryEvent,
};

const EVIL: &str = "<script>alert('x')</script>\"><img src=x onerror=y>";

fn scene(index: usize, caption: Option<&str>, prompt: &str) -> Scene {
    let roles = [Role::Hook, Role::Showcase, Role::Benefit, Role::Proof, Role::CallToAction];
    Scene {
        id: format!("scene-{}", index + 1),
        role: roles[index % roles.len()],
        duration_s: Some(2.0 + index as f64 % 3.0),
        background: Some(Background::Generate(GeneratedBackground { prompt: prompt.into(), seed: None })),
        product: (index % 4 != 3).then(ProductLayer::default),
        caption: caption.map(str::to_owned),
        transition: [Transition::Cut, Transition::Crossfade, Transition::Dip][index % 3],
    }
}

/// A page about nothing but a name.
fn bare(name: &str) -> Page {
    Page {
        project: AdProject::new("p", name, "cup.png"),
        state: State::new("p", "2026-05-01T10:00:00.000Z"),
        version: "1.2.3".into(),
        video: ("final_video.mp4".into(), 3),
        info: None,
        scenes: Vec::new(),
        history: History::default(),
        sketch: None,
        files: Vec::new(),
        poster: None,
        photo: None,
        cutout: None,
        logo: None,
        captions: None,
    }
}

/// A page with everything on it, `text` wherever text may come from outside.
fn full(text: &str, scenes: usize) -> Page {
    let mut page = bare(text);
    let project = &mut page.project;
    project.title = Some(format!("{text}!"));
    for field in [&mut project.brief.description, &mut project.brief.audience, &mut project.brief.mood] {
        *field = text.to_owned();
    }
    project.brief.call_to_action = Some(text.into());
    project.brand.name = text.into();
    project.brand.guidelines = text.into();
    project.brand.font = Some(text.into());
    project.brand.colors = vec![Rgb([1, 2, 3]), Rgb([255, 200, 0])];
    let (lighting, camera, texture, mood, grade) = (text.into(), text.into(), text.into(), text.into(), text.into());
    let palette = vec![Rgb([178, 36, 32]), Rgb([242, 226, 200]), Rgb([40, 30, 28]), Rgb([120, 84, 60])];
    project.style = Some(Style { lighting, camera, texture, mood, palette, grade });
    project.audio.music = Some(Music::Generate(GeneratedMusic { prompt: Some(text.into()) }));
    project.scenes = Some((0..scenes).map(|index| scene(index, (index != 1).then_some(text), text)).collect());
    let state = &mut page.state;
    state.loudness = Some(LoudnessReport { integrated_lufs: Some(-14.02), true_peak_dbtp: Some(-1.21) });
    state.notes = vec![text.to_owned()];
    let degradation = |stage, artifact: &str| Degradation {
        stage,
        artifact: artifact.into(),
        fallback: text.into(),
        cause: ErrorBody::new("media", text),
        also: Vec::new(),
    };
    state.degradations = vec![degradation(Stage::Scenes, "scene_1_bg"), degradation(Stage::Audio, text)];
    let file = |name: &str| StateAsset {
        file: name.into(),
        bytes: 1_234_567,
        sha256: "5f2c".repeat(16),
        key: "a1b2".repeat(16),
    };
    page.files = vec![("final_video".into(), file("final_video.mp4")), (text.into(), file(text))];
    page.history = History {
        began_at: "2026-05-01T10:00:00.000Z".into(),
        version: "1.2.3".into(),
        made: Stage::ALL
            .iter()
            .enumerate()
            .map(|(index, &stage)| Made {
                stage,
                artifact: text.to_owned(),
                start_s: index as f64 * 1.5,
                elapsed_s: 2.0,
                cost_usd: 0.2 * index as f64,
            })
            .collect(),
        reused: vec![(Stage::Scenes, text.to_owned())],
        failed: vec![Failed { artifact: text.into(), at_s: 3.0, message: text.into(), cost_usd: 0.5 }],
    };
    page.scenes = (0..scenes)
        .map(|index| SceneView {
            start_s: index as f64,
            duration_s: 1.0,
            origin: [
                Origin::Fallback(text.into()),
                Origin::Local,
                Origin::Own(text.into()),
                Origin::Provider(text.into()),
            ][index % 4]
                .clone(),
            cost_usd: 0.25,
            stills: vec![Still { time_s: 0.5, picture: dot() }; 3],
        })
        .collect();
    (page.poster, page.photo, page.cutout, page.logo) = (Some(dot()), Some(dot()), Some(dot()), Some(dot()));
    page.captions = Some(b"WEBVTT\n\n".to_vec());
    page
}

fn dot() -> Picture {
    Picture { mime: "image/jpeg", bytes: vec![1, 2, 3], width: 9, height: 16 }
}

fn html(page: &Page) -> String {
    let mut out = Vec::new();
    document::write(page, &mut &b"abc"[..], &mut out, &|| true).unwrap();
    String::from_utf8(out).unwrap()
}

/// Every element that is opened is closed, in order, with every attribute in quotes: nothing escaped from its place.
fn assert_well_formed(html: &str) {
    const EMPTY: [&str; 5] = ["meta", "link", "img", "br", "track"];
    let mut rest = html
        .split_once("<style>")
        .map(|(head, after)| {
            let (style, tail) = after.split_once("</style>").expect("the style ends");
            assert!(!style.contains('<'));
            format!("{head}{tail}")
        })
        .expect("a style");
    let mut open: Vec<String> = Vec::new();
    while let Some(at) = rest.find('<') {
        let mut quoted = false;
        let end = rest[at..].find(|c| {
            quoted ^= c == '"';
            assert!(quoted || c != '\'', "an attribute is in single quotes");
            c == '>' && !quoted
        });
        let end = at + end.expect("a tag ends");
        let tag = &rest[at + 1..end];
        assert!(!rest[..at].contains('>'), "a stray > before <{}", &tag[..tag.len().min(60)]);
        let name = tag.split([' ', '/', '\n']).find(|part| !part.is_empty()).unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "</{name}> closes something else");
        } else if !tag.starts_with('!') && !EMPTY.contains(&name) {
            open.push(name.to_owned());
        }
        rest = rest[end + 1..].to_owned();
    }
    assert!(open.is_empty(), "{open:?} stay open");
}

#[test]
fn text_from_outside_stays_text() {
    let mut page = full(EVIL, 5);
    page.project.brief.language = EVIL.into();
    page.project.id = EVIL.into();
    page.history.began_at = EVIL.into();
    page.project.scenes.as_mut().unwrap()[2].background = Some(Background::File(EVIL.into()));
    let html = html(&page);
    assert_well_formed(&html);
    assert!(!html.contains("<script") && !html.contains("src=x>") && !html.contains("\"><img src=x"));
    assert!(html.contains("&lt;script&gt;alert('x')"));
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let html = html(&full("Rosso", 5));
    for attribute in ["src=\"", "poster=\""] {
        for (at, _) in html.match_indices(attribute) {
            assert!(html[at + attribute.len()..].starts_with("data:"), "{}", &html[at..at + 60]);
        }
    }
    assert!(
        !html.contains("url(") && !html.contains("@import") && !html.contains("http://") && !html.contains("https://")
    );
    assert!(html.contains("src=\"data:video/mp4;base64,YWJj\""));
}

#[test]
fn a_page_about_nothing_is_whole() {
    let html = html(&bare("Cup"));
    assert_well_formed(&html);
    for part in
        ["<title>Cup – ad report</title>", "Degradations: none", "no scenes", "no style", "not measured", "None."]
    {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn everything_that_was_asked_for_is_there() {
    let mut page = full("Rosso", 4);
    let (status, progress) = (StageStatus::Finished, 1.0);
    let scenes =
        StageState { status, progress, started_s: Some(0.0), finished_s: Some(8.0), made: 1, reused: 1, cost_usd: 0.3 };
    page.state.stages.insert(Stage::Scenes, scenes);
    page.info = Some(info());
    let html = html(&page);
    assert_well_formed(&html);
    for part in [
        "2 degradations",
        "#B22420",
        "\u{2212}14.0",
        "\u{2212}1.2",
        "Hook",
        "scene_1_bg",
        "5f2c5f2c",
        "a1b2a1b2",
        "1.2.3",
        "96×160",
        "h264",
        "Reused:",
        "Fallback: Rosso",
        "Made on this machine",
        "Rosso · $0.25",
        "$0.50 spent",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

fn info() -> MediaInfo {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("video.mp4");
    let mut encoder = VideoEncoder::create(&path, VideoSettings::new(96, 160, 30)).unwrap();
    for _ in 0..3 {
        encoder.write(&Frame::black(96, 160)).unwrap();
    }
    encoder.finish().unwrap();
    probe(&path).unwrap()
}

#[test]
fn twenty_scenes_with_huge_texts_are_no_trouble() {
    let page = full(&"Größe <b> 漢字 ".repeat(400), 20);
    let html = html(&page);
    assert_well_formed(&html);
    assert_eq!(html.matches("<article").count(), 20);
    // Scene 1 is degraded, 10 to 19 are not.
    assert_eq!(html.matches("class=\"bad\">Fallback").count(), 1);
}

#[test]
fn the_same_page_is_the_same_bytes() {
    assert_eq!(html(&full("Rosso", 5)), html(&full("Rosso", 5)));
}

#[test]
fn writing_can_be_stopped() {
    let error = document::write(&bare("Cup"), &mut &b"abc"[..], &mut Vec::new(), &|| false).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::Interrupted);
}

/// Does heavy work at once.
struct Alone(CancellationToken);

impl Turns for Alone {
    fn threads(&self) -> usize {
        1
    }

    async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        work(&self.0)
    }
}

/// The files of a project in a folder.
struct Folder(PathBuf);

impl Files for Folder {
    async fn path(&self, name: &str) -> Result<Option<PathBuf>> {
        Ok(Some(self.0.join(name)).filter(|path| path.is_file()))
    }

    async fn store(&self, name: &str, path: &Path, _: &Path) -> Result<()> {
        std::fs::rename(path, self.0.join(name)).unwrap();
        Ok(())
    }
}

/// What lies in a project's folder after a run of long ago.
fn old_project(folder: &Path) -> (Folder, AdProject, State, Vec<HistoryRecord>) {
    let files = Folder(folder.join("project"));
    std::fs::create_dir(&files.0).unwrap();
    let video = files.0.join("final_video.mp4");
    let mut encoder = VideoEncoder::create(&video, VideoSettings::new(96, 160, 30)).unwrap();
    for _ in 0..30 {
        encoder.write(&Frame::black(96, 160)).unwrap();
    }
    encoder.finish().unwrap();
    let photo = image::RgbImage::from_pixel(64, 64, image::Rgb([200, 30, 30]));
    photo.save(files.0.join("cup.png")).unwrap();
    let mut project = AdProject::new("p", "Cup", "cup.png");
    project.scenes = Some(vec![scene(0, Some("Hot"), "steam")]);
    let mut state = State::new("p", "2026-05-01T10:00:00.000Z");
    let asset = |file: &str| StateAsset { file: file.into(), bytes: 1, sha256: "5f2c".repeat(16), key: "k".into() };
    state.stages.insert(Stage::Scenes, StageState { reused: 1, ..StageState::default() });
    state.stages.insert(Stage::Render, StageState { made: 1, ..StageState::default() });
    state.assets.insert("scene_1_bg".into(), asset("scene_1_bg.mp4"));
    state.assets.insert("final_video".into(), asset("final_video.mp4"));
    let records = vec![
        record("00.000", HistoryEvent::RunStarted { version: "1".into() }),
        record("01.000", finished("scene_1_bg", Stage::Scenes, 900)),
        record("10.000", HistoryEvent::RunStarted { version: "1".into() }),
        record("12.000", finished("final_video", Stage::Render, 1500)),
    ];
    (files, project, state, records)
}

async fn written(folder: &Path, change: impl FnOnce(&Path, &mut AdProject)) -> (String, Vec<String>) {
    let (files, mut project, state, records) = old_project(folder);
    change(&files.0, &mut project);
    let scratch = folder.join("scratch");
    std::fs::create_dir(&scratch).unwrap();
    let spans = vec![Span { start: 0, frames: 30, lead_in: 0, lead_out: 0 }];
    let ad = Ad { project: &project, state, records, spans, video: "final_video.mp4", fonts: Default::default() };
    let lacks = write(ad, &files, &scratch, &Alone(CancellationToken::new())).await.unwrap();
    let html = std::fs::read_to_string(files.0.join(NAME)).expect("a report");
    (html, lacks)
}

#[tokio::test]
async fn a_report_is_made_from_what_the_storage_has() {
    let folder = tempfile::tempdir().unwrap();
    let (html, lacks) = written(folder.path(), |_, _| {}).await;
    assert_well_formed(&html);
    // This video has no sound.
    assert_eq!(lacks.len(), 1, "{lacks:?}");
    assert!(lacks[0].starts_with("the report lacks the sound's drawing: "), "{lacks:?}");
    for part in ["1 made, 1 reused", "scene_1_bg.mp4", "96×160", "0:01.0", "The product's photo", &shown(&lacks[0])] {
        assert!(html.contains(part), "{part}");
    }
    assert_eq!(html.matches("<figcaption>0:00.").count(), 3);
}

fn shown(text: &str) -> String {
    maud::html! { (text) }.into_string()
}

#[tokio::test]
async fn what_is_too_large_or_broken_is_left_out_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let (html, lacks) = written(folder.path(), |files, project| {
        std::fs::write(files.join("poster.jpg"), vec![0; MAX_PART_BYTES as usize + 1]).unwrap();
        std::fs::write(files.join("logo.png"), "no picture").unwrap();
        project.brand.logo = Some("logo.png".into());
        project.product.image = "gone.png".into();
    })
    .await;
    assert_well_formed(&html);
    let said = |what: &str| lacks.iter().filter(|lack| lack.contains(what)).count();
    assert_eq!((said("the poster: "), said("the logo: "), said("photo")), (1, 1, 0), "{lacks:?}");
    assert!(!html.contains("poster=") && !html.contains("The product's photo"));
}

#[tokio::test]
async fn a_report_that_is_not_wanted_any_more_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let (files, project, state, records) = old_project(folder.path());
    let stopped = CancellationToken::new();
    stopped.cancel();
    let ad = Ad {
        project: &project,
        state,
        records,
        spans: Vec::new(),
        video: "final_video.mp4",
        fonts: Default::default(),
    };
    let error = write(ad, &files, folder.path(), &Alone(stopped)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled);
    assert!(!files.0.join(NAME).exists());
}
