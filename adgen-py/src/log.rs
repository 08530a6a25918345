//! What the core tells (`tracing`) goes to Python's `logging`, by a handler of the logger's own: with the facts of the event and
//! of the spans that it happened in. Python knows no spans, so it is told when one is over: a run, an artifact, a call of a
//! provider. Keys and prompts are not among the facts: the core sees to that.

use super::gate;
use pyo3::prelude::*;
use std::{
    fmt::{self, Write},
    sync::{
        OnceLock,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::{LookupSpan, Registry, Scope},
};

/// From which of Python's levels on; nothing while nobody has asked for it.
static LEVEL: AtomicU8 = AtomicU8::new(u8::MAX);
static LOGGER: OnceLock<Py<PyAny>> = OnceLock::new();

/// Sends everything from `level` on to `logger`.
pub(crate) fn set(_py: Python<'_>, logger: Py<PyAny>, level: u8) -> PyResult<()> {
    LEVEL.store(level, Ordering::Relaxed);
    if LOGGER.set(logger).is_ok() {
        // This module is alone in its library: nobody else's subscriber is in the way.
        drop(tracing::subscriber::set_global_default(Registry::default().with(ToPython)));
    }
    tracing::callsite::rebuild_interest_cache();
    Ok(())
}

const fn level_of(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

struct ToPython;

/// The facts of a span, as they are written, and when it began.
struct Facts(String, Instant);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ToPython {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // Whoever writes what is told would tell of it again.
        metadata.target().starts_with("adgen") && level_of(*metadata.level()) >= LEVEL.load(Ordering::Relaxed)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut words = Words::default();
        attributes.record(&mut words);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Facts(words.facts, Instant::now()));
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(elapsed) = span.extensions().get::<Facts>().map(|facts| facts.1.elapsed()) else { return };
        let mut line = format!("{} over", span.name());
        add_facts(&mut line, span.scope());
        tell(*span.metadata().level(), format!("{line} elapsed_ms={}", elapsed.as_millis()));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut words = Words::default();
        values.record(&mut words);
        if let Some(span) = context.span(id)
            && let Some(facts) = span.extensions_mut().get_mut::<Facts>()
        {
            facts.0.push_str(&words.facts);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        let mut line = words.message;
        if let Some(scope) = context.event_scope(event) {
            add_facts(&mut line, scope);
        }
        line.push_str(&words.facts);
        tell(*event.metadata().level(), line);
    }
}

/// The facts of spans, those of the outermost first.
fn add_facts<'a, S: LookupSpan<'a>>(line: &mut String, spans: Scope<'a, S>) {
    for span in spans.from_root() {
        if let Some(facts) = span.extensions().get::<Facts>() {
            line.push_str(&facts.0);
        }
    }
}

fn tell(level: Level, line: String) {
    let Some(logger) = LOGGER.get() else { return };
    gate::enter(|py| {
        // The message is an argument: percent signs in it mean nothing.
        if let Err(error) = logger.call_method1(py, "log", (level_of(level), "%s", line.trim_start())) {
            error.write_unraisable(py, None);
        }
    });
}

/// Collects what is told: the message, and facts as ` name=value`.
#[derive(Default)]
struct Words {
    message: String,
    facts: String,
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message.push_str(value),
            // Such as the code of an error where there is none.
            _ if value.is_empty() => {}
            name => drop(write!(self.facts, " {name}={value}")),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => drop(write!(self.message, "{value:?}")),
            name => drop(write!(self.facts, " {name}={value:?}")),
        }
    }
}
