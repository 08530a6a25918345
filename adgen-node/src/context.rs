//! What a provider of JavaScript's is given with each call; `lib/context.js` puts an `AbortSignal` beside it.

use crate::error::caught;
use adgen::provider::CallContext;
use napi_derive::napi;
use std::time::Duration;

/// Whether the call is still wanted, until when, and where files may go.
#[napi]
pub struct Context(CallContext);

impl Context {
    pub(crate) fn new(context: &CallContext) -> Self {
        Self(context.clone())
    }
}

#[napi]
impl Context {
    /// Whether nobody waits for the answer any more.
    #[napi(getter, catch_unwind)]
    pub fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// The seconds until the answer has to be there; `null` where it may take as long as it needs.
    #[napi(getter, catch_unwind)]
    pub fn remaining(&self) -> Option<f64> {
        self.0.remaining().map(|time| time.as_secs_f64())
    }

    /// A folder for files that are made on this machine.
    #[napi(getter, catch_unwind)]
    pub fn scratch(&self) -> String {
        self.0.scratch().to_string_lossy().into_owned()
    }

    /// Tells that the provider makes a call again by itself, in so many seconds.
    #[napi(catch_unwind)]
    pub fn retrying(&self, attempt: u32, wait: f64, code: String) {
        let wait = Duration::try_from_secs_f64(wait.max(0.0)).unwrap_or_default();
        self.0.retrying(attempt, wait, &code);
    }

    /// To be called right before something is ordered: throws where the call is off.
    #[napi(catch_unwind)]
    pub fn check_wanted(&self) -> napi::Result<()> {
        caught(|| self.0.check_wanted())
    }
}
