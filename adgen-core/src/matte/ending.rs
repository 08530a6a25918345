//! The end of the process while ONNX Runtime is at work: `exit` destroys its objects on one thread while others still use them, which
//! crashes. So whoever uses it is counted, and is asked to stop and waited for before its objects go.
//!
//! May depend on `gate`.

use crate::gate::{Gate, Pass};
use std::{
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

/// A model stops between two of its layers, and is loaded in less.
const PATIENCE: Duration = Duration::from_secs(5);
/// The first so many uses make what later ones find there.
const NEW: usize = 3;
/// How often it is seen to meanwhile that the end is heard of.
const EVERY: Duration = Duration::from_millis(5);
/// And how often at most in all: the system remembers each time.
const MOST: usize = 512;

static GATE: Gate = Gate::new();

/// Goes in, for as long as the pass lives; nobody does once the process ends.
pub(super) fn enter() -> Option<Pass<'static>> {
    GATE.enter()
}

/// Whether the process ends, and whoever is inside is to leave.
pub(crate) fn is_near() -> bool {
    GATE.is_closed()
}

/// Has whoever is inside leave, and waits for that, a few seconds at most; nobody gets in any more.
pub(crate) fn prepare() {
    GATE.close(PATIENCE);
}

/// Does `work` inside, and sees to it that the end of the process is heard of before what it makes is destroyed: the system calls those
/// first that came last, so that it has to be asked again as long as more is made.
pub(super) fn heard_of<T>(work: impl FnOnce() -> T) -> T {
    static USES: AtomicUsize = AtomicUsize::new(0);
    if USES.fetch_add(1, Ordering::Relaxed) >= NEW {
        return work();
    }
    thread::scope(|scope| {
        let (working, over) = channel::<()>();
        let ask = move || {
            while over.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                hear_of_it();
            }
        };
        // Without a thread for it, it is asked once.
        let _asks = thread::Builder::new().name("adgen-ending".to_owned()).spawn_scoped(scope, ask);
        let made = work();
        drop(working);
        hear_of_it();
        made
    })
}

fn hear_of_it() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    if CALLS.fetch_add(1, Ordering::Relaxed) < MOST {
        system::at_exit();
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod system {
    use super::{GATE, PATIENCE};
    use std::ffi::{c_int, c_void};

    unsafe extern "C" {
        // glibc's own, which tells the exit code; the crate libc does not have it.
        fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
        fn fflush(stream: *mut c_void) -> c_int;
    }

    extern "C" fn end(code: c_int, _: *mut c_void) {
        if !GATE.close(PATIENCE) {
            // Somebody does not leave: what would be destroyed goes with the process.
            // SAFETY: writes what the streams of C hold, and ends the process without calling anybody else.
            unsafe {
                fflush(std::ptr::null_mut());
                libc::_exit(code);
            }
        }
    }

    pub(super) fn at_exit() {
        // SAFETY: the function is part of this library, which is not unloaded while its threads run. Where the system has no place
        // for it, the end is as it would be without.
        unsafe { on_exit(end, std::ptr::null_mut()) };
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod system {
    extern "C" fn end() {
        super::prepare();
    }

    pub(super) fn at_exit() {
        // SAFETY: the function is part of this library, which is not unloaded while its threads run.
        unsafe { libc::atexit(end) };
    }
}
