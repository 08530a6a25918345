//! Watching a run that is at work somewhere else: in another process, on another machine.
//!
//! What is seen is what the run leaves in the project's folder. May depend on `engine` (its events' file), `store`, `event`
//! and `error`.

use super::Studio;
use crate::{
    engine::{Told, need_runtime},
    error::Result,
    event::{Event, EventRecord},
    store::{EVENTS, Holder, ProjectFolder},
};
use futures_util::{Stream, stream};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// Looks without news after which it is asked whether the run is still there.
const PATIENCE: u32 = 5;

/// Which run of a project is watched, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct WatchOptions {
    /// Not this run, which is known already: the one after it is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_run: Option<String>,
    /// Events from this number on; 0 for all.
    pub from_seq: u64,
    /// How often to look, in milliseconds: 250 in a folder and 2000 elsewhere where missing, 50 at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_ms: Option<u64>,
}

impl WatchOptions {
    /// The last run or the first one to come, from its beginning.
    pub fn new() -> Self {
        Self::default()
    }

    /// Not this run, but the one after it.
    #[must_use]
    pub fn with_after_run(self, run_id: impl Into<String>) -> Self {
        Self { after_run: Some(run_id.into()), ..self }
    }

    /// Events from this number on.
    #[must_use]
    pub fn with_from_seq(self, from_seq: u64) -> Self {
        Self { from_seq, ..self }
    }

    /// How often to look.
    #[must_use]
    pub fn with_every(self, every: Duration) -> Self {
        Self { every_ms: Some(u64::try_from(every.as_millis()).unwrap_or(u64::MAX)), ..self }
    }
}

impl Studio {
    /// The events of a run of the project wherever it is at work, those of the past first; ends after
    /// [`Event::RunFinished`]. Steps that later ones have overtaken may be left out, so that numbers may be missing; a run of
    /// which nobody hears any more, because its process was killed, ends as failed. Where the project has not run yet, its
    /// first run is waited for.
    ///
    /// # Errors
    /// `NotFound` where there is no such project, `InvalidConfig` outside of a Tokio runtime. The stream itself gives `Io` or
    /// `Timeout` where the storage does not answer, and goes on.
    pub async fn watch(
        &self,
        project_id: &str,
        options: WatchOptions,
    ) -> Result<impl Stream<Item = Result<EventRecord>> + Send + Unpin + use<>> {
        let there = async {
            need_runtime()?;
            self.document(project_id).await.map(drop)
        };
        self.home.run(there).await?;
        let every = match (options.every_ms, self.storage.folder()) {
            (Some(every), _) => Duration::from_millis(every.max(50)),
            (None, Some(_)) => Duration::from_millis(250),
            (None, None) => Duration::from_secs(2),
        };
        let watched = Watched {
            folder: self.storage.project(project_id)?,
            studio: self.clone(),
            next_seq: options.from_seq,
            options,
            every,
            run: None,
            seen: None,
            idle: 0,
            heard: VecDeque::new(),
            is_over: false,
        };
        Ok(Box::pin(stream::unfold(watched, |mut watched| async {
            let home = watched.studio.home.clone();
            let next = match home.run(async { Ok(watched.next().await) }).await {
                Ok(next) => next?,
                // Its runtime is gone.
                Err(error) => {
                    watched.is_over = true;
                    Err(error)
                }
            };
            Some((next, watched))
        })))
    }
}

/// A run that is watched.
struct Watched {
    studio: Studio,
    folder: ProjectFolder,
    options: WatchOptions,
    every: Duration,
    /// The run, once its first event was seen.
    run: Option<String>,
    next_seq: u64,
    /// What the file looked like when it was last read.
    seen: Option<(Option<String>, i64, u64)>,
    /// Looks without news.
    idle: u32,
    heard: VecDeque<EventRecord>,
    is_over: bool,
}

impl Watched {
    async fn next(&mut self) -> Option<Result<EventRecord>> {
        loop {
            if let Some(record) = self.heard.pop_front() {
                self.is_over = matches!(record.event, Event::RunFinished { .. });
                self.next_seq = record.seq + 1;
                return Some(Ok(record));
            }
            if self.is_over {
                return None;
            }
            let news = match self.look().await {
                Ok(news) => news,
                Err(error) => {
                    // Not at once again where nobody answers.
                    tokio::time::sleep(self.every).await;
                    return Some(Err(error));
                }
            };
            if !news && self.heard.is_empty() {
                tokio::time::sleep(self.every).await;
            }
        }
    }

    /// Reads what is new; tells whether anything was.
    async fn look(&mut self) -> Result<bool> {
        let Some(there) = self.folder.look(EVENTS).await? else { return Ok(false) };
        let stamp = (there.etag, there.modified.timestamp_millis(), there.bytes);
        if self.seen.as_ref() == Some(&stamp) {
            self.idle += 1;
            if self.run.is_some() && self.idle >= PATIENCE {
                self.idle = 0;
                return self.look_for_life().await;
            }
            return Ok(false);
        }
        let Some(told) = self.folder.read(EVENTS).await?.and_then(|bytes| Told::read(&bytes)) else { return Ok(false) };
        let Some(run) = told.run_id().map(str::to_owned) else { return Ok(false) };
        self.seen = Some(stamp);
        self.idle = 0;
        if self.run.is_none() && self.options.after_run.as_ref() != Some(&run) {
            self.run = Some(run.clone());
        }
        match &self.run {
            Some(watched) if *watched == run => {}
            // Another run has begun: the one that was watched has ended without a word.
            Some(_) => return self.end().await,
            None => return Ok(false),
        }
        self.heard.extend(told.events.into_iter().filter(|record| record.seq >= self.next_seq));
        Ok(!self.heard.is_empty())
    }

    /// Whether the run has ended without a word.
    async fn look_for_life(&mut self) -> Result<bool> {
        if self.folder.holder().await? != Holder::Nobody {
            return Ok(false);
        }
        // It may have come to its end between the two looks.
        self.seen = None;
        let bytes = self.folder.read(EVENTS).await?.unwrap_or_default();
        let is_over = |record: &EventRecord| matches!(record.event, Event::RunFinished { .. });
        match Told::read(&bytes).is_some_and(|told| told.events.iter().any(is_over)) {
            true => Ok(true),
            false => self.end().await,
        }
    }

    async fn end(&mut self) -> Result<bool> {
        let state = self.studio.state(self.folder.id()).await?;
        let is_its = state.run_id.as_deref() == self.run.as_deref();
        let (status, error) = match state.status.is_final() && is_its {
            true => (state.status, state.error),
            false => {
                let state = state.interrupted();
                (state.status, state.error)
            }
        };
        let event = Event::RunFinished { status, cost_usd: 0.0, elapsed_ms: 0, video: None, error };
        self.heard.push_back(EventRecord {
            run_id: self.run.clone().unwrap_or_default(),
            project_id: self.folder.id().to_owned(),
            seq: self.next_seq,
            at: self.studio.slots.clock.now(),
            event,
        });
        Ok(true)
    }
}
