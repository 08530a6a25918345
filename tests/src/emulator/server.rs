//! One request from arrival to answer: written down, met by its fault, carried out.

use super::{
    Shared, api,
    connection::Knife,
    create::{self, Created},
    delivery,
    files::{self, File},
    holds::Hold,
    journal,
    problem::{self, Problem},
    route::Route,
    script::{Action, Script},
};
use axum::{
    body::Body,
    extract::{ConnectInfo, State},
    http::{HeaderValue, Request, Response, StatusCode, header, request::Parts},
};
use bytes::Bytes;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// Room for the other parts of an upload.
const LARGEST_BODY: usize = files::LARGEST + (1 << 20);

pub(super) async fn handle(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(knife): ConnectInfo<Knife>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if let Some(order) = parts.uri.path().strip_prefix("/__emulator/") {
        let order = order.to_owned();
        let body = axum::body::to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
        return control(&shared, &order, &body);
    }
    let route = Route::parse(&parts.method, parts.uri.path());
    let body = axum::body::to_bytes(body, LARGEST_BODY).await.map_err(|_| ());
    let (number, fault) = arrive(&shared, &parts, &route, body.as_ref().ok());
    let hold = |carried_out| {
        let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
        shared.holds.wait(Hold { request: number, method, path, carried_out })
    };
    match &fault {
        Some(Action::Status(answer)) => {
            let response = if answer.html { problem::page(answer.code) } else { Problem::scripted(answer).response() };
            return depart(&shared, &route, number, response).await;
        }
        Some(Action::DropBefore) => return hang_up(&knife),
        Some(Action::DelayS(seconds)) => tokio::time::sleep(Duration::from_secs_f64(*seconds)).await,
        Some(Action::HoldBefore) => hold(false).await,
        _ => {}
    }
    let response = match body {
        Ok(body) => carry_out(&shared, &parts, &route, number, body, fault.as_ref()).await,
        Err(()) => Err(Problem::new(413, "", "Files must be less than 100MB in size")),
    };
    let response = response.unwrap_or_else(|problem| problem.response());
    match &fault {
        Some(Action::DropAfter) => return hang_up(&knife),
        Some(Action::HoldAfter) => hold(true).await,
        Some(Action::NeverAnswer) => std::future::pending().await,
        _ => {}
    }
    depart(&shared, &route, number, response).await
}

/// The answer that nobody sees: the first byte of it fails to be written.
fn hang_up(knife: &Knife) -> Response<Body> {
    knife.cut();
    Response::new(Body::empty())
}

/// Writes the request down and chooses its fault.
fn arrive(shared: &Shared, parts: &Parts, route: &Route, body: Option<&Bytes>) -> (u64, Option<Action>) {
    let json: Option<Value> = body.and_then(|body| serde_json::from_slice(body).ok());
    let size = body.map_or(0, Bytes::len);
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = value.to_str().unwrap_or("…");
        (name.to_string(), journal::redacted(name.as_str(), value))
    });
    let request = journal::Request {
        at_ms: shared.clock.elapsed_ms(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: json.as_ref().map_or_else(|| if size == 0 { Value::Null } else { json!({"bytes": size}) }, journal::kept),
        ..journal::Request::default()
    };
    let mut state = shared.state();
    let (model, prompt) = match route.prediction() {
        Some(id) => state.find(id).map(|made| (made.name.to_owned(), made.prompt().to_owned())).unzip(),
        None => {
            let named = match route {
                Route::CreateFor { model } | Route::Model { name: model } => Some(model.clone()),
                Route::Create => {
                    let version = json.as_ref().and_then(|json| json["version"].as_str());
                    version.and_then(super::models::resolve).map(|(name, _)| name.to_owned())
                }
                _ => None,
            };
            let input = json.as_ref().and_then(|json| json["input"].as_object());
            (named, input.map(|input| super::prediction::prompt(input).to_owned()))
        }
    };
    let fault = state.faults.pick(route.on(), model.as_deref(), prompt.as_deref());
    let number = state.recorder.begin(request);
    if let Some(fault) = &fault {
        let text = serde_json::to_value(fault).unwrap_or_default();
        let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        state.recorder.fault(number, text);
    }
    (number, fault)
}

async fn carry_out(
    shared: &Arc<Shared>,
    parts: &Parts,
    route: &Route,
    number: u64,
    body: Bytes,
    fault: Option<&Action>,
) -> Result<Response<Body>, Problem> {
    let query = parts.uri.query().unwrap_or_default();
    match route {
        Route::Delivery { id, file } => {
            *shared.state().downloads.entry(id.clone()).or_default() += 1;
            return Ok(delivery::download(shared, id, file, &parts.headers, fault).await);
        }
        Route::DownloadFile { id } => {
            let (kind, bytes) = api::download_file(shared, id, query)?;
            return Ok(delivery::file(bytes, &kind, &parts.headers));
        }
        _ => api::authenticate(shared, &parts.headers)?,
    }
    let ok = |body: Value| Ok(json_response(200, &body));
    match route {
        Route::Account => ok(api::account()),
        Route::Hardware => ok(api::hardware()),
        Route::Secret => ok(json!({"key": shared.script.webhook_secret})),
        Route::List => ok(api::list(shared, query)?),
        Route::Get { id } => ok(api::get(shared, id)?),
        Route::Cancel { id } => ok(api::cancel(shared, id)?),
        Route::Model { name } => ok(api::model_document(name)?),
        Route::Versions { name } => ok(api::versions(name)?),
        Route::Version { name, version } => ok(api::version(name, version)?),
        Route::Files => ok(api::file_list(shared)),
        Route::File { id } => ok(api::file(shared, id)?),
        Route::DeleteFile { id } => {
            api::delete_file(shared, id)?;
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::NO_CONTENT;
            Ok(response)
        }
        Route::Upload => {
            let kind =
                parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let id = shared.state().new_id();
            let file = File::read(id, kind, body).await?;
            let shown = file.json(&shared.clock, &shared.api);
            shared.state().files.push(file);
            Ok(json_response(201, &shown))
        }
        Route::Create | Route::CreateFor { .. } => {
            let model = if let Route::CreateFor { model } = route { Some(model.as_str()) } else { None };
            let Created { status, body, preference } =
                create::create(shared, number, model, &parts.headers, &body, fault).await?;
            let mut response = json_response(status, &body);
            if let Some(value) = preference.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert("preference-applied", value);
            }
            Ok(response)
        }
        Route::Delivery { .. } | Route::DownloadFile { .. } | Route::Unknown => {
            Err(Problem::new(404, "Not found", "The requested resource could not be found."))
        }
    }
}

/// Adds the headers that all answers have, and writes the answer down.
async fn depart(shared: &Shared, route: &Route, number: u64, mut response: Response<Body>) -> Response<Body> {
    let file = matches!(route, Route::Delivery { .. } | Route::DownloadFile { .. });
    let status = response.status().as_u16();
    let mut answer = Value::Null;
    if !file {
        let (parts, body) = response.into_parts();
        // Our own bodies are whole in memory.
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        answer = if bytes.is_empty() { Value::Null } else { journal::answer(&bytes) };
        response = Response::from_parts(parts, Body::from(bytes));
    } else if let Some(length) = response.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()) {
        answer = json!({"bytes": length.parse::<u64>().unwrap_or_default()});
    }
    let mut state = shared.state();
    state.recorder.finish(number, status, &answer);
    if !file {
        let creates = matches!(route, Route::Create | Route::CreateFor { .. });
        if !creates {
            // Never refuses: only creates have a limit.
            let _ = state.others.take();
        }
        let (remaining, reset) = if creates { state.creates.headers() } else { state.others.headers() };
        response.headers_mut().insert("ratelimit-remaining", HeaderValue::from(remaining));
        response.headers_mut().insert("ratelimit-reset", HeaderValue::from(reset));
    }
    drop(state);
    if let Ok(date) = HeaderValue::from_str(&shared.clock.date()) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

fn json_response(status: u16, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The emulator's own orders.
fn control(shared: &Shared, order: &str, body: &Bytes) -> Response<Body> {
    match order {
        "journal" => json_response(200, &json!(shared.journal())),
        "holds" => json_response(200, &json!(shared.holds.list())),
        "release" => json_response(200, &json!({"released": shared.holds.release()})),
        "script" => match Script::from_json(&String::from_utf8_lossy(body)) {
            Ok(script) => {
                shared.replace_faults(script.seed, script.faults);
                json_response(200, &json!({"faults": "replaced"}))
            }
            Err(text) => Problem::new(422, "", &text).response(),
        },
        _ => Problem::new(404, "", "the emulator has journal, holds, release and script").response(),
    }
}
