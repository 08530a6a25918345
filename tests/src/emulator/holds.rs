//! Requests that wait until a test lets them go.

use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// One request that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The request's number in the journal.
    pub request: u64,
    /// The request's method.
    pub method: String,
    /// The request's path.
    pub path: String,
    /// Whether it was carried out already.
    pub carried_out: bool,
}

/// All that wait now.
#[derive(Debug)]
pub(super) struct Holds {
    waiting: Mutex<BTreeMap<u64, Hold>>,
    /// Counts releases; each receiver also wakes when something begins to wait.
    released: watch::Sender<u64>,
}

impl Holds {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), released: watch::Sender::new(0) })
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<u64, Hold>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn list(&self) -> Vec<Hold> {
        self.waiting().values().cloned().collect()
    }

    /// Lets go all that wait now; gives how many.
    pub(super) fn release(&self) -> usize {
        let count = std::mem::take(&mut *self.waiting()).len();
        self.released.send_modify(|releases| *releases += 1);
        count
    }

    /// Waits for the next release. Dropping the future takes the request off the list.
    pub(super) async fn wait(self: &Arc<Self>, hold: Hold) {
        let number = hold.request;
        let mut released = self.released.subscribe();
        let before = *released.borrow_and_update();
        let _gone = Gone { holds: Arc::clone(self), number };
        self.waiting().insert(number, hold);
        // Wakes `wait_for_one`.
        self.released.send_modify(|_| {});
        let _ = released.wait_for(|now| *now > before).await;
    }

    /// Waits until something waits.
    pub(super) async fn wait_for_one(&self) -> Hold {
        let mut changes = self.released.subscribe();
        loop {
            changes.mark_unchanged();
            if let Some(hold) = self.list().into_iter().next() {
                return hold;
            }
            let _ = changes.changed().await;
        }
    }
}

struct Gone {
    holds: Arc<Holds>,
    number: u64,
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.holds.waiting().remove(&self.number);
    }
}
