//! Somebody on the way to the emulator who changes what it answers.

use adgen::replicate::Replicate;
use adgen_tests::services::TOKEN;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use secrecy::SecretString;
use serde_json::Value;
use std::sync::Arc;
use tokio::{net::TcpListener, task::JoinHandle};

/// A call that passes by.
#[derive(Debug)]
pub(crate) struct Call {
    method: Method,
    path: String,
}

impl Call {
    /// Whether a prediction is ordered.
    pub(crate) fn is_create(&self) -> bool {
        self.method == Method::POST && self.path.ends_with("/predictions")
    }

    /// Whether a prediction is asked for.
    pub(crate) fn is_get(&self) -> bool {
        self.method == Method::GET && self.path.starts_with("/v1/predictions/")
    }
}

/// The answer, as far as it can be changed.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    /// A page with status 200 in its place.
    pub(crate) fn becomes_a_page(&mut self) {
        self.status = StatusCode::OK;
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        self.body = Bytes::from_static(b"<!doctype html><html><title>Log in</title><body>Hotel network</body></html>");
    }

    /// Changes an object.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut json @ Value::Object(_)) = serde_json::from_slice(&self.body) {
            change(&mut json);
            self.body = json.to_string().into();
        }
    }
}

/// A running one; it ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Meddler {
    origin: String,
    task: JoinHandle<()>,
}

type Meddle = dyn Fn(&Call, &mut Answer) + Send + Sync;

#[derive(Clone)]
struct Way {
    target: String,
    client: reqwest::Client,
    meddle: Arc<Meddle>,
}

impl Meddler {
    pub(crate) async fn start(target: &str, meddle: impl Fn(&Call, &mut Answer) + Send + Sync + 'static) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        let client = client.build().expect("a client");
        let way = Way { target: target.to_owned(), client, meddle: Arc::new(meddle) };
        let router = Router::new().fallback(pass).with_state(way);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("this machine has a free port");
        let origin = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
        Self { origin, task }
    }

    /// The emulator's account, through this one.
    pub(crate) fn replicate(&self) -> Replicate {
        let token = SecretString::from(TOKEN);
        Replicate::builder().with_token(token).with_base_url(&*self.origin).build().expect("an account")
    }
}

impl Drop for Meddler {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn pass(State(way): State<Way>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 64 << 20).await.expect("a small body");
    let mut headers = parts.headers;
    headers.remove(header::HOST);
    headers.remove(header::CONTENT_LENGTH);
    let url = format!("{}{}", way.target, parts.uri.path_and_query().expect("a path"));
    let sent = way.client.request(parts.method.clone(), url).headers(headers).body(body).send().await;
    let answered = sent.expect("the emulator is there");
    let (status, mut headers) = (answered.status(), answered.headers().clone());
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::TRANSFER_ENCODING);
    let mut answer = Answer { status, headers, body: answered.bytes().await.expect("a whole answer") };
    (way.meddle)(&Call { method: parts.method, path: parts.uri.path().to_owned() }, &mut answer);
    let mut response = Response::new(Body::from(answer.body));
    (*response.status_mut(), *response.headers_mut()) = (answer.status, answer.headers);
    response
}
