//! The error itself: a kind, a sentence, and named facts.
//!
//! Depends on its neighbours `kind` and `retry`.

use super::{kind::ErrorKind, retry::Retry};
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    borrow::Cow,
    error::Error as StdError,
    fmt,
    sync::Arc,
};

/// What failed, on which value, and what to do next. One word wide; clones share what is underneath.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    retry: Retry,
    /// The innermost first.
    operations: Vec<Cow<'static, str>>,
    message: String,
    hint: Option<String>,
    provider: Option<String>,
    model: Option<String>,
    request_id: Option<String>,
    spent_usd: f64,
    possibly_spent_usd: f64,
    context: Vec<(Cow<'static, str>, String)>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    /// Of what should never happen, where the environment asks for it (`RUST_BACKTRACE`): `Debug` alone shows it.
    backtrace: Option<Arc<Backtrace>>,
}

impl Error {
    /// An error of `kind`; `message` is one sentence that names the value and what is allowed.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            retry: Retry::Never,
            operations: Vec::new(),
            message: message.into(),
            hint: None,
            provider: None,
            model: None,
            request_id: None,
            spent_usd: 0.0,
            possibly_spent_usd: 0.0,
            context: Vec::new(),
            source: None,
            backtrace: backtrace_of(kind),
        }))
    }

    /// The operation during which it happened, such as `"extract"`; around those that are named already.
    #[must_use]
    pub fn with_operation(mut self, operation: impl Into<Cow<'static, str>>) -> Self {
        let operation = operation.into();
        if self.0.operations.last() != Some(&operation) {
            self.0.operations.push(operation);
        }
        self
    }

    /// One more named fact: a path, a value, an amount.
    #[must_use]
    pub fn with_context(mut self, key: impl Into<Cow<'static, str>>, value: impl ToString) -> Self {
        self.0.context.push((key.into(), value.to_string()));
        self
    }

    /// What to do next, in a few words. Whoever knows more of the whole has the last word.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Whose answer or silence it is.
    #[must_use]
    pub fn with_provider(mut self, provider: impl Into<String>) -> Self {
        self.0.provider = Some(provider.into());
        self
    }

    /// Which of the provider's models was asked.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<String>) -> Self {
        self.0.model = Some(model.into());
        self
    }

    /// The provider's own name of the call, for its support.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// What the failed work cost all the same, in US dollars; added to what is there.
    #[must_use]
    pub fn with_spent_usd(mut self, usd: f64) -> Self {
        self.0.spent_usd += usd;
        self
    }

    /// What the failed work may have cost, which nobody knows, in US dollars.
    #[must_use]
    pub fn with_possibly_spent_usd(mut self, usd: f64) -> Self {
        self.0.possibly_spent_usd = usd;
        self
    }

    /// Whether another try can help.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// The error underneath.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// The same in other words.
    #[must_use]
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The same as another kind: whoever called may know better whose fault it is.
    #[must_use]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self.0.backtrace = self.0.backtrace.take().or_else(|| backtrace_of(kind));
        self
    }

    /// Without the facts of that name, such as the path of a copy that nobody knows of.
    #[must_use]
    pub(crate) fn without_context(mut self, key: &str) -> Self {
        self.0.context.retain(|(name, _)| name != key);
        self
    }

    /// With all that `other` says beside its kind and sentence: it takes that one's place.
    #[must_use]
    pub(crate) fn with_facts_of(mut self, other: Self) -> Self {
        let (own, other) = (&mut self.0, *other.0);
        own.hint = own.hint.take().or(other.hint);
        own.provider = own.provider.take().or(other.provider);
        own.model = own.model.take().or(other.model);
        own.request_id = own.request_id.take().or(other.request_id);
        own.context.extend(other.context);
        self
    }

    /// The caller's wish to stop, as an error.
    pub(crate) fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "the run was cancelled")
    }

    /// A media error.
    pub(crate) fn media(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Media, message)
    }

    /// What kind of failure it was.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether another try can help.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// The outermost operation during which it happened; empty where nobody named one.
    pub fn operation(&self) -> &str {
        self.0.operations.last().map(|operation| &**operation).unwrap_or_default()
    }

    /// The operations during which it happened, the outermost first.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.0.operations.iter().rev().map(|operation| &**operation)
    }

    /// What to do next, as this error or the first one underneath says.
    pub fn hint(&self) -> Option<&str> {
        self.first(|inner| inner.hint.as_deref())
    }

    /// Whose answer or silence it is.
    pub fn provider(&self) -> Option<&str> {
        self.first(|inner| inner.provider.as_deref())
    }

    /// Which of the provider's models was asked.
    pub fn model(&self) -> Option<&str> {
        self.first(|inner| inner.model.as_deref())
    }

    /// The provider's own name of the call.
    pub fn request_id(&self) -> Option<&str> {
        self.first(|inner| inner.request_id.as_deref())
    }

    /// What the failed work cost all the same, in US dollars.
    pub fn spent_usd(&self) -> f64 {
        self.0.spent_usd
    }

    /// What the failed work may have cost, which nobody knows, in US dollars.
    pub fn possibly_spent_usd(&self) -> f64 {
        self.chain().map(|inner| inner.possibly_spent_usd).find(|usd| *usd > 0.0).unwrap_or_default()
    }

    /// The sentence, without operation and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The named facts, in the order in which they were added.
    pub fn context(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.context.iter().map(|(name, value)| (&**name, &**value))
    }

    /// This error and those underneath that are of this type.
    fn chain(&self) -> impl Iterator<Item = &Inner> {
        let all = std::iter::successors(Some(self as &(dyn StdError + 'static)), |&error| error.source());
        all.filter_map(|error| error.downcast_ref::<Self>()).map(|error| &*error.0)
    }

    fn first<'a>(&'a self, of: impl Fn(&'a Inner) -> Option<&'a str>) -> Option<&'a str> {
        self.chain().find_map(of)
    }

    /// What it says of itself, without what is underneath.
    pub(super) fn own_line(&self) -> String {
        let line = format!("{}: {}", self.0.kind, self.0.message);
        let facts = self.facts();
        if facts.is_empty() { line } else { format!("{line} ({})", facts.join("; ")) }
    }

    /// The facts in parentheses, this error's own alone.
    fn facts(&self) -> Vec<String> {
        let inner = &self.0;
        let named = |key: &str, value: &Option<String>| value.as_ref().map(|value| format!("{key}: {value}"));
        let dollars = |key: &str, usd: f64| (usd > 0.0).then(|| format!("{key}: ${usd:.4}"));
        let operations: Vec<&str> = self.operations().collect();
        let operations = (!operations.is_empty()).then(|| format!("at {}", operations.join(" > ")));
        let context = inner.context.iter().map(|(key, value)| format!("{key}: {value}"));
        let before = [operations, named("provider", &inner.provider), named("model", &inner.model)];
        let after = [
            named("request_id", &inner.request_id),
            dollars("cost", inner.spent_usd),
            dollars("possibly_spent_usd", inner.possibly_spent_usd),
            named("next", &inner.hint),
        ];
        before.into_iter().flatten().chain(context).chain(after.into_iter().flatten()).collect()
    }
}

impl fmt::Display for Error {
    /// One line: `kind: message (at operation; key: value; …; next: hint): source`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.own_line())?;
        match self.source() {
            // It tells its own sources.
            Some(source) if source.is::<Self>() => write!(f, ": {source}"),
            Some(source) => {
                let mut source = Some(source);
                while let Some(error) = source {
                    write!(f, ": {error}")?;
                    source = error.source();
                }
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        let mut shown = f.debug_struct("Error");
        shown
            .field("kind", &inner.kind)
            .field("retry", &inner.retry)
            .field("message", &inner.message)
            .field("facts", &self.facts())
            .field("source", &inner.source);
        if let Some(backtrace) = &inner.backtrace {
            shown.field("backtrace", backtrace);
        }
        shown.finish()
    }
}

/// Where the error was made, for a kind that is a defect, where somebody asks for backtraces.
fn backtrace_of(kind: ErrorKind) -> Option<Arc<Backtrace>> {
    if kind != ErrorKind::Unexpected {
        return None;
    }
    let backtrace = Backtrace::capture();
    (backtrace.status() == BacktraceStatus::Captured).then(|| Arc::new(backtrace))
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        let (kind, message) = match error.kind() {
            std::io::ErrorKind::NotFound => (ErrorKind::NotFound, "a file is not there"),
            std::io::ErrorKind::StorageFull => (ErrorKind::Io, "the storage is full; free some space and run again"),
            _ => (ErrorKind::Io, "a file operation failed"),
        };
        Self::new(kind, message).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_kind_operation_context_and_source() {
        let error = Error::new(ErrorKind::Io, "cannot write the video")
            .with_operation("render")
            .with_context("path", "/a/b.mp4")
            .with_source(std::io::Error::other("disk full"));
        assert_eq!(error.to_string(), "io: cannot write the video (at render; path: /a/b.mp4): disk full");
    }

    #[test]
    fn operations_stack_and_facts_are_found_underneath() {
        let inner = Error::new(ErrorKind::RateLimited, "asks for fewer calls")
            .with_provider("replicate")
            .with_request_id("req_1")
            .with_hint("wait");
        let error = Error::new(ErrorKind::FallbackDenied, "no clip")
            .with_operation("fetch")
            .with_operation("scenes")
            .with_operation("scenes")
            .with_source(inner);
        assert_eq!(error.operation(), "scenes");
        assert_eq!(error.operations().collect::<Vec<_>>(), ["scenes", "fetch"]);
        assert_eq!(
            (error.provider(), error.request_id(), error.hint()),
            (Some("replicate"), Some("req_1"), Some("wait"))
        );
        assert_eq!(
            error.to_string(),
            "fallback_denied: no clip (at scenes > fetch): rate_limited: asks for fewer calls \
             (provider: replicate; request_id: req_1; next: wait)"
        );
        assert_eq!(error.with_hint("rest").hint(), Some("rest"));
    }

    /// The environment is looked at once in a process, so another one is asked.
    #[test]
    fn a_defect_says_where_it_came_from_and_nothing_else_does() {
        const CHILD: &str = "ADGEN_TEST_BACKTRACE";
        if std::env::var_os(CHILD).is_some() {
            let defect = Error::new(ErrorKind::Unexpected, "two and two is five");
            let (shown, said) = (format!("{defect:?}"), defect.to_string());
            assert!(shown.contains("backtrace") && shown.contains("a_defect_says_where_it_came_from"), "{shown}");
            assert_eq!((said.as_str(), defect.clone().body().context), ("unexpected: two and two is five", Vec::new()));
            let media = Error::new(ErrorKind::Media, "no clip");
            assert!(!format!("{media:?}").contains("backtrace"), "{media:?}");
            assert!(format!("{:?}", media.with_kind(ErrorKind::Unexpected)).contains("backtrace"));
            return;
        }
        let run = |backtrace: &str| {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", "error::failure::tests::a_defect_says_where_it_came_from_and_nothing_else_does"]);
            child.env(CHILD, "1").env("RUST_BACKTRACE", backtrace).env_remove("RUST_LIB_BACKTRACE");
            child.output().unwrap()
        };
        let asked = run("1");
        assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stdout));
        // Where nobody asks, nothing is captured, and the child's own expectations fail.
        assert!(!run("0").status.success());
    }

    #[test]
    fn is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }
}
