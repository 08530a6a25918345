//! What is no plain file: refused in every place, at once, without a byte of it in the storage.

use super::{Desk, PLACES, SECRET, name_for, naming};
use std::{fs, os::unix::fs::symlink, process::Command};

#[test]
fn the_environment_of_the_process_is_no_asset() {
    let desk = Desk::new();
    for (place, label) in PLACES.into_iter().filter(|(place, _)| *place != "font") {
        let ran = desk.generate(&naming(desk.least(place), place, "/proc/self/environ"), &[]);
        let ran = ran.expect_code(2).expect_said([label, "/proc", "plain file", "/proc/self/environ"]);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(SECRET), "{}", ran.stderr);
        desk.expect_nothing_stored(place, SECRET);
    }
    // Behind a link it is the same, whatever is allowed of links.
    for (place, label) in PLACES {
        let link = name_for(place, "innocent");
        let path = desk.path().join(&link);
        if path.symlink_metadata().is_err() {
            symlink("/proc/self/environ", &path).expect("the folder is the test's own");
        }
        for more in [&[][..], &["--any-path"]] {
            let ran = desk.generate(&naming(desk.least(&format!("link-{place}")), place, &link), more);
            ran.expect_code(2).expect_said([label, link.as_str()]);
            desk.expect_nothing_stored(place, SECRET);
        }
    }
}

#[test]
fn pipes_sockets_devices_and_folders_are_refused_without_waiting() {
    let desk = Desk::new();
    fs::create_dir(desk.path().join("folder")).expect("the folder is the test's own");
    let _listener = std::os::unix::net::UnixListener::bind(desk.path().join("socket")).expect("a socket");
    let made = Command::new("mkfifo").arg(desk.path().join("pipe")).status().expect("mkfifo is there");
    assert!(made.success());
    for (name, what) in [
        ("pipe", "a named pipe"),
        ("socket", "a socket"),
        ("folder", "a folder"),
        ("/dev/zero", "/dev"),
        ("/dev/stdin", "/dev"),
        ("/proc/self/fd/0", "/proc"),
        ("/sys/kernel/notes", "/sys"),
        ("product.png/x", "no such file"),
    ] {
        for (place, label) in [("photo", "the photo"), ("logo", "the logo"), ("music", "the music")] {
            let ran = desk.generate(&naming(desk.least("special"), place, name), &[]);
            // What waits for a pipe never ends.
            ran.expect_code(2).expect_said([label, what, name]);
        }
    }
    desk.expect_nothing_stored("special files", SECRET);
    // The photo of `adgen new` comes the same way.
    for name in ["pipe", "folder", "/dev/zero", "/proc/self/environ"] {
        let mut command = adgen_tests::command::adgen(["new", "--product", "X"]);
        command.arg(name).current_dir(desk.path());
        adgen_tests::command::run(command).expect_code(2).expect_said([name]);
    }
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let closed = desk.write("closed.png", "closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("the file is the test's own");
    if fs::File::open(&closed).is_ok() {
        // Nothing is closed to this user (root); the rest of the refusals does not depend on it.
        desk.generate(&naming(desk.least("closed"), "photo", "closed.png"), &[])
            .expect_code(2)
            .expect_said(["closed.png"]);
        return;
    }
    let ran = desk.generate(&naming(desk.least("closed"), "photo", "closed.png"), &[]);
    ran.expect_code(2).expect_said(["the photo", "may not read", "closed.png"]);
}

#[test]
fn what_is_no_such_file_is_refused_in_every_place_and_nothing_of_the_others_stays() {
    let desk = Desk::new();
    desk.write("nonsense", "what-was-refused");
    desk.write("nonsense.ttf", "what-was-refused");
    desk.write("empty", "");
    desk.write("empty.ttf", "");
    for (place, label) in PLACES {
        let name = name_for(place, "empty");
        let ran = desk.generate(&naming(desk.least("empty"), place, &name), &["--jobs", "1"]);
        // Without logo and font there is still an ad, but this is a mistake that nobody can have meant.
        ran.expect_code(2).expect_said([label, "empty (0 bytes)", name.as_str()]);
        desk.expect_nothing_stored(place, "what-was-refused");
        if ["logo", "font"].contains(&place) {
            continue;
        }
        // The photo before it is good: it does not stay either.
        let ran = desk.generate(&naming(desk.least("nonsense"), place, "nonsense"), &[]);
        ran.expect_code(2).expect_said([label, "nonsense"]);
        desk.expect_nothing_stored(place, "what-was-refused");
    }
}
