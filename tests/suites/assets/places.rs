//! Where the files of a document may lie.

use super::{Desk, naming};
use adgen::{AssetPolicy, ErrorKind, Matting, Studio};
use adgen_tests::{document, pictures};
use std::{fs, os::unix::fs::symlink};

/// The library as an embedder starts with it.
fn studio(desk: &Desk, policy: Option<AssetPolicy>) -> Studio {
    let matting = Matting::new().with_download(false);
    let builder = Studio::builder().with_storage_dir(desk.path().join("storage")).with_matting(matting).offline();
    policy.into_iter().fold(builder, |builder, policy| builder.with_asset_policy(policy)).build().expect("a studio")
}

#[tokio::test(flavor = "multi_thread")]
async fn by_itself_the_library_reads_the_documents_folder_alone() {
    let desk = Desk::new();
    let other = desk.write("other/product.png", fs::read(&desk.photo).expect("is there"));
    let docs = desk.path().join("docs");
    fs::create_dir(&docs).expect("the folder is the test's own");
    fs::copy(&desk.photo, docs.join("product.png")).expect("the folder is the test's own");
    symlink(&other, docs.join("link.png")).expect("the folder is the test's own");
    symlink("product.png", docs.join("inside.png")).expect("the folder is the test's own");
    let absolute = other.display().to_string();
    for named in ["../other/product.png", absolute.as_str(), "link.png", "/etc/passwd"] {
        let document = document::parse(&naming(desk.least("closed"), "photo", named));
        let run = studio(&desk, None).generate(document, &docs).await.expect("starts");
        let error = run.wait().await.expect_err(named);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        assert!(error.to_string().contains("outside the folder of the document"), "{named}: {error}");
        desk.expect_nothing_stored(named, "root:");
    }
    // The project tells why, and is nothing else.
    let refused = studio(&desk, None);
    assert!(refused.state("closed").await.expect("a state").error.is_some());
    for error in
        [refused.document("closed").await.expect_err("none"), refused.copy("closed", "copy").await.expect_err("none")]
    {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(error.to_string().contains("has no document yet"), "{error}");
    }
    let more = AssetPolicy::document_folder().allow_folder(desk.path().join("other"));
    for (id, named, policy) in [
        ("own", "product.png", None),
        ("inside", "inside.png", None),
        ("allowed", "link.png", Some(more.clone())),
        ("dots", "../other/product.png", Some(more)),
        ("absolute", absolute.as_str(), Some(AssetPolicy::own_documents())),
        ("anywhere", "link.png", Some(AssetPolicy::any_path())),
    ] {
        let document = document::parse(&naming(desk.least(id), "photo", named));
        let run = studio(&desk, policy).generate(document, &docs).await.expect("starts");
        run.wait().await.unwrap_or_else(|error| panic!("{id}: {error}"));
    }
    for policy in [None, Some(AssetPolicy::own_documents().without_urls())] {
        for url in ["https://a.example/x.png", "http://127.0.0.1:9/x.png"] {
            let document = document::parse(&naming(desk.least("web"), "photo", url));
            let error = studio(&desk, policy.clone()).generate(document, &docs).await.expect("starts").wait().await;
            let error = error.expect_err("is closed");
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert!(error.to_string().contains("it lies on the web"), "{error}");
        }
    }
    // An open one gets as far as the network, of which an offline studio has none.
    let document = document::parse(&naming(desk.least("open"), "photo", "https://a.example/x.png"));
    let open = AssetPolicy::document_folder().with_urls();
    let error = studio(&desk, Some(open)).generate(document, &docs).await.expect("starts").wait().await;
    assert_eq!(error.expect_err("is offline").kind(), ErrorKind::Unsupported);
    let wrong = AssetPolicy::document_folder().allow_folder(desk.path().join("nowhere"));
    let error = Studio::builder().with_storage_dir(desk.path().join("s")).with_asset_policy(wrong).build();
    assert_eq!(error.expect_err("is not there").kind(), ErrorKind::InvalidConfig);
}

#[test]
fn the_command_follows_no_link_out_of_the_documents_folder() {
    let desk = Desk::new();
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let file = pictures::ready_photo(elsewhere.path());
    symlink(&file, desk.path().join("link.png")).expect("the folder is the test's own");
    symlink(elsewhere.path(), desk.path().join("way")).expect("the folder is the test's own");
    symlink("product.png", desk.path().join("inside.png")).expect("the folder is the test's own");
    let folder = elsewhere.path().display().to_string();
    for (id, named) in [("link", "link.png"), ("way", "way/product.png")] {
        let document = naming(desk.least(id), "photo", named);
        let ran = desk.generate(&document, &[]).expect_code(2);
        ran.expect_said(["the photo", "symbolic link", named, "--allow-path", &folder]);
        desk.expect_nothing_stored(named, "PNG");
    }
    for (id, named) in [("link", "link.png"), ("way", "way/product.png")] {
        desk.generate(&naming(desk.least(id), "photo", named), &["--allow-path", &folder]).expect_code(0);
    }
    desk.generate(&naming(desk.least("any"), "photo", "link.png"), &["--any-path"]).expect_code(0);
    // A person's own document names what it likes itself.
    let absolute = file.display().to_string();
    for (id, named) in [("inside", "inside.png"), ("absolute", absolute.as_str())] {
        desk.generate(&naming(desk.least(id), "photo", named), &[]).expect_code(0);
    }
    let ran = desk.generate(&desk.least("wrong"), &["--allow-path", "/no/such/folder"]);
    ran.expect_code(2).expect_said(["/no/such/folder"]);
}
