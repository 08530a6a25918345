//! The planner: a question, an answer that is checked here, and one repair.

use super::{
    answer::{Outcome, Reply},
    bill::{self, Bill},
    catalog, check,
    client::OpenAi,
    conversation::{Conversation, Effort, Manner, Wire},
    draft::Draft,
    error::PROVIDER,
    photo, prompt,
    task::Task,
};
use crate::{
    error::{Error, ErrorKind, Result, Retry},
    http::{Answer, Body, Call, Caller, Repeat},
    provider::{CallContext, CostRange, Plan, PlanRequest, Planner, Price, ProviderInfo},
};
use async_trait::async_trait;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Cheap, sees pictures, and named by OpenAI as the successor of the small models that retire in January 2027.
const MODEL: &str = "gpt-6-luna";
/// The longest wait for one answer, and for the whole planning.
const ANSWER: Duration = Duration::from_secs(120);
const PLANNING: Duration = Duration::from_secs(240);
/// An answer is a few thousand tokens.
const LARGEST_ANSWER: usize = 4 << 20;

/// Plans ads with a language model at OpenAI or a compatible server.
///
/// The answer's form is enforced (Structured Outputs), its content is checked here; where it breaks a rule the model
/// is told so once. The number of scenes and their roles are those of every ad of that length, durations are fitted to
/// the ad's length.
#[derive(Debug, Clone)]
pub struct OpenAiPlanner {
    client: OpenAi,
    manner: Manner,
    price: Option<Price>,
    info: ProviderInfo,
}

impl OpenAiPlanner {
    /// A planner with the model `gpt-6-luna` and little reasoning. Speaks [`Wire::Responses`] to OpenAI itself, and
    /// [`Wire::ChatCompletions`] to any other server.
    pub fn new(client: OpenAi) -> Self {
        let wire = if client.is_original() { Wire::Responses } else { Wire::ChatCompletions };
        let manner = Manner { wire, model: MODEL.to_owned(), effort: None };
        let info = ProviderInfo::priced(PROVIDER, MODEL, catalog::text_price(MODEL));
        Self { client, manner, price: None, info }
    }

    /// Another model. One that this library does not know works too; its price is unknown unless it is told.
    #[must_use]
    pub fn with_model(mut self, name: impl Into<String>) -> Self {
        self.manner.model = name.into();
        self.describe()
    }

    /// How long the model thinks, [`Effort::Low`] unless told. It is never sent to a model that is known not to reason.
    #[must_use]
    pub fn with_effort(mut self, effort: Effort) -> Self {
        self.manner.effort = Some(effort);
        self
    }

    /// Which of the two APIs is spoken.
    #[must_use]
    pub fn with_wire(mut self, wire: Wire) -> Self {
        self.manner.wire = wire;
        self
    }

    /// What the model takes, where the built-in price list does not know it or is out of date.
    #[must_use]
    pub fn with_price(mut self, price: Price) -> Self {
        self.price = Some(price);
        self.describe()
    }

    fn describe(mut self) -> Self {
        let price = self.price.clone().unwrap_or_else(|| catalog::text_price(&self.manner.model));
        self.info = ProviderInfo::priced(PROVIDER, &self.manner.model, price);
        self
    }

    /// Asks, checks, and asks once more where the answer will not do.
    async fn rounds(&self, caller: &Caller, request: &PlanRequest, bill: &mut Bill<'_>) -> Result<Plan> {
        let photo = match &request.photo {
            Some(path) => Some(photo::data_url(path).await?),
            None => None,
        };
        let task = Task::new(request);
        let mut talk = prompt::conversation(&task, photo);
        let end = Instant::now() + PLANNING;
        let mut repaired = false;
        loop {
            let text = self.ask(caller, &talk, end, bill).await?;
            let faults = match Draft::all(&text) {
                Ok(drafts) => {
                    let (draft, faults) = check::best(&task, drafts);
                    if faults.is_empty() || repaired && faults.hard.is_empty() {
                        return Ok(task.plan(&draft));
                    }
                    faults
                }
                Err(problem) => check::Faults { hard: vec![problem], soft: Vec::new() },
            };
            if repaired {
                let error = Error::new(
                    ErrorKind::GenerationFailed,
                    format!("{} gave no usable plan, and none when it was told what is wrong", self.manner.model),
                );
                return Err(faults.hard.iter().fold(error, |error, fault| error.with_context("problem", fault)));
            }
            repaired = true;
            talk.objection = Some((text, prompt::objection(&faults.listed())));
        }
    }

    /// One answer's text. A cut answer is asked for once more with twice the room: another question, not the same again.
    async fn ask(&self, caller: &Caller, talk: &Conversation, end: Instant, bill: &mut Bill<'_>) -> Result<String> {
        let room = self.manner.effort().unwrap_or_default().room();
        let (mut used, mut outcome) = (room, self.once(caller, talk, room, end, bill).await?);
        if outcome == Outcome::Cut {
            used = 2 * room;
            outcome = self.once(caller, talk, used, end, bill).await?;
        }
        match outcome {
            Outcome::Text(text) => Ok(text),
            outcome => Err(self.unanswered(outcome, used)),
        }
    }

    /// One question. An answer that cannot be read, or with which the server says that it gave up, is one that failed: the
    /// call is made again as after any other failure, and what was counted of it is paid.
    async fn once(
        &self,
        caller: &Caller,
        talk: &Conversation,
        room: u32,
        end: Instant,
        bill: &mut Bill<'_>,
    ) -> Result<Outcome> {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let message = format!("{} needed more than {} s for a plan", self.manner.model, PLANNING.as_secs());
            return Err(Error::new(ErrorKind::Timeout, message));
        }
        let body = Body::Json(self.manner.body(talk, room));
        let call = Call::post(self.manner.path(), body, Repeat::Safe);
        let call = Call { timeout: ANSWER.min(left), deadline: left, max_bytes: LARGEST_ANSWER, ..call };
        let bill = Mutex::new(bill);
        let said = Mutex::new(None);
        let judge = |answer: &Answer| {
            let reply = Reply::read(answer, self.manner.wire)?;
            let length = if let Outcome::Text(text) = &reply.said { text.chars().count() } else { 0 };
            let mut bill = bill.lock().unwrap_or_else(PoisonError::into_inner);
            bill.add(reply.usage, talk.characters(), length);
            if matches!(reply.said, Outcome::Failed(_) | Outcome::Unfinished(_)) {
                return Err(self.unanswered(reply.said, room));
            }
            *said.lock().unwrap_or_else(PoisonError::into_inner) = Some(reply.said);
            Ok(())
        };
        let called = self.client.call_judged(caller, call, &judge).await;
        called.map_err(|error| error.with_model(&self.manner.model))?;
        // An answer without a word is what is left where nothing was kept.
        Ok(said.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or(Outcome::Empty))
    }

    /// Why there is no text.
    fn unanswered(&self, outcome: Outcome, room: u32) -> Error {
        let model = &self.manner.model;
        let new = Error::new;
        match outcome {
            Outcome::Refused(words) => {
                new(ErrorKind::ContentRejected, format!("{model} will not plan this ad: {words}"))
            }
            Outcome::Filtered => new(
                ErrorKind::ContentRejected,
                format!("a content filter stopped {model}; say it in other words in the brief"),
            ),
            Outcome::Cut => new(
                ErrorKind::GenerationFailed,
                format!("{model} did not finish its plan within {room} tokens; choose less effort or another model"),
            ),
            Outcome::Failed(said) => said.to_error(200, None),
            Outcome::Unfinished(status) => {
                new(ErrorKind::Unavailable, format!("{model}'s answer came unfinished: {status}"))
                    .with_retry(Retry::Now)
            }
            // A text is no reason.
            Outcome::Empty | Outcome::Text(_) => {
                new(ErrorKind::GenerationFailed, format!("{model} answered with nothing"))
            }
        }
    }
}

#[async_trait]
impl Planner for OpenAiPlanner {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn estimate(&self, request: &PlanRequest) -> CostRange {
        let talk = prompt::conversation(&Task::new(request), None);
        bill::estimate(&self.info.price, talk.characters(), request.photo.is_some())
    }

    async fn plan(&self, context: &CallContext, request: &PlanRequest) -> Result<Plan> {
        let mut bill = Bill::new(&self.info.price);
        match self.rounds(context.caller(), request, &mut bill).await {
            Ok(plan) => Ok(Plan { cost_usd: bill.usd(), ..plan }),
            Err(error) => Err(error.with_spent_usd(bill.usd())),
        }
    }
}

#[cfg(test)]
#[path = "planner_tests.rs"]
mod tests;
