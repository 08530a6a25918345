//! How much memory the pictures of one decoder may take, those that it keeps for reference included.
//!
//! Depends on FFmpeg and `log`. A stream says itself how many pictures its decoder has to keep; a crafted one asks for sixteen of the
//! largest. They are counted as they are made and as they go.

use std::{
    ffi::{c_int, c_void},
    ptr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use ffmpeg_next::ffi;

use super::log;

/// The most bytes of pictures that one decoder may hold at once: 176 MiB. 4K at 10 bits with seven pictures kept takes 168,
/// 5.3K at 10 bits with three kept 136. A decoder adds about a quarter for what it knows of each picture.
pub const MAX_PICTURE_BYTES: usize = 176 << 20;

/// The count of one decoder. It must live as long as the decoder that it was installed on.
#[derive(Debug)]
pub(super) struct PictureMemory {
    live: Arc<AtomicUsize>,
    exceeded: AtomicBool,
}

impl PictureMemory {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self { live: Arc::new(AtomicUsize::new(0)), exceeded: AtomicBool::new(false) })
    }

    /// Whether a picture was refused.
    pub(super) fn is_exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
    }

    /// Makes a decoder ask this value for its pictures.
    ///
    /// # Safety
    ///
    /// `context` must be a decoder's context that is not opened yet; `self` must stay where it is and live until the
    /// context is freed.
    pub(super) unsafe fn install(&self, context: *mut ffi::AVCodecContext) {
        // SAFETY: plain fields of a context that the caller owns.
        unsafe {
            log::own(ptr::from_ref(self).cast());
            (*context).opaque = ptr::from_ref(self).cast_mut().cast();
            (*context).get_buffer2 = Some(allocate);
        }
    }

    /// Counts `bytes`; `false`, counting nothing, where that is too much.
    fn take(&self, bytes: usize) -> bool {
        let before = self.live.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) <= MAX_PICTURE_BYTES {
            return true;
        }
        self.live.fetch_sub(bytes, Ordering::Relaxed);
        self.exceeded.store(true, Ordering::Relaxed);
        false
    }
}

impl Drop for PictureMemory {
    fn drop(&mut self) {
        log::disown(ptr::from_ref(self).cast());
    }
}

/// What a picture gives back when the last reference to it goes.
struct Share {
    live: Arc<AtomicUsize>,
    bytes: usize,
}

unsafe extern "C" fn allocate(context: *mut ffi::AVCodecContext, frame: *mut ffi::AVFrame, flags: c_int) -> c_int {
    // SAFETY: FFmpeg passes the context that `install` was called on and an empty frame; the default allocator is the one
    // that this replaces. On failure the caller releases what the frame holds. The buffer that is put into `opaque_ref`
    // has no bytes; it travels with every reference to the picture and is freed with the last.
    unsafe {
        let memory = &*(*context).opaque.cast::<PictureMemory>();
        let code = ffi::avcodec_default_get_buffer2(context, frame, flags);
        if code < 0 {
            return code;
        }
        let bytes = (*frame).buf.iter().filter(|buffer| !buffer.is_null()).map(|buffer| (**buffer).size).sum();
        if !memory.take(bytes) {
            return ffi::AVERROR(libc::ENOMEM);
        }
        let share = Box::into_raw(Box::new(Share { live: Arc::clone(&memory.live), bytes }));
        let tag = ffi::av_buffer_create(ptr::null_mut(), 0, Some(give_back), share.cast(), 0);
        if tag.is_null() {
            give_back(share.cast(), ptr::null_mut());
            return ffi::AVERROR(libc::ENOMEM);
        }
        ffi::av_buffer_unref(&mut (*frame).opaque_ref);
        (*frame).opaque_ref = tag;
        code
    }
}

unsafe extern "C" fn give_back(share: *mut c_void, _data: *mut u8) {
    // SAFETY: `share` came from a box in `allocate`, and FFmpeg calls this once for it.
    let share = unsafe { Box::from_raw(share.cast::<Share>()) };
    share.live.fetch_sub(share.bytes, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_may_come_again() {
        let memory = PictureMemory::new();
        assert!(memory.take(MAX_PICTURE_BYTES - 1) && memory.take(1));
        assert!(!memory.is_exceeded() && !memory.take(1) && memory.is_exceeded());
        let share = Box::new(Share { live: Arc::clone(&memory.live), bytes: MAX_PICTURE_BYTES });
        // SAFETY: the share is a box of this test, given away once.
        unsafe { give_back(Box::into_raw(share).cast(), ptr::null_mut()) };
        assert!(memory.take(MAX_PICTURE_BYTES));
    }
}
