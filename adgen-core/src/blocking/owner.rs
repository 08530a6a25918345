//! Whose runtime it is: made when it is first needed, shut down when nobody needs it any more.
//!
//! Depends on `error`.

use crate::error::{Error, ErrorKind, Result};
use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::runtime::{Builder, Handle, Runtime};

/// What the runtime does itself is waiting; heavy work has threads of its own.
const WORKERS: usize = 2;
/// How long the end waits for heavy work to notice that it should stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// The runtime that calls wait on.
pub(super) struct Owner {
    given: Option<Handle>,
    own: Mutex<Option<Runtime>>,
}

impl fmt::Debug for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owner").field("is_given", &self.given.is_some()).finish_non_exhaustive()
    }
}

impl Owner {
    /// Waits on the runtime that was given, or on one of its own.
    pub(super) fn new(given: Option<&Handle>) -> Self {
        Self { given: given.cloned(), own: Mutex::default() }
    }

    /// Whether this thread may wait.
    ///
    /// # Errors
    /// `InvalidConfig` within an async runtime.
    pub(super) fn may_wait() -> Result<()> {
        match Handle::try_current() {
            Err(error) if error.is_missing_context() => Ok(()),
            // Either within a runtime, or at a thread's very end, where nothing can be waited for.
            _ => Err(Error::new(ErrorKind::InvalidConfig, "a blocking call was made within an async runtime")
                .with_hint("await the same method of adgen::Studio or adgen::Run there, or use a thread of your own")),
        }
    }

    /// The runtime, made where it is not there yet.
    ///
    /// # Errors
    /// `Io` where the system has no thread left for it.
    pub(super) fn handle(&self) -> Result<Handle> {
        if let Some(given) = &self.given {
            return Ok(given.clone());
        }
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*own {
            return Ok(runtime.handle().clone());
        }
        let runtime = Builder::new_multi_thread().worker_threads(WORKERS).thread_name("adgen").enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::from(error).with_operation("start a runtime").with_hint("end other programs, then try again")
        })?;
        let handle = runtime.handle().clone();
        *own = Some(runtime);
        Ok(handle)
    }

    /// Waits for the end of `work`.
    ///
    /// # Errors
    /// Those of `work`; `InvalidConfig` within an async runtime; `Io` where no runtime can be made.
    pub(super) fn wait<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        Self::may_wait()?;
        self.handle()?.block_on(work)
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let own = self.own.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        match own {
            Some(runtime) if Self::may_wait().is_ok() => runtime.shutdown_timeout(FAREWELL),
            // Waiting would be a panic.
            Some(runtime) => runtime.shutdown_background(),
            None => {}
        }
    }
}
