//! Tests of objects, listings and transfers: the same on every kind of storage, and what faults do to them.

use super::{
    digest::Digested,
    failure::Failure,
    fence::Fence,
    objects::{Created, DEADLINE, MAX_WHOLE_BYTES, Objects},
    requests::StorageUse,
    testing::{Fault, Method, faulty, local, places},
};
use crate::error::ErrorKind;
use std::time::Duration;

fn names(seen: &[super::listing::Seen]) -> Vec<&str> {
    seen.iter().map(|seen| seen.name.as_str()).collect()
}

#[tokio::test]
async fn every_kind_of_storage_does_the_same() {
    for place in places() {
        let (objects, kind) = (&place.objects, place.kind);
        assert_eq!(objects.read("a/x.json").await.unwrap(), None, "{kind}");
        objects.write("a/x.json", "one").await.unwrap();
        objects.write("a/x.json", "two").await.unwrap();
        assert_eq!(objects.create("a/x.json", "three").await.unwrap(), Created::Taken(Some("two".into())), "{kind}");
        assert_eq!(objects.create("a/y.json", "y").await.unwrap(), Created::Written, "{kind}");
        objects.write("a/sub/z.json", "z").await.unwrap();
        objects.write("b/o.json", "o").await.unwrap();
        assert_eq!(names(&objects.list("a").await.unwrap()), ["a/x.json", "a/y.json"], "{kind}");
        assert_eq!(objects.folders("").await.unwrap(), ["a", "b"], "{kind}");
        assert_eq!(objects.folders("a").await.unwrap(), ["sub"], "{kind}");
        let all = objects.list_all("a").await.unwrap();
        assert_eq!(names(&all), ["a/sub/z.json", "a/x.json", "a/y.json"], "{kind}");
        assert_eq!(names(&objects.list_after("a", "x.json").await.unwrap()), ["a/y.json"], "{kind}");
        assert_eq!(names(&objects.list_all("missing").await.unwrap()), [""; 0], "{kind}");
        let seen = objects.head("a/x.json").await.unwrap().unwrap();
        assert_eq!((seen.name.as_str(), seen.file(), seen.bytes), ("a/x.json", "x.json", 3), "{kind}");
        assert_eq!(objects.head("a").await.unwrap().filter(|seen| seen.name != "a"), None, "{kind}");
        objects.delete("a/x.json").await.unwrap();
        objects.delete("a/x.json").await.unwrap();
        objects.delete_all(&["a/y.json".to_owned(), "a/sub/z.json".to_owned(), "a/gone".to_owned()]).await.unwrap();
        assert_eq!(names(&objects.list_all("").await.unwrap()), ["b/o.json"], "{kind}");
    }
}

#[tokio::test]
async fn names_of_anybody_stay_within_the_root() {
    for place in places() {
        let (objects, kind) = (&place.objects, place.kind);
        for name in ["a/../../b", "a/./b", "ä b#1/%23.json", "x\\y"] {
            objects.write(name, "x").await.unwrap();
            assert_eq!(objects.read(name).await.unwrap().unwrap(), "x", "{kind}: {name}");
        }
        // What a listing names is found by that name again.
        for seen in objects.list_all("").await.unwrap() {
            assert_eq!(objects.read(&seen.name).await.unwrap().unwrap(), "x", "{kind}: {}", seen.name);
        }
        if let Some(folder) = &place.folder {
            assert!(!folder.path().parent().unwrap().join("b").exists());
        }
    }
}

#[tokio::test]
async fn files_go_up_and_come_down_whole() {
    for place in places() {
        let (objects, kind) = (&place.objects, place.kind);
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        for bytes in [0, 3, (8 << 20) - 1, 8 << 20, (20 << 20) + 7] {
            let content: Vec<u8> = (0..bytes).map(|index: usize| (index % 251) as u8).collect();
            std::fs::write(&source, &content).unwrap();
            let digested = objects.upload("p/big.bin", &source).await.unwrap();
            assert_eq!(digested.bytes, bytes as u64, "{kind}");
            assert_eq!(
                Some((digested.bytes, digested.sha256.clone())),
                super::local_file::hash(&source).ok(),
                "{kind}"
            );
            let target = folder.path().join("target");
            objects.download("p/big.bin", &target, Some(&digested)).await.unwrap();
            assert!(std::fs::read(&target).unwrap() == content, "{kind}: {bytes}");
        }
        assert_eq!(objects.read("p/big.bin").await.unwrap().unwrap().len(), (20 << 20) + 7);
    }
}

#[tokio::test]
async fn what_comes_down_otherwise_than_expected_is_not_kept() {
    let (_store, objects) = faulty();
    objects.write("a", "content").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("target");
    let sha256 = "0".repeat(64);
    let other = Digested { bytes: 7, sha256: sha256.clone() };
    let damaged = objects.download("a", &target, Some(&other)).await.unwrap_err();
    assert!(matches!(damaged, Failure::Other { .. }) && damaged.is_loss(), "{damaged}");
    let short = objects.download("a", &target, Some(&Digested { bytes: 8, sha256 })).await.unwrap_err();
    assert!(matches!(short, Failure::Short { got: 7, expected: 8 }) && short.is_loss(), "{short}");
    assert!(objects.download("b", &target, None).await.unwrap_err().is_loss());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no half stays");
}

#[tokio::test]
async fn an_own_write_is_known_whatever_the_store_says() {
    for fault in [Fault::Repeated, Fault::LostAnswer] {
        let (store, objects) = faulty();
        store.next(1, Method::Put, "record", fault);
        assert_eq!(objects.create("record", "mine").await.unwrap(), Created::Written, "{fault:?}");
        // Another's is not.
        assert_eq!(objects.create("record", "yours").await.unwrap(), Created::Taken(Some("mine".into())));
    }
}

#[tokio::test]
async fn a_write_that_was_refused_is_an_error_and_can_be_made_again() {
    let (store, objects) = faulty();
    store.next(1, Method::Put, "record", Fault::Refused);
    let error = objects.create("record", "mine").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("record"), "{error}");
    assert_eq!(objects.create("record", "mine").await.unwrap(), Created::Written);
    // Where not even the look succeeds, nobody knows, and the same call finds out.
    store.next(1, Method::Put, "second", Fault::LostAnswer);
    store.next(1, Method::Get, "second", Fault::Refused);
    objects.create("second", "mine").await.unwrap_err();
    assert_eq!(objects.create("second", "mine").await.unwrap(), Created::Written);
}

#[tokio::test]
async fn every_other_write_can_be_repeated_after_a_lost_answer() {
    let (store, objects) = faulty();
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    std::fs::write(&source, vec![1; 9 << 20]).unwrap();
    store.next(1, Method::Put, "written", Fault::LostAnswer);
    store.next(1, Method::Upload, "sent", Fault::LostAnswer);
    store.next(1, Method::Complete, "sent", Fault::LostAnswer);
    store.next(1, Method::Copy, "written", Fault::LostAnswer);
    store.next(1, Method::Delete, "written", Fault::LostAnswer);
    objects.write("written", "x").await.unwrap_err();
    objects.write("written", "x").await.unwrap();
    for _ in 0..2 {
        objects.upload("sent", &source).await.unwrap_err();
    }
    objects.upload("sent", &source).await.unwrap();
    objects.copy("written", "copied").await.unwrap_err();
    objects.copy("written", "copied").await.unwrap();
    objects.delete("written").await.unwrap_err();
    objects.delete("written").await.unwrap();
    assert_eq!(objects.read("copied").await.unwrap().unwrap(), "x");
    assert_eq!(objects.head("sent").await.unwrap().unwrap().bytes, 9 << 20);
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_without_an_end() {
    let (store, objects) = faulty();
    for method in [Method::Get, Method::Put, Method::Head, Method::List, Method::Delete, Method::Copy] {
        store.next(9, method, "", Fault::Hangs);
    }
    let began = tokio::time::Instant::now();
    let short = objects.within(Duration::from_secs(5));
    let kinds = [
        objects.read("x").await.unwrap_err(),
        objects.write("x", "x").await.unwrap_err(),
        objects.head("x").await.unwrap_err(),
        objects.list("x").await.unwrap_err(),
        objects.list_all("x").await.unwrap_err(),
        objects.delete("x").await.unwrap_err(),
        objects.copy("x", "y").await.unwrap_err(),
        short.delete("x").await.unwrap_err(),
    ];
    assert!(kinds.iter().all(|error| error.kind() == ErrorKind::Timeout), "{kinds:?}");
    assert_eq!(began.elapsed(), DEADLINE * 7 + Duration::from_secs(5));
    store.heal();
    store.next(1, Method::Get, "", Fault::Delayed(Duration::from_secs(50)));
    assert_eq!(objects.read("x").await.unwrap(), None, "slow is not away");
}

#[tokio::test]
async fn nothing_is_written_once_the_fence_is_down() {
    for place in places() {
        let fence = Fence::kept("r", 1, || true);
        let objects = place.objects.behind(&fence);
        objects.write("a", "x").await.unwrap();
        fence.lose("somebody else has it");
        let before = objects.used();
        let source = tempfile::NamedTempFile::new().unwrap();
        let errors = [
            objects.write("a", "y").await.unwrap_err(),
            objects.create("b", "y").await.unwrap_err(),
            objects.delete("a").await.unwrap_err(),
            objects.delete_all(&["a".to_owned()]).await.unwrap_err(),
            objects.copy("a", "b").await.unwrap_err(),
            objects.upload("a", source.path()).await.unwrap_err(),
        ];
        assert!(errors.iter().all(|error| error.kind() == ErrorKind::Locked), "{errors:?}");
        assert_eq!(objects.used(), before, "nobody was asked");
        assert_eq!(objects.read("a").await.unwrap().unwrap(), "x");
        objects.unfenced().delete("a").await.unwrap();
    }
}

#[tokio::test]
async fn what_is_no_file_or_too_large_to_be_one_of_ours_is_refused() {
    let place = local();
    let objects = &place.objects;
    objects.write("p/state.json", "{}").await.unwrap();
    let made = std::process::Command::new("mkfifo").arg(objects.local_path("p/pipe.json").unwrap()).status().unwrap();
    assert!(made.success());
    // Nobody is at the other end: opening it would wait for ever.
    let error = objects.read("p/pipe.json").await.unwrap_err();
    assert!(error.kind() == ErrorKind::Io && error.to_string().contains("a pipe"), "{error}");
    let large = std::fs::File::create(objects.local_path("p/large.json").unwrap()).unwrap();
    large.set_len(MAX_WHOLE_BYTES + 1).unwrap();
    let error = objects.read("p/large.json").await.unwrap_err().to_string();
    assert!(error.contains("67108865 bytes; at most 67108864"), "{error}");
    large.set_len(MAX_WHOLE_BYTES).unwrap();
    assert_eq!(objects.read("p/large.json").await.unwrap().unwrap().len() as u64, MAX_WHOLE_BYTES);
}

#[tokio::test]
async fn requests_are_counted_by_kind() {
    let (_store, objects) = faulty();
    let count = async |objects: &Objects| {
        objects.write("a/1", "four").await.unwrap();
        objects.read("a/1").await.unwrap();
        objects.head("a/1").await.unwrap();
        objects.list("a").await.unwrap();
        objects.copy("a/1", "a/2").await.unwrap();
        objects.delete("a/1").await.unwrap();
    };
    let before = objects.used();
    count(&objects).await;
    let all = StorageUse { get: 1, put: 1, list: 1, head: 1, delete: 1, copy: 1, sent_bytes: 4, received_bytes: 4 };
    assert_eq!(objects.used().since(&before), all);
    assert_eq!(all.total(), 6);
}

#[tokio::test]
async fn a_folder_gives_addresses_of_its_files_and_a_store_without_a_signer_none() {
    let place = local();
    place.objects.write("a b/c.mp4", "x").await.unwrap();
    let address = place.objects.address("a b/c.mp4", Duration::from_secs(60)).await.unwrap();
    assert_eq!(address.scheme(), "file");
    assert_eq!(std::fs::read(address.to_file_path().unwrap()).unwrap(), b"x");
    let (_store, objects) = faulty();
    let error = objects.address("c.mp4", Duration::from_secs(60)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}
