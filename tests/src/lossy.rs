//! A proxy between a program and a server that delays, refuses, and loses answers after the server has done as it was told.
//!
//! Connections are spoken by hand: no server library lets an answer get lost.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What goes wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// The server does not hear of it for a while.
    Delay(Duration),
    /// The server does not hear of it, and this status is the answer.
    Status(u16),
    /// The server does it, and nobody is told.
    LoseAnswer,
    /// The connection ends before the server hears of it.
    LoseRequest,
}

/// A request, as a rule looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// A copy within the bucket.
    pub is_copy: bool,
}

impl Asked {
    /// `GET`, `PUT`, `COPY`, `LIST`, …
    pub fn kind(&self) -> String {
        match self.method.as_str() {
            "GET" if self.target.contains("list-type=") => "LIST".to_owned(),
            "PUT" if self.is_copy => "COPY".to_owned(),
            method => method.to_owned(),
        }
    }
}

type Rule = Box<dyn FnMut(&Asked) -> Option<Mishap> + Send>;

#[derive(Default)]
struct Shared {
    rule: Option<Rule>,
    asked: Vec<Asked>,
    mishaps: usize,
}

/// A proxy, gone when it is dropped.
pub struct Lossy {
    url: String,
    shared: Arc<Mutex<Shared>>,
    accepting: JoinHandle<()>,
}

impl std::fmt::Debug for Lossy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lossy").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Lossy {
    /// A proxy before the server at `upstream`.
    pub async fn before(upstream: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("has an address"));
        let shared = Arc::<Mutex<Shared>>::default();
        let client = crate::buckets::client();
        let accepting = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, upstream.clone(), client.clone(), Arc::clone(&shared)));
                }
            }
        });
        Self { url, shared, accepting }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("a rule does not panic")
    }

    /// From now on this decides about each request.
    pub fn rule(&self, rule: impl FnMut(&Asked) -> Option<Mishap> + Send + 'static) {
        self.shared().rule = Some(Box::new(rule));
    }

    /// Everything goes well from now on.
    pub fn heal(&self) {
        self.shared().rule = None;
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.shared().asked.clone()
    }

    /// How many requests of each kind were made since the first `before` of them.
    pub fn kinds(&self, before: usize) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for asked in self.shared().asked.iter().skip(before) {
            *kinds.entry(asked.kind()).or_default() += 1;
        }
        kinds
    }

    /// How often something went wrong.
    pub fn mishaps(&self) -> usize {
        self.shared().mishaps
    }
}

impl Drop for Lossy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// One connection; it ends where anything about it does.
async fn serve(stream: TcpStream, upstream: String, client: reqwest::Client, shared: Arc<Mutex<Shared>>) {
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    while let Some((asked, headers, body)) = request(&mut read).await {
        let mishap = {
            let mut shared = shared.lock().expect("a rule does not panic");
            shared.asked.push(asked.clone());
            let mishap = shared.rule.as_mut().and_then(|rule| rule(&asked));
            shared.mishaps += usize::from(mishap.is_some());
            mishap
        };
        match mishap {
            Some(Mishap::Delay(time)) => tokio::time::sleep(time).await,
            Some(Mishap::LoseRequest) => return,
            Some(Mishap::Status(status)) => {
                let answer = format!("HTTP/1.1 {status} Trouble\r\ncontent-length: 0\r\n\r\n");
                if write.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
                continue;
            }
            Some(Mishap::LoseAnswer) | None => {}
        }
        let method = reqwest::Method::from_bytes(asked.method.as_bytes()).expect("a method");
        let is_head = method == reqwest::Method::HEAD;
        let mut call = client.request(method, format!("{upstream}{}", asked.target)).body(body);
        for (name, value) in headers {
            call = call.header(name, value);
        }
        let Ok(answer) = call.send().await else { return };
        let mut head = format!("HTTP/1.1 {} From-Upstream\r\n", answer.status().as_u16());
        let mut length = None;
        for (name, value) in answer.headers() {
            match name.as_str() {
                "content-length" => length = value.to_str().ok().map(str::to_owned),
                "transfer-encoding" | "connection" => {}
                _ => head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default())),
            }
        }
        let Ok(body) = answer.bytes().await else { return };
        if mishap == Some(Mishap::LoseAnswer) {
            return;
        }
        let length = length.filter(|_| is_head).unwrap_or_else(|| body.len().to_string());
        head.push_str(&format!("content-length: {length}\r\n\r\n"));
        if write.write_all(head.as_bytes()).await.is_err() || write.write_all(&body).await.is_err() {
            return;
        }
    }
}

/// The next request of a connection: what it is, its headers, its body.
async fn request(
    read: &mut BufReader<tokio::net::tcp::OwnedReadHalf>,
) -> Option<(Asked, Vec<(String, String)>, Vec<u8>)> {
    let mut line = String::new();
    if read.read_line(&mut line).await.ok()? == 0 {
        return None;
    }
    let mut words = line.split_ascii_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (mut headers, mut length, mut is_copy) = (Vec::new(), 0, false);
    loop {
        let mut line = String::new();
        read.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_owned());
        match name.as_str() {
            "content-length" => length = value.parse().ok()?,
            "x-amz-copy-source" => is_copy = true,
            _ => {}
        }
        // Those of the connection itself are the next connection's matter.
        if !["content-length", "connection", "host", "expect"].contains(&name.as_str()) {
            headers.push((name, value));
        }
    }
    let mut body = vec![0; length];
    read.read_exact(&mut body).await.ok()?;
    Some((Asked { method, target, is_copy }, headers, body))
}
