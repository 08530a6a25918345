//! Code blocks of the documents: Rust is compiled (all of it), JSON is JSON, and Python and JavaScript are read by their own
//! programs and name what the bindings have.

use adgen_tests::root;
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

struct Block {
    /// Of its first line.
    number: usize,
    language: String,
    text: String,
}

fn blocks(text: &str) -> Vec<Block> {
    let (mut found, mut open) = (Vec::new(), None::<Block>);
    for (index, line) in text.lines().enumerate() {
        match (line.trim_start().strip_prefix("```"), open.take()) {
            (Some(language), None) => {
                let language = language.split(',').next().unwrap_or_default().trim().to_owned();
                open = Some(Block { number: index + 2, language, text: String::new() });
            }
            (Some(_), Some(block)) => found.push(block),
            (None, Some(block)) => open = Some(Block { text: block.text + line + "\n", ..block }),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block does not end");
    found
}

/// What a program that reads its input says of a text; `None` where it takes it.
fn refused(program: &str, arguments: &[&str], text: &str) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}; make setup installs it"));
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let ended = child.wait_with_output().expect("it ends");
    (!ended.status.success()).then(|| String::from_utf8_lossy(&ended.stderr).into_owned())
}

/// The names that a text takes out of the Python package: `adgen.validate`.
fn python_names(text: &str) -> Vec<String> {
    let word = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    text.split("adgen.").skip(1).map(word).collect()
}

/// The names that a text imports from the Node package: `import { validate } from 'adgen'`.
fn node_names(text: &str) -> Vec<String> {
    let imports = text.lines().filter(|line| line.contains("from 'adgen'"));
    let names = imports.filter_map(|line| line.split(['{', '}']).nth(1)).flat_map(|names| names.split(','));
    names.map(|name| name.trim().to_owned()).collect()
}

#[test]
fn every_block_is_of_a_kind_that_is_checked_and_good() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect(path);
    let python = read("adgen-py/python/adgen/__init__.py");
    let node = read("adgen-node/index.d.ts") + &read("adgen-node/errors.d.ts");
    let exports = |name: &str| {
        let kinds = [format!("function {name}("), format!("class {name} "), format!("* as {name} ")];
        kinds.iter().any(|kind| node.contains(&format!("export {kind}")))
    };
    let mut wrong = Vec::new();
    for (path, text) in super::documents() {
        for Block { number, language, text } in blocks(&text) {
            let said = match language.as_str() {
                // Compiled: see below. Run, or looked up: `commands` and `shell`. Drawings and outputs.
                "rust" | "sh" | "text" => None,
                "json" => {
                    let mut values = serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>();
                    values.find_map(|value| value.err()).map(|error| error.to_string())
                }
                "python" => {
                    let names = python_names(&text);
                    let missing = names.iter().find(|name| !python.contains(&format!("\"{name}\"")));
                    let compiled =
                        || refused("python3", &["-c", "import sys; compile(sys.stdin.read(), 'a', 'exec')"], &text);
                    missing.map(|name| format!("the package shows no {name}")).or_else(compiled)
                }
                "js" => {
                    let names = node_names(&text);
                    let missing = names.iter().find(|name| !exports(name));
                    let checked = || refused("node", &["--check", "--input-type=module", "-"], &text);
                    missing.map(|name| format!("the package exports no {name}")).or_else(checked)
                }
                other => Some(format!("nothing here knows how to check a block of {other:?}")),
            };
            let name = path.strip_prefix(root()).unwrap_or(&path).display();
            wrong.extend(said.map(|said| format!("{name}:{number}: {said}")));
        }
    }
    assert!(wrong.is_empty(), "these blocks are no good:\n{}", wrong.join("\n"));
}

#[test]
fn every_document_with_rust_in_it_is_compiled() {
    let compiled = fs::read_to_string(root().join("tests/src/doc_tests.rs")).expect("there is a list");
    let mut count = 0;
    for (path, text) in super::documents() {
        if blocks(&text).iter().any(|block| block.language == "rust") {
            count += 1;
            let name = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            let line = format!("include_str!(\"../../{name}\")");
            assert!(compiled.contains(&line), "tests/src/doc_tests.rs does not list {name}, which has Rust in it");
        }
    }
    assert!(count > 5, "only {count} documents have Rust in them");
}

/// A screen of a terminal or of a page: so many lines, each so wide.
const SCREEN: (usize, usize) = (60, 140);

#[test]
fn the_readme_fits_two_screens_and_shows_a_picture_on_the_first() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let (most, width) = SCREEN;
    // What is wider takes more lines.
    let height = |line: &str| line.chars().count().div_ceil(width).max(1);
    let total: usize = readme.lines().map(height).sum();
    assert!(
        total <= 2 * most,
        "the README takes {total} lines of {width} characters, and two screens have {}",
        2 * most
    );
    // A picture takes a good half of a screen itself.
    let first = readme.lines().take(most / 3);
    let pictures: Vec<&str> = first
        .filter_map(|line| line.trim_start().strip_prefix("!["))
        .filter_map(|rest| rest.split("](").nth(1)?.split(')').next())
        .collect();
    assert!(!pictures.is_empty(), "the first screen of the README shows no picture");
    for picture in pictures {
        let bytes = fs::read(root().join(picture)).unwrap_or_else(|error| panic!("{picture}: {error}"));
        let picture = image::load_from_memory(&bytes).unwrap_or_else(|error| panic!("{picture}: {error}"));
        assert!(picture.width() >= 400, "it is too small to show anything");
    }
}

#[test]
fn names_of_the_bindings_are_found() {
    assert_eq!(
        python_names("import adgen\nfor x in adgen.validate({}): print(adgen.version())"),
        ["validate", "version"]
    );
    assert_eq!(
        node_names("import { validate, version } from 'adgen'; // a\nimport { x } from 'y';"),
        ["validate", "version"]
    );
    let found = blocks("a\n```rust,no_run\nb\n```\n```\nc\n```\n");
    let found: Vec<_> =
        found.iter().map(|block| (block.number, block.language.as_str(), block.text.as_str())).collect();
    assert_eq!(found, [(3, "rust", "b\n"), (6, "", "c\n")]);
}
