//! Events, as they come.

use crate::{desk::Shared, error::caught, given::Given};
use adgen::bridge::EventStream;
use napi_derive::napi;
use std::sync::Arc;

/// Events of a run.
#[napi]
pub struct Events {
    desk: Arc<Shared>,
    events: EventStream,
}

impl Events {
    pub(crate) fn new(desk: &Arc<Shared>, events: EventStream) -> Self {
        Self { desk: Arc::clone(desk), events }
    }
}

#[napi]
impl Events {
    /// The next ones, as JSON, at most `most` of those that are there; an empty list where none will come any more.
    #[napi(catch_unwind)]
    pub fn next(&self, id: u32, most: u32) -> napi::Result<()> {
        let events = self.events.clone();
        caught(|| self.desk.spawn(id, async move { events.next(most as usize).await.map(Given::Texts) }))
    }
}
