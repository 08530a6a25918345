//! Events, as they come.

use super::{
    error::raised,
    task::{Given, Task},
};
use adgen::bridge::{EventStream, Local};
use pyo3::prelude::*;

/// Events of a run.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Events(Local<EventStream>);

impl Events {
    pub(crate) fn new(events: EventStream) -> Self {
        Self(Local::new(events))
    }
}

#[pymethods]
impl Events {
    /// The next ones, as JSON, at most `most` of those that are there; an empty list where none will come any more.
    fn next(&self, py: Python<'_>, most: usize) -> PyResult<Task> {
        let events = self.0.here("the run").map_err(|error| raised(py, &error))?.clone();
        Task::spawn(py, async move { events.next(most).await.map(Given::Texts) })
    }
}
