//! Connections of one process: whose they are, whom they trust, and which way they take.

use super::super::{
    api::Api,
    asset::{AssetRules, fetch_asset},
    call::{Answer, Call, Repeat},
    caller::Caller,
    download::{Expectation, download},
    settings::{ApiSettings, Limits},
    test_server::{Act, Server},
};
use super::*;
use crate::error::Retry;
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio::runtime::{Builder, Runtime};

fn parse_error(answer: &Answer) -> Error {
    Error::new(ErrorKind::Unavailable, format!("it answered {}", answer.status)).with_retry(Retry::Never)
}

fn api(base: &str, http: &Http) -> Api {
    let settings = ApiSettings {
        provider: "emulator",
        base: base.parse().expect("an address"),
        key: "r8_SECRET".into(),
        headers: Vec::new(),
        parse_error,
        limits: Limits { creates_per_minute: 6000.0, others_per_minute: 6000.0, concurrent: 8 },
    };
    Api::new(settings, http.clone()).expect("an API")
}

fn http(options: HttpOptions) -> Http {
    Http::new(options).expect("sound options")
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A server with a thread of its own for each connection, all of which stay open. Its address, and how many there were.
fn lasting(connect: impl Fn(TcpStream) -> Box<dyn Stream> + Send + Sync + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("has an address").to_string();
    let (count, connect) = (Arc::new(AtomicUsize::new(0)), Arc::new(connect));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(std::result::Result::ok) {
            counted.fetch_add(1, Ordering::SeqCst);
            let connect = Arc::clone(&connect);
            std::thread::spawn(move || {
                let (mut stream, mut buffer) = (connect(socket), [0; 4096]);
                while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                    drop(stream.write_all(b"HTTP/1.1 201 X\r\ncontent-length: 2\r\n\r\n{}"));
                    drop(stream.flush());
                }
            });
        }
    });
    (address, count)
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn create() -> Call {
    Call::post("predictions", super::super::call::Body::None, Repeat::Create)
}

/// Much longer than any call takes that is made at all.
async fn in_time<F: Future>(call: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(60), call).await.expect("the call stands still")
}

#[test]
fn one_account_survives_its_runtimes() {
    let (address, connections) = lasting(|socket| Box::new(socket));
    let account = api(&format!("http://{address}"), &http(HttpOptions::default()));
    for _ in 0..4 {
        runtime().block_on(in_time(account.call(Caller::nobody(), create()))).expect("made");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 4, "a connection of a runtime that is gone was used");
    // A runtime that is there and stands still drives no connection; another must not wait for it.
    let still = runtime();
    still.block_on(in_time(account.call(Caller::nobody(), create()))).expect("made");
    runtime().block_on(in_time(account.call(Caller::nobody(), create()))).expect("made");
    assert_eq!(connections.load(Ordering::SeqCst), 6);
    // Its own are still good.
    still.block_on(in_time(account.call(Caller::nobody(), create()))).expect("made");
    assert_eq!(connections.load(Ordering::SeqCst), 6);
}

#[test]
fn two_accounts_share_nothing() {
    let (address, connections) = lasting(|socket| Box::new(socket));
    let account = || api(&format!("http://{address}"), &http(HttpOptions::default()));
    runtime().block_on(in_time(account().call(Caller::nobody(), create()))).expect("made");
    runtime().block_on(in_time(account().call(Caller::nobody(), create()))).expect("made");
    let (one, other, both) = (account(), account(), runtime());
    for account in [&one, &other, &one, &one.clone(), &other] {
        both.block_on(in_time(account.call(Caller::nobody(), create()))).expect("made");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 4);
}

#[test]
fn the_oldest_clients_go_first() {
    let http = http(HttpOptions::default());
    for _ in 0..2 * MOST {
        runtime().block_on(async { http.client(Kind::Api).map(drop) }).expect("a client");
    }
    assert_eq!(http.inner.clients.lock().expect("not poisoned").len(), MOST);
}

#[test]
fn a_call_outside_a_runtime_is_an_error_and_no_panic() {
    let account = api("http://127.0.0.1:9", &http(HttpOptions::default()));
    let error = futures_util::FutureExt::now_or_never(account.call(Caller::nobody(), create()))
        .expect("at once")
        .expect_err("no runtime");
    assert!(error.kind() == ErrorKind::InvalidConfig && error.message().contains("Tokio"), "{error}");
}

#[test]
fn nothing_is_installed_for_the_whole_process() {
    let (address, _) = lasting(|socket| Box::new(socket));
    let account = api(&format!("http://{address}"), &http(HttpOptions::default()));
    runtime().block_on(in_time(account.call(Caller::nobody(), create()))).expect("made");
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}

#[tokio::test]
async fn a_proxy_sees_what_leaves_this_machine_and_nothing_else() {
    let answer = || Act::Say(200, "", "{}".to_owned());
    let proxy = Server::start(vec![answer()]).await;
    let options = HttpOptions::default().with_proxy(&proxy.url);
    let http = http(options.clone().with_proxy_credentials("adgen", "SECRET".into()));
    api("http://gpu-box/v1", &http)
        .call(Caller::nobody(), Call::get("predictions/a"))
        .await
        .expect("through the proxy");
    let requests = proxy.requests();
    assert!(requests[0].starts_with("GET http://gpu-box/v1/predictions/a "), "{requests:?}");
    // adgen:SECRET
    assert!(requests[0].contains("proxy-authorization: Basic YWRnZW46U0VDUkVU\r\n"), "{requests:?}");
    assert!(!format!("{http:?}").contains("SECRET"), "{http:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("a");
    fetch_asset(&http, "http://93.184.215.14/a.mp4", &target, AssetRules::foreign()).await.expect("arrives");
    assert!(proxy.requests()[1].starts_with("GET http://93.184.215.14/a.mp4 "));
    // A secure call shows its host alone, and its key to nobody on the way.
    let deaf = Server::start(vec![Act::Say(407, "", String::new())]).await;
    let options = HttpOptions::default().with_proxy(&deaf.url);
    let error = api("https://api.example.com/v1", &self::http(options))
        .call(Caller::nobody(), Call::get("a"))
        .await
        .expect_err("407");
    let requests = deaf.requests();
    assert!(requests[0].starts_with("CONNECT api.example.com:443 ") && !requests[0].contains("SECRET"), "{requests:?}");
    let text = format!("{error} {error:?}");
    assert!(text.contains("proxy") && text.contains("HttpOptions") && !text.contains("SECRET"), "{text}");
    // This machine's own servers are not the proxy's business.
    let here = Server::start(vec![answer()]).await;
    api(&here.url, &http).call(Caller::nobody(), Call::get("a")).await.expect("made");
    assert_eq!((here.requests().len(), proxy.requests().len()), (1, 2));
    assert!(!here.requests()[0].contains("proxy-authorization"));
}

/// A server behind a certificate of its own, which answers everything with `{}`.
fn secure() -> String {
    let chain = vec![CertificateDer::from_pem_slice(include_bytes!("testdata/server.pem")).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("testdata/server.key")).expect("a key");
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().expect("versions");
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).expect("a server"));
    let (address, _) = lasting(move |socket| {
        let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
        Box::new(StreamOwned::new(connection, socket))
    });
    address
}

fn own_root() -> HttpOptions {
    HttpOptions::default().with_root_certificates_pem(include_bytes!("testdata/root.pem"))
}

#[test]
fn roots_of_a_host_are_trusted_besides_the_systems() {
    let address = secure();
    let call = |options| {
        let account = api(&format!("https://{address}"), &http(options));
        runtime().block_on(in_time(account.call(Caller::nobody(), Call::get("a"))))
    };
    assert_eq!(call(own_root()).expect("trusted").status, 201);
    let error = call(HttpOptions::default()).expect_err("not trusted");
    assert!(error.message().contains("no secure connection"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_and_models_are_fetched_by_the_same_wishes() {
    let url = format!("https://{}/file", secure());
    let folder = tempfile::tempdir().expect("a folder");
    let (file, model) = (folder.path().join("file"), folder.path().join("model"));
    let open = AssetRules { allow_private: true, ..AssetRules::untrusted() };
    let expected = Expectation { bytes: Some(2), check: Arc::new(|_: &Path| Ok(())) };
    let trusting = http(own_root());
    in_time(fetch_asset(&trusting, &url, &file, open)).await.expect("trusted");
    in_time(download(&trusting, &url, &model, expected.clone(), &|_, _| {})).await.expect("trusted");
    assert_eq!(
        (std::fs::read(&file).expect("is there"), std::fs::read(&model).expect("is there")),
        (b"{}".to_vec(), b"{}".to_vec())
    );
    // Without the root neither comes; both are tried again for a while.
    let (strange, other) = (http(HttpOptions::default()), folder.path().join("other"));
    let moment = Duration::from_secs(2);
    let fetched = tokio::time::timeout(moment, fetch_asset(&strange, &url, &other, open)).await;
    let downloaded = tokio::time::timeout(moment, download(&strange, &url, &other, expected, &|_, _| {})).await;
    assert!(!matches!(fetched, Ok(Ok(()))) && !matches!(downloaded, Ok(Ok(()))) && !other.exists());
}
