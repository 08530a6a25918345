//! The layers as ARCHITECTURE.md draws them, and the arrows that point the wrong way.
//!
//! A line of the drawing is a floor: names between ` · ` do not import each other, `a → b` lets a import b, and what stands
//! behind four spaces is said to the reader. Lines of nothing but strokes are drawing.

use super::graph::{Arrows, Place};
use std::collections::BTreeSet;

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Layers {
    /// From the top.
    floors: Vec<Vec<String>>,
    /// Arrows within a floor.
    allowed: BTreeSet<(String, String)>,
}

impl Layers {
    /// From the first code block under the heading `## Layers`.
    pub(crate) fn drawn_in(document: &str) -> Self {
        let section = document.split_once("\n## Layers\n").expect("a heading `## Layers`").1;
        let block = section.split("```").nth(1).expect("a code block under `## Layers`");
        let mut layers = Self::default();
        for line in block.lines().skip(1) {
            let line: String = line.chars().filter(|c| !('\u{2500}'..='\u{257F}').contains(c)).collect();
            let drawn = line.trim().split("    ").next().unwrap_or_default();
            let mut floor = Vec::new();
            for group in drawn.split(" · ") {
                let names: Vec<String> =
                    group.split(" → ").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
                for (index, name) in names.iter().enumerate() {
                    layers.allowed.extend(names[index + 1..].iter().map(|right| (name.clone(), right.clone())));
                }
                floor.extend(names);
            }
            if !floor.is_empty() {
                layers.floors.push(floor);
            }
        }
        layers
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.floors.iter().flatten().map(String::as_str)
    }

    fn floor(&self, name: &str) -> Option<usize> {
        self.floors.iter().position(|floor| floor.iter().any(|own| own == name))
    }

    /// Arrows that do not point down, told with a line of source; rooms that are not drawn.
    pub(crate) fn broken_by(&self, rooms: &Arrows) -> Vec<String> {
        let mut wrong = Vec::new();
        for ((from, to), Place { file, line, text }) in rooms {
            let said = match (self.floor(from), self.floor(to)) {
                (None, _) => format!("{from} is not drawn"),
                (_, None) => format!("{to} is not drawn"),
                (Some(upper), Some(lower)) if upper < lower => continue,
                (Some(upper), Some(lower)) if upper == lower => {
                    if self.allowed.contains(&(from.clone(), to.clone())) {
                        continue;
                    }
                    format!("{from} and {to} are drawn on one floor, without `{from} → {to}`")
                }
                _ => format!("{from} is drawn below {to}"),
            };
            wrong.push(format!("{from} -> {to}: {said}\n    {file}:{line}: {text}"));
        }
        wrong
    }
}
