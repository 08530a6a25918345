//! One job on its way, and what is said of it.
//!
//! May depend on `event`, `provider`, `error` and its neighbours `held`, `order`, `purchases`, `wanted`.

use super::{
    order::Order,
    purchases::Purchases,
    wanted::{Trouble, Wanted},
};
use crate::{
    engine::{held::HeldLedger, trace},
    error::{Error, ErrorKind, Result},
    event::Event,
    provider::{CallContext, Price},
};
use std::{sync::Arc, time::Duration};
use tracing::Span;

/// One job on its way.
pub(super) struct Job<'a> {
    pub(super) shop: &'a Arc<Purchases>,
    pub(super) wanted: Wanted<'a>,
    pub(super) order: Arc<dyn Order>,
    /// `None` for what costs nothing.
    pub(super) ledger: Option<Arc<HeldLedger>>,
}

impl Job<'_> {
    pub(super) fn is_free(&self) -> bool {
        self.ledger.is_none()
    }

    /// A provider that has forgotten what was ordered reckons with its dearest; the ledger knows better where the price
    /// is one of outputs, not of running time.
    pub(super) fn at_most(&self, expected_usd: f64, trouble: Trouble) -> Trouble {
        match (trouble, &self.order.info().price) {
            (Trouble::Over(mut failure), Price::Second { .. } | Price::Output { .. }) => {
                failure.cost_usd = failure.cost_usd.min(expected_usd);
                Trouble::Over(failure)
            }
            (trouble, _) => trouble,
        }
    }

    pub(super) fn named(&self, error: Error) -> Error {
        error
            .with_operation(self.wanted.stage.as_str())
            .with_provider(&self.order.info().name)
            .with_model(&self.order.info().model)
            .with_context("artifact", self.wanted.artifact)
    }

    /// The job is over: says so in the ledger, and counts what it cost all the same.
    pub(super) async fn close(&self, error: &Error, cost_usd: f64) -> Result<()> {
        match &self.ledger {
            Some(ledger) => self.shop.artifacts.close(ledger, error, cost_usd).await,
            None => Ok(()),
        }
    }

    /// What the provider is given with a call for this job.
    pub(super) async fn context(&self) -> Result<CallContext> {
        let Self { shop, wanted, .. } = self;
        Ok(CallContext::new()
            .with_wish(shop.turns.cancel())
            .with_http(&shop.http)
            .with_retry_listener(shop.progress.watch(wanted.stage, wanted.artifact))
            .with_scratch(shop.artifacts.work_folder(wanted.artifact).await?))
    }

    /// The span of one call of the provider for this job.
    pub(super) fn span(&self, call: &'static str, attempt: u32) -> Span {
        trace::provider(self.order.info(), call, attempt)
    }

    pub(super) async fn pause(&self, wait: Duration, attempt: u32, kind: ErrorKind) -> Result<()> {
        let Self { shop, wanted, .. } = self;
        trace::retrying(self.order.info(), attempt, wait, kind.as_str());
        shop.progress.emit(Event::Retrying {
            stage: wanted.stage,
            artifact: wanted.artifact.to_owned(),
            attempt: attempt + 1,
            wait_ms: wait.as_millis() as u64,
            code: kind.as_str().to_owned(),
        });
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = shop.turns.cancel().cancelled() => Err(Error::cancelled()),
        }
    }
}
