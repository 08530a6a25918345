//! Providers that are written in JavaScript: `lib/providers.js` adapts an object, which is asked through the desk.

use crate::{
    context::Context,
    desk::{Reply, Shared},
    given::{Asked, Given, Photo},
};
use adgen::{
    Error, ErrorKind, Result,
    bridge::{Host, Role},
    image::RgbImage,
    provider::CallContext,
};
use async_trait::async_trait;
use napi_derive::napi;
use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    fmt,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};
use tokio::sync::oneshot;

/// How often a background remover's caller is asked whether the mask is still wanted.
const SLICE: Duration = Duration::from_millis(50);

/// An object of JavaScript's, by its number.
#[napi(object, object_to_js = false)]
pub struct Description {
    /// JavaScript's number for it.
    pub id: u32,
    /// What it is for.
    pub role: String,
    /// The methods that it has, by the contract's names.
    pub methods: Vec<String>,
    /// What it says of itself, an object as JSON. Such things never change.
    pub properties: String,
    /// The object in logs.
    pub shown: String,
}

pub(crate) struct JsHost {
    desk: Arc<Shared>,
    id: u32,
    methods: BTreeSet<String>,
    properties: Map<String, Value>,
    shown: String,
}

impl JsHost {
    /// The object, and what it is for.
    ///
    /// # Errors
    /// `InvalidConfig` where there is no such role.
    pub(crate) fn shared(desk: Arc<Shared>, object: Description) -> Result<(Role, Arc<dyn Host>)> {
        let Description { id, role, methods, properties, shown } = object;
        // From here on its end is told, whatever becomes of it.
        let mut host = Self { desk, id, methods: methods.into_iter().collect(), properties: Map::new(), shown };
        let invalid = |what: &str, error| Error::new(ErrorKind::InvalidConfig, what).with_source(error);
        host.properties =
            serde_json::from_str(&properties).map_err(|error| invalid("a provider's properties", error))?;
        let role = serde_json::from_value(Value::String(role)).map_err(|error| invalid("a part of a studio", error))?;
        Ok((role, Arc::new(host)))
    }

    fn question(&self, method: &'static str, arguments: &Map<String, Value>) -> Result<Asked> {
        let arguments = crate::told(serde_json::to_string(arguments))?;
        Ok(Asked { host: self.id, method, arguments, context: None, photo: None })
    }
}

impl fmt::Debug for JsHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Drop for JsHost {
    fn drop(&mut self) {
        self.desk.post("release", self.id, Given::Nothing);
    }
}

#[async_trait]
impl Host for JsHost {
    fn has(&self, method: &str) -> bool {
        self.methods.contains(method) || self.properties.contains_key(method)
    }

    fn ask(&self, method: &'static str, arguments: &Map<String, Value>) -> Result<Value> {
        if let Some(told) = self.properties.get(method) {
            return Ok(told.clone());
        }
        if self.desk.is_here() {
            // It would wait for itself.
            return Err(Error::new(
                ErrorKind::Unexpected,
                format!("{method} cannot be asked on JavaScript's own thread"),
            ));
        }
        let (sender, receiver) = mpsc::channel();
        self.desk.ask(self.question(method, arguments)?, Box::new(move |reply| drop(sender.send(reply))))?;
        // JavaScript may be busy: whatever else this thread would do is done by another one meanwhile.
        tokio::task::block_in_place(|| receiver.recv()).unwrap_or_else(|_| Err(crate::desk::gone())).and_then(value)
    }

    async fn call(&self, method: &'static str, arguments: &Map<String, Value>, context: &CallContext) -> Result<Value> {
        let asked = Asked { context: Some(Context::new(context)), ..self.question(method, arguments)? };
        let (sender, mut receiver) = oneshot::channel();
        let id = self.desk.ask(asked, Box::new(move |reply| drop(sender.send(reply))))?;
        let mut call = Call { desk: &self.desk, id, is_over: false };
        let reply = tokio::select! {
            biased;
            reply = &mut receiver => reply,
            // The object hears of it, and may still say what came of it.
            () = context.cancelled() => {
                self.desk.post("abandon", id, Given::Nothing);
                receiver.await
            }
        };
        call.is_over = true;
        reply.unwrap_or_else(|_| Err(crate::desk::gone())).and_then(value)
    }

    fn mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<Vec<u8>> {
        let (width, height) = photo.dimensions();
        let photo = Photo { width, height, data: photo.as_raw().clone().into() };
        let asked = Asked { photo: Some(photo), ..self.question("coarse_mask", &Map::new())? };
        let (sender, receiver) = mpsc::channel();
        let id = self.desk.ask(asked, Box::new(move |reply| drop(sender.send(reply))))?;
        loop {
            match receiver.recv_timeout(SLICE) {
                Ok(reply) => {
                    return match reply? {
                        Reply::Bytes(mask) => Ok(mask),
                        Reply::Json(_) => Err(Error::new(ErrorKind::Unexpected, "a mask is needed, which is bytes")),
                    };
                }
                Err(RecvTimeoutError::Timeout) if cancel() => {
                    self.desk.abandon(id);
                    return Err(Error::new(ErrorKind::Cancelled, "the mask is not wanted any more"));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(crate::desk::gone()),
            }
        }
    }
}

fn value(reply: Reply) -> Result<Value> {
    let wrong = |error| Error::new(ErrorKind::Unexpected, "an answer is not JSON").with_source(error);
    match reply {
        Reply::Json(json) => serde_json::from_str(&json).map_err(wrong),
        Reply::Bytes(_) => Err(Error::new(ErrorKind::Unexpected, "an answer is bytes, where data is needed")),
    }
}

/// Tells the object where whoever called has gone before the answer came.
struct Call<'a> {
    desk: &'a Shared,
    id: u32,
    is_over: bool,
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.desk.abandon(self.id);
        }
    }
}
