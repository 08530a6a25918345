//! One record of a ledger or a history: who wrote it as which number, and what happened.
//!
//! Read field by field instead of through the derived reader for tagged enums: that one keeps numbers in a form which
//! depends on features of `serde_json` that other crates of a program may turn on. May depend on `project` and `error`.
//!
//! What later versions may do: an event that may be passed over is written under the same format number, and those who
//! do not know it keep it where it is. Whatever changes the meaning of what is there raises the format, and whoever
//! does not know that format goes no further; nor does he where a known event has a stage that he does not know, for it
//! may say what was paid and what is in use.

use crate::{
    error::{Error, ErrorKind, Result},
    project::{Stage, is_word},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// The format that this version writes.
pub(super) const FORMAT: u64 = 1;

/// A record with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record<E> {
    /// 1, 2, 3 … as the object's name says, too.
    pub(crate) number: u64,
    /// The run that wrote it.
    pub(crate) run: String,
    /// Which holding of that run: see each kind of record.
    pub(crate) epoch: u64,
    /// The project that the run worked on, where the record is not in that project's own folder.
    pub(crate) project: Option<String>,
    /// When it was written, RFC 3339, by the clock of whoever wrote it: for people.
    pub(crate) at: String,
    /// What happened.
    pub(crate) event: Event<E>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event<E> {
    /// As this version knows it.
    Known(E),
    /// As a later one does: to be kept and passed over.
    Later {
        /// Its name.
        name: String,
        /// What it says.
        fields: Map<String, Value>,
    },
}

impl<E> Record<E> {
    /// One that no run wrote.
    #[cfg(test)]
    pub(crate) fn of(number: u64, at: String, event: E) -> Self {
        Self { number, run: String::new(), epoch: 0, project: None, at, event: Event::Known(event) }
    }

    /// What happened, where this version knows it.
    pub(crate) fn known(&self) -> Option<&E> {
        match &self.event {
            Event::Known(event) => Some(event),
            Event::Later { .. } => None,
        }
    }
}

/// What is wrong with a record.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("it is damaged: {0}")]
    Damaged(String),
    #[error("it has the format {0}, and this version reads {FORMAT}")]
    Later(u64),
    #[error("it is about the stage {0:?}, which this version does not know")]
    LaterStage(String),
    #[error("it says that it is number {own}, and lies at {lies}")]
    Moved { own: Value, lies: u64 },
}

impl Unreadable {
    /// The same for everybody; `what` is like `"the project's history"`.
    pub(super) fn into_error(self, what: &str, file: &str) -> Error {
        let (message, hint) = match &self {
            Self::Damaged(_) => (format!("an entry of {what} is damaged"), "restore it from a backup"),
            Self::Later(_) | Self::LaterStage(_) => {
                (format!("a newer adgen wrote an entry of {what}"), "use that version for this storage from now on")
            }
            Self::Moved { .. } => (
                format!("an entry of {what} is not where it was written"),
                "entries were renamed or copied: restore them from a backup",
            ),
        };
        Error::new(ErrorKind::InvalidProject, message).with_context("file", file).with_hint(hint).with_source(self)
    }
}

/// The bytes of a record.
///
/// # Errors
/// `Unexpected` for one that could not be read again, such as one with a number that JSON does not have: it must not be
/// written.
pub(super) fn encode<E>(record: &Record<E>, known: &[&str]) -> Result<Vec<u8>>
where
    E: Serialize + DeserializeOwned + PartialEq,
{
    let defect = |cause: String| {
        Error::new(ErrorKind::Unexpected, "an entry could not be read again: this is a defect of adgen")
            .with_context("cause", cause)
    };
    let value = Value::Object(fields_of(record).ok_or_else(|| defect("it is no JSON object".to_owned()))?);
    let bytes = serde_json::to_vec(&value).map_err(|error| defect(error.to_string()))?;
    match decode::<E>(&bytes, record.number, known) {
        Ok(again) if again == *record => Ok(bytes),
        Ok(_) => Err(defect("it changed on the way".to_owned())),
        Err(unreadable) => Err(defect(unreadable.to_string())),
    }
}

/// A record as JSON.
pub(super) fn fields_of<E: Serialize>(record: &Record<E>) -> Option<Map<String, Value>> {
    let (event, mut fields) = match &record.event {
        Event::Known(event) => {
            // `{ "finished": { … } }`: the only field is the event.
            let Ok(Value::Object(tagged)) = serde_json::to_value(event) else { return None };
            let (event, Value::Object(fields)) = tagged.into_iter().next()? else { return None };
            (event, fields)
        }
        Event::Later { name, fields } => (name.clone(), fields.clone()),
    };
    let head = [
        ("format", Some(Value::from(FORMAT))),
        ("number", Some(Value::from(record.number))),
        ("run", Some(Value::from(record.run.as_str()))),
        ("epoch", Some(Value::from(record.epoch))),
        ("project", record.project.as_deref().map(Value::from)),
        ("at", Some(Value::from(record.at.as_str()))),
        ("event", Some(Value::from(event))),
    ];
    for (name, value) in head {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    }
    Some(fields)
}

/// The record `number` from the bytes of its object. `known` are the events that this version knows.
pub(super) fn decode<E: DeserializeOwned>(bytes: &[u8], number: u64, known: &[&str]) -> Result<Record<E>, Unreadable> {
    let value: Value = serde_json::from_slice(bytes).map_err(|error| Unreadable::Damaged(error.to_string()))?;
    from_value(value, number, known)
}

/// The same from JSON that was read before.
pub(super) fn from_value<E: DeserializeOwned>(
    value: Value,
    number: u64,
    known: &[&str],
) -> Result<Record<E>, Unreadable> {
    let damaged = |why: &str| Unreadable::Damaged(why.to_owned());
    let Value::Object(mut fields) = value else { return Err(damaged("it is no JSON object")) };
    match fields.remove("format").as_ref().and_then(Value::as_u64) {
        Some(FORMAT) => {}
        Some(later) if later > FORMAT => return Err(Unreadable::Later(later)),
        _ => return Err(damaged("it has no format")),
    }
    match fields.remove("number") {
        Some(own) if own.as_u64() == Some(number) => {}
        Some(own) => return Err(Unreadable::Moved { own, lies: number }),
        None => return Err(damaged("it has no number")),
    }
    let text = |fields: &mut Map<String, Value>, name: &str| match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(Unreadable::Damaged(format!("its field {name:?} is no text"))),
    };
    let name = text(&mut fields, "event")?;
    let run = text(&mut fields, "run")?;
    let at = text(&mut fields, "at")?;
    let project = fields.contains_key("project").then(|| text(&mut fields, "project")).transpose()?;
    let epoch = fields.remove("epoch").as_ref().and_then(Value::as_u64).ok_or_else(|| damaged("it has no epoch"))?;
    let event = if known.contains(&name.as_str()) {
        // The form that needs no look at the fields before the variant is known.
        let later = later_stage(&fields).map(str::to_owned);
        let tagged = Value::Object(Map::from_iter([(name, Value::Object(fields))]));
        Event::Known(serde_json::from_value(tagged).map_err(|error| match later {
            Some(stage) => Unreadable::LaterStage(stage),
            None => Unreadable::Damaged(error.to_string()),
        })?)
    } else {
        Event::Later { name, fields }
    };
    Ok(Record { number, run, epoch, project, at, event })
}

/// A stage that this version lacks, where that is what a record is about.
pub(super) fn later_stage(fields: &Map<String, Value>) -> Option<&str> {
    let stage = fields.get("stage")?.as_str()?;
    (is_word(stage) && Stage::ALL.iter().all(|known| known.as_str() != stage)).then_some(stage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Deserialize;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Happened {
        Began {
            cost: f64,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            note: Option<String>,
        },
        Staged {
            stage: Stage,
        },
    }

    const KNOWN: [&str; 2] = ["began", "staged"];

    fn record(event: Event<Happened>) -> Record<Happened> {
        Record { number: 3, run: "r".into(), epoch: 2, project: None, at: "2026-01-01T00:00:00Z".into(), event }
    }

    fn told(json: &str) -> String {
        decode::<Happened>(json.as_bytes(), 3, &KNOWN).unwrap_err().into_error("the ledger", "a/3.json").to_string()
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        for json in [
            "",
            "{",
            "null",
            "[]",
            "{}",
            "\0\0",
            r#"{"format":1}"#,
            r#"{"format":0,"number":3}"#,
            r#"{"format":1,"number":3,"event":"began","run":"r","epoch":1,"at":"t"}"#,
            r#"{"format":1,"number":3,"event":"began","run":"r","epoch":-1,"at":"t","cost":1}"#,
        ] {
            assert!(told(json).contains("damaged"), "{json}: {}", told(json));
        }
        let later = told(r#"{"format":2,"number":3,"anything":"else"}"#);
        assert!(later.contains("a newer adgen wrote") && !later.contains("damaged"), "{later}");
        let moved = told(r#"{"format":1,"number":4,"event":"began","run":"r","epoch":1,"at":"t","cost":1}"#);
        assert!(moved.contains("number 4, and lies at 3") && moved.contains("a/3.json"), "{moved}");
    }

    #[test]
    fn a_stage_of_a_later_version_is_no_damage() {
        let about = |stage: &str| {
            told(&format!(r#"{{"format":1,"number":3,"event":"staged","run":"r","epoch":1,"at":"t","stage":{stage}}}"#))
        };
        let later = about(r#""voice_over""#);
        assert!(later.contains("a newer adgen wrote") && later.contains("voice_over"), "{later}");
        assert!(!later.contains("damaged") && !later.contains("backup"), "{later}");
        for stage in ["7", "null", r#""""#, r#""voice over""#, r#""\u0000""#] {
            assert!(about(stage).contains("damaged"), "{stage}");
        }
        // What no field of the event is may say whatever it likes.
        let json = r#"{"format":1,"number":3,"event":"began","run":"r","epoch":1,"at":"t","cost":1,"stage":"dusk"}"#;
        assert!(decode::<Happened>(json.as_bytes(), 3, &KNOWN).unwrap().known().is_some());
    }

    #[test]
    fn what_a_later_version_may_add_is_kept() {
        let json = r#"{"format":1,"number":3,"event":"refunded","run":"r","epoch":1,"at":"t","usd":0.5}"#;
        let read = decode::<Happened>(json.as_bytes(), 3, &KNOWN).unwrap();
        assert!(read.known().is_none());
        let again = decode::<Happened>(&encode(&read, &KNOWN).unwrap(), 3, &KNOWN).unwrap();
        assert_eq!(again, read);
        let further_field = r#"{"format":1,"number":3,"event":"began","run":"r","epoch":1,"at":"t","cost":1,"x":[]}"#;
        assert!(decode::<Happened>(further_field.as_bytes(), 3, &KNOWN).unwrap().known().is_some());
    }

    #[test]
    fn numbers_that_json_lacks_are_never_written() {
        let error = encode(&record(Event::Known(Happened::Began { cost: f64::NAN, note: None })), &KNOWN).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unexpected);
    }

    proptest! {
        #[test]
        fn comes_back_as_it_was_written(
            number in 1u64.., epoch in any::<u64>(), run in ".*", at in ".*", project in proptest::option::of(".*"),
            cost in -1e12..1e12f64, note in proptest::option::of(".*"),
        ) {
            let event = Event::Known(Happened::Began { cost, note });
            let record = Record { number, run, epoch, project, at, event };
            let bytes = encode(&record, &KNOWN).unwrap();
            prop_assert_eq!(decode::<Happened>(&bytes, number, &KNOWN).unwrap(), record);
        }

        #[test]
        fn bytes_of_anybody_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            drop(decode::<Happened>(&bytes, 3, &KNOWN));
        }

        #[test]
        fn json_of_anybody_is_read_or_refused(
            format in any::<u64>(), number in any::<i64>(), event in "began|x", run in ".*", epoch in any::<f64>(),
        ) {
            let json = serde_json::json!({ "format": format, "number": number, "event": event, "run": run,
                "epoch": epoch, "at": "t", "cost": number });
            drop(decode::<Happened>(json.to_string().as_bytes(), 3, &KNOWN));
        }
    }
}
