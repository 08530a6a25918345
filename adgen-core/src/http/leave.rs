//! Leaving a queue: a call that waits for its turn can be called off, one that was sent cannot.
//!
//! Who calls off must be certain that nothing was sent, for what is sent may be bought. So the wish is looked at where calls
//! wait, and nowhere else. May depend on `error` alone.

use crate::error::Error;
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio_util::sync::CancellationToken;

/// A wish that calls do not wait any longer, and whether one of them obeyed it. Clones are one.
#[derive(Debug, Clone)]
pub(crate) struct Leave {
    wish: CancellationToken,
    left: Arc<AtomicBool>,
}

tokio::task_local! {
    static LEAVE: Leave;
}

impl Leave {
    /// Calls are off once `wish` is cancelled.
    pub(crate) fn new(wish: CancellationToken) -> Self {
        Self { wish, left: Arc::default() }
    }

    /// Calls that still wait are off.
    pub(crate) fn call_off(&self) {
        self.wish.cancel();
    }

    pub(crate) fn is_called_off(&self) -> bool {
        self.wish.is_cancelled()
    }

    /// Whether a call was given up before it was sent: then it ordered nothing.
    pub(crate) fn has_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }

    /// Gives a call up that was not sent.
    pub(crate) fn go(&self) -> Error {
        self.left.store(true, Ordering::Release);
        Error::cancelled()
    }
}

/// Runs `future`, within which calls can be called off while they wait. Tasks that it spawns are not reached.
pub(crate) async fn with_leave<F: Future>(leave: Leave, future: F) -> F::Output {
    LEAVE.scope(leave, future).await
}

/// Ends once calls of this task are off, with the error to end with; never where nobody can call them off. Only to be
/// waited for where nothing is under way.
pub(crate) async fn called_off() -> Error {
    match LEAVE.try_with(Leave::clone) {
        Ok(leave) => {
            leave.wish.cancelled().await;
            leave.go()
        }
        Err(_) => std::future::pending().await,
    }
}
