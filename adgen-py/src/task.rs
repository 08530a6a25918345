//! Work that goes on in the runtime while Python does something else: waited for in slices, or told to a callback.

use super::{
    error::{caught, defect, raised},
    events::Events,
    gate,
    run::Run,
};
use adgen::{
    Error, ErrorKind, PreviewImage, Result,
    bridge::{self, EventStream, Local},
};
use pyo3::{IntoPyObjectExt, prelude::*, types::PyBytes};
use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::task::AbortHandle;

/// How long Python's signals wait at most while a thread waits for adgen.
pub(crate) const SLICE: Duration = Duration::from_millis(50);

/// What work gives.
pub(crate) enum Given {
    Nothing,
    Text(String),
    Texts(Vec<String>),
    Picture(PreviewImage),
    Run(adgen::Run),
    Events(EventStream),
}

impl Given {
    fn into_python(self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        match self {
            Self::Nothing => Ok(py.None()),
            Self::Text(text) => text.into_py_any(py),
            Self::Texts(texts) => texts.into_py_any(py),
            Self::Picture(PreviewImage { png, width, height, is_final, .. }) => {
                (PyBytes::new(py, &png), width, height, is_final).into_py_any(py)
            }
            Self::Run(run) => Run::new(run).into_py_any(py),
            Self::Events(events) => Events::new(events).into_py_any(py),
        }
    }
}

impl From<bridge::Answer> for Given {
    fn from(answer: bridge::Answer) -> Self {
        match answer {
            bridge::Answer::Json(json) => Self::Text(json),
            bridge::Answer::Picture(picture) => Self::Picture(picture),
            bridge::Answer::Run(run) => Self::Run(run),
            bridge::Answer::Events(events) => Self::Events(events),
            _ => Self::Nothing,
        }
    }
}

#[derive(Default)]
struct State {
    done: Mutex<Done>,
    told: Condvar,
}

#[derive(Default)]
struct Done {
    is_over: bool,
    result: Option<Result<Given>>,
    callback: Option<Py<PyAny>>,
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn finish(&self, result: Result<Given>) {
        let callback = {
            let mut done = self.lock();
            (done.is_over, done.result) = (true, Some(result));
            done.callback.take()
        };
        self.told.notify_all();
        if let Some(callback) = callback {
            tell(callback);
        }
    }
}

/// Calls back; where the interpreter ends, nobody is left to hear it.
fn tell(callback: Py<PyAny>) {
    gate::enter(|py| {
        if let Err(error) = callback.call0(py) {
            error.write_unraisable(py, Some(callback.bind(py)));
        }
        drop(callback);
    });
}

/// Work under way.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Task(Local<(Arc<State>, AbortHandle)>);

impl Task {
    /// Starts work in this process's runtime.
    pub(crate) fn spawn(py: Python<'_>, work: impl Future<Output = Result<Given>> + Send + 'static) -> PyResult<Self> {
        let state = Arc::new(State::default());
        let finished = Arc::clone(&state);
        // Starting a thread may have to wait for one that holds Python.
        let task = caught(py, || {
            Ok(bridge::process()?.handle().spawn(async move {
                let ends = Ends(finished);
                let result = futures_caught(work).await;
                ends.0.finish(result);
            }))
        })?;
        Ok(Self(Local::new((state, task.abort_handle()))))
    }

    fn state(&self, py: Python<'_>) -> PyResult<&Arc<State>> {
        self.0.here("the call").map(|(state, _)| state).map_err(|error| raised(py, &error))
    }
}

/// A panic in `work` is an error.
async fn futures_caught(work: impl Future<Output = Result<Given>>) -> Result<Given> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(move |context| {
        let polled = std::panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.unwrap_or_else(|panic| std::task::Poll::Ready(Err(defect(&*panic))))
    })
    .await
}

/// Whatever becomes of the work, whoever waits hears of its end.
struct Ends(Arc<State>);

impl Drop for Ends {
    fn drop(&mut self) {
        if !self.0.lock().is_over {
            self.0.finish(Err(Error::new(ErrorKind::Cancelled, "the call was cancelled")));
        }
    }
}

#[pymethods]
impl Task {
    /// Waits, so many seconds at most, and gives whether it is over. Python's signals are heard meanwhile: what they raise goes
    /// on from here, and the work goes on.
    #[pyo3(signature = (timeout=None))]
    fn wait(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let state = self.state(py)?;
        let end =
            timeout.and_then(|seconds| Instant::now().checked_add(Duration::try_from_secs_f64(seconds.max(0.0)).ok()?));
        loop {
            let slice = end.map_or(SLICE, |end| end.saturating_duration_since(Instant::now()).min(SLICE));
            let is_over = gate::apart(py, || {
                let done = state.lock();
                let waited = state.told.wait_timeout_while(done, slice, |done| !done.is_over);
                waited.unwrap_or_else(PoisonError::into_inner).0.is_over
            });
            py.check_signals()?;
            if is_over || end.is_some_and(|end| end <= Instant::now()) {
                return Ok(is_over);
            }
        }
    }

    /// What it gave; to be had once, when it is over.
    fn result(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        let result = self.state(py)?.lock().result.take();
        match result {
            Some(Ok(given)) => given.into_python(py),
            Some(Err(error)) => Err(raised(py, &error)),
            None => Ok(py.None()),
        }
    }

    /// Calls `callback` without arguments once it is over, on whatever thread; at once where it is over.
    fn on_done(&self, py: Python<'_>, callback: Py<PyAny>) -> PyResult<()> {
        let state = self.state(py)?;
        let mut done = state.lock();
        if done.is_over {
            drop(done);
            return callback.call0(py).map(drop);
        }
        done.callback = Some(callback);
        Ok(())
    }

    /// Gives the work up.
    fn cancel(&self) {
        if let Some((_, task)) = self.0.get() {
            task.abort();
        }
    }
}
