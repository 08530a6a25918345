//! Whether a run may still write: it may while it surely holds its project, and never again after that.
//!
//! Whoever holds the lease renews the fence; whoever writes asks it. May depend on `error` and its neighbour `clock`.

use super::clock::Moment;
use crate::error::{Error, ErrorKind, Result, Retry};
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// What tells whether the right to write is still there, where nobody renews it: a lock that the system keeps.
type Held = Box<dyn Fn() -> bool + Send + Sync>;

/// A run's right to write. Cheap to clone; every clone is the same fence.
#[derive(Debug, Clone)]
pub(crate) struct Fence(Arc<Inner>);

struct Inner {
    run: String,
    epoch: AtomicU64,
    ground: Ground,
    lost: CancellationToken,
    /// Why it is lost; the first reason stays.
    why: Mutex<Option<String>>,
}

enum Ground {
    /// Until the span since that moment is over.
    Renewed { span: Duration, since: Mutex<Moment> },
    /// As long as this says so.
    Kept(Held),
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let epoch = self.epoch.load(Ordering::Relaxed);
        f.debug_struct("Fence").field("run", &self.run).field("epoch", &epoch).field("lost", &self.why).finish()
    }
}

impl Fence {
    /// A right that lasts for `span` since `since`, and longer where it is renewed.
    pub(super) fn renewed(run: &str, epoch: u64, since: Moment, span: Duration) -> Self {
        Self::on(run, epoch, Ground::Renewed { span, since: Mutex::new(since) })
    }

    /// A right that lasts as long as `held` says so.
    pub(super) fn kept(run: &str, epoch: u64, held: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self::on(run, epoch, Ground::Kept(Box::new(held)))
    }

    fn on(run: &str, epoch: u64, ground: Ground) -> Self {
        Self(Arc::new(Inner {
            run: run.to_owned(),
            epoch: AtomicU64::new(epoch),
            ground,
            lost: CancellationToken::new(),
            why: Mutex::new(None),
        }))
    }

    /// Name of the run.
    pub(crate) fn run(&self) -> &str {
        &self.0.run
    }

    /// The number of this holding, higher than that of every earlier one. It stands in each record that the run writes.
    pub(crate) fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::Relaxed)
    }

    /// Makes the epoch higher than `other`, which somebody wrote: a lease whose records were deleted counts from one
    /// again.
    pub(super) fn rise_above(&self, other: u64) {
        self.0.epoch.fetch_max(other.saturating_add(1), Ordering::Relaxed);
    }

    /// Fails once the run does not surely hold its project any more.
    ///
    /// # Errors
    /// `Locked`.
    pub(crate) fn check(&self) -> Result<()> {
        if self.0.lost.is_cancelled() {
            return Err(self.refusal());
        }
        match &self.0.ground {
            Ground::Renewed { .. } if self.left() == Some(Duration::ZERO) => {
                self.lose("it could not be renewed in time, so another process may have taken the project");
            }
            Ground::Kept(held) if !held() => {
                self.lose("its lock file is gone, so another process may have taken the project")
            }
            _ => return Ok(()),
        }
        Err(self.refusal())
    }

    /// That the run has lost its project because nobody renewed the right in time, where that is so: whatever else fails then
    /// is a consequence, such as a request that was under way while the whole process stood still.
    pub(crate) fn lapsed(&self) -> Option<Error> {
        self.left().and_then(|_| self.check().err())
    }

    /// How long the right lasts unless it is renewed; `None` where it needs no renewing.
    pub(super) fn left(&self) -> Option<Duration> {
        match &self.0.ground {
            Ground::Renewed { span, since } => Some(lock(since).left_of(*span)),
            Ground::Kept(_) => None,
        }
    }

    /// Counts from `moment` on. What is lost stays lost.
    pub(super) fn renew(&self, moment: Moment) {
        if let Ground::Renewed { since, .. } = &self.0.ground {
            *lock(since) = moment;
        }
    }

    /// Takes the right away for good.
    pub(super) fn lose(&self, why: &str) {
        lock(&self.0.why).get_or_insert_with(|| why.to_owned());
        self.0.lost.cancel();
    }

    /// Ends when the right is lost: by itself where it has to be renewed, and where a lock file is gone when somebody
    /// asks.
    pub(crate) fn lost(&self) -> &CancellationToken {
        &self.0.lost
    }

    fn refusal(&self) -> Error {
        let why = lock(&self.0.why).clone().unwrap_or_default();
        Error::new(ErrorKind::Locked, format!("the run lost its lease: {why}"))
            .with_operation("lock")
            .with_context("run", self.run())
            .with_hint("run again: what is finished stays, and nothing is bought twice")
            .with_retry(Retry::Now)
    }
}

/// What is inside is whole whatever happened to another thread.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[tokio::test(start_paused = true)]
    async fn what_is_not_renewed_in_time_is_lost_for_good() {
        let fence = Fence::renewed("r", 7, Moment::now(), Duration::from_secs(27));
        tokio::time::advance(Duration::from_secs(26)).await;
        fence.check().unwrap();
        fence.renew(Moment::now());
        tokio::time::advance(Duration::from_secs(26)).await;
        fence.check().unwrap();
        assert!(fence.lapsed().is_none());
        tokio::time::advance(Duration::from_secs(2)).await;
        let error = fence.lapsed().unwrap();
        assert_eq!(error.kind(), ErrorKind::Locked);
        fence.clone().check().unwrap_err();
        assert!(error.to_string().contains("lost its lease: it could not be renewed"), "{error}");
        assert!(fence.lost().is_cancelled());
        fence.renew(Moment::now());
        fence.check().unwrap_err();
    }

    #[test]
    fn a_lock_counts_until_it_is_gone() {
        let held = Arc::new(AtomicBool::new(true));
        let fence = Fence::kept("r", 1, {
            let held = Arc::clone(&held);
            move || held.load(Ordering::Relaxed)
        });
        fence.check().unwrap();
        held.store(false, Ordering::Relaxed);
        // Nothing that is renewed: its ground may have gone with everything else.
        assert!(fence.lapsed().is_none());
        fence.check().unwrap_err();
        held.store(true, Ordering::Relaxed);
        assert_eq!(fence.check().unwrap_err().kind(), ErrorKind::Locked);
        fence.lose("another reason");
        assert!(!fence.check().unwrap_err().to_string().contains("another reason"));
    }
}
