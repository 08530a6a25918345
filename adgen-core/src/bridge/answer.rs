//! What a studio gives.
//!
//! Depends on `engine` (runs), `event`, `studio` (pictures) and `error`.

use crate::{
    engine::Run,
    error::{Error, ErrorKind, Result},
    event::EventRecord,
    studio::PreviewImage,
};
use futures_util::{FutureExt, Stream, StreamExt};
use serde::Serialize;
use std::{fmt, pin::Pin, sync::Arc};
use tokio::sync::Mutex;

/// What a verb gave.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// Data, as JSON.
    Json(String),
    /// A picture.
    Picture(PreviewImage),
    /// A run that has begun.
    Run(Run),
    /// Events, as they come.
    Events(EventStream),
}

impl Answer {
    /// Data as an answer.
    pub(super) fn of(value: &impl Serialize) -> Result<Self> {
        to_json(value).map(Self::Json)
    }
}

/// Data as JSON.
pub(super) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "an answer is not JSON").with_source(error))
}

type Source = Pin<Box<dyn Stream<Item = Result<EventRecord>> + Send>>;

/// Events as JSON, as they come. Clones read from the same stream: each event is given once.
#[derive(Clone)]
pub struct EventStream(Arc<Mutex<Source>>);

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").finish_non_exhaustive()
    }
}

impl EventStream {
    /// All of a run's events from number `from_seq` on.
    pub fn of_run(run: &Run, from_seq: u64) -> Self {
        Self::new(run.events(from_seq).map(Ok))
    }

    pub(super) fn new(events: impl Stream<Item = Result<EventRecord>> + Send + 'static) -> Self {
        // Whoever asks again after the end is told again that it is the end.
        Self(Arc::new(Mutex::new(Box::pin(events.fuse()))))
    }

    /// The next events: waits for one, and takes along what else is there already, at most `most` together. None where none will
    /// come any more.
    ///
    /// # Errors
    /// What a watched storage gives; the stream goes on.
    pub async fn next(&self, most: usize) -> Result<Vec<String>> {
        let mut source = self.0.lock().await;
        let Some(first) = source.next().await else { return Ok(Vec::new()) };
        let mut events = vec![to_json(&first?)?];
        while events.len() < most {
            match source.next().now_or_never() {
                Some(Some(Ok(event))) => events.push(to_json(&event)?),
                // The end comes again. A fault of a watched storage does, too, where it lasts.
                _ => break,
            }
        }
        Ok(events)
    }
}
