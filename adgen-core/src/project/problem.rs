//! One thing that is wrong with a document, where it is, and the list that a check makes of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Problem {
    /// Where: `scenes[2].duration_s`; empty for the document as a whole.
    pub path: String,
    /// What: it names the value and what is allowed.
    pub message: String,
}

impl Problem {
    /// What is wrong where; the path is empty for the document as a whole.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// How many problems are listed one by one: nobody reads more, and a hostile document must not fill the memory.
const LISTED: usize = 100;

/// The problems found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    more: usize,
}

impl Problems {
    pub(super) fn add(&mut self, path: impl fmt::Display, message: impl Into<String>) {
        if self.list.len() < LISTED {
            self.list.push(Problem { path: path.to_string(), message: message.into() });
        } else {
            self.more += 1;
        }
    }

    /// Whether something is wrong at `path` itself.
    pub(super) fn at(&self, path: &str) -> bool {
        self.list.iter().any(|problem| problem.path == path)
    }

    /// Adds a problem unless one is known at its path: the first one found says most.
    pub(super) fn add_first(&mut self, path: &str, message: impl Into<String>) {
        if !self.at(path) {
            self.add(path, message);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(super) fn into_list(mut self) -> Vec<Problem> {
        if self.more > 0 {
            let message = format!("and {} more", self.more);
            self.list.push(Problem { path: String::new(), message });
        }
        self.list
    }
}

/// A place in a document, built up without allocation while it is walked.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    pub(super) fn field<'a>(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(super) fn item(&self, index: usize) -> Path<'_> {
        Path::Item(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
            Self::Field(parent, name) => {
                let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
                match (plain && name.len() <= SHORT, parent) {
                    (true, Path::Root) => f.write_str(name),
                    (true, _) => write!(f, "{parent}.{name}"),
                    (false, _) => write!(f, "{parent}[{}]", quoted(name)),
                }
            }
        }
    }
}

/// Characters of a user's text that a message repeats.
const SHORT: usize = 60;

/// `text` in quotes on one line, shortened to about sixty characters.
pub(super) fn quoted(text: &str) -> String {
    let short = match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    Value::String(short).to_string()
}

/// A value as a message names it.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        plain => plain.to_string(),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The name that `wrong` was most likely meant to be.
pub(super) fn meant<'a>(wrong: &str, names: &[&'a str]) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.chars().take(SHORT).flat_map(char::to_lowercase).collect();
    let (distance, name) = names.iter().map(|name| (distance(&wrong, name), *name)).min_by_key(|(d, _)| *d)?;
    // A third of the letters: "colour" is "color", and "x" is not "id".
    (distance * 3 <= name.chars().count().max(3)).then_some(name)
}

/// Levenshtein distance.
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_javascript_writes_them() {
        let scenes = Path::Root.field("scenes");
        assert_eq!(scenes.item(2).field("duration_s").to_string(), "scenes[2].duration_s");
        assert_eq!(scenes.field("a \"b\"").to_string(), r#"scenes["a \"b\""]"#);
        assert_eq!(Path::Root.field("").to_string(), r#"[""]"#);
    }

    #[test]
    fn long_values_are_shortened_between_characters() {
        let shown = quoted(&"é\n".repeat(500));
        assert!(shown.ends_with("…\"") && shown.chars().count() < 100 && !shown.contains('\n'), "{shown}");
    }

    #[test]
    fn guesses_what_was_meant_and_does_not_guess_wildly() {
        let names = ["product_name", "duration_s", "colors", "id"];
        assert_eq!(meant("produkt_name", &names), Some("product_name"));
        assert_eq!(meant("duration", &names), Some("duration_s"));
        assert_eq!(meant("Colours", &names), Some("colors"));
        assert_eq!(meant("x", &names), None);
        assert_eq!(meant(&"z".repeat(100_000), &names), None);
    }

    #[test]
    fn a_hundred_are_listed_and_the_rest_counted() {
        let mut problems = Problems::default();
        (0..250).for_each(|i| problems.add(i, "x"));
        let list = problems.into_list();
        assert_eq!((list.len(), list[100].to_string().as_str()), (101, "and 150 more"));
    }
}
