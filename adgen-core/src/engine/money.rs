//! Money that is set aside while jobs are under way, so that all of them together stay below the limit.
//!
//! May depend on `project`, `error` and its neighbour `progress`.

use super::{policy::ProjectPolicy, progress::Progress};
use crate::{
    error::{Error, ErrorKind, Result},
    project::CostRange,
};
use std::sync::{Arc, Mutex, PoisonError};

/// What a run may spend, and what jobs under way are expected to cost.
#[derive(Debug)]
pub(crate) struct Money {
    /// The most that the whole ad may cost, whatever its document says.
    max_usd: Option<f64>,
    policy: ProjectPolicy,
    progress: Arc<Progress>,
    reserved_usd: Mutex<f64>,
}

impl Money {
    pub(crate) fn new(max_usd: Option<f64>, policy: ProjectPolicy, progress: Arc<Progress>) -> Self {
        Self { max_usd, policy, progress, reserved_usd: Mutex::new(0.0) }
    }

    /// Sets money aside for a call that is about to be made.
    ///
    /// # Errors
    /// `QuotaExceeded` where the whole ad would cost more than it may, or might.
    pub(crate) fn reserve(self: &Arc<Self>, provider: &str, cost: CostRange) -> Result<Reserved> {
        let policy = self.policy.get().and_then(|policy| policy.max_usd).unwrap_or(f64::INFINITY);
        let limit = self.max_usd.unwrap_or(f64::INFINITY).min(policy);
        let CostRange { low_usd, high_usd } = cost;
        if !(low_usd >= 0.0 && high_usd >= low_usd) {
            // A limit would grow by what is less than nothing.
            let message = format!("{provider} expects this to cost {low_usd} to {high_usd} dollars, which is no cost");
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("mend the price or the estimate of the provider: 0 or more, the lower one first"));
        }
        let usd = cost.expected_usd();
        // Plain numbers: whole whatever happened to another thread.
        let mut reserved = self.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner);
        let spent = self.progress.state().cost_usd;
        let refused = |message: String, hint: &str| {
            Err(Error::new(ErrorKind::QuotaExceeded, message)
                .with_context("project_spent_usd", format!("{spent:.2}"))
                .with_context("under_way_usd", format!("{:.2}", *reserved))
                .with_hint(hint))
        };
        if limit.is_finite() && !cost.is_known() {
            return refused(
                format!("nobody knows what {provider} takes for this, and the whole ad may cost ${limit:.2}"),
                "give the model's price to the provider, choose a model with a known one, or lift the limit",
            );
        }
        // A billionth of a dollar is rounding, not money.
        if usd > 0.0 && spent + *reserved + usd > limit + 1e-9 {
            return refused(
                format!("this would cost {}, and the whole ad may cost {}", dollars(usd), dollars(limit)),
                "raise the limit (policy.max_usd of the document, max_usd of the studio or the run, --max-cost of the command) \
                 and run again: nothing that is finished is bought twice",
            );
        }
        *reserved += usd;
        Ok(Reserved { money: Arc::clone(self), usd })
    }

    /// Counts what is under way since an earlier run; it was allowed then.
    pub(crate) fn reserve_bought(self: &Arc<Self>, usd: f64) -> Reserved {
        *self.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner) += usd;
        Reserved { money: Arc::clone(self), usd }
    }
}

/// Cents, or as much as there is of one.
fn dollars(usd: f64) -> String {
    if usd > 0.0 && usd < 0.01 { format!("${usd:.4}") } else { format!("${usd:.2}") }
}

/// Money that is set aside while a job is under way.
#[derive(Debug)]
pub(crate) struct Reserved {
    money: Arc<Money>,
    usd: f64,
}

impl Drop for Reserved {
    fn drop(&mut self) {
        *self.money.reserved_usd.lock().unwrap_or_else(PoisonError::into_inner) -= self.usd;
    }
}
