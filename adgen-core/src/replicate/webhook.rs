//! Verifying that a webhook comes from Replicate. Pure: time and secret are given.

use super::wire::Prediction;
use crate::error::{Error, ErrorKind, Result};
use crate::provider::{JobId, WebhookEvent};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Checks a webhook and tells which job it is about.
///
/// `secret` comes from [`Replicate::webhook_secret`](super::Replicate::webhook_secret); `id`, `timestamp` and `signature` are
/// the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`; `body` is the body as it came, byte for byte.
/// `tolerance` is how far the timestamp may be from `now`, in either direction: five minutes are usual.
///
/// A delivery may come twice. [`Run::notify`](crate::Run::notify) does not mind.
///
/// # Errors
/// `Unauthenticated` for a signature that is none of this secret's, or a timestamp out of tolerance; `InvalidConfig` for a
/// secret that is none; `InvalidInput` for a body that is no prediction.
pub fn verify_webhook(
    secret: &SecretString,
    id: &str,
    timestamp: &str,
    signature: &str,
    body: &[u8],
    now: SystemTime,
    tolerance: Duration,
) -> Result<WebhookEvent> {
    check_signature(secret, id, timestamp, signature, body)?;
    check_time(timestamp, now, tolerance)?;
    let prediction = serde_json::from_slice(body).ok().as_ref().and_then(Prediction::parse);
    let prediction =
        prediction.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the webhook's body is no prediction"))?;
    Ok(WebhookEvent::new(JobId(prediction.id), id))
}

/// One of the listed signatures must be HMAC-SHA-256 over `id.timestamp.body`.
fn check_signature(secret: &SecretString, id: &str, timestamp: &str, signature: &str, body: &[u8]) -> Result<()> {
    let text = secret.expose_secret().trim();
    // No source: it would show a piece of the secret.
    let key = STANDARD
        .decode(text.strip_prefix("whsec_").unwrap_or(text))
        .ok()
        .filter(|key| !key.is_empty())
        .ok_or_else(|| Error::new(ErrorKind::InvalidConfig, "the webhook secret is not of the form whsec_…"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key)
        .map_err(|_| Error::new(ErrorKind::InvalidConfig, "the webhook secret cannot be used as a key"))?;
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    let listed = signature.split_whitespace().filter_map(|entry| entry.strip_prefix("v1,"));
    // `verify_slice` takes the same time whichever byte differs.
    let is_ours =
        |entry: &str| STANDARD.decode(entry).is_ok_and(|signature| mac.clone().verify_slice(&signature).is_ok());
    if listed.into_iter().any(is_ours) {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::Unauthenticated, "the webhook's signature is not Replicate's")
            .with_hint("check the secret, and that the body reaches the check unchanged"))
    }
}

fn check_time(timestamp: &str, now: SystemTime, tolerance: Duration) -> Result<()> {
    let refused = |message: String| Err(Error::new(ErrorKind::Unauthenticated, message));
    let Ok(sent) = timestamp.trim().parse::<u64>() else {
        return refused(format!("the webhook's timestamp {timestamp:?} is no number of seconds"));
    };
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    if now.abs_diff(sent) > tolerance.as_secs() {
        let side = if sent < now { "old" } else { "from the future" };
        return refused(format!(
            "the webhook is {} s {side}; {} s are tolerated",
            now.abs_diff(sent),
            tolerance.as_secs()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the tests of Replicate's own Python client.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const TIME: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const TOLERANCE: Duration = Duration::from_secs(300);

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn sign(body: &[u8], time: &str) -> String {
        let key = STANDARD.decode(&SECRET[6..]).expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key");
        mac.update(format!("{ID}.{time}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn the_official_vector_is_accepted_and_nothing_else() {
        let secret = SecretString::from(SECRET);
        let check = |id: &str, time: &str, signature: &str, body: &[u8]| {
            check_signature(&secret, id, time, signature, body).is_ok()
        };
        assert!(check(ID, TIME, SIGNATURE, BODY));
        let many = format!("v1,AAAA v2,xyz {SIGNATURE}");
        assert!(check(ID, TIME, &many, BODY));
        assert!(!check(ID, TIME, SIGNATURE, br#"{"test": 2432232315}"#));
        assert!(!check("msg_other", TIME, SIGNATURE, BODY));
        assert!(!check(ID, "1614265331", SIGNATURE, BODY));
        for wrong in ["", "v1,", "v1,????", &SIGNATURE[3..], &SIGNATURE[..20], &SIGNATURE.replace("v1", "v2")] {
            assert!(!check(ID, TIME, wrong, BODY), "{wrong:?}");
        }
    }

    #[test]
    fn a_secret_that_is_none_is_named_without_being_shown() {
        for secret in ["whsec_", "whsec_not base64", ""] {
            let error = check_signature(&SecretString::from(secret), ID, TIME, SIGNATURE, BODY).expect_err("no secret");
            assert_eq!(error.kind(), ErrorKind::InvalidConfig);
            assert!(!format!("{error:?}").contains("not base64"));
        }
    }

    #[test]
    fn stale_and_future_timestamps_are_refused() {
        let body = br#"{"id":"p1","status":"succeeded"}"#;
        let secret = SecretString::from(SECRET);
        let verify = |now| verify_webhook(&secret, ID, TIME, &sign(body, TIME), body, at(now), TOLERANCE);
        let sent = 1_614_265_330;
        assert_eq!(verify(sent).expect("an event"), WebhookEvent::new(JobId("p1".into()), ID));
        assert!(verify(sent + 300).is_ok() && verify(sent - 300).is_ok());
        for now in [sent + 301, sent - 301, 0] {
            assert_eq!(verify(now).map_err(|error| error.kind()), Err(ErrorKind::Unauthenticated), "{now}");
        }
        let odd = verify_webhook(&secret, ID, "soon", &sign(body, "soon"), body, at(sent), TOLERANCE);
        assert_eq!(odd.map_err(|error| error.kind()), Err(ErrorKind::Unauthenticated));
    }

    #[test]
    fn the_body_must_be_a_prediction() {
        let secret = SecretString::from(SECRET);
        for body in [BODY, b"[]", b"<html>", br#"{"id":"","status":"failed"}"#] {
            let event = verify_webhook(&secret, ID, TIME, &sign(body, TIME), body, at(1_614_265_330), TOLERANCE);
            assert_eq!(event.map_err(|error| error.kind()), Err(ErrorKind::InvalidInput));
        }
    }
}
