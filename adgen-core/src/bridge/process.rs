//! The runtime of this process, and the runs that go on in it.
//!
//! Depends on `engine` (runs), `matte` (the end of the process) and `error`.

use crate::{
    engine::Run,
    error::{Error, Result},
    matte,
};
use std::{
    ptr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicPtr, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::runtime::{Builder, Handle, Runtime};

/// What the runtime does itself is waiting; heavy work has threads of its own.
const WORKERS: usize = 2;

/// The runtime that this process uses, and its runs.
#[derive(Debug)]
pub struct Process {
    id: u32,
    runtime: Runtime,
    runs: Mutex<Vec<Run>>,
}

/// That of this process. One that was forked from another makes its own: the other's is left where it is, for its threads did
/// not come along. No lock guards it, because a fork may happen while a thread of the parent holds it.
static CURRENT: AtomicPtr<Process> = AtomicPtr::new(ptr::null_mut());

/// The runtime of this process, made where it is not there yet: no thread is started before.
///
/// # Errors
/// `Io` where the system has no thread left for it.
pub fn process() -> Result<&'static Process> {
    let there = CURRENT.load(Ordering::Acquire);
    // SAFETY: what is stored comes from `Box::into_raw`, and is never freed.
    if let Some(process) = unsafe { there.as_ref() }
        && process.id == std::process::id()
    {
        return Ok(process);
    }
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).thread_name("adgen").enable_all().build();
    let runtime = runtime.map_err(|error| {
        Error::from(error).with_operation("start a runtime").with_hint("end other programs, then try again")
    })?;
    let made = Box::into_raw(Box::new(Process { id: std::process::id(), runtime, runs: Mutex::default() }));
    match CURRENT.compare_exchange(there, made, Ordering::AcqRel, Ordering::Acquire) {
        // SAFETY: just made, and never freed from here on.
        Ok(_) => Ok(unsafe { &*made }),
        Err(other) => {
            // SAFETY: nobody else has seen it. Another thread was faster.
            let mine = unsafe { Box::from_raw(made) };
            mine.runtime.shutdown_background();
            // SAFETY: as above; stored by a thread of this process, just now.
            Ok(unsafe { &*other })
        }
    }
}

/// Right before the process ends: has whoever computes on this library's threads leave what the end of the process destroys, and
/// waits for that.
pub fn leave() {
    matte::ready_for_the_end();
}

impl Process {
    /// That of this process, if anything has needed one.
    pub fn current() -> Option<&'static Self> {
        // SAFETY: as in `process`.
        unsafe { CURRENT.load(Ordering::Acquire).as_ref() }.filter(|process| process.id == std::process::id())
    }

    /// Its runtime.
    pub fn handle(&self) -> &Handle {
        self.runtime.handle()
    }

    /// Remembers a run until it is over.
    pub(super) fn keep(&self, run: &Run) {
        let mut runs = self.runs();
        runs.retain(|run| !run.status().is_final());
        runs.push(run.clone());
    }

    /// Cancels the runs that are under way, as at the end of a program that has not waited for them: remote jobs are stopped, and
    /// what is finished stays. Waits for that, `patience` at most. Where `look` says so it waits no longer.
    pub fn end(&self, patience: Duration, look: impl Fn() -> bool) {
        let runs: Vec<Run> = self.runs().drain(..).filter(|run| !run.status().is_final()).collect();
        runs.iter().for_each(Run::cancel);
        let end = Instant::now() + patience;
        for run in runs {
            loop {
                let wait = end.saturating_duration_since(Instant::now()).min(Duration::from_millis(50));
                let over = self.handle().block_on(async { tokio::time::timeout(wait, run.wait()).await.is_ok() });
                if over || wait.is_zero() || look() {
                    break;
                }
            }
        }
        leave();
    }

    fn runs(&self) -> std::sync::MutexGuard<'_, Vec<Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
