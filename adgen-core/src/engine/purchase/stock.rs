//! What was bought before and serves as well: a longer piece is cut, a sharper one is scaled, and neither is bought again.

use crate::{
    engine::products::{Product, Products},
    error::Result,
    project::Stage,
    stages::Wish,
    store::UnfinishedJob,
};
use std::collections::BTreeSet;

/// What the journal knows of some wishes.
#[derive(Debug)]
pub(crate) enum Stock {
    /// One of them was made, and lies in the storage.
    There(usize, Product),
    /// One of them was ordered, and its end is not known.
    UnderWay(usize),
    /// Nothing.
    Empty,
}

/// Looks whether one of `wishes`, the best first, was made or ordered before.
pub(crate) async fn look<R>(products: &Products, stage: Stage, product: &str, wishes: &[Wish<R>]) -> Result<Stock> {
    let (made, open) = {
        let journal = products.journal().lock().await;
        let known: BTreeSet<&str> = journal.keys().collect();
        let known = |wish: &Wish<R>| known.contains(wish.key.as_str());
        let made: Vec<usize> = (0..wishes.len())
            .filter(|&i| known(&wishes[i]) && journal.made(product, &wishes[i].key).is_some())
            .collect();
        let is_open = |wish: &Wish<R>| known(wish) && journal.unfinished_job(&wish.key) != UnfinishedJob::None;
        (made, wishes.iter().position(is_open))
    };
    for index in made {
        if let Some(found) = products.find(stage, product, &wishes[index].key).await? {
            return Ok(Stock::There(index, found));
        }
    }
    Ok(open.map_or(Stock::Empty, Stock::UnderWay))
}
