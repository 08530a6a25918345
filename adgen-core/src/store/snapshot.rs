//! Snapshots of a history: all entries up to a number in one object, so that thousands of them are read at once.
//!
//! They only save time. The entries stay, and one that cannot be read is as good as none. May depend on `error` and its
//! neighbours `objects`, `record` and `history_event`.

use super::{
    history_event::HistoryEvent,
    objects::Objects,
    record::{FORMAT, Record, fields_of, from_value},
};
use crate::error::{Error, ErrorKind, Result};
use serde_json::{Value, json};

/// What comes before the number of the last entry in a snapshot's name. After every entry's name in a listing.
const PREFIX: &str = "snapshot-";

/// The name of the snapshot that ends with the entry `last`.
fn file(last: u64) -> String {
    format!("{PREFIX}{last:08}.json")
}

fn last_of(name: &str) -> Option<u64> {
    let last = name.strip_prefix(PREFIX)?.strip_suffix(".json")?.parse().ok()?;
    (file(last) == name).then_some(last)
}

/// The snapshots of one history.
#[derive(Debug, Clone)]
pub(super) struct Snapshots {
    objects: Objects,
    folder: String,
}

impl Snapshots {
    pub(super) fn new(objects: &Objects, folder: &str) -> Self {
        Self { objects: objects.clone(), folder: folder.to_owned() }
    }

    /// The latest that can be read, and all that are listed. Empty where there is none.
    pub(super) async fn latest(&self) -> Result<(Vec<Record<HistoryEvent>>, Vec<u64>)> {
        let seen = self.objects.list_after(&self.folder, PREFIX).await?;
        let mut there: Vec<u64> = seen.iter().filter_map(|seen| last_of(seen.file())).collect();
        there.sort_unstable();
        for &last in there.iter().rev() {
            // One that is too large to be read, or was removed meanwhile, is as good as none.
            let read = self.objects.read(&format!("{}/{}", self.folder, file(last))).await;
            let records = match read {
                Ok(Some(bytes)) => decode(&bytes, last),
                Ok(None) => None,
                Err(error) if error.kind() == ErrorKind::Timeout => return Err(error),
                Err(_) => None,
            };
            if let Some(records) = records {
                return Ok((records, there));
            }
        }
        Ok((Vec::new(), there))
    }

    /// Writes all entries, and removes what is older than the one before. Which were there is `there`, which is kept.
    pub(super) async fn write(&self, records: &[Record<HistoryEvent>], there: &mut Vec<u64>) -> Result<()> {
        let Some(last) = records.last().map(|record| record.number) else { return Ok(()) };
        if there.last() == Some(&last) {
            return Ok(());
        }
        self.objects.write(&format!("{}/{}", self.folder, file(last)), encode(records)?).await?;
        there.push(last);
        // The one before stays: somebody may be reading it.
        while there.len() > 2 {
            let oldest = there[0];
            self.objects.delete(&format!("{}/{}", self.folder, file(oldest))).await?;
            there.remove(0);
        }
        Ok(())
    }
}

fn encode(records: &[Record<HistoryEvent>]) -> Result<Vec<u8>> {
    let defect = || Error::new(ErrorKind::Unexpected, "a history is not JSON: this is a defect of adgen");
    let fields = records.iter().map(|record| fields_of(record).map(Value::Object).ok_or_else(defect));
    let snapshot = json!({ "format": FORMAT, "records": fields.collect::<Result<Vec<Value>>>()? });
    serde_json::to_vec(&snapshot).map_err(|error| defect().with_source(error))
}

/// The entries from 1 to `last`; `None` where they are not all there and readable.
fn decode(bytes: &[u8], last: u64) -> Option<Vec<Record<HistoryEvent>>> {
    let Value::Object(mut fields) = serde_json::from_slice(bytes).ok()? else { return None };
    let Some(Value::Array(values)) = fields.remove("records") else { return None };
    if fields.get("format").and_then(Value::as_u64) != Some(FORMAT) || values.len() as u64 != last {
        return None;
    }
    let numbered = (1..).zip(values);
    numbered.map(|(number, value)| from_value(value, number, &HistoryEvent::NAMES).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_say_which_entry_is_the_last() {
        assert_eq!(last_of(&file(3000)), Some(3000));
        for other in ["000001.json", "snapshot-1.json", "snapshot-00000001.json.bak", "snapshot-.json"] {
            assert_eq!(last_of(other), None, "{other}");
        }
        assert!(file(1).as_str() > "99999999.json" && file(1).as_str() > PREFIX);
    }

    proptest! {
        #[test]
        fn bytes_of_anybody_are_read_or_passed_over(
            bytes in proptest::collection::vec(any::<u8>(), 0..100), last in 0u64..9,
        ) {
            drop(decode(&bytes, last));
            let json = json!({ "format": 1, "records": vec![Value::from(bytes); last as usize] }).to_string();
            prop_assert!(decode(json.as_bytes(), last).is_some_and(|records| records.is_empty()) == (last == 0));
        }
    }
}
