//! What becomes of a product that cannot be made as asked for: a humbler one takes its place, or the policy denies that. And
//! errors about the document's own files, by the names that people gave them.

use super::{advice::hinted, context::Context, import::AssetUse};
use crate::{
    error::{Error, ErrorBody, ErrorKind, Result},
    project::{Degradation, Fallback, Lack, Stage},
};
use std::sync::PoisonError;

impl Context {
    /// A step failed for good: says so and goes on with `fallback`, or fails where the policy denies it.
    pub(crate) fn degrade(&self, stage: Stage, product: &str, fallback: &str, cause: Error) -> Result<()> {
        // What fails for the run as a whole is no reason for a humbler ad.
        if matches!(cause.kind(), ErrorKind::Cancelled | ErrorKind::FallbackDenied | ErrorKind::Io | ErrorKind::Locked)
        {
            return Err(cause);
        }
        self.check_cancelled()?;
        // Without its folder every stage fails, and no fallback could be stored either.
        let cause = hinted(self.check_storage(cause));
        if cause.kind() == ErrorKind::Io {
            return Err(cause);
        }
        if self.denies_fallbacks() {
            return Err(self.denied(stage, product, fallback, cause));
        }
        self.tracker.degraded(Degradation {
            stage,
            product: product.to_owned(),
            fallback: fallback.to_owned(),
            cause: cause.body(),
            also: Vec::new(),
        });
        Ok(())
    }

    /// A product lacks something of what was asked for: says so, or fails where the policy denies it.
    pub(super) fn lacks(&self, stage: Stage, product: &str, lacks: &[Lack]) -> Result<()> {
        for Lack { fallback, cause } in lacks {
            if self.denies_fallbacks() {
                let cause = Error::new(ErrorKind::InvalidInput, cause.clone());
                return Err(self.denied(stage, product, fallback, cause));
            }
            let (product, fallback) = (product.to_owned(), fallback.clone());
            let cause = ErrorBody::new(ErrorKind::InvalidInput.as_str(), cause.clone());
            self.tracker.lacks(Degradation { stage, product, fallback, cause, also: Vec::new() });
        }
        Ok(())
    }

    pub(super) fn denies_fallbacks(&self) -> bool {
        self.policy.get().is_some_and(|policy| policy.fallback == Fallback::Deny)
    }

    fn denied(&self, stage: Stage, product: &str, fallback: &str, cause: Error) -> Error {
        let message =
            format!("{product} could not be made as asked for, and policy.fallback = deny forbids the {fallback}");
        Error::new(ErrorKind::FallbackDenied, message)
            .with_operation(stage.as_str())
            .with_context("run_spent_usd", format!("{:.2}", self.tracker.run_cost_usd()))
            .with_hint("remove the cause and run again: nothing that is finished is done twice")
            .with_source(cause)
    }

    /// Remembers how the document named a file, for messages.
    pub(crate) fn remember_name(&self, stored: &str, named: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(stored.to_owned(), named.to_owned());
    }

    /// An error about one of the document's own files, by the name that the person gave it.
    pub(crate) fn about(&self, used: AssetUse, stored: &str, error: Error) -> Error {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        match names.get(stored) {
            Some(named) => used.error(named, error),
            None => used.error(&self.files.display(stored), error),
        }
    }
}
