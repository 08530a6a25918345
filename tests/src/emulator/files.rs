//! Uploaded files.

use super::{
    clock::{self, Clock},
    journal::hex,
    problem::Problem,
};
use axum::{
    body::Body,
    extract::{FromRequest, Multipart},
    http::{Request, header},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Instant;

/// The largest file that is taken, in bytes.
pub(super) const LARGEST: usize = 100_000_000;

/// One uploaded file.
#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) id: String,
    name: String,
    pub(super) content_type: String,
    metadata: Value,
    created: Instant,
    pub(super) bytes: Bytes,
}

impl File {
    /// Reads the parts of an upload.
    pub(super) async fn read(id: String, content_type: &str, body: Bytes) -> Result<Self, Problem> {
        let bad = |text: String| Problem::new(400, "Bad request", &text);
        let mut request = Request::new(Body::from(body));
        let value = content_type.parse().map_err(|_| bad("Content-Type is no text".to_owned()))?;
        request.headers_mut().insert(header::CONTENT_TYPE, value);
        // The body was measured already.
        request.extensions_mut().insert(axum::extract::DefaultBodyLimit::disable());
        let mut parts = Multipart::from_request(request, &()).await.map_err(|error| bad(error.body_text()))?;
        let mut file = Self {
            id,
            name: String::new(),
            content_type: "application/octet-stream".to_owned(),
            metadata: json!({}),
            created: Instant::now(),
            bytes: Bytes::new(),
        };
        let (mut named, mut typed, mut found) = (None, None, false);
        while let Some(part) = parts.next_field().await.map_err(|error| bad(error.body_text()))? {
            let name = part.name().unwrap_or_default().to_owned();
            let (file_name, kind) = (part.file_name().map(str::to_owned), part.content_type().map(str::to_owned));
            let bytes = part.bytes().await.map_err(|error| bad(error.body_text()))?;
            let text = || String::from_utf8_lossy(&bytes).into_owned();
            match name.as_str() {
                "content" => {
                    found = true;
                    file.name = file_name.unwrap_or_default();
                    file.content_type = kind.unwrap_or(file.content_type);
                    file.bytes = bytes;
                }
                "filename" => named = Some(text()),
                "type" => typed = Some(text()),
                "metadata" => {
                    file.metadata =
                        serde_json::from_slice(&bytes).map_err(|_| bad("metadata must be valid JSON".to_owned()))?;
                }
                _ => {}
            }
        }
        if !found {
            return Err(bad("Missing content".to_owned()));
        }
        if file.bytes.len() >= LARGEST {
            return Err(Problem::new(413, "", "Files must be less than 100MB in size"));
        }
        file.name = named.unwrap_or(file.name);
        file.content_type = typed.unwrap_or(file.content_type);
        if file.name.len() > 255 {
            return Err(bad("filename must be at most 255 bytes".to_owned()));
        }
        Ok(file)
    }

    /// The file as the API shows it.
    pub(super) fn json(&self, clock: &Clock, api: &str) -> Value {
        let created = clock.at(self.created);
        let digest = hex(&Sha256::digest(&self.bytes));
        json!({
            "id": self.id, "name": self.name, "content_type": self.content_type, "size": self.bytes.len(),
            "etag": &digest[..32],
            "checksums": {"sha256": digest},
            "metadata": self.metadata,
            "created_at": clock::millis(created),
            "expires_at": clock::millis(created + TimeDelta::hours(24)),
            "urls": {"get": format!("{api}/files/{}", self.id)},
        })
    }
}

/// The signature of a download link: over `owner id expiry`, as the API's document says.
pub(super) fn signature(secret: &[u8], owner: &str, id: &str, expiry: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(format!("{owner} {id} {expiry}").as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}
