//! Reading one entry of the journal: which record it is, or what is wrong with it.
//!
//! Read field by field instead of through the derived reader for tagged enums: that one keeps numbers in a form which
//! depends on features of `serde_json` that other crates of a program may turn on.

use super::JournalRecord;
use crate::error::{Error, ErrorKind, Result};
use serde_json::{Map, Value};
use untagged::Untagged;

/// The events that this version writes, for telling a newer one from a damaged one.
const EVENTS: [&str; 7] = ["imported", "run_started", "starting", "started", "finished", "failed", "run_finished"];

/// The entry `number` from the bytes of its file.
pub(super) fn read_record(bytes: &[u8], number: u64) -> Result<JournalRecord> {
    let damaged = |why: String| {
        Error::new(ErrorKind::InvalidProject, "an entry of the project's journal is damaged: restore it")
            .with_context("cause", why)
    };
    let value: Value = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    let Value::Object(mut fields) = value else { return Err(damaged("it is no JSON object".to_owned())) };
    let text = |fields: &mut Map<String, Value>, name: &str| match fields.remove(name) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let Some(event) = text(&mut fields, "event") else { return Err(damaged("it has no event".to_owned())) };
    if !EVENTS.contains(&event.as_str()) {
        let message = format!("an entry of the project's journal tells of {event:?}, which this version does not know");
        return Err(Error::new(ErrorKind::InvalidProject, message)
            .with_hint("a newer adgen wrote it: use that one for this project"));
    }
    // Journals of earlier versions have no numbers within.
    if let Some(own) = fields.remove("number").filter(|own| own.as_u64() != Some(number)) {
        let message = format!("an entry of the project's journal says that it is number {own}, and lies at {number}");
        return Err(Error::new(ErrorKind::InvalidProject, message)
            .with_hint("entries were renamed or copied: restore the journal from a backup"));
    }
    let Some(at) = text(&mut fields, "at") else { return Err(damaged("it has no time".to_owned())) };
    let run = text(&mut fields, "run");
    // `{ "finished": { … } }`: the form that needs no look at the fields before the variant is known.
    let tagged = Value::Object(Map::from_iter([(event, Value::Object(fields))]));
    let entry = Untagged::deserialize(tagged).map_err(|error| damaged(error.to_string()))?;
    Ok(JournalRecord { number, run, at, entry })
}

mod untagged {
    use crate::{
        project::{FidelityReport, Lack, Metadata, Stage, StateAsset},
        store::JournalEntry,
    };
    use serde::Deserialize;

    /// [`JournalEntry`] with the event as the only field of an object around the others.
    #[derive(Deserialize)]
    #[serde(remote = "JournalEntry", rename_all = "snake_case")]
    pub(super) enum Untagged {
        Imported {
            source: String,
        },
        RunStarted {
            version: String,
        },
        Starting {
            product: String,
            key: String,
            provider: String,
            expected_usd: f64,
        },
        Started {
            product: String,
            key: String,
            job: String,
        },
        Finished {
            product: String,
            stage: Stage,
            key: String,
            files: Vec<StateAsset>,
            cost_usd: f64,
            elapsed_ms: u64,
            #[serde(default)]
            notes: Vec<String>,
            #[serde(default)]
            fidelity: Option<FidelityReport>,
            #[serde(default)]
            lacks: Vec<Lack>,
            #[serde(default)]
            metadata: Metadata,
        },
        Failed {
            product: String,
            key: String,
            code: String,
            message: String,
            cost_usd: f64,
        },
        RunFinished {
            outcome: String,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{Ground, Metadata};
    use crate::{
        project::{Lack, Stage},
        store::JournalEntry,
    };

    fn record(entry: JournalEntry) -> JournalRecord {
        JournalRecord { number: 3, run: Some("r".into()), at: "2026-01-01T00:00:00Z".into(), entry }
    }

    #[test]
    fn every_event_comes_back_as_it_was_written() {
        let text = || "x".to_owned();
        let entries = [
            JournalEntry::Imported { source: text() },
            JournalEntry::RunStarted { version: text() },
            JournalEntry::Starting { product: text(), key: text(), provider: text(), expected_usd: 0.1 },
            JournalEntry::Started { product: text(), key: text(), job: text() },
            JournalEntry::Finished {
                product: text(),
                stage: Stage::Scenes,
                key: text(),
                files: Vec::new(),
                cost_usd: 0.25,
                elapsed_ms: 7,
                notes: vec![text()],
                fidelity: None,
                lacks: vec![Lack { fallback: text(), cause: text() }],
                metadata: Metadata { ground: Some(Ground::new(0.5)), ..Metadata::default() },
            },
            JournalEntry::Failed { product: text(), key: text(), code: text(), message: text(), cost_usd: 0.0 },
            JournalEntry::RunFinished { outcome: text() },
        ];
        assert_eq!(entries.len(), EVENTS.len());
        for (entry, event) in entries.into_iter().zip(EVENTS) {
            let record = record(entry);
            let json = serde_json::to_vec(&record).unwrap();
            assert_eq!(serde_json::from_slice::<Value>(&json).unwrap()["event"], event);
            assert_eq!(read_record(&json, 3).unwrap(), record);
        }
    }

    #[test]
    fn entries_of_earlier_versions_have_neither_number_nor_run() {
        let read = read_record(br#"{"at":"t","event":"run_finished","outcome":"failed"}"#, 9).unwrap();
        assert_eq!(read, JournalRecord::new(9, "t", JournalEntry::RunFinished { outcome: "failed".into() }));
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        let told = |json: &str| read_record(json.as_bytes(), 3).unwrap_err().to_string();
        for json in
            ["", "{", "null", "[]", "{}", "\0\0", r#"{"event":"run_finished"}"#, r#"{"event":"failed","at":"t"}"#]
        {
            assert!(told(json).contains("damaged"), "{json}: {}", told(json));
        }
        let newer = told(r#"{"at":"t","event":"leased_out","number":3,"to":"x"}"#);
        assert!(newer.contains("newer adgen") && newer.contains("leased_out"), "{newer}");
        let moved = told(r#"{"at":"t","event":"run_finished","number":4,"outcome":"failed"}"#);
        assert!(moved.contains("number 4") && moved.contains("lies at 3"), "{moved}");
    }
}
