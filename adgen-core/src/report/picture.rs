//! A picture that is part of the page. Depends on `maud` and `base64` alone.

use base64::{display::Base64Display, engine::general_purpose::STANDARD};
use maud::{Markup, html};
use std::fmt;

/// A picture as it is written into the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) mime: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Picture {
    pub(super) fn img(&self, alt: &str) -> Markup {
        html! { img width=(self.width) height=(self.height) alt=(alt) src=(self.uri()); }
    }

    pub(super) fn uri(&self) -> DataUri<'_> {
        DataUri { mime: self.mime, bytes: &self.bytes }
    }
}

/// Bytes as a URL that needs no request.
#[derive(Debug, Clone, Copy)]
pub(super) struct DataUri<'a> {
    pub(super) mime: &'a str,
    pub(super) bytes: &'a [u8],
}

impl fmt::Display for DataUri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "data:{};base64,{}", self.mime, Base64Display::new(self.bytes, &STANDARD))
    }
}
