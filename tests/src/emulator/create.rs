//! Creating predictions: the checks that the real service makes, and `Prefer: wait`.

use super::{
    Shared,
    models::{self, Model},
    prediction::{Odd, Prediction, View},
    problem::Problem,
    script::{Action, End, Outcome},
    state,
};
use axum::http::HeaderMap;
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// The answer to a create: its status, its body, and how long it was asked to wait.
#[derive(Debug)]
pub(super) struct Created {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) preference: Option<String>,
}

/// Carries out a create. `model` is the path's; without one the body names a version.
pub(super) async fn create(
    shared: &Arc<Shared>,
    request: u64,
    model: Option<&str>,
    headers: &HeaderMap,
    body: &[u8],
    fault: Option<&Action>,
) -> Result<Created, Problem> {
    shared.state().creates.take()?;
    let body: Value =
        serde_json::from_slice(body).map_err(|error| Problem::new(400, "Invalid JSON", &error.to_string()))?;
    let Value::Object(mut body) = body else {
        return Err(Problem::new(400, "Invalid JSON", "The body must be a JSON object"));
    };
    let (name, model, version) = target(model, &body)?;
    let preference = header(headers, "prefer");
    let wait = preference.as_deref().map(parse_wait).transpose()?;
    let deadline = header(headers, "cancel-after").as_deref().map(parse_duration).transpose()?;
    check_body(&body)?;
    let Some(Value::Object(input)) = body.remove("input") else {
        return Err(invalid("required", "(root)", "input is required"));
    };
    let problems = model.problems(&input);
    if !problems.is_empty() {
        return Err(Problem::invalid(&problems));
    }

    let script = &shared.script;
    let webhook = body.get("webhook").and_then(Value::as_str).map(str::to_owned);
    let (id, media) = {
        let mut state = shared.state();
        let outcome = match fault {
            Some(Action::Outcome(outcome)) => Some(outcome.clone()),
            _ => lost_file(shared, &state, &input),
        };
        let odd = match fault {
            Some(Action::Truncate(share)) => Some(Odd::Truncate(*share)),
            Some(Action::Content(content)) => Some(Odd::Content(*content)),
            Some(Action::ContentFile(path)) => Some(Odd::File(path.clone())),
            _ => None,
        };
        let created = shared.clock.instant();
        let starts = created + Duration::from_secs_f64(script.start_s);
        let id = state.new_id();
        let media = state::media_spec(model, &input);
        let prediction = Prediction {
            id: id.clone(),
            name,
            model,
            version,
            media: media.clone(),
            created,
            starts,
            ends: starts + state.latency(model.kind, script),
            deadline: deadline.map(|after| created + after.mul_f64(script.deadline_scale)),
            canceled: None,
            ttl: Duration::from_secs_f64(script.ttl_s),
            outcome,
            odd,
            events: body.get("webhook_events_filter").and_then(|list| serde_json::from_value(list.clone()).ok()),
            webhook: webhook.clone(),
            created_by: request,
            deliveries: Vec::new(),
            input,
        };
        state.add(prediction);
        (id, media)
    };
    // The file is made while the prediction runs.
    let baker = Arc::clone(shared);
    tokio::spawn(async move { baker.shelf.get(&media).await });
    if webhook.is_some() {
        tokio::spawn(super::notify::follow(Arc::clone(shared), id.clone()));
    }
    let Some(wait) = wait else {
        let body = shared.show(&id, View::Plain).ok_or_else(|| Problem::not_found(&id))?;
        return Ok(Created { status: 201, body, preference: None });
    };
    let _ = tokio::time::timeout(wait, shared.ended(&id)).await;
    let body = shared.show(&id, View::Sync { quirk: script.sync_quirk }).ok_or_else(|| Problem::not_found(&id))?;
    let status = if body["status"] == "starting" { 202 } else { 201 };
    Ok(Created { status, body, preference })
}

type Target = (&'static str, &'static Model, String);

fn target(path: Option<&str>, body: &Map<String, Value>) -> Result<Target, Problem> {
    let found = match path {
        // The path is for official models only.
        Some(name) => models::find(name)
            .filter(|(_, model)| model.version.is_none())
            .ok_or_else(|| Problem::new(404, "Not found", "The requested resource could not be found."))?,
        None => {
            let Some(version) = body.get("version") else {
                return Err(invalid("required", "(root)", "version is required"));
            };
            let detail = "The specified version does not exist (or perhaps you don't have permission to use it?)";
            let unknown = || Problem::new(422, "Invalid version or not permitted", detail);
            version.as_str().and_then(models::resolve).ok_or_else(unknown)?
        }
    };
    let asked = body.get("version").and_then(Value::as_str).and_then(|text| text.split(':').next_back());
    let version = match &found.1.version {
        None => "hidden".to_owned(),
        Some(usual) => asked.unwrap_or(usual).to_owned(),
    };
    // With the path, a version is as stray as any other field.
    if path.is_some() && body.contains_key("version") {
        return Err(invalid("additional_property_not_allowed", "(root)", "Additional property version is not allowed"));
    }
    Ok((found.0, found.1, version))
}

fn check_body(body: &Map<String, Value>) -> Result<(), Problem> {
    const FIELDS: [&str; 5] = ["input", "version", "webhook", "webhook_events_filter", "stream"];
    if let Some(stray) = body.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        let text = format!("Additional property {stray} is not allowed");
        return Err(invalid("additional_property_not_allowed", "(root)", &text));
    }
    if let Some(hook) = body.get("webhook") {
        let fine =
            hook.as_str().is_some_and(|url| reqwest::Url::parse(url).is_ok_and(|url| url.scheme().starts_with("http")));
        if !fine {
            return Err(invalid("format", "webhook", "webhook must be a URL"));
        }
    }
    if let Some(events) = body.get("webhook_events_filter") {
        const EVENTS: [&str; 4] = ["start", "output", "logs", "completed"];
        let known = |event: &Value| event.as_str().is_some_and(|event| EVENTS.contains(&event));
        if !events.as_array().is_some_and(|list| list.iter().all(known)) {
            let text = "webhook_events_filter must be a list of start, output, logs, completed";
            return Err(invalid("enum", "webhook_events_filter", text));
        }
    }
    Ok(())
}

/// A prediction whose input names a file that was never uploaded, or was deleted, fails.
fn lost_file(shared: &Shared, state: &state::State, input: &Map<String, Value>) -> Option<Outcome> {
    let head = format!("{}/files/", shared.api);
    let urls = input.values().flat_map(|value| match value {
        Value::Array(list) => list.iter().collect(),
        other => vec![other],
    });
    let lost = urls
        .filter_map(Value::as_str)
        .find(|url| url.strip_prefix(&head).is_some_and(|id| state.files.iter().all(|file| file.id != id)))?;
    let error = Some(format!("404 Client Error: Not Found for url: {lost}"));
    Some(Outcome { status: End::Failed, error, billed: false })
}

fn invalid(kind: &str, field: &str, text: &str) -> Problem {
    Problem::invalid(&[(kind.to_owned(), field.to_owned(), text.to_owned())])
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(|text| text.trim().to_owned())
}

/// `wait` or `wait=n`, 1-60 seconds.
fn parse_wait(text: &str) -> Result<Duration, Problem> {
    let seconds = match text.strip_prefix("wait") {
        Some("") => Some(60),
        Some(rest) => rest.strip_prefix('=').and_then(|number| number.parse::<u64>().ok()),
        None => None,
    };
    let known = seconds.filter(|seconds| (1..=60).contains(seconds));
    known
        .map(Duration::from_secs)
        .ok_or_else(|| invalid("pattern", "Prefer", "Prefer must be wait or wait=n with n from 1 to 60"))
}

/// `30`, `30s`, `5m`, `1h30m45s`; at least 5 seconds.
fn parse_duration(text: &str) -> Result<Duration, Problem> {
    let (mut total, mut number) = (0_u64, String::new());
    let mut fine = !text.is_empty();
    for letter in text.chars() {
        let unit = match letter {
            '0'..='9' if number.len() < 9 => {
                number.push(letter);
                continue;
            }
            's' => 1,
            'm' => 60,
            'h' => 3600,
            _ => 0,
        };
        fine &= unit > 0 && !number.is_empty();
        total += number.parse::<u64>().unwrap_or_default() * unit;
        number.clear();
    }
    total += number.parse::<u64>().unwrap_or_default();
    if !fine || total < 5 {
        let text = "Cancel-After must be a duration of at least 5 seconds, such as 30s, 5m or 1h30m45s";
        return Err(invalid("format", "Cancel-After", text));
    }
    Ok(Duration::from_secs(total))
}
