//! A server that speaks OpenAI's language: plans what it is asked for, speaks, and fails as its script says.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde_json::{Map, Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// The key that every call has to carry.
pub const KEY: &str = "sk-test-openai-server";

/// What the server does instead of answering well, once.
#[derive(Debug, Clone)]
pub enum Fault {
    /// Answers with a status, an error's code and type, and headers.
    Status { status: u16, code: &'static str, headers: Vec<(&'static str, String)> },
    /// Answers with any text as if it were a success.
    Body { content_type: &'static str, text: String },
    /// Breaks the connection in the middle of the answer.
    Drop,
    /// Ends the HTTP answer well, in the middle of its JSON.
    Truncated,
    /// The model will not.
    Refusal,
    /// The answer is longer than it may be.
    Incomplete,
    /// A success that says that it failed.
    Failed(&'static str),
    /// A success without any text.
    Empty,
    /// The text is no JSON.
    Nonsense,
    /// Every background names the product.
    NamesProduct,
    /// A success without a count of tokens.
    Uncounted,
}

impl Fault {
    /// An error answer without headers.
    pub fn status(status: u16, code: &'static str) -> Self {
        Self::Status { status, code, headers: Vec::new() }
    }

    /// A proxy's page.
    pub fn html() -> Self {
        Self::Body {
            content_type: "text/html",
            text: "<!doctype html><html><body>Please log in</body></html>".to_owned(),
        }
    }
}

/// How the server behaves.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The time before each answer.
    pub delay: Duration,
    /// What goes wrong with the next posts, the first one first.
    pub faults: VecDeque<Fault>,
}

/// A post that came in.
#[derive(Debug, Clone)]
pub struct Posted {
    /// `/v1/responses`.
    pub path: String,
    pub body: Value,
}

#[derive(Debug, Default)]
struct Books {
    script: Script,
    posts: Vec<Posted>,
    refused: u32,
}

type Shared = Arc<Mutex<Books>>;

fn lock(books: &Shared) -> MutexGuard<'_, Books> {
    books.lock().expect("nothing panics while it holds the books")
}

/// A running server; it ends when it is dropped.
#[derive(Debug)]
pub struct OpenAiServer {
    base: String,
    books: Shared,
    task: JoinHandle<()>,
}

impl OpenAiServer {
    /// Starts a server on a free port of this machine.
    pub async fn start(script: Script) -> Self {
        let books = Arc::new(Mutex::new(Books { script, ..Books::default() }));
        let router = Router::new()
            .route("/v1/responses", post(answer))
            .route("/v1/chat/completions", post(answer))
            .route("/v1/audio/speech", post(answer))
            .route("/v1/models", get(models))
            .layer(middleware::from_fn_with_state(Arc::clone(&books), guard))
            .with_state(Arc::clone(&books));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("this machine has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let task =
            tokio::spawn(
                async move { axum::serve(listener, router).await.expect("axum serves until it is told to stop") },
            );
        Self { base: format!("http://{address}/v1"), books, task }
    }

    /// For `OPENAI_BASE_URL`.
    pub fn base_url(&self) -> &str {
        &self.base
    }

    /// Everything that was posted with the right key, in order.
    pub fn posts(&self) -> Vec<Posted> {
        lock(&self.books).posts.clone()
    }

    /// How many calls came without the right key.
    pub fn refused(&self) -> u32 {
        lock(&self.books).refused
    }

    /// One more thing that goes wrong, after those that are still to come.
    pub fn push(&self, fault: Fault) {
        lock(&self.books).script.faults.push_back(fault);
    }
}

impl Drop for OpenAiServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The key, the delay, and the headers that every answer of OpenAI's has.
async fn guard(State(books): State<Shared>, request: Request, next: Next) -> Response {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let mut response = if sent == Some(&format!("Bearer {KEY}")) {
        let delay = lock(&books).script.delay;
        tokio::time::sleep(delay).await;
        next.run(request).await
    } else {
        lock(&books).refused += 1;
        // As OpenAI does, it repeats a part of what it was sent.
        error(401, "invalid_api_key", &format!("Incorrect API key provided: {}.", sent.unwrap_or_default()), &[])
    };
    response.headers_mut().insert("x-request-id", HeaderValue::from_static("req_0123456789abcdef"));
    response
}

async fn models() -> Json<Value> {
    let model = |id: &str, gone: Option<&str>| {
        let created = 1_760_000_000;
        json!({ "id": id, "object": "model", "created": created, "owned_by": "openai", "shutdown_date": gone })
    };
    let models = [
        model("gpt-6-luna", None),
        model("gpt-4o-mini", Some("2027-01-14")),
        model("gpt-4o-mini-tts", Some("2027-01-06")),
    ];
    Json(json!({ "object": "list", "data": models }))
}

async fn answer(State(books): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let bytes = axum::body::to_bytes(request.into_body(), 64 << 20).await.unwrap_or_default();
    let Ok(body) = serde_json::from_slice::<Value>(&bytes) else {
        return error(400, "invalid_json", "We could not parse the JSON body of your request.", &[]);
    };
    let fault = {
        let mut books = lock(&books);
        books.posts.push(Posted { path: path.clone(), body: body.clone() });
        books.script.faults.pop_front()
    };
    match &fault {
        Some(Fault::Status { status, code, headers }) => return error(*status, code, "scripted", headers),
        Some(Fault::Body { content_type, text }) => return typed(content_type, text.clone()),
        Some(Fault::Drop) => {
            // The length says that there is more to come.
            let start = stream::iter([Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("scripted"))]);
            return typed("application/json", Body::from_stream(start));
        }
        _ => {}
    }
    if path.ends_with("/audio/speech") {
        let sound = if matches!(fault, Some(Fault::Empty)) { Vec::new() } else { speech(&body) };
        return typed("application/octet-stream", sound);
    }
    let answer =
        if path.ends_with("/responses") { responses(&body, fault.as_ref()) } else { chat(&body, fault.as_ref()) };
    let mut text = answer.to_string();
    if matches!(fault, Some(Fault::Truncated)) {
        text.truncate(text.len() / 2);
    }
    typed("application/json", text)
}

fn typed(content_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    let value = HeaderValue::from_str(content_type).expect("a media type is a header's value");
    response.headers_mut().insert(header::CONTENT_TYPE, value);
    response
}

fn error(status: u16, code: &str, message: &str, more: &[(&'static str, String)]) -> Response {
    let kind = match status {
        429 if code != "rate_limit_exceeded" => code,
        429 => "requests",
        503 => "service_unavailable_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    };
    let body = json!({ "error": { "message": message, "type": kind, "param": null, "code": code } });
    let status = StatusCode::from_u16(status).expect("a script names real statuses");
    let mut headers = HeaderMap::new();
    for (name, value) in more {
        headers.insert(HeaderName::from_static(name), value.parse().expect("a script names real headers"));
    }
    (status, headers, Json(body)).into_response()
}

/// The text of the answer, unless the fault leaves none.
fn text(body: &Value, fault: Option<&Fault>) -> String {
    match fault {
        Some(Fault::Nonsense) => "Sure! Here is your plan: {\"scenes\": oops".to_owned(),
        Some(Fault::Empty) => String::new(),
        Some(Fault::Incomplete) => "{\"global_style\":{\"camera\":\"slow".to_owned(),
        fault => plan(body, matches!(fault, Some(Fault::NamesProduct))).to_string(),
    }
}

fn responses(body: &Value, fault: Option<&Fault>) -> Value {
    let content = match fault {
        Some(Fault::Refusal) => json!([{ "type": "refusal", "refusal": "I cannot help with that." }]),
        Some(Fault::Failed(_)) => json!([]),
        fault => json!([{ "type": "output_text", "text": text(body, fault), "annotations": [], "logprobs": [] }]),
    };
    let (status, failed, details) = match fault {
        Some(Fault::Incomplete) => ("incomplete", Value::Null, json!({ "reason": "max_output_tokens" })),
        Some(Fault::Failed(code)) => ("failed", json!({ "code": code, "message": "scripted" }), Value::Null),
        _ => ("completed", Value::Null, Value::Null),
    };
    let tokens = (body.to_string().len() / 4, content.to_string().len() / 4 + 64);
    let usage = json!({
        "input_tokens": tokens.0, "input_tokens_details": { "cached_tokens": 0, "cache_write_tokens": 0 },
        "output_tokens": tokens.1, "output_tokens_details": { "reasoning_tokens": 64 },
        "total_tokens": tokens.0 + tokens.1,
    });
    json!({
        "id": "resp_1", "object": "response", "created_at": 1_760_000_000, "status": status, "error": failed,
        "incomplete_details": details, "model": body["model"], "instructions": body["instructions"], "metadata": {},
        "output": [
            { "type": "reasoning", "id": "rs_1", "summary": [] },
            { "type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": content },
        ],
        "parallel_tool_calls": true, "temperature": 1.0, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "usage": if matches!(fault, Some(Fault::Uncounted)) { Value::Null } else { usage },
    })
}

fn chat(body: &Value, fault: Option<&Fault>) -> Value {
    if let Some(Fault::Failed(code)) = fault {
        return json!({ "error": { "message": "scripted", "type": "server_error", "param": null, "code": code } });
    }
    let refused = matches!(fault, Some(Fault::Refusal));
    let content = if refused { Value::Null } else { json!(text(body, fault)) };
    let refusal = if refused { json!("I cannot help with that.") } else { Value::Null };
    let finish = if matches!(fault, Some(Fault::Incomplete)) { "length" } else { "stop" };
    let tokens = (body.to_string().len() / 4, content.to_string().len() / 4 + 64);
    let mut answer = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1_760_000_000, "model": body["model"],
        "choices": [{
            "index": 0, "finish_reason": finish, "logprobs": null,
            "message": { "role": "assistant", "content": content, "refusal": refusal, "annotations": [] },
        }],
        "usage": { "prompt_tokens": tokens.0, "completion_tokens": tokens.1, "total_tokens": tokens.0 + tokens.1 },
    });
    if matches!(fault, Some(Fault::Uncounted)) {
        answer.as_object_mut().expect("it was written as an object").remove("usage");
    }
    answer
}

/// Sets as a good director would describe them, with a caption each.
const SETS: [(&str, &str); 5] = [
    ("a pale limestone ledge above a still lagoon, level stone in front, thin mist far behind", "A quieter morning"),
    (
        "a deep niche of washed linen and walnut, a low shelf in the middle, light wanders over the folds",
        "Look closely",
    ),
    ("an open terrace of raw plaster, olive shade moves over the wall, smooth ground in front", "Made for every day"),
    ("a workbench of worn oak by a tall window, dust glows in the beam, its middle lies clear", "Every detail counts"),
    ("a round plinth of sandstone in a calm courtyard, the light comes to rest, the wall stays plain", "Yours to keep"),
];

/// A plan in the form that the question asks for.
fn plan(body: &Value, names_product: bool) -> Value {
    let format = &body["text"]["format"]["schema"];
    let schema = if format.is_object() { format } else { &body["response_format"]["json_schema"]["schema"] };
    let fields = &schema["properties"];
    let wanted = &schema["$defs"]["scene"]["properties"];
    let product = product_name(body);
    let mut scenes = Map::new();
    // The fields are in the ad's order.
    for (index, id) in fields["scenes"]["properties"].as_object().into_iter().flat_map(Map::keys).enumerate() {
        let (set, caption) = SETS[index % SETS.len()];
        let background = if names_product { format!("{product} on {set}") } else { set.to_owned() };
        let mut scene = json!({
            "background": background, "caption": caption, "duration_s": 4.0 + index as f64, "transition": "crossfade",
            "product": { "grounded": true, "motion": "push_in", "placement": "auto" },
        });
        if let Some(fields) = scene.as_object_mut() {
            fields.retain(|name, _| wanted.get(name).is_some());
        }
        scenes.insert(id.clone(), scene);
    }
    let mut plan =
        json!({ "music_prompt": "warm acoustic folk, 88 BPM, nylon guitar and brushed drums, resolves at the end" });
    if fields["scenes"].is_object() {
        plan["scenes"] = scenes.into();
    }
    if fields["global_style"].is_object() {
        plan["global_style"] = json!({
            "camera": "slow push-in, shallow depth of field", "grade": "warm shadows, gentle contrast",
            "lighting": "low morning sun from the left", "mood": "warm, unhurried",
            "palette": ["#C9B79C", "#6B705C", "#FFE8D6"],
            "texture": "matte stone and linen, fine grain",
        });
    }
    plan
}

/// The question's second line is the request as JSON.
fn product_name(body: &Value) -> String {
    let parts = [
        &body["input"][0]["content"][0]["text"],
        &body["messages"][1]["content"],
        &body["messages"][1]["content"][0]["text"],
    ];
    let task = parts.into_iter().find_map(Value::as_str).unwrap_or_default();
    let request: Value = task.lines().nth(1).and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
    request["brief"]["product_name"].as_str().unwrap_or("the product").to_owned()
}

/// A tone of a second for every fifteen characters, 24 kHz, 16 bits, mono, as a stream that does not know its length.
fn speech(body: &Value) -> Vec<u8> {
    const RATE: u32 = 24_000;
    let seconds = body["input"].as_str().map_or(1, |text| text.chars().count().div_ceil(15).max(1));
    let mut out = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    out.extend(RATE.to_le_bytes());
    out.extend((RATE * 2).to_le_bytes());
    out.extend(b"\x02\0\x10\0data\xFF\xFF\xFF\xFF");
    for sample in 0..seconds * RATE as usize {
        let level = (sample as f64 * 220.0 * std::f64::consts::TAU / f64::from(RATE)).sin() * 6_000.0;
        out.extend((level as i16).to_le_bytes());
    }
    out
}
