//! Finding the job of an order whose answer was lost, among the account's recent predictions.
//!
//! The API has no idempotency keys: only the input tells whose job a prediction is. May depend on `error`, `http`,
//! `provider`'s contracts, and its neighbours `client`, `model` and `wire`.

use super::{
    client::{Replicate, Told},
    model::Model,
    wire::{Page, Prediction},
};
use crate::{
    error::Result,
    http::Caller,
    provider::{JobId, Lookup},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the clocks may be apart before times say nothing.
const CLOCK: TimeDelta = TimeDelta::minutes(5);
/// Jobs from a little before the order are looked at too: the header that shows the server's clock has whole seconds.
const HAIR: TimeDelta = TimeDelta::seconds(3);
/// Pages of a hundred that are read.
const PAGES: usize = 5;
/// Waits before the list is asked again: it may lag behind what was created. No repetition of a call that failed: the list
/// was read, and what it does not say yet it may say in a second.
const LAGS: [Duration; 2] = if cfg!(test) {
    [Duration::from_millis(50), Duration::from_millis(100)]
} else {
    [Duration::from_secs(1), Duration::from_secs(2)]
};

/// What is looked for.
#[derive(Debug)]
pub(super) struct Sought<'a> {
    pub(super) model: &'a Model,
    /// The input that was sent, without addresses and data.
    pub(super) essence: &'a Map<String, Value>,
    pub(super) since: SystemTime,
    /// Jobs of others.
    pub(super) known: &'a [JobId],
}

/// What one reading of the list says.
enum Reading {
    Found(String),
    Absent,
    Unclear,
}

/// The oldest job that fits. To be called while nobody orders the same thing.
pub(super) async fn find(replicate: &Replicate, caller: &Caller, sought: &Sought<'_>) -> Result<Lookup> {
    let mut lags = LAGS.iter();
    loop {
        match read(replicate, caller, sought).await? {
            Reading::Found(id) => return Ok(Lookup::Found(JobId(id))),
            Reading::Unclear if lags.len() == 0 => return Ok(Lookup::CannotTell),
            Reading::Absent if lags.len() == 0 => return Ok(Lookup::Absent),
            _ => {}
        }
        if let Some(lag) = lags.next() {
            tokio::time::sleep(*lag).await;
        }
    }
}

async fn read(replicate: &Replicate, caller: &Caller, sought: &Sought<'_>) -> Result<Reading> {
    let since = time_of(sought.since);
    let (mut page, now) = replicate.page(caller, since.map(|since| since - CLOCK)).await?;
    // By how much the server's clock is ahead. Without its header the clocks are taken to agree.
    let ahead = now.map_or(TimeDelta::zero(), |now| now - Utc::now());
    let clocks_agree = since.is_some() && ahead.abs() <= CLOCK;
    if !clocks_agree {
        page = replicate.page(caller, None).await?.0;
    }
    let from = since.filter(|_| clocks_agree).map(|since| since - CLOCK);
    let mut seen = Seen::default();
    for pages in 1.. {
        let whole = seen.take(replicate, sought, &page, from);
        let Some(next) = page.next.clone().filter(|_| !whole) else { break };
        let following = if pages < PAGES { replicate.next_page(caller, &next).await? } else { None };
        let Some(following) = following else {
            // There is more than was read.
            seen.unclear = true;
            break;
        };
        page = following;
    }
    let ordered = since.map(|since| since + ahead - HAIR);
    Ok(match seen.best(ordered.filter(|_| clocks_agree)) {
        Some(id) => Reading::Found(id),
        None if seen.unclear || !clocks_agree => Reading::Unclear,
        None => Reading::Absent,
    })
}

#[derive(Default)]
struct Seen {
    /// Name and time of creation of what fits.
    fitting: Vec<(String, Option<DateTime<Utc>>)>,
    /// Something was there that may have been it.
    unclear: bool,
}

impl Seen {
    /// Sorts a page; whether everything from `from` on was seen with it.
    fn take(&mut self, replicate: &Replicate, sought: &Sought<'_>, page: &Page, from: Option<DateTime<Utc>>) -> bool {
        self.unclear |= page.unreadable > 0;
        let mut whole = false;
        for job in &page.results {
            if from.zip(job.created_at).is_some_and(|(from, created)| created < from) {
                whole = true;
                continue;
            }
            if sought.known.iter().any(|known| known.0 == job.id) || !is_of(sought.model, job) {
                continue;
            }
            let fits = fits(sought.essence, &job.input);
            match replicate.claims().claimed(&job.id) {
                // Its owner may have lost it before anybody wrote it down, and be who asks now.
                Some(claim) => self.unclear |= fits && !claim.is_asked_for,
                None if job.data_removed || job.input.is_empty() => self.unclear = true,
                None if fits => self.fitting.push((job.id.clone(), job.created_at)),
                None => {}
            }
        }
        whole
    }

    /// The oldest since the order; where there is none, the youngest before it: the clock may have been set in between.
    fn best(&self, ordered: Option<DateTime<Utc>>) -> Option<String> {
        let is_since = |time: &Option<DateTime<Utc>>| ordered.zip(*time).is_none_or(|(ordered, time)| time >= ordered);
        let since = self.fitting.iter().filter(|(_, time)| is_since(time)).min_by_key(|(_, time)| *time);
        since.or_else(|| self.fitting.iter().max_by_key(|(_, time)| *time)).map(|(id, _)| id.clone())
    }
}

/// Whether a job is of this model; one that names neither model nor version may be.
fn is_of(model: &Model, job: &Prediction) -> bool {
    match (&job.model, &job.version, &model.version) {
        (Some(name), _, _) if !name.is_empty() => *name == model.name,
        (_, Some(theirs), Some(ours)) => theirs == ours,
        _ => true,
    }
}

/// Whether every input that was sent is there; the service may have added defaults of its own.
fn fits(sent: &Map<String, Value>, told: &Map<String, Value>) -> bool {
    sent.iter().all(|(key, value)| told.get(key).is_some_and(|told| is_same(value, told)))
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}

fn time_of(time: SystemTime) -> Option<DateTime<Utc>> {
    let since_epoch = time.duration_since(UNIX_EPOCH).ok()?;
    DateTime::from_timestamp(i64::try_from(since_epoch.as_secs()).ok()?, since_epoch.subsec_nanos())
}

/// The age of a job by the server's own clock.
pub(super) fn age(told: &Told) -> Option<Duration> {
    // The header that shows the clock has whole seconds: a job may seem younger than nothing.
    (told.now? - told.prediction.created_at?).max(TimeDelta::zero()).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn inputs_are_compared_by_what_was_sent() {
        let sent = map(json!({"prompt": "a", "duration": 8, "fixed": false}));
        assert!(fits(&sent, &map(json!({"prompt": "a", "duration": 8.0, "fixed": false, "camera": "still"}))));
        assert!(!fits(&sent, &map(json!({"prompt": "a", "duration": 9, "fixed": false}))));
        assert!(!fits(&sent, &map(json!({"prompt": "a", "duration": 8}))));
        assert!(!fits(&sent, &map(json!({"prompt": "b", "duration": 8, "fixed": false}))));
    }

    #[test]
    fn the_oldest_since_the_order_is_taken() {
        let time = |s| DateTime::from_timestamp(s, 0);
        let seen = |fitting: &[(&str, i64)]| Seen {
            fitting: fitting.iter().map(|(id, s)| ((*id).to_owned(), time(*s))).collect(),
            unclear: false,
        };
        let jobs = seen(&[("d", 40), ("c", 30), ("b", 20), ("a", 10)]);
        assert_eq!(jobs.best(time(15)).as_deref(), Some("b"));
        assert_eq!(jobs.best(time(50)).as_deref(), Some("d"));
        assert_eq!(jobs.best(None).as_deref(), Some("a"));
        assert_eq!(seen(&[]).best(None), None);
    }

    #[test]
    fn no_time_is_too_strange() {
        assert_eq!(time_of(UNIX_EPOCH - Duration::from_secs(1)), None);
        assert!(time_of(UNIX_EPOCH + Duration::from_secs(1)).is_some());
        assert_eq!(time_of(UNIX_EPOCH + Duration::from_secs(u64::MAX >> 2)), None);
    }
}
