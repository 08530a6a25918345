//! Drives one job at a provider from before the call until the file is stored, so that nothing paid for is lost or
//! bought twice: `starting` is journaled before the call, `started` right after, `finished` before anything uses it.
//!
//! A job whose end is not known is left open in the journal, and the next run takes it up again. It is closed, with what
//! it cost, once the provider says that it is over or that it never began. The roof of this folder.

use super::{
    job::Job,
    order::Order,
    past,
    purchases::Purchases,
    wanted::{ORDERS, Trouble, Wanted},
};
use crate::{
    engine::{money::Reserved, products::Product},
    error::{ErrorKind, Result},
    http::backoff,
    provider::{Generated, Generation, JobId},
    stages::Made,
    store::UnfinishedJob,
};
use std::{path::PathBuf, sync::Arc, time::Instant};

impl Purchases {
    /// Gives the product: as it lies there, from a job that is under way, or from a new one.
    pub(crate) async fn buy(self: &Arc<Self>, wanted: Wanted<'_>, order: Arc<dyn Order>) -> Result<Product> {
        // Two scenes that want the same thing buy it once.
        let _alone = match order.info().price.is_free() {
            true => None,
            false => Some(self.products.alone_with(wanted.key).await?),
        };
        if let Some(found) = self.products.find(wanted.stage, wanted.product, wanted.key).await? {
            return Ok(found);
        }
        past::check(&self.products, &wanted, order.info()).await?;
        // Work on this machine takes its turn with the pipeline's own.
        let _turn = match order.is_local() {
            true => Some(self.turns.take(order.megabytes()).await?),
            false => None,
        };
        self.turns.check_cancelled()?;
        self.progress.started(wanted.stage);
        let began = Instant::now();
        let job = Job { shop: self, wanted, order };
        let mut ordered = 0;
        let (made, _reserved) = loop {
            ordered += 1;
            // Held until the cost is in the journal, so that jobs under way count.
            let mut reserved = None;
            match job.once(&mut reserved).await {
                Ok((generated, path)) => break (job.made(generated, path), reserved),
                Err(Trouble::Error(error)) => return Err(job.named(error)),
                Err(Trouble::Over(mut failure)) => {
                    // Somebody else cancelled it there: that is no wish to stop this run.
                    if failure.kind == ErrorKind::Cancelled && !self.turns.cancel().is_cancelled() {
                        failure.kind = ErrorKind::GenerationFailed;
                    }
                    let error = job.named(failure.to_error());
                    job.close(&error, failure.cost_usd).await?;
                    drop(reserved);
                    if !failure.again || ordered == ORDERS {
                        return Err(error);
                    }
                    let said = format!("{}: {}; it is ordered once more", job.wanted.product, error.message());
                    self.progress.note(job.wanted.stage, said);
                    job.pause(backoff(1), ordered, error.kind()).await?;
                }
            }
        };
        let Job { wanted, .. } = job;
        self.products.keep(wanted.stage, wanted.product, wanted.key, made, began).await
    }
}

impl Job<'_> {
    /// One job from its beginning, or from where an earlier run left it, to a good file on this machine. What it costs is
    /// set aside; what an earlier run bought, or may have, is only counted: nothing new is spent on it.
    async fn once(&self, reserved: &mut Option<Reserved>) -> Result<(Generated, PathBuf), Trouble> {
        let unfinished = self.shop.products.journal().lock().await.unfinished_job(self.wanted.key);
        let generation = match unfinished {
            UnfinishedJob::Known { job, expected_usd } => {
                *reserved = Some(self.shop.money.reserve_bought(expected_usd));
                let over = self.go_on(self.taken_up(JobId(job))).await;
                return over.map_err(|trouble| self.at_most(expected_usd, trouble));
            }
            UnfinishedJob::Unknown(since) if !self.is_free() => {
                *reserved = Some(self.shop.money.reserve_bought(self.order.estimate().expected_usd()));
                match self.look_up(since).await? {
                    Some(generation) => generation,
                    None => {
                        *reserved = None;
                        self.order_anew(reserved).await?
                    }
                }
            }
            UnfinishedJob::Unknown(_) | UnfinishedJob::None => self.order_anew(reserved).await?,
        };
        self.go_on(generation).await
    }

    async fn order_anew(&self, reserved: &mut Option<Reserved>) -> Result<Generation, Trouble> {
        *reserved = Some(self.shop.money.reserve(&self.order.info().name, self.order.estimate())?);
        self.start().await
    }

    async fn go_on(&self, generation: Generation) -> Result<(Generated, PathBuf), Trouble> {
        let generated = self.settle(generation).await?;
        let path = self.fetch(&generated).await?;
        Ok((generated, path))
    }

    fn made(&self, generated: Generated, path: PathBuf) -> Made {
        Made {
            lacks: Vec::new(),
            files: vec![(self.wanted.file.clone(), path)],
            cost_usd: generated.cost_usd,
            notes: generated.notes.iter().map(|note| format!("{}: {note}", self.wanted.product)).collect(),
            fidelity: None,
            metadata: generated.metadata,
        }
    }
}
