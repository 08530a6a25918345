//! Downloads of large files that go on where they stopped and arrive whole or not at all.
//!
//! Bytes gather in `<file>.part`; a later try asks for the rest. Whether the parts fit together is decided by the
//! file's check; within one download the server's validator is asked, too.
//!
//! A second place that tries again, beside `retry`: only here it is known what has come already, so that a connection which
//! brought something costs no try, and what is missing is asked for alone. By hand, as no crate does it on reqwest. May
//! depend on `error` and its neighbours `address`, `client`, `network`, `proxy` and `wait`.

use super::{
    address::{shown, shown_text},
    client::{Http, Kind},
    network::explain,
    proxy::Proxies,
    wait::{a_little_more, backoff, wait_in_headers},
};
use crate::error::{Error, ErrorKind, Result, Retry};
use futures_util::future::BoxFuture;
use reqwest::{
    Client, Response, StatusCode,
    header::{self, HeaderMap, HeaderValue},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    fs::{self, File, OpenOptions},
    io::AsyncWriteExt,
};
use url::Url;

/// Judges a complete file, such as by its hash. Called on a thread that may wait.
pub(crate) type Check = Arc<dyn Fn(&Path) -> Result<()> + Send + Sync>;

/// What the file must be.
#[derive(Clone)]
pub(crate) struct Expectation {
    /// Its size in bytes, where that is known.
    pub(crate) bytes: Option<u64>,
    /// Judges the complete file.
    pub(crate) check: Check,
}

impl std::fmt::Debug for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Expectation").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

/// Connections that broke off are taken up again this often, as long as each brought something.
const TRIES: u32 = 5;
/// A server that asks for a longer wait is not waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// A file that nobody knows the size of may not be larger.
const MAX_BYTES: u64 = 2 << 30;

/// What is to be gathered.
pub(super) struct Wanted {
    /// Its size, where that is known.
    pub(super) bytes: Option<u64>,
    pub(super) max_bytes: u64,
    /// Judges the complete file.
    pub(super) check: Check,
}

/// Where a file comes from.
pub(super) trait Origin: Send + Sync {
    /// Asks for it with these headers. What is given is a success, or says that the range is not there (416).
    fn open(&self, headers: HeaderMap) -> BoxFuture<'_, Result<Response, Failure>>;

    /// Its address for messages, without secrets.
    fn shown(&self) -> String;

    /// Which proxies may be on the way.
    fn proxies(&self) -> &Proxies;
}

/// An address of our own, whose redirects need no check.
struct Plain<'a> {
    http: &'a Http,
    client: Client,
    url: &'a str,
}

impl Origin for Plain<'_> {
    fn open(&self, headers: HeaderMap) -> BoxFuture<'_, Result<Response, Failure>> {
        Box::pin(async move {
            let url = Url::parse(self.url).map_err(|error| {
                Error::new(ErrorKind::InvalidInput, "this is no address")
                    .with_context("url", self.shown())
                    .with_source(error)
            })?;
            let response = self.client.get(url.clone()).headers(headers).send().await;
            let response = response.map_err(|error| Failure::network(&url, error, self.proxies()))?;
            match response.status() {
                status if status.is_success() || status == StatusCode::RANGE_NOT_SATISFIABLE => Ok(response),
                _ => Err(refused(&self.shown(), &response)),
            }
        })
    }

    fn shown(&self) -> String {
        shown_text(self.url)
    }

    fn proxies(&self) -> &Proxies {
        self.http.proxies()
    }
}

/// Downloads `url` to the file `target`, by the connections of `http`. `progress` is told bytes done and, where known, bytes in all.
///
/// # Errors
/// [`ErrorKind::NotFound`], [`ErrorKind::Unauthenticated`], [`ErrorKind::Timeout`], [`ErrorKind::RateLimited`] or
/// [`ErrorKind::Unavailable`] by what the server or the network did; [`ErrorKind::InvalidInput`] for too large a file;
/// [`ErrorKind::Io`] where this machine cannot keep it; the check's own error where the complete file is wrong, which is
/// removed then; [`ErrorKind::InvalidConfig`] outside a Tokio runtime.
pub(crate) async fn download(
    http: &Http,
    url: &str,
    target: &Path,
    expected: Expectation,
    progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
) -> Result<()> {
    let Expectation { bytes, check } = expected;
    let wanted = Wanted { bytes, max_bytes: bytes.unwrap_or(MAX_BYTES), check };
    let client = http.client(Kind::Download)?;
    gather(&Plain { http, client, url }, target, &wanted, progress).await
}

/// Gathers the file of `origin` in `<target>.part`, as often as the connection breaks off, and moves it to its place.
pub(super) async fn gather(
    origin: &dyn Origin,
    target: &Path,
    wanted: &Wanted,
    progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
) -> Result<()> {
    let part = part_of(target);
    if let Some(dir) = target.parent() {
        fs::create_dir_all(dir).await.map_err(|error| Error::from(error).with_context("path", dir.display()))?;
    }
    let mut tries = 0;
    let mut validator = None;
    loop {
        let before = length(&part).await;
        match attempt(origin, &part, wanted, &mut validator, progress).await {
            Ok(()) => break,
            Err(failure) if failure.broken_off => {
                // A connection that brought something costs no try: large files come over bad lines, too.
                tries = if length(&part).await > before { 1 } else { tries + 1 };
                let wait = failure.wait.map_or_else(|| backoff(tries), a_little_more);
                match failure.wait {
                    Some(asked) if asked > LONGEST_WAIT => return Err(failure.error.with_retry(Retry::After(asked))),
                    _ if tries >= TRIES => return Err(failure.error.with_retry(Retry::Exhausted)),
                    _ => tokio::time::sleep(wait).await,
                }
            }
            Err(failure) => return Err(failure.error),
        }
    }
    // It may read all of a gigabyte.
    let (check, file) = (Arc::clone(&wanted.check), part.clone());
    let checked = tokio::task::spawn_blocking(move || check(&file)).await.unwrap_or_else(|panic| {
        let message = "the check of a download stopped unexpectedly: this is a defect of adgen, please report it";
        Err(Error::new(ErrorKind::Unexpected, message).with_source(panic))
    });
    if let Err(error) = checked {
        // What was gathered fits nothing: the next try must start anew.
        drop(fs::remove_file(&part).await);
        return Err(error.with_context("url", origin.shown()));
    }
    fs::rename(&part, target).await.map_err(|error| Error::from(error).with_context("path", target.display()))
}

pub(super) fn part_of(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

async fn length(path: &Path) -> u64 {
    fs::metadata(path).await.map_or(0, |facts| facts.len())
}

/// Why a try brought no whole file.
pub(super) struct Failure {
    error: Error,
    /// The connection or the server failed; asking again can help.
    broken_off: bool,
    /// The wait that the server asks for.
    wait: Option<Duration>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, broken_off: false, wait: None }
    }
}

impl Failure {
    pub(super) fn network(url: &Url, error: reqwest::Error, proxies: &Proxies) -> Self {
        if error.is_redirect() {
            let error = Error::new(ErrorKind::Unavailable, "the server redirects too often");
            return error.with_context("url", shown(url)).into();
        }
        let error = explain("the server", url, error, proxies);
        let broken_off = error.retry() != Retry::Never;
        Self { error: error.with_context("url", shown(url)), broken_off, wait: None }
    }
}

async fn attempt(
    origin: &dyn Origin,
    part: &Path,
    wanted: &Wanted,
    validator: &mut Option<HeaderValue>,
    progress: &(dyn Fn(u64, Option<u64>) + Send + Sync),
) -> Result<(), Failure> {
    let io = |error: std::io::Error| Error::from(error).with_context("path", part.display());
    let mut have = length(part).await;
    if wanted.bytes.is_some_and(|bytes| have > bytes) {
        fs::remove_file(part).await.map_err(io)?;
        have = 0;
    }
    if have > 0 && wanted.bytes == Some(have) {
        return Ok(());
    }
    let mut headers = HeaderMap::new();
    if have > 0 {
        // Digits and ASCII letters are always a valid value.
        let range = HeaderValue::from_str(&format!("bytes={have}-"))
            .map_err(|error| Error::new(ErrorKind::Unexpected, "no range can be asked for").with_source(error))?;
        headers.insert(header::RANGE, range);
        if let Some(validator) = validator {
            headers.insert(header::IF_RANGE, validator.clone());
        }
    }
    let mut response = origin.open(headers).await?;
    let mut file = match response.status() {
        StatusCode::PARTIAL_CONTENT if starts_at(&response) == Some(have) => {
            OpenOptions::new().append(true).open(part).await.map_err(io)?
        }
        // Ours is complete already, or no beginning of theirs: the check tells which.
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => return Ok(()),
        status if status.is_success() && status != StatusCode::PARTIAL_CONTENT => {
            have = 0;
            // The whole file, maybe another than before. Weak validators may not be used with ranges.
            *validator = response.headers().get(header::ETAG).filter(|tag| tag.as_bytes().starts_with(b"\"")).cloned();
            File::create(part).await.map_err(io)?
        }
        _ => return Err(refused(&origin.shown(), &response)),
    };
    let total = response.content_length().map(|rest| have.saturating_add(rest)).or(wanted.bytes);
    let limit = wanted.max_bytes;
    if total.is_some_and(|total| total > limit) {
        drop(fs::remove_file(part).await);
        return Err(too_large(origin, limit).into());
    }
    let failure = loop {
        match response.chunk().await {
            Ok(Some(bytes)) => {
                have += bytes.len() as u64;
                if have > limit {
                    drop(fs::remove_file(part).await);
                    return Err(too_large(origin, limit).into());
                }
                file.write_all(&bytes).await.map_err(io)?;
                progress(have, total);
            }
            Ok(None) => break None,
            Err(error) => break Some(Failure::network(response.url(), error, origin.proxies())),
        }
    };
    file.flush().await.map_err(io)?;
    file.sync_all().await.map_err(io)?;
    match failure {
        Some(failure) => Err(failure),
        None if total.is_some_and(|total| have < total) => Err(Failure {
            error: Error::new(ErrorKind::Unavailable, "the connection ended before the file did")
                .with_context("url", origin.shown()),
            broken_off: true,
            wait: None,
        }),
        None => Ok(()),
    }
}

/// The first byte of a partial answer, by its Content-Range header.
fn starts_at(response: &Response) -> Option<u64> {
    let range = response.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}

fn too_large(origin: &dyn Origin, limit: u64) -> Error {
    let message = format!("the server sends more than the {limit} bytes that are allowed");
    Error::new(ErrorKind::InvalidInput, message).with_context("url", origin.shown())
}

/// An answer that brings no file.
pub(super) fn refused(url: &str, response: &Response) -> Failure {
    let status = response.status();
    let kind = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => ErrorKind::NotFound,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ErrorKind::Unauthenticated,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => ErrorKind::Timeout,
        _ => ErrorKind::Unavailable,
    };
    let broken_off = status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429);
    let error = Error::new(kind, format!("the server answered {status}")).with_context("url", url);
    Failure { error, broken_off, wait: wait_in_headers(response.headers()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::{io::AsyncReadExt, net::TcpListener};

    /// What the little server does with one request.
    #[derive(Clone, Copy)]
    enum Act {
        /// Sends the rest that is asked for, but breaks off after this many bytes.
        BreakAfter(usize),
        /// Sends the rest that is asked for.
        Range,
        /// Sends everything, whatever is asked for.
        Whole,
        /// Answers with this status.
        Status(u16),
    }

    /// Serves `body` on a loopback port, one act a connection (the last one again and again). Gives its address and the
    /// ranges that were asked for.
    async fn serve(body: Vec<u8>, acts: Vec<Act>) -> (String, Arc<Mutex<Vec<usize>>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let url = format!("http://{}/model", listener.local_addr().expect("has an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        tokio::spawn(async move {
            for turn in 0.. {
                let (mut socket, _) = listener.accept().await.expect("accepts");
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(socket.read_u8().await.expect("a request"));
                }
                let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
                let start: usize = head
                    .split_once("range: bytes=")
                    .map_or(0, |(_, rest)| rest.split('-').next().and_then(|n| n.parse().ok()).expect("a number"));
                log.lock().expect("not poisoned").push(start);
                let (range, send) = match acts[turn.min(acts.len() - 1)] {
                    Act::BreakAfter(n) => (true, n),
                    Act::Range => (true, usize::MAX),
                    Act::Whole => (false, usize::MAX),
                    Act::Status(status) => {
                        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                        socket.write_all(answer.as_bytes()).await.expect("sends");
                        continue;
                    }
                };
                let start = if range { start } else { 0 };
                let rest = &body[start..];
                let status = if start > 0 { "206 Partial Content" } else { "200 OK" };
                let content_range = if start > 0 {
                    format!("content-range: bytes {start}-{}/{}\r\n", body.len() - 1, body.len())
                } else {
                    String::new()
                };
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\n{content_range}connection: close\r\n\r\n",
                    rest.len()
                );
                socket.write_all(answer.as_bytes()).await.expect("sends");
                socket.write_all(&rest[..rest.len().min(send)]).await.expect("sends");
                socket.shutdown().await.expect("closes");
            }
        });
        (url, asked)
    }

    fn body() -> Vec<u8> {
        (0..300_000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    async fn get(url: &str, target: &Path) -> Result<()> {
        let http = Http::new(crate::http::HttpOptions::default()).expect("sound options");
        let runtime = std::thread::current().id();
        let check = move |file: &Path| {
            assert_ne!(std::thread::current().id(), runtime, "the runtime waits for a hash");
            if std::fs::read(file)? == body() { Ok(()) } else { Err(Error::new(ErrorKind::Model, "wrong hash")) }
        };
        let expected = Expectation { bytes: Some(300_000), check: Arc::new(check) };
        download(&http, url, target, expected, &|done, all| assert!(all.is_some_and(|all| done <= all))).await
    }

    #[tokio::test]
    async fn a_connection_that_breaks_off_is_taken_up_where_it_stopped() {
        let dir = tempfile::tempdir().expect("a folder");
        let target = dir.path().join("deep/model.onnx");
        let (url, asked) = serve(body(), vec![Act::BreakAfter(120_000), Act::BreakAfter(80_000), Act::Range]).await;
        get(&url, &target).await.expect("arrives");
        assert_eq!(std::fs::read(&target).expect("is there"), body());
        assert!(!part_of(&target).exists());
        let asked = asked.lock().expect("not poisoned").clone();
        assert_eq!((asked[0], asked.len()), (0, 3));
        assert!(asked[1] > 0 && asked[2] > asked[1], "{asked:?}");
    }

    #[tokio::test]
    async fn a_download_of_an_earlier_process_goes_on() {
        let dir = tempfile::tempdir().expect("a folder");
        let target = dir.path().join("model.onnx");
        std::fs::write(part_of(&target), &body()[..200_000]).expect("writes");
        let (url, asked) = serve(body(), vec![Act::Range]).await;
        get(&url, &target).await.expect("arrives");
        assert_eq!(*asked.lock().expect("not poisoned"), [200_000]);
    }

    #[tokio::test]
    async fn a_server_without_ranges_starts_over() {
        let dir = tempfile::tempdir().expect("a folder");
        let target = dir.path().join("model.onnx");
        std::fs::write(part_of(&target), vec![7; 1000]).expect("writes");
        let (url, _) = serve(body(), vec![Act::Whole]).await;
        get(&url, &target).await.expect("arrives");
        assert_eq!(std::fs::read(&target).expect("is there"), body());
    }

    #[tokio::test]
    async fn a_wrong_file_is_an_error_and_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let target = dir.path().join("model.onnx");
        let (url, _) = serve(vec![1; 300_000], vec![Act::Whole]).await;
        assert_eq!(get(&url, &target).await.expect_err("wrong").kind(), ErrorKind::Model);
        assert!(!target.exists() && !part_of(&target).exists());
    }

    #[tokio::test]
    async fn a_longer_file_than_expected_is_not_taken() {
        let dir = tempfile::tempdir().expect("a folder");
        let (url, _) = serve(vec![1; 900_000], vec![Act::Whole]).await;
        assert!(get(&url, &dir.path().join("m")).await.expect_err("too long").message().contains("300000"));
    }

    #[tokio::test]
    async fn a_missing_file_says_so_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        let (url, asked) = serve(body(), vec![Act::Status(404)]).await;
        let error = get(&url, &dir.path().join("m")).await.expect_err("missing");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(asked.lock().expect("not poisoned").len(), 1);
    }
}
