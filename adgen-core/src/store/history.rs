//! One project's history: numbered, immutable entries, written with create-if-absent by whoever holds the project.
//!
//! It is its own fence: an entry of another run at the next number means that the project was taken over, and nothing
//! more is written. It is read by two listings, the latest snapshot and the few entries after it. May depend on
//! `project`, `error` and its neighbours.

use super::{
    fence::Fence,
    history_event::HistoryEvent,
    numbered::{Numbered, ranges},
    objects::{Created, Objects},
    record::{Event, Record, decode, encode},
    snapshot::Snapshots,
    time::Clock,
};
use crate::{
    error::{Error, ErrorKind, Result},
    project::Stage,
};
use bytes::Bytes;

/// After so many entries another snapshot is written: no more are read one by one after a kill.
const SNAPSHOT_EVERY: u64 = 32;
const WHAT: &str = "the project's history";

/// An entry of a history.
pub(crate) type HistoryRecord = Record<HistoryEvent>;

/// A project's history, read once and then appended to.
#[derive(Debug)]
pub(crate) struct History {
    entries: Numbered,
    snapshots: Snapshots,
    records: Vec<HistoryRecord>,
    /// Numbers of the last entries of the snapshots that are there.
    snapshots_there: Vec<u64>,
    /// How many entries the latest readable snapshot has.
    in_snapshot: u64,
    /// An entry of which nobody knows whether it was written.
    unsure: Option<(HistoryRecord, Bytes)>,
    /// What dates entries.
    clock: Clock,
}

impl History {
    /// Reads the history in `folder`, such as `projects/p/history`. A run that holds the project behind a fence may
    /// append to it; its epoch is raised above all that are in it.
    ///
    /// # Errors
    /// `Io`, `Timeout`, or `InvalidProject` for an entry that is missing, not readable, at a wrong place or of a newer
    /// version: it is named.
    pub(crate) async fn load(objects: &Objects, folder: &str) -> Result<Self> {
        let entries = Numbered::new(objects, folder, 6);
        let snapshots = Snapshots::new(objects, folder);
        let (records, snapshots_there) = snapshots.latest().await?;
        let in_snapshot = records.len() as u64;
        let mut history =
            Self { entries, snapshots, records, snapshots_there, in_snapshot, unsure: None, clock: Clock::default() };
        let tail = history.entries.beyond(in_snapshot).await?;
        if !tail.missing.is_empty() {
            return Err(history.missing(&tail.missing));
        }
        for (number, bytes) in tail.found {
            let record = history.decode(&bytes, number)?;
            history.records.push(record);
        }
        if let Some(fence) = objects.fence() {
            fence.rise_above(history.records.iter().map(|record| record.epoch).max().unwrap_or(0));
        }
        Ok(history)
    }

    /// Entries from now on are dated by this clock.
    pub(crate) fn with_clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    fn decode(&self, bytes: &[u8], number: u64) -> Result<HistoryRecord> {
        let file = self.entries.objects().display(&self.entries.name(number));
        decode(bytes, number, &HistoryEvent::NAMES).map_err(|unreadable| unreadable.into_error(WHAT, &file))
    }

    fn missing(&self, numbers: &[u64]) -> Error {
        let message = format!("entries of {WHAT} are missing: {}", ranges(numbers));
        Error::new(ErrorKind::InvalidProject, message)
            .with_context("file", self.entries.objects().display(self.entries.folder()))
            .with_hint(
                "restore them from a backup, or remove the folder to begin anew: what was bought is known all the same",
            )
    }

    /// What happened so far, in order.
    pub(crate) fn records(&self) -> &[HistoryRecord] {
        &self.records
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> u64 {
        self.records.len() as u64
    }

    /// How many of them a later version wrote, which this one passes over.
    pub(crate) fn passed_over(&self) -> usize {
        self.records.iter().filter(|record| record.known().is_none()).count()
    }

    /// Appends an entry.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more, or another one has written since: nothing is appended then. `Io`,
    /// `Timeout`: whether the entry is there is then not known; the next call finds out before anything else, and the
    /// same event is not written twice.
    pub(crate) async fn append(&mut self, event: HistoryEvent) -> Result<()> {
        let Some(fence) = self.entries.objects().fence().cloned() else {
            let message = "a history is written by a run that holds its project: this is a defect of adgen";
            return Err(Error::new(ErrorKind::Unexpected, message));
        };
        fence.check()?;
        self.expect_there()?;
        if let Some((record, bytes)) = self.unsure.take() {
            let same = record.known() == Some(&event);
            self.put(&fence, record, bytes).await?;
            if same {
                return Ok(());
            }
        }
        let number = self.len() + 1;
        let (run, epoch, event) = (fence.run().to_owned(), fence.epoch(), Event::Known(event));
        let record = Record { number, run, epoch, project: None, at: self.clock.now(), event };
        let bytes = Bytes::from(encode(&record, &HistoryEvent::NAMES)?);
        self.put(&fence, record, bytes).await?;
        if self.len() >= self.in_snapshot + SNAPSHOT_EVERY {
            // It only saves time: a later one takes its place, and a storage that fails shows itself in the entries.
            drop(self.snapshot().await);
        }
        Ok(())
    }

    async fn put(&mut self, fence: &Fence, record: HistoryRecord, bytes: Bytes) -> Result<()> {
        let number = record.number;
        // Whoever drops this in the middle leaves an entry behind of which nobody knows whether it was written.
        self.unsure = Some((record, bytes.clone()));
        let created = self.entries.create(number, bytes).await;
        let unsure = self.unsure.take();
        match created {
            Ok(Created::Written) => {
                self.records.extend(unsure.map(|(record, _)| record));
                Ok(())
            }
            Ok(Created::Taken(other)) => {
                fence.lose("another run has written into the project's history");
                let by = other.and_then(|bytes| self.decode(&bytes, number).ok()).map(|record| record.run);
                Err(Error::new(
                    ErrorKind::Locked,
                    "the run lost its lease: another run has written into the project's history",
                )
                .with_operation("lock")
                .with_context("run", by.unwrap_or_else(|| "unknown".to_owned()))
                .with_hint("run again once that one has ended"))
            }
            Err(error) => {
                self.unsure = unsure.filter(|_| error.kind() != ErrorKind::Locked);
                Err(error)
            }
        }
    }

    async fn snapshot(&mut self) -> Result<()> {
        self.snapshots.write(&self.records, &mut self.snapshots_there).await?;
        self.in_snapshot = self.len();
        Ok(())
    }

    /// Leaves a snapshot of everything behind, so that the next one who reads is quick. For the end of a run.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`. Nothing is lost then.
    pub(crate) async fn close(&mut self) -> Result<()> {
        self.snapshot().await
    }

    /// Fails where the folder went away under a run: what is written from then on would be the beginning of another
    /// history.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn expect_there(&self) -> Result<()> {
        match self.entries.objects().local_path(&self.entries.name(self.len())) {
            Some(path) if !self.records.is_empty() && !path.is_file() => {
                Err(Error::new(ErrorKind::Io, "the project's history vanished while a run was at work")
                    .with_context("file", path.display())
                    .with_hint("bring the folder back, then run again"))
            }
            _ => Ok(()),
        }
    }

    /// Where a state that was written when the history had `entries` entries knows of more than there are now, the last
    /// ones are missing.
    ///
    /// # Errors
    /// `InvalidProject` that names them.
    pub(crate) fn expect_entries(&self, entries: u64) -> Result<()> {
        match entries > self.len() {
            true => Err(self.missing(&(self.len() + 1..=entries).collect::<Vec<_>>())),
            false => Ok(()),
        }
    }

    fn events(&self) -> impl DoubleEndedIterator<Item = &HistoryEvent> {
        self.records.iter().filter_map(Record::known)
    }

    /// The key that the project's artifact of this name has now.
    pub(crate) fn latest_key(&self, artifact: &str) -> Option<&str> {
        self.events().rev().filter_map(HistoryEvent::artifact).find_map(|(name, key)| (name == artifact).then_some(key))
    }

    /// The artifacts of the project as they are now, by name with their keys: what the storage has to keep for it.
    pub(crate) fn artifacts(&self) -> std::collections::BTreeMap<&str, &str> {
        self.events().filter_map(HistoryEvent::artifact).collect()
    }

    /// What was spent on the project so far, in US dollars.
    pub(crate) fn spent_usd(&self) -> f64 {
        self.events().map(HistoryEvent::cost_usd).sum()
    }

    /// What the project says that it spent on what has this key, in US dollars. A run that was killed may have paid
    /// more: its ledger knows, and the next run adds the difference.
    pub(crate) fn spent_usd_on(&self, key: &str) -> f64 {
        let on = self.events().filter(|event| match event {
            HistoryEvent::Finished { key: paid, .. }
            | HistoryEvent::Failed { key: paid, .. }
            | HistoryEvent::Paid { key: paid, .. } => paid == key,
            _ => false,
        });
        on.map(HistoryEvent::cost_usd).sum()
    }

    /// The keys of all that the project ordered from providers that take money.
    pub(crate) fn ordered(&self) -> std::collections::BTreeSet<&str> {
        let keys = self.events().filter_map(|event| match event {
            HistoryEvent::Ordered { key, .. } => Some(key.as_str()),
            _ => None,
        });
        keys.collect()
    }

    /// What the project ordered and never said the end of: name, stage and key of each.
    pub(crate) fn unsettled(&self) -> Vec<(String, Stage, String)> {
        let mut open = std::collections::BTreeMap::new();
        for event in self.events() {
            match event {
                HistoryEvent::Ordered { artifact, stage, key, .. } => {
                    open.insert(key.as_str(), (artifact, *stage));
                }
                HistoryEvent::Finished { key, .. }
                | HistoryEvent::Failed { key, .. }
                | HistoryEvent::Reused { key, .. }
                | HistoryEvent::Paid { key, .. } => {
                    open.remove(key.as_str());
                }
                _ => {}
            }
        }
        open.into_iter().map(|(key, (artifact, stage))| (artifact.clone(), stage, key.to_owned())).collect()
    }

    /// The hash of the last imported document.
    pub(crate) fn imported_source(&self) -> Option<&str> {
        self.events().rev().find_map(|event| match event {
            HistoryEvent::Imported { source } => Some(source.as_str()),
            _ => None,
        })
    }
}
