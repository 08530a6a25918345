//! Text to a JSON value, with every key that stands twice in one object reported: JSON parsers differ in which of
//! the two they take, so neither can be what the author meant for sure.

use super::problem::{Path, Problems};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::{
    cell::{Cell, RefCell},
    fmt,
};

/// A longer document is refused before it is parsed: the longest sound one has less than two megabytes.
pub const MAX_DOCUMENT_BYTES: usize = 4 << 20;
/// A document of more values is refused: each takes more memory than text, and a sound one has less than a thousand.
const MAX_VALUES: usize = 100_000;

/// Parses `json`; a syntax error is one problem that names line and column.
pub(super) fn parse(json: &str, problems: &mut Problems) -> Option<Value> {
    if json.len() > MAX_DOCUMENT_BYTES {
        let message = format!(
            "the document has {} bytes; at most {} MB ({MAX_DOCUMENT_BYTES} bytes) are allowed",
            json.len(),
            MAX_DOCUMENT_BYTES >> 20
        );
        problems.add("", message);
        return None;
    }
    // Editors on Windows put a byte order mark first.
    let json = json.strip_prefix('\u{FEFF}').unwrap_or(json);
    let found = RefCell::new(std::mem::take(problems));
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let values = Cell::new(0);
    let tree = Tree { path: Path::Root, problems: &found, values: &values };
    let value = tree.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    *problems = found.into_inner();
    value.map_err(|error| problems.add("", format!("the document is not JSON: {error}"))).ok()
}

#[derive(Clone, Copy)]
struct Tree<'a> {
    path: Path<'a>,
    problems: &'a RefCell<Problems>,
    values: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MAX_VALUES {
            return Err(D::Error::custom(format!("it holds more than {MAX_VALUES} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Tree { path: self.path.item(list.len()), ..self })? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            let path = self.path.field(&key);
            let value = fields.next_value_seed(Tree { path, ..self })?;
            if map.contains_key(&key) {
                self.problems.borrow_mut().add(path, "stands twice in the same object; once is allowed");
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(json: &str) -> (Option<Value>, Vec<String>) {
        let mut problems = Problems::default();
        let value = parse(json, &mut problems);
        (value, problems.into_list().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn reads_what_serde_json_reads() {
        let json = r#"{"a":[1,-2,3.5,true,null,"x\n\u00e9😀"],"b":{}}"#;
        assert_eq!(parsed(json), (serde_json::from_str(json).ok(), vec![]));
        assert_eq!(parsed("\u{FEFF}7"), (Some(7.into()), vec![]));
    }

    #[test]
    fn a_document_has_bounds() {
        let (value, problems) = parsed(&" ".repeat(MAX_DOCUMENT_BYTES + 1));
        assert!(value.is_none() && problems[0].contains("4194305 bytes; at most 4 MB"), "{problems:?}");
        let many = format!("[{}0]", "0,".repeat(MAX_VALUES));
        let (value, problems) = parsed(&many);
        assert!(value.is_none() && problems[0].contains("more than 100000 values"), "{problems:?}");
        assert!(parsed(&format!("[{}0]", "0,".repeat(MAX_VALUES - 2))).0.is_some());
    }

    #[test]
    fn reports_every_double_key_at_its_path() {
        let (_, problems) = parsed(r#"{"a":[{"b":1,"b":2}],"a":3,"a":4}"#);
        let paths: Vec<&str> = problems.iter().filter_map(|problem| problem.split(':').next()).collect();
        assert_eq!(paths, ["a[0].b", "a", "a"]);
    }

    #[test]
    fn names_line_and_column_of_a_syntax_error() {
        for (json, place) in [("{\n  \"a\": NaN}", "line 2 column 8"), ("", "line 1 column 0"), ("{} x", "column 4")] {
            let (value, problems) = parsed(json);
            assert!(value.is_none() && problems.len() == 1 && problems[0].contains(place), "{problems:?}");
        }
        let (value, problems) = parsed(&"[".repeat(1_000_000));
        assert!(value.is_none() && problems[0].contains("recursion limit"), "{problems:?}");
    }
}
