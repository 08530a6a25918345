//! Calls over real connections to a little server.

use super::super::{
    call::Body,
    options::HttpOptions,
    settings::Limits,
    test_server::{Act, Server},
};
use super::*;
use reqwest::header::HeaderName;
use secrecy::SecretString;
use std::{sync::Mutex, time::Duration};
use tokio::net::TcpListener;

const KEY: &str = "r8_SECRET";

fn parse_error(answer: &Answer) -> Error {
    let (kind, retry) = match answer.status {
        401 => (ErrorKind::Unauthenticated, Retry::Never),
        429 if answer.body.starts_with(b"quota") => (ErrorKind::QuotaExceeded, Retry::Never),
        429 => (ErrorKind::RateLimited, Retry::Now),
        408 | 409 | 500.. => (ErrorKind::Unavailable, Retry::Now),
        _ => (ErrorKind::InvalidInput, Retry::Never),
    };
    Error::new(kind, format!("the emulator answered {}", answer.status)).with_retry(retry)
}

fn settings(base: &str) -> ApiSettings {
    ApiSettings {
        provider: "emulator",
        base: Url::parse(base).expect("an address"),
        key: SecretString::from(KEY),
        headers: vec![(HeaderName::from_static("x-own"), "1".to_owned())],
        parse_error,
        limits: Limits { creates_per_minute: 6000.0, others_per_minute: 6000.0, concurrent: 8 },
    }
}

fn http() -> Http {
    Http::new(HttpOptions::default()).expect("sound options")
}

fn api(base: &str) -> Api {
    Api::new(settings(base), http()).expect("an API")
}

fn ok(body: &str) -> Act {
    Act::Say(200, "content-type: application/json\r\n", body.to_owned())
}

fn status(status: u16) -> Act {
    Act::Say(status, "", "{}".to_owned())
}

// Their own time limits are long enough for a machine that has much else to do.

fn create() -> Call {
    let body = Body::Json(serde_json::json!({"input": {"prompt": "a harbour"}}));
    Call::post("predictions", body, Repeat::Create)
}

fn read() -> Call {
    Call::get("predictions/a")
}

fn no_secret(error: &Error) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("SECRET"), "{text}");
    }
}

/// Answers that come too fast after one another are waited for as the backoff says: at most 0.5 + 1 s here.
#[tokio::test]
async fn what_is_repeated_on_the_wire() {
    let page = || Act::Say(502, "content-type: text/html\r\n", "<html>bad gateway</html>".to_owned());
    let page_200 = || Act::Say(200, "content-type: text/html\r\n", "<html>log in</html>".to_owned());
    let cut = || Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\"".to_vec());
    let soon = || Act::Say(429, "retry-after-ms: 20\r\n", "{}".to_owned());
    let quota = || Act::Say(429, "", "quota".to_owned());
    let unknown = Some(ErrorKind::OutcomeUnknown);
    // The first answer; then how often the call is made and what comes of it, reading and creating.
    type Outcome = (usize, Option<ErrorKind>);
    let rows: Vec<(&str, Act, Outcome, Outcome)> = vec![
        ("429", soon(), (2, None), (2, None)),
        ("429 for good", quota(), (1, Some(ErrorKind::QuotaExceeded)), (1, Some(ErrorKind::QuotaExceeded))),
        ("500", status(500), (2, None), (1, unknown)),
        ("503", status(503), (2, None), (1, unknown)),
        ("408", status(408), (2, None), (1, unknown)),
        ("409", status(409), (2, None), (1, unknown)),
        ("401", status(401), (1, Some(ErrorKind::Unauthenticated)), (1, Some(ErrorKind::Unauthenticated))),
        ("422", status(422), (1, Some(ErrorKind::InvalidInput)), (1, Some(ErrorKind::InvalidInput))),
        ("a proxy's page", page(), (2, None), (1, unknown)),
        ("a page with 200", page_200(), (2, None), (1, unknown)),
        ("closed", Act::Hang, (2, None), (1, unknown)),
        ("no answer", Act::Silence, (2, None), (1, unknown)),
        ("cut", cut(), (2, None), (1, unknown)),
    ];
    let rows = rows
        .into_iter()
        .flat_map(|(name, act, safe, paid)| [(name, act.clone(), read(), safe), (name, act, create(), paid)]);
    let all = rows.map(|(name, act, call, (calls, kind))| async move {
        // What is not answered is waited for to the end; what is answered comes sooner on any machine.
        let timeout = if matches!(act, Act::Silence) { Duration::from_secs(5) } else { call.timeout };
        let call = Call { timeout, ..call };
        let server = Server::start(vec![act, ok("{}")]).await;
        let result = api(&server.url).call(Caller::nobody(), call).await;
        assert_eq!(result.as_ref().err().map(Error::kind), kind, "{name}: {result:?}");
        assert_eq!(server.requests().len(), calls, "{name}");
        if let Err(error) = result {
            no_secret(&error);
        }
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn a_create_without_a_connection_is_made_again() {
    // Bound and not listening: the port refuses, and nobody else gets it.
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("binds");
    let address = socket.local_addr().expect("has an address");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let api = api(&format!("http://{address}"));
    let caller = Caller::default().with_listener(move |attempt, _, code| {
        log.lock().expect("not poisoned").push((attempt, code.to_owned()));
    });
    let call = api.call(&caller, create());
    let server = async {
        // At least one try meets nobody.
        while seen.lock().expect("not poisoned").is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
        Server::on(socket.listen(16).expect("listens"), vec![ok("{}")])
    };
    let (result, server) = tokio::join!(call, server);
    result.expect("made");
    assert_eq!(server.requests().len(), 1);
    let seen = seen.lock().expect("not poisoned");
    // Each once.
    let expected: Vec<_> = (1..=seen.len() as u32).map(|attempt| (attempt, "unavailable".to_owned())).collect();
    assert_eq!(*seen, expected);
}

#[tokio::test]
async fn a_call_carries_what_it_should() {
    let server = Server::start(vec![ok("{\"id\":\"a\"}")]).await;
    let api = api(&format!("{}/v1/", server.url));
    let call = Call {
        query: vec![("created_after", "2026-01-01T00:00:00+00:00".to_owned()), ("q", "a&b".to_owned())],
        headers: vec![(HeaderName::from_static("prefer"), "wait=5".to_owned())],
        ..create()
    };
    let answer = api.call(Caller::nobody(), call).await.expect("made");
    assert_eq!(answer.json::<serde_json::Value>("emulator").expect("JSON")["id"], "a");
    api.call(Caller::nobody(), Call::get(format!("{}/elsewhere?x=1", server.url))).await.expect("its own origin");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), vec![b'x'; 70_000]).expect("writes");
    let body = Body::File { path: file.path().to_owned(), name: "in.png".to_owned(), content_type: "image/png" };
    api.call(Caller::nobody(), Call::post("files", body, Repeat::Safe)).await.expect("made");
    let requests = server.requests();
    assert!(
        requests[0].starts_with("POST /v1/predictions?created_after=2026-01-01T00%3A00%3A00%2B00%3A00&q=a%26b HTTP")
    );
    for line in ["authorization: Bearer r8_SECRET", "x-own: 1", "prefer: wait=5", "content-type: application/json"] {
        assert!(requests[0].contains(line), "{line} in {}", requests[0]);
    }
    assert!(requests[0].ends_with("{\"input\":{\"prompt\":\"a harbour\"}}"));
    assert!(requests[1].starts_with("GET /elsewhere?x=1 "));
    assert!(
        requests[2].contains("name=\"content\"; filename=\"in.png\"")
            && requests[2].contains("Content-Type: image/png")
    );
    assert!(requests[2].len() > 70_000 && requests[2].contains("multipart/form-data; boundary="));
}

#[tokio::test]
async fn the_key_reaches_no_other_host() {
    let other = Server::start(vec![ok("{}")]).await;
    let to: &'static str = Box::leak(format!("location: {}/x?SECRET\r\n", other.url).into_boxed_str());
    let server = Server::start(vec![Act::Say(307, to, String::new())]).await;
    let api = api(&server.url);
    let error = api.call(Caller::nobody(), create()).await.expect_err("a redirect");
    assert!(error.message().contains("not redirected") && error.message().contains(&other.url), "{error}");
    no_secret(&error);
    for path in [format!("{}/x?SECRET", other.url), "https://evil.example/x".to_owned(), "ftp://x/".to_owned()] {
        let error = api.call(Caller::nobody(), Call::get(path)).await.expect_err("another origin");
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.message().contains(&server.url), "{error}");
        no_secret(&error);
    }
    assert!(self::api(&format!("{}/v1", server.url)).call(Caller::nobody(), Call::get("../admin")).await.is_err());
    // Downloads go there, but without it.
    let dir = tempfile::tempdir().expect("a folder");
    api.fetch(&format!("{}/a.mp4", other.url), &dir.path().join("a"), 100).await.expect("arrives");
    assert_eq!((server.requests().len(), other.requests().len()), (1, 1));
    assert!(!other.requests()[0].contains("SECRET"));
    assert!(!format!("{api:?}").contains("SECRET"));
}

#[tokio::test]
async fn files_are_fetched_with_the_key_only_where_they_are_not_given_without() {
    let dir = tempfile::tempdir().expect("a folder");
    let target = dir.path().join("a.mp4");
    let server = Server::start(vec![status(401), ok("film")]).await;
    api(&server.url).fetch(&format!("{}/files/a", server.url), &target, 100).await.expect("arrives");
    assert_eq!(std::fs::read(&target).expect("is there"), b"film");
    let requests = server.requests();
    assert!(!requests[0].contains("SECRET") && requests[1].contains("Bearer r8_SECRET"));
    let foreign = Server::start(vec![status(403), ok("film")]).await;
    let error = api(&server.url).fetch(&format!("{}/a", foreign.url), &target, 100).await.expect_err("refused");
    assert_eq!((error.kind(), foreign.requests().len()), (ErrorKind::Unauthenticated, 1));
    // With the key, nothing leads anywhere else.
    let to: &'static str = Box::leak(format!("location: {}/x\r\n", foreign.url).into_boxed_str());
    let server = Server::start(vec![status(403), Act::Say(302, to, String::new())]).await;
    let error = api(&server.url).fetch(&format!("{}/a", server.url), &target, 100).await.expect_err("redirected");
    assert!(error.message().contains("where the key does not go"), "{error}");
    assert_eq!(foreign.requests().len(), 1);
    api(&server.url).fetch("data:video/mp4;base64,ZmlsbQ==", &target, 100).await.expect("decoded");
    assert_eq!(std::fs::read(&target).expect("is there"), b"film");
    // A public API's outputs do not lead into the network behind this machine.
    let public = api("https://api.example.com/v1");
    let error = public.fetch(&format!("{}/a", foreign.url), &target, 100).await.expect_err("private");
    assert_eq!((error.kind(), foreign.requests().len()), (ErrorKind::InvalidInput, 1));
}

#[tokio::test]
async fn wrong_settings_are_told_before_anything_is_sent() {
    for base in
        ["http://api.example.com/v1", "ftp://localhost", "https://u:SECRET@a.example", "https://a.example/?SECRET"]
    {
        let error = Api::new(settings(base), http()).expect_err(base);
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        no_secret(&error);
    }
    for base in
        ["http://localhost:1", "http://10.0.0.7/v1", "http://gpu-box:8000", "http://a.internal", "http://[::1]:8"]
    {
        Api::new(settings(base), http()).expect(base);
    }
    for key in ["r8_SECRET\n", "r8 SECRET", "SECRETé"] {
        let error = Api::new(ApiSettings { key: SecretString::from(key), ..settings("https://a.example") }, http());
        let error = error.expect_err(key);
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        no_secret(&error);
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_kept() {
    let server = Server::start(vec![ok(&"x".repeat(100_000))]).await;
    let call = |repeat| Call { max_bytes: 1000, repeat, ..read() };
    let error = api(&server.url).call(Caller::nobody(), call(Repeat::Safe)).await.expect_err("too long");
    assert!(error.message().contains("1000 bytes"), "{error}");
    assert_eq!(server.requests().len(), 1);
    let error = api(&server.url).call(Caller::nobody(), call(Repeat::Create)).await.expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
}

#[tokio::test]
async fn an_outage_costs_seconds_and_ends_all_calls_at_once() {
    // Nobody listens on the discard port here.
    let api = api("http://127.0.0.1:9");
    let calls = (0..20).map(|_| api.call(Caller::nobody(), read()));
    let errors: Vec<Error> = futures_util::future::join_all(calls).await.into_iter().filter_map(Result::err).collect();
    assert_eq!(errors.len(), 20);
    let error = api.call(Caller::nobody(), read()).await.expect_err("open");
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Unavailable, Retry::Exhausted));
    assert!(error.message().contains("has not answered since"), "{error}");
    // Those that were waiting to try again say what they had met.
    assert!(errors.iter().any(|error| error.to_string().contains("cannot be reached")), "{}", errors[0]);
}

/// What a system says of names that nobody knows.
struct NoNames;

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("failed to lookup address information: Name or service not known".into()) })
    }
}

#[tokio::test]
async fn failures_on_the_way_say_what_to_look_at() {
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let secure = format!("https://{}", plain.local_addr().expect("has an address"));
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = plain.accept().await {
            tokio::spawn(async move {
                drop(tokio::io::AsyncWriteExt::write_all(&mut socket, b"HTTP/1.1 400 this is no TLS\r\n\r\n").await);
                // Closing with unread bytes would be a reset, which says less.
                std::future::pending::<()>().await;
            });
        }
    });
    let dead_proxy = |settings: ApiSettings| {
        let options = HttpOptions::default().with_proxy("http://127.0.0.1:9");
        Api::new(settings, Http::new(options).expect("sound options")).expect("an API")
    };
    let nameless = |settings: ApiSettings| {
        Api::new(settings, Http::asking(HttpOptions::default(), Arc::new(NoNames))).expect("an API")
    };
    let all = [
        (
            nameless(settings("https://no-such-host.invalid/v1")),
            "name no-such-host.invalid of emulator",
            "check the name",
        ),
        (api(&secure), "no secure connection to emulator at 127.0.0.1", "certificates"),
        (dead_proxy(settings("https://api.example.com/v1")), "emulator at api.example.com", "proxy"),
        (dead_proxy(settings("http://gpu-box/v1")), "emulator at gpu-box", "proxy"),
        (api("http://127.0.0.1:9"), "emulator at 127.0.0.1 cannot be reached", "proxy"),
    ];
    // Side by side, for each is tried several times.
    let all = all.map(|(api, message, next)| async move {
        let error = api.call(Caller::nobody(), read()).await.expect_err(message);
        let text = error.to_string();
        assert!(text.contains(message) && text.contains(next) && text.contains("provider: emulator"), "{text}");
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{text}");
        no_secret(&error);
    });
    futures_util::future::join_all(all).await;
}

#[tokio::test]
async fn a_success_that_is_none_is_made_again_where_that_is_safe() {
    let failed = |answer: &Answer| match answer.body.starts_with(b"failed") {
        true => Err(Error::new(ErrorKind::Unavailable, "it gave up").with_retry(Retry::Now)),
        false if answer.body.starts_with(b"no") => Err(Error::new(ErrorKind::ContentRejected, "it will not")),
        false => Ok(()),
    };
    for (first, call, calls, kind) in [
        ("failed", read(), 2, None),
        ("no", read(), 1, Some(ErrorKind::ContentRejected)),
        ("failed", create(), 1, Some(ErrorKind::Unavailable)),
    ] {
        let server = Server::start(vec![ok(first), ok("{}")]).await;
        let result = api(&server.url).call_judged(Caller::nobody(), call, &failed).await;
        assert_eq!((result.err().map(|error| error.kind()), server.requests().len()), (kind, calls), "{first}");
    }
}

#[tokio::test]
async fn the_deadline_ends_a_call() {
    let server = Server::start(vec![Act::Silence]).await;
    let call = Call { timeout: Duration::from_secs(86_400), deadline: Duration::from_millis(300), ..read() };
    let api = api(&server.url);
    // Only what does not end would take that long.
    let ended = tokio::time::timeout(Duration::from_secs(600), api.call(Caller::nobody(), call))
        .await
        .expect("the deadline is not kept");
    let error = ended.expect_err("no answer");
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, Retry::Exhausted));
}

/// A server that refuses calls for two minutes, and who waits there.
async fn refused() -> (Server, Api) {
    let server = Server::start(vec![Act::Say(429, "retry-after: 119\r\n", "{}".to_owned())]).await;
    let api = api(&server.url);
    (server, api)
}

#[tokio::test]
async fn a_call_that_waits_for_its_turn_can_be_called_off() {
    let (server, api) = refused().await;
    let heard = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&heard);
    let caller = Caller::default().with_listener(move |_, _, code| {
        assert_eq!(code, "rate_limited");
        told.notify_one();
    });
    let cancel = async {
        heard.notified().await;
        assert!(!caller.has_left());
        caller.cancel();
    };
    let (ended, ()) = tokio::join!(api.call(&caller, create()), cancel);
    assert_eq!(ended.expect_err("it was called off").kind(), ErrorKind::Cancelled);
    assert!(caller.has_left());
    // The next is off before it is sent.
    assert_eq!(api.call(&caller, read()).await.expect_err("it is off").kind(), ErrorKind::Cancelled);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_call_whose_turn_does_not_come_in_time_is_off() {
    let (server, api) = refused().await;
    let caller = Caller::default().with_deadline(Some(Instant::now() + Duration::from_millis(500)));
    let error = api.call(&caller, create()).await.expect_err("its turn does not come");
    assert_eq!((error.kind(), caller.has_left(), caller.is_cancelled()), (ErrorKind::Timeout, true, false));
    assert!(server.requests().len() <= 1);
}

#[tokio::test]
async fn a_call_that_was_sent_is_waited_for() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let api = api(&format!("http://{}", listener.local_addr().expect("has an address")));
    let caller = Caller::default().with_deadline(Some(Instant::now() + Duration::from_secs(600)));
    let server = async {
        let (mut socket, _) = listener.accept().await.expect("a call");
        assert!(socket.read(&mut [0; 4096]).await.expect("a question") > 0);
        caller.cancel();
        sleep(Duration::from_millis(100)).await;
        let answer = b"HTTP/1.1 201 X\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        socket.write_all(answer).await.expect("it is waited for");
        socket.shutdown().await.expect("it is waited for");
    };
    let (answer, ()) = tokio::join!(api.call(&caller, create()), server);
    assert_eq!(answer.expect("it was sent").status, 201);
    assert!(!caller.has_left());
}

#[tokio::test]
async fn a_tier_with_little_credit_just_takes_longer() {
    // As the low-credit tier, 200 times faster: one create each 50 ms, and no second one before.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let url = format!("http://{}", listener.local_addr().expect("has an address"));
    let counts = Arc::new(Mutex::new(std::collections::HashMap::new()));
    let log = Arc::clone(&counts);
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut free_at = Instant::now();
        while let Ok((mut socket, _)) = listener.accept().await {
            drop(socket.read(&mut [0; 4096]).await);
            let left = free_at.saturating_duration_since(Instant::now()).as_secs_f64();
            let (status, body) = match left > 0.0 {
                true => (
                    429,
                    format!("{{\"detail\":\"Your rate limit resets in ~{left:.3}s.\",\"retry_after\":{left:.3}}}"),
                ),
                false => (201, "{}".to_owned()),
            };
            if status == 201 {
                free_at = Instant::now() + Duration::from_millis(50);
            }
            *log.lock().expect("not poisoned").entry(status).or_insert(0) += 1;
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
            drop(socket.write_all(answer.as_bytes()).await);
            drop(socket.shutdown().await);
        }
    });
    let api = api(&url);
    let results = futures_util::future::join_all((0..20).map(|_| api.call(Caller::nobody(), create()))).await;
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let counts = counts.lock().expect("not poisoned");
    // How often it is refused is for `limit` to say, whose tests have a clock of their own.
    assert_eq!(counts[&201], 20);
}

#[tokio::test]
async fn a_missing_file_is_no_failure_of_the_api() {
    let server = Server::start(vec![ok("{}")]).await;
    let api = api(&server.url);
    let body = || Body::File { path: "/no/such/file".into(), name: "in.png".to_owned(), content_type: "image/png" };
    for _ in 0..6 {
        let error = api.call(Caller::nobody(), Call::post("files", body(), Repeat::Safe)).await.expect_err("not there");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("/no/such/file"), "{error}");
    }
    api.call(Caller::nobody(), read()).await.expect("still closed");
}

#[tokio::test]
async fn many_calls_at_once_are_all_made() {
    let server = Server::start(vec![ok("{}")]).await;
    let limits = Limits { creates_per_minute: 60_000.0, others_per_minute: 60_000.0, concurrent: 32 };
    let api = Api::new(ApiSettings { limits, ..settings(&server.url) }, http()).expect("an API");
    let calls = (0..600).map(|i| api.call(Caller::nobody(), if i % 2 == 0 { create() } else { read() }));
    let results = futures_util::future::join_all(calls).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(server.requests().len(), 600);
}

#[test]
fn calls_can_be_spawned() {
    fn spawnable<T: Send>(_: T) {}
    let api = api("https://a.example");
    spawnable(api.call(Caller::nobody(), read()));
    spawnable(api.fetch("", Path::new(""), 1));
    spawnable(asset::fetch_asset(&http(), "", Path::new(""), AssetRules::untrusted()));
    let caller = Caller::default().with_listener(|_, _, _| {}).with_deadline(Some(Instant::now()));
    spawnable(api.call(&caller, read()));
}
