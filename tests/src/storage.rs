//! What lies in a storage: journal, state, files and their hashes.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The files of every finished project with music and a planned document; scenes come on top.
pub const FILES: [&str; 13] = [
    "project.json",
    "state.json",
    "product_original.png",
    "product_masked.png",
    "product_mask.png",
    "background_music.mp3",
    "background_music_normalized.mp3",
    "concat_list.txt",
    "final_video.mp4",
    "captions.srt",
    "captions.vtt",
    "poster.jpg",
    "report.html",
];

/// A project's folder in a storage.
#[derive(Debug, Clone)]
pub struct Project(pub PathBuf);

impl Project {
    pub fn new(storage: &Path, id: &str) -> Self {
        Self(storage.join("projects").join(id))
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    #[track_caller]
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        let path = self.path(name);
        fs::read(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
    }

    #[track_caller]
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap_or_else(|error| panic!("{name} is not UTF-8: {error}"))
    }

    #[track_caller]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&self.bytes(name)).unwrap_or_else(|error| panic!("{name} is not JSON: {error}"))
    }

    /// Makes whatever lease there is last until far in the future: who takes the project then does not do it because time
    /// has passed.
    #[track_caller]
    pub fn hold_on(&self) {
        for entry in fs::read_dir(self.path("lease")).expect("the project is taken") {
            let path = entry.expect("the folder is the test's own").path();
            let text = fs::read(&path).expect("a lease can be read");
            let mut record: Value = serde_json::from_slice(&text).expect("a lease is JSON");
            record["expires_at"] = "2999-01-01T00:00:00Z".into();
            fs::write(&path, record.to_string()).expect("the folder is the test's own");
        }
    }

    pub fn state(&self) -> Value {
        self.json("state.json")
    }

    #[track_caller]
    pub fn hash(&self, name: &str) -> String {
        Sha256::digest(self.bytes(name)).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Names of the files directly in the folder, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap_or_else(|error| panic!("{}: {error}", self.0.display()));
        let mut names: Vec<String> = entries
            .filter_map(Result::ok)
            .filter(|entry| entry.path().is_file())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Every entry of the journal, in order.
    pub fn journal(&self) -> Vec<Value> {
        let mut entries = Vec::new();
        while self.path(&format!("journal/{:06}.json", entries.len() + 1)).is_file() {
            entries.push(self.json(&format!("journal/{:06}.json", entries.len() + 1)));
        }
        entries
    }

    /// How often each product was finished with each key.
    pub fn finished(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for entry in self.journal().iter().filter(|entry| entry["event"] == "finished") {
            let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
            *counts.entry((text("product"), text("key"))).or_default() += 1;
        }
        counts
    }

    #[track_caller]
    pub fn expect_nothing_made_twice(&self) {
        for ((product, _), count) in self.finished() {
            assert_eq!(
                count,
                1,
                "{product} was finished {count} times with the same key, see {}/journal",
                self.0.display()
            );
        }
    }

    /// Changes the stored document as a person would.
    pub fn edit(&self, change: impl FnOnce(&mut Value)) {
        let mut document = self.json("project.json");
        change(&mut document);
        fs::write(self.path("project.json"), document.to_string()).expect("the storage is the test's own");
    }
}
