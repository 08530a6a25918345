//! What `cargo` commands name: the packages of the workspace, their features and targets, and the tests in their sources.

use adgen_tests::root;
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The workspace as cargo tells it.
pub(crate) struct Workspace {
    packages: Vec<Package>,
}

struct Package {
    name: String,
    features: Vec<String>,
    is_default: bool,
    targets: Vec<Target>,
}

struct Target {
    name: String,
    /// `lib`, `bin`, `test`, `bench`, `example`.
    kind: String,
    source: PathBuf,
}

/// What takes a package of its own, and no features of others.
const VERBS: [&str; 9] = ["bench", "build", "check", "clippy", "doc", "run", "rustdoc", "test", "nextest"];
const FLAGS: [&str; 6] = ["--release", "--quiet", "--no-capture", "--no-fail-fast", "--no-deps", "--workspace"];

impl Workspace {
    pub(crate) fn of_this_project() -> Self {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
        let told = cargo.output().expect("cargo runs");
        let told: Value = serde_json::from_slice(&told.stdout).expect("cargo tells JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let defaults = array(&told["workspace_default_members"]);
        let target = |target: &Value| Target {
            name: text(&target["name"]),
            kind: match text(&target["kind"][0]).as_str() {
                "rlib" | "cdylib" => "lib".to_owned(),
                kind => kind.to_owned(),
            },
            source: text(&target["src_path"]).into(),
        };
        let package = |package: &Value| Package {
            name: text(&package["name"]),
            features: package["features"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect(),
            is_default: defaults.contains(&package["id"]),
            targets: array(&package["targets"]).iter().map(target).collect(),
        };
        let packages: Vec<Package> = array(&told["packages"]).iter().map(package).collect();
        assert!(packages.len() > 3, "cargo tells of {} packages", packages.len());
        Self { packages }
    }

    fn package(&self, name: &str) -> Result<&Package, String> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.ok_or_else(|| format!("there is no package {name}"))
    }

    /// What is wrong with the words behind `cargo`.
    pub(crate) fn cargo(&self, words: &[String]) -> Result<(), String> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.split_first() {
            Some((&"fmt", [] | ["--all"])) | Some((&"clean", [])) => Ok(()),
            Some((&"fuzz", _)) => {
                let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap_or_default();
                let is_laid_out = manifest.contains("cargo-fuzz = true");
                if is_laid_out { Ok(()) } else { Err("fuzz is not laid out for cargo-fuzz".to_owned()) }
            }
            Some((&"nextest", ["run", rest @ ..])) => self.build("nextest", rest),
            // What a reader does in a project of their own.
            Some((&"add", [name])) if *name == "adgen-core" => Ok(()),
            Some((verb, rest)) if VERBS.contains(verb) && *verb != "nextest" => self.build(verb, rest),
            Some((verb, _)) => Err(format!("nothing here knows how to check cargo {verb}")),
            None => Ok(()),
        }
    }

    fn build(&self, verb: &str, words: &[&str]) -> Result<(), String> {
        let (words, own) = match words.iter().position(|word| *word == "--") {
            Some(at) => (&words[..at], &words[at + 1..]),
            None => (words, &[][..]),
        };
        let mut words = words.iter().copied();
        let (mut package, mut features, mut targets, mut filters) = (None, Vec::new(), Vec::new(), Vec::new());
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} lacks what it is about"));
            match word {
                "-p" | "--package" => package = Some(self.package(value()?)?),
                "--features" => features.extend(value()?.split(',')),
                "--bench" | "--test" | "--example" | "--bin" => targets.push((word.trim_start_matches('-'), value()?)),
                "--lib" => targets.push(("lib", "")),
                flag if FLAGS.contains(&flag) => {}
                option if option.starts_with('-') => return Err(format!("{option} is not known")),
                filter => filters.push(filter),
            }
        }
        let packages: Vec<&Package> = match package {
            Some(package) => vec![package],
            None => self.packages.iter().filter(|package| package.is_default).collect(),
        };
        for feature in features {
            let known = match feature.split_once('/') {
                Some((name, feature)) => self.package(name)?.features.iter().any(|known| known == feature),
                None => packages.iter().any(|package| package.features.iter().any(|known| known == feature)),
            };
            if !known {
                return Err(format!("there is no feature {feature}"));
            }
        }
        let fits =
            |target: &Target, kind: &str, name: &str| target.kind == kind && (name.is_empty() || target.name == name);
        let all = || packages.iter().flat_map(|package| &package.targets);
        for (kind, name) in &targets {
            if !all().any(|target| fits(target, kind, name)) {
                return Err(format!("there is no {kind} {name}"));
            }
        }
        // What a program of ours is given stands in its own text.
        for option in own.iter().map(|word| word.trim_start_matches('[')).filter(|word| word.starts_with("--")) {
            let knows = |target: &Target| fs::read_to_string(&target.source).is_ok_and(|text| text.contains(option));
            if !all().any(|target| targets.iter().any(|(kind, name)| fits(target, kind, name)) && knows(target)) {
                return Err(format!("what is run does not know {option}"));
            }
        }
        if !filters.is_empty() && !["test", "nextest"].contains(&verb) {
            return Err(format!("cargo {verb} takes no {filters:?}"));
        }
        for filter in filters {
            let chosen = all()
                .filter(|target| targets.is_empty() || targets.iter().any(|(kind, name)| fits(target, kind, name)));
            if !chosen.flat_map(tests).any(|test| test.contains(filter)) {
                return Err(format!("no test is called {filter}"));
            }
        }
        Ok(())
    }
}

/// The tests of a target, by their names with the modules of their files: `store::history_tests::a_test`.
fn tests(target: &Target) -> Vec<String> {
    let root = target.source.parent().unwrap_or(Path::new("."));
    let is_folder = target.source.file_name().is_some_and(|name| name == "main.rs" || name == "lib.rs");
    let mut files = Vec::new();
    if is_folder {
        super::walk(root, &mut files);
    } else {
        files.push(target.source.clone());
    }
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "rs")) {
        let module = file.strip_prefix(root).unwrap_or(file).with_extension("");
        let parts = module.iter().map(|part| part.to_string_lossy().into_owned());
        let module: Vec<String> =
            parts.filter(|part| part != "mod" && (!is_folder || (part != "main" && part != "lib"))).collect();
        let text = fs::read_to_string(file).unwrap_or_default();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (index, line) in lines.iter().enumerate() {
            let Some((_, after)) = line.split_once("fn ") else { continue };
            let above = lines[..index].iter().rev().take_while(|line| line.starts_with("#[") || line.starts_with("//"));
            let is_test = above.clone().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test"));
            if is_test {
                let name = after.split(['(', '<']).next().unwrap_or_default();
                found.push([module.as_slice(), &[name.to_owned()]].concat().join("::"));
            }
        }
    }
    found
}

#[test]
fn tests_are_found_by_their_modules() {
    let workspace = Workspace::of_this_project();
    let core = workspace.package("adgen-core").expect("the library");
    let library = core.targets.iter().find(|target| target.kind == "lib").expect("it has one");
    let found = tests(library);
    assert!(found.iter().any(|test| test.starts_with("store::history_tests::")), "{} tests", found.len());
    assert!(found.iter().any(|test| test.starts_with("report::history::")));
}
