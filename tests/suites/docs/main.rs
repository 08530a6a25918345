//! The documentation against the repository: what it names is there, its commands work, its code is good, and no machine's own
//! paths are in it. All Markdown of the project is read.

mod blocks;
mod commands;
mod shell;
mod workspace;

use adgen_tests::root;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders and files that are not the project's own text.
const FOREIGN: [&str; 10] =
    [".git", "target", ".venv", "node_modules", "demo", "storage", ".setup", "__pycache__", ".pytest_cache", "dist"];

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder of the repository")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // In a work tree `.git` is a file.
        if FOREIGN.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            walk(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Every text file of the repository.
fn texts() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    walk(&root(), &mut files);
    files.into_iter().filter_map(|path| fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
}

/// The documents that people read.
fn documents() -> Vec<(PathBuf, String)> {
    texts().into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "md")).collect()
}

/// Those whose commands have to work now: history names what was.
fn commanding() -> impl Iterator<Item = (PathBuf, String)> {
    documents().into_iter().filter(|(path, _)| !path.ends_with("CHANGELOG.md"))
}

/// What stands in backticks outside of code blocks, and where links lead.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            found.extend(line.split('`').skip(1).step_by(2).map(|span| (index + 1, span.to_owned())));
            let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            found.extend(links.map(|link| (index + 1, link.split('#').next().unwrap_or_default().to_owned())));
        }
    }
    found
}

/// Whether a text looks like a path in this repository: it begins with one of its folders, or is a document's name.
fn looks_like_a_path(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || "<>*{}$|…\"'()=,;:".contains(c);
    // An ending alone is a kind of file.
    if text.is_empty()
        || text.starts_with(".") && !text.contains('/')
        || text.contains(odd)
        || text.contains("...")
        || text.starts_with(['/', '~', '-'])
    {
        return false;
    }
    let text = text.strip_prefix("./").unwrap_or(text);
    let first = text.split('/').next().unwrap_or_default();
    let folders = [
        "adgen-core",
        "adgen-py",
        "adgen-node",
        "tests",
        "benches",
        "examples",
        "docs",
        "schema",
        "scripts",
        "fuzz",
        ".ci",
        "src",
    ];
    let is_text = [".rs", ".md", ".toml", ".sh", ".py", ".pov"].iter().any(|end| text.ends_with(end));
    (text.contains('/') && folders.contains(&first)) || is_text
}

#[test]
fn the_documents_that_a_reader_expects_are_there() {
    let names = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];
    let missing: Vec<_> = names
        .iter()
        // One file for both licences is as good.
        .filter(|name| {
            let one_for_both = name.starts_with("LICENSE") && root().join("LICENSE").is_file();
            !(root().join(name).is_file() || one_for_both)
        })
        .collect();
    assert!(missing.is_empty(), "the repository lacks {missing:?}");
}

#[test]
fn every_path_that_a_document_names_exists() {
    let root = root();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for (path, text) in documents() {
        let folder = path.parent().unwrap_or(&root).to_owned();
        for (line, name) in named(&text).into_iter().filter(|(_, name)| looks_like_a_path(name)) {
            checked += 1;
            // From the root, from the document, or in short from the library's sources.
            let places = [&root, &folder, &root.join("adgen-core"), &root.join("adgen-core/src")];
            if !places.iter().any(|place| place.join(name.trim_end_matches('/')).exists()) {
                wrong.push(format!("{}:{line}: {name}", path.strip_prefix(&root).unwrap_or(&path).display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these paths do not exist, correct them:\n{}", wrong.join("\n"));
    assert!(checked > 0, "no document names a path: README.md should");
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    // In two parts, so that this file does not name them itself.
    let forbidden = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tm", "p/h/"), concat!("/home/", "user")];
    let mut wrong = Vec::new();
    for (path, text) in texts() {
        for (index, line) in text.lines().enumerate() {
            for word in forbidden.iter().filter(|word| line.contains(**word)) {
                wrong.push(format!("{}:{}: {word}", path.display(), index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "paths of one machine, make them relative:\n{}", wrong.join("\n"));
}

#[test]
fn setup_installs_what_the_library_has_pinned() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("is there");
    let wanted = format!("onnxruntime=={}", adgen::matte::RUNTIME_VERSION);
    for (name, apart) in [("scripts/requirements.txt", '\n'), ("docs/cli.md", '`')] {
        let text = read(name);
        assert!(text.split([apart, ' ']).any(|word| word == wanted), "{name} does not name {wanted}");
    }
    let model = adgen::matte::find_model(adgen::matte::DEFAULT_MODEL).expect("is known");
    assert!(read("scripts/setup.sh").contains(model.sha256), "another model than adgen's own");
}

#[test]
fn one_version_of_python_and_node_is_asked_for_everywhere() {
    // What a checkout is built and tested with, and what the packages run on.
    let (python, node) = ("3.11", "20.15");
    let (least_python, least_node) = ("3.9", "20");
    for (name, wanted) in [
        ("README.md", format!("Python {python}+ and Node {node}+")),
        ("scripts/setup.sh", format!("Python {python}+ and Node {node}+")),
        ("adgen-node/README.md", format!("Node {node} or newer")),
        ("adgen-py/README.md", format!("Python {python} or newer")),
        ("adgen-node/README.md", format!("Node {least_node} or newer")),
        ("adgen-node/package.json", format!("\"node\": \">={least_node}\"")),
        ("adgen-py/README.md", format!("Python {least_python} or newer")),
        ("adgen-py/pyproject.toml", format!("requires-python = \">={least_python}\"")),
        ("adgen-py/Cargo.toml", format!("abi3-py{}", least_python.replace('.', ""))),
    ] {
        let text = fs::read_to_string(root().join(name)).expect("is there");
        assert!(text.contains(&wanted), "{name} does not say {wanted}");
    }
}
