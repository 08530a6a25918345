//! Where the storage lies.

use super::Desk;
use adgen::{ErrorKind, Studio};
use adgen_tests::command::{adgen, run};
use std::path::Path;

#[test]
fn the_address_of_another_storage_makes_no_folder() {
    let desk = Desk::new();
    let path = adgen_tests::document::save(&desk.least("p"), desk.path());
    for address in ["s3:bucket", "gs://bucket/x", "gs:", "http://a.example/x", r"C:\x", "file://host/x"] {
        for arguments in [&["generate", "--offline"][..], &["status"], &["estimate", "--offline"]] {
            let mut command = adgen(arguments);
            // A project's name is looked for in the storage; a document alone needs none for an estimate.
            let target = if arguments[0] == "generate" { path.as_os_str() } else { "p".as_ref() };
            command.arg(target).args(["--storage", address]).current_dir(desk.path());
            let ran = run(command).expect_code(2);
            ran.expect_said([address, "a folder"]);
        }
    }
    // A bucket is none either, whether or not it can be reached.
    let nobody = adgen_tests::port::ClosedPort::take().url();
    for address in ["s3://bucket/x", "S3://bucket/x"] {
        let mut command = adgen(["generate", "--offline", "--storage", address]);
        command.envs(adgen_tests::buckets::environment(&nobody)).arg(&path).current_dir(desk.path());
        run(command).expect_code(1).expect_said(["bucket", "can be reached"]);
    }
    let names: Vec<String> = std::fs::read_dir(desk.path())
        .expect("the folder is the test's own")
        .map(|entry| entry.expect("can be read").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 2, "something was made: {names:?}");
    let error = Studio::builder().with_storage_dir("gs://bucket").build().expect_err("is no folder");
    assert_eq!(error.kind(), ErrorKind::InvalidConfig);
    assert!(!Path::new("s3:").exists());
}

#[test]
fn a_file_address_and_a_folder_with_a_colon_are_folders() {
    let desk = Desk::new();
    let path = adgen_tests::document::save(&desk.least("p"), desk.path());
    let address = format!("file://{}/by%20address", desk.path().display());
    for (storage, folder) in [(address.as_str(), "by address"), ("team: ads", "team: ads"), ("./s3:", "s3:")] {
        let mut command = adgen(["generate", "--offline", "--storage", storage]);
        command.arg(&path).current_dir(desk.path());
        run(command).expect_code(0);
        assert!(desk.path().join(folder).join("projects/p/final_video.mp4").is_file(), "{storage}");
        let mut command = adgen(["status", "p", "--storage", storage]);
        command.current_dir(desk.path());
        run(command).expect_code(0).expect_said(["COMPLETED"]);
    }
}
