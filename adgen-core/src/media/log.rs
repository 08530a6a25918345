//! FFmpeg's own log: what it says about our calls is kept off stderr, and its last error is remembered per thread, so that
//! an [`Error`](crate::error::Error) can quote it ("moov atom not found" says more than "invalid data").
//!
//! FFmpeg has one logger in a process, which whoever uses it in the same process shares. What it says about others' calls goes
//! where it went before: to FFmpeg's default logger, with the level that they set. Ours is what is said on a thread within
//! one of our calls ([`inside`]), and what a codec of ours says on a thread of its own. Who has replaced the logger cannot be
//! asked; a program that did keeps its own by [`leave_log_alone`].
//!
//! Depends on FFmpeg's logger alone. The values of a message come as a C `va_list`, whose type and way of being passed
//! differ between platforms; it is handed on untouched or left alone, and an ellipsis stands where a value would. Where a value
//! is the very thing to be told, as the name of a library that is missing, [`with_values`] has FFmpeg fill it in, on the
//! platforms where that list is a pointer.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    ffi::{CStr, CString, c_char, c_int, c_void},
    marker::PhantomData,
    mem, ptr,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicPtr, Ordering},
    },
};

use ffmpeg_next::ffi;

/// The longest message that is kept, in bytes.
const LONGEST: usize = 512;

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
    static TOO_LARGE: Cell<bool> = const { Cell::new(false) };
    static COMPLAINTS: Cell<u64> = const { Cell::new(0) };
    static INSIDE: Cell<u32> = const { Cell::new(0) };
    static FILLED_IN: Cell<bool> = const { Cell::new(false) };
}

/// What FFmpeg complains about on this thread is kept with its values while `work` lasts, where the platform allows that.
pub(super) fn with_values<T>(work: impl FnOnce() -> T) -> T {
    let before = FILLED_IN.replace(true);
    let made = work();
    FILLED_IN.set(before);
    made
}

/// A call of ours: while this lives, what FFmpeg says on this thread is about it.
#[must_use = "the call is under way as long as this lives"]
pub(super) struct Inside(PhantomData<*const ()>);

/// Begins a call. They may be nested.
pub(super) fn inside() -> Inside {
    let _ = INSIDE.try_with(|depth| depth.set(depth.get() + 1));
    Inside(PhantomData)
}

impl Drop for Inside {
    fn drop(&mut self) {
        let _ = INSIDE.try_with(|depth| depth.set(depth.get() - 1));
    }
}

/// The address of this, or one that [`own`] was told of, is the `opaque` of each of our codecs. FFmpeg copies it for the
/// codec's own threads.
static MARK: u8 = 0;

/// Other values that our codecs point to.
static OWNED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn owned() -> MutexGuard<'static, BTreeSet<usize>> {
    OWNED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the `opaque` of a codec of ours is, where it has no other use.
pub(super) fn mark() -> *mut c_void {
    ptr::from_ref(&MARK).cast_mut().cast()
}

/// Codecs with this `opaque` are ours from now on.
pub(super) fn own(opaque: *const c_void) {
    owned().insert(opaque.addr());
}

/// They are no longer.
pub(super) fn disown(opaque: *const c_void) {
    owned().remove(&opaque.addr());
}

/// Whether a message is about something of ours.
///
/// # Safety
///
/// `context` must be null or what FFmpeg passes to its logger: something that begins with a pointer to its class.
unsafe fn is_ours(context: *const c_void) -> bool {
    if INSIDE.try_with(Cell::get).is_ok_and(|depth| depth > 0) {
        return true;
    }
    // SAFETY: the caller's promise; what has the class of codecs is one.
    let opaque = unsafe {
        if context.is_null() || *context.cast::<*const ffi::AVClass>() != ffi::avcodec_get_class() {
            return false;
        }
        (*context.cast::<ffi::AVCodecContext>()).opaque
    };
    opaque == mark() || owned().contains(&opaque.addr())
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

/// Whether the log is ours to handle; decided once, when FFmpeg is first used or when somebody says that it is not.
static HANDLED: OnceLock<bool> = OnceLock::new();

/// What others' messages are handed to: a function of [`Logger`]'s type for the platform's `va_list`.
static OTHERS: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

/// FFmpeg's type of a logger. `V` is the platform's `va_list`, inferred from FFmpeg's own functions and never looked at:
/// whichever way it is passed, as the last argument it has no bearing on those before it.
type Logger<V> = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, V);

/// What fills in the values of a message: a function of [`Formatter`]'s type for the platform's `va_list`.
static FORMATTER: AtomicPtr<()> = AtomicPtr::new(ptr::null_mut());

/// FFmpeg's type of what writes a message with its values.
type Formatter<V> = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, V, *mut c_char, c_int, *mut c_int) -> c_int;

/// Leaves FFmpeg's log as the program has set it up, for one that has installed a logger of its own. `true` where that came in
/// time: before anything else of this crate used FFmpeg.
///
/// Everything that FFmpeg says about this crate's calls goes to the program's logger then, and this crate does not hear it: its
/// errors quote no words of FFmpeg's; a Matroska file that is cut off passes for one that ends there; and of what is missing in
/// a damaged video is not told for how long.
pub fn leave_log_alone() -> bool {
    !*HANDLED.get_or_init(|| false)
}

/// Routes FFmpeg's log into this module, unless it is to be left alone. Called once, from [`super::native::init`].
pub(super) fn install() {
    HANDLED.get_or_init(|| {
        route(ffi::av_log_default_callback, ffi::av_log_format_line2, ffi::av_log_set_callback);
        true
    });
}

/// `others` is FFmpeg's default logger, `fill_in` writes a message with its values, `set` replaces the logger.
fn route<V>(others: Logger<V>, fill_in: Formatter<V>, set: unsafe extern "C" fn(Option<Logger<V>>)) {
    OTHERS.store(others as *mut (), Ordering::Release);
    FORMATTER.store(fill_in as *mut (), Ordering::Release);
    // SAFETY: `capture` has a logger's type; FFmpeg guards the pointer itself.
    unsafe { set(Some(capture::<V>)) };
}

/// Whether a warning is about bytes that are not what they should be: of packets that do not fit together, FFmpeg says no
/// more than that.
fn tells_of_damage(format: &[u8]) -> bool {
    const DAMAGE: [&[u8]; 3] = [b"changing packet size", b"co located POCs unavailable", b"orrupt"];
    DAMAGE.iter().any(|words| format.windows(words.len()).any(|window| window == *words))
}

unsafe extern "C" fn capture<V>(context: *mut c_void, level: c_int, format: *const c_char, arguments: V) {
    // SAFETY: FFmpeg passes what its loggers take.
    if !unsafe { is_ours(context) } {
        let others = OTHERS.load(Ordering::Acquire);
        // SAFETY: `route` stored it before it installed this function, with this very type; the arguments are handed on once,
        // untouched.
        unsafe { mem::transmute::<*mut (), Logger<V>>(others)(context, level, format, arguments) };
        return;
    }
    if level > ffi::AV_LOG_WARNING || format.is_null() {
        return;
    }
    // SAFETY: FFmpeg passes a terminated format string.
    let format = unsafe { CStr::from_ptr(format) }.to_bytes();
    if level > ffi::AV_LOG_ERROR && !tells_of_damage(format) {
        return;
    }
    let _ = COMPLAINTS.try_with(|count| count.set(count.get() + 1));
    if level > ffi::AV_LOG_ERROR {
        return;
    }
    let text = if cfg!(target_arch = "x86_64") && FILLED_IN.try_with(Cell::get).unwrap_or_default() {
        // SAFETY: the format and the arguments are what FFmpeg passed, and are handed on once. Here they are a pointer.
        unsafe { with_its_values(level, format, arguments) }
    } else {
        without_values(format)
    };
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

/// A message with its values, without FFmpeg's prefix of addresses.
///
/// # Safety
///
/// `format` must be one of FFmpeg's, and `arguments` its values, of which nobody has taken any.
unsafe fn with_its_values<V>(level: c_int, format: &[u8], arguments: V) -> String {
    let fill_in = FORMATTER.load(Ordering::Acquire);
    let (Ok(format), false) = (CString::new(format), fill_in.is_null()) else { return without_values(format) };
    let mut line = [0_u8; LONGEST];
    let mut prefix = 0;
    // SAFETY: `route` stored it before it installed the logger, with this very type. It writes a terminated text of at most
    // that many bytes.
    unsafe {
        let fill_in = mem::transmute::<*mut (), Formatter<V>>(fill_in);
        let room = line.len() as c_int;
        fill_in(ptr::null_mut(), level, format.as_ptr(), arguments, line.as_mut_ptr().cast(), room, &mut prefix);
    }
    let text = CStr::from_bytes_until_nul(&line).unwrap_or_default().to_string_lossy();
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
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
    #[cfg(target_arch = "x86_64")]
    fn values_are_filled_in_where_they_are_wanted() {
        super::super::native::init().expect("FFmpeg starts");
        let _inside = inside();
        let (text, name) = (c"Cannot load %s, tried %d%% of %5.1f\n", c"libcuda.so.1");
        // SAFETY: the format asks for these three values.
        let say = || unsafe {
            ffi::av_log(ptr::null_mut(), ffi::AV_LOG_ERROR, text.as_ptr(), name.as_ptr(), 50 as c_int, 2.25_f64);
        };
        with_values(say);
        assert_eq!(take_last(), "Cannot load libcuda.so.1, tried 50% of   2.2");
        say();
        assert_eq!(take_last(), "Cannot load …, tried …% of …");
    }

    /// What the tests below do as programs of their own: the logger is one for a process, and so is its stderr.
    const PROGRAM: &str = "ADGEN_TEST_PROGRAM";

    /// What the test of that name writes to stderr when it runs as a program.
    fn program(name: &str) -> String {
        let program = std::env::current_exe().expect("this program");
        let test = format!("media::log::tests::{name}");
        let output = std::process::Command::new(program)
            .args([test.as_str(), "--exact", "--nocapture", "--test-threads=1"])
            .env(PROGRAM, "1")
            .output()
            .expect("runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stdout));
        text
    }

    fn is_program() -> bool {
        std::env::var_os(PROGRAM).is_some()
    }

    /// As another part of a program says something through FFmpeg.
    fn say(text: &CStr, value: c_int) {
        // SAFETY: each format of these tests asks for one value, an `int`, which is given.
        unsafe { ffi::av_log(ptr::null_mut(), ffi::AV_LOG_ERROR, text.as_ptr(), value) };
    }

    fn broken(folder: &std::path::Path) -> std::path::PathBuf {
        let path = folder.join("broken.mp4");
        std::fs::write(&path, b"\0\0\0\x14ftypisom\0\0\0\0isom\0\0\0\x0cmdatabcd").expect("writes");
        path
    }

    /// As another part of a program opens a file through FFmpeg.
    fn open_as_others(path: &std::path::Path) {
        let name = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).expect("a path");
        let mut context = ptr::null_mut();
        // SAFETY: the name is a terminated string; a failed call leaves null.
        let code = unsafe { ffi::avformat_open_input(&mut context, name.as_ptr(), ptr::null(), ptr::null_mut()) };
        assert!(code < 0 && context.is_null());
    }

    /// Uses this crate in all ways that make FFmpeg talk.
    fn use_ours(folder: &std::path::Path) -> String {
        use crate::media::{AacTrack, Frame, VideoEncoder, VideoReader, VideoSettings, VideoTarget, probe};
        let path = folder.join("ours.mp4");
        let mut encoder = VideoEncoder::create(&path, VideoSettings::new(64, 64, 25)).expect("created");
        for _ in 0..30 {
            encoder.write(&Frame::black(64, 64)).expect("written");
        }
        encoder.finish().expect("finished");
        drop(VideoEncoder::create(&folder.join("left.mp4"), VideoSettings::new(64, 64, 25)).expect("created"));
        AacTrack::encode(&crate::media::Samples::silence(4800), 64).expect("encoded").decode().expect("decoded");
        // Damage among the pictures, which the decoder complains about, on threads of its own as well.
        let mut bytes = std::fs::read(&path).expect("reads");
        let end = bytes.len();
        bytes[end - 300..end - 100].fill(0xA5);
        std::fs::write(&path, bytes).expect("writes");
        for threads in [1, 3] {
            let target = VideoTarget { threads: Some(threads), ..VideoTarget::native() };
            if let Ok(mut reader) = VideoReader::open(&path, target) {
                let mut frame = Frame::black(64, 64);
                while reader.read(&mut frame).unwrap_or(false) {}
            }
        }
        probe(&broken(folder)).expect_err("is broken").to_string()
    }

    #[test]
    fn what_others_log_goes_where_it_went_and_what_is_ours_does_not() {
        if is_program() {
            let folder = tempfile::tempdir().expect("a folder");
            say(c"before: %d\n", 1);
            let error = use_ours(folder.path());
            assert!(error.contains("moov atom not found"), "{error}");
            say(c"between: %d\n", 2);
            std::thread::spawn(|| say(c"beside: %d\n", 3)).join().expect("ends");
            open_as_others(&broken(folder.path()));
            return;
        }
        let said = program("what_others_log_goes_where_it_went_and_what_is_ours_does_not");
        let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        let (last, first) = lines.split_last().expect("something is said");
        assert_eq!(first, ["before: 1", "between: 2", "beside: 3"], "{said}");
        // FFmpeg's own form, with the name of what speaks.
        assert!(last.starts_with("[mov,mp4") && last.ends_with("moov atom not found"), "{said}");
    }

    #[test]
    fn a_program_keeps_a_logger_of_its_own() {
        use std::sync::atomic::AtomicU32;
        static HEARD: AtomicU32 = AtomicU32::new(0);
        unsafe extern "C" fn own<V>(_: *mut c_void, level: c_int, _: *const c_char, _: V) {
            HEARD.fetch_add(u32::from(level <= ffi::AV_LOG_ERROR), Ordering::Relaxed);
        }
        if is_program() {
            // SAFETY: a logger of the right type.
            unsafe { ffi::av_log_set_callback(Some(own)) };
            assert!(leave_log_alone() && leave_log_alone());
            let folder = tempfile::tempdir().expect("a folder");
            let error = use_ours(folder.path());
            assert!(error.contains("broken.mp4") && !error.contains("moov atom"), "{error}");
            let heard = HEARD.load(Ordering::Relaxed);
            assert!(heard > 0);
            say(c"own: %d\n", 1);
            assert_eq!(HEARD.load(Ordering::Relaxed), heard + 1);
            return;
        }
        assert_eq!(program("a_program_keeps_a_logger_of_its_own").trim(), "");
    }

    #[test]
    fn it_is_too_late_to_leave_the_log_alone_once_it_was_used() {
        super::super::native::init().expect("FFmpeg starts");
        assert!(!leave_log_alone());
    }

    #[test]
    fn a_codec_of_ours_is_known_on_any_thread() {
        // SAFETY: contexts of this test, each freed once.
        unsafe {
            let mut context = ffi::avcodec_alloc_context3(ptr::null());
            assert!(!is_ours(context.cast()) && !is_ours(ptr::null()));
            (*context).opaque = mark();
            assert!(is_ours(context.cast()));
            let other = Box::new(7_u8);
            let opaque: *const c_void = ptr::from_ref(&*other).cast();
            (*context).opaque = opaque.cast_mut();
            assert!(!is_ours(context.cast()));
            own(opaque);
            assert!(is_ours(context.cast()));
            disown(opaque);
            assert!(!is_ours(context.cast()));
            ffi::avcodec_free_context(&mut context);
            let format = ffi::avformat_alloc_context();
            assert!(!is_ours(format.cast()));
            {
                let _first = inside();
                let second = inside();
                drop(second);
                assert!(is_ours(format.cast()));
            }
            assert!(!is_ours(format.cast()));
            ffi::avformat_free_context(format);
        }
    }

    #[test]
    fn the_last_error_of_this_thread_is_kept() {
        super::super::native::init().expect("FFmpeg starts");
        let _inside = inside();
        say(c"%d packets lost\n", 3);
        // SAFETY: the format asks for no value.
        unsafe { ffi::av_log(ptr::null_mut(), ffi::AV_LOG_INFO, c"by the way\n".as_ptr()) };
        assert_eq!(take_last(), "… packets lost");
        assert_eq!(take_last(), "");
    }
}
