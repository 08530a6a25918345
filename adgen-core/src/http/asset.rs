//! Files that a document or a provider names by an address.
//!
//! May depend on `error` and its neighbours but for `api`.

use super::{
    address::{is_loopback, shown, shown_text},
    client::{Http, Kind, REDIRECTS},
    data_url,
    download::{Failure, Origin, Wanted, gather, part_of, refused},
    guard,
    proxy::Proxies,
    request::begins_a_page,
};
use crate::error::{Error, ErrorKind, Result, Retry};
use futures_util::future::BoxFuture;
use reqwest::{
    Response,
    header::{self, HeaderMap, HeaderValue},
};
use std::{io::Read, path::Path, sync::Arc, time::Duration};
use url::Url;

/// The longest that one file may take altogether: a server that gives a byte now and then must not hold up a run for good.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What is allowed of an address from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AssetRules {
    /// Whether it may lead into networks that are not public.
    pub(crate) allow_private: bool,
    /// Whether `data:` addresses are decoded: they lead nowhere.
    pub(crate) inline: bool,
    /// A larger file is refused: before it is read where its size is announced, else as soon as it is larger.
    pub(crate) max_bytes: u64,
}

impl AssetRules {
    /// For addresses in documents, which anybody may have written: the public internet, 512 MB.
    pub(crate) const fn untrusted() -> Self {
        Self { allow_private: false, inline: false, max_bytes: 512_000_000 }
    }

    /// For addresses that a provider's answer gave, which may be anybody's: the public internet and `data:`, 1 GiB.
    pub(crate) const fn foreign() -> Self {
        Self { allow_private: false, inline: true, max_bytes: 1 << 30 }
    }
}

/// Fetches `url` to the file `target`, over an old one, by the connections of `http`.
///
/// # Errors
/// `NotFound`, `Unauthenticated`, `Timeout`, `Unavailable`, `RateLimited` by what the server or the network did;
/// `InvalidInput` for an address that is not allowed and for a file that is empty or too large; `Io` where this machine
/// cannot keep it.
pub(crate) async fn fetch_asset(http: &Http, url: &str, target: &Path, rules: AssetRules) -> Result<()> {
    fetch(http, url, target, rules, None).await
}

/// The same, with a key that goes to the host of `url` alone: redirects are errors then.
pub(super) async fn fetch(
    http: &Http,
    url: &str,
    target: &Path,
    rules: AssetRules,
    key: Option<HeaderValue>,
) -> Result<()> {
    if rules.inline && url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        let bytes = data_url::decode(url, rules.max_bytes)?;
        return if bytes.is_empty() { Err(empty()) } else { keep(target, &bytes).await };
    }
    let url = Url::parse(url).map_err(|error| {
        Error::new(ErrorKind::InvalidInput, "this is no address")
            .with_context("url", shown_text(url))
            .with_source(error)
    })?;
    // What an earlier run has gathered may belong to another file: nothing here could tell.
    drop(tokio::fs::remove_file(part_of(target)).await);
    let wanted = Wanted { bytes: None, max_bytes: rules.max_bytes, check: Arc::new(is_file) };
    let web = Web { http, url: &url, rules, key };
    let gathered = tokio::time::timeout(LONGEST, gather(&web, target, &wanted, &|_, _| {})).await;
    let result = gathered.unwrap_or_else(|_| {
        Err(Error::new(ErrorKind::Timeout, "a download took more than half an hour").with_context("url", shown(&url)))
    });
    if result.is_err() {
        drop(tokio::fs::remove_file(part_of(target)).await);
    }
    result
}

/// Neither nothing nor a page in place of the file: no file that is asked for here is one.
fn is_file(path: &Path) -> Result<()> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(1024).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(empty());
    }
    if begins_a_page(&head) {
        let message = "a web page came in place of the file: a proxy or a login page may be in between";
        return Err(Error::new(ErrorKind::Unavailable, message).with_retry(Retry::Now));
    }
    Ok(())
}

fn empty() -> Error {
    // Files that were just made are sometimes there before their bytes are.
    Error::new(ErrorKind::InvalidInput, "the server gave an empty file").with_retry(Retry::Now)
}

async fn keep(target: &Path, bytes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| Error::from(error).with_context("path", target.display());
    if let Some(dir) = target.parent() {
        tokio::fs::create_dir_all(dir).await.map_err(failed)?;
    }
    let part = part_of(target);
    tokio::fs::write(&part, bytes).await.map_err(failed)?;
    tokio::fs::rename(&part, target).await.map_err(failed)
}

/// A file on the web, whose redirects are checked one by one.
struct Web<'a> {
    http: &'a Http,
    url: &'a Url,
    rules: AssetRules,
    key: Option<HeaderValue>,
}

impl Origin for Web<'_> {
    fn shown(&self) -> String {
        shown(self.url)
    }

    fn proxies(&self) -> &Proxies {
        self.http.proxies()
    }

    fn open(&self, headers: HeaderMap) -> BoxFuture<'_, Result<Response, Failure>> {
        Box::pin(self.follow(headers))
    }
}

impl Web<'_> {
    async fn follow(&self, headers: HeaderMap) -> Result<Response, Failure> {
        let mut url = self.url.clone();
        for _ in 0..=REDIRECTS {
            guard::check(&url, self.rules.allow_private, self.proxies()).await?;
            let kind = match (self.rules.allow_private, is_loopback(&url)) {
                (true, true) => Kind::FileHere,
                (true, false) => Kind::File,
                (false, _) => Kind::FilePublic,
            };
            let mut request = self.http.client(kind)?.get(url.clone()).headers(headers.clone());
            if let Some(key) = &self.key {
                request = request.header(header::AUTHORIZATION, key.clone());
            }
            let response = request.send().await.map_err(|error| Failure::network(&url, error, self.proxies()))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return match response.status().is_success() || response.status().as_u16() == 416 {
                    true => Ok(response),
                    false => Err(refused(&shown(&url), &response)),
                };
            }
            url = self.redirected(&url, &response)?;
        }
        let message = format!("the server redirects more than {REDIRECTS} times");
        Err(self.not_allowed(message).into())
    }

    fn redirected(&self, from: &Url, response: &Response) -> Result<Url> {
        let location = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        let Some(to) = location.and_then(|to| from.join(to).ok()) else {
            return Err(self.not_allowed("the server redirects to what is no address".to_owned()));
        };
        if self.key.is_some() {
            return Err(self.not_allowed(format!("the server redirects to {}, where the key does not go", shown(&to))));
        }
        if from.scheme() == "https" && to.scheme() == "http" {
            return Err(self.not_allowed(format!("the server redirects to {}, which is not secure", shown(&to))));
        }
        Ok(to)
    }

    fn not_allowed(&self, message: String) -> Error {
        Error::new(ErrorKind::InvalidInput, message).with_context("url", shown(self.url))
    }
}

#[cfg(test)]
#[path = "asset_tests.rs"]
mod tests;
