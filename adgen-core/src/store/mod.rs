//! Where projects live: artifacts, purchases and projects below one root, over any `object_store`.
//!
//! May depend on `project`, `error` and, for buckets, `http`. Every write appears whole or not at all.
//!
//! ```text
//! <root>/
//!   artifacts/<2 hex>/<key>/  record.json + files     written once; found by every project (artifacts, artifact_store)
//!   purchases/<2 hex>/<key>/  0001.json …            the ledger of what was ordered under a key (ledger, purchase)
//!   projects/<id>/            documents, visible files (project_folder, publish), history/ (history), lease/
//! ```
//!
//! Right without locks: what is shared is immutable and created once (`objects`, `numbered`, `record`); a lease
//! (`project_lease`) keeps two runs from doing the same work, and its `fence` stands before each write of a run.
//! `storage` is the door, `gc` cleans up, `cache` holds files of storages elsewhere.

mod address;
mod artifact_record;
mod artifact_store;
mod artifacts;
mod cache;
mod clock;
mod content_key;
mod digest;
mod failure;
mod fence;
mod folder;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzzing;
mod gc;
mod history;
mod history_event;
mod holder;
mod lease_records;
mod ledger;
mod ledger_event;
mod ledger_writer;
mod ledgers;
mod listing;
mod local_file;
mod location;
mod numbered;
mod objects;
mod opened;
mod os_lock;
mod project_folder;
mod project_lease;
mod projects;
mod publish;
mod purchase;
mod record;
mod requests;
#[cfg(feature = "s3")]
mod s3;
mod scratch;
mod signer;
mod snapshot;
mod storage;
mod store_clock;
mod time;
mod transfer;

#[cfg(test)]
mod artifacts_tests;
#[cfg(test)]
mod buying_tests;
#[cfg(test)]
mod gc_tests;
#[cfg(test)]
mod history_tests;
#[cfg(test)]
mod ledger_tests;
#[cfg(test)]
mod objects_tests;
#[cfg(test)]
mod project_lease_tests;
#[cfg(test)]
mod storage_tests;
#[cfg(test)]
mod testing;

pub(crate) use artifact_record::{ArtifactRecord, MadeBy};
pub(crate) use artifact_store::NewArtifact;
pub(crate) use artifacts::{Found, Gone, Loss};
pub(crate) use cache::DEFAULT_BYTES as DEFAULT_CACHE_BYTES;
pub(crate) use digest::{Digested, hex};
pub use gc::{GcPlan, GcRules, Waste};
pub(crate) use history::{History, HistoryRecord};
pub(crate) use history_event::HistoryEvent;
pub(crate) use holder::Holder;
pub(crate) use ledger::Ledger;
pub(crate) use ledger_event::{Bought, LedgerEvent, Open as OpenPurchase, PurchaseOrder, Standing};
pub(crate) use ledger_writer::LedgerWriter;
#[cfg(feature = "cli")]
pub(crate) use location::local_folder;
pub(crate) use opened::Opened;
pub(crate) use project_folder::{DOCUMENT, EVENTS, ProjectFolder, RENDERED, STATE};
pub(crate) use project_lease::ProjectLease;
pub(crate) use purchase::{Buyer, Claim};
pub use requests::StorageUse;
pub(crate) use scratch::Scratch;
pub(crate) use signer::Signer;
#[cfg(feature = "s3")]
pub(crate) use signer::Signing;
pub(crate) use storage::Storage;
pub(crate) use time::Clock;
