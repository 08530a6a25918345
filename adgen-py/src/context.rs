//! What a provider of Python's is given with each call.

use super::{error::raised, gate, task::SLICE};
use adgen::provider::CallContext;
use pyo3::prelude::*;
use std::{
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Whether the call is still wanted, until when, and where files may go.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Context {
    context: CallContext,
    abandoned: Mutex<Abandoned>,
}

/// Whether whoever called has gone, and who wants to hear of it.
#[derive(Default)]
struct Abandoned {
    is_so: bool,
    callback: Option<Py<PyAny>>,
}

impl Context {
    pub(crate) fn new(context: &CallContext) -> Self {
        Self { context: context.clone(), abandoned: Mutex::default() }
    }

    /// Whoever called has gone.
    pub(crate) fn abandon(&self, py: Python<'_>) {
        let callback = {
            let mut abandoned = self.abandoned.lock().unwrap_or_else(PoisonError::into_inner);
            abandoned.is_so = true;
            abandoned.callback.take()
        };
        if let Some(callback) = callback
            && let Err(error) = callback.call0(py)
        {
            error.write_unraisable(py, None);
        }
    }
}

#[pymethods]
impl Context {
    /// Whether nobody waits for the answer any more.
    #[getter]
    fn cancelled(&self) -> bool {
        self.context.is_cancelled()
    }

    /// The seconds until the answer has to be there; None where it may take as long as it needs.
    #[getter]
    fn remaining(&self) -> Option<f64> {
        self.context.remaining().map(|time| time.as_secs_f64())
    }

    /// A folder for files that are made on this machine.
    #[getter]
    fn scratch(&self) -> PathBuf {
        self.context.scratch().to_owned()
    }

    /// Tells that the provider makes a call again by itself.
    fn retrying(&self, py: Python<'_>, attempt: u32, wait: f64, code: &str) {
        let wait = Duration::try_from_secs_f64(wait.max(0.0)).unwrap_or_default();
        gate::apart(py, || self.context.retrying(attempt, wait, code));
    }

    /// To be called right before something is ordered: raises where the call is off.
    fn check_wanted(&self, py: Python<'_>) -> PyResult<()> {
        self.context.check_wanted().map_err(|error| raised(py, &error))
    }

    /// Sleeps for so many seconds, or until nobody waits for the answer any more: gives whether that is so.
    fn sleep(&self, py: Python<'_>, seconds: f64) -> bool {
        let time = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
        let begun = Instant::now();
        gate::apart(py, || {
            while !self.context.is_cancelled() {
                let left = time.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    return false;
                }
                std::thread::sleep(left.min(SLICE));
            }
            true
        })
    }

    /// Calls `callback` once whoever called has gone; at once where that is so.
    fn on_abandoned(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        let mut abandoned = self.abandoned.lock().unwrap_or_else(PoisonError::into_inner);
        if abandoned.is_so {
            drop(abandoned);
            return callback.call0(py).map(drop);
        }
        abandoned.callback = Some(callback);
        Ok(())
    }
}

/// Whether a mask is still wanted.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Wanted(pub(crate) AtomicBool);

#[pymethods]
impl Wanted {
    /// Whether nobody waits for the mask any more.
    #[getter]
    fn cancelled(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}
