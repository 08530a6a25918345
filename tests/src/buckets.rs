//! Servers of others that speak S3, started for a test: the judges of what is kept in a bucket.

use crate::root;
use std::{
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// The bucket of every test.
pub const BUCKET: &str = "ads-of-tests";
/// The secret that signs requests.
pub const SECRET: &str = "test-secret-of-the-bucket";
/// How long a server may take to start, however busy the machine is.
const START: Duration = Duration::from_secs(120);

/// A client for what a test asks by itself.
pub fn client() -> reqwest::Client {
    // It is wanted even for plain HTTP; another test of this process may have installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Ministack,
    Moto,
}

/// A server with an empty bucket, gone when it is dropped.
#[derive(Debug)]
pub struct S3Server {
    child: Child,
    port: u16,
}

impl S3Server {
    pub async fn start(kind: Kind) -> Self {
        // A port that was free a moment ago may be another's now.
        for _ in 0..5 {
            if let Some(server) = Self::try_start(kind).await {
                return server;
            }
        }
        panic!("{kind:?} does not start: look at what `make setup` installed in .venv");
    }

    async fn try_start(kind: Kind) -> Option<Self> {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("has an address").port();
        drop(free);
        let mut command = match kind {
            Kind::Ministack => {
                let mut command = Command::new(program("ministack"));
                command.env("GATEWAY_PORT", port.to_string()).env("BIND_HOST", "127.0.0.1");
                // Signed addresses are checked against these.
                command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", SECRET);
                command
            }
            Kind::Moto => {
                let mut command = Command::new(program("moto_server"));
                command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
                command
            }
        };
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut server = Self { child: child.expect("a program"), port };
        let began = Instant::now();
        let client = client();
        let bucket = format!("{}/{BUCKET}", server.url());
        while began.elapsed() < START {
            if server.child.try_wait().expect("a child").is_some() {
                return None;
            }
            let made = client.put(&bucket).timeout(Duration::from_secs(5)).send().await;
            if made.is_ok_and(|made| made.status().is_success()) {
                return Some(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        None
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The names of all objects, sorted.
    pub async fn names(&self) -> Vec<String> {
        let (mut names, mut after) = (Vec::new(), String::new());
        loop {
            let address = format!("{}/{BUCKET}?list-type=2&start-after={after}", self.url());
            let client = client();
            let page = client.get(address).send().await.expect("an answer").text().await.expect("a listing");
            let found: Vec<String> = page
                .split("<Key>")
                .skip(1)
                .filter_map(|rest| rest.split_once("</Key>"))
                .map(|(key, _)| key.to_owned())
                .collect();
            let Some(last) = found.last() else { return names };
            after = last.replace('/', "%2F");
            names.extend(found);
        }
    }

    /// An object's content.
    pub async fn object(&self, name: &str) -> Option<Vec<u8>> {
        let client = client();
        let answer = client.get(format!("{}/{BUCKET}/{name}", self.url())).send().await.expect("an answer");
        match answer.status().is_success() {
            true => Some(answer.bytes().await.expect("a body").to_vec()),
            false => None,
        }
    }

    /// Writes an object, as somebody else would.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) {
        let client = client();
        let answer = client.put(format!("{}/{BUCKET}/{name}", self.url())).body(bytes).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{name} was not written: {}", answer.status());
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn program(name: &str) -> PathBuf {
    let path = root().join(".venv/bin").join(name);
    assert!(path.is_file(), "{} is missing: `make setup` installs it", path.display());
    path
}

/// What a program has in its environment to find a bucket at `url`.
pub fn environment(url: &str) -> [(&'static str, String); 6] {
    [
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_ALLOW_HTTP", "true".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("NO_PROXY", "127.0.0.1".to_owned()),
    ]
}
