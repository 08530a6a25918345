//! Logos as drawings (SVG, also packed with gzip), drawn once at the size that the largest video needs.
//!
//! SVG 1.1 and what `resvg` knows of SVG 2. A drawing comes from anybody: it may be small and ask for a world of work, or
//! for other files. `check` counts what it asks for before it is unfolded, `budget` before it is drawn; nothing but the
//! file itself is read. The only user of `resvg`.

mod budget;
mod check;

use super::{photo::Photo, subject::Subject};
use crate::error::{Error, Result};
use image::{ExtendedColorType, GrayImage, ImageEncoder, RgbImage, codecs::png::PngEncoder};
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{
        self, FontFamily, FontResolver, FontSelectionFn, FontStyle, ImageHrefResolver, ImageKind, Options, Tree,
        fontdb::{Family, Query, Style, Weight},
        roxmltree,
    },
};
use std::{
    io::Read,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

pub use resvg::usvg::fontdb::Database as FontDatabase;

/// A larger drawing is refused, unpacked as well as packed.
pub const MAX_SVG_BYTES: usize = 4 << 20;
/// The longer side that a drawing is drawn at, in pixels: no video shows a logo larger.
const LONGER_SIDE: f32 = 1536.0;
/// A shorter side is not drawn: nothing could be seen.
const SHORTER_SIDE: f32 = 16.0;
/// The ad's own typeface for small text: what letters are set in where a drawing's own is not there.
const OWN_FAMILY: &str = "Inter";
/// Pictures within a drawing that are read.
const MAX_PICTURES: usize = 16;
/// Deep nesting needs room; what `check` lets through fits.
const STACK_BYTES: usize = 64 << 20;

/// Draws the SVG file `bytes`, plain or packed. `fonts` is asked for only where the drawing holds text.
pub(super) fn draw(
    bytes: Vec<u8>,
    subject: Subject<'_>,
    fonts: &(dyn Fn() -> Arc<FontDatabase> + Sync),
) -> Result<Photo> {
    let text = unpacked(bytes, subject).and_then(|bytes| decoded(bytes, subject))?;
    // On a stack of its own, and where a fault of the renderer ends nothing else.
    let drawn = std::thread::scope(|scope| {
        let work = || on_own_stack(&text, subject, fonts);
        match std::thread::Builder::new().name("svg".to_owned()).stack_size(STACK_BYTES).spawn_scoped(scope, work) {
            Ok(thread) => thread.join().ok(),
            Err(error) => Some(Err(Error::from(error).with_operation("draw the logo"))),
        }
    });
    drawn.unwrap_or_else(|| Err(broken(subject, "the renderer failed")))
}

fn broken(subject: Subject<'_>, cause: impl std::fmt::Display) -> Error {
    subject
        .invalid(format!("is an SVG drawing that cannot be drawn: {cause}"))
        .with_hint("open it in a drawing program and export it as plain SVG or as PNG")
}

fn unpacked(bytes: Vec<u8>, subject: Subject<'_>) -> Result<Vec<u8>> {
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut text = Vec::new();
        let unpacked =
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).take(MAX_SVG_BYTES as u64 + 1).read_to_end(&mut text);
        unpacked.map_err(|error| subject.invalid("is damaged: it cannot be unpacked with gzip").with_source(error))?;
        text
    } else {
        bytes
    };
    if bytes.len() > MAX_SVG_BYTES {
        let message = format!("is a drawing of more than {} MB, which is the most that is read", MAX_SVG_BYTES >> 20);
        return Err(subject.invalid(message).with_hint("make it simpler, or export it as PNG"));
    }
    Ok(bytes)
}

/// The text of a drawing in any coding that drawing programs write.
fn decoded(bytes: Vec<u8>, subject: Subject<'_>) -> Result<String> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let units = bytes[2..].chunks_exact(2).map(|two| of([two[0], two[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>().ok()
    };
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let text = match bytes.as_slice() {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        plain => std::str::from_utf8(plain).ok().map(str::to_owned).or_else(|| {
            let head = String::from_utf8_lossy(&plain[..plain.len().min(200)]).to_ascii_lowercase();
            ["iso-8859-1", "windows-1252", "latin1"].iter().any(|name| head.contains(name)).then(latin)
        }),
    };
    text.ok_or_else(|| broken(subject, "its text is neither UTF-8 nor UTF-16"))
}

fn on_own_stack(text: &str, subject: Subject<'_>, fonts: &(dyn Fn() -> Arc<FontDatabase> + Sync)) -> Result<Photo> {
    let too_much = |what: String| {
        subject
            .invalid(format!("is a drawing that asks for too much: {what}"))
            .with_hint("make it simpler in a drawing program, or export it as PNG")
    };
    check::text(text).map_err(too_much)?;
    // Programs of old write entities; what they may be is checked above.
    let options = roxmltree::ParsingOptions { allow_dtd: true, nodes_limit: check::MAX_NODES, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => too_much(format!("more than {} nodes", check::MAX_NODES)),
        error => broken(subject, error),
    })?;
    if document.root_element().tag_name().name() != "svg" {
        return Err(subject.invalid(format!(
            "is an XML file of <{}>, no drawing; a PNG, JPEG, WebP or SVG file is needed",
            document.root_element().tag_name().name()
        )));
    }
    let asks = check::document(&document).map_err(too_much)?;

    let left_out = Mutex::new(Vec::new());
    let pictures = AtomicUsize::new(0);
    let leave_out = |what: String| left_out.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    let resolver = ImageHrefResolver {
        resolve_data: Box::new(|_, data, _| match pictures.fetch_add(1, Ordering::Relaxed) {
            MAX_PICTURES.. => {
                leave_out(format!("pictures after the first {MAX_PICTURES}"));
                None
            }
            _ => match embedded(&data) {
                Ok(kind) => Some(kind),
                Err(error) => {
                    leave_out(format!("a picture in it ({})", error.message()));
                    None
                }
            },
        }),
        resolve_string: Box::new(|name, _| {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(60).collect();
            leave_out(format!("{shown:?}, which is another file"));
            None
        }),
    };
    let mut options = Options { image_href_resolver: resolver, ..Options::default() };
    if asks.text {
        options.fontdb = fonts();
        // What a drawing does not name, or what is not there, is set in the ad's own typeface.
        options.font_family = OWN_FAMILY.to_owned();
        options.font_resolver.select_font = typefaces();
    }
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| match error {
        // `check` keeps what ends far below the renderer's own bounds: only a circle can reach them.
        usvg::Error::ParsingFailed(roxmltree::Error::NodesLimitReached) => {
            too_much("references that lead in a circle".to_owned())
        }
        error => broken(subject, error),
    })?;
    let size = tree.size();
    let scale = LONGER_SIDE / size.width().max(size.height());
    let (width, height) = (size.width() * scale, size.height() * scale);
    if !scale.is_finite() || width.min(height) < SHORTER_SIDE {
        return Err(subject.invalid(format!(
            "is a drawing of {} x {}; its sides may differ by a factor of at most {}",
            size.width(),
            size.height(),
            LONGER_SIDE / SHORTER_SIDE
        )));
    }
    let (width, height) = (width.round() as u32, height.round() as u32);
    budget::check(&tree, scale, (width, height)).map_err(too_much)?;
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| broken(subject, "it has no size"))?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    let mut notes = Vec::new();
    if asks.text {
        notes.push(format!("{} holds text, which is set in this machine's fonts: make outlines of it", subject.what));
    }
    drop(options);
    let mut left_out = left_out.into_inner().unwrap_or_else(PoisonError::into_inner);
    left_out.dedup();
    notes.extend(left_out.into_iter().map(|what| format!("{} is drawn without {what}", subject.what)));
    photo(&pixmap, notes).ok_or_else(|| broken(subject, "nothing in it can be seen"))
}

/// As the renderer chooses among the families that a text names, but where none of them is there, the ad's own: the
/// renderer would take any machine's idea of a serif typeface, or leave the letters out.
fn typefaces() -> FontSelectionFn<'static> {
    let named = FontResolver::default_font_selector();
    Box::new(move |font, fonts| {
        let is_there = font.families().iter().any(|family| {
            let family = match family {
                FontFamily::Serif => Family::Serif,
                FontFamily::SansSerif => Family::SansSerif,
                FontFamily::Cursive => Family::Cursive,
                FontFamily::Fantasy => Family::Fantasy,
                FontFamily::Monospace => Family::Monospace,
                FontFamily::Named(name) => Family::Name(name),
            };
            fonts.query(&Query { families: &[family], ..Query::default() }).is_some()
        });
        if is_there {
            return named(font, fonts);
        }
        let style = match font.style() {
            FontStyle::Normal => Style::Normal,
            FontStyle::Italic => Style::Italic,
            FontStyle::Oblique => Style::Oblique,
        };
        let own = [Family::Name(OWN_FAMILY)];
        let query = Query { families: &own, weight: Weight(font.weight()), style, ..Query::default() };
        fonts.query(&query).or_else(|| named(font, fonts))
    })
}

/// A picture within a drawing: read as photos are, with their bounds and colours.
fn embedded(data: &[u8]) -> Result<ImageKind> {
    let photo = Photo::load(data)?;
    let (width, height) = (photo.width(), photo.height());
    let mut pixels = Vec::with_capacity(photo.rgb().as_raw().len() / 3 * 4);
    let mut alpha = photo.alpha().map(|alpha| alpha.as_raw().iter());
    for rgb in photo.rgb().as_raw().chunks_exact(3) {
        pixels.extend_from_slice(rgb);
        pixels.push(alpha.as_mut().and_then(|alpha| alpha.next().copied()).unwrap_or(u8::MAX));
    }
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(&pixels, width, height, ExtendedColorType::Rgba8)
        .map_err(|error| Error::new(crate::error::ErrorKind::Unexpected, "cannot pack a picture").with_source(error))?;
    Ok(ImageKind::PNG(Arc::new(bytes)))
}

fn photo(pixmap: &Pixmap, notes: Vec<String>) -> Option<Photo> {
    let pixels = || pixmap.pixels().iter().map(|pixel| pixel.demultiply());
    let rgb = pixels().flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()]).collect();
    let alpha: Vec<u8> = pixels().map(|pixel| pixel.alpha()).collect();
    if alpha.iter().all(|alpha| *alpha == 0) {
        return None;
    }
    let opaque = alpha.iter().all(|alpha| *alpha == u8::MAX);
    let alpha = GrayImage::from_raw(pixmap.width(), pixmap.height(), alpha).filter(|_| !opaque);
    Some(Photo::from_parts(RgbImage::from_raw(pixmap.width(), pixmap.height(), rgb)?, alpha, notes))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
