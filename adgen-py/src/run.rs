//! A run under way.

use super::{
    error::{caught, raised},
    events::Events,
    gate,
    task::{Given, Task},
};
use adgen::{
    Error, ErrorKind,
    bridge::{EventStream, Local},
    provider::WebhookEvent,
};
use pyo3::{prelude::*, pybacked::PyBackedStr};

/// A handle to a run. Dropping it does not stop the run.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Run {
    id: String,
    project_id: String,
    run: Local<adgen::Run>,
}

impl Run {
    pub(crate) fn new(run: adgen::Run) -> Self {
        Self { id: run.id().to_owned(), project_id: run.project_id().to_owned(), run: Local::new(run) }
    }

    fn here(&self, py: Python<'_>) -> PyResult<&adgen::Run> {
        self.run.here("the run").map_err(|error| raised(py, &error))
    }
}

#[pymethods]
impl Run {
    #[getter]
    fn id(&self) -> &str {
        &self.id
    }

    #[getter]
    fn project_id(&self) -> &str {
        &self.project_id
    }

    /// What is known about the project now, as JSON.
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        let run = self.here(py)?;
        caught(py, || {
            serde_json::to_string(&run.state())
                .map_err(|error| Error::new(ErrorKind::Unexpected, "a state is not JSON").with_source(error))
        })
    }

    /// Where the project stands.
    fn status(&self, py: Python<'_>) -> PyResult<&'static str> {
        let run = self.here(py)?;
        Ok(gate::apart(py, || run.status()).as_str())
    }

    /// Its events from number `from_seq` on.
    fn events(&self, py: Python<'_>, from_seq: u64) -> PyResult<Events> {
        let run = self.here(py)?;
        Ok(Events::new(gate::apart(py, || EventStream::of_run(run, from_seq))))
    }

    /// Stops it, and does not wait for that.
    fn cancel(&self, py: Python<'_>) -> PyResult<()> {
        let run = self.here(py)?;
        gate::apart(py, || run.cancel());
        Ok(())
    }

    /// Hands in the event of a webhook, as JSON; gives whether the job is this run's.
    fn notify(&self, py: Python<'_>, event: PyBackedStr) -> PyResult<bool> {
        let run = self.here(py)?;
        caught(py, || {
            let event: WebhookEvent = serde_json::from_str(&event).map_err(|error| {
                Error::new(ErrorKind::InvalidInput, format!("the webhook's event: {error}"))
                    .with_hint("hand in what verify_webhook gave")
            })?;
            Ok(run.notify(&event))
        })
    }

    /// Waits for its end; gives the outcome, as JSON.
    fn wait(&self, py: Python<'_>) -> PyResult<Task> {
        let run = self.here(py)?.clone();
        Task::spawn(py, async move {
            let outcome = run.wait().await?;
            serde_json::to_string(&outcome)
                .map(Given::Text)
                .map_err(|error| Error::new(ErrorKind::Unexpected, "an outcome is not JSON").with_source(error))
        })
    }
}
