//! What somebody found out about an order, and nobody must pay for again.
//!
//! May depend on `error`, `provider`, `store` and its neighbour `wanted`.

use super::wanted::Wanted;
use crate::{
    error::{Error, ErrorKind, Result},
    provider::ProviderInfo,
    store::Standing,
};

/// What was refused once, or paid for and no good, is not ordered again unasked: it would cost again and give the same.
pub(super) fn check(standing: &Standing, wanted: &Wanted<'_>, info: &ProviderInfo) -> Result<()> {
    let (Some(failed), None, None) = (&standing.failed, &standing.open, &standing.bought) else { return Ok(()) };
    let kind = ErrorKind::ALL.iter().copied().find(|kind| kind.as_str() == failed.code);
    let (provider, usd) = (&info.name, failed.cost_usd);
    let error = match kind {
        Some(kind @ ErrorKind::ContentRejected) => {
            Error::new(kind, format!("{provider} refused this prompt in an earlier run"))
        }
        Some(kind @ ErrorKind::Media) if usd > 0.0 => {
            let said = format!("what {provider} made of this in an earlier run, for ${usd:.4}, is no good");
            Error::new(kind, said)
                .with_hint("change the prompt or the seed to order it anew: the same would be paid twice")
        }
        _ => return Ok(()),
    };
    Err(error
        .with_operation(wanted.stage.as_str())
        .with_provider(provider)
        .with_model(&info.model)
        .with_context("artifact", wanted.artifact))
}
