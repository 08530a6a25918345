//! The store's own clock, so that no two machines' clocks are compared: an object is written, and the store says when.
//!
//! May depend on `error` and its neighbours `clock`, `objects` and `listing`.

use super::{
    clock::Moment,
    objects::{Objects, StoreTime},
};
use crate::error::Result;
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

/// For so long this machine's own clock is trusted to go as fast as the store's.
const FRESH: Duration = Duration::from_secs(600);
/// Before this, no store told the time: 2020.
const SENSIBLE: i64 = 1_577_836_800;

impl Objects {
    /// What the store's clock says now at least; `None` where it tells no sensible times.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(super) async fn store_now(&self) -> Result<Option<DateTime<Utc>>> {
        if let Some(known) = *self.store_time()
            && known.at.elapsed() < FRESH
        {
            return Ok(known.now());
        }
        let objects = self.unfenced();
        let probe = format!("clock/{:016x}", fastrand::u64(..));
        objects.write(&probe, "The time is asked for.").await?;
        let at = Moment::now();
        let seen = objects.head(&probe).await?;
        // One that stays is litter, and does no harm.
        drop(objects.delete(&probe).await);
        let Some(time) = seen.map(|seen| seen.modified).filter(|time| is_sensible(*time)) else { return Ok(None) };
        let known = StoreTime { time, at };
        *self.store_time() = Some(known);
        Ok(known.now())
    }

    fn store_time(&self) -> MutexGuard<'_, Option<StoreTime>> {
        // Plain values: whole whatever happened to another thread.
        self.shared.store_time.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a store that tells this time tells times at all.
pub(super) fn is_sensible(time: DateTime<Utc>) -> bool {
    time.timestamp() > SENSIBLE
}

impl StoreTime {
    fn now(self) -> Option<DateTime<Utc>> {
        self.time.checked_add_signed(TimeDelta::from_std(self.at.elapsed()).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Method, Times, faulty, local};

    #[tokio::test(start_paused = true)]
    async fn the_store_is_asked_now_and_then_and_goes_on_by_itself() {
        let (store, objects) = faulty();
        store.tell_times(Times::Ahead(TimeDelta::hours(-1)));
        let first = objects.store_now().await.unwrap().unwrap();
        assert!((Utc::now() - first - TimeDelta::hours(1)).abs() < TimeDelta::minutes(5));
        tokio::time::advance(Duration::from_secs(300)).await;
        let second = objects.store_now().await.unwrap().unwrap();
        let passed = second - first;
        assert!(passed > TimeDelta::seconds(299) && passed < TimeDelta::seconds(310), "{passed}");
        assert_eq!(store.calls(Method::Put, "clock/"), 1);
        tokio::time::advance(Duration::from_secs(301)).await;
        objects.store_now().await.unwrap().unwrap();
        assert_eq!(store.calls(Method::Put, "clock/"), 2);
        assert!(objects.list_all("clock").await.unwrap().is_empty(), "no probe stays");
    }

    #[tokio::test]
    async fn a_store_without_times_has_none() {
        let (store, objects) = faulty();
        store.tell_times(Times::Useless);
        assert_eq!(objects.store_now().await.unwrap(), None);
        assert!(local().objects.store_now().await.unwrap().is_some());
    }
}
