use super::*;
use std::{fs, os::unix::fs::symlink};

/// A document's folder `docs`, files beside it in `other`, links of every kind.
struct Place {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["docs/sub", "other/deep"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        for name in ["docs/in.png", "docs/sub/deep.png", "other/out.png", "other/deep/far.png"] {
            fs::write(root.join(name), name).unwrap();
        }
        for (target, link) in [
            ("in.png", "docs/inside.png"),
            ("sub", "docs/way"),
            ("../other/out.png", "docs/outside.png"),
            ("../other", "docs/way_out"),
            ("/etc/passwd", "docs/passwd.png"),
            ("nowhere", "docs/dangling.png"),
            ("loop.png", "docs/loop.png"),
        ] {
            symlink(target, root.join(link)).unwrap();
        }
        symlink(root.join("docs/sub/deep.png"), root.join("docs/absolute.png")).unwrap();
        symlink(root.join("docs"), root.join("same_docs")).unwrap();
        fs::hard_link(root.join("other/out.png"), root.join("docs/hard.png")).unwrap();
        Self { _folder: folder, root }
    }

    fn opens(&self, policy: &AssetPolicy, named: &str) -> Result<String> {
        let mut file = policy.open(&self.root.join("docs"), named)?;
        Ok(String::from_utf8(file.read_whole(100).unwrap()).unwrap())
    }
}

#[test]
fn by_itself_a_document_reaches_its_own_folder() {
    let place = Place::new();
    let policy = AssetPolicy::default();
    let absolute = place.root.join("docs/in.png").display().to_string();
    for (named, expected) in [
        ("in.png", "docs/in.png"),
        ("./sub/../in.png", "docs/in.png"),
        ("../docs/in.png", "docs/in.png"),
        (absolute.as_str(), "docs/in.png"),
        ("inside.png", "docs/in.png"),
        ("way/deep.png", "docs/sub/deep.png"),
        ("absolute.png", "docs/sub/deep.png"),
        ("hard.png", "other/out.png"),
    ] {
        assert_eq!(place.opens(&policy, named).unwrap(), expected, "{named}");
    }
    let outside = place.root.join("other/out.png").display().to_string();
    for named in [
        "../other/out.png",
        outside.as_str(),
        "outside.png",
        "way_out/out.png",
        "passwd.png",
        "/etc/passwd",
        "/etc/no-such-file",
        "../../../../../../../etc/passwd",
    ] {
        let error = place.opens(&policy, named).expect_err(named);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{named}");
        assert!(error.to_string().contains("outside the folder of the document"), "{named}: {error}");
    }
    for named in
        ["dangling.png", "loop.png", "no.png", "sub", "", "in.png/x", "/proc/self/environ", "/dev/null", "a\0b"]
    {
        assert_eq!(place.opens(&policy, named).expect_err(named).kind(), ErrorKind::InvalidInput, "{named}");
    }
}

#[test]
fn an_own_document_names_any_file_and_no_link_out() {
    let place = Place::new();
    let policy = AssetPolicy::own_documents();
    let outside = place.root.join("other/out.png").display().to_string();
    for named in ["../other/out.png", "sub/../../other/out.png", outside.as_str()] {
        assert_eq!(place.opens(&policy, named).unwrap(), "other/out.png", "{named}");
    }
    assert_eq!(place.opens(&policy, "way/deep.png").unwrap(), "docs/sub/deep.png");
    let elsewhere = place.root.join("same_docs/in.png");
    for named in ["outside.png", "way_out/out.png", "passwd.png", "way_out/deep/far.png"] {
        let error = place.opens(&policy, named).expect_err(named).to_string();
        assert!(error.contains("symbolic link leads out") && error.contains("leads_to"), "{named}: {error}");
    }
    // A link outside that leads inside names a file of the document's own folder.
    assert_eq!(place.opens(&policy, &elsewhere.display().to_string()).unwrap(), "docs/in.png");
    // The folder itself may be reached through a link.
    let mut file = policy.open(&place.root.join("same_docs"), "../other/out.png").unwrap();
    assert_eq!(file.read_whole(100).unwrap(), b"other/out.png");
    for special in ["/proc/self/environ", "/dev/zero", "/dev/stdin", "/proc/self/fd/0", "/proc/../proc/self/maps"] {
        assert!(place.opens(&policy, special).expect_err(special).to_string().contains("kernel"), "{special}");
    }
}

#[test]
fn more_can_be_allowed() {
    let place = Place::new();
    let other = place.root.join("other");
    let policy = AssetPolicy::document_folder().allow_folder(&other);
    for named in ["outside.png", "way_out/out.png", "../other/out.png"] {
        assert_eq!(place.opens(&policy, named).unwrap(), "other/out.png", "{named}");
    }
    place.opens(&policy, "passwd.png").expect_err("is in neither");
    AssetPolicy::any_path().open(&place.root.join("docs"), "passwd.png").expect("every link is followed");
    symlink("/proc/self/environ", place.root.join("docs/environ.png")).unwrap();
    place.opens(&AssetPolicy::any_path(), "environ.png").expect_err("is no file");
    policy.check().unwrap();
    let wrong = AssetPolicy::document_folder().allow_folder(place.root.join("othr"));
    assert_eq!(wrong.check().unwrap_err().kind(), ErrorKind::InvalidConfig);
}

#[test]
fn what_is_missing_is_found_in_another_spelling_or_explained() {
    let place = Place::new();
    fs::write(place.root.join("docs/cafe\u{301}.png"), "nfd").unwrap();
    fs::create_dir(place.root.join("docs/\u{FC}ber")).unwrap();
    fs::write(place.root.join("docs/\u{FC}ber/a\u{30A}.png"), "mixed").unwrap();
    let policy = AssetPolicy::default();
    assert_eq!(place.opens(&policy, "caf\u{E9}.png").unwrap(), "nfd");
    assert_eq!(place.opens(&policy, "u\u{308}ber/\u{E5}.png").unwrap(), "mixed");
    let own = AssetPolicy::own_documents();
    assert!(place.opens(&own, "~/cup.png").unwrap_err().to_string().contains("home folder"));
    assert!(place.opens(&own, r"C:\photos\cup.png").unwrap_err().to_string().contains("write /"));
}

#[test]
fn a_name_that_is_nearly_there_is_told_where_it_may_be_read() {
    let place = Place::new();
    fs::write(place.root.join("docs/Screenshot 2024-01-01 at 10.00.00\u{202F}AM.png"), "mac").unwrap();
    fs::create_dir(place.root.join("docs/Photos")).unwrap();
    for policy in [AssetPolicy::default(), AssetPolicy::own_documents()] {
        let told = |named: &str| place.opens(&policy, named).expect_err(named).to_string();
        let said = told("Screenshot 2024-01-01 at 10.00.00 AM.png");
        assert!(said.contains("there is") && said.contains("202f") && said.contains("AM.png"), "{said}");
        assert!(told("photos/cup.png").contains("\"Photos\""));
        assert!(!told("nothing.png").contains("there is \""));
    }
    // Behind a link out of the document's folder.
    let said = place.opens(&AssetPolicy::default(), "way_out/OUT.png").unwrap_err().to_string();
    assert!(!said.contains("out.png"), "{said}");
    let said = place.opens(&AssetPolicy::own_documents(), "way_out/OUT.png").unwrap_err().to_string();
    assert!(said.contains("\"out.png\""), "{said}");
}

#[test]
fn urls_are_open_for_own_documents_alone_unless_somebody_says_so() {
    let [folder, own, any] = [AssetPolicy::document_folder(), AssetPolicy::own_documents(), AssetPolicy::any_path()];
    assert_eq!(AssetPolicy::default(), folder);
    assert!(!folder.allows_urls() && own.allows_urls() && any.allows_urls());
    assert!(folder.clone().with_urls().allows_urls() && folder.clone().with_urls_by_default().allows_urls());
    for policy in [folder, own, any] {
        let closed = policy.without_urls();
        assert!(!closed.allows_urls() && !closed.clone().with_urls_by_default().allows_urls());
    }
}
