//! What a provider is given with each call: whether it is still wanted, until when, where files may lie, and who hears of
//! repetitions.
//!
//! May depend on `error` and `http`, whose calls obey it.

use crate::{
    error::{Error, Result},
    http::{AssetRules, Caller, Http, HttpOptions, fetch_asset},
};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// What a provider is given with each call. Cheap to clone; clones belong to the same call.
///
/// # For implementers
/// Everything here may be ignored: the pipeline bears with providers that do not look. Who looks ends sooner where
/// nobody waits for the answer any more. A call that **was sent** is waited for all the same if it may have ordered
/// something: only its answer tells what there is to be stopped. Until it is sent it can be left; who waits for a turn
/// of its own waits for [`called_off`](Self::called_off) beside it, or looks at [`check_wanted`](Self::check_wanted)
/// right before it sends.
///
/// ```
/// # async fn turn() {}
/// # async fn send() -> adgen::Result<String> { Ok(String::new()) }
/// use adgen::{Result, provider::CallContext};
///
/// async fn order(context: &CallContext) -> Result<String> {
///     tokio::select! {
///         error = context.called_off() => return Err(error),
///         () = turn() => {}
///     }
///     // From here on it is waited for.
///     send().await
/// }
/// ```
#[derive(Clone)]
pub struct CallContext {
    caller: Caller,
    scratch: Arc<Path>,
    /// As the studio's files from the web travel; as by default where missing.
    http: Option<Http>,
}

impl Default for CallContext {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { caller, scratch, .. } = self;
        f.debug_struct("CallContext").field("caller", caller).field("scratch", scratch).finish_non_exhaustive()
    }
}

impl CallContext {
    /// A call that nobody calls off, that may take as long as it needs, whose repetitions nobody hears of, and whose files
    /// go to the system's temporary folder.
    pub fn new() -> Self {
        Self { caller: Caller::default(), scratch: std::env::temp_dir().into(), http: None }
    }

    /// What [`CallContext::new`] gives, for as long as a test likes.
    #[cfg(test)]
    pub(crate) fn plain() -> &'static Self {
        static PLAIN: std::sync::LazyLock<CallContext> = std::sync::LazyLock::new(CallContext::new);
        &PLAIN
    }

    /// The call is wanted until then.
    #[must_use]
    pub fn with_deadline(self, deadline: Instant) -> Self {
        Self { caller: self.caller.with_deadline(Some(deadline.into())), ..self }
    }

    /// The call is wanted for so long from now on. A time beyond what clocks can tell is none.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        let deadline = tokio::time::Instant::now().checked_add(timeout);
        Self { caller: self.caller.with_deadline(deadline), ..self }
    }

    /// Files that are made on this machine go to `folder`.
    #[must_use]
    pub fn with_scratch(self, folder: impl Into<PathBuf>) -> Self {
        Self { scratch: folder.into().into(), ..self }
    }

    /// `listener` hears of every repetition, as [`retrying`](Self::retrying) tells it; it takes the place of an earlier one.
    #[must_use]
    pub fn with_retry_listener(self, listener: impl Fn(u32, Duration, &str) + Send + Sync + 'static) -> Self {
        Self { caller: self.caller.with_listener(listener), ..self }
    }

    /// Files that the provider's default `fetch` brings travel by these connections.
    pub(crate) fn with_http(self, http: &Http) -> Self {
        Self { http: Some(http.clone()), ..self }
    }

    /// The call is off once `wish` is cancelled; [`cancel`](Self::cancel) does not reach further than this call.
    pub(crate) fn with_wish(self, wish: &CancellationToken) -> Self {
        Self { caller: self.caller.with_wish(wish.child_token()), ..self }
    }

    /// Nobody waits for the call's answer any more: the call of this context and of its clones is off.
    pub fn cancel(&self) {
        self.caller.cancel();
    }

    /// Whether nobody waits for the answer any more, such as where somebody cancelled the run.
    pub fn is_cancelled(&self) -> bool {
        self.caller.is_cancelled()
    }

    /// Ends once nobody waits for the answer any more.
    pub async fn cancelled(&self) {
        self.caller.cancelled().await;
    }

    /// Until when the call is wanted; `None` where it may take as long as it needs.
    pub fn deadline(&self) -> Option<Instant> {
        self.caller.deadline().map(tokio::time::Instant::into_std)
    }

    /// The time until the deadline, nothing once it is over; `None` where there is none.
    pub fn remaining(&self) -> Option<Duration> {
        let deadline = self.caller.deadline()?;
        Some(deadline.saturating_duration_since(tokio::time::Instant::now()))
    }

    /// A folder of the pipeline's own, for files that are made on this machine. It is there.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Tells that a provider makes a call again by itself. `attempt` is the number of the try that has just failed, 1 for
    /// the first, `wait` the time until the next one, `code` what failed, such as
    /// [`ErrorKind::as_str`](crate::ErrorKind::as_str) gives it.
    pub fn retrying(&self, attempt: u32, wait: Duration, code: &str) {
        self.caller.retrying(attempt, wait, code);
    }

    /// Ends once the call is off, cancelled or beyond its deadline, with the error to end with; never where nobody calls it
    /// off. From then on it counts as left before it was sent ([`was_left_unsent`](Self::was_left_unsent)): wait for it only
    /// where nothing was ordered and nothing is under way.
    pub async fn called_off(&self) -> Error {
        self.caller.called_off().await
    }

    /// The same without waiting, right before something is sent: an error where the call is off, which then counts as left
    /// before it was sent.
    ///
    /// # Errors
    /// `Cancelled` where somebody cancelled, `Timeout` once the deadline is over.
    pub fn check_wanted(&self) -> Result<()> {
        self.caller.check()
    }

    /// Whether the call was left before it was sent, by [`called_off`](Self::called_off) or
    /// [`check_wanted`](Self::check_wanted): then it ordered nothing, and its error says no more than that.
    pub fn was_left_unsent(&self) -> bool {
        self.caller.has_left()
    }

    /// As whom calls of an API are made.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// By which connections files are fetched.
    ///
    /// # Errors
    /// `InvalidConfig` where the system's settings cannot be used.
    pub(crate) fn http(&self) -> Result<Http> {
        self.http.clone().map_or_else(|| Http::new(HttpOptions::default()), Ok)
    }

    /// Fetches what a job made as providers usually do: from the public internet alone, unless its servers may be private.
    pub(crate) async fn fetch(&self, url: &str, target: &Path, allow_private: bool) -> Result<()> {
        let rules = AssetRules { allow_private, ..AssetRules::foreign() };
        let http = self.http()?;
        self.unless_cancelled(fetch_asset(&http, url, target, rules)).await
    }

    /// What `work` gives, or `Cancelled` once nobody waits for it: for work that can be dropped at any moment.
    pub(crate) async fn unless_cancelled<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancelled() => Err(Error::cancelled()),
            done = work => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use futures_util::FutureExt;
    use std::sync::Mutex;

    #[tokio::test]
    async fn whoever_holds_a_clone_cancels_this_call_and_no_other() {
        let run = CancellationToken::new();
        let context = CallContext::new().with_wish(&run);
        let other = CallContext::new().with_wish(&run);
        assert!(!context.is_cancelled() && context.cancelled().now_or_never().is_none());
        context.clone().cancel();
        assert!(context.is_cancelled() && context.cancelled().now_or_never().is_some());
        assert!(!other.is_cancelled() && !run.is_cancelled());
        run.cancel();
        other.cancelled().await;
        let work = context.unless_cancelled(async { Ok(()) }).await;
        assert_eq!(work.unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(!CallContext::new().is_cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_is_told_and_ends_what_was_not_sent() {
        assert_eq!((CallContext::new().deadline(), CallContext::new().remaining()), (None, None));
        let endless = CallContext::new().with_timeout(Duration::MAX);
        assert_eq!(endless.remaining(), None);
        let context = CallContext::new().with_timeout(Duration::from_secs(60));
        assert_eq!(context.remaining(), Some(Duration::from_secs(60)));
        let same = CallContext::new().with_deadline(context.deadline().expect("it has one"));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!((context.remaining(), same.remaining()), (Some(Duration::from_secs(40)), context.remaining()));
        assert!(context.check_wanted().is_ok() && !context.was_left_unsent());
        let error = context.called_off().await;
        assert_eq!((error.kind(), context.remaining()), (ErrorKind::Timeout, Some(Duration::ZERO)));
        // Nobody cancelled it.
        assert!(context.was_left_unsent() && !context.is_cancelled());
        assert_eq!(same.check_wanted().unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[test]
    fn repetitions_are_told_once_each_to_who_listens() {
        CallContext::new().retrying(1, Duration::ZERO, "timeout");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heard);
        let context = CallContext::new().with_retry_listener(|_, _, _| panic!("it was replaced"));
        let context = context.with_retry_listener(move |attempt, wait, code| {
            log.lock().unwrap().push((attempt, wait, code.to_owned()));
        });
        context.retrying(1, Duration::from_millis(500), "timeout");
        context.clone().retrying(2, Duration::from_secs(1), "rate_limited");
        let expected = [(1, Duration::from_millis(500), "timeout"), (2, Duration::from_secs(1), "rate_limited")];
        assert_eq!(*heard.lock().unwrap(), expected.map(|(attempt, wait, code)| (attempt, wait, code.to_owned())));
    }

    #[tokio::test]
    async fn a_call_is_left_only_by_who_waits_before_it_is_sent() {
        let context = CallContext::new();
        assert!(context.called_off().now_or_never().is_none() && context.check_wanted().is_ok());
        context.cancel();
        // What was sent does not ask.
        assert!(!context.was_left_unsent());
        assert_eq!(context.called_off().await.kind(), ErrorKind::Cancelled);
        assert!(context.was_left_unsent() && context.clone().was_left_unsent());
        let other = CallContext::new();
        other.cancel();
        assert_eq!(other.check_wanted().unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(other.was_left_unsent());
    }

    #[test]
    fn files_have_a_folder() {
        assert_eq!(CallContext::default().scratch(), std::env::temp_dir());
        let context = CallContext::new().with_scratch("/tmp/own").with_timeout(Duration::from_secs(1));
        assert_eq!(context.clone().scratch(), Path::new("/tmp/own"));
    }
}
