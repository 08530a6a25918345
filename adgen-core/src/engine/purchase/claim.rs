//! Whose a purchase is: this run's, another run's that is waited for, or one that a run has left behind.
//!
//! May depend on `store`, `project`, `error` and its neighbours.

use super::{order::Order, past, purchases::Purchases, wanted::Wanted};
use crate::{
    engine::{
        artifacts::{Artifact, Sought},
        held::HeldLedger,
        money::Reserved,
    },
    error::{Error, ErrorKind, Result},
    project::Stage,
    store::{Bought, Claim, HistoryEvent, Ledger, OpenPurchase, PurchaseOrder},
};
use std::{sync::Arc, time::Duration};

/// How often a purchase that another run has in hand is looked at: the longer, the longer it takes.
const LOOK: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));

/// What came of wanting an artifact that costs something.
pub(super) enum Claimed {
    /// It is there: it was bought before, or by somebody else just now.
    There(Artifact),
    /// This run buys it.
    Mine {
        ledger: Arc<HeldLedger>,
        reserved: Reserved,
        /// What a run that is gone has begun.
        begun: Option<OpenPurchase>,
    },
}

impl Purchases {
    /// Takes the purchase in hand, or waits until somebody else has made it. From then on the ledger says that a call is
    /// about to be made.
    ///
    /// # Errors
    /// What an earlier run found out about this order; `QuotaExceeded`; `Cancelled`; as the storage says.
    pub(super) async fn claim(self: &Arc<Self>, wanted: &Wanted<'_>, order: &dyn Order) -> Result<Claimed> {
        let Self { artifacts, money, progress, turns, .. } = &**self;
        let Wanted { stage, artifact, key, .. } = *wanted;
        let info = order.info();
        let expected_usd = progress.amount(stage, artifact, order.estimate().expected_usd());
        let wish = PurchaseOrder {
            provider: info.name.clone(),
            model: info.model.clone(),
            artifact: artifact.to_owned(),
            expected_usd,
        };
        let mut ledger = artifacts.storage().ledger(key).await?;
        let (mut told_of_loss, mut told_of_other, mut noted) = (false, false, false);
        let mut wait = LOOK.0;
        loop {
            // Read before the artifact is looked for: what somebody has bought in between is found, and not bought again.
            let standing = ledger.standing();
            let lost = match artifacts.look_for(stage, artifact, key).await? {
                Sought::There(found) => return Ok(Claimed::There(found)),
                Sought::Gone(what) => Some(what),
                Sought::Nowhere => standing.bought.as_ref().map(|bought| {
                    format!("{artifact} is gone without a trace (bought on {} for ${:.2})", bought.at, bought.cost_usd)
                }),
            };
            past::check(&standing, wanted, info)?;
            if let Some(what) = lost.filter(|_| !std::mem::replace(&mut told_of_loss, true)) {
                let again =
                    if standing.bought.is_some() { "it was paid for, and is made again" } else { "it is made again" };
                progress.note(stage, format!("{what}: {again}"));
            }
            let mut reserved = match standing.open {
                Some(_) => None,
                None => Some(money.reserve(&info.name, order.estimate())?),
            };
            if !std::mem::replace(&mut noted, true) {
                // So that the next run of this project asks the ledger what was paid, whatever becomes of this one.
                let (artifact, key, provider) = (artifact.to_owned(), key.to_owned(), info.name.clone());
                artifacts.record(HistoryEvent::Ordered { artifact, stage, key, provider }).await?;
            }
            turns.check_cancelled()?;
            let (read, claim) = self.try_claim(ledger, &wish, (stage, key), standing.bought).await?;
            ledger = read;
            match claim {
                Step::Mine(held) => {
                    let reserved = match reserved.take() {
                        Some(reserved) => reserved,
                        None => match money.reserve(&info.name, order.estimate()) {
                            Ok(reserved) => reserved,
                            Err(error) => {
                                artifacts.close(&held, &error, 0.0).await?;
                                return Err(error);
                            }
                        },
                    };
                    return Ok(Claimed::Mine { ledger: held, reserved, begun: None });
                }
                Step::Else(Claim::Unfinished(open)) => {
                    // It was allowed when it was begun: nothing new is spent on it.
                    drop(reserved);
                    let reserved = money.reserve_bought(open.expected_usd);
                    let why = match open.by.project == artifacts.buyer().project {
                        true => "an earlier run of the project began it",
                        false => "the run that began it is gone",
                    };
                    if let Some(writer) = ledger.take_over(artifacts.buyer(), why).await? {
                        let ledger = Arc::new(HeldLedger::taken_over(writer, wish, stage, key));
                        return Ok(Claimed::Mine { ledger, reserved, begun: Some(open) });
                    }
                }
                Step::Else(Claim::Bought | Claim::Mine(_)) => {}
                Step::Else(Claim::Busy(open)) => {
                    drop(reserved);
                    if !std::mem::replace(&mut told_of_other, true) {
                        let said =
                            format!("{artifact} is being bought for the project {}: waiting for it", open.by.project);
                        progress.note(stage, said);
                    }
                    tokio::select! {
                        () = tokio::time::sleep(wait) => wait = (wait * 3 / 2).min(LOOK.1),
                        () = turns.cancel().cancelled() => return Err(Error::cancelled()),
                    }
                    ledger.read_on().await?;
                }
            }
        }
    }

    /// Asks the ledger in a task of its own: where the run is dropped meanwhile, what was claimed is given back.
    async fn try_claim(
        &self,
        mut ledger: Ledger,
        wish: &PurchaseOrder,
        (stage, key): (Stage, &str),
        gone: Option<Bought>,
    ) -> Result<(Ledger, Step)> {
        let starting = self.jobs.starting().await;
        let (buyer, wish, key) = (self.artifacts.buyer().clone(), wish.clone(), key.to_owned());
        let task = tokio::spawn(async move {
            let step = match ledger.claim(&buyer, &wish, gone.as_ref()).await? {
                Claim::Mine(writer) => Step::Mine(Arc::new(HeldLedger::fresh(*writer, wish, (stage, &key), starting))),
                other => Step::Else(other),
            };
            Ok((ledger, step))
        });
        task.await.unwrap_or_else(|panic| {
            let message = "claiming a purchase panicked: this is a defect of adgen";
            Err(Error::new(ErrorKind::Unexpected, message).with_source(panic))
        })
    }
}

/// What the ledger says.
enum Step {
    Mine(Arc<HeldLedger>),
    /// Never [`Claim::Mine`].
    Else(Claim),
}
