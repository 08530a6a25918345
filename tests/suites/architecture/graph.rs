//! Which file imports which: names followed through re-exports to the file that defines them, and circles among them.

use super::module::{Module, read};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fs,
    path::Path,
};

/// Who imports whom, and the first line that does.
pub(crate) type Arrows = BTreeMap<(String, String), Place>;

/// A line of source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Source files by their paths: `http/api.rs`.
pub(crate) type Sources = BTreeMap<String, String>;

/// The files of a folder.
pub(crate) fn sources(folder: &Path) -> Sources {
    fn walk(folder: &Path, name: &str, found: &mut Sources) {
        for entry in fs::read_dir(folder).expect("a folder of sources").filter_map(Result::ok) {
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if name.is_empty() { own } else { format!("{name}/{own}") };
            if entry.path().is_dir() {
                walk(&entry.path(), &name, found);
            } else if name.ends_with(".rs") {
                found.insert(name, fs::read_to_string(entry.path()).expect("a source file is text"));
            }
        }
    }
    let mut found = Sources::new();
    walk(folder, "", &mut found);
    found
}

/// The modules of a crate, by path, and the file of each.
struct Tree {
    modules: BTreeMap<Vec<String>, (String, Module)>,
}

impl Tree {
    fn of(sources: &Sources) -> Self {
        let mut tree = Self { modules: BTreeMap::new() };
        tree.read(sources, "lib.rs", &[]);
        tree
    }

    fn read(&mut self, sources: &Sources, file: &str, path: &[String]) {
        for module in read(&sources[file], path) {
            for child in &module.children {
                let inner = [module.path.as_slice(), std::slice::from_ref(child)].concat();
                let stem = inner.join("/");
                let places = [format!("{stem}.rs"), format!("{stem}/mod.rs")];
                let place = places.iter().find(|place| sources.contains_key(*place));
                let place =
                    place.unwrap_or_else(|| panic!("{file} declares {child}, and there is neither of {places:?}"));
                self.read(sources, place, &inner);
            }
            self.modules.insert(module.path.clone(), (file.to_owned(), module));
        }
    }

    /// The file that defines what `path` names inside the module `at`; `None` for what other crates define.
    fn file_of(&self, at: &[String], path: &[String], seen: &mut BTreeSet<(Vec<String>, String)>) -> Option<String> {
        let mut at = at.to_vec();
        let mut rest = path;
        let mut is_first = true;
        while let Some((name, further)) = rest.split_first() {
            let (file, module) = self.modules.get(&at)?;
            let inner = [at.as_slice(), std::slice::from_ref(name)].concat();
            match name.as_str() {
                "crate" if is_first => at.clear(),
                "self" if is_first => {}
                "super" => drop(at.pop()),
                "*" => return Some(file.clone()),
                _ if self.modules.contains_key(&inner) => at = inner,
                _ if module.items.contains(name) => return Some(file.clone()),
                _ => {
                    // Re-exports that lead to each other.
                    if !seen.insert((at.clone(), name.clone())) {
                        return None;
                    }
                    let found = self.imported(module, name, further, seen);
                    // At a path's beginning another crate may be meant; further on, the module itself has it by a macro.
                    return if is_first { found.flatten() } else { found.unwrap_or_else(|| Some(file.clone())) };
                }
            }
            (rest, is_first) = (further, false);
        }
        self.modules.get(&at).map(|(file, _)| file.clone())
    }

    /// What a module has by its imports: `None` where none of them brings the name, `Some(None)` where it is foreign.
    fn imported(
        &self,
        module: &Module,
        name: &str,
        further: &[String],
        seen: &mut BTreeSet<(Vec<String>, String)>,
    ) -> Option<Option<String>> {
        if let Some(import) = module.imports.iter().find(|import| import.name == name) {
            return Some(self.file_of(&module.path, &[import.path.as_slice(), further].concat(), seen));
        }
        let globs = module.imports.iter().filter(|import| import.name == "*");
        let found = globs.filter_map(|import| {
            let (_, inside) = import.path.split_last()?;
            let path = [inside, &[name.to_owned()], further].concat();
            let target = self.module_of(&module.path, inside)?;
            let has = target.items.contains(name) || target.imports.iter().any(|import| import.name == name);
            has.then(|| self.file_of(&module.path, &path, seen))
        });
        found.into_iter().next()
    }

    fn module_of(&self, at: &[String], path: &[String]) -> Option<&Module> {
        let mut at = at.to_vec();
        for name in path {
            match name.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                _ => at.push(name.clone()),
            }
        }
        self.modules.get(&at).map(|(_, module)| module)
    }
}

/// One name that a file imports or names by its path.
pub(crate) struct Link {
    pub(crate) from: String,
    /// The file that defines it.
    pub(crate) to: String,
    /// The room through which it is named, which may show what another one defines.
    pub(crate) through: String,
    pub(crate) place: Place,
}

/// Which file imports which.
pub(crate) fn arrows(sources: &Sources) -> Arrows {
    let mut arrows = Arrows::new();
    for Link { from, to, place, .. } in links(sources) {
        let known = arrows.entry((from, to)).or_insert_with(|| place.clone());
        if place.line < known.line {
            *known = place;
        }
    }
    arrows
}

/// Every name that a file has from another one.
pub(crate) fn links(sources: &Sources) -> Vec<Link> {
    let tree = Tree::of(sources);
    let mut links = Vec::new();
    for (file, module) in tree.modules.values() {
        let imports = module.imports.iter().map(|import| (&import.path, import.line, import.is_public));
        let named = module.named.iter().map(|named| (&named.path, named.line, false));
        for (path, line, is_public) in imports.chain(named) {
            let Some(target) = tree.file_of(&module.path, path, &mut BTreeSet::new()) else { continue };
            // A folder that shows what is in it imports nothing: whoever uses the name imports the file behind it.
            let is_sign = is_public && (file == "lib.rs" || is_below(&target, file));
            if target != *file && !is_sign {
                let text = sources[file].lines().nth(line - 1).unwrap_or_default().trim().to_owned();
                let place = Place { file: file.clone(), line, text };
                let through = match path.first().map(String::as_str) {
                    Some("crate") => path.get(1).cloned(),
                    _ => None,
                };
                let through = through.unwrap_or_else(|| room(&target).to_owned());
                links.push(Link { from: file.clone(), to: target, through, place });
            }
        }
    }
    links
}

fn is_below(file: &str, module: &str) -> bool {
    let folder = module.strip_suffix("mod.rs").map(str::to_owned);
    file.starts_with(&folder.unwrap_or_else(|| module.replace(".rs", "/")))
}

/// The top folder or file that a file lies in: `http`, `run`.
pub(crate) fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// The same between rooms.
pub(crate) fn between_rooms(arrows: &Arrows) -> Arrows {
    let mut rooms = Arrows::new();
    for ((from, to), place) in arrows.iter().filter(|((from, to), _)| room(from) != room(to)) {
        rooms.entry((room(from).to_owned(), room(to).to_owned())).or_insert_with(|| place.clone());
    }
    rooms
}

/// Circles, each as its members in order: the shortest one through each arrow that lies on any, each told once.
pub(crate) fn circles(arrows: &Arrows) -> Vec<Vec<String>> {
    let mut found = BTreeSet::new();
    for (from, to) in arrows.keys() {
        if let Some(mut back) = way(arrows, to, from) {
            // Begin with the same member, wherever the circle was entered.
            let first = (0..back.len()).min_by_key(|&index| back[index].clone()).unwrap_or_default();
            back.rotate_left(first);
            found.insert(back);
        }
    }
    found.into_iter().collect()
}

/// The shortest way along the arrows, both ends included.
pub(crate) fn way(arrows: &Arrows, from: &str, to: &str) -> Option<Vec<String>> {
    let mut came_from = BTreeMap::from([(from, from)]);
    let mut next = VecDeque::from([from]);
    while let Some(at) = next.pop_front() {
        if at == to {
            let mut way = vec![at.to_owned()];
            while way.last().is_some_and(|last| last != from) {
                way.push(came_from[way[way.len() - 1].as_str()].to_owned());
            }
            way.reverse();
            return Some(way);
        }
        let from_here = arrows.range((at.to_owned(), String::new())..).take_while(|((source, _), _)| source == at);
        for ((_, target), _) in from_here {
            if !came_from.contains_key(target.as_str()) {
                came_from.insert(target, at);
                next.push_back(target);
            }
        }
    }
    None
}

/// `a -> b -> a`, with a line of source for each arrow.
pub(crate) fn told(circle: &[String], arrows: &Arrows) -> String {
    let closed: Vec<&String> = circle.iter().chain(circle.first()).collect();
    let names: Vec<&str> = closed.iter().map(|name| name.as_str()).collect();
    let lines = closed.windows(2).map(|pair| {
        let Place { file, line, text } = &arrows[&(pair[0].clone(), pair[1].clone())];
        format!("    {file}:{line}: {text}")
    });
    format!("{}\n{}", names.join(" -> "), lines.collect::<Vec<_>>().join("\n"))
}
