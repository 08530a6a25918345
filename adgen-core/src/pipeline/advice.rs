//! What to do about what went wrong: what a person can do next, and what a later run must not do again.

use super::{context::Context, generate::Wanted};
use crate::{
    error::{Error, ErrorKind, Result},
    provider::ProviderInfo,
};

/// What was refused once, or paid for and no good, is not ordered again unasked: it would cost again and give the same.
pub(crate) async fn check_past(context: &Context, wanted: &Wanted<'_>, info: &ProviderInfo) -> Result<()> {
    let last = context
        .journal
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

/// The error with a next step, where nobody below has named one.
pub(crate) fn hinted(error: Error) -> Error {
    match error.hint() {
        Some(_) => error,
        None => {
            let hint = hint_for(error.kind());
            error.with_hint(hint)
        }
    }
}

fn hint_for(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Unauthenticated => "check the key and its rights, then run again",
        ErrorKind::QuotaExceeded => {
            "add credit or use another key, then run again: nothing that is finished is bought twice"
        }
        ErrorKind::ContentRejected => "say it in other words, then run again",
        ErrorKind::InvalidInput | ErrorKind::Unsupported => {
            "choose another model, or change what is asked of it, then run again"
        }
        ErrorKind::NotFound => "check the name of the model and the address of the service, then run again",
        ErrorKind::Media => "change the prompt or the seed, or choose another model, then run again",
        ErrorKind::Model => "run adgen doctor: it says what is missing and how to get it",
        ErrorKind::GenerationFailed | ErrorKind::Timeout => "run again to order it anew, or choose another model",
        ErrorKind::Cancelled => "run again to order it anew",
        _ => "run again later: nothing that is finished is bought twice",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_one_hint() {
        for &kind in ErrorKind::ALL {
            let plain = hinted(Error::new(kind, "no"));
            assert_eq!(plain.to_string().matches("next: ").count(), 1, "{plain}");
            let named = Error::new(kind, "no").with_hint("rest");
            let wrapped = hinted(Error::new(kind, "no").with_source(named));
            assert_eq!(wrapped.to_string().matches("next: ").count(), 1, "{wrapped}");
        }
    }
}
