//! Errors on their way to JavaScript, and panics.
//!
//! An error crosses the border as its body in JSON, of which `lib/errors.js` makes an instance of its class.

use adgen::{Error, ErrorKind};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// An error's body.
pub(crate) fn body(error: &Error) -> String {
    serde_json::to_string(&error.body()).unwrap_or_default()
}

/// An error as something to be thrown.
pub(crate) fn thrown(error: &Error) -> napi::Error {
    napi::Error::from_reason(body(error))
}

/// Calls the core; an error or a panic is thrown.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Error>) -> napi::Result<T> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|panic| Err(defect(&*panic))).map_err(|error| thrown(&error))
}

/// Something of adgen's own panicked.
pub(crate) fn defect(panic: &(dyn Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    let words = words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    Error::new(ErrorKind::Unexpected, format!("adgen panicked: {words}"))
        .with_hint("this is a defect of adgen, please report it")
}
