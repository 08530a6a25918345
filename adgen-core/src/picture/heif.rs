//! HEIC, HEIF and AVIF through the machine's own libheif, loaded at run time: with the feature `heif` alone.
//!
//! Off by default: it hands untrusted bytes to a large C++ library. Its interface (libheif/heif.h) is plain C and has been
//! the same since 1.1 for what is used here. libheif turns the picture upright itself. The only user of libheif; `unsafe`
//! for its calls.

use super::{
    bounds::{MAX_PROFILE_BYTES, MAX_WHOLE_PIXELS},
    decoded::{Decoded, turn},
    reduce::Reducer,
    srgb::ToSrgb,
    subject::Subject,
};
use crate::error::Result;
use image::metadata::Orientation;
use libloading::{Library, Symbol};
use std::{
    ffi::{CStr, c_char, c_int, c_void},
    ptr,
    sync::OnceLock,
};

/// `heif_error`, returned by value.
#[repr(C)]
struct HeifError {
    code: c_int,
    subcode: c_int,
    message: *const c_char,
}

/// The beginning of `heif_color_profile_nclx`: version 1.
#[repr(C)]
struct Nclx {
    version: u8,
    primaries: c_int,
    transfer: c_int,
}

/// `heif_colorspace_RGB`.
const RGB: c_int = 1;
/// `heif_chroma_interleaved_RGB` and `…_RGBA`.
const INTERLEAVED: [c_int; 2] = [10, 11];
/// `heif_channel_interleaved`.
const CHANNEL: c_int = 10;
/// `heif_color_profile_type_nclx`.
const NCLX: u32 = u32::from_be_bytes(*b"nclx");
const NAMES: [&str; 3] = ["libheif.so.1", "libheif.1.dylib", "/opt/homebrew/lib/libheif.1.dylib"];

/// libheif, loaded once and never unloaded.
fn library() -> Option<&'static Library> {
    static LOADED: OnceLock<Option<Library>> = OnceLock::new();
    let load = || {
        // SAFETY: the system's own library by its plain name: its initialisers have no conditions.
        let library = NAMES.iter().find_map(|name| unsafe { Library::new(*name) }.ok())?;
        // SAFETY: `heif_init(struct heif_init_params*)` takes null for its defaults. Missing before 1.13.
        if let Ok(init) = unsafe { library.get::<unsafe extern "C" fn(*mut c_void) -> HeifError>(b"heif_init\0") } {
            // SAFETY: as above.
            unsafe { init(ptr::null_mut()) };
        }
        Some(library)
    };
    LOADED.get_or_init(load).as_ref()
}

/// Whether such pictures can be read on this machine.
pub(super) fn is_there() -> bool {
    library().is_some()
}

/// Something of libheif that is given back at the end.
struct Held<'a> {
    pointer: *mut c_void,
    release: Symbol<'a, unsafe extern "C" fn(*mut c_void)>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from libheif, is of the kind that this function takes, and is given back once.
        unsafe { (self.release)(self.pointer) }
    }
}

/// The functions that are used, with the subject for errors.
struct Heif<'a> {
    library: &'static Library,
    subject: Subject<'a>,
}

impl Heif<'_> {
    /// # Safety
    /// `T` is the C type of the function `name`, which ends with a zero byte.
    unsafe fn function<T>(&self, name: &[u8]) -> Result<Symbol<'static, T>> {
        // SAFETY: the caller's promise.
        unsafe { self.library.get(name) }.map_err(|error| self.subject.damaged("Heif", error))
    }

    fn check(&self, error: &HeifError) -> Result<()> {
        if error.code == 0 {
            return Ok(());
        }
        let said = match error.message.is_null() {
            true => "libheif gives no reason".into(),
            // SAFETY: libheif's messages are constants or live as long as the context, which is still there.
            false => unsafe { CStr::from_ptr(error.message) }.to_string_lossy(),
        };
        Err(self.subject.damaged("Heif", said))
    }

    /// What is given back by that function when it is dropped.
    ///
    /// # Safety
    ///
    /// `pointer` must be null or a value of libheif's that is ours to give back, and `release` its releasing function.
    unsafe fn held(&self, pointer: *mut c_void, release: &[u8]) -> Result<Held<'static>> {
        if pointer.is_null() {
            return Err(self.subject.damaged("Heif", "libheif gives nothing"));
        }
        // SAFETY: all of libheif's releasing functions take one pointer and return nothing.
        Ok(Held { pointer, release: unsafe { self.function(release)? } })
    }
}

/// Decodes the primary picture of a file.
pub(super) fn decode(bytes: &[u8], subject: Subject<'_>) -> Result<Decoded> {
    let Some(library) = library() else {
        return Err(subject.invalid("needs libheif to be read, which is not on this machine"));
    };
    let heif = Heif { library, subject };
    // SAFETY (this function): the types are those of libheif/heif.h; every pointer is checked before it is used, `bytes`
    // outlives the context, and what is held is given back in the reverse order.
    let context = unsafe {
        let alloc = heif.function::<unsafe extern "C" fn() -> *mut c_void>(b"heif_context_alloc\0")?;
        heif.held(alloc(), b"heif_context_free\0")?
    };
    // SAFETY: as above.
    unsafe {
        type Read = unsafe extern "C" fn(*mut c_void, *const c_void, usize, *const c_void) -> HeifError;
        let read = heif.function::<Read>(b"heif_context_read_from_memory_without_copy\0")?;
        heif.check(&read(context.pointer, bytes.as_ptr().cast(), bytes.len(), ptr::null()))?;
    }
    // SAFETY: as above.
    let handle = unsafe {
        type Primary = unsafe extern "C" fn(*mut c_void, *mut *mut c_void) -> HeifError;
        let primary = heif.function::<Primary>(b"heif_context_get_primary_image_handle\0")?;
        let mut handle = ptr::null_mut();
        heif.check(&primary(context.pointer, &raw mut handle))?;
        heif.held(handle, b"heif_image_handle_release\0")?
    };
    type Number = unsafe extern "C" fn(*const c_void) -> c_int;
    // SAFETY: as above.
    let number = |name: &[u8]| unsafe { heif.function::<Number>(name).map(|number| number(handle.pointer)) };
    let side = |side: c_int| u32::try_from(side).unwrap_or(0);
    let (width, height) =
        (side(number(b"heif_image_handle_get_width\0")?), side(number(b"heif_image_handle_get_height\0")?));
    let smaller = subject.check_size(width, height)?;
    subject.check_whole(width, height, "HEIF and AVIF files", MAX_WHOLE_PIXELS)?;
    let has_alpha = number(b"heif_image_handle_has_alpha_channel\0")? != 0;
    let mut notes = Vec::new();
    let colours = colours(&heif, &handle, &mut notes)?;

    let _turn = turn(width, height);
    // SAFETY: as above.
    let image = unsafe {
        type Decode = unsafe extern "C" fn(*const c_void, *mut *mut c_void, c_int, c_int, *const c_void) -> HeifError;
        let decode = heif.function::<Decode>(b"heif_decode_image\0")?;
        let mut image = ptr::null_mut();
        let chroma = INTERLEAVED[usize::from(has_alpha)];
        heif.check(&decode(handle.pointer, &raw mut image, RGB, chroma, ptr::null()))?;
        heif.held(image, b"heif_image_release\0")?
    };
    let channels = if has_alpha { 4 } else { 3 };
    let (plane, stride) = plane(&heif, &image, (width, height), channels)?;
    let mut reducer = Reducer::new((width, height), smaller, has_alpha);
    let (mut row, mut rgb, mut room) = (Vec::new(), Vec::new(), Vec::new());
    for line in plane.chunks(stride).take(height as usize) {
        row.clear();
        row.extend_from_slice(&line[..width as usize * channels]);
        if has_alpha {
            rgb.clear();
            rgb.extend(row.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]));
            colours.eight(&mut rgb, &mut room);
            row.chunks_exact_mut(4).zip(rgb.chunks_exact(3)).for_each(|(pixel, rgb)| pixel[..3].copy_from_slice(rgb));
        } else {
            colours.eight(&mut row, &mut room);
        }
        reducer.push(&row);
    }
    let picture = reducer.finish().ok_or_else(|| subject.damaged("Heif", "rows are missing"))?;
    Ok(Decoded { picture, orientation: Orientation::NoTransforms, notes })
}

/// The decoded pixels: `height` rows of `stride` bytes, the last as long as its pixels.
fn plane<'a>(heif: &Heif<'_>, image: &'a Held<'_>, size: (u32, u32), channels: usize) -> Result<(&'a [u8], usize)> {
    let (width, height) = (size.0 as usize, size.1 as usize);
    type Side = unsafe extern "C" fn(*const c_void, c_int) -> c_int;
    type Plane = unsafe extern "C" fn(*const c_void, c_int, *mut c_int) -> *const u8;
    // SAFETY: the types are those of libheif/heif.h, and the image is still held.
    let (decoded, pointer, stride) = unsafe {
        let wide = heif.function::<Side>(b"heif_image_get_width\0")?(image.pointer, CHANNEL);
        let high = heif.function::<Side>(b"heif_image_get_height\0")?(image.pointer, CHANNEL);
        let mut stride = 0;
        let plane = heif.function::<Plane>(b"heif_image_get_plane_readonly\0")?;
        ((wide, high), plane(image.pointer, CHANNEL, &raw mut stride), stride)
    };
    let stride = usize::try_from(stride).unwrap_or(0);
    let fits = decoded == (size.0 as c_int, size.1 as c_int) && stride >= width * channels && height > 0;
    if pointer.is_null() || !fits {
        return Err(heif.subject.damaged("Heif", format!("its pixels are {decoded:?}, not {width}x{height}")));
    }
    // SAFETY: libheif says that there are so many rows of so many bytes at this place; they live as long as the image.
    let bytes = unsafe { std::slice::from_raw_parts(pointer, stride * (height - 1) + width * channels) };
    Ok((bytes, stride))
}

fn colours(heif: &Heif<'_>, handle: &Held<'_>, notes: &mut Vec<String>) -> Result<ToSrgb> {
    type Kind = unsafe extern "C" fn(*const c_void) -> u32;
    type Size = unsafe extern "C" fn(*const c_void) -> usize;
    type Raw = unsafe extern "C" fn(*const c_void, *mut c_void) -> HeifError;
    type Points = unsafe extern "C" fn(*const c_void, *mut *mut Nclx) -> HeifError;
    let what = heif.subject.what;
    // SAFETY (both): the types are those of libheif/heif.h; the buffer has the size that libheif says.
    let by = unsafe {
        let kind = heif.function::<Kind>(b"heif_image_handle_get_color_profile_type\0")?(handle.pointer);
        let bytes = heif.function::<Size>(b"heif_image_handle_get_raw_color_profile_size\0")?(handle.pointer);
        match kind {
            0 => return Ok(ToSrgb::Same),
            NCLX => {
                let mut points: *mut Nclx = ptr::null_mut();
                let get = heif.function::<Points>(b"heif_image_handle_get_nclx_color_profile\0")?;
                heif.check(&get(handle.pointer, &raw mut points))?;
                let points = heif.held(points.cast(), b"heif_nclx_color_profile_free\0")?;
                let points = &*points.pointer.cast::<Nclx>();
                let code = |value: c_int| u8::try_from(value).unwrap_or(u8::MAX);
                match (code(points.primaries), code(points.transfer)) {
                    // Unspecified is what sRGB files say, too.
                    (2, _) => Ok(ToSrgb::Same),
                    (primaries, transfer) => ToSrgb::by_code_points(primaries, transfer),
                }
            }
            _ if bytes > MAX_PROFILE_BYTES => Err("is larger than 4 MB"),
            _ => {
                let mut profile = vec![0_u8; bytes];
                let raw = heif.function::<Raw>(b"heif_image_handle_get_raw_color_profile\0")?;
                heif.check(&raw(handle.pointer, profile.as_mut_ptr().cast()))?;
                ToSrgb::by_profile(&profile, false)
            }
        }
    };
    Ok(match by {
        Ok(by) => {
            if by.is_hdr() {
                notes.push(format!("{what} is HDR: what is brighter than reference white was cut"));
            } else if !by.is_same() {
                notes.push(format!("{what}'s colour profile was converted to sRGB"));
            }
            by
        }
        Err(reason) => {
            notes.push(format!("{what}'s colour profile {reason}: taken as sRGB"));
            ToSrgb::Same
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::{error::ErrorKind, picture::Photo};

    fn fixture(name: &str) -> Vec<u8> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name);
        std::fs::read(path).expect("is part of the repository")
    }

    #[test]
    fn a_phones_photo_shows_what_the_plain_one_shows() {
        assert!(super::is_there(), "libheif is needed: apt-get install libheif1");
        let (plain, heic) = (fixture("jar.png"), fixture("jar_really_heic.jpg"));
        let (plain, heic) = (Photo::load(&plain).expect("reads"), Photo::load(&heic).expect("reads"));
        assert_eq!(plain.rgb().dimensions(), heic.rgb().dimensions());
        let differences = plain.rgb().as_raw().iter().zip(heic.rgb().as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b)));
        let mean = differences.sum::<u64>() as f64 / plain.rgb().as_raw().len() as f64;
        assert!(mean < 4.0, "{mean}");
    }

    #[test]
    fn cut_and_broken_files_are_refused() {
        let whole = fixture("jar_really_heic.jpg");
        for cut in [20, 100, 400, whole.len() / 2] {
            let error = Photo::load(&whole[..cut]).expect_err("is cut");
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{cut}");
        }
        for at in (24..whole.len()).step_by(97) {
            let mut broken = whole.clone();
            broken[at] ^= 0xff;
            // Either a picture or an error: no crash.
            drop(Photo::load(&broken));
        }
    }
}
