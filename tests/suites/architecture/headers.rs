//! What a module's first lines say that it may depend on, and what it really imports.
//!
//! A sentence that begins with "May depend on" or "Depends on" is a list: names of rooms in backticks, up to the word
//! "neighbour", and "nothing" is an empty one. A folder's own file speaks for all that lies in the folder. Names within one room are
//! left to the reader, and so is `error`, on which all may depend, but where a list says "alone" or "nothing".

use super::graph::{Link, Place, Sources, links, room};
use std::collections::{BTreeMap, BTreeSet};

/// The room on which all others may stand.
const GROUND: &str = "error";
/// How such a sentence begins.
const BEGINNINGS: [&str; 2] = ["May depend on ", "Depends on "];

/// The rooms that a file's first lines name; `None` where they have no such sentence, or one that takes in everything.
pub(crate) fn rooms_of(source: &str, rooms: &BTreeSet<&str>) -> Option<BTreeSet<String>> {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    let header: Vec<&str> = lines.map(str::trim).collect();
    // An empty line ends a sentence as a full stop does.
    let header = header.iter().map(|line| if line.is_empty() { ". " } else { line }).collect::<Vec<_>>().join(" ");
    let sentences = header.split(". ").filter_map(|sentence| {
        BEGINNINGS.iter().find_map(|beginning| sentence.trim().strip_prefix(beginning)).map(str::to_owned)
    });
    let mut found = None;
    for sentence in sentences {
        if sentence.starts_with("everything") {
            return None;
        }
        let list = sentence.split("neighbour").next().unwrap_or_default();
        let names = list.split('`').skip(1).step_by(2).filter_map(|name| name.split("::").next());
        let named = names.filter(|name| rooms.contains(name)).map(str::to_owned);
        let found = found.get_or_insert_with(BTreeSet::new);
        found.extend(named);
        if !found.is_empty() && !list.contains("alone") {
            found.insert(GROUND.to_owned());
        }
    }
    found
}

/// Imports that no header allows, and rooms that a header names in vain.
pub(crate) fn faults(sources: &Sources) -> Vec<String> {
    let rooms: BTreeSet<&str> = sources.keys().map(|file| room(file)).collect();
    let links = links(sources);
    let mut wrong = Vec::new();
    for (file, source) in sources {
        let Some(allowed) = rooms_of(source, &rooms) else { continue };
        let folder = file.strip_suffix("mod.rs");
        let is_own = |from: &str| folder.map_or(from == file, |folder| from.starts_with(folder));
        let outside = links.iter().filter(|link| is_own(&link.from) && room(&link.to) != room(file));
        let (mut used, mut missing) = (BTreeSet::new(), BTreeMap::<&str, &Place>::new());
        for Link { to, through, place, .. } in outside {
            used.extend([room(to), through.as_str()]);
            let is_said = |name: &str| name != room(file) && allowed.contains(name);
            if !is_said(room(to)) && !is_said(through) {
                missing.entry(through).or_insert(place);
            }
        }
        wrong.extend(missing.iter().map(|(name, Place { file: at, line, text })| {
            format!("{file} does not say that it may depend on `{name}`\n    {at}:{line}: {text}")
        }));
        let vain =
            allowed.iter().filter(|name| *name != GROUND && *name != room(file) && !used.contains(name.as_str()));
        wrong.extend(vain.map(|name| format!("{file} says that it may depend on `{name}`, which it does not import")));
    }
    wrong
}
