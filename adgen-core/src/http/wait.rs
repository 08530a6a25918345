//! How long a server wishes to be left alone, in the ways in which the services document it; and what we wait of our own.
//!
//! By hand, since no crate knows more of these than `Retry-After`. Dates are read by chrono, which is here already: what HTTP
//! sends is a subset of RFC 2822. May depend on its neighbour `call` alone.

use super::call::Answer;
use reqwest::header::HeaderMap;
use std::time::Duration;

/// The first wait of our own lasts up to this, each further one up to twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait of our own.
const LONGEST: Duration = Duration::from_secs(8);
/// A wish beyond this is no wish but a mistake, and would only overflow clocks.
const WISH_MAX: f64 = 365.0 * 86_400.0;

/// The wait after the failed try `attempt`, 1 for the first: evenly spread up to a limit that doubles each time, from where
/// the one before ended. Callers who failed together do not come back together ("full jitter",
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), and yet each wait is longer than the last:
/// with a spread from nothing, a server in trouble would often see the second try come sooner than the first.
pub(crate) fn backoff(attempt: u32) -> Duration {
    let limit = limit_of(attempt);
    let from = if attempt > 1 { limit / 2 } else { Duration::ZERO };
    from + (limit - from).mul_f64(fastrand::f64())
}

fn limit_of(attempt: u32) -> Duration {
    FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(8)).min(LONGEST)
}

/// `wait` and up to a twentieth more: never earlier than asked for, and not everybody at the same moment.
pub(crate) fn a_little_more(wait: Duration) -> Duration {
    wait + wait.mul_f64(0.05 * fastrand::f64())
}

/// How long the server asks to wait, by the first of: the header `retry-after-ms`, `Retry-After` as seconds or as a date,
/// `retry_after` in a JSON body, and the resets of used-up rate limits. `None` where it says nothing, or that there is
/// nothing to wait for.
pub(crate) fn server_wait(answer: &Answer) -> Option<Duration> {
    let headers = &answer.headers;
    retry_after(headers).or_else(|| body_field(&answer.body)).or_else(|| limit_reset(headers)).and_then(worth)
}

/// The same of an answer whose body is not read.
pub(super) fn wait_in_headers(headers: &HeaderMap) -> Option<Duration> {
    retry_after(headers).or_else(|| limit_reset(headers)).and_then(worth)
}

/// The wait that a server's text begins with, such as `1m2.5s` or `12ms`; `None` where it begins with none.
pub(crate) fn told_wait(text: &str) -> Option<Duration> {
    worth(duration(text)?)
}

/// A ten-millionth of a millisecond is nothing to wait for.
fn worth(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds.min(WISH_MAX)).ok().filter(|wait| !wait.is_zero())
}

/// A number of seconds that is worth waiting.
fn positive(seconds: f64) -> Option<f64> {
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn retry_after(headers: &HeaderMap) -> Option<f64> {
    let milliseconds = text(headers, "retry-after-ms").and_then(|value| value.parse::<f64>().ok());
    if let Some(seconds) = milliseconds.and_then(|wait| positive(wait / 1000.0)) {
        return Some(seconds);
    }
    let value = text(headers, "retry-after")?;
    match value.parse::<f64>() {
        Ok(seconds) => positive(seconds),
        Err(_) => {
            positive(chrono::DateTime::parse_from_rfc2822(value).ok()?.timestamp_micros() as f64 / 1e6 - unix_time())
        }
    }
}

fn unix_time() -> f64 {
    chrono::Utc::now().timestamp_micros() as f64 / 1e6
}

fn body_field(body: &[u8]) -> Option<f64> {
    #[derive(serde::Deserialize)]
    struct Fields {
        retry_after: Option<serde_json::Value>,
    }
    let fields: Fields = serde_json::from_slice(body).ok()?;
    match fields.retry_after? {
        serde_json::Value::Number(seconds) => positive(seconds.as_f64()?),
        serde_json::Value::String(text) => duration(&text),
        _ => None,
    }
}

fn limit_reset(headers: &HeaderMap) -> Option<f64> {
    let left = |name: &str| text(headers, name).and_then(|left| left.parse::<f64>().ok());
    if let Some(reset) = text(headers, "ratelimit-reset").and_then(duration)
        && left("ratelimit-remaining").is_none_or(|left| left <= 0.0)
    {
        // Seconds by the standard; some send the moment itself.
        return positive(if reset > 1e9 { reset - unix_time() } else { reset });
    }
    [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ]
    .iter()
    .filter(|(remaining, _)| left(remaining).is_some_and(|left| left <= 0.0))
    .filter_map(|(_, reset)| duration(text(headers, reset)?))
    .reduce(f64::max)
}

/// The duration that `text` begins with, in seconds: `41.724s`, `1m2s`, `6m0s`, `12ms`, `26 seconds`, `30`.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text.trim_start();
    let mut total = None;
    loop {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        // A sentence may end behind the number.
        let Ok(number) = rest[..digits].trim_end_matches('.').parse::<f64>() else { break };
        let after = rest[digits..].trim_start_matches(' ');
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let unit = match &after[..letters] {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => 86_400.0,
            _ if total.is_none() => return positive(number),
            _ => break,
        };
        total = Some(total.unwrap_or(0.0) + number * unit);
        rest = &after[letters..];
    }
    positive(total?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    fn answer(headers: &[(&'static str, &str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                map.insert(HeaderName::from_static(name), value);
            }
        }
        Answer { status: 429, headers: map, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    fn wait(headers: &[(&'static str, &str)], body: &str) -> Option<f64> {
        server_wait(&answer(headers, body)).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn every_way_of_asking_for_time_is_understood() {
        let reset = "x-ratelimit-reset-requests";
        let remaining = "x-ratelimit-remaining-requests";
        let low = r#"{"detail":"Your rate limit resets in ~5s.","status":429,"retry_after":4}"#;
        let openai = r#"{"error":{"message":"Limit 3. Please try again in 41.724s. Visit us."}}"#;
        for (headers, body, expected) in [
            (vec![("retry-after-ms", "1500"), ("retry-after", "9")], "", Some(1.5)),
            (vec![("retry-after", "7")], low, Some(7.0)),
            (vec![("retry-after", " 0.25 ")], "", Some(0.25)),
            (vec![("retry-after", "0")], "", None),
            (vec![("retry-after-ms", "1E-7")], "", None),
            (vec![("retry-after", "-3")], "", None),
            (vec![("retry-after", "NaN")], "", None),
            (vec![("retry-after", "soon")], low, Some(4.0)),
            (vec![("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT")], "", None),
            (vec![], low, Some(4.0)),
            (vec![], r#"{"retry_after":"2.5"}"#, Some(2.5)),
            // Sentences are for people; OpenAI's is read by who knows its errors.
            (vec![], openai, None),
            (vec![], "<html>busy</html>", None),
            (vec![("ratelimit-reset", "12")], "", Some(12.0)),
            (vec![("ratelimit-reset", "12"), ("ratelimit-remaining", "599")], "", None),
            (vec![("ratelimit-reset", "12"), ("ratelimit-remaining", "0")], "", Some(12.0)),
            (vec![(reset, "6m0s"), (remaining, "0")], "", Some(360.0)),
            (vec![(reset, "6m0s"), (remaining, "3")], "", None),
            (vec![(reset, "6m0s")], "", None),
            (vec![("retry-after", "1e300")], "", Some(WISH_MAX)),
        ] {
            assert_eq!(wait(&headers, body), expected, "{headers:?} {body}");
        }
    }

    #[test]
    fn durations_are_read_with_their_units() {
        for (text, expected) in [
            ("41.724s. Visit us.", Some(41.724)),
            ("1m2.5s.", Some(62.5)),
            ("6m0s", Some(360.0)),
            (" 12ms", Some(0.012)),
            ("26 seconds.", Some(26.0)),
            ("3.", Some(3.0)),
            ("a while", None),
            ("0s", None),
            ("", None),
        ] {
            assert_eq!(told_wait(text).map(|wait| wait.as_secs_f64()), expected, "{text}");
        }
    }

    #[test]
    fn a_date_is_counted_from_now() {
        let date = (chrono::Utc::now() + chrono::TimeDelta::seconds(30)).to_rfc2822();
        let seconds = wait(&[("retry-after", &date)], "").expect("a wait");
        assert!((28.0..=30.0).contains(&seconds), "{seconds}");
    }

    #[test]
    fn jitter_stays_in_its_bounds() {
        let limits = [0.5, 1.0, 2.0, 4.0, 8.0, 8.0];
        for (attempt, limit) in (1..).zip(limits) {
            let waits: Vec<f64> = (0..400).map(|_| backoff(attempt).as_secs_f64()).collect();
            let from = if attempt == 1 { 0.0 } else { limit / 2.0 };
            assert!(waits.iter().all(|wait| (from..=limit).contains(wait)));
            // The whole range is used.
            let mean = waits.iter().sum::<f64>() / 400.0;
            assert!((mean - (from + limit) / 2.0).abs() < 0.1 * limit, "{mean} of {from}-{limit}");
        }
        assert!(backoff(u32::MAX) <= LONGEST && backoff(0) <= FIRST);
        for _ in 0..400 {
            let wait = a_little_more(Duration::from_secs(10)).as_secs_f64();
            assert!((10.0..=10.5).contains(&wait));
        }
    }

    proptest! {
        #[test]
        fn no_answer_whatever_makes_it_fail(a in ".{0,30}", b in "[0-9.eE:, a-z+-]{0,20}", body in ".{0,80}") {
            for headers in [vec![("retry-after", a.as_str())], vec![("retry-after-ms", &b)], vec![("ratelimit-reset", &b)], vec![]] {
                if let Some(wait) = wait(&headers, &body) {
                    prop_assert!(wait > 0.0 && wait <= WISH_MAX);
                }
            }
        }

        #[test]
        fn durations_with_any_number_are_read(seconds in 0.001_f64..10_000.0, tail in "[. ][^0-9a-z]{0,10}") {
            let wait = told_wait(&format!("{seconds}s{tail}")).expect("a wait");
            prop_assert!((wait.as_secs_f64() - seconds).abs() < 1e-6);
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,40}") {
            let _ = told_wait(&text);
        }
    }
}
