//! What a person can do about an error, where nobody below has said so.
//!
//! May depend on `error` alone.

use crate::error::{Error, ErrorKind};

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
