//! Downloads of finished files: the emulator's `replicate.delivery`.

use super::{
    Shared, odd,
    odd::Served,
    prediction::Odd,
    script::{Action, Content},
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use std::{io, time::Duration};

/// Answers a download. `fault` changes what is sent.
pub(super) async fn download(
    shared: &Shared,
    id: &str,
    name: &str,
    headers: &HeaderMap,
    fault: Option<&Action>,
) -> Response<Body> {
    let found = {
        let state = shared.state();
        let now = shared.clock.instant();
        let there = state.find(id).filter(|made| made.phase(now).status == "succeeded" && !made.removed(now));
        there.filter(|made| made.file() == name).map(|made| (made.media.clone(), made.odd.clone()))
    };
    let Some((media, odd)) = found else { return empty(StatusCode::NOT_FOUND) };
    let odd = match fault {
        Some(Action::Truncate(share)) => Some(Odd::Truncate(*share)),
        Some(Action::Content(content)) => Some(Odd::Content(*content)),
        Some(Action::ContentFile(path)) => Some(Odd::File(path.clone())),
        _ => odd,
    };
    // What needs nothing of the honest file does without it.
    let whole = match odd {
        None | Some(Odd::Truncate(_) | Odd::Content(Content::ShortFile)) => shared.shelf.get(&media).await,
        _ => Some(Bytes::new()),
    };
    let Some(whole) = whole else { return empty(StatusCode::INTERNAL_SERVER_ERROR) };
    let usual = odd::content_type(media.kind);
    if let Some(Action::Stall(share)) = fault {
        return part(whole, usual, *share, stream::pending());
    }
    match odd {
        None => file(whole, usual, headers),
        Some(Odd::Truncate(share)) => cut(whole, usual, share),
        Some(Odd::File(path)) => match tokio::fs::read(&path).await {
            Ok(bytes) => file(bytes.into(), usual, headers),
            Err(_) => empty(StatusCode::INTERNAL_SERVER_ERROR),
        },
        Some(Odd::Content(content)) => match odd::serve(content, &media, &whole) {
            Served::File { bytes, kind } => file(bytes, kind, headers),
            Served::Zeros(count) => zeros(count, usual),
        },
    }
}

/// A file, or the range of it that was asked for.
pub(super) fn file(bytes: Bytes, kind: &str, headers: &HeaderMap) -> Response<Body> {
    let length = bytes.len();
    let wanted = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    let mut response = match wanted.and_then(|range| parse_range(range, length)) {
        None => Response::new(Body::from(bytes)),
        Some(None) => {
            let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
            insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{length}"));
            return response;
        }
        Some(Some((first, last))) => {
            let mut response = Response::new(Body::from(bytes.slice(first..=last)));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            insert(&mut response, header::CONTENT_RANGE, &format!("bytes {first}-{last}/{length}"));
            response
        }
    };
    insert(&mut response, header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public,max-age=3600"));
    response
}

/// First and last byte; `Some(None)` where the range lies outside, `None` where it is none.
fn parse_range(text: &str, length: usize) -> Option<Option<(usize, usize)>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.checked_sub(1);
    let range = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) if first <= last => (first, Some(last)),
        (Ok(first), Err(_)) if last.is_empty() => (first, end),
        (Err(_), Ok(count)) if first.is_empty() => (length.saturating_sub(count), end.filter(|_| count > 0)),
        _ => return None,
    };
    let (first, last) = (range.0, range.1.zip(end).map(|(last, end)| last.min(end)));
    Some(last.filter(|last| first <= *last).map(|last| (first, last)))
}

/// The whole length is promised, a share of it is sent, then the connection breaks.
fn cut(bytes: Bytes, kind: &str, share: f64) -> Response<Body> {
    let broken = stream::once(async {
        // So that the first part is on its way.
        tokio::time::sleep(Duration::from_millis(30)).await;
        Err(io::Error::other("cut by the script"))
    });
    part(bytes, kind, share, broken)
}

/// The whole length is promised, a share of it is sent, then comes the `end`.
fn part(
    bytes: Bytes,
    kind: &str,
    share: f64,
    end: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response<Body> {
    let length = bytes.len();
    let part = bytes.slice(..((length as f64 * share) as usize).min(length.saturating_sub(1)));
    let sent = stream::once(async move { Ok(part) });
    let mut response = Response::new(Body::from_stream(sent.chain(end)));
    insert(&mut response, header::CONTENT_TYPE, kind);
    insert(&mut response, header::CONTENT_LENGTH, &length.to_string());
    response
}

fn zeros(count: u64, kind: &str) -> Response<Body> {
    const PIECE: u64 = 1 << 20;
    let piece = Bytes::from(vec![0; PIECE as usize]);
    let pieces = stream::iter((0..count / PIECE).map(move |_| Ok::<_, io::Error>(piece.clone())));
    let mut response = Response::new(Body::from_stream(pieces));
    insert(&mut response, header::CONTENT_TYPE, kind);
    insert(&mut response, header::CONTENT_LENGTH, &(count / PIECE * PIECE).to_string());
    response
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn insert(response: &mut Response<Body>, name: header::HeaderName, value: &str) {
    response.headers_mut().insert(name, HeaderValue::from_str(value).expect("written by us, in ASCII"));
}
