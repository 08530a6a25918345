//! What tests of studios share: the smallest ad, and futures without a runtime.

use crate::{AdProject, Assets};
use image::{ImageFormat, Rgba, RgbaImage};
use std::{
    io::Cursor,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// A document and the photo that it names, a red square that is cut out already.
pub(crate) fn smallest(id: &str) -> (AdProject, Assets) {
    let inside = |at: u32| (12..52).contains(&at);
    let pixel = |x, y| Rgba([180, 40, 50, if inside(x) && inside(y) { 255 } else { 0 }]);
    let mut photo = Cursor::new(Vec::new());
    RgbaImage::from_fn(64, 64, pixel).write_to(&mut photo, ImageFormat::Png).expect("memory takes every picture");
    let document = AdProject::new(id, "Rosso", "cup.png");
    (document, Assets::none().with_bytes("cup.png", photo.into_inner()))
}

/// Drives a future without any runtime.
pub(crate) fn drive<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
        std::thread::yield_now();
    }
}
