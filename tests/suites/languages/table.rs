//! docs/languages.md against the three languages: each name of its tables is there, and each name that is there has a row.

use adgen_tests::root;
use std::{collections::BTreeSet, fs};

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Rows of the tables: Rust, Python, Node, as they stand in backticks.
fn rows() -> Vec<[String; 3]> {
    let text = read("docs/languages.md");
    let cells = |line: &str| -> Option<[String; 3]> {
        let cells: Vec<&str> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
        let named: Vec<String> =
            cells[cells.len().checked_sub(3)?..].iter().map(|cell| cell.replace('`', "")).collect();
        named.try_into().ok()
    };
    let rows: Vec<_> = text.lines().filter(|line| line.contains('`')).filter_map(cells).collect();
    assert!(rows.len() > 40, "only {} rows were understood", rows.len());
    rows
}

/// The last name of `Studio::generate(…)` and the like.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').filter_map(|part| {
        let name = part.trim().split('(').next()?.rsplit(['.', ':']).next()?.trim();
        (!name.is_empty() && name != "–").then_some(name)
    })
}

fn missing(kind: &str, there: &BTreeSet<String>, column: usize, rows: &[[String; 3]]) {
    let told: BTreeSet<&str> = rows.iter().flat_map(|row| names(&row[column])).collect();
    let lacking: Vec<&String> = there.iter().filter(|name| !told.contains(name.as_str())).collect();
    assert!(lacking.is_empty(), "docs/languages.md has no row for {kind}'s {lacking:?}");
}

/// What follows `before` in the lines of a text.
fn after(text: &str, before: &str) -> BTreeSet<String> {
    let name = |line: &str| {
        let rest = line.strip_prefix(before)?;
        Some(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>())
    };
    text.lines().filter_map(name).filter(|name| !name.is_empty() && !name.starts_with('_')).collect()
}

#[test]
fn every_verb_of_every_language_has_a_row() {
    let rows = rows();
    let api = read("docs/api.txt");
    let of_rust = ["adgen::Studio::", "adgen::Run::"].iter().flat_map(|kind| after(&api, kind)).filter(|name| {
        // Setting up: a table of its own has what the languages share.
        !name.starts_with("with_") && !["builder", "blocking", "from_config"].contains(&name.as_str())
    });
    missing("Rust", &of_rust.collect(), 0, &rows);
    for file in ["_studio.py", "_run.py", "_tools.py"] {
        let text = read(&format!("adgen-py/python/adgen/{file}"));
        let class = ["    def ", "    async def "].iter().flat_map(|before| after(&text, before));
        let functions = if file == "_tools.py" { after(&text, "def ") } else { BTreeSet::new() };
        missing("Python", &class.chain(functions).collect(), 1, &rows);
    }
    let types = read("adgen-node/index.d.ts");
    let of_node: BTreeSet<String> = types
        .split("export declare class ")
        .chain(types.split("export class "))
        .filter(|class| class.starts_with("Studio") || class.starts_with("Run "))
        .flat_map(|class| {
            let body = class.split("\n}").next().unwrap_or_default();
            after(body, "  ")
                .into_iter()
                .filter(|name| !["static", "constructor", "private", "readonly", "get"].contains(&name.as_str()))
                .collect::<Vec<_>>()
        })
        .collect();
    missing("Node", &of_node, 2, &rows);
}
