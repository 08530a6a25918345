//! The Node addon: it converts, calls the core and maps back.
//!
//! No logic of its own: what a JavaScript program sees stands in `index.js` and `lib`, what is decided, in the core's `bridge`.
//! Whatever crosses the border is JSON but for bytes. Every environment (the main thread's, each worker's) has a desk
//! (`desk.rs`), by which other threads speak to its JavaScript; nothing else here holds anything of JavaScript's.
//!
//! Loading it starts no thread: the runtime comes with the first question that needs one. A panic is an error, never the end of
//! the process: `error.rs` catches it, and `catch_unwind` does for what napi itself does around that.

// What is exported belongs to JavaScript, which has its own ways of showing it.
#![allow(missing_debug_implementations)]

mod context;
mod desk;
mod error;
mod events;
mod given;
mod host;
mod run;
mod studio;

use crate::{
    desk::Desk,
    error::caught,
    given::Given,
    host::{Description, JsHost},
};
use adgen::{Error, ErrorKind, bridge, image::RgbImage};
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use std::{collections::HashMap, sync::Arc};

/// The version of adgen.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The command `adgen` with these arguments, the program's name first; gives its exit code.
#[napi(catch_unwind)]
pub fn main(arguments: Vec<String>) -> u8 {
    adgen::cli::main_with(arguments)
}

/// Names the folder of what the package brings along.
#[napi(catch_unwind)]
pub fn set_bundle(folder: String) -> napi::Result<()> {
    adgen::bundle::set_folder(folder).map_err(|error| napi::Error::from_reason(error.to_string()))
}

/// Right before the process ends: see [`bridge::leave`].
#[napi(catch_unwind)]
pub fn leave() {
    bridge::leave();
}

/// The codes of all kinds of errors.
#[napi(catch_unwind)]
pub fn error_codes() -> Vec<&'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// Every problem of a document, as JSON.
#[napi(catch_unwind)]
pub fn validate(document: String) -> napi::Result<String> {
    caught(|| bridge::validate(&document))
}

/// A JSON Schema, as JSON.
#[napi(catch_unwind)]
pub fn schema(of: String) -> napi::Result<String> {
    caught(|| bridge::schema(&of))
}

/// The event of a webhook, as JSON; `headers` by their names in lower case.
#[napi(catch_unwind)]
pub fn verify_webhook(
    secret: String,
    headers: HashMap<String, String>,
    body: Uint8Array,
    now: Option<f64>,
    tolerance_s: f64,
) -> napi::Result<String> {
    let header = |name: &str| headers.get(name).cloned();
    caught(|| bridge::verify_webhook(&secret, header, &body, now, tolerance_s))
}

/// Asks adgen itself something that may take a while; the answer comes to the desk.
#[napi(catch_unwind)]
pub fn tool(desk: &Desk, id: u32, json: String) -> napi::Result<()> {
    caught(|| {
        let tool = bridge::Tool::from_json(&json)?;
        desk.shared().spawn(id, async move { tool.ask().await.map(Given::Text) })
    })
}

/// Tries an implementation of a contract; a background remover with a photo, three bytes a pixel. The report comes to the desk.
#[napi(catch_unwind)]
pub fn try_out(
    desk: &Desk,
    id: u32,
    json: String,
    object: Description,
    photo: Option<Uint8Array>,
    width: u32,
    height: u32,
) -> napi::Result<()> {
    caught(|| {
        let trial = bridge::Trial::from_json(&json)?;
        let (_, host) = JsHost::shared(Arc::clone(desk.shared()), object)?;
        let photo = match photo {
            None => None,
            Some(rgb) => Some(RgbImage::from_raw(width, height, rgb.to_vec()).ok_or_else(|| {
                Error::new(ErrorKind::InvalidConfig, format!("the photo of {width}x{height} pixels lacks bytes"))
            })?),
        };
        desk.shared().spawn(id, async move { bridge::try_out(host, trial, photo).await.map(Given::Text) })
    })
}

/// Reads the event of a webhook, as `verify_webhook` gives it.
fn webhook(json: &str) -> Result<adgen::provider::WebhookEvent, Error> {
    serde_json::from_str(json).map_err(|error| {
        Error::new(ErrorKind::InvalidInput, format!("the webhook's event: {error}"))
            .with_hint("hand in what verifyWebhook gave")
    })
}

/// What the core gave as JSON.
fn told(json: serde_json::Result<String>) -> Result<String, Error> {
    json.map_err(|error| Error::new(ErrorKind::Unexpected, "an answer is not JSON").with_source(error))
}
