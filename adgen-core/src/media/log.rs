//! FFmpeg's own log: kept off stderr, its last error remembered per thread, so that an [`Error`](crate::error::Error)
//! can quote it ("moov atom not found" says more than "invalid data").
//!
//! Depends on FFmpeg's logger alone. The values of a message come as a C `va_list`, whose type and way of being passed
//! differ between platforms; it is left alone, and an ellipsis stands where a value would.

use std::{
    cell::{Cell, RefCell},
    ffi::{CStr, c_char, c_int, c_void},
};

use ffmpeg_next::ffi;

/// The longest message that is kept, in bytes.
const LONGEST: usize = 512;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
    static TOO_LARGE: Cell<bool> = const { Cell::new(false) };
    static COMPLAINTS: Cell<u64> = const { Cell::new(0) };
}

/// Whether FFmpeg refused a picture on this thread for having too many pixels, since [`forget`]: its code for that is the
/// one for anything else, and other complaints follow.
pub(super) fn was_too_large() -> bool {
    TOO_LARGE.get()
}

/// How many times FFmpeg complained on this thread so far: what a call adds to it, that call met.
pub(super) fn complaints() -> u64 {
    COMPLAINTS.get()
}

/// Forgets everything that was said on this thread so far.
pub(super) fn forget() {
    TOO_LARGE.set(false);
    take_last();
}

/// Takes what FFmpeg last complained about on this thread; empty where it did not.
pub(super) fn take_last() -> String {
    LAST.with(|last| last.try_borrow_mut().map(|mut text| std::mem::take(&mut *text)).unwrap_or_default())
}

/// Routes FFmpeg's log into this module. Called once, from [`super::native::init`].
pub(super) fn install() {
    // SAFETY: `capture` has the callback's own type; FFmpeg guards the pointer itself.
    unsafe { ffi::av_log_set_callback(Some(capture)) };
}

/// `V` is the platform's `va_list`, inferred from the callback's type and never looked at: whichever way it is passed, as
/// the last argument it has no bearing on those before it.
unsafe extern "C" fn capture<V>(_context: *mut c_void, level: c_int, format: *const c_char, _arguments: V) {
    if level > ffi::AV_LOG_ERROR || format.is_null() {
        return;
    }
    let _ = COMPLAINTS.try_with(|count| count.set(count.get() + 1));
    // SAFETY: FFmpeg passes a terminated format string.
    let text = without_values(unsafe { CStr::from_ptr(format) }.to_bytes());
    if text.contains("exceeds specified max pixel count") {
        let _ = TOO_LARGE.try_with(|said| said.set(true));
    }
    if !text.is_empty() {
        // A thread that is being torn down has no store any more: then the line is dropped.
        let _ = LAST.try_with(|last| {
            if let Ok(mut last) = last.try_borrow_mut() {
                *last = text;
            }
        });
    }
}

/// A format string of `printf` with an ellipsis for each value.
fn without_values(format: &[u8]) -> String {
    let text = String::from_utf8_lossy(format.get(..format.len().min(LONGEST)).unwrap_or_default());
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(if character.is_control() { ' ' } else { character });
            continue;
        }
        if characters.next_if_eq(&'%').is_some() {
            out.push('%');
            continue;
        }
        // Flags, width, precision and length come before the one letter of the conversion.
        while characters.next_if(|c| !c.is_ascii_alphabetic() || "hlqjztL".contains(*c)).is_some() {}
        characters.next();
        out.push('…');
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_keep_their_words() {
        assert_eq!(without_values(b"moov atom not found\n"), "moov atom not found");
        let format = b"File ended prematurely at pos. %\x6cu (0x%lx)\n";
        assert_eq!(without_values(format), "File ended prematurely at pos. … (0x…)");
        assert_eq!(without_values(b"%5.2f%% of %-*s, %s"), "…% of …, …");
        assert_eq!(without_values(b"%"), "…");
        assert_eq!(without_values(b""), "");
    }

    #[test]
    fn the_last_error_of_this_thread_is_kept() {
        super::super::native::init().expect("FFmpeg starts");
        // SAFETY: the format asks for one value, an `int`, which is given.
        unsafe { ffi::av_log(std::ptr::null_mut(), ffi::AV_LOG_ERROR, c"%d packets lost\n".as_ptr(), 3) };
        // SAFETY: the format asks for no value.
        unsafe { ffi::av_log(std::ptr::null_mut(), ffi::AV_LOG_INFO, c"by the way\n".as_ptr()) };
        assert_eq!(take_last(), "… packets lost");
        assert_eq!(take_last(), "");
    }
}
