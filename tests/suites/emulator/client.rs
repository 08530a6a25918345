//! Another client than the library's own.

use adgen_tests::emulator::{Emulator, Journal, MediaSpec, Script};
use bytes::Bytes;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Creates with the usual model.
pub(crate) const DREAM: &str = "/models/acme/dream-video/predictions";

pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) emulator: Emulator,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) json: Value,
}

impl Client {
    /// Talks to an emulator whose files are only text.
    pub(crate) async fn new(script: Script) -> Self {
        Self::to(Emulator::start_with(script, 0, stub).await.expect("an emulator"))
    }

    pub(crate) fn to(emulator: Emulator) -> Self {
        Self { http: reqwest::Client::builder().no_proxy().build().expect("a client"), emulator }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.emulator.url())).header("authorization", "Bearer r8_test")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path).send().await.expect("an answer")).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.creation(path, body).send().await.expect("an answer")).await
    }

    pub(crate) fn creation(&self, path: &str, body: Value) -> RequestBuilder {
        self.request(Method::POST, path).header("content-type", "application/json").body(body.to_string())
    }

    /// A new prediction of the usual model.
    pub(crate) async fn create(&self, prompt: &str) -> Value {
        self.post(DREAM, json!({"input": {"prompt": prompt}})).await.json
    }

    pub(crate) async fn until(&self, prediction: &Value, status: &str) -> Value {
        let path = format!("/predictions/{}", prediction["id"].as_str().expect("an id"));
        let begin = Instant::now();
        loop {
            let json = self.get(&path).await.json;
            if json["status"] == status {
                return json;
            }
            assert!(begin.elapsed() < Duration::from_secs(600), "{status} never came: {json}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn journal(&self) -> Journal {
        self.emulator.journal()
    }
}

pub(crate) async fn answer(response: Response) -> Answer {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let json = serde_json::from_slice(&response.bytes().await.expect("a body")).unwrap_or_default();
    Answer { status, headers, json }
}

/// Files that say what they are.
pub(crate) fn stub(spec: &MediaSpec) -> Bytes {
    format!("{:?} {}x{} {} s ", spec.kind, spec.width, spec.height, spec.seconds()).repeat(20).into()
}

pub(crate) fn quick() -> Script {
    Script::quick()
}
