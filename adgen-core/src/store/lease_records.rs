//! Holding a project in an object store: numbered records written with create-if-absent, the highest of which counts.
//!
//! Times of machines are never compared. The holder counts from before its last renewal on its own clock; whether
//! somebody else's lease is over, the store's own times say, and where it has none, watching does. May depend on
//! `error` and its neighbours.

use super::{
    clock::Moment,
    fence::Fence,
    holder::{Holder, locked},
    numbered::Numbered,
    objects::{Created, Objects},
    record::FORMAT,
    store_clock::is_sensible,
    time::now,
};
use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a lease lasts unless it is renewed.
pub(super) const TIME_TO_LIVE: Duration = Duration::from_secs(30);
/// How long its holder believes in it: less, so that nobody else's patience ends before.
pub(super) const BELIEVED: Duration = Duration::from_secs(27);
/// Stores tell times in whole seconds, and what was written at the end of one was written after its beginning.
const SLACK: Duration = Duration::from_secs(3);
/// How often a holder that could not renew tries again, and how often an onlooker looks.
const AGAIN: Duration = Duration::from_secs(1);
const WATCH: Duration = Duration::from_secs(3);
/// So many records stay behind the highest: whoever looked long ago finds the next number taken, and not deleted since.
const KEPT: u64 = 16;
/// How often a project is looked at anew while others take it.
const LOOKS: u32 = 8;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct LeaseRecord {
    format: u64,
    number: u64,
    run: String,
    epoch: u64,
    at: String,
    /// The holder gave the project back.
    released: bool,
}

/// The highest record.
#[derive(Debug)]
struct Last {
    number: u64,
    /// `None` where it is not readable: it binds all the same, for a later version may have written it.
    record: Option<LeaseRecord>,
}

impl Last {
    fn is_released(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.released)
    }

    fn run(&self) -> String {
        self.record.as_ref().map(|record| record.run.clone()).unwrap_or_default()
    }

    fn since(&self) -> String {
        self.record.as_ref().map(|record| record.at.clone()).unwrap_or_default()
    }
}

/// What the store's times say of a lease.
enum Judgement {
    Over,
    Held { left: Duration },
    Unsure,
}

/// The records of one project's lease.
#[derive(Debug, Clone)]
pub(super) struct LeaseRecords {
    records: Numbered,
}

/// A project that is held.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) fence: Fence,
    pub(super) number: u64,
}

impl LeaseRecords {
    pub(super) fn new(objects: &Objects, folder: &str) -> Self {
        Self { records: Numbered::new(&objects.unfenced().within(TIME_TO_LIVE / 3), folder, 8) }
    }

    /// Takes the project for `run`.
    ///
    /// # Errors
    /// `Locked` where somebody else has it; `Io`, `Timeout`.
    pub(super) async fn take(&self, run: &str) -> Result<Taken> {
        for _ in 0..LOOKS {
            let looked = Moment::now();
            let last = self.last().await?;
            if let Some(last) = &last
                && !last.is_released()
            {
                match self.judge(last).await? {
                    Judgement::Over => {}
                    Judgement::Held { left } => return Err(locked(&last.run(), &last.since(), Some(left))),
                    Judgement::Unsure if self.moves(last).await? => {
                        return Err(locked(&last.run(), &last.since(), Some(TIME_TO_LIVE)));
                    }
                    Judgement::Unsure => {}
                }
            }
            let number = last.as_ref().map_or(0, |last| last.number) + 1;
            let epoch = last.and_then(|last| last.record).map_or(0, |record| record.epoch).saturating_add(1);
            let began = Moment::now();
            match self.records.create(number, encode(number, run, epoch, false)?).await? {
                // Whoever was held up between looking and writing may have written where others were long before.
                Created::Written if looked.elapsed() > TIME_TO_LIVE * 2 => {
                    self.records.objects().delete(&self.records.name(number)).await?;
                }
                Created::Written => {
                    return Ok(Taken { fence: Fence::renewed(run, epoch, began, BELIEVED), number });
                }
                Created::Taken(_) => {}
            }
        }
        Err(Error::new(ErrorKind::Locked, "others take and leave this project all the time")
            .with_operation("lock")
            .with_context("file", self.records.objects().display(self.records.folder()))
            .with_hint("run again in a moment"))
    }

    /// The highest record: what a listing shows, and whatever follows it, for some stores show new objects late.
    async fn last(&self) -> Result<Option<Last>> {
        for _ in 0..LOOKS {
            let listed = self.records.listed().await?.last().map(|(number, _)| *number);
            let mut last = match listed {
                None => None,
                Some(number) => match self.records.read(number).await? {
                    Some(bytes) => Some(Last { number, record: decode(&bytes) }),
                    // Removed since, so there are higher ones.
                    None => continue,
                },
            };
            let mut next = last.as_ref().map_or(1, |last| last.number + 1);
            while let Some(bytes) = self.records.read(next).await? {
                last = Some(Last { number: next, record: decode(&bytes) });
                next += 1;
            }
            return Ok(last);
        }
        Err(Error::new(
            ErrorKind::Locked,
            "the storage lists lease records that are gone: another run is at work, or it lists late",
        )
        .with_operation("lock")
        .with_hint("run again in a moment"))
    }

    async fn judge(&self, last: &Last) -> Result<Judgement> {
        let objects = self.records.objects();
        let Some(seen) = objects.head(&self.records.name(last.number)).await? else {
            // Renewed and removed at this very moment.
            return Ok(Judgement::Held { left: TIME_TO_LIVE });
        };
        // Who may not write a probe can still watch.
        let now = objects.store_now().await.ok().flatten();
        let Some(age) = now.filter(|_| is_sensible(seen.modified)).map(|now| now - seen.modified) else {
            return Ok(Judgement::Unsure);
        };
        let over = TimeDelta::from_std(TIME_TO_LIVE + SLACK).unwrap_or(TimeDelta::MAX);
        Ok(match age {
            age if age >= over => Judgement::Over,
            // What was written in the future was not written by this clock.
            age if age < -TimeDelta::minutes(1) => Judgement::Unsure,
            age => Judgement::Held { left: (over - age).to_std().unwrap_or(TIME_TO_LIVE).min(TIME_TO_LIVE + SLACK) },
        })
    }

    /// Watches for as long as a lease lasts; true as soon as the holder renews it.
    async fn moves(&self, last: &Last) -> Result<bool> {
        let began = Moment::now();
        while began.elapsed() < TIME_TO_LIVE + SLACK {
            tokio::time::sleep(WATCH).await;
            if let Some(bytes) = self.records.read(last.number + 1).await? {
                return Ok(!decode(&bytes).is_some_and(|record| record.released));
            }
        }
        Ok(false)
    }

    /// Who holds the project, by the store's times.
    pub(super) async fn holder(&self) -> Result<Holder> {
        let Some(last) = self.last().await?.filter(|last| !last.is_released()) else { return Ok(Holder::Nobody) };
        Ok(match self.judge(&last).await? {
            Judgement::Over => Holder::Nobody,
            Judgement::Held { .. } => Holder::Run { run: last.run(), since: last.since() },
            Judgement::Unsure => Holder::Unsure { run: last.run(), mark: last.number },
        })
    }

    /// Renews until told to stop, or until the project is lost; gives the number of the last own record.
    pub(super) async fn keep(self, Taken { fence, mut number }: Taken, stop: CancellationToken) -> u64 {
        loop {
            tokio::select! {
                () = stop.cancelled() => return number,
                () = tokio::time::sleep(TIME_TO_LIVE / 3) => {}
            }
            // The same bytes however often: an own record is known by them.
            let Ok(record) = encode(number + 1, fence.run(), fence.epoch(), false) else { return number };
            loop {
                let began = Moment::now();
                if fence.check().is_err() {
                    return number;
                }
                let left = fence.left().unwrap_or(TIME_TO_LIVE);
                match tokio::time::timeout(left, self.records.create(number + 1, record.clone())).await {
                    Ok(Ok(Created::Written)) => {
                        fence.renew(began);
                        number += 1;
                        break;
                    }
                    Ok(Ok(Created::Taken(_))) => {
                        fence.lose("another run has taken the project");
                        return number;
                    }
                    Ok(Err(_)) | Err(_) => tokio::select! {
                        () = stop.cancelled() => return number,
                        () = tokio::time::sleep(AGAIN.min(fence.left().unwrap_or(AGAIN))) => {}
                    },
                }
            }
            if let Some(old) = number.checked_sub(KEPT).filter(|old| *old > 0) {
                // One that stays does no harm.
                drop(self.records.objects().delete(&self.records.name(old)).await);
            }
        }
    }

    /// Says that the project is free, after the own record `number`. Where that fails, it is free when its time is
    /// over.
    pub(super) async fn give_back(&self, fence: &Fence, number: u64) {
        if fence.check().is_ok()
            && let Ok(record) = encode(number + 1, fence.run(), fence.epoch(), true)
        {
            drop(self.records.create(number + 1, record).await);
        }
    }
}

fn encode(number: u64, run: &str, epoch: u64, released: bool) -> Result<Bytes> {
    let record = LeaseRecord { format: FORMAT, number, run: run.to_owned(), epoch, at: now(), released };
    let json = serde_json::to_vec(&record);
    json.map(Bytes::from).map_err(|error| Error::new(ErrorKind::Unexpected, "a lease is not JSON").with_source(error))
}

fn decode(bytes: &[u8]) -> Option<LeaseRecord> {
    serde_json::from_slice(bytes).ok().filter(|record: &LeaseRecord| record.format == FORMAT)
}
