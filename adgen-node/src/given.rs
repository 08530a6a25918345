//! What is given to JavaScript.

use crate::{context::Context, events::Events, run::Run};
use adgen::PreviewImage;
use napi::{
    bindgen_prelude::{Buffer, Null, ToNapiValue},
    sys,
};
use napi_derive::napi;

/// What work gives, and what a provider is asked.
pub(crate) enum Given {
    Nothing,
    Text(String),
    Texts(Vec<String>),
    Picture(PreviewImage),
    Run(Run),
    Events(Events),
    Asked(Asked),
}

/// A frame of an ad.
#[napi(object, object_from_js = false)]
pub(crate) struct Picture {
    /// The picture.
    pub png: Buffer,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Whether its colours are surely those of the finished video.
    pub is_final: bool,
}

/// A question to a provider.
#[napi(object, object_from_js = false)]
pub(crate) struct Asked {
    /// Which one.
    pub host: u32,
    /// What, by the contract's name.
    pub method: &'static str,
    /// JSON, an object.
    pub arguments: String,
    /// What a call that may take its time is given.
    pub context: Option<Context>,
    /// What a background remover is asked about.
    pub photo: Option<Photo>,
}

/// A photo.
#[napi(object, object_from_js = false)]
pub(crate) struct Photo {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Red, green and blue, a byte each, row by row.
    pub data: Buffer,
}

impl ToNapiValue for Given {
    unsafe fn to_napi_value(env: sys::napi_env, given: Self) -> napi::Result<sys::napi_value> {
        // SAFETY: whoever calls this has an environment.
        unsafe {
            match given {
                Self::Nothing => Null::to_napi_value(env, Null),
                Self::Text(text) => String::to_napi_value(env, text),
                Self::Texts(texts) => Vec::to_napi_value(env, texts),
                Self::Picture(PreviewImage { png, width, height, is_final, .. }) => {
                    Picture::to_napi_value(env, Picture { png: png.into(), width, height, is_final })
                }
                Self::Run(run) => Run::to_napi_value(env, run),
                Self::Events(events) => Events::to_napi_value(env, events),
                Self::Asked(asked) => Asked::to_napi_value(env, asked),
            }
        }
    }
}
