//! Wakes whoever waits for a job at a provider when the provider says that it moved on.

use crate::provider::JobId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Calls for jobs that nobody waits for yet are kept up to this number: a webhook may be faster than the answer to the call
/// that started the job.
const KEPT: usize = 256;

/// One wake-up call a job.
#[derive(Debug, Default)]
pub(crate) struct Wakeups {
    wakeups: Mutex<HashMap<JobId, Arc<Notify>>>,
}

impl Wakeups {
    /// What wakes who waits for a job; a call that came before is still heard.
    pub(crate) fn of(&self, job: &JobId) -> Arc<Notify> {
        let mut wakeups = self.wakeups.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(wakeups.entry(job.clone()).or_default())
    }

    /// Wakes whoever waits; tells whether the job was known.
    pub(crate) fn wake(&self, job: &JobId) -> bool {
        let mut wakeups = self.wakeups.lock().unwrap_or_else(PoisonError::into_inner);
        let known = wakeups.contains_key(job);
        if known || wakeups.len() < KEPT {
            wakeups.entry(job.clone()).or_default().notify_one();
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_call_before_anybody_waits_is_heard() {
        let wakeups = Wakeups::default();
        let job = JobId("a".into());
        assert!(!wakeups.wake(&job));
        tokio::time::timeout(Duration::from_secs(600), wakeups.of(&job).notified())
            .await
            .expect("it was called before");
        assert!(wakeups.wake(&job));
    }

    #[test]
    fn strange_jobs_do_not_fill_the_memory() {
        let wakeups = Wakeups::default();
        for n in 0..10_000 {
            wakeups.wake(&JobId(n.to_string()));
        }
        assert_eq!(wakeups.wakeups.lock().expect("whole").len(), KEPT);
    }
}
