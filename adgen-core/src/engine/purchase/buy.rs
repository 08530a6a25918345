//! Drives one job at a provider from before the call until the file is stored, so that nothing paid for is lost or
//! bought twice: the purchase's ledger says `starting` before the call, `started` right after, `finished` once the artifact
//! is in the storage.
//!
//! A job whose end is not known is left open in the ledger, and the next run that wants the same takes it up again. It is
//! closed, with what it cost, once the provider says that it is over or that it never began. The roof of this folder.

use super::{
    claim::Claimed,
    job::Job,
    order::Order,
    purchases::Purchases,
    wanted::{ORDERS, Trouble, Wanted},
};
use crate::{
    engine::{
        artifacts::{Artifact, Sought},
        money::Reserved,
    },
    error::{ErrorKind, Result},
    http::backoff,
    provider::{Generated, Generation, JobId},
    stages::Made,
    store::OpenPurchase,
};
use std::{path::PathBuf, sync::Arc, time::Instant};

/// Less is rounding, in US dollars.
const CENT: f64 = 0.01;

impl Purchases {
    /// Gives the artifact: as it lies there, from a job that is under way, or from a new one.
    pub(crate) async fn buy(self: &Arc<Self>, wanted: Wanted<'_>, order: Arc<dyn Order>) -> Result<Artifact> {
        // Two scenes that want the same thing buy it once.
        let _alone = match order.info().price.is_free() {
            true => None,
            false => Some(self.artifacts.alone_with(wanted.key).await?),
        };
        // Work on this machine takes its turn with the pipeline's own.
        let turn = match order.is_local() {
            true => Some(self.turns.take(order.megabytes()).await?),
            false => None,
        };
        let bought = self.buy_now(wanted, order).await;
        if let Some(turn) = turn {
            self.turns.end(turn).await;
        }
        bought
    }

    async fn buy_now(self: &Arc<Self>, wanted: Wanted<'_>, order: Arc<dyn Order>) -> Result<Artifact> {
        self.turns.check_cancelled()?;
        self.progress.started(wanted.stage);
        let began = Instant::now();
        // Held until the cost is written down, so that jobs under way count.
        let (ledger, mut reserved, mut begun) = match order.info().price.is_free() {
            true => match self.artifacts.look_for(wanted.stage, wanted.artifact, wanted.key).await? {
                Sought::There(found) => return Ok(found),
                Sought::Gone(what) => {
                    self.progress.note(wanted.stage, format!("{what}: it is made again"));
                    (None, None, None)
                }
                Sought::Nowhere => (None, None, None),
            },
            false => match self.claim(&wanted, &*order).await? {
                Claimed::There(found) => return Ok(found),
                Claimed::Mine { ledger, reserved, begun } => (Some(ledger), Some(reserved), begun),
            },
        };
        let job = Job { shop: self, wanted, order, ledger };
        let mut ordered = 0;
        let made = loop {
            ordered += 1;
            match job.once(&mut reserved, begun.take()).await {
                Ok((generated, path)) => break job.made(generated, path),
                Err(Trouble::Error(error)) => return Err(job.named(error)),
                Err(Trouble::Over(mut failure)) => {
                    // Somebody else cancelled it there: that is no wish to stop this run.
                    if failure.kind == ErrorKind::Cancelled && !self.turns.cancel().is_cancelled() {
                        failure.kind = ErrorKind::GenerationFailed;
                    }
                    let error = job.named(failure.to_error());
                    job.close(&error, failure.cost_usd).await?;
                    reserved = None;
                    if !failure.retryable || ordered == ORDERS {
                        return Err(error);
                    }
                    let said = format!("{}: {}; it is ordered once more", job.wanted.artifact, error.message());
                    self.progress.note(job.wanted.stage, said);
                    job.pause(backoff(1), ordered, error.kind()).await?;
                }
            }
        };
        let Job { wanted, ledger, .. } = job;
        self.artifacts.keep(wanted.stage, wanted.artifact, wanted.key, made, began, ledger.as_deref()).await
    }
}

impl Job<'_> {
    /// One job from its beginning, or from where an earlier run left it, to a good file on this machine. What it costs is
    /// set aside; what an earlier run bought, or may have, is only counted: nothing new is spent on it.
    async fn once(
        &self,
        reserved: &mut Option<Reserved>,
        begun: Option<OpenPurchase>,
    ) -> Result<(Generated, PathBuf), Trouble> {
        let generation = match begun {
            Some(OpenPurchase { job: Some(job), expected_usd, .. }) => {
                let over = self.go_on(self.taken_up(JobId(job))).await;
                return over.map_err(|trouble| self.at_most(expected_usd, trouble));
            }
            Some(OpenPurchase { since, .. }) => match self.look_up(since, None).await? {
                Some(generation) => generation,
                None => {
                    *reserved = None;
                    self.order_anew(reserved).await?
                }
            },
            None => self.order_anew(reserved).await?,
        };
        self.go_on(generation).await
    }

    async fn order_anew(&self, reserved: &mut Option<Reserved>) -> Result<Generation, Trouble> {
        if reserved.is_none() && !self.is_free() {
            *reserved = Some(self.shop.money.reserve(&self.order.info().name, self.order.estimate())?);
        }
        self.start().await
    }

    async fn go_on(&self, generation: Generation) -> Result<(Generated, PathBuf), Trouble> {
        let generated = self.settle(generation).await?;
        let path = self.fetch(&generated).await?;
        Ok((generated, path))
    }

    fn made(&self, generated: Generated, path: PathBuf) -> Made {
        // What cannot be written down must not keep a file from being stored that was paid for.
        let (metadata, is_whole) = generated.metadata.kept();
        let odd =
            (!is_whole).then(|| "the provider tells times or a ground that there cannot be: they are left out".into());
        // A limit counts what is expected: who runs into it has to learn from whom.
        let expected = self.order.estimate().high_usd;
        let more = (generated.cost_usd > expected + CENT).then(|| {
            format!(
                "it cost ${:.2}, and {} had expected ${expected:.2} at most",
                generated.cost_usd,
                self.order.info().name
            )
        });
        Made {
            lacks: Vec::new(),
            files: vec![(self.wanted.file.clone(), path)],
            cost_usd: generated.cost_usd,
            notes: generated
                .notes
                .into_iter()
                .chain(odd)
                .chain(more)
                .map(|note| format!("{}: {note}", self.wanted.artifact))
                .collect(),
            fidelity: None,
            metadata,
        }
    }
}
