//! What a file is by its first bytes, whatever its name ends with: what is read, and what is named with what to do.
//!
//! ISO base media brands: ISO/IEC 14496-12, 23008-12 (HEIF), AVIF 1.1. Pure functions over bytes; depends on `file_type`.

use super::subject::Subject;
use crate::{
    error::{Error, ErrorKind},
    file_type::FileType,
};

/// So many bytes tell what a file is: an SVG may begin with long comments, as a licence's text is.
pub(crate) const HEAD_BYTES: u64 = 64 << 10;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Portable Network Graphics.
    Png,
    /// JPEG (JFIF, EXIF).
    Jpeg,
    /// WebP.
    WebP,
    /// Scalable Vector Graphics, as text.
    Svg,
    /// The same, compressed with gzip; or anything else that is.
    Gzip,
    /// HEIC, HEIF or AVIF, which are read with the feature `heif` alone: its name with an article.
    Heif(&'static str),
    /// A known format that is not read: its name with an article, and what a person can do.
    Foreign(&'static str, Advice),
    /// Nothing that is known.
    Unknown,
}

/// What to do with a file that is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// A picture of another format: export it anew.
    Export,
    /// From a phone: export it, or let the phone take JPEG.
    Phone,
    /// A camera's raw data: develop it.
    Develop,
    /// A page: export it as a picture.
    Page,
    /// A video: take a still.
    Still,
    /// A web page: save the picture itself.
    WebPage,
    /// A stand-in for a file that is elsewhere: get the file itself.
    Fetch,
    /// A container with files in it: unpack it.
    Unpack,
    /// No picture at all.
    Nothing,
}

impl Advice {
    fn text(self) -> &'static str {
        match self {
            Self::Export => "open it in a picture program and export it as PNG or JPEG",
            Self::Phone => {
                "export it as JPEG or PNG, for example with `heif-convert FILE photo.jpg`; an iPhone takes JPEG with \
                 Settings > Camera > Formats > Most Compatible"
            }
            Self::Develop => "develop it: export a JPEG or PNG from the camera's program or a raw converter",
            Self::Page => "export the page as PNG, with at least 1000 pixels a side",
            Self::Still => "take a still from it, for example with `ffmpeg -ss 1 -i FILE -frames:v 1 photo.png`",
            Self::WebPage => "save the picture itself: the address leads to a page that shows it",
            Self::Fetch => "get the file itself: this one only stands for it",
            Self::Unpack => "unpack it and name the picture in it",
            Self::Nothing => "name a PNG, JPEG or WebP file",
        }
    }
}

use Advice::{Develop, Export, Fetch, Nothing, Page, Still, Unpack, WebPage};

/// What is said of a file that is no picture of those that are read, and what a person can do; `None` for what its first
/// bytes alone do not tell, or nobody takes for a picture.
fn foreign(kind: FileType) -> Option<(&'static str, Advice)> {
    use FileType as Kind;
    Some(match kind {
        Kind::DamagedPng => ("a PNG that was damaged by a transfer as text", Fetch),
        Kind::Gif => ("a GIF picture", Export),
        Kind::Bmp => ("a BMP picture", Export),
        Kind::JpegXl => ("a JPEG XL picture", Export),
        Kind::Jpeg2000 => ("a JPEG 2000 picture", Export),
        Kind::JpegXr => ("a JPEG XR picture", Export),
        Kind::FujifilmRaw => ("raw data of a Fujifilm camera (RAF)", Develop),
        Kind::SigmaRaw => ("raw data of a Sigma camera (X3F)", Develop),
        Kind::OlympusRaw => ("raw data of an Olympus camera (ORF)", Develop),
        Kind::PanasonicRaw => ("raw data of a Panasonic or Leica camera (RW2)", Develop),
        Kind::CanonRaw => ("raw data of a Canon camera (CR2)", Develop),
        Kind::Tiff => ("a TIFF picture or a camera's raw data", Export),
        Kind::BigTiff => ("a TIFF picture (BigTIFF)", Export),
        Kind::Photoshop => ("a Photoshop document (PSD)", Export),
        Kind::Gimp => ("a GIMP document (XCF)", Export),
        Kind::Pdf => ("a PDF document", Page),
        Kind::PostScript => ("a PostScript document (EPS, AI)", Page),
        Kind::Icon => ("a Windows icon (ICO)", Export),
        Kind::Cursor => ("a Windows cursor (CUR)", Export),
        Kind::OpenExr => ("an OpenEXR picture", Export),
        Kind::RadianceHdr => ("a Radiance HDR picture", Export),
        Kind::Qoi => ("a QOI picture", Export),
        Kind::Farbfeld => ("a farbfeld picture", Export),
        Kind::Dds => ("a DirectDraw texture (DDS)", Export),
        Kind::Mng => ("an MNG animation", Export),
        Kind::Jng => ("a JNG picture", Export),
        Kind::Dpx => ("a DPX picture", Export),
        Kind::SunRaster => ("a Sun Raster picture", Export),
        Kind::Sgi => ("an SGI picture", Export),
        Kind::Fits => ("a FITS picture", Export),
        Kind::Matroska => ("a video (Matroska or WebM)", Still),
        Kind::Mpeg | Kind::MpegVideo => ("a video (MPEG)", Still),
        Kind::Flash => ("a video (Flash)", Still),
        Kind::Asf => ("a video (WMV)", Still),
        Kind::Avi => ("a video (AVI)", Still),
        Kind::QuickTime => ("a video (QuickTime)", Still),
        Kind::Ogg => ("an Ogg file", Nothing),
        Kind::Wav => ("a piece of sound (WAV)", Nothing),
        Kind::Mp3 => ("a piece of sound (MP3)", Nothing),
        Kind::Aac => ("a piece of sound (AAC)", Nothing),
        Kind::Flac => ("a piece of sound (FLAC)", Nothing),
        Kind::Midi => ("a piece of music (MIDI)", Nothing),
        Kind::TrueType | Kind::OpenType | Kind::FontCollection | Kind::Woff => ("a font", Nothing),
        Kind::Zip => ("a ZIP archive, or a document that is packed as one", Unpack),
        Kind::Rar => ("a RAR archive", Unpack),
        Kind::SevenZip => ("a 7-Zip archive", Unpack),
        Kind::Bzip2 => ("a bzip2 archive", Unpack),
        Kind::Xz => ("an xz archive", Unpack),
        Kind::Zstd => ("a zstd archive", Unpack),
        Kind::LfsPointer => ("a pointer of Git LFS", Fetch),
        Kind::PropertyList => {
            ("a property list, such as iCloud leaves in place of a file that is not on this machine", Fetch)
        }
        Kind::Playlist | Kind::FfmpegList => ("a list of other files", Fetch),
        Kind::WebAssembly | Kind::Elf | Kind::DosProgram => ("a program", Nothing),
        Kind::EditingProject => ("a project of an editing program", Still),
        Kind::Png | Kind::Jpeg | Kind::WebP | Kind::Gzip | Kind::IsoMedia => return None,
    })
}

impl Format {
    /// What begins with `head`, of which 64 kB are enough.
    pub fn of(head: &[u8]) -> Self {
        match head {
            [b'P', b'1'..=b'6', b' ' | b'\t' | b'\r' | b'\n', b'0'..=b'9' | b'#' | b'\n', ..]
            | [b'P', b'7', b'\n', b'A'..=b'Z' | b'#', ..] => {
                return Self::Foreign("a Netpbm picture (PPM, PGM, PBM, PAM)", Export);
            }
            // Before cursors, which begin alike. True colours or grey, so that there is no map of colours; then place, size, bits a pixel.
            [_, 0, 2 | 3 | 10 | 11, 0, 0, 0, 0, 0, _, _, _, _, _, _, _, _, 8 | 15 | 16 | 24 | 32, ..] => {
                return Self::Foreign("a TGA picture", Export);
            }
            _ => {}
        }
        match FileType::of(head) {
            Some(FileType::Png) => return Self::Png,
            Some(FileType::Jpeg) => return Self::Jpeg,
            Some(FileType::WebP) => return Self::WebP,
            Some(FileType::Gzip) => return Self::Gzip,
            Some(FileType::IsoMedia) => return by_brand(head, head.get(8..).unwrap_or_default()),
            Some(kind) => {
                if let Some((name, advice)) = foreign(kind) {
                    return Self::Foreign(name, advice);
                }
            }
            None => {}
        }
        by_text(head)
    }

    /// Why the file of this format is refused where pixels are needed, and what to do.
    pub(super) fn refusal(self, subject: Subject<'_>) -> Error {
        let Subject { what, needed } = subject;
        let invalid = |message: String| Error::new(ErrorKind::InvalidInput, message).with_operation("picture");
        match self {
            Self::Png | Self::Jpeg | Self::WebP | Self::Unknown => invalid(format!("{what} is not an image; {needed}")),
            Self::Svg => invalid(format!("{what} is an SVG drawing, which only a logo can be; {needed}"))
                .with_hint(Advice::Page.text().replace("the page", "the drawing")),
            Self::Gzip => invalid(format!("{what} is compressed with gzip; {needed}")).with_hint(Advice::Unpack.text()),
            Self::Heif(name) => {
                let install = "install libheif (Debian: libheif1), or ";
                let next = if cfg!(feature = "heif") { install } else { "" };
                invalid(format!("{what} is {name}; {needed}")).with_hint(format!("{next}{}", Advice::Phone.text()))
            }
            Self::Foreign(name, advice) => invalid(format!("{what} is {name}; {needed}")).with_hint(advice.text()),
        }
    }
}

/// ISO base media files: the kinds are told apart by their brands, the major one first.
fn by_brand(head: &[u8], brands: &[u8]) -> Format {
    let length = head.first_chunk::<4>().map_or(0, |four| u32::from_be_bytes(*four) as usize);
    let list = &brands[..brands.len().min(length.saturating_sub(8))];
    // The second word is a version, not a brand.
    let all = || list.chunks_exact(4).enumerate().filter(|(index, _)| *index != 1).map(|(_, brand)| brand);
    let any = |wanted: &[&[u8; 4]]| all().any(|brand| wanted.iter().any(|wanted| brand == *wanted));
    let major = |wanted: &[&[u8; 4]]| all().next().is_some_and(|brand| wanted.iter().any(|wanted| brand == *wanted));
    match () {
        () if major(&[b"crx "]) => Format::Foreign("raw data of a Canon camera (CR3)", Develop),
        () if any(&[b"avif", b"avis"]) => Format::Heif("an AVIF picture"),
        () if any(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"]) => {
            Format::Heif("a HEIC picture, as iPhones take them")
        }
        () if any(&[b"mif1", b"mif2", b"msf1", b"miaf"]) => Format::Heif("a HEIF picture"),
        () if any(&[b"jp2 ", b"jpx ", b"jph "]) => Format::Foreign("a JPEG 2000 picture", Export),
        () if any(&[b"jxl "]) => Format::Foreign("a JPEG XL picture", Export),
        () if major(&[b"M4A ", b"M4B "]) => Format::Foreign("a piece of sound (M4A)", Nothing),
        () if any(&[b"qt  "]) => Format::Foreign("a video (QuickTime)", Still),
        () => Format::Foreign("a video (MP4)", Still),
    }
}

/// Markup in text of any Unicode form.
fn by_text(head: &[u8]) -> Format {
    let text: String = match head {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(head).into_owned(),
    };
    let text = text.to_ascii_lowercase();
    // What stands before the first element may speak of anything: of pages, of other drawings.
    let text = match behind_the_prolog(&text) {
        Prolog::Page => return Format::Foreign("a web page (HTML)", WebPage),
        Prolog::Ends(rest) => rest,
    };
    if !text.starts_with('<') {
        return Format::Unknown;
    }
    // The first element decides: a page may hold drawings, and a drawing pieces of pages.
    let element = |name: &str| {
        text.match_indices(name).map(|(at, _)| at).find(|at| {
            let after = text[at + name.len()..].chars().next();
            after.is_none_or(|c| c.is_whitespace() || matches!(c, '>' | '/'))
        })
    };
    let (svg, prefixed) = (element("<svg"), element(":svg"));
    let page = ["<html", "<head", "<body", "<!doctype html"].iter().filter_map(|name| element(name)).min();
    match (svg.or(prefixed), page) {
        (Some(svg), page) if page.is_none_or(|page| svg < page) => Format::Svg,
        (_, Some(_)) => Format::Foreign("a web page (HTML)", WebPage),
        _ => Format::Unknown,
    }
}

/// Where the declarations and comments at a text's beginning lead.
enum Prolog<'a> {
    /// The text is declared to be a web page.
    Page,
    /// What comes after them, the first element as a rule.
    Ends(&'a str),
}

/// Skips the declaration of XML, comments, and the type of the document with what it declares itself. What has no end in
/// `text` stays.
fn behind_the_prolog(text: &str) -> Prolog<'_> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let skipped = if let Some(inner) = rest.strip_prefix("<?") {
            inner.split_once("?>").map(|(_, rest)| rest)
        } else if let Some(inner) = rest.strip_prefix("<!--") {
            inner.split_once("-->").map(|(_, rest)| rest)
        } else if let Some(inner) = rest.strip_prefix("<!doctype") {
            if inner.trim_start().starts_with("html") {
                return Prolog::Page;
            }
            // What it declares itself stands in brackets, and ends with `]>`.
            let plain = inner.find('>').is_some_and(|end| !inner[..end].contains('['));
            let close = if plain { ">" } else { "]" };
            inner
                .split_once(close)
                .map(|(_, rest)| if plain { rest } else { rest.trim_start().trim_start_matches('>') })
        } else {
            None
        };
        match skipped {
            Some(skipped) => rest = skipped,
            None => return Prolog::Ends(rest),
        }
    }
}

fn utf16(bytes: &[u8], of: fn([u8; 2]) -> u16) -> String {
    char::decode_utf16(bytes.chunks_exact(2).map(|two| of([two[0], two[1]])))
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
#[path = "format_tests.rs"]
mod tests;
