//! All purchases of a storage.
//!
//! May depend on `error` and its neighbours.

use super::{
    content_key::key_in,
    ledger::{Ledger, PURCHASES},
    objects::Objects,
};
use crate::error::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::{collections::BTreeSet, time::SystemTime};

/// How many ledgers are read at once.
const AT_ONCE: usize = 16;
/// No two clocks are further apart than this: only to leave out what is surely older.
const CLOCKS_APART: TimeDelta = TimeDelta::days(2);

/// The keys of all that was ever ordered.
pub(crate) async fn bought_keys(objects: &Objects) -> Result<BTreeSet<String>> {
    let all = objects.list_all(PURCHASES).await?;
    Ok(all.iter().filter_map(|seen| key_in(PURCHASES, &seen.name)).map(str::to_owned).collect())
}

/// Every job at `provider` that any purchase of the storage has started since then, by the provider's own names: those
/// that a job which is looked for cannot be. Reads the ledgers into which something was written since, and one listing.
///
/// # Errors
/// `Io`, `Timeout`; `InvalidProject` where a ledger cannot be read: its job might be taken for another's.
pub(crate) async fn jobs(objects: &Objects, provider: &str, since: SystemTime) -> Result<Vec<String>> {
    let since = DateTime::<Utc>::from(since).checked_sub_signed(CLOCKS_APART).unwrap_or(DateTime::UNIX_EPOCH);
    let all = objects.list_all(PURCHASES).await?;
    // A store without times leaves nothing out.
    let recent = all.iter().filter(|seen| seen.modified >= since || seen.modified == DateTime::UNIX_EPOCH);
    let keys: BTreeSet<String> = recent.filter_map(|seen| key_in(PURCHASES, &seen.name)).map(str::to_owned).collect();
    let jobs = stream::iter(keys)
        .map(|key| async move { Ok::<_, Error>(Ledger::load(objects, &key).await?.jobs(provider)) })
        .buffered(AT_ONCE);
    Ok(jobs.try_collect::<Vec<_>>().await?.concat())
}
