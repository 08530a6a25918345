//! How much a storage was asked for: requests by kind and bytes, for tests and for figures.
//!
//! Depends on nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering};

/// Names that one answer to a listing holds at most, at S3 and most others.
const PAGE: usize = 1000;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    Get,
    Put,
    List,
    Head,
    Delete,
    Copy,
}

/// Counters that any number of threads may raise.
#[derive(Debug, Default)]
pub(super) struct Requests {
    counts: [AtomicU64; 6],
    sent: AtomicU64,
    received: AtomicU64,
}

impl Requests {
    pub(super) fn count(&self, request: Request) {
        self.counts[request as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// A listing of so many names is as many requests as it has pages.
    pub(super) fn count_further_pages(&self, names: usize) {
        let further = names.saturating_sub(1) / PAGE;
        self.counts[Request::List as usize].fetch_add(further as u64, Ordering::Relaxed);
    }

    pub(super) fn send(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn receive(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    /// How things stand.
    pub(super) fn used(&self) -> StorageUse {
        let of = |request: Request| self.counts[request as usize].load(Ordering::Relaxed);
        StorageUse {
            get: of(Request::Get),
            put: of(Request::Put),
            list: of(Request::List),
            head: of(Request::Head),
            delete: of(Request::Delete),
            copy: of(Request::Copy),
            sent_bytes: self.sent.load(Ordering::Relaxed),
            received_bytes: self.received.load(Ordering::Relaxed),
        }
    }
}

/// How much a storage was asked for since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct StorageUse {
    /// Objects read, and pieces of them.
    pub get: u64,
    /// Objects written; parts of large uploads count each.
    pub put: u64,
    /// Pages of 1,000 names listed.
    pub list: u64,
    /// Objects looked at without their content.
    pub head: u64,
    /// Objects deleted, or thousands of them at once.
    pub delete: u64,
    /// Copies within the store.
    pub copy: u64,
    /// Bytes written.
    pub sent_bytes: u64,
    /// Bytes read.
    pub received_bytes: u64,
}

impl StorageUse {
    /// Requests of every kind.
    pub fn total(&self) -> u64 {
        self.get + self.put + self.list + self.head + self.delete + self.copy
    }

    /// What came since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            get: self.get - earlier.get,
            put: self.put - earlier.put,
            list: self.list - earlier.list,
            head: self.head - earlier.head,
            delete: self.delete - earlier.delete,
            copy: self.copy - earlier.copy,
            sent_bytes: self.sent_bytes - earlier.sent_bytes,
            received_bytes: self.received_bytes - earlier.received_bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_requests_too() {
        let requests = Requests::default();
        for names in [0, 1, 1000, 1001, 3000] {
            requests.count(Request::List);
            requests.count_further_pages(names);
        }
        requests.count(Request::Put);
        requests.send(7);
        let figures = requests.used();
        assert_eq!((figures.list, figures.put, figures.sent_bytes, figures.total()), (8, 1, 7, 9));
        requests.count(Request::Put);
        assert_eq!(requests.used().since(&figures), StorageUse { put: 1, ..StorageUse::default() });
    }
}
