//! Every `adgen …` of the documents is really run, offline, in a folder with the files that it names.
//!
//! What stands for something is replaced: `PHOTO` by a photo, `FILE` and `PROJECT_ID` by a document and its project, all of
//! them small. Of a command that is only named (`adgen generate`), its help is asked for.

use super::shell::{self, Line};
use adgen_tests::{
    command::{Ran, adgen, run},
    document,
    emulator::{Emulator, Script},
    shipped_photo,
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The lines that are run, each without the command's own name.
fn lines(text: &str) -> Vec<Line> {
    let own = shell::lines(text).into_iter().filter(|line| line.words[0] == "adgen");
    own.map(|line| Line { words: line.words[1..].to_vec(), ..line }).collect()
}

/// A document's folder.
struct Desk {
    folder: tempfile::TempDir,
    /// Where a line names the emulator's port.
    emulator: Emulator,
}

impl Desk {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a line and what it stands for, or says what is wrong with it.
    fn run(&self, line: &Line) -> Result<(), String> {
        let alternatives = line.words.iter().position(|word| word == "|");
        let Some(at) = alternatives else { return self.run_one(line, &line.words) };
        let one = [&line.words[..at], &line.words[at + 2..]].concat();
        let other = [&line.words[..at - 1], &line.words[at + 1..]].concat();
        self.run_one(line, &one)?;
        self.run_one(line, &other)
    }

    fn run_one(&self, line: &Line, words: &[String]) -> Result<(), String> {
        let words: Vec<String> =
            words.iter().enumerate().map(|(index, word)| stands_for(word, &words[..index])).collect();
        self.prepare(&words);
        let mut command = adgen(&words);
        // What is not meant for this machine goes nowhere.
        command.current_dir(self.folder.path()).env("HTTPS_PROXY", "http://127.0.0.1:9");
        let port = self.emulator.url().rsplit(':').next().and_then(|rest| rest.split('/').next()).unwrap_or_default();
        command.envs(line.environment.iter().map(|(name, value)| (name, value.replace("PORT", port))));
        if let [name] = &words[..]
            && !["doctor", "schema"].contains(&name.as_str())
        {
            command.arg("--help");
        }
        let Ran { status, stdout, stderr, .. } = run(command).expect_no_panic();
        self.make_small();
        if status.success() { Ok(()) } else { Err(format!("adgen {}: {status}\n{stdout}{stderr}", words.join(" "))) }
    }

    /// Makes the files that a line wants to read and that no line before it made.
    fn prepare(&self, words: &[String]) {
        let read = words
            .iter()
            .enumerate()
            .filter(|(index, _)| *index == 0 || !["-o", "--output"].contains(&words[index - 1].as_str()));
        for (_, word) in read {
            if word.ends_with(".jpg") && !self.path(word).exists() {
                fs::copy(shipped_photo("bottle_studio"), self.path(word)).expect("the folder is the test's own");
            }
            if word.ends_with(".json") && !self.path(word).exists() {
                self.document(word.trim_end_matches(".json"));
            }
        }
        // A project by its name, or by that of its document, for those who only look at it.
        let is_project =
            words.iter().any(|word| word == "my" || (words[0] == "status" && word == "my.json")) || words[0] == "gc";
        if is_project && !self.path("storage/projects/my").exists() {
            self.document("my");
            run({
                let mut command = adgen(["generate", "my.json", "--offline"]);
                command.current_dir(self.folder.path());
                command
            })
            .expect_code(0);
        }
    }

    fn document(&self, id: &str) {
        document::save(&document::planned(id, &shipped_photo("bottle_studio")), self.folder.path());
    }

    /// A document that a line wrote is for an ad of 30 s in full size.
    fn make_small(&self) {
        let path = self.path("project.json");
        let Ok(text) = fs::read_to_string(&path) else { return };
        let mut written: Value = serde_json::from_str(&text).expect("a document is JSON");
        let small = document::planned("small", Path::new("cup.jpg"));
        written["brief"]["duration_s"] = small["brief"]["duration_s"].clone();
        written["output"] = small["output"].clone();
        fs::write(&path, written.to_string()).expect("the folder is the test's own");
    }
}

/// What a word in capitals means at its place.
fn stands_for(word: &str, before: &[String]) -> String {
    let meant = match word {
        "PHOTO" => "cup.jpg",
        "FILE" => "my.json",
        "PROJECT_ID" | "<id>" => "my",
        "NAME" if before.iter().any(|word| word == "--product") => "Cup",
        // It is there: nothing is fetched.
        "NAME" if before.first().is_some_and(|word| word == "models") => "u2netp",
        _ => word,
    };
    meant.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_line_of_the_documents_works() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (path, text) in super::commanding() {
        let lines = lines(&text);
        if lines.is_empty() {
            continue;
        }
        count += lines.len();
        let name = path.strip_prefix(adgen_tests::root()).unwrap_or(&path).display().to_string();
        let emulator = Emulator::start(Script::quick()).await;
        let desk = Desk { folder: tempfile::tempdir().expect("a temporary folder"), emulator };
        for (index, line) in lines.iter().enumerate() {
            // Once each in a document.
            let is_new = !lines[..index]
                .iter()
                .any(|other| (&other.words, &other.environment) == (&line.words, &line.environment));
            if let Err(said) = if is_new { desk.run(line) } else { Ok(()) } {
                wrong.push(format!("{name}:{}: {said}", line.number));
            }
        }
    }
    assert!(wrong.is_empty(), "these commands do not work, correct them:\n{}", wrong.join("\n"));
    assert!(count > 20, "only {count} command lines were found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_line_that_does_not_work_is_told() {
    let emulator = Emulator::start(Script::quick()).await;
    let desk = Desk { folder: tempfile::tempdir().expect("a temporary folder"), emulator };
    let line = lines("`adgen generate my.json --ofline`").remove(0);
    let said = desk.run(&line).expect_err("there is no such option");
    assert!(said.contains("--ofline"), "{said}");
}
