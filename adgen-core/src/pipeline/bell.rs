//! Wakes whoever waits for a job at a provider when the provider says that it moved on.

use crate::provider::JobId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Rings for jobs that nobody waits for yet are kept up to this number: a webhook may be faster than the answer to the call
/// that started the job.
const KEPT: usize = 256;

/// One bell a job.
#[derive(Debug, Default)]
pub(crate) struct Bells {
    bells: Mutex<HashMap<JobId, Arc<Notify>>>,
}

impl Bells {
    /// The bell of a job; a ring that came before is still heard.
    pub(crate) fn of(&self, job: &JobId) -> Arc<Notify> {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(bells.entry(job.clone()).or_default())
    }

    /// Rings; tells whether the job was known.
    pub(crate) fn ring(&self, job: &JobId) -> bool {
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        let known = bells.contains_key(job);
        if known || bells.len() < KEPT {
            bells.entry(job.clone()).or_default().notify_one();
        }
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_ring_before_anybody_waits_is_heard() {
        let bells = Bells::default();
        let job = JobId("a".into());
        assert!(!bells.ring(&job));
        tokio::time::timeout(Duration::from_secs(600), bells.of(&job).notified()).await.expect("it rang before");
        assert!(bells.ring(&job));
    }

    #[test]
    fn strange_jobs_do_not_fill_the_memory() {
        let bells = Bells::default();
        for n in 0..10_000 {
            bells.ring(&JobId(n.to_string()));
        }
        assert_eq!(bells.bells.lock().expect("whole").len(), KEPT);
    }
}
