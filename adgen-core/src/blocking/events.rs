//! Events that come while somebody waits for them.
//!
//! Depends on `event`, `error` and its neighbour `owner`.

use super::owner::Owner;
use crate::{error::Result, event::EventRecord};
use futures_util::{Stream, StreamExt};
use std::{
    fmt,
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};
use tokio::task::AbortHandle;

/// Events, each as soon as it is there: what [`Run::events`](super::Run::events) and [`Studio::watch`](super::Studio::watch)
/// give.
pub struct Events<T = EventRecord> {
    heard: Receiver<T>,
    /// Listens meanwhile, on the runtime.
    listener: AbortHandle,
    _owner: Arc<Owner>,
}

impl<T> fmt::Debug for Events<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("is_over", &self.listener.is_finished()).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Events<T> {
    /// # Errors
    /// `Io` where no runtime can be made.
    pub(super) fn of(mut stream: impl Stream<Item = T> + Send + Unpin + 'static, owner: &Arc<Owner>) -> Result<Self> {
        let (sender, heard) = channel();
        let listener = owner.handle()?.spawn(async move {
            while let Some(event) = stream.next().await {
                if sender.send(event).is_err() {
                    break;
                }
            }
        });
        Ok(Self { heard, listener: listener.abort_handle(), _owner: Arc::clone(owner) })
    }
}

impl<T> Events<T> {
    /// The next event, where one comes within so long; `None` where none did, or none will come any more.
    pub fn next_timeout(&mut self, time: Duration) -> Option<T> {
        self.heard.recv_timeout(time).ok()
    }
}

impl<T> Iterator for Events<T> {
    type Item = T;

    /// Waits for the next event, on whatever thread this is.
    fn next(&mut self) -> Option<T> {
        self.heard.recv().ok()
    }
}

impl<T> Drop for Events<T> {
    fn drop(&mut self) {
        self.listener.abort();
    }
}
