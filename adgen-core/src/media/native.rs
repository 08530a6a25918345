//! What every FFmpeg call here needs: initialising once, creating files and encoders.
//!
//! Depends on FFmpeg, `error`, `fault` and `log`.

use std::{
    ffi::{CStr, CString, c_int},
    path::Path,
    ptr,
    sync::OnceLock,
};

use ffmpeg_next::{Dictionary, codec, ffi, format::context};

use super::{fault::Fault, log};
use crate::error::{Error, ErrorKind, Result};

/// The most that FFmpeg may allocate at once, in bytes: 192 MiB. A picture with the most pixels and 8 bytes a pixel has 128.
const MAX_ALLOCATION: usize = 192 << 20;

/// Whether the bound on allocations is ours to set; decided once, when FFmpeg is first used or when somebody says that it is
/// not.
static BOUNDED: OnceLock<bool> = OnceLock::new();

/// Leaves the bound on what FFmpeg may allocate at once as the program has set it (`av_max_alloc`), for one that uses FFmpeg
/// itself and for more. `true` where that came in time: before anything else of this crate used FFmpeg.
///
/// FFmpeg has one such bound in a process. This crate sets it to 192 MiB with its first use of FFmpeg, for an index in a crafted
/// file can ask for any amount at once; without it, such a file may take as much memory as the program's own bound allows.
pub fn leave_allocations_alone() -> bool {
    !*BOUNDED.get_or_init(|| false)
}

/// Initialises FFmpeg; cheap after the first call. Every entry point of this folder calls it.
pub(super) fn init() -> Result<()> {
    static DONE: OnceLock<Result<(), ffmpeg_next::Error>> = OnceLock::new();
    let done = DONE.get_or_init(|| {
        ffmpeg_next::init()?;
        log::install();
        if *BOUNDED.get_or_init(|| true) {
            // SAFETY: sets one number. It holds for the whole process: what a crafted index asks for at once.
            unsafe { ffi::av_max_alloc(MAX_ALLOCATION) };
        }
        Ok(())
    });
    done.map_err(|error| Error::media("FFmpeg could not be initialised").with_source(error))
}

/// The error of one failed FFmpeg call, with what FFmpeg logged about it.
pub(super) fn failure(code: c_int, message: impl Into<String>, operation: &'static str) -> Error {
    Fault::from(code).in_call(message, operation)
}

/// The error of one failed call on a file: not found and not permitted keep their own kinds.
pub(super) fn file_failure(code: c_int, message: &str, operation: &'static str, path: &Path) -> Error {
    Fault::from(code).of_file(message, operation, path)
}

/// `Ok` with the value of a call, or its failure.
pub(super) fn check(code: c_int, message: &str, operation: &'static str) -> Result<c_int> {
    if code < 0 { Err(failure(code, message, operation)) } else { Ok(code) }
}

/// What an allocation that gave null is reported as.
pub(super) fn out_of_memory(operation: &'static str) -> Error {
    Error::media("FFmpeg ran out of memory").with_operation(operation)
}

/// A path as an FFmpeg address. `file:` keeps names such as `a:b.mp4` or `-` from being taken for protocols.
pub(super) fn address(path: &Path, operation: &'static str) -> Result<CString> {
    let mut bytes = b"file:".to_vec();
    bytes.extend_from_slice(path.as_os_str().as_encoded_bytes());
    CString::new(bytes).map_err(|_| {
        Error::new(ErrorKind::InvalidInput, "the path contains a zero byte")
            .with_operation(operation)
            .with_context("path", path.display())
    })
}

/// Creates a file of the named container format, its `pb` open for writing.
pub(super) fn open_output(path: &Path, format: &CStr, operation: &'static str) -> Result<context::Output> {
    init()?;
    log::take_last();
    let address = address(path, operation)?;
    let mut pointer = ptr::null_mut();
    // SAFETY: both strings live through the call.
    let code =
        unsafe { ffi::avformat_alloc_output_context2(&mut pointer, ptr::null(), format.as_ptr(), address.as_ptr()) };
    if code < 0 || pointer.is_null() {
        return Err(file_failure(code.min(-1), "this container format cannot be written", operation, path));
    }
    // SAFETY: the context is ours; on failure it is freed here and never wrapped.
    unsafe {
        let code = ffi::avio_open(&mut (*pointer).pb, address.as_ptr(), ffi::AVIO_FLAG_WRITE);
        if code < 0 {
            ffi::avformat_free_context(pointer);
            return Err(file_failure(code, "the file cannot be created", operation, path));
        }
        // No version of the library and no time in the file: the same input gives the same bytes.
        (*pointer).flags |= ffi::AVFMT_FLAG_BITEXACT;
        Ok(context::Output::wrap(pointer))
    }
}

/// Whether everything written so far has reached the file: a full disk is otherwise noticed by nobody.
pub(super) fn check_written(output: &mut context::Output, operation: &'static str, path: &Path) -> Result<()> {
    // SAFETY: the context owns an open `pb` (see `open_output`).
    let code = unsafe { (*(*output.as_mut_ptr()).pb).error };
    if code < 0 {
        return Err(file_failure(code, "writing the file failed", operation, path));
    }
    Ok(())
}

/// Hands what is still buffered to the file and checks that it took it.
pub(super) fn flush_written(output: &mut context::Output, operation: &'static str, path: &Path) -> Result<()> {
    // SAFETY: the context owns an open `pb` (see `open_output`).
    unsafe { ffi::avio_flush((*output.as_mut_ptr()).pb) };
    check_written(output, operation, path)
}

/// The encoder of that name, not opened yet.
pub(super) fn encoder(name: &CStr, operation: &'static str) -> Result<(codec::Context, *const ffi::AVCodec)> {
    init()?;
    // SAFETY: the name is a terminated string; codec descriptions live as long as the library.
    unsafe {
        let codec = ffi::avcodec_find_encoder_by_name(name.as_ptr());
        if codec.is_null() {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("this build of FFmpeg has no {} encoder", name.to_string_lossy()),
            )
            .with_operation(operation));
        }
        let context = ffi::avcodec_alloc_context3(codec);
        if context.is_null() {
            return Err(out_of_memory(operation));
        }
        (*context).opaque = log::mark();
        Ok((codec::Context::wrap(context, None), codec))
    }
}

/// Opens an encoder with options; an option that it does not know is an error, not silently left out.
pub(super) fn open_encoder(
    context: &mut codec::Context,
    codec: *const ffi::AVCodec,
    options: Dictionary<'_>,
    operation: &'static str,
) -> Result<()> {
    log::take_last();
    // SAFETY: `codec` is the one that the context was made for; the dictionary is taken back.
    let (code, left) = unsafe {
        let mut pointer = options.disown();
        let code = ffi::avcodec_open2(context.as_mut_ptr(), codec, &mut pointer);
        (code, Dictionary::own(pointer))
    };
    check(code, "the encoder refused its settings", operation)?;
    match left.iter().next() {
        Some((key, value)) => Err(Error::new(ErrorKind::Unsupported, "the encoder does not know an option")
            .with_operation(operation)
            .with_context("option", format!("{key}={value}"))),
        None => Ok(()),
    }
}

/// A C string of FFmpeg's as Rust text; empty for null.
///
/// # Safety
///
/// `pointer` must be null or point to a terminated string that nobody changes during the call.
pub(super) unsafe fn text(pointer: *const std::ffi::c_char) -> String {
    if pointer.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it is set, a test runs as a program of its own.
    const PROGRAM: &str = "ADGEN_TEST_ALLOCATIONS";

    fn may_have(bytes: usize) -> bool {
        // SAFETY: nothing is read or written; null is freed as well.
        unsafe {
            let there = ffi::av_malloc(bytes);
            ffi::av_free(there);
            !there.is_null()
        }
    }

    #[test]
    fn what_a_crafted_file_may_ask_for_is_bounded() {
        init().expect("FFmpeg starts");
        assert!(!leave_allocations_alone(), "it is too late");
        assert!(may_have(MAX_ALLOCATION - 1024) && !may_have(MAX_ALLOCATION + 1024));
    }

    #[test]
    fn a_program_keeps_a_bound_of_its_own() {
        if std::env::var_os(PROGRAM).is_some() {
            assert!(leave_allocations_alone() && leave_allocations_alone());
            init().expect("FFmpeg starts");
            assert!(may_have(MAX_ALLOCATION + 1024));
            return;
        }
        let program = std::env::current_exe().expect("this program");
        let test = "media::native::tests::a_program_keeps_a_bound_of_its_own";
        let arguments = [test, "--exact", "--test-threads=1"];
        let output = std::process::Command::new(program).args(arguments).env(PROGRAM, "1").output().expect("runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
