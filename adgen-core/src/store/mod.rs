//! Where projects live: files, journal and lease of each, over any `object_store`.
//!
//! May depend on `project` and `error`. Every write appears whole or not at all.

mod files;
mod journal;
mod lease;

pub use files::{ProjectFiles, Store};
pub(crate) use files::{hash_file, hex};
pub(crate) use journal::now;
pub use journal::{Journal, JournalEntry, JournalRecord, UnfinishedJob};
pub use lease::{Lease, LeaseRecord};
