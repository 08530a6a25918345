//! A little server on a loopback port that does what a script says, for tests of what goes over HTTP.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What is done with one request.
#[derive(Clone)]
pub(crate) enum Act {
    /// This answer, whole.
    Say(u16, &'static str, String),
    /// These bytes as they are, then the connection is closed.
    Raw(Vec<u8>),
    /// The request is read and the connection closed.
    Hang,
    /// The request is read and nothing answered.
    Silence,
}

pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Plays `acts` one a request, the last one again and again. Each request comes on its own connection.
    pub(crate) async fn start(acts: Vec<Act>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.expect("binds"), acts)
    }

    pub(crate) fn on(listener: TcpListener, acts: Vec<Act>) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("has an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&log), acts.clone()));
            }
        });
        Self { url, requests }
    }

    /// All requests so far, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

async fn serve(mut socket: TcpStream, log: Arc<Mutex<Vec<String>>>, acts: Vec<Act>) {
    let Some(request) = read(&mut socket).await else { return };
    let turn = {
        let mut log = log.lock().expect("not poisoned");
        log.push(request);
        log.len() - 1
    };
    let answer = match &acts[turn.min(acts.len() - 1)] {
        Act::Say(status, headers, body) => {
            format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
                .into_bytes()
        }
        Act::Raw(bytes) => bytes.clone(),
        Act::Hang => Vec::new(),
        Act::Silence => return tokio::time::sleep(Duration::from_secs(3600)).await,
    };
    drop(socket.write_all(&answer).await);
    drop(socket.shutdown().await);
}

async fn read(socket: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.split("\r\n").next().and_then(|length| length.parse().ok()).unwrap_or(0));
            if body.len() >= length {
                return Some(text);
            }
        }
        match socket.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}
