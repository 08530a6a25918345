//! What an earlier run found out about an order, and a later one must not pay for again.
//!
//! May depend on `error`, `provider` and its neighbour `products`.

use super::wanted::Wanted;
use crate::{
    engine::products::Products,
    error::{Error, ErrorKind, Result},
    provider::ProviderInfo,
};

/// What was refused once, or paid for and no good, is not ordered again unasked: it would cost again and give the same.
pub(super) async fn check(products: &Products, wanted: &Wanted<'_>, info: &ProviderInfo) -> Result<()> {
    let last = products
        .journal()
        .lock()
        .await
        .last_failure(wanted.key)
        .map(|(code, usd)| (ErrorKind::ALL.iter().copied().find(|kind| kind.as_str() == code), usd));
    let provider = &info.name;
    let error = match last {
        Some((Some(kind @ ErrorKind::ContentRejected), _)) => {
            Error::new(kind, format!("{provider} refused this prompt in an earlier run"))
        }
        Some((Some(kind @ ErrorKind::Media), usd)) if usd > 0.0 => {
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
        .with_context("product", wanted.product))
}
