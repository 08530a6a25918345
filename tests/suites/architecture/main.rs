//! The library's sources against ARCHITECTURE.md: no circle of imports, neither between files nor between folders, and
//! every arrow points down the layers that are drawn there, and goes where the module's first lines allow it. Read from the text of
//! the sources, so nothing is built for it.

mod graph;
mod headers;
mod layers;
mod made_up;
mod module;
mod token;

use graph::{Arrows, arrows, between_rooms, circles, room, sources, told, way};
use layers::Layers;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Imports that close a circle between files and are known. To be shortened, never to be made longer: one that closes no
/// circle any more fails the test, too.
const KNOWN: &[(&str, &str)] = &[];

/// The same between folders, and against the layers.
const KNOWN_BETWEEN_FOLDERS: &[(&str, &str)] = &[];

/// Rooms that few others may import, and those: whatever the drawing would allow. What stands in for a provider must be one
/// more provider to whoever uses it.
const KEPT: &[(&str, &[&str])] = &[("offline", &["studio"])];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn own_arrows() -> Arrows {
    arrows(&sources(&root().join("adgen-core/src")))
}

/// What is wrong with the circles of `arrows`, where `known` ones may be.
fn faults(arrows: &Arrows, known: &[(&str, &str)]) -> Vec<String> {
    let known: BTreeSet<(String, String)> = known.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let rest: Arrows =
        arrows.iter().filter(|(arrow, _)| !known.contains(arrow)).map(|(a, b)| (a.clone(), b.clone())).collect();
    let mut faults: Vec<String> = circles(&rest).iter().map(|circle| told(circle, arrows)).collect();
    for (from, to) in known {
        if !arrows.contains_key(&(from.clone(), to.clone())) || way(&rest, &to, &from).is_none() {
            faults.push(format!("{from} -> {to} closes no circle any more: take it from the list"));
        }
    }
    faults
}

#[test]
fn no_circle_of_imports_between_files() {
    let arrows = own_arrows();
    assert!(arrows.len() > 100, "only {} imports were found: the sources were not understood", arrows.len());
    let faults = faults(&arrows, KNOWN);
    assert!(faults.is_empty(), "circles of imports between files:\n{}", faults.join("\n"));
}

#[test]
fn no_circle_of_imports_between_folders() {
    let faults = faults(&between_rooms(&own_arrows()), KNOWN_BETWEEN_FOLDERS);
    assert!(faults.is_empty(), "circles of imports between folders:\n{}", faults.join("\n"));
}

#[test]
fn imports_point_down_the_drawn_layers() {
    let document = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("there is an ARCHITECTURE.md");
    let layers = Layers::drawn_in(&document);
    let mut rooms = between_rooms(&own_arrows());
    // The roots show names and start the command.
    rooms.retain(|(from, to), _| from != "lib" && from != "main" && !is_known(from, to));
    let wrong = layers.broken_by(&rooms);
    assert!(wrong.is_empty(), "against the layers that ARCHITECTURE.md draws:\n{}", wrong.join("\n"));

    let sources = sources(&root().join("adgen-core/src"));
    let there: BTreeSet<&str> = sources.keys().map(|file| room(file)).collect();
    let is_there = |name: &str| there.contains(name) || root().join(name).join("Cargo.toml").is_file();
    let foreign: Vec<&str> = layers.names().filter(|name| !is_there(name)).collect();
    assert!(foreign.is_empty(), "ARCHITECTURE.md draws {foreign:?}, which is neither in adgen-core/src nor a package");
    // Neither the roots nor what is built for tests alone.
    let drawn: BTreeSet<&str> = layers.names().chain(["lib", "main", "fuzzing"]).collect();
    let missing: Vec<_> = there.difference(&drawn).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not draw {missing:?}");
}

#[test]
fn modules_import_what_their_first_lines_say() {
    let sources = sources(&root().join("adgen-core/src"));
    let wrong = headers::faults(&sources);
    assert!(wrong.is_empty(), "{} first lines are not true:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_kept_for_few_is_imported_by_no_others() {
    let rooms = between_rooms(&own_arrows());
    for (kept, few) in KEPT {
        let others =
            rooms.iter().filter(|((from, to), _)| to == kept && from != "fuzzing" && !few.contains(&from.as_str()));
        let told: Vec<String> =
            others.map(|((from, _), place)| format!("{from}: {}:{}: {}", place.file, place.line, place.text)).collect();
        assert!(told.is_empty(), "{kept} is kept for {few:?}:\n{}", told.join("\n"));
        for room in *few {
            assert!(
                rooms.contains_key(&((*room).to_owned(), (*kept).to_owned())),
                "{room} does not import {kept} any more"
            );
        }
    }
}

fn is_known(from: &str, to: &str) -> bool {
    KNOWN_BETWEEN_FOLDERS.contains(&(from, to))
}
