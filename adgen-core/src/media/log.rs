//! FFmpeg's own log: kept off stderr, its last error remembered per thread, so that an [`Error`](crate::error::Error)
//! can quote it ("moov atom not found" says more than "invalid data").
//!
//! Depends on FFmpeg's logger alone.

use std::{
    cell::RefCell,
    ffi::{CStr, c_char, c_int, c_void},
};

use ffmpeg_next::ffi;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
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

/// `V` is the platform's `va_list`, whose type differs between ABIs: inferred from the callback's type, so that this
/// builds on all of them.
unsafe extern "C" fn capture<V>(context: *mut c_void, level: c_int, format: *const c_char, arguments: V) {
    if level > ffi::AV_LOG_ERROR {
        return;
    }
    type FormatLine<V> =
        unsafe extern "C" fn(*mut c_void, c_int, *const c_char, V, *mut c_char, c_int, *mut c_int) -> c_int;
    // SAFETY: the same function with the same ABI; only the name of the `va_list` type is made generic, and `V` is that
    // very type, because `install` is the only place that instantiates this function.
    let format_line: FormatLine<V> = unsafe { std::mem::transmute(ffi::av_log_format_line2 as *const ()) };
    let mut line = [0 as c_char; 512];
    let mut prefix = 0;
    // SAFETY: the buffer outlives the call and its length is passed on; FFmpeg always terminates the line.
    let text = unsafe {
        format_line(context, level, format, arguments, line.as_mut_ptr(), line.len() as c_int, &mut prefix);
        CStr::from_ptr(line.as_ptr())
    };
    let text = text.to_string_lossy();
    let text = text.trim();
    if !text.is_empty() {
        // A thread that is being torn down has no store any more: then the line is dropped.
        let _ = LAST.try_with(|last| {
            if let Ok(mut last) = last.try_borrow_mut() {
                text.clone_into(&mut last);
            }
        });
    }
}
