//! Providers that are written in Python: `adgen._providers` adapts an object, which is asked here.
//!
//! What may take its time goes on in a thread of Python's, which leaves its answer in a [`Reply`]: Python ends its own threads with
//! itself, wherever they are, and a provider that never comes back keeps neither a run nor the interpreter.

use super::{
    context::{Context, Wanted},
    error::heard,
    gate,
    task::SLICE,
};
use adgen::{Error, ErrorKind, Result, bridge::Host, image::RgbImage, provider::CallContext};
use async_trait::async_trait;
use pyo3::{prelude::*, types::PyBytes};
use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
};
use tokio::sync::oneshot;

/// An adapted object of Python's.
pub(crate) struct PyHost {
    adapter: Arc<Py<PyAny>>,
    methods: BTreeSet<String>,
    shown: String,
}

impl PyHost {
    /// # Errors
    /// What the adapter raises.
    pub(crate) fn shared(py: Python<'_>, adapter: Py<PyAny>) -> PyResult<Arc<dyn Host>> {
        let methods: Vec<String> = adapter.call_method0(py, "methods")?.extract(py)?;
        let shown = adapter.call_method0(py, "shown")?.extract(py)?;
        Ok(Arc::new(Self { adapter: Arc::new(adapter), methods: methods.into_iter().collect(), shown }))
    }
}

impl fmt::Debug for PyHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Asks Python, if there still is one.
fn attached<T>(work: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T> {
    let done = gate::enter(|py| work(py).map_err(|exception| heard(py, &exception)));
    done.unwrap_or_else(|| Err(gone()))
}

fn json(arguments: &Map<String, Value>) -> Result<String> {
    serde_json::to_string(arguments)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "arguments are not JSON").with_source(error))
}

fn value(json: &[u8]) -> Result<Value> {
    serde_json::from_slice(json)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "an answer is not JSON").with_source(error))
}

#[async_trait]
impl Host for PyHost {
    fn has(&self, method: &str) -> bool {
        self.methods.contains(method)
    }

    fn ask(&self, method: &'static str, arguments: &Map<String, Value>) -> Result<Value> {
        let arguments = json(arguments)?;
        let answer = attached(|py| self.adapter.call_method1(py, "ask", (method, arguments))?.extract::<String>(py))?;
        value(answer.as_bytes())
    }

    async fn call(&self, method: &'static str, arguments: &Map<String, Value>, context: &CallContext) -> Result<Value> {
        let arguments = json(arguments)?;
        let context = attached(|py| Py::new(py, Context::new(context)))?;
        let abandons = Abandons(Some(Arc::new(context)));
        let (sends, answer) = oneshot::channel();
        // Starting a thread waits for it to begin.
        let (adapter, context) = (Arc::clone(&self.adapter), abandons.0.clone());
        let begun = tokio::task::spawn_blocking(move || {
            attached(|py| {
                let context = context.as_deref().map(|context| context.clone_ref(py));
                let reply = Reply::new(move |answer| drop(sends.send(answer)));
                adapter.call_method1(py, "call", (method, arguments, context, reply)).map(drop)
            })
        });
        let stopped = |error| Error::new(ErrorKind::Unexpected, "a provider's call stopped").with_source(error);
        begun.await.unwrap_or_else(|error| Err(stopped(error)))?;
        let answer = answer.await.unwrap_or_else(|_| Err(gone()));
        abandons.over();
        value(&answer?)
    }

    fn mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<Vec<u8>> {
        let wanted = attached(|py| Py::new(py, Wanted(AtomicBool::new(true))))?;
        let (sends, answer) = mpsc::channel();
        attached(|py| {
            let (width, height) = photo.dimensions();
            let pixels = PyBytes::new(py, photo.as_raw());
            let reply = Reply::new(move |answer| drop(sends.send(answer)));
            self.adapter.call_method1(py, "mask", (width, height, pixels, wanted.clone_ref(py), reply)).map(drop)
        })?;
        // The wish cannot be asked for from Python, which may keep it for longer than it lives.
        loop {
            match answer.recv_timeout(SLICE) {
                _ if cancel() => {
                    wanted.get().0.store(false, Ordering::Relaxed);
                    return Err(Error::new(ErrorKind::Cancelled, "the mask is not wanted any more"));
                }
                Ok(mask) => return mask,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Cancelled, "Python is shutting down")
}

type Hears = Box<dyn FnOnce(Result<Vec<u8>>) + Send>;

/// Where a thread of Python's leaves what it has, once.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Reply(Mutex<Option<Hears>>);

impl Reply {
    fn new(hears: impl FnOnce(Result<Vec<u8>>) + Send + 'static) -> Self {
        Self(Mutex::new(Some(Box::new(hears))))
    }

    fn tell(&self, answer: Result<Vec<u8>>) {
        let hears = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(hears) = hears {
            hears(answer);
        }
    }
}

#[pymethods]
impl Reply {
    /// What the method gave: JSON, or the bytes of a mask.
    fn give(&self, answer: &[u8]) {
        self.tell(Ok(answer.to_vec()));
    }

    /// What it raised.
    fn fail(&self, py: Python<'_>, exception: Bound<'_, PyAny>) {
        self.tell(Err(heard(py, &PyErr::from_value(exception))));
    }
}

/// Tells the other side where whoever called has gone before the answer came.
struct Abandons(Option<Arc<Py<Context>>>);

impl Abandons {
    fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Abandons {
    fn drop(&mut self) {
        if let Some(context) = &self.0 {
            gate::enter(|py| context.get().abandon(py));
        }
    }
}
