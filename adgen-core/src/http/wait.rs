//! How long a server wishes to be left alone, in all the ways in which servers say it; and what we wait of our own.
//!
//! May depend on its neighbour `api` alone.

use super::api::Answer;
use std::time::Duration;

/// The first wait of our own lasts up to this, each further one up to twice as long.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait of our own.
const LONGEST: Duration = Duration::from_secs(8);
/// A wish beyond this is no wish but a mistake, and would only overflow clocks.
const WISH_MAX: f64 = 365.0 * 86_400.0;
/// Where a sentence names a wait, it does so in its beginning.
const TEXT_BYTES: usize = 4096;

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
/// `retry_after` in a JSON body, a sentence such as `resets in ~5s` or `try again in 1m2.5s` in the body, and the resets
/// of used-up rate limits. `None` where it says nothing, or that there is nothing to wait for.
pub(crate) fn server_wait(answer: &Answer) -> Option<Duration> {
    let now = chrono::Utc::now().timestamp_micros() as f64 / 1e6;
    let seconds = after_ms(answer)
        .or_else(|| retry_after(answer.header("retry-after")?, now))
        .or_else(|| body_field(&answer.body))
        .or_else(|| sentence(&answer.body))
        .or_else(|| limit_reset(answer, now))?;
    // A ten-millionth of a millisecond is nothing to wait for.
    Duration::try_from_secs_f64(seconds.min(WISH_MAX)).ok().filter(|wait| !wait.is_zero())
}

/// A number of seconds that is worth waiting.
fn positive(seconds: f64) -> Option<f64> {
    (seconds.is_finite() && seconds > 0.0).then_some(seconds)
}

fn after_ms(answer: &Answer) -> Option<f64> {
    positive(answer.header("retry-after-ms")?.trim().parse::<f64>().ok()? / 1000.0)
}

fn retry_after(value: &str, now: f64) -> Option<f64> {
    let value = value.trim();
    match value.parse::<f64>() {
        Ok(seconds) => positive(seconds),
        // HTTP dates are a subset of RFC 2822's.
        Err(_) => positive(chrono::DateTime::parse_from_rfc2822(value).ok()?.timestamp_micros() as f64 / 1e6 - now),
    }
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

fn sentence(body: &[u8]) -> Option<f64> {
    let text = String::from_utf8_lossy(&body[..body.len().min(TEXT_BYTES)]).to_ascii_lowercase();
    ["resets in", "again in", "retry in", "retry after"].iter().find_map(|phrase| {
        let (_, rest) = text.split_once(phrase)?;
        duration(rest)
    })
}

fn limit_reset(answer: &Answer, now: f64) -> Option<f64> {
    let left = |name: &str| answer.header(name).and_then(|left| left.trim().parse::<f64>().ok());
    if let Some(reset) = answer.header("ratelimit-reset").and_then(duration)
        && left("ratelimit-remaining").is_none_or(|left| left <= 0.0)
    {
        // Seconds by the standard; some send the moment itself.
        return positive(if reset > 1e9 { reset - now } else { reset });
    }
    [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
    ]
    .iter()
    .filter(|(remaining, _)| left(remaining).is_some_and(|left| left <= 0.0))
    .filter_map(|(_, reset)| duration(answer.header(reset)?))
    .reduce(f64::max)
}

/// The duration that `text` begins with, in seconds: `41.724s`, `1m2s`, `6m0s`, `12ms`, `~5s`, `26 seconds`, `30`.
fn duration(text: &str) -> Option<f64> {
    let mut rest = text.trim_start().trim_start_matches('~').trim_start();
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
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

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
        let replicate = r#"{"detail":"Request was throttled. Your rate limit resets in ~30s."}"#;
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
            (vec![], replicate, Some(30.0)),
            (vec![], openai, Some(41.724)),
            (vec![], "Please try again in 1m2.5s.", Some(62.5)),
            (vec![], "Please try again in 6m0s", Some(360.0)),
            (vec![], "try again in 12ms", Some(0.012)),
            (vec![], "Please retry after 26 seconds.", Some(26.0)),
            (vec![], "try again in 3.", Some(3.0)),
            (vec![], "try again in a while", None),
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
        fn sentences_with_any_number_are_read(seconds in 0.001_f64..10_000.0, tail in "[. ][^0-9a-z]{0,10}") {
            let body = format!("Rate limit reached. Please try again in {seconds}s{tail}");
            prop_assert!((wait(&[], &body).expect("a wait") - seconds).abs() < 1e-6);
        }

        #[test]
        fn any_text_after_the_phrase_is_survived(rest in "\\PC{0,40}") {
            let _ = wait(&[], &format!("resets in {rest}"));
        }
    }
}
