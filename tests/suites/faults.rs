//! What machines do to a run: kills, full, read-only and vanishing storage, damaged files, missing parts.

use adgen_tests::{
    command::{Ran, adgen, program, run, start, until},
    document, judge, not_tested, pictures, shipped_photo,
    storage::{FILES, Project},
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};
use tempfile::TempDir;

/// A folder with a photo and a document in it.
struct Site {
    folder: TempDir,
    document: PathBuf,
    id: &'static str,
}

impl Site {
    fn new(id: &'static str, make: fn(&str, &Path) -> Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let photo = pictures::ready_photo(folder.path());
        let document = document::save(&make(id, &photo), folder.path());
        Self { folder, document, id }
    }

    fn storage(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn project(&self, storage: &str) -> Project {
        Project::new(&self.storage(storage), self.id)
    }

    fn generate(&self, storage: &str) -> Command {
        let mut command = adgen(["generate", "--offline", "--storage"]);
        command.arg(self.storage(storage)).arg(&self.document);
        command
    }
}

/// Numbers that look random and are the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    /// 0 to 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ z >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// What may lie in a project's folder besides its numbered scenes.
fn expect_no_litter(project: &Project) {
    let litter: Vec<String> = project
        .files()
        .into_iter()
        .filter(|name| {
            let is_scene = name.starts_with("scene_") && name.ends_with(".mp4");
            !is_scene && !FILES.contains(&name.as_str()) && !["plan.json", "rendered.json"].contains(&name.as_str())
        })
        .collect();
    assert!(litter.is_empty(), "left behind in {}: {litter:?}", project.0.display());
    assert!(!project.path("work").exists(), "the working folder stayed behind");
}

#[test]
fn killed_twenty_times_it_ends_with_the_same_bytes_and_does_nothing_twice() {
    const SEED: u64 = 20;
    let site = Site::new("kill", document::planned);
    let calm = run(site.generate("calm")).expect_code(0);
    let wanted = site.project("calm").hash("final_video.mp4");
    let mut dice = Dice(SEED);
    let (mut kills, mut storages) = (0, 0);
    while kills < 20 {
        storages += 1;
        let name = format!("storage-{storages}");
        let project = site.project(&name);
        // Several kills of the same project, for a run that goes on can be killed too.
        for _ in 0..4 {
            let after = calm.took.mul_f64(dice.roll() * 0.6);
            let running = start(site.generate(&name));
            thread::sleep(after);
            if running.is_over() {
                running.wait().expect_code(0);
                break;
            }
            running.signal(libc::SIGKILL);
            running.wait().expect_no_panic();
            kills += 1;
            eprintln!("seed {SEED}, kill {kills}: {name} after {after:?}, {} entries", project.history().len());
        }
        let last = run(site.generate(&name));
        assert_eq!(last.code(), Some(0), "kill {kills} (seed {SEED}), {name}: it does not go on\n{}", last.stderr);
        assert_eq!(project.hash("final_video.mp4"), wanted, "kill {kills} (seed {SEED}), {name}: other bytes");
        project.expect_nothing_made_twice();
        expect_no_litter(&project);
        let state = project.state();
        assert_eq!(state["degradations"], serde_json::json!([]), "kill {kills} (seed {SEED}), {name}");
    }
}

#[test]
fn a_killed_process_holds_nothing() {
    let site = Site::new("lease", document::least);
    let project = site.project("storage");
    let running = start(site.generate("storage"));
    until("the project is taken", || project.path("lease/holder.json").is_file());
    running.signal(libc::SIGKILL);
    running.wait();
    run(site.generate("storage")).expect_code(0);
}

#[test]
fn the_second_process_is_told_who_works_on_the_project() {
    let site = Site::new("two", document::least);
    let project = site.project("storage");
    let first = start(site.generate("storage"));
    until("the project is taken", || project.path("history/000001.json").is_file());
    first.signal(libc::SIGSTOP);
    let second = run(site.generate("storage"));
    first.signal(libc::SIGCONT);
    second.expect_code(1).expect_said([first.id().to_string()]);
    first.wait().expect_code(0);
    project.expect_nothing_made_twice();
}

#[test]
fn damaged_artifacts_are_made_again_and_that_is_said() {
    let site = Site::new("damage", document::planned);
    run(site.generate("storage")).expect_code(0);
    let project = site.project("storage");
    let wanted = project.hash("final_video.mp4");
    let before = project.history().len();
    let mut clip = project.bytes("scene_1_bg.mp4");
    let middle = clip.len() / 2;
    clip[middle] ^= 0xFF;
    fs::write(project.path("scene_1_bg.mp4"), clip).expect("ours");
    let cut = project.bytes("product_masked.png");
    fs::write(project.path("product_masked.png"), &cut[..cut.len() / 2]).expect("ours");
    fs::remove_file(project.path("final_video.mp4")).expect("ours");
    let ran = run(site.generate("storage")).expect_code(0);
    for name in ["scene_1_bg.mp4", "product_masked.png"] {
        let notes = project.state()["notes"].to_string();
        assert!(notes.contains(name), "the damage of {name} is not in the state's notes: {notes}");
        assert!(ran.stderr.contains(name), "the damage of {name} is not told:\n{}", ran.stderr);
    }
    assert_eq!(project.hash("final_video.mp4"), wanted);
    let history = project.history();
    let made = history[before..].iter().filter(|entry| entry["event"] == "finished");
    let mut made: Vec<&str> = made.filter_map(|entry| entry["artifact"].as_str()).collect();
    made.sort_unstable();
    // The others have the same inputs as before, so they stay; of the video only the name that people see was gone.
    assert_eq!(made, ["product_masked", "scene_1_bg"]);
}

#[test]
fn a_damaged_state_or_history_is_named() {
    let site = Site::new("broken", document::least);
    run(site.generate("storage")).expect_code(0);
    let project = site.project("storage");
    let status = || {
        let mut command = adgen(["status", "broken", "--storage"]);
        command.arg(site.storage("storage"));
        run(command)
    };
    for content in ["", "{", "[]", "\u{0}\u{0}\u{0}"] {
        fs::write(project.path("state.json"), content).expect("ours");
        let said = status().expect_no_panic().expect_said(["state.json"]);
        assert_ne!(said.code(), Some(0), "a damaged state counts as sound");
    }
    // The state only shows what the history knows: it is written anew.
    run(site.generate("storage")).expect_code(0);
    status().expect_code(0).expect_said(["COMPLETED"]);
    // What a snapshot holds needs no entry.
    fs::write(project.path("history/000003.json"), "").expect("ours");
    run(site.generate("storage")).expect_code(0);
    for content in ["", "{\"event\":", "null", "\u{0}\u{0}"] {
        project.forget_snapshots();
        fs::write(project.path("history/000003.json"), content).expect("ours");
        let said = run(site.generate("storage")).expect_no_panic().expect_said(["000003.json"]);
        assert_ne!(said.code(), Some(0), "a damaged history counts as sound");
    }
    fs::write(project.path("project.json"), "{").expect("ours");
    let mut resume = adgen(["generate", "broken", "--offline", "--storage"]);
    resume.arg(site.storage("storage"));
    run(resume).expect_code(2).expect_said(["project.json"]);
}

#[test]
fn a_storage_that_is_no_folder_is_named() {
    let site = Site::new("way", document::least);
    let file = pictures::write(site.folder.path(), "file", b"in the way");
    let said = run(site.generate("file")).expect_no_panic().expect_said([file.display().to_string()]);
    assert!(matches!(said.code(), Some(1 | 2)), "{:?}", said.status);
    // A file where the project's folder should be, and folders where its files should be.
    fs::create_dir_all(site.storage("b/projects")).expect("ours");
    fs::write(site.storage("b/projects/way"), b"in the way").expect("ours");
    let said = run(site.generate("b")).expect_no_panic().expect_said(["projects/way"]);
    assert_eq!(said.code(), Some(1), "{}", said.stderr);
    for name in ["final_video.mp4", "scene_1_bg.mp4", "project.json", "poster.jpg", "report.html"] {
        let storage = format!("c-{}", name.replace('.', "-"));
        fs::create_dir_all(site.project(&storage).path(name)).expect("ours");
        let said = run(site.generate(&storage)).expect_no_panic().expect_said([name]);
        assert_eq!(said.code(), Some(1), "a folder named {name}: {}", said.stderr);
        fs::remove_dir(site.project(&storage).path(name)).expect("still empty");
        run(site.generate(&storage)).expect_code(0);
        judge::expect_sound_file(&site.project(&storage).path("final_video.mp4"));
    }
}

/// Runs a script of the shell with file systems of its own, which end with it; `None` where that is not permitted.
fn with_own_mounts(script: &str) -> Option<Ran> {
    for flags in [&["-m"][..], &["-r", "-m"]] {
        let mut test = Command::new("unshare");
        test.args(flags).args(["sh", "-c", "mount -t tmpfs none /mnt"]);
        if test.output().is_ok_and(|done| done.status.success()) {
            let mut command = Command::new("unshare");
            command.args(flags).args(["sh", "-c", script]);
            return Some(run(command));
        }
    }
    not_tested("a full and a read-only storage: tests may not mount file systems here; run them as root");
    None
}

#[test]
fn a_full_storage_is_said_and_nothing_is_lost() {
    let site = Site::new("full", document::planned);
    run(site.generate("calm")).expect_code(0);
    let wanted = site.project("calm").hash("final_video.mp4");
    let calm: u64 = site.project("calm").files().iter().map(|name| site.project("calm").bytes(name).len() as u64).sum();
    let (adgen, document) = (program(), &site.document);
    fs::create_dir(site.storage("small")).expect("ours");
    for share in [0.02, 0.15, 0.3, 0.5, 0.7, 0.9] {
        let bytes = ((calm as f64 * share) as u64).max(8192);
        let out = site.storage(&format!("out-{share}"));
        fs::create_dir(&out).expect("ours");
        let script = format!(
            "mount -t tmpfs -o size={bytes} none '{storage}' && cd '{out}' &&\n\
             '{adgen}' generate '{document}' --offline --storage '{storage}' >full.txt 2>&1; echo $? >full.code\n\
             for f in '{storage}'/projects/full/state.json '{storage}'/projects/full/project.json; do\n\
               if [ -e \"$f\" ]; then cp \"$f\" . || exit 9; fi; done\n\
             mount -o remount,size=200m '{storage}' || exit 8\n\
             '{adgen}' generate '{document}' --offline --storage '{storage}' >more.txt 2>&1; echo $? >more.code\n\
             cp -r '{storage}'/projects .",
            storage = site.storage("small").display(),
            out = out.display(),
            adgen = adgen.display(),
            document = document.display(),
        );
        let Some(done) = with_own_mounts(&script) else { return };
        done.expect_code(0);
        let read = |name: &str| fs::read_to_string(out.join(name)).unwrap_or_default();
        let said = read("full.txt");
        let place = format!("{bytes} bytes of storage ({share} of what is needed)");
        assert!(!said.contains("panicked"), "{place}: a panic\n{said}");
        assert_eq!(read("full.code").trim(), "1", "{place}: the exit code\n{said}");
        assert!(
            said.contains("full") && said.contains("small"),
            "{place}: neither fullness nor a file is named\n{said}"
        );
        for name in ["state.json", "project.json"] {
            let text = read(name);
            assert!(
                text.is_empty() && !out.join(name).exists() || serde_json::from_str::<Value>(&text).is_ok(),
                "{place}: {name} is damaged: {text}"
            );
        }
        assert_eq!(read("more.code").trim(), "0", "{place}: with more room it does not go on\n{}", read("more.txt"));
        let project = Project(out.join("projects/full"));
        assert_eq!(project.hash("final_video.mp4"), wanted, "{place}: other bytes");
        assert_eq!(
            project.state()["degradations"],
            serde_json::json!([]),
            "{place}: a full storage made the ad humbler"
        );
        project.expect_nothing_made_twice();
        expect_no_litter(&project);
    }
}

#[test]
fn a_read_only_storage_is_said() {
    let site = Site::new("readonly", document::least);
    fs::create_dir(site.storage("fixed")).expect("ours");
    let script = |first: &str| {
        format!(
            "mount -t tmpfs none '{storage}' && {first} mount -o remount,ro '{storage}' && \
             '{adgen}' generate '{document}' --offline --storage '{storage}'",
            storage = site.storage("fixed").display(),
            adgen = program().display(),
            document = site.document.display(),
        )
    };
    let Some(fresh) = with_own_mounts(&script("")) else { return };
    fresh.expect_code(1).expect_said(["Read-only file system", "fixed"]);
    let once = format!(
        "'{}' generate '{}' --offline --storage '{}' >&2 && ",
        program().display(),
        site.document.display(),
        site.storage("fixed").display()
    );
    let Some(used) = with_own_mounts(&script(&once)) else { return };
    used.expect_code(1).expect_said(["Read-only file system", "fixed"]);
}

#[test]
fn a_storage_that_vanishes_is_an_error_and_leaves_no_wreck() {
    let site = Site::new("vanish", document::planned);
    for (name, entries) in [("early", 3), ("late", 8)] {
        let project = site.project(name);
        let running = start(site.generate(name));
        let entry = project.path(&format!("history/{entries:06}.json"));
        until("the run is under way", || entry.is_file() || running.is_over());
        fs::rename(site.storage(name), site.storage(&format!("{name}-gone"))).expect("ours");
        let ran = running.wait().expect_no_panic();
        assert_eq!(ran.code(), Some(1), "the storage {name} vanished after {entries} entries\n{}", ran.stderr);
        ran.expect_said([name]);
        // Whatever is there now can be worked with, and so can what comes back.
        for storage in [name.to_owned(), format!("{name}-gone")] {
            let again = run(site.generate(&storage));
            assert_eq!(again.code(), Some(0), "{storage} cannot be worked with any more\n{}", again.stderr);
            judge::expect_sound_file(&site.project(&storage).path("final_video.mp4"));
            assert_eq!(site.project(&storage).state()["degradations"], serde_json::json!([]), "{storage}");
        }
    }
}

/// The ad of a shipped photo, made by a machine that lacks something.
fn lacking(photo: &str, id: &'static str, change: impl FnOnce(&mut Command, &Path)) -> (Ran, Value) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = document::save(&document::least(id, &shipped_photo(photo)), folder.path());
    let mut command = adgen(["generate", "--offline", "--storage"]);
    command.arg(folder.path().join("storage")).arg(&path);
    change(&mut command, folder.path());
    let ran = run(command).expect_no_panic();
    assert_eq!(ran.code(), Some(0), "without it there is no ad at all\n{}", ran.stderr);
    let project = Project::new(&folder.path().join("storage"), id);
    judge::expect_sound_file(&project.path("final_video.mp4"));
    let degradations = project.state()["degradations"].clone();
    assert!(ran.stderr.contains("warning"), "a degradation is silent:\n{}", ran.stderr);
    assert!(project.text("report.html").contains("product_masked"), "the report is silent about the degradation");
    (ran, degradations)
}

#[test]
fn without_the_model_there_is_an_ad_all_the_same() {
    for (photo, fallback) in [("bottle_studio", "backdrop"), ("box_busy", "card")] {
        let (_, degradations) = lacking(photo, "no-model", |command, folder| {
            command.env("ADGEN_MODELS_DIR", folder.join("no-models"));
        });
        let all = degradations.as_array().expect("a list");
        let last = all.last().unwrap_or_else(|| panic!("{photo}: the missing model is not recorded"));
        assert!(last["fallback"].as_str().is_some_and(|name| name.contains(fallback)), "{photo}: {degradations}");
        let cause = all[0]["cause"].to_string();
        assert!(cause.contains("adgen models fetch u2netp"), "{photo}: it is not said how to get the model: {cause}");
    }
}

#[test]
fn without_onnx_runtime_there_is_an_ad_all_the_same() {
    let models = std::env::var_os("ADGEN_MODELS_DIR").map(PathBuf::from).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").map(PathBuf::from).expect("a test has a home");
        let data = std::env::var_os("XDG_DATA_HOME").map_or_else(|| home.join(".local/share"), PathBuf::from);
        data.join("adgen/models")
    });
    for library in ["garbage.so", "missing.so"] {
        let (_, degradations) = lacking("bottle_studio", "no-runtime", |command, folder| {
            // Outside of the repository, whose Python environment has the library.
            let copy = folder.join("adgen");
            fs::copy(program(), &copy).expect("the program can be copied");
            fs::write(folder.join("garbage.so"), b"\x7fELF this is no library").expect("ours");
            let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
            *command = Command::new(copy);
            command.args(arguments).current_dir(folder).env_clear();
            command.env("ADGEN_MODELS_DIR", &models).env("ORT_DYLIB_PATH", folder.join(library));
        });
        let cause = degradations[0]["cause"].to_string();
        let said = cause.contains(library) && (cause.contains("onnxruntime") || cause.contains("ORT_DYLIB_PATH"));
        assert!(said, "{library}: the library is not named, or not how to get one: {degradations}");
    }
}

/// Runs a copy of the program that has no environment but what `set` gives it.
fn bare(command: &mut Command, folder: &Path, set: impl FnOnce(&mut Command)) {
    let copy = folder.join("adgen");
    fs::copy(program(), &copy).expect("the program can be copied");
    let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    *command = Command::new(copy);
    command.args(arguments).current_dir(folder).env_clear();
    set(command);
}

#[test]
fn in_an_empty_home_there_is_an_ad_all_the_same() {
    let (ran, degradations) = lacking("bottle_studio", "bare", |command, folder| {
        bare(command, folder, |command| {
            command.env("HOME", folder);
        });
    });
    assert!(degradations[0]["cause"]["code"].is_string(), "{}", ran.stderr);
}

/// As in a service of the system: the account's folder is known all the same.
#[test]
fn without_any_environment_models_are_where_the_account_has_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut command = adgen(["doctor", "--json"]);
    bare(&mut command, folder.path(), |_| ());
    let ran = run(command).expect_no_panic();
    let findings: Value = serde_json::from_str(&ran.stdout).expect("is JSON");
    let model = findings.as_array().expect("a list").iter().find(|finding| finding["what"] == "model");
    let said = model.map(ToString::to_string).unwrap_or_default();
    // A shell without HOME asks the system, too.
    let mut asked = Command::new("/bin/bash");
    asked.args(["-c", "echo ~"]).env_clear();
    let home = run(asked).expect_code(0).stdout;
    let expected = Path::new(home.trim()).join(".local/share/adgen/models");
    assert!(said.contains(&expected.display().to_string()), "{}", ran.stdout);
}
