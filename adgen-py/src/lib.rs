//! The extension module `adgen._adgen`: it converts, calls the core and maps back.
//!
//! No logic of its own: what Python sees stands in `python/adgen`, what is decided, in the core's `bridge`. Whatever crosses the
//! border is JSON but for bytes; keep `python/adgen/_adgen.pyi` in step with these files. A panic becomes `adgen.Unexpected`,
//! never PyO3's own exception, which `except Exception` does not catch.
//!
//! Importing it starts no thread: the runtime comes with the first call that needs one, in each process its own.
//!
//! Free-threaded Python is not supported: pip refuses the wheel there, and a module that was built for it asks for the lock, which
//! Python turns on then, with a warning.

mod context;
mod error;
mod events;
mod gate;
mod host;
mod log;
mod run;
mod studio;
mod task;

use pyo3::prelude::*;

#[pymodule(gil_used = true)]
mod _adgen {
    use super::error::{caught, raised};
    use adgen::{ErrorKind, bridge};
    use pyo3::{prelude::*, pybacked::PyBackedStr};
    use std::{
        collections::HashMap,
        ffi::OsString,
        path::PathBuf,
        time::{Duration, Instant},
    };

    #[pymodule_export]
    use super::{
        context::{Context, Wanted},
        events::Events,
        host::Reply,
        run::Run,
        studio::Studio,
        task::Task,
    };

    /// The version of adgen.
    #[pyfunction]
    fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// The command `adgen` with these arguments, the program's name first; gives its exit code.
    #[pyfunction]
    fn main(py: Python<'_>, arguments: Vec<OsString>) -> PyResult<u8> {
        caught(py, || Ok(adgen::cli::main_with(arguments)))
    }

    /// Names the folder of what the package brings along.
    #[pyfunction]
    fn set_bundle(py: Python<'_>, folder: PathBuf) -> PyResult<()> {
        caught(py, || adgen::bundle::set_folder(folder))
    }

    /// The codes of all kinds of errors.
    #[pyfunction]
    fn error_codes() -> Vec<&'static str> {
        ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
    }

    /// Every problem of a document, as JSON.
    #[pyfunction]
    fn validate(py: Python<'_>, document: PyBackedStr) -> PyResult<String> {
        // A document can be large: other Python threads go on meanwhile.
        caught(py, || bridge::validate(&document))
    }

    /// A JSON Schema, as JSON.
    #[pyfunction]
    fn schema(py: Python<'_>, of: PyBackedStr) -> PyResult<String> {
        caught(py, || bridge::schema(&of))
    }

    /// The event of a webhook, as JSON.
    #[pyfunction]
    fn verify_webhook(
        py: Python<'_>,
        secret: PyBackedStr,
        headers: HashMap<String, String>,
        body: Vec<u8>,
        now: Option<f64>,
        tolerance_s: f64,
    ) -> PyResult<String> {
        let header = |name: &str| headers.get(name).cloned();
        caught(py, || bridge::verify_webhook(&secret, header, &body, now, tolerance_s))
    }

    /// Asks adgen itself something that may take a while.
    #[pyfunction]
    fn tool(py: Python<'_>, json: PyBackedStr) -> PyResult<Task> {
        let tool = bridge::Tool::from_json(&json).map_err(|error| raised(py, &error))?;
        Task::spawn(py, async move { tool.ask().await.map(super::task::Given::Text) })
    }

    /// Tries an implementation of a contract.
    #[pyfunction]
    #[pyo3(signature = (json, object, photo=None))]
    fn try_out(
        py: Python<'_>,
        json: PyBackedStr,
        object: Py<PyAny>,
        photo: Option<(u32, u32, Vec<u8>)>,
    ) -> PyResult<Task> {
        let trial = bridge::Trial::from_json(&json).map_err(|error| raised(py, &error))?;
        let host = super::host::PyHost::shared(py, object)?;
        let photo = photo.and_then(|(width, height, rgb)| adgen::image::RgbImage::from_raw(width, height, rgb));
        Task::spawn(py, async move { bridge::try_out(host, trial, photo).await.map(super::task::Given::Text) })
    }

    /// Sends what the core tells to `logging`, from `level` on: 5 for all, 10, 20, 30, 40.
    #[pyfunction]
    fn log_to(py: Python<'_>, logger: Py<PyAny>, level: u8) -> PyResult<()> {
        super::log::set(py, logger, level)
    }

    /// At the end of the interpreter: cancels the runs that are under way, and waits for that, so many seconds at most.
    #[pyfunction]
    fn end(py: Python<'_>, patience_s: f64) {
        let patience = Duration::try_from_secs_f64(patience_s).unwrap_or_default();
        let begun = Instant::now();
        if let Some(process) = bridge::Process::current() {
            // A second Ctrl-C means it.
            let look = || Python::try_attach(|py| py.check_signals().is_err()).unwrap_or(true);
            py.detach(|| process.end(patience, look));
        }
        py.detach(|| super::gate::close(patience.saturating_sub(begun.elapsed())));
    }
}
