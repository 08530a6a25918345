//! The events of a project's last run as they lie in its folder, for those who watch from another process.
//!
//! Depends on `event`.

use crate::event::EventRecord;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a run has told so far, without what later events have overtaken.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Told {
    pub(crate) events: Vec<EventRecord>,
}

/// The same before anybody has looked at the records.
#[derive(Deserialize)]
struct Lines {
    events: Vec<Value>,
}

impl Told {
    pub(crate) fn to_json(&self) -> Vec<u8> {
        // Events are made of texts and finite numbers; one that is none would leave watchers without news, and nobody else.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads record by record: one that is not readable is left out, and what this version does not understand is an unknown
    /// event. `None` where nothing is readable: the file is damaged, or a newer version writes it otherwise.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let Lines { events } = serde_json::from_slice(bytes).ok()?;
        let events: Vec<_> = events.into_iter().filter_map(|line| EventRecord::deserialize(line).ok()).collect();
        (!events.is_empty()).then_some(Self { events })
    }

    /// The run that they are of.
    pub(crate) fn run_id(&self) -> Option<&str> {
        self.events.first().map(|record| record.run_id.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn records_are_read_one_by_one() {
        let known = r#"{"run_id":"r","project_id":"p","seq":1,"at":"t","event":{"type":"run_started"}}"#;
        let later =
            r#"{"run_id":"r","project_id":"p","seq":2,"at":"t","event":{"type":"stage_started","stage":"voice_over"}}"#;
        let json = format!(r#"{{"more":1,"events":[5,{{"run_id":"r"}},{known},null,{later}]}}"#);
        let told = Told::read(json.as_bytes()).unwrap();
        let seen: Vec<_> = told.events.iter().map(|record| (record.seq, &record.event)).collect();
        assert_eq!(seen, [(1, &Event::RunStarted), (2, &Event::Unknown)]);
        assert_eq!(told.run_id(), Some("r"));
        assert_eq!(Told::read(&told.to_json()).unwrap().events, told.events);
        for damaged in ["", "{", "[]", "{}", r#"{"events":{}}"#, r#"{"events":[]}"#, r#"{"events":[5]}"#] {
            assert!(Told::read(damaged.as_bytes()).is_none(), "{damaged}");
        }
    }
}
