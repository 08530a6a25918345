//! Watching a run that is at work somewhere else: in another process, on another machine.
//!
//! What is seen is what the run leaves in the project's folder. May depend on `engine` (its events' file), `store`, `event`,
//! `project` and `error`.

use super::Studio;
use crate::{
    engine::{Told, need_runtime},
    error::{ErrorKind, Result},
    event::{Event, EventRecord},
    project::Status,
    store::{EVENTS, Holder, ProjectFolder},
};
use futures_util::{Stream, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, time::Duration};

/// Looks without news after which it is asked whether the run is still there.
const PATIENCE: u32 = 5;

/// Which run of a project is watched, and from where on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// first run is waited for. What a newer version tells and this one does not know is [`Event::Unknown`]; where a run's
    /// events are damaged or gone, its end is told by the project's state.
    ///
    /// # Errors
    /// `NotFound` where there is no such project, `InvalidConfig` outside of a Tokio runtime. The stream itself gives `Io` or
    /// `Timeout` where the storage does not answer, `InvalidProject` where neither the project's events nor its state can be
    /// read, and goes on.
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
            is_readable: false,
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

fn is_end(record: &EventRecord) -> bool {
    matches!(record.event, Event::RunFinished { .. })
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
    /// Whether it could be read then.
    is_readable: bool,
    /// Looks without news.
    idle: u32,
    heard: VecDeque<EventRecord>,
    is_over: bool,
}

impl Watched {
    async fn next(&mut self) -> Option<Result<EventRecord>> {
        loop {
            if let Some(record) = self.heard.pop_front() {
                self.is_over = is_end(&record);
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
        let there = self.folder.look(EVENTS).await?;
        let stamp = there.map(|there| (there.etag, there.modified.timestamp_millis(), there.bytes));
        if stamp.is_none() || self.seen == stamp {
            self.idle += 1;
            // Of a run that is known already nothing is wanted: the next one is waited for.
            let is_wanted = self.run.is_some() || stamp.is_none() || !self.is_readable;
            if is_wanted && self.idle >= PATIENCE {
                self.idle = 0;
                return self.look_for_life().await;
            }
            return Ok(false);
        }
        let told = self.folder.read(EVENTS).await?.and_then(|bytes| Told::read(&bytes));
        // A file that nobody can read is as good as none, until it is another one.
        self.seen = stamp;
        self.is_readable = told.is_some();
        let Some(told) = told else { return Ok(false) };
        let Some(run) = told.run_id().map(str::to_owned) else { return Ok(false) };
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
        let is_told = told.events.iter().any(is_end);
        self.heard.extend(told.events.into_iter().filter(|record| record.seq >= self.next_seq));
        // Nobody asked for the events that there were.
        self.is_over = is_told && self.heard.is_empty();
        Ok(is_told || !self.heard.is_empty())
    }

    /// Whether the run has ended without a word, or there was one of which no event tells.
    async fn look_for_life(&mut self) -> Result<bool> {
        if self.folder.holder().await? != Holder::Nobody {
            return Ok(false);
        }
        let told = self.folder.read(EVENTS).await?.and_then(|bytes| Told::read(&bytes));
        match (&self.run, told) {
            // It may have come to its end between the two looks.
            (Some(_), Some(told)) if told.events.iter().any(is_end) => {
                self.seen = None;
                Ok(true)
            }
            (Some(_), _) => self.end().await,
            (None, Some(_)) => {
                self.seen = None;
                Ok(true)
            }
            (None, None) => {
                let run = match self.studio.state(self.folder.id()).await {
                    Ok(state) => state.run_id.filter(|run| self.options.after_run.as_ref() != Some(run)),
                    // It was never even imported.
                    Err(error) if error.kind() == ErrorKind::NotFound => None,
                    Err(error) => return Err(error),
                };
                match run {
                    Some(run) => {
                        self.run = Some(run);
                        self.end().await
                    }
                    None => Ok(false),
                }
            }
        }
    }

    async fn end(&mut self) -> Result<bool> {
        let (status, error) = match self.studio.state(self.folder.id()).await {
            Ok(state) => {
                let is_its = state.run_id.as_deref() == self.run.as_deref();
                let state = if state.status.is_final() && is_its { state } else { state.interrupted() };
                (state.status, state.error)
            }
            // Whatever became of the run, nobody can tell from here: it is not waited for any longer.
            Err(error) if error.kind() == ErrorKind::InvalidProject => (Status::Failed, Some(error.body())),
            Err(error) => return Err(error),
        };
        let event = Event::RunFinished { status, cost_usd: 0.0, elapsed_ms: 0, video: None, error };
        self.heard.push_back(EventRecord {
            run_id: self.run.clone().unwrap_or_default(),
            project_id: self.folder.id().to_owned(),
            seq: self.next_seq,
            at: self.studio.extensions.clock.now(),
            event,
        });
        Ok(true)
    }
}
