//! How files are named: in messages as the document names them, on the disk in another form of Unicode, on the web.

use super::{Desk, PLACES, naming};
use adgen_tests::{command::run, pictures};
use std::{
    io::{Read, Write},
    net::TcpListener,
};

#[test]
fn a_name_in_another_form_of_unicode_is_found() {
    let desk = Desk::new();
    let photo = std::fs::read(&desk.photo).expect("is there");
    for (id, on_disk, named) in [
        ("nfd", "cafe\u{301}.png", "caf\u{E9}.png"),
        ("nfc", "\u{FC}ber.png", "u\u{308}ber.png"),
        ("folder", "bu\u{308}hne/gr\u{FC}n.png", "b\u{FC}hne/gru\u{308}n.png"),
        ("hangul", "\u{1112}\u{1161}\u{11AB}.png", "\u{D55C}.png"),
    ] {
        desk.write(on_disk, &photo);
        desk.generate(&naming(desk.least(id), "photo", named), &[]).expect_code(0);
    }
    let ran = desk.generate(&naming(desk.least("none"), "photo", "na\u{EF}ve.png"), &[]);
    ran.expect_code(2).expect_said(["there is no such file", "na\u{EF}ve.png"]);
}

#[test]
fn a_file_that_is_no_good_is_named_as_the_document_names_it() {
    let desk = Desk::new();
    desk.write("files/bad one", "this is nothing that can be shown or heard");
    for (place, label) in PLACES.into_iter().filter(|(place, _)| !["logo", "font"].contains(place)) {
        let ran = desk.generate(&naming(desk.least("bad"), place, "files/bad one"), &[]).expect_code(2);
        let said = ran.expect_said([label, "files/bad one"]).stderr;
        for copy in ["product_original", "product_cutout", "scene_1_source", "music_source", "/import/"] {
            assert!(!said.contains(copy), "{place} is named by a copy that nobody knows:\n{said}");
        }
    }
}

#[test]
fn what_a_server_gives_is_looked_at_like_a_file() {
    let desk = Desk::new();
    let server = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = server.local_addr().expect("has an address");
    std::thread::spawn(move || {
        for connection in server.incoming() {
            let Ok(mut connection) = connection else { continue };
            let _ = connection.read(&mut [0; 4096]);
            let body = "what-was-refused";
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
            let _ = connection.write_all(head.as_bytes());
        }
    });
    for (place, label) in PLACES.into_iter().filter(|(place, _)| !["logo", "font"].contains(place)) {
        let url = format!("HTTP://{address}/{place}.bin");
        let document = naming(desk.least("web"), place, &url);
        let path = adgen_tests::document::save(&document, desk.path());
        let mut command = adgen_tests::command::adgen(["generate", "--allow-private-urls", "--storage"]);
        command.arg(desk.path().join("storage")).arg(path);
        run(command).expect_code(2).expect_said([label, url.as_str()]);
        desk.expect_nothing_stored(place, "what-was-refused");
    }
}

#[test]
fn validate_looks_at_the_files_where_it_is_asked_to() {
    let desk = Desk::new();
    let clip = desk.write("clip.mp4", "no clip");
    let mut document = naming(desk.least("look"), "clip", &clip.display().to_string());
    document["brand"]["font"] = "No Such Family".into();
    document["brand"]["logo"] = "nothing.png".into();
    document["audio"]["music"] = serde_json::json!({ "file": "https://a.example/song.mp3" });
    let path = adgen_tests::document::save(&document, desk.path());
    let validate = |more: &[&str]| {
        let mut command = adgen_tests::command::adgen(["validate"]);
        command.arg(&path).args(more);
        run(command)
    };
    validate(&[]).expect_code(0);
    let ran = validate(&["--assets"]).expect_code(2);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    for start in ["brand.logo: ", "scenes[0].background.file: ", "brand.font: "] {
        assert_eq!(lines.iter().filter(|line| line.starts_with(start)).count(), 1, "{start}: {}", ran.stdout);
    }
    assert_eq!(lines.len(), 3, "{}", ran.stdout);
    assert!(ran.stderr.contains("audio.music.file") && ran.stderr.contains("not looked at"), "{}", ran.stderr);
    let mut good = desk.least("good");
    pictures::write(desk.path(), "tone.wav", pictures::tone(1.0, 440.0));
    good["audio"]["music"] = serde_json::json!({ "file": "tone.wav" });
    good["brand"]["logo"] = "product.png".into();
    good["brand"]["font"] = "inter".into();
    let path = adgen_tests::document::save(&good, desk.path());
    let mut command = adgen_tests::command::adgen(["validate", "--assets"]);
    command.arg(path);
    let ran = run(command).expect_code(0);
    assert_eq!(ran.stdout, "");
    assert!(!desk.path().join("storage").exists(), "looking stores nothing");
}
