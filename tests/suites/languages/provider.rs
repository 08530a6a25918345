//! Providers whose answers are written down.

use adgen::{
    Error, ErrorBody, ErrorKind, Result, Retry,
    provider::{
        CallContext, Cancelled, Generated, Generation, JobId, Plan, PlanRequest, ProviderInfo, VideoCapability,
        VideoProvider, VideoRequest,
    },
};
use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
    time::Duration,
};

/// How often each method was called.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<BTreeMap<String, u64>>>);

impl Calls {
    pub(crate) fn of(&self, method: &str) -> u64 {
        self.0.lock().expect("counts").get(method).copied().unwrap_or_default()
    }

    fn count(&self, method: &str) {
        *self.0.lock().expect("counts").entry(method.to_owned()).or_default() += 1;
    }
}

/// Answers by method, the last one again and again.
#[derive(Debug)]
struct Answers(Mutex<BTreeMap<String, VecDeque<Value>>>, Calls);

impl Answers {
    fn new(script: &Map<String, Value>, calls: Calls) -> Self {
        let lists =
            script.iter().filter_map(|(name, answers)| Some((name.clone(), answers.as_array()?.clone().into())));
        Self(Mutex::new(lists.collect()), calls)
    }

    fn next(&self, method: &str) -> Result<Value> {
        self.1.count(method);
        let mut all = self.0.lock().expect("answers");
        let answers = all.get_mut(method).expect("a method of the case");
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let answer = answer.expect("an answer");
        if let Some(words) = answer["crash"].as_str() {
            panic!("{words}");
        }
        match serde_json::from_value::<ErrorBody>(answer["raise"].clone()) {
            Ok(body) => Err(error(body)),
            Err(_) => Ok(answer["give"].clone()),
        }
    }
}

fn error(body: ErrorBody) -> Error {
    let kind: ErrorKind = serde_json::from_value(body.code.into()).expect("a kind");
    let retry = match (body.retryable, body.retry_after_ms) {
        (_, Some(wait)) => Retry::After(Duration::from_millis(wait)),
        (true, None) => Retry::Now,
        (false, None) => Retry::Never,
    };
    let error = Error::new(kind, body.message).with_retry(retry);
    body.hint.into_iter().fold(error, Error::with_hint)
}

/// What an answer says. One that makes no sense cannot be given by a provider of Rust's, whose compiler refuses it: here it is what the
/// other languages make of it.
fn read<T: DeserializeOwned>(method: &str, answer: Value) -> Result<T> {
    let shown = answer.to_string();
    serde_json::from_value(answer)
        .map_err(|error| Error::new(ErrorKind::OutcomeUnknown, format!("answered {method} with {shown}: {error}")))
}

#[derive(Debug)]
pub(crate) struct Video {
    info: ProviderInfo,
    answers: Answers,
    clip: Vec<u8>,
}

impl Video {
    pub(crate) fn new(script: &Map<String, Value>, clip: Vec<u8>, calls: Calls) -> Self {
        let info = serde_json::from_value(script["info"].clone()).expect("who it is");
        Self { info, answers: Answers::new(script, calls), clip }
    }

    fn generation(&self, method: &str) -> Result<Generation> {
        match self.answers.next(method)? {
            Value::String(word) if word == "clip" => Ok(Generation::Done(Generated::bytes(self.clip.clone(), 0.25))),
            answer => read(method, answer),
        }
    }
}

#[async_trait]
impl VideoProvider for Video {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> VideoCapability {
        VideoCapability::remote(f64::INFINITY)
    }

    async fn start(&self, _: &CallContext, _: &VideoRequest) -> Result<Generation> {
        self.generation("start")
    }

    async fn check(&self, _: &CallContext, _: &JobId) -> Result<Generation> {
        self.generation("check")
    }

    async fn cancel(&self, _: &CallContext, _: &JobId) -> Result<Cancelled> {
        read("cancel", self.answers.next("cancel")?)
    }
}

#[derive(Debug)]
pub(crate) struct Planner {
    info: ProviderInfo,
    answers: Answers,
}

impl Planner {
    pub(crate) fn new(script: &Map<String, Value>, calls: Calls) -> Self {
        let info = serde_json::from_value(script["info"].clone()).expect("who it is");
        Self { info, answers: Answers::new(script, calls) }
    }
}

#[async_trait]
impl adgen::provider::Planner for Planner {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    async fn plan(&self, _: &CallContext, _: &PlanRequest) -> Result<Plan> {
        read("plan", self.answers.next("plan")?)
    }
}
