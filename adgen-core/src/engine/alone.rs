//! Holds back all but one of the tasks of a run that want the same thing at the same time.
//!
//! Depends on nothing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as PlainMutex, PoisonError, Weak},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// One lock for each key that somebody is busy with.
#[derive(Debug, Default)]
pub(crate) struct Alone {
    busy: PlainMutex<HashMap<String, Weak<Mutex<()>>>>,
}

impl Alone {
    /// Waits until nobody else of this run is busy with what has this key.
    pub(crate) async fn with(&self, key: &str) -> OwnedMutexGuard<()> {
        let lock = {
            // A map of locks is whole whatever happened to another thread.
            let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            busy.retain(|_, lock| lock.strong_count() > 0);
            match busy.get(key).and_then(Weak::upgrade) {
                Some(lock) => lock,
                None => {
                    let lock = Arc::default();
                    busy.insert(key.to_owned(), Arc::downgrade(&lock));
                    lock
                }
            }
        };
        lock.lock_owned().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_wants_the_same_waits_and_who_wants_something_else_does_not() {
        let alone = Alone::default();
        let first = alone.with("a").await;
        drop(alone.with("b").await);
        assert!(futures_util::FutureExt::now_or_never(alone.with("a")).is_none());
        drop(first);
        drop(alone.with("a").await);
    }
}
