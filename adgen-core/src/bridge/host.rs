//! What is asked of the other language.
//!
//! Depends on `provider`, `error` and the crate of pictures.

use crate::{
    error::{Error, ErrorKind, Result},
    provider::{CallContext, Generation, ProviderInfo},
};
use async_trait::async_trait;
use image::RgbImage;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::{fmt, time::Duration};

/// So much longer than a call's deadline its answer is waited for.
const GRACE: Duration = Duration::from_secs(1);

/// What an object of the other language is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Plans.
    Planner,
    /// Makes backgrounds.
    Video,
    /// Makes music or speech.
    Audio,
    /// Cuts products out.
    Remover,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Planner => "planner",
            Self::Video => "video provider",
            Self::Audio => "audio provider",
            Self::Remover => "background remover",
        })
    }
}

/// An object of the other language with methods of a contract. Arguments and answers are JSON objects and values by the names of
/// the contract's parameters and fields; bytes are Base64 in them.
#[async_trait]
pub trait Host: fmt::Debug + Send + Sync + 'static {
    /// Whether the object has this method or property.
    fn has(&self, method: &str) -> bool;

    /// Asks for something that is known at once, on whatever thread this is: a property, a price.
    ///
    /// # Errors
    /// What the object raised.
    fn ask(&self, method: &'static str, arguments: &Map<String, Value>) -> Result<Value>;

    /// Calls a method that may take its time. Dropped, the call is over for whoever made it, and the object should hear of that.
    ///
    /// # Errors
    /// What the object raised.
    async fn call(&self, method: &'static str, arguments: &Map<String, Value>, context: &CallContext) -> Result<Value>;

    /// Asks a background remover for the mask of a photo, a byte a pixel, row by row. Called on a thread where blocking is
    /// allowed.
    ///
    /// # Errors
    /// What the object raised.
    fn mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<Vec<u8>>;
}

/// Arguments by their names.
pub(super) fn arguments<const N: usize>(named: [(&str, Value); N]) -> Map<String, Value> {
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Data as JSON.
///
/// # Errors
/// `Unexpected`, which would be a defect of adgen.
pub(super) fn value(data: &impl Serialize) -> Result<Value> {
    serde_json::to_value(data)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a request is not JSON").with_source(error))
}

/// Reads what a method answered.
///
/// # Errors
/// `Unexpected` that shows the answer and says what it lacks.
pub(super) fn read<T: DeserializeOwned>(role: Role, method: &str, answer: Value) -> Result<T> {
    let shown = shown(&answer);
    serde_json::from_value(answer).map_err(|error| {
        let message = format!("the {role} answered {method} with {shown}: {error}");
        Error::new(ErrorKind::Unexpected, message)
            .with_hint("this is a defect of the provider: docs/providers.md says what each method gives")
    })
}

/// Reads a property of the object, where it has one. Fields that it leaves out are those of `usual`.
///
/// # Errors
/// `InvalidConfig` where it is no such thing.
pub(super) fn property<T: DeserializeOwned>(
    host: &dyn Host,
    role: Role,
    name: &'static str,
    usual: Option<Value>,
) -> Result<T> {
    let wrong = |why: String| {
        Error::new(ErrorKind::InvalidConfig, format!("the {role}'s `{name}` {why}"))
            .with_hint("docs/providers.md says what a provider tells of itself")
    };
    let told = if host.has(name) { Some(host.ask(name, &Map::new())?) } else { None };
    let whole = match (told, usual) {
        (None, None) => return Err(wrong("is missing".to_owned())),
        (None, Some(usual)) => usual,
        (Some(told), None) => told,
        (Some(Value::Object(told)), Some(Value::Object(mut usual))) => {
            if let Some(foreign) = told.keys().find(|key| !usual.contains_key(*key)) {
                let known = usual.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return Err(wrong(format!("has {foreign:?}: {known} are allowed")));
            }
            usual.extend(told);
            Value::Object(usual)
        }
        (Some(told), Some(Value::Object(_))) => {
            return Err(wrong(format!("is {}: an object is needed", shown(&told))));
        }
        (Some(told), Some(_)) => told,
    };
    let text = shown(&whole);
    serde_json::from_value(whole).map_err(|error| wrong(format!("is {text}: {error}")))
}

/// Who a provider of that role is.
///
/// # Errors
/// `InvalidConfig` where it does not say so, or has a price that no limit can count.
pub(super) fn known(host: &dyn Host, role: Role) -> Result<ProviderInfo> {
    let info: ProviderInfo = property(host, role, "info", None)?;
    let blank = info.name.trim().is_empty() || info.model.trim().is_empty();
    let problem = if blank { Some("the name or the model is blank".to_owned()) } else { info.price.problem() };
    match problem {
        Some(problem) => {
            Err(Error::new(ErrorKind::InvalidConfig, format!("the {role}'s `info` is no good: {problem}"))
                .with_hint("docs/providers.md says what a provider tells of itself"))
        }
        None => Ok(info),
    }
}

/// # Errors
/// `InvalidConfig` for a longest output that is none.
pub(super) fn lasting(role: Role, longest_s: f64) -> Result<()> {
    if longest_s > 0.0 {
        return Ok(());
    }
    let message = format!("the {role}'s `capability` has max_duration_s {longest_s}: more than 0 is needed");
    Err(Error::new(ErrorKind::InvalidConfig, message))
}

/// In one line, short enough for a message.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        value => json!(value).to_string(),
    };
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Orders something. Never left behind before its time is over: an order that was begun is waited for, so that its job is known. The
/// context tells of a wish to stop. What is made on this machine takes as long as the machine needs.
///
/// # Errors
/// What the object raised; `OutcomeUnknown` where nobody knows whether something was ordered that costs something.
pub(super) async fn order(
    host: &dyn Host,
    role: Role,
    info: &ProviderInfo,
    request: Value,
    context: &CallContext,
    is_local: bool,
) -> Result<Generation> {
    let arguments = arguments([("request", request)]);
    let call = host.call("start", &arguments, context);
    let answer = if is_local { call.await } else { in_time(role, "start", context, call).await };
    // What nobody expected, an exception or an answer that makes no sense, says nothing of whether something was ordered; nor does
    // silence.
    answer.and_then(|answer| read(role, "start", answer)).map_err(|error| match error.kind() {
        ErrorKind::Unexpected if !info.price.is_free() => error.with_kind(ErrorKind::OutcomeUnknown),
        _ => error,
    })
}

/// Waits for an answer until shortly after the call's deadline: a provider that keeps to it has a word of its own then.
///
/// # Errors
/// `Unexpected` for one that does not.
pub(super) async fn in_time(
    role: Role,
    method: &str,
    context: &CallContext,
    call: impl Future<Output = Result<Value>>,
) -> Result<Value> {
    let Some(left) = context.remaining() else { return call.await };
    tokio::time::timeout(left + GRACE, call).await.unwrap_or_else(|_| {
        let message = format!("the {role} did not answer {method} within {:.1} s", left.as_secs_f64());
        Err(Error::new(ErrorKind::Unexpected, message).with_hint(
            "this is a defect of the provider: it has to answer, or to raise, before its context's time is over",
        ))
    })
}

/// What the object answers about a request at once, where it has an answer of its own. Such questions have no errors: what goes wrong is
/// a panic, as it would be in Rust, and the engine begins nothing for a request about whose price or length it was.
pub(super) fn asked<T: DeserializeOwned>(
    host: &dyn Host,
    role: Role,
    method: &'static str,
    request: &impl Serialize,
) -> Option<T> {
    if !host.has(method) {
        return None;
    }
    let answer = value(request)
        .and_then(|request| host.ask(method, &arguments([("request", request)])))
        .and_then(|answer| read(role, method, answer));
    match answer {
        Ok(answer) => Some(answer),
        // Not by `panic!`, whose hook would print it.
        Err(error) => std::panic::resume_unwind(Box::new(error)),
    }
}
