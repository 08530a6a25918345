//! Where projects live: files, journal and lease of each, over any `object_store`.
//!
//! May depend on `project` and `error`. Every write appears whole or not at all.

mod address;
mod adopt;
mod files;
mod journal;
mod journal_record;
mod lease;
mod scratch;

// The layer that takes the place of files, journal and lease. Nothing uses it before the engine is switched over, and then
// this permission goes.
#[allow(dead_code)]
mod clock;
#[allow(dead_code)]
mod failure;
#[allow(dead_code)]
mod fence;
#[allow(dead_code)]
mod listing;
#[allow(dead_code)]
mod local_file;
#[allow(dead_code)]
mod numbered;
#[allow(dead_code)]
mod objects;
#[allow(dead_code)]
mod record;
#[allow(dead_code)]
mod requests;
#[allow(dead_code)]
mod signer;
#[allow(dead_code)]
mod transfer;
#[allow(dead_code)]
mod history;
#[allow(dead_code)]
mod history_event;
#[allow(dead_code)]
mod snapshot;
#[allow(dead_code)]
mod time;
#[allow(dead_code)]
mod holder;
#[allow(dead_code)]
mod lease_records;
#[allow(dead_code)]
mod os_lock;
#[allow(dead_code)]
mod project_lease;
#[allow(dead_code)]
mod store_clock;
#[allow(dead_code)]
mod content_key;
#[allow(dead_code)]
mod ledger;
#[allow(dead_code)]
mod ledger_event;
#[allow(dead_code)]
mod ledger_writer;
#[allow(dead_code)]
mod ledgers;
#[allow(dead_code)]
mod purchase;
#[allow(dead_code)]
mod cache;
#[allow(dead_code)]
mod product_record;
#[allow(dead_code)]
mod product_store;
#[allow(dead_code)]
mod products;
#[allow(dead_code)]
mod location;
#[allow(dead_code)]
mod opened;
#[allow(dead_code)]
mod project_folder;
#[allow(dead_code)]
mod projects;
#[allow(dead_code)]
mod publish;
#[cfg(feature = "s3")]
#[allow(dead_code)]
mod s3;
#[allow(dead_code)]
mod storage;
#[allow(dead_code)]
mod gc;
#[cfg(test)]
mod gc_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod objects_tests;
#[cfg(test)]
mod products_tests;
#[cfg(test)]
mod project_lease_tests;
#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod testing;

pub(crate) use address::folder as folder_at;
pub(crate) use files::hex;
pub use files::{ProjectFiles, Store};
pub(crate) use journal::now;
pub use journal::{Journal, JournalEntry, JournalRecord, MadeProduct, UnfinishedJob};
pub use lease::{Lease, LeaseRecord};
pub use scratch::Scratch;
