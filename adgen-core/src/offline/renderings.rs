//! Renderings on threads of this machine, each a job, with the progress and the cancellation that remote ones have.

use crate::{
    error::{Error, ErrorKind, Result},
    provider::{Cancelled, Failure, Generated, Generation, JobId},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// How soon asking for a local job makes sense.
const CHECK_AFTER: Duration = Duration::from_millis(50);
/// So many jobs that are over are still known; older ones are forgotten, for nobody asks for them any more.
const KEPT: usize = 256;

/// What a job tells and is told while it works.
#[derive(Debug, Default)]
pub(super) struct Signal {
    progress: AtomicU32,
    cancelled: AtomicBool,
}

impl Signal {
    /// Tells how far the job is, 0-1, and fails once it has to stop.
    pub(super) fn step(&self, fraction: f32) -> Result<()> {
        self.progress.store(fraction.to_bits(), Ordering::Relaxed);
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    pub(super) fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// The renderings of one provider, by the names of their jobs.
#[derive(Debug, Default)]
pub(super) struct Renderings {
    next: AtomicU32,
    running: Mutex<HashMap<JobId, Rendering>>,
    /// Jobs that are over, the oldest first.
    over: Mutex<VecDeque<JobId>>,
}

#[derive(Debug)]
struct Rendering {
    signal: Arc<Signal>,
    /// Missing once there is an outcome.
    thread: Option<JoinHandle<Result<Generated>>>,
    /// `Done`, or `Failed` where the job was cancelled.
    outcome: Option<Generation>,
}

impl Renderings {
    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Rendering>> {
        // Nothing is done under the lock that could leave the map half changed.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A job is over: it makes the oldest one forgotten.
    fn end(&self, running: &mut HashMap<JobId, Rendering>, job: &JobId) {
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.push_back(job.clone());
        while over.len() > KEPT {
            let oldest = over.pop_front();
            oldest.and_then(|oldest| running.remove(&oldest));
        }
    }

    /// Starts `work` on a thread of its own.
    pub(super) fn start(
        &self,
        name: &str,
        work: impl FnOnce(&Signal) -> Result<Generated> + Send + 'static,
    ) -> Result<Generation> {
        let job = JobId(format!("{name}-{}", self.next.fetch_add(1, Ordering::Relaxed)));
        let signal = Arc::new(Signal::default());
        let told = Arc::clone(&signal);
        let thread = std::thread::Builder::new().name(job.0.clone()).spawn(move || work(&told)).map_err(|error| {
            Error::new(ErrorKind::Io, "cannot start a thread: close other programs and run again").with_source(error)
        })?;
        self.lock().insert(job.clone(), Rendering { signal, thread: Some(thread), outcome: None });
        Ok(Generation::Pending { job, progress: Some(0.0), check_after: CHECK_AFTER })
    }

    /// How far a job is, or what it made. A job that failed is forgotten with its error.
    pub(super) fn check(&self, job: &JobId) -> Result<Generation> {
        let mut running = self.lock();
        let entry = running.get_mut(job).ok_or_else(|| unknown(job))?;
        if let Some(outcome) = &entry.outcome {
            return Ok(outcome.clone());
        }
        if entry.thread.as_ref().is_some_and(|thread| !thread.is_finished()) {
            let progress = f32::from_bits(entry.signal.progress.load(Ordering::Relaxed));
            return Ok(Generation::Pending { job: job.clone(), progress: Some(progress), check_after: CHECK_AFTER });
        }
        let done = match entry.thread.take().map(JoinHandle::join) {
            Some(Ok(done)) => done,
            _ => Err(Error::new(
                ErrorKind::Unexpected,
                "the offline provider stopped unexpectedly: this is a defect of adgen, please report it",
            )),
        };
        match done {
            Ok(generated) => {
                let outcome = Generation::Done(generated);
                entry.outcome = Some(outcome.clone());
                self.end(&mut running, job);
                Ok(outcome)
            }
            Err(error) => {
                running.remove(job);
                Err(error)
            }
        }
    }

    /// Tells a job to stop and waits until it has; a finished one is left alone.
    pub(super) async fn cancel(&self, job: &JobId) -> Result<Cancelled> {
        let thread = {
            let mut running = self.lock();
            let entry = running.get_mut(job).ok_or_else(|| unknown(job))?;
            entry.signal.cancelled.store(true, Ordering::Relaxed);
            let thread = entry.thread.take();
            let cancelled = || Generation::Failed(Failure::new(ErrorKind::Cancelled, "the job was cancelled"));
            if entry.outcome.is_none() {
                entry.outcome = Some(cancelled());
                self.end(&mut running, job);
            }
            thread
        };
        let Some(thread) = thread else { return Ok(Cancelled::AlreadyOver) };
        // What it made or why it failed interests nobody any more.
        drop(tokio::task::spawn_blocking(move || thread.join()).await);
        Ok(Cancelled::Stopped { cost_usd: 0.0 })
    }
}

fn unknown(job: &JobId) -> Error {
    Error::new(ErrorKind::NotFound, format!("the offline provider has no job {job}: jobs end with their process"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn jobs_that_are_over_are_known_for_a_while_and_not_for_ever() {
        let renderings = Renderings::default();
        let mut names = Vec::new();
        for index in 0..KEPT + 20 {
            let Ok(Generation::Pending { job, .. }) = renderings.start("job", |_| Ok(Generated::file("clip.mp4")))
            else {
                panic!("it was not started");
            };
            if index % 2 == 0 {
                renderings.cancel(&job).await.expect("it is known");
            } else {
                while matches!(renderings.check(&job).expect("it is known"), Generation::Pending { .. }) {
                    std::thread::yield_now();
                }
            }
            // Asking again gives the same and counts once.
            renderings.check(&job).expect("it is still known");
            names.push(job);
        }
        assert_eq!(renderings.lock().len(), KEPT);
        assert_eq!(renderings.check(&names[0]).expect_err("it was forgotten").kind(), ErrorKind::NotFound);
        assert!(renderings.check(&names[25]).is_ok());
    }
}
