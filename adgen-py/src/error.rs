//! Errors on their way across the border, in both directions, and panics.
//!
//! The classes are Python's: `adgen._errors` makes them from the error's body, and a body from whatever was raised.

use super::gate;
use adgen::{Error, ErrorKind, bridge};
use pyo3::{prelude::*, sync::PyOnceLock};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A function of `adgen._errors`.
fn function<'py>(py: Python<'py>, name: &str, cell: &'static PyOnceLock<Py<PyAny>>) -> PyResult<Bound<'py, PyAny>> {
    let found = cell.get_or_try_init(py, || Ok::<_, PyErr>(py.import("adgen._errors")?.getattr(name)?.unbind()))?;
    Ok(found.bind(py).clone())
}

/// The exception for an error of the core.
pub(crate) fn raised(py: Python<'_>, error: &Error) -> PyErr {
    static FROM_JSON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let json = serde_json::to_string(&error.body()).unwrap_or_default();
    let made = function(py, "from_json", &FROM_JSON).and_then(|from_json| from_json.call1((json,)));
    match made {
        Ok(exception) => PyErr::from_value(exception),
        Err(error) => error,
    }
}

/// The error for what Python raised, with its traceback among the causes.
pub(crate) fn heard(py: Python<'_>, exception: &PyErr) -> Error {
    static TO_JSON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let json = function(py, "to_json", &TO_JSON)
        .and_then(|to_json| to_json.call1((exception.value(py),))?.extract::<String>())
        .map_err(|second| {
            Error::new(ErrorKind::Unexpected, format!("{exception}, of which could not be told: {second}"))
        });
    json.and_then(|json| bridge::error_from_json(&json)).unwrap_or_else(|error| error)
}

/// Calls the core without holding Python up; an error or a panic is an exception.
pub(crate) fn caught<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Error> + Send) -> PyResult<T> {
    let done = gate::apart(py, || catch_unwind(AssertUnwindSafe(work)));
    done.unwrap_or_else(|panic| Err(defect(&*panic))).map_err(|error| raised(py, &error))
}

/// Something of adgen's own panicked.
pub(crate) fn defect(panic: &(dyn std::any::Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::new(ErrorKind::Unexpected, format!("adgen panicked: {words}"))
        .with_hint("this is a defect of adgen, please report it")
}
