//! The usual `fetch` of providers that bring none of their own: where it goes, and where it does not.

use super::*;
use crate::{
    error::{Error, ErrorKind, Result},
    http::{
        Http, HttpOptions,
        test_server::{Act, Server},
    },
};
use async_trait::async_trait;
use std::path::Path;

/// Somebody else's provider, which says no more than it has to.
#[derive(Debug)]
struct Foreign {
    info: ProviderInfo,
    private: bool,
}

impl Foreign {
    fn new(private: bool) -> Self {
        Self { info: ProviderInfo::free("foreign", "1"), private }
    }
}

fn no_job() -> Error {
    Error::new(ErrorKind::NotFound, "there are no jobs")
}

macro_rules! least {
    ($contract:ty, $request:ty, $capability:ty, $can:expr) => {
        #[async_trait]
        impl $contract for Foreign {
            fn info(&self) -> &ProviderInfo {
                &self.info
            }
            fn capability(&self) -> $capability {
                $can
            }
            async fn start(&self, _: &CallContext, _: &$request) -> Result<Generation> {
                Err(no_job())
            }
            async fn check(&self, _: &CallContext, _: &JobId) -> Result<Generation> {
                Err(no_job())
            }
            async fn cancel(&self, _: &CallContext, _: &JobId) -> Result<Cancelled> {
                Err(no_job())
            }
            fn gives_private_urls(&self) -> bool {
                self.private
            }
        }
    };
}

least!(VideoProvider, VideoRequest, VideoCapability, VideoCapability::remote(5.0));
least!(AudioProvider, AudioRequest, AudioCapability, AudioCapability::remote_music(5.0));

/// As a clip and as a track.
async fn fetched(provider: &Foreign, context: &CallContext, url: &str, target: &Path) -> [Result<()>; 2] {
    [
        VideoProvider::fetch(provider, context, url, target).await,
        AudioProvider::fetch(provider, context, url, target).await,
    ]
}

#[tokio::test]
async fn the_usual_fetch_goes_to_public_addresses_alone() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("made");
    let inside = Server::start(vec![Act::Say(200, "", "secret".to_owned())]).await;
    let port = inside.url.rsplit(':').next().unwrap();
    let closed = Foreign::new(false);
    for url in [
        inside.url.clone(),
        format!("http://localhost:{port}/a"),
        format!("http://[::1]:{port}/a"),
        format!("http://[::ffff:127.0.0.1]:{port}/a"),
        "http://10.0.0.7/a".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://metadata.google.internal/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        for result in fetched(&closed, &CallContext::new(), &url, &target).await {
            let error = result.expect_err(&url);
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{url}: {error}");
        }
    }
    // A public host that sends on; what plays it here is a proxy, which may lie anywhere.
    let host = Server::start(vec![Act::Say(302, "location: http://127.0.0.1:9/\r\n", String::new())]).await;
    let proxied = Http::new(HttpOptions::default().with_proxy(&host.url)).unwrap();
    let context = CallContext::new().with_http(&proxied);
    for result in fetched(&closed, &context, "http://93.184.215.14/a.mp4", &target).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::InvalidInput);
    }
    // It went by the studio's connections.
    let requests = host.requests();
    assert!(requests.len() == 2 && requests.iter().all(|one| one.starts_with("GET http://93.184.215.14/a.mp4 ")));
    assert!(inside.requests().is_empty() && !target.exists());
    // One whose files lie in its own network says so.
    for result in fetched(&Foreign::new(true), &CallContext::new(), &inside.url, &target).await {
        result.unwrap();
    }
    assert_eq!((std::fs::read(&target).unwrap(), inside.requests().len()), (b"secret".to_vec(), 2));
}

#[tokio::test]
async fn the_usual_fetch_ends_where_nobody_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let silent = Server::start(vec![Act::Silence]).await;
    let context = CallContext::new();
    context.cancel();
    for result in fetched(&Foreign::new(true), &context, &silent.url, &folder.path().join("made")).await {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::Cancelled);
    }
}
