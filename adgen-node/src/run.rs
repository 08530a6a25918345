//! A run under way.

use crate::{desk::Shared, error::caught, events::Events, given::Given, told, webhook};
use adgen::bridge::EventStream;
use napi_derive::napi;
use std::sync::Arc;

/// A handle to a run. Dropping it does not stop the run.
#[napi]
pub struct Run {
    desk: Arc<Shared>,
    run: adgen::Run,
}

impl Run {
    pub(crate) fn new(desk: &Arc<Shared>, run: adgen::Run) -> Self {
        Self { desk: Arc::clone(desk), run }
    }
}

#[napi]
impl Run {
    /// Its name.
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> &str {
        self.run.id()
    }

    /// The project.
    #[napi(getter, catch_unwind)]
    pub fn project_id(&self) -> &str {
        self.run.project_id()
    }

    /// What is known about the project now, as JSON.
    #[napi(catch_unwind)]
    pub fn state(&self) -> napi::Result<String> {
        caught(|| told(serde_json::to_string(&self.run.state())))
    }

    /// Where the project stands.
    #[napi(catch_unwind)]
    pub fn status(&self) -> &'static str {
        self.run.status().as_str()
    }

    /// Its events from number `from_seq` on.
    #[napi(catch_unwind)]
    pub fn events(&self, from_seq: i64) -> Events {
        Events::new(&self.desk, EventStream::of_run(&self.run, u64::try_from(from_seq).unwrap_or_default()))
    }

    /// Stops it, and does not wait for that.
    #[napi(catch_unwind)]
    pub fn cancel(&self) {
        self.run.cancel();
    }

    /// Hands in the event of a webhook, as JSON; gives whether the job is this run's.
    #[napi(catch_unwind)]
    pub fn notify(&self, event: String) -> napi::Result<bool> {
        caught(|| Ok(self.run.notify(&webhook(&event)?)))
    }

    /// Waits for its end; the outcome comes to the desk, as JSON.
    #[napi(catch_unwind)]
    pub fn wait(&self, id: u32) -> napi::Result<()> {
        let run = self.run.clone();
        caught(|| self.desk.spawn(id, async move { told(serde_json::to_string(&run.wait().await?)).map(Given::Text) }))
    }
}
