//! Who makes calls: how long they may wait, and who hears of those that are made again.
//!
//! A call that waits for its turn can be called off, one that was sent cannot: who calls off must be certain that nothing was
//! sent, for what is sent may be bought. So the wish is looked at where calls wait, and nowhere else. May depend on `error`
//! alone.

use crate::error::{Error, ErrorKind, Result};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Hears which try has just failed, 1 for the first, the time until the next, waiting for a turn not counted, and the code
/// of what failed.
type Listener = dyn Fn(u32, Duration, &str) + Send + Sync;

/// Who makes calls. Clones are one: what one of them calls off is off for all.
#[derive(Clone, Default)]
pub(crate) struct Caller {
    wish: CancellationToken,
    deadline: Option<Instant>,
    left: Arc<AtomicBool>,
    listener: Option<Arc<Listener>>,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("is_cancelled", &self.is_cancelled())
            .field("deadline", &self.deadline)
            .field("has_left", &self.has_left())
            .finish_non_exhaustive()
    }
}

impl Caller {
    /// One that calls nothing off and hears nothing.
    #[cfg(test)]
    pub(crate) fn nobody() -> &'static Self {
        static NOBODY: std::sync::LazyLock<Caller> = std::sync::LazyLock::new(Caller::default);
        &NOBODY
    }

    /// Calls are off once `wish` is cancelled.
    pub(crate) fn with_wish(self, wish: CancellationToken) -> Self {
        Self { wish, ..self }
    }

    /// Calls that still wait then are off.
    pub(crate) fn with_deadline(self, deadline: Option<Instant>) -> Self {
        Self { deadline, ..self }
    }

    /// `listener` hears of each call that is made again, in place of who did before.
    pub(crate) fn with_listener(self, listener: impl Fn(u32, Duration, &str) + Send + Sync + 'static) -> Self {
        Self { listener: Some(Arc::new(listener)), ..self }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Calls that still wait are off.
    pub(crate) fn cancel(&self) {
        self.wish.cancel();
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.wish.is_cancelled()
    }

    /// Ends once somebody cancels.
    pub(crate) async fn cancelled(&self) {
        self.wish.cancelled().await;
    }

    /// Whether a call was given up before it was sent: then it ordered nothing.
    pub(crate) fn has_left(&self) -> bool {
        self.left.load(Ordering::Acquire)
    }

    /// Tells that a call is about to be made again.
    pub(crate) fn retrying(&self, attempt: u32, wait: Duration, code: &str) {
        tracing::debug!(attempt, wait_ms = wait.as_millis() as u64, code, "a call is made again");
        if let Some(listener) = &self.listener {
            listener(attempt, wait, code);
        }
    }

    /// Ends once calls are off, with the error to end with; never where nobody calls them off. Only to be waited for where
    /// nothing is under way.
    pub(crate) async fn called_off(&self) -> Error {
        let late = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let error = tokio::select! {
            biased;
            () = self.wish.cancelled() => Error::cancelled(),
            () = late => too_late(),
        };
        self.leave(error)
    }

    /// Gives a call up that was not sent, where calls are off.
    ///
    /// # Errors
    /// `Cancelled` or `Timeout`, by why they are off.
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(self.leave(Error::cancelled()));
        }
        match self.deadline {
            Some(deadline) if deadline <= Instant::now() => Err(self.leave(too_late())),
            _ => Ok(()),
        }
    }

    fn leave(&self, error: Error) -> Error {
        self.left.store(true, Ordering::Release);
        error
    }
}

fn too_late() -> Error {
    Error::new(ErrorKind::Timeout, "the time for the call was over before it could be sent")
}
