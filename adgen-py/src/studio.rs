//! A studio.

use super::{
    error::{caught, raised},
    gate,
    host::PyHost,
    task::{Given, Task},
};
use adgen::{
    EventSink,
    bridge::{self, Files, Hosts, Setup, Verb},
};
use pyo3::{prelude::*, pybacked::PyBackedStr};
use std::{collections::HashMap, sync::Arc};

/// Objects of Python by what they are for.
type Objects = HashMap<String, Py<PyAny>>;

/// A studio: whatever it is asked goes through `ask`.
#[pyclass(frozen, module = "adgen._adgen")]
pub(crate) struct Studio(Arc<bridge::Studio>);

#[pymethods]
impl Studio {
    /// `setup` is JSON; `objects` are providers; `listener` is called with each event as JSON.
    #[new]
    fn new(py: Python<'_>, setup: PyBackedStr, objects: Objects, listener: Option<Py<PyAny>>) -> PyResult<Self> {
        let hosts = hosts(py, objects)?;
        let sink = listener.map(sink);
        let studio = caught(py, || bridge::Studio::new(Setup::new(&setup, hosts, sink)?))?;
        Ok(Self(Arc::new(studio)))
    }

    /// Asks: `verb` is JSON, `files` are handed in by their names, `objects` are one run's own providers.
    fn ask(
        &self,
        py: Python<'_>,
        verb: PyBackedStr,
        files: HashMap<String, Vec<u8>>,
        objects: Objects,
    ) -> PyResult<Task> {
        let hosts = hosts(py, objects)?;
        let studio = Arc::clone(&self.0);
        let verb = caught(py, || Verb::from_json(&verb))?;
        let files: Files = files.into_iter().map(|(name, bytes)| (name, bytes.into())).collect();
        Task::spawn(py, async move { studio.ask(verb, files, hosts).await.map(Given::from) })
    }
}

fn hosts(py: Python<'_>, objects: Objects) -> PyResult<Hosts> {
    let mut hosts = Hosts::default();
    for (role, object) in objects {
        let host = Some(PyHost::shared(py, object)?);
        match role.as_str() {
            "planner" => hosts.planner = host,
            "video" => hosts.video = host,
            "audio" => hosts.audio = host,
            "remover" => hosts.remover = host,
            other => {
                let message = format!("there is no part {other:?} of a studio");
                return Err(raised(py, &adgen::Error::new(adgen::ErrorKind::InvalidConfig, message)));
            }
        }
    }
    Ok(hosts)
}

/// Tells a function of Python of each event. What it raises is its own business: it is told as what nobody could catch.
fn sink(listener: Py<PyAny>) -> EventSink {
    Arc::new(move |record| {
        let Ok(json) = serde_json::to_string(record) else { return };
        gate::enter(|py| {
            if let Err(error) = listener.call1(py, (json,)) {
                error.write_unraisable(py, Some(listener.bind(py)));
            }
        });
    })
}
