//! The one place that decides whether a call of an API is made again, and when.
//!
//! By hand: no crate for retrying knows calls that cost money, or waits that are for a whole class of calls.
//! A call that creates something costs money each time it is made, and no API here knows a key by which it would see that
//! two calls are one. So such a call is made again only where the first surely had no effect. May depend on `error` and
//! its neighbours `call` and `wait` alone.

use super::{
    call::{Answer, Repeat},
    wait::{a_little_more, backoff, server_wait},
};
use crate::error::{Error, ErrorKind, Retry};
use std::time::Duration;

/// Tries of one call that may fail; those refused for now by a rate limit are not counted.
const TRIES: u32 = 5;
/// A longer wait than this is not waited for, but told to the caller.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// How a try ended that brought no success.
#[derive(Debug)]
pub(crate) enum End {
    /// No connection: nothing was sent.
    NotSent(Error),
    /// It was sent, and no whole answer came back, or one that cannot be of this API.
    Lost(Error),
    /// The answer is an error.
    Answered(Answer, Error),
}

impl End {
    pub(crate) fn error(&self) -> &Error {
        match self {
            Self::NotSent(error) | Self::Lost(error) | Self::Answered(_, error) => error,
        }
    }
}

/// What to do now.
#[derive(Debug)]
pub(crate) enum Next {
    /// Again after this time. `throttled`: refused by a rate limit.
    Again { wait: Duration, throttled: bool, code: &'static str },
    /// It is over.
    Stop(Error),
}

/// The tries of one call.
#[derive(Debug)]
pub(crate) struct Tries {
    provider: &'static str,
    repeat: Repeat,
    deadline: Duration,
    /// All tries, and those of them that failed otherwise than by a rate limit.
    made: u32,
    failed: u32,
    refused: u32,
    /// The time that failed tries and the waits after them took.
    spent: Duration,
}

impl Tries {
    pub(crate) fn new(provider: &'static str, repeat: Repeat, deadline: Duration) -> Self {
        Self { provider, repeat, deadline, made: 0, failed: 0, refused: 0, spent: Duration::ZERO }
    }

    /// The time that is left for the next try.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.spent)
    }

    /// How many tries were made.
    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    /// Decides after a try that took `took`. `fruitless`: for how long the API has taken no call of this kind.
    pub(crate) fn next(&mut self, end: End, took: Duration, fruitless: Duration) -> Next {
        self.made += 1;
        match end {
            End::NotSent(error) if error.retry() == Retry::Never => Next::Stop(self.name(error)),
            End::NotSent(error) => self.again(error, None, took),
            End::Lost(error) => match self.repeat {
                Repeat::Create => Next::Stop(self.unknown(error)),
                Repeat::Safe if error.retry() == Retry::Never => Next::Stop(self.name(error)),
                Repeat::Safe => self.again(error, None, took),
            },
            End::Answered(answer, error) => self.answered(&answer, error, took, fruitless),
        }
    }

    fn answered(&mut self, answer: &Answer, error: Error, took: Duration, fruitless: Duration) -> Next {
        let wish = match (self.repeat, answer.header("x-should-retry")) {
            (Repeat::Safe, Some("true")) => true,
            (Repeat::Safe, Some("false")) => false,
            _ => matches!(error.retry(), Retry::Now | Retry::After(_)),
        };
        let wait = server_wait(answer).or(match error.retry() {
            Retry::After(wait) if !wait.is_zero() => Some(wait),
            _ => None,
        });
        match (self.repeat, answer.status) {
            (_, 429) if wish => self.throttled(error, wait, fruitless),
            (_, 429) => Next::Stop(error),
            (Repeat::Create, 408 | 409 | 425 | 500..) => Next::Stop(self.unknown(error)),
            (Repeat::Safe, _) if wish => self.again(error, wait, took),
            _ => Next::Stop(error),
        }
    }

    fn throttled(&mut self, error: Error, wait: Option<Duration>, fruitless: Duration) -> Next {
        self.refused += 1;
        let wait = wait.unwrap_or_else(|| backoff(self.refused).max(Duration::from_millis(100)));
        if wait > LONGEST_WAIT {
            return Next::Stop(self.name(error).with_retry(Retry::After(wait)));
        }
        if fruitless > self.deadline {
            return Next::Stop(self.exhausted(error));
        }
        Next::Again { wait, throttled: true, code: ErrorKind::RateLimited.as_str() }
    }

    fn again(&mut self, error: Error, wait: Option<Duration>, took: Duration) -> Next {
        self.failed += 1;
        if let Some(wait) = wait
            && wait > LONGEST_WAIT
        {
            return Next::Stop(self.name(error).with_retry(Retry::After(wait)));
        }
        let wait = wait.map_or_else(|| backoff(self.failed), a_little_more);
        self.spent = self.spent.saturating_add(took).saturating_add(wait);
        if self.failed >= TRIES || self.left().is_zero() {
            return Next::Stop(self.exhausted(error));
        }
        Next::Again { wait, throttled: false, code: error.kind().as_str() }
    }

    /// The error of a paid call whose outcome nobody here knows.
    fn unknown(&self, error: Error) -> Error {
        let unknown = Error::new(
            ErrorKind::OutcomeUnknown,
            format!(
                "the answer of {} to a paid call was lost: what it orders may be there, and cost something",
                self.provider
            ),
        )
        .with_context("cause", error.message())
        .with_facts_of(error);
        self.name(unknown)
    }

    fn exhausted(&self, error: Error) -> Error {
        self.name(error).with_retry(Retry::Exhausted).with_context("attempts", self.made)
    }

    fn name(&self, error: Error) -> Error {
        if error.provider().is_some() { error } else { error.with_provider(self.provider) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use reqwest::header::{HeaderMap, HeaderValue};

    fn answered(status: u16, retry: Retry, headers: &[(&'static str, &'static str)]) -> End {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (reqwest::header::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let kind = if status == 429 { ErrorKind::RateLimited } else { ErrorKind::Unavailable };
        End::Answered(Answer { status, headers, body: Bytes::new() }, Error::new(kind, "no").with_retry(retry))
    }

    fn tries(repeat: Repeat) -> Tries {
        Tries::new("replicate", repeat, Duration::from_secs(60))
    }

    /// What follows the first try: `again`, `turn` (throttled), or the kind of the error.
    fn first(repeat: Repeat, end: End) -> &'static str {
        match tries(repeat).next(end, Duration::from_secs(1), Duration::ZERO) {
            Next::Again { throttled: true, .. } => "turn",
            Next::Again { .. } => "again",
            Next::Stop(error) => error.kind().as_str(),
        }
    }

    #[test]
    fn each_row_of_the_table() {
        let lost = |kind, retry| End::Lost(Error::new(kind, "lost").with_retry(retry));
        let not_sent = |retry| End::NotSent(Error::new(ErrorKind::Unavailable, "no connection").with_retry(retry));
        type Row = (&'static str, Box<dyn Fn() -> End>, &'static str, &'static str);
        let rows: Vec<Row> = vec![
            ("no connection", Box::new(move || not_sent(Retry::Now)), "again", "again"),
            ("no request can be made", Box::new(move || not_sent(Retry::Never)), "unavailable", "unavailable"),
            ("timeout", Box::new(move || lost(ErrorKind::Timeout, Retry::Now)), "again", "outcome_unknown"),
            ("broken off", Box::new(move || lost(ErrorKind::Unavailable, Retry::Now)), "again", "outcome_unknown"),
            (
                "too long",
                Box::new(move || lost(ErrorKind::Unavailable, Retry::Never)),
                "unavailable",
                "outcome_unknown",
            ),
            ("301", Box::new(|| answered(301, Retry::Never, &[])), "unavailable", "unavailable"),
            ("400", Box::new(|| answered(400, Retry::Never, &[])), "unavailable", "unavailable"),
            ("404 now", Box::new(|| answered(404, Retry::Now, &[])), "again", "unavailable"),
            ("408", Box::new(|| answered(408, Retry::Now, &[])), "again", "outcome_unknown"),
            ("409", Box::new(|| answered(409, Retry::Now, &[])), "again", "outcome_unknown"),
            ("422", Box::new(|| answered(422, Retry::Never, &[])), "unavailable", "unavailable"),
            ("429", Box::new(|| answered(429, Retry::Now, &[])), "turn", "turn"),
            ("429 quota", Box::new(|| answered(429, Retry::Never, &[])), "rate_limited", "rate_limited"),
            ("500", Box::new(|| answered(500, Retry::Now, &[])), "again", "outcome_unknown"),
            ("500 never", Box::new(|| answered(500, Retry::Never, &[])), "unavailable", "outcome_unknown"),
            ("502", Box::new(|| answered(502, Retry::Now, &[])), "again", "outcome_unknown"),
            ("503", Box::new(|| answered(503, Retry::Now, &[])), "again", "outcome_unknown"),
            ("504", Box::new(|| answered(504, Retry::Now, &[])), "again", "outcome_unknown"),
            ("should", Box::new(|| answered(400, Retry::Never, &[("x-should-retry", "true")])), "again", "unavailable"),
            (
                "should not",
                Box::new(|| answered(503, Retry::Now, &[("x-should-retry", "false")])),
                "unavailable",
                "outcome_unknown",
            ),
            (
                "429 should not",
                Box::new(|| answered(429, Retry::Now, &[("x-should-retry", "false")])),
                "rate_limited",
                "turn",
            ),
            (
                "429 long",
                Box::new(|| answered(429, Retry::Now, &[("retry-after", "121")])),
                "rate_limited",
                "rate_limited",
            ),
            ("429 wait", Box::new(|| answered(429, Retry::Now, &[("retry-after", "120")])), "turn", "turn"),
        ];
        for (name, end, safe, create) in rows {
            assert_eq!(first(Repeat::Safe, end()), safe, "{name}, safe");
            assert_eq!(first(Repeat::Create, end()), create, "{name}, create");
        }
    }

    #[test]
    fn the_wish_of_the_server_is_obeyed_and_a_long_one_handed_on() {
        for (status, throttled) in [(429, true), (503, false)] {
            let end = answered(status, Retry::Now, &[("retry-after", "9")]);
            match tries(Repeat::Safe).next(end, Duration::ZERO, Duration::ZERO) {
                Next::Again { wait, throttled: was, .. } => {
                    assert!(was == throttled && (9.0..=9.5).contains(&wait.as_secs_f64()), "{wait:?}");
                }
                other => panic!("{other:?}"),
            }
            let end = answered(status, Retry::Now, &[("retry-after", "300")]);
            match tries(Repeat::Safe).next(end, Duration::ZERO, Duration::ZERO) {
                Next::Stop(error) => assert_eq!(error.retry(), Retry::After(Duration::from_secs(300))),
                Next::Again { .. } => panic!("{status}"),
            }
        }
    }

    #[test]
    fn five_failures_or_the_deadline_end_it_and_say_so() {
        let mut many = tries(Repeat::Safe);
        for _ in 0..4 {
            assert!(matches!(
                many.next(answered(500, Retry::Now, &[]), Duration::ZERO, Duration::ZERO),
                Next::Again { .. }
            ));
        }
        let Next::Stop(error) = many.next(answered(500, Retry::Now, &[]), Duration::ZERO, Duration::ZERO) else {
            panic!("goes on");
        };
        assert_eq!(error.retry(), Retry::Exhausted);
        assert_eq!(error.provider(), Some("replicate"));
        assert_eq!(error.context().collect::<Vec<_>>(), [("attempts", "5")]);
        let mut slow = tries(Repeat::Safe);
        let thirty = Duration::from_secs(30);
        assert!(matches!(slow.next(answered(500, Retry::Now, &[]), thirty, Duration::ZERO), Next::Again { .. }));
        assert!(slow.left() <= thirty);
        assert!(matches!(slow.next(answered(500, Retry::Now, &[]), thirty, Duration::ZERO), Next::Stop(_)));
    }

    #[test]
    fn a_throttled_call_waits_for_its_turn_as_long_as_others_get_theirs() {
        let mut create = tries(Repeat::Create);
        for _ in 0..100 {
            let end = answered(429, Retry::Now, &[("retry-after", "10")]);
            assert!(matches!(create.next(end, Duration::from_secs(1), Duration::from_secs(20)), Next::Again { .. }));
        }
        let end = answered(429, Retry::Now, &[("retry-after", "10")]);
        let Next::Stop(error) = create.next(end, Duration::ZERO, Duration::from_secs(61)) else { panic!("goes on") };
        assert_eq!((error.kind(), error.retry()), (ErrorKind::RateLimited, Retry::Exhausted));
    }

    #[test]
    fn a_lost_answer_keeps_what_is_known_of_it() {
        let error = Error::new(ErrorKind::Timeout, "no answer in time").with_context("request", "r1");
        let Next::Stop(error) = tries(Repeat::Create).next(End::Lost(error), Duration::ZERO, Duration::ZERO) else {
            panic!("goes on");
        };
        let text = error.to_string();
        assert!(text.contains("no answer in time") && text.contains("request: r1"), "{text}");
        assert_eq!(error.retry(), Retry::Never);
    }
}
