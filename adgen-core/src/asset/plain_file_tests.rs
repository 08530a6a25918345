use super::*;
use std::io::Write;

fn message(opened: Result<PlainFile>) -> String {
    let error = opened.expect_err("is no plain file");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    error.to_string()
}

#[test]
fn what_is_no_plain_file_is_refused_without_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    assert!(message(PlainFile::open(&root)).contains("a folder"));
    assert!(message(PlainFile::open(&root.join("nothing"))).contains("no such file"));
    assert!(message(PlainFile::open(&root.join("nothing/below"))).contains("no such file"));
    #[cfg(unix)]
    {
        let pipe = root.join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // Nobody writes into it: whoever waits for it waits for good.
        assert!(message(PlainFile::open(&pipe)).contains("a named pipe"));
        let socket = root.join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(message(PlainFile::open(&socket)).contains("a socket"));
        let link = root.join("zero");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert!(message(PlainFile::open(&link)).contains("/dev"));
    }
    for special in ["/dev/zero", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0", "/proc/self/environ", "/sys/kernel"] {
        let refused = message(PlainFile::open(Path::new(special)));
        assert!(refused.contains("kernel shows its own matters"), "{special}: {refused}");
    }
}

#[test]
#[cfg(unix)]
fn a_link_is_followed_only_where_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    std::fs::create_dir(root.join("there")).unwrap();
    std::fs::write(root.join("there/file"), "content").unwrap();
    std::os::unix::fs::symlink(root.join("there/file"), root.join("link")).unwrap();
    std::os::unix::fs::symlink(root.join("there"), root.join("way")).unwrap();
    assert_eq!(PlainFile::open(&root.join("link")).unwrap().path(), root.join("there/file"));
    assert_eq!(PlainFile::open(&root.join("way/file")).unwrap().bytes(), 7);
    for link in ["link", "way/file"] {
        message(PlainFile::open_exactly(&root.join(link)));
        assert!(open_and_compare(&root.join(link)).is_err(), "{link}");
    }
    assert!(open_and_compare(&root.join("there/file")).is_ok());
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("file");
    let long = vec![7; 3 << 20];
    std::fs::write(&path, &long).unwrap();
    let mut file = PlainFile::open_exactly(&path).unwrap();
    let grow = || std::fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
    let mut pieces = 0;
    let error = file.read(|_| {
        pieces += 1;
        grow();
        Ok(())
    });
    assert!(error.expect_err("grew").to_string().contains("changed while it was read"));
    assert!(pieces <= 3, "more was handed over than there was: {pieces}");
    let mut file = PlainFile::open_exactly(&path).unwrap();
    let shrink = |_: &[u8]| {
        std::fs::File::options().write(true).open(&path).unwrap().set_len(5)?;
        Ok(())
    };
    assert!(file.read(shrink).expect_err("shrank").to_string().contains("changed while it was read"));
    // Unchanged, it can be read as often as one likes.
    let mut file = PlainFile::open_exactly(&path).unwrap();
    for _ in 0..2 {
        assert_eq!(file.read_whole(5).unwrap(), [7; 5]);
    }
    let error = file.read_whole(4).expect_err("too large").to_string();
    assert!(error.contains("5 bytes") && error.contains("4 bytes"), "{error}");
}
