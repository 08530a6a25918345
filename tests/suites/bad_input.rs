//! Photos and documents that are wrong, odd or hostile: a clear error or an ad, never a panic, never much memory.

use adgen_tests::{
    command::{Ran, adgen, generate_offline, run},
    document, judge, pictures, root,
    storage::Project,
};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn validate(folder: &Path, bytes: &[u8]) -> Ran {
    let path = pictures::write(folder, "document.json", bytes);
    run(adgen([Path::new("validate"), &path])).expect_no_panic()
}

/// The size of the final video's ad, and that it is whole.
#[track_caller]
fn expect_ad(ran: Ran, project: &Project, what: &str) -> Value {
    assert_eq!(ran.code(), Some(0), "{what}: no ad\n{}", ran.stderr);
    judge::expect_sound_file(&project.path("final_video.mp4"));
    assert_eq!(judge::frame_numbers(&project.path("final_video.mp4"), 24).len(), 72, "{what}");
    project.state()
}

#[test]
fn files_that_are_no_usable_photo_are_refused_by_name() {
    let folder = folder();
    let photo = pictures::product(300, 400);
    let jpeg = pictures::jpeg(&photo);
    let png = pictures::encoded(&photo.clone().into(), ImageFormat::Png);
    let webp = pictures::webp(&photo);
    let clear = DynamicImage::ImageRgba8(image::RgbaImage::new(64, 64));
    let cases: [(&str, Vec<u8>, &str); 13] = [
        ("text.jpg", b"this is no picture at all".to_vec(), "not an image"),
        ("empty.jpg", Vec::new(), "empty (0 bytes)"),
        ("cut.jpg", jpeg[..jpeg.len() * 2 / 3].to_vec(), "truncated"),
        ("cut.png", png[..png.len() / 2].to_vec(), "truncated"),
        ("cut.webp", webp[..webp.len() / 2].to_vec(), "truncated"),
        ("head.jpg", jpeg[..20].to_vec(), "truncated"),
        ("head.png", png[..30].to_vec(), "truncated"),
        ("gif.png", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;".to_vec(), "PNG, JPEG or WebP"),
        ("vector.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "an SVG drawing"),
        ("pixel.png", pictures::encoded(&RgbImage::from_pixel(1, 1, Rgb([9, 9, 9])).into(), ImageFormat::Png), "1x1"),
        ("line.png", pictures::encoded(&RgbImage::new(2000, 2).into(), ImageFormat::Png), "2000x2"),
        ("bomb.png", pictures::bomb(30_000, 30_000), "30000x30000"),
        ("bomb2.png", pictures::bomb(0x7FFF_FFFF, 0x7FFF_FFFF), "2147483647"),
    ];
    let mut wrong = Vec::new();
    for (name, bytes, reason) in cases {
        let path = pictures::write(folder.path(), name, bytes);
        let mut command = adgen(["new", "--product", "X"]);
        command.arg(&path);
        let new = run(command).expect_no_panic();
        let (made, project) = generate_offline(&document::least(&name.replace('.', "-"), &path), folder.path());
        for (command, ran) in [("new", new), ("generate", made)] {
            assert_eq!(ran.code(), Some(2), "adgen {command} with {name}: {}{}", ran.stdout, ran.stderr);
            if !ran.stderr.contains(reason) {
                wrong.push(format!("adgen {command} with {name}: the reason {reason:?} is not said:\n{}", ran.stderr));
            }
            let megabytes = ran.peak_bytes >> 20;
            assert!(megabytes < 150, "adgen {command} with {name} took {megabytes} MB of memory");
            let named = ran.stderr.contains(name) || ran.stderr.contains("product_original");
            assert!(named, "adgen {command} with {name} does not name the file:\n{}", ran.stderr);
        }
        assert!(!project.path("final_video.mp4").exists(), "{name} became an ad");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A photo, but not of a product.
    let path = pictures::write(folder.path(), "clear.png", pictures::encoded(&clear, ImageFormat::Png));
    let (ran, _) = generate_offline(&document::least("clear", &path), folder.path());
    assert_eq!(ran.code(), Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("transparent everywhere"), "{}", ran.stderr);
}

#[test]
fn a_huge_file_is_refused_before_it_is_read() {
    let folder = folder();
    let path = folder.path().join("huge.jpg");
    // A gigabyte of nothing, which takes no space on the disk.
    fs::File::create(&path).and_then(|file| file.set_len(1 << 30)).expect("a sparse file");
    let mut command = adgen(["new", "--product", "X"]);
    command.arg(&path);
    let ran = run(command).expect_code(2).expect_said(["huge.jpg"]);
    let megabytes = ran.peak_bytes >> 20;
    assert!(megabytes < 300, "a file that is no photo was read whole: {megabytes} MB of memory");
}

#[test]
fn odd_photos_become_ads() {
    let folder = folder();
    let photo = pictures::product(300, 400);
    let cmyk =
        fs::read(root().join("tests/fixtures/cmyk.jpg")).expect("tests/fixtures/cmyk.jpg is part of the repository");
    let grey = RgbImage::from_fn(300, 400, |x, y| Rgb([photo.get_pixel(x, y)[1]; 3]));
    let cases: [(&str, Vec<u8>, (u32, u32)); 8] = [
        ("cmyk.jpg", cmyk, (96, 128)),
        ("deep.png", pictures::deep_png(&photo), (300, 400)),
        ("palette.png", pictures::palette_png(300, 400), (300, 400)),
        ("grey.png", pictures::grey_png(&grey), (300, 400)),
        ("photo.webp", pictures::webp(&photo), (300, 400)),
        ("turned.jpg", pictures::turned_jpeg(&photo), (400, 300)),
        ("alpha.png", pictures::encoded(&pictures::cut_out(300, 400).into(), ImageFormat::Png), (300, 400)),
        ("named-wrongly.png", pictures::jpeg(&photo), (300, 400)),
    ];
    for (name, bytes, size) in cases {
        let path = pictures::write(folder.path(), name, bytes);
        let (ran, project) = generate_offline(&document::least(&name.replace('.', "-"), &path), folder.path());
        let state = expect_ad(ran, &project, name);
        let masked = image::open(project.path("product_masked.png")).expect("the cut-out is a PNG").into_rgba8();
        assert_eq!(masked.dimensions(), size, "{name}: the cut-out's size");
        let opaque = masked.pixels().filter(|pixel| pixel[3] > 200).count() as f64 / masked.pixels().len() as f64;
        eprintln!("{name}: {:.1} % opaque, {}", opaque * 100.0, state["degradations"]);
        // The bottle takes about a quarter of the picture.
        assert!(
            (0.1..0.5).contains(&opaque),
            "{name}: {:.1} % of the photo is product: {}",
            opaque * 100.0,
            state["degradations"]
        );
    }
}

#[test]
fn a_photo_of_one_colour_is_a_degradation_and_no_failure() {
    let folder = folder();
    let plain = RgbImage::from_pixel(300, 300, Rgb([120, 130, 140]));
    let path = pictures::write(folder.path(), "plain.jpg", pictures::jpeg(&plain));
    let (ran, project) = generate_offline(&document::least("plain", &path), folder.path());
    let state = expect_ad(ran, &project, "plain.jpg");
    let degradations = state["degradations"].as_array().expect("a list");
    assert!(!degradations.is_empty(), "nothing is said of it");
    assert!(degradations.iter().any(|entry| entry["fallback"] == "photo as a card"), "{degradations:?}");
    assert!(degradations[0]["cause"].to_string().contains("one colour"), "{degradations:?}");
}

#[test]
fn every_text_is_shown_as_it_is_and_breaks_nothing() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let nasty = "😀 \"quoted\" 'single' 100 % \\ back\\slash %d %s {} $HOME `x` <b>&amp;</b> -->\nnext line\ttab";
    let right_to_left = "مرحبا بالعالم שלום עולם";
    let wide = "全新上市 한국어 ไทย 👩‍👩‍👧‍👦 é\u{301}\u{200D}";
    for (id, text) in [("nasty", nasty), ("rtl", right_to_left), ("wide", wide)] {
        let mut texts = document::planned(id, &photo);
        for pointer in ["/brief/product_name", "/brief/description", "/brief/audience", "/brief/mood"] {
            *texts.pointer_mut(pointer).unwrap_or(&mut Value::Null) = text.into();
        }
        texts["brief"]["audience"] = text.into();
        texts["brief"]["call_to_action"] = text.chars().take(80).collect::<String>().into();
        texts["brand"]["name"] = text.chars().take(80).collect::<String>().into();
        texts["brand"]["guidelines"] = text.into();
        texts["brand"]["font"] = text.into();
        texts["title"] = text.into();
        texts["user_id"] = text.into();
        let (ran, project) = generate_offline(&texts, folder.path());
        expect_ad(ran, &project, id);
        // What was written is what is kept, and the captions are what is written beside the video.
        let kept = project.json("project.json");
        assert_eq!(kept["brief"]["description"], text, "{id}");
        assert_eq!(kept["title"], text, "{id}");
        let tags = judge::ffprobe(&project.path("final_video.mp4"), &["-show_format"]);
        let title = tags["format"]["tags"]["title"].as_str().unwrap_or_default().to_owned();
        assert!(title.starts_with(&text.chars().take(12).collect::<String>()), "{id}: the video's title is {title:?}");
        assert!(!project.text("report.html").contains("<b>&amp;</b>"), "{id}: text is markup in the report");
    }
    // The same in the texts of scenes, which a person may write too.
    let mut scenes = document::least("scenes", &photo);
    scenes["scenes"][0]["caption"] = nasty.into();
    scenes["scenes"][0]["role"] = "call_to_action".into();
    scenes["scenes"][0]["background"]["generate"]["prompt"] = nasty.into();
    scenes["style"] = json!({
        "lighting": nasty, "camera": nasty, "texture": nasty, "mood": nasty, "palette": ["#123456"], "grade": nasty,
    });
    let (ran, project) = generate_offline(&scenes, folder.path());
    expect_ad(ran, &project, "scenes");
    let srt = project.text("captions.srt");
    assert!(srt.contains("😀 \"quoted\" 'single' 100 % \\ back\\slash"), "{srt}");
    assert_eq!(srt.matches("-->").count(), 1, "a caption looks like a time:\n{srt}");
}

#[test]
fn a_brief_may_be_empty_or_very_long() {
    let folder = folder();
    let photo = pictures::ready_photo(folder.path());
    let mut empty = document::planned("empty", &photo);
    empty["brief"] = json!({ "product_name": "X", "description": "", "audience": "", "mood": "", "duration_s": 3 });
    empty["brand"] = json!({});
    let mut long = document::planned("long", &photo);
    // Ten thousand characters, and as many without a single space.
    long["brief"]["description"] = "Melts into dry skin. ".repeat(477)[..10_000].into();
    let mut endless = document::planned("endless", &photo);
    endless["brief"]["description"] = "ö".repeat(10_000).into();
    endless["brief"]["product_name"] = "W".repeat(120).into();
    endless["brand"]["name"] = "W".repeat(80).into();
    for document in [&empty, &long, &endless] {
        let (ran, project) = generate_offline(document, folder.path());
        expect_ad(ran, &project, document["id"].as_str().expect("an id"));
    }
    let mut too_long = document::planned("too-long", &photo);
    too_long["brief"]["description"] = "x".repeat(20_001).into();
    let (ran, _) = generate_offline(&too_long, folder.path());
    ran.expect_code(2).expect_said(["brief.description", "20001", "20000"]);
}

#[test]
fn documents_with_senseless_values_are_refused_with_the_path() {
    let folder = folder();
    let photo = Path::new("x.png");
    let scene = |index: usize| json!({ "id": format!("s{index}") });
    let many = |count: usize| (0..count).map(scene).collect::<Value>();
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/brief/duration_s", json!(0), "brief.duration_s"),
        ("/brief/duration_s", json!(-1), "brief.duration_s"),
        ("/brief/duration_s", json!(1e9), "brief.duration_s"),
        ("/brief/duration_s", json!("NaN"), "brief.duration_s"),
        ("/brief/duration_s", json!(null), "brief.duration_s"),
        ("/brief/product_name", json!(" \n"), "brief.product_name"),
        ("/brief/product_name", json!("a\u{0}b"), "brief.product_name"),
        ("/output/aspects", json!(["0:0"]), "output.aspects[0]"),
        ("/output/aspects", json!(["9:17"]), "output.aspects[0]"),
        ("/output/aspects", json!(["9:16", "9:16"]), "output.aspects[1]"),
        ("/output/aspects", json!([]), "output.aspects"),
        ("/output/short_side", json!(1e12), "output.short_side"),
        ("/output/fps", json!(0), "output.fps"),
        ("/scenes", many(0), "scenes"),
        ("/scenes", many(500), "scenes"),
        ("/scenes", json!([{ "id": "a" }, { "id": "a" }]), "scenes[1].id"),
        ("/scenes", json!([{ "id": "a", "duration_s": 1 }]), "scenes"),
        ("/unknown", json!(1), "unknown"),
        ("/brief/langauge", json!("en"), "brief.langauge"),
        ("/id", json!("../../etc"), "id"),
        ("/id", json!("x".repeat(65)), "id"),
        ("/product/image", json!("ftp://example.com/x.png"), "product.image"),
        ("/seed", json!(-1), "seed"),
        ("/seed", json!(1.5), "seed"),
        ("/schema_version", json!(99), "schema_version"),
    ];
    for (pointer, value, path) in cases {
        let mut wrong = document::planned("wrong", photo);
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        wrong.pointer_mut(parent).expect("the parent is there")[field] = value.clone();
        let ran = validate(folder.path(), wrong.to_string().as_bytes());
        let shown: String = value.to_string().chars().take(40).collect();
        assert_eq!(ran.code(), Some(2), "{pointer} = {shown} is taken for sound: {}{}", ran.stdout, ran.stderr);
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert!(lines.iter().any(|line| line.starts_with(&format!("{path}: "))), "{pointer} = {shown}: {lines:?}");
        assert_eq!(lines.len(), 1, "{pointer} = {shown} is one problem: {lines:?}");
    }
}

#[test]
fn texts_that_are_no_documents_are_refused() {
    let folder = folder();
    let deep = [b"{\"id\":".as_slice(), &b"[".repeat(200_000), &b"]".repeat(200_000), b"}"].concat();
    let objects = [b"{\"a\":".repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
    let cases: [(&str, Vec<u8>, &str); 12] = [
        ("nothing", Vec::new(), "JSON"),
        ("blank", b" \n ".to_vec(), "JSON"),
        (
            "NaN",
            br#"{"id":"a","brief":{"product_name":"x","duration_s":NaN},"product":{"image":"x"}}"#.to_vec(),
            "JSON",
        ),
        (
            "a number that is too large",
            br#"{"id":"a","brief":{"product_name":"x","duration_s":1e999}}"#.to_vec(),
            "JSON",
        ),
        ("half a document", br#"{"id":"a","brief":{"#.to_vec(), "JSON"),
        ("two documents", b"{} {}".to_vec(), "JSON"),
        ("invalid UTF-8", b"{\"id\":\"\xFF\xFE\"}".to_vec(), "UTF-8"),
        ("UTF-16", b"\xFF\xFE{\0}\0".to_vec(), "UTF-8"),
        ("a lone surrogate", br#"{"id":"\ud800"}"#.to_vec(), "JSON"),
        ("a list", b"[1,2]".to_vec(), "object"),
        ("deep lists", deep, "JSON"),
        ("deep objects", objects, "JSON"),
    ];
    for (what, bytes, reason) in cases {
        let ran = validate(folder.path(), &bytes);
        assert_eq!(ran.code(), Some(2), "{what}: {}{}", ran.stdout, ran.stderr);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains(reason), "{what}: {reason} is not said: {said}");
        assert!(said.len() < 2000, "{what}: {} bytes of error", said.len());
    }
    let ran = run(adgen([Path::new("validate"), folder.path()])).expect_code(2);
    assert!(!ran.stderr.is_empty(), "a folder is refused without a word");
    // What editors add is no problem.
    let document = document::planned("bom", Path::new("x.png")).to_string();
    assert_eq!(validate(folder.path(), format!("\u{FEFF}{document}\r\n").as_bytes()).code(), Some(0));
}

#[test]
fn the_shared_cases_hold_for_the_command_too() {
    let path: PathBuf = root().join("tests/cases/validate.json");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let folder = folder();
    for case in cases["cases"].as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let document = case["text"].as_str().map_or_else(|| case["project"].to_string(), str::to_owned);
        let ran = validate(folder.path(), document.as_bytes());
        let expected = case["problems"].as_array().expect("problems");
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert_eq!(ran.code(), Some(if expected.is_empty() { 0 } else { 2 }), "{name}: {lines:?}");
        assert_eq!(lines.len(), expected.len(), "{name}: {lines:#?}");
        for (line, problem) in lines.iter().zip(expected) {
            let path = problem["path"].as_str().unwrap_or_default();
            let mentions = problem["mentions"].as_str().unwrap_or_default();
            assert!(line.starts_with(path) && line.contains(mentions), "{name}: {line:?} is not {problem}");
        }
    }
}
