//! Webhooks: signed like the real ones, the last one tried again when it fails.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use std::time::Duration;

/// How often the terminal event is sent at most; each wait is twice the one before.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(100);
/// Who takes longer to answer hangs, however busy the machine is.
const ANSWER: Duration = Duration::from_secs(120);

/// The bytes of a secret `whsec_<base64>`.
pub(super) fn key(secret: &str) -> Result<Vec<u8>, String> {
    let encoded = secret.strip_prefix("whsec_").ok_or("webhook_secret: must begin with whsec_")?;
    BASE64_STANDARD.decode(encoded).map_err(|error| format!("webhook_secret: {error}"))
}

/// The signature header: `v1,` and the HMAC-SHA256 over `id.timestamp.body`.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let key = key(secret).expect("the script was checked");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Where and how to send one prediction's events.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) client: reqwest::Client,
    pub(super) url: String,
    pub(super) secret: String,
}

impl Sender {
    /// Sends one event once, or a few times when it is the `last`. Gives each try's status; 0 for no answer.
    pub(super) async fn send(&self, id: &str, timestamp: i64, prediction: &Value, last: bool) -> Vec<u16> {
        let body = prediction.to_string();
        let signature = sign(&self.secret, id, timestamp, &body);
        let mut statuses = Vec::new();
        for attempt in 0..if last { TRIES } else { 1 } {
            if attempt > 0 {
                tokio::time::sleep(FIRST_WAIT * 2_u32.pow(attempt - 1)).await;
            }
            let request = self
                .client
                .post(&self.url)
                .header("content-type", "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", &signature)
                .timeout(ANSWER)
                .body(body.clone());
            let status = request.send().await.map_or(0, |response| response.status().as_u16());
            statuses.push(status);
            if (200..300).contains(&status) {
                break;
            }
        }
        statuses
    }
}
