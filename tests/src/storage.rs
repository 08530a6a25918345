//! What lies in a storage: histories, ledgers, states, files and their hashes.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The files of every finished project with music and a planned document; scenes come on top.
pub const FILES: [&str; 14] = [
    "project.json",
    "state.json",
    "events.json",
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

    /// Every entry of the project's history, in order.
    pub fn history(&self) -> Vec<Value> {
        let mut entries = Vec::new();
        while self.path(&format!("history/{:06}.json", entries.len() + 1)).is_file() {
            entries.push(self.json(&format!("history/{:06}.json", entries.len() + 1)));
        }
        entries
    }

    /// Every entry that runs of this project wrote into ledgers of purchases, by key and in order; each with the ledger's `key`
    /// and the `artifact` that was ordered.
    pub fn orders(&self) -> Vec<Value> {
        let id = self.0.file_name().and_then(|id| id.to_str()).expect("an id");
        let mut entries = Vec::new();
        for ledger in folders(&self.root().join("purchases")).iter().flat_map(|start| folders(start)) {
            let key = ledger.file_name().and_then(|key| key.to_str()).expect("a key").to_owned();
            let mut artifact = Value::Null;
            for number in 1.. {
                let Ok(bytes) = fs::read(ledger.join(format!("{number:04}.json"))) else { break };
                let mut entry: Value = serde_json::from_slice(&bytes).expect("an entry is JSON");
                if entry["event"] == "starting" {
                    artifact = entry["artifact"].clone();
                }
                if entry["project"] == id {
                    entry["key"] = key.clone().into();
                    entry["artifact"] = artifact.clone();
                    entries.push(entry);
                }
            }
        }
        entries
    }

    /// What the storage knows of an artifact.
    pub fn artifact(&self, key: &str) -> Option<Value> {
        let record = self.root().join("artifacts").join(&key[..2]).join(key).join("record.json");
        serde_json::from_slice(&fs::read(record).ok()?).ok()
    }

    /// Where an artifact's only file lies in the storage.
    pub fn stored(&self, key: &str) -> Option<PathBuf> {
        Some(self.root().join(self.artifact(key)?["files"][0]["object"].as_str()?))
    }

    /// The key that the project's artifact of this name has now.
    pub fn key_of(&self, artifact: &str) -> Option<String> {
        let is_it = |entry: &&Value| {
            entry["artifact"] == artifact && (entry["event"] == "finished" || entry["event"] == "reused")
        };
        self.history().iter().rfind(is_it)?["key"].as_str().map(str::to_owned)
    }

    /// Removes the snapshots of the history, so that its entries count one by one.
    pub fn forget_snapshots(&self) {
        for entry in fs::read_dir(self.path("history")).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("snapshot-") {
                fs::remove_file(entry.path()).expect("the storage is the test's own");
            }
        }
    }

    /// The storage.
    pub fn root(&self) -> PathBuf {
        self.0.ancestors().nth(2).expect("projects/<id>").to_owned()
    }

    /// How often each artifact was finished with each key.
    pub fn finished(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for entry in self.history().iter().filter(|entry| entry["event"] == "finished") {
            let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
            *counts.entry((text("artifact"), text("key"))).or_default() += 1;
        }
        counts
    }

    #[track_caller]
    pub fn expect_nothing_made_twice(&self) {
        for ((artifact, _), count) in self.finished() {
            assert_eq!(
                count,
                1,
                "{artifact} was finished {count} times with the same key, see {}/history",
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

fn folders(within: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(within)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The names of the objects of a storage that is no folder.
#[derive(Debug, Clone)]
pub struct Names(pub Vec<String>);

impl Names {
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|there| there == name)
    }
}
