//! Providers that are written in Python: `adgen._providers` adapts an object, which is asked here.

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
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

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
    done.unwrap_or_else(|| Err(Error::new(ErrorKind::Cancelled, "Python is shutting down")))
}

fn json(arguments: &Map<String, Value>) -> Result<String> {
    serde_json::to_string(arguments)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "arguments are not JSON").with_source(error))
}

fn value(json: &str) -> Result<Value> {
    serde_json::from_str(json)
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
        value(&answer)
    }

    /// On a thread of its own, for what Python does may take its time.
    async fn call(&self, method: &'static str, arguments: &Map<String, Value>, context: &CallContext) -> Result<Value> {
        let arguments = json(arguments)?;
        let context = attached(|py| Py::new(py, Context::new(context)))?;
        let abandons = Abandons(Some(Arc::new(context)));
        let (adapter, context) = (Arc::clone(&self.adapter), abandons.0.clone());
        let called = tokio::task::spawn_blocking(move || {
            attached(|py| {
                let context = context.as_deref().map(|context| context.clone_ref(py));
                adapter.call_method1(py, "call", (method, arguments, context))?.extract::<String>(py)
            })
        });
        let answer = called.await.unwrap_or_else(|error| {
            Err(Error::new(ErrorKind::Unexpected, "a provider's call stopped").with_source(error))
        });
        abandons.over();
        value(&answer?)
    }

    fn mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<Vec<u8>> {
        let wanted = attached(|py| Py::new(py, Wanted(AtomicBool::new(true))))?;
        let is_over = AtomicBool::new(false);
        // The wish cannot be asked for from Python, which may keep it for longer than it lives: somebody looks now and then.
        thread::scope(|scope| {
            let watcher = scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    wanted.get().0.store(!cancel(), Ordering::Relaxed);
                    thread::park_timeout(SLICE);
                }
            });
            let mask = attached(|py| {
                let (width, height) = photo.dimensions();
                let pixels = PyBytes::new(py, photo.as_raw());
                let wanted = wanted.clone_ref(py);
                self.adapter.call_method1(py, "mask", (width, height, pixels, wanted))?.extract::<Vec<u8>>(py)
            });
            is_over.store(true, Ordering::Relaxed);
            watcher.thread().unpark();
            if cancel() { Err(Error::new(ErrorKind::Cancelled, "the mask is not wanted any more")) } else { mask }
        })
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
