//! Files fetched over real connections from a little server.

use super::super::{
    network::explain,
    options::HttpOptions,
    test_server::{Act, Server},
};
use super::*;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{net::SocketAddr, sync::Arc};

const OPEN: AssetRules = AssetRules { allow_private: true, inline: true, max_bytes: 1000 };

fn say(status: u16, headers: &str, body: &str) -> Act {
    Act::Say(status, Box::leak(headers.to_owned().into_boxed_str()), body.to_owned())
}

fn http() -> Http {
    Http::new(HttpOptions::default()).expect("sound options")
}

async fn fetched(url: &str, rules: AssetRules) -> Result<Vec<u8>> {
    fetched_over(&http(), url, rules).await
}

async fn fetched_over(http: &Http, url: &str, rules: AssetRules) -> Result<Vec<u8>> {
    let dir = tempfile::tempdir().expect("a folder");
    let target = dir.path().join("deep/file");
    let result = fetch_asset(http, url, &target, rules).await;
    assert!(!part_of(&target).exists(), "nothing is left behind");
    result.map(|()| std::fs::read(&target).expect("is there"))
}

#[tokio::test]
async fn redirects_are_followed_five_times_and_each_is_checked() {
    let server = Server::start(vec![say(302, "location: /b\r\n", ""), say(200, "", "film")]).await;
    assert_eq!(fetched(&server.url, OPEN).await.expect("arrives"), b"film");
    assert!(server.requests()[1].starts_with("GET /b "));
    let round = Server::start(vec![say(301, "location: /a\r\n", "")]).await;
    let error = fetched(&round.url, OPEN).await.expect_err("in a circle");
    assert_eq!((error.kind(), round.requests().len()), (ErrorKind::InvalidInput, 6));
    for to in ["ftp://a.example/x", "file:///etc/passwd", "http://u:p@127.0.0.1/"] {
        let server = Server::start(vec![say(302, &format!("location: {to}\r\n"), "")]).await;
        assert_eq!(fetched(&server.url, OPEN).await.expect_err(to).kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn addresses_of_documents_do_not_lead_into_the_network_behind() {
    let server = Server::start(vec![say(200, "", "film")]).await;
    let error = fetched(&server.url, AssetRules::untrusted()).await.expect_err("private");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let port = server.url.rsplit(':').next().expect("a port");
    // A name that resolves to this machine is stopped where the connection would be made.
    let url = Url::parse(&format!("http://localhost:{port}/x?SECRET")).expect("an address");
    let client = http().client(Kind::FilePublic).expect("a client");
    let error = client.get(url.clone()).send().await.expect_err("private");
    let error = explain("the server", &url, error, &Proxies::default());
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.message().contains("localhost") && !format!("{error:?}").contains("SECRET"), "{error:?}");
    assert!(server.requests().is_empty());
    assert!(fetched("data:,x", AssetRules::untrusted()).await.is_err());
    // A provider's answer leads no further, and may hold the file itself.
    assert!(fetched(&server.url, AssetRules::foreign()).await.is_err());
    assert!(server.requests().is_empty());
    assert_eq!(fetched("data:,x", AssetRules::foreign()).await.expect("is at hand"), b"x");
    // From a secure address to one that is not: never, and with the key nowhere at all.
    let http = http();
    let web = |key| Web {
        http: &http,
        url: Box::leak(Box::new(Url::parse("https://a.example/x").expect("an address"))),
        rules: OPEN,
        key,
    };
    let server = Server::start(vec![say(302, "location: http://b.example/\r\n", "")]).await;
    let response = http.client(Kind::FileHere).expect("a client").get(&server.url).send().await.expect("an answer");
    let from = Url::parse("https://a.example/x").expect("an address");
    assert!(web(None).redirected(&from, &response).expect_err("refused").message().contains("not secure"));
    assert!(web(Some(HeaderValue::from_static("k"))).redirected(&from, &response).is_err());
}

/// Says of every name that it is at this address.
struct At(SocketAddr);

impl Resolve for At {
    fn resolve(&self, _: Name) -> Resolving {
        let at = self.0;
        Box::pin(async move { Ok(Box::new(std::iter::once(at)) as Addrs) })
    }
}

#[tokio::test]
async fn addresses_of_foreign_answers_lead_nowhere_private_by_name_or_by_redirect() {
    let foreign = AssetRules::foreign();
    let inside = Server::start(vec![say(200, "", "secret")]).await;
    let address: SocketAddr = inside.url.trim_start_matches("http://").parse().expect("an address");
    // A public name whose address is not: the connection is never made, and it is not tried again.
    let http = Http::asking(HttpOptions::default(), Arc::new(At(address)));
    let error = fetched_over(&http, "http://clips.example/a.mp4?SECRET", foreign).await.expect_err("private");
    assert_eq!((error.kind(), error.retry()), (ErrorKind::InvalidInput, Retry::Never), "{error}");
    assert!(error.message().contains("clips.example") && !format!("{error:?}").contains("SECRET"), "{error:?}");
    for private in ["10.0.0.7:80", "169.254.169.254:80", "[::1]:80", "[fd00:ec2::254]:80"] {
        let http = Http::asking(HttpOptions::default(), Arc::new(At(private.parse().expect("an address"))));
        let error = fetched_over(&http, "http://clips.example/a", foreign).await.expect_err(private);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{private}");
    }
    assert!(inside.requests().is_empty());
    // The same name where private addresses are allowed: it is the rules that refuse, not the name.
    let open = AssetRules { allow_private: true, ..foreign };
    assert_eq!(fetched_over(&http, "http://clips.example/a", open).await.expect("arrives"), b"secret");
    // A public host that redirects inwards; what plays the public host here is a proxy, which may lie anywhere.
    for to in [&*inside.url, "http://localhost/x", "http://169.254.169.254/latest", "http://[::1]/", "http://router/"] {
        let host = Server::start(vec![say(302, &format!("location: {to}\r\n"), ""), say(200, "", "secret")]).await;
        let options = HttpOptions::default().with_proxy(&host.url);
        let http = Http::asking(options, Arc::new(At(host.url.trim_start_matches("http://").parse().expect("one"))));
        let error = fetched_over(&http, "http://93.184.215.14/a", foreign).await.expect_err(to);
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{to}: {error}");
        let requests = host.requests();
        assert!(requests.len() == 1 && requests[0].starts_with("GET http://93.184.215.14/a "), "{requests:?}");
    }
    assert_eq!(inside.requests().len(), 1);
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it() {
    let busy = || say(429, "retry-after: 1\r\n", "");
    let server = Server::start(vec![busy(), say(200, "", "film")]).await;
    let begin = std::time::Instant::now();
    assert_eq!(fetched(&server.url, OPEN).await.expect("arrives"), b"film");
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    let server = Server::start(vec![say(503, "retry-after: 3600\r\n", "")]).await;
    let error = fetched(&server.url, OPEN).await.expect_err("not waited for");
    assert_eq!((error.retry(), server.requests().len()), (Retry::After(Duration::from_secs(3600)), 1));
}

#[tokio::test]
async fn too_large_a_file_is_refused_before_and_while_it_is_read() {
    let announced = Act::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 3000000000\r\n\r\nabc".to_vec());
    let endless = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec(), vec![b'x'; 50_000]].concat();
    for act in [announced, Act::Raw(endless)] {
        let server = Server::start(vec![act]).await;
        let error = fetched(&format!("{}/a?sig=SECRET", server.url), OPEN).await.expect_err("too large");
        assert_eq!((error.kind(), server.requests().len()), (ErrorKind::InvalidInput, 1));
        assert!(error.message().contains("1000 bytes") && !error.to_string().contains("SECRET"), "{error}");
    }
    assert_eq!(
        fetched("data:,12345", AssetRules { max_bytes: 4, ..OPEN }).await.expect_err("too large").kind(),
        ErrorKind::InvalidInput
    );
}

#[tokio::test]
async fn what_the_network_does_is_no_failure_of_this_machine() {
    for (status, kind) in [
        (404, ErrorKind::NotFound),
        (410, ErrorKind::NotFound),
        (401, ErrorKind::Unauthenticated),
        (403, ErrorKind::Unauthenticated),
        (418, ErrorKind::Unavailable),
    ] {
        let server = Server::start(vec![say(status, "", "no")]).await;
        assert_eq!(fetched(&server.url, OPEN).await.expect_err("refused").kind(), kind, "{status}");
        assert_eq!(server.requests().len(), 1, "{status}");
    }
    let server = Server::start(vec![say(200, "", "")]).await;
    assert_eq!(fetched(&server.url, OPEN).await.expect_err("empty").kind(), ErrorKind::InvalidInput);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_knows_says_so() {
    let error = fetched("https://no-such-host.invalid/a?sig=SECRET", OPEN).await.expect_err("no such host");
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Unavailable, Retry::Exhausted));
    assert!(error.message().contains("cannot be resolved") && !format!("{error:?}").contains("SECRET"), "{error:?}");
}

#[tokio::test]
async fn a_cut_answer_is_taken_up_where_it_stopped_and_only_if_the_file_is_the_same() {
    let cut = || Act::Raw(b"HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 8\r\n\r\nfirst".to_vec());
    let rest = Act::Raw(b"HTTP/1.1 206 X\r\ncontent-range: bytes 5-7/8\r\ncontent-length: 3\r\n\r\n+it".to_vec());
    let server = Server::start(vec![cut(), rest]).await;
    assert_eq!(fetched(&server.url, OPEN).await.expect("arrives"), b"first+it");
    let asked = server.requests()[1].to_ascii_lowercase();
    assert!(asked.contains("range: bytes=5-\r\n") && asked.contains("if-range: \"1\""), "{asked}");
    let server = Server::start(vec![cut(), status_busy(), say(200, "", "another")]).await;
    assert_eq!(fetched(&server.url, OPEN).await.expect("arrives"), b"another");
}

fn status_busy() -> Act {
    say(503, "", "busy")
}
