//! A small server on this machine that answers as a test says.

use super::{builder::ReplicateBuilder, client::Replicate};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// What came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// `POST /v1/predictions?…`.
    pub(super) line: String,
    /// `name: value` in lower case, one a line.
    pub(super) headers: String,
    pub(super) body: Vec<u8>,
}

impl Seen {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// What is answered.
pub(super) struct Reply {
    pub(super) status: u16,
    /// Whole lines.
    pub(super) headers: String,
    pub(super) body: String,
}

pub(super) fn reply(status: u16, body: Value) -> Reply {
    let now = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT");
    Reply { status, headers: format!("date: {now}\r\n"), body: body.to_string() }
}

/// A prediction as the service tells it, with fields of a test's own.
pub(super) fn prediction(id: &str, status: &str, more: Value) -> Value {
    let mut prediction = json!({
        "id": id, "status": status, "model": "bytedance/seedance-1-pro-fast", "version": "hidden", "logs": "",
        "input": {}, "output": null, "error": null, "created_at": chrono::Utc::now().to_rfc3339(),
    });
    for (key, value) in more.as_object().expect("an object") {
        prediction[key] = value.clone();
    }
    prediction
}

pub(super) struct Server {
    pub(super) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers every call by `answer`; nothing cuts the connection.
    pub(super) async fn start(answer: impl FnMut(&Seen) -> Option<Reply> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(Mutex::new(answer)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (log.clone(), answer.clone());
                tokio::spawn(async move {
                    let mut stream = BufReader::new(stream);
                    let request = read(&mut stream).await;
                    log.lock().expect("the log").push(request.clone());
                    let reply = (answer.lock().expect("the script"))(&request);
                    if let Some(Reply { status, headers, body }) = reply {
                        let length = body.len();
                        let head = format!(
                            "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
                        );
                        stream.write_all((head + &body).as_bytes()).await.expect("a listener");
                    }
                });
            }
        });
        Self { base, seen }
    }

    pub(super) fn builder(&self) -> ReplicateBuilder {
        Replicate::builder().with_token("r8_secret".to_owned().into()).with_base_url(&self.base)
    }

    pub(super) fn client(&self) -> Replicate {
        self.builder().build().expect("a client")
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("the log").clone()
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Seen {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let headers = lines.get(1..).unwrap_or_default().join("\n").to_ascii_lowercase();
    let length = headers.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("a whole body");
    let line = lines.first().map(|line| line.trim_end_matches(" HTTP/1.1").to_owned()).unwrap_or_default();
    Seen { line, headers, body }
}
