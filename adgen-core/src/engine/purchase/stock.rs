//! What was bought before and serves as well: a longer piece is cut, a sharper one is scaled, and neither is bought again.

use crate::{
    engine::artifacts::{Artifact, Artifacts},
    error::Result,
    project::Stage,
    stages::Wish,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeSet;

/// How many keys are looked for at once.
const AT_ONCE: usize = 16;

/// What the storage knows of some wishes.
#[derive(Debug)]
pub(crate) enum Stock {
    /// One of them was made, by whomever, and lies in the storage.
    There(usize, Artifact),
    /// One of them was ordered by this project, and its end is not known.
    UnderWay(usize),
    /// Nothing.
    Empty,
}

/// Looks whether one of `wishes`, the best first, was made or ordered before.
pub(crate) async fn look<R>(artifacts: &Artifacts, stage: Stage, artifact: &str, wishes: &[Wish<R>]) -> Result<Stock> {
    let keys: Vec<&str> = wishes.iter().map(|wish| wish.key.as_str()).collect();
    let storage = artifacts.storage();
    // The first by itself: it is nearly always the one.
    let (first, others) = keys.split_at(keys.len().min(1));
    for (offset, keys) in [(0, first), (first.len(), others)] {
        let looks: Vec<_> = keys.iter().map(|key| storage.artifacts().is_known(key)).collect();
        let known: Vec<bool> = stream::iter(looks).buffered(AT_ONCE).try_collect().await?;
        for index in (0..keys.len()).filter(|index| known[*index]) {
            if let Some(found) = artifacts.find(stage, artifact, keys[index]).await? {
                return Ok(Stock::There(offset + index, found));
            }
        }
    }
    let ordered: Vec<usize> = {
        let history = artifacts.history().lock().await;
        let ordered: BTreeSet<&str> = history.ordered();
        (0..keys.len()).filter(|index| ordered.contains(keys[*index])).collect()
    };
    for index in ordered {
        if storage.ledger(keys[index]).await?.standing().open.is_some() {
            return Ok(Stock::UnderWay(index));
        }
    }
    Ok(Stock::Empty)
}
