//! What a file is by its first bytes, whatever its name says: the one table of signatures.
//!
//! Depends on nothing. What is read of them, and what is said of the others, is for `picture` and `media` to decide; formats that
//! no few bytes tell (text, coded pictures without a container) are theirs to look for, too.
//!
//! By hand, for most of the table is there to say what a file is that is *not* read: the crate `infer` knows no raw pictures but
//! Canon's, no HDR ones, no damaged PNG, and none of the texts (playlists, Git LFS pointers, FFmpeg's lists).

/// A kind of file that its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileType {
    // Pictures.
    Png,
    /// The first four bytes of a PNG, of which the next four were changed: by a transfer as text.
    DamagedPng,
    Jpeg,
    WebP,
    Gif,
    Bmp,
    JpegXl,
    Jpeg2000,
    JpegXr,
    Tiff,
    BigTiff,
    FujifilmRaw,
    SigmaRaw,
    OlympusRaw,
    PanasonicRaw,
    CanonRaw,
    Photoshop,
    Gimp,
    Icon,
    Cursor,
    OpenExr,
    RadianceHdr,
    Qoi,
    Farbfeld,
    Dds,
    Mng,
    Jng,
    Dpx,
    SunRaster,
    Sgi,
    Fits,
    // Documents.
    Pdf,
    PostScript,
    // Containers of pictures and sound.
    /// MP4, and everything else whose brands tell what it is: M4A, HEIC, AVIF, JPEG 2000.
    IsoMedia,
    QuickTime,
    Avi,
    Matroska,
    Mpeg,
    MpegVideo,
    Flash,
    Asf,
    Ogg,
    // Sound.
    Wav,
    Mp3,
    Aac,
    Flac,
    Midi,
    // Fonts.
    TrueType,
    OpenType,
    FontCollection,
    Woff,
    // Packed.
    Gzip,
    Zip,
    Rar,
    SevenZip,
    Bzip2,
    Xz,
    Zstd,
    // What only names or stands for other files.
    Playlist,
    FfmpegList,
    EditingProject,
    LfsPointer,
    PropertyList,
    // Programs.
    WebAssembly,
    Elf,
    DosProgram,
}

use FileType::*;

/// Place, bytes, kind; the first that fits counts.
const SIGNATURES: &[(usize, &[u8], FileType)] = &[
    (0, b"\x89PNG\r\n\x1a\n", Png),
    (0, b"\x89PNG", DamagedPng),
    (0, b"\xff\xd8\xff", Jpeg),
    (0, b"GIF87a", Gif),
    (0, b"GIF89a", Gif),
    (0, b"\x00\x00\x00\x0cJXL ", JpegXl),
    (0, b"\xff\x0a", JpegXl),
    (0, b"\x00\x00\x00\x0cjP  ", Jpeg2000),
    (0, b"\xff\x4f\xff\x51", Jpeg2000),
    (0, b"FUJIFILMCCD-RAW", FujifilmRaw),
    (0, b"FOVb", SigmaRaw),
    (0, b"IIRO", OlympusRaw),
    (0, b"IIRS", OlympusRaw),
    (0, b"MMOR", OlympusRaw),
    (0, b"IIU\0", PanasonicRaw),
    (0, b"II\xbc\x01", JpegXr),
    (0, b"II*\0\x10\0\0\0CR", CanonRaw),
    (0, b"II*\0", Tiff),
    (0, b"MM\0*", Tiff),
    (0, b"II+\0", BigTiff),
    (0, b"MM\0+", BigTiff),
    (0, b"8BPS", Photoshop),
    (0, b"gimp xcf", Gimp),
    (0, b"%PDF", Pdf),
    (0, b"%!PS", PostScript),
    (0, b"\xc5\xd0\xd3\xc6", PostScript),
    (4, b"ftyp", IsoMedia),
    (4, b"moov", QuickTime),
    (4, b"wide", QuickTime),
    (0, b"\x00\x00\x01\x00", Icon),
    (0, b"\x00\x00\x02\x00", Cursor),
    (0, b"v/1\x01", OpenExr),
    (0, b"#?RADIANCE", RadianceHdr),
    (0, b"#?RGBE", RadianceHdr),
    (0, b"qoif", Qoi),
    (0, b"farbfeld", Farbfeld),
    (0, b"DDS ", Dds),
    (0, b"\x8aMNG\r\n\x1a\n", Mng),
    (0, b"\x8bJNG\r\n\x1a\n", Jng),
    (0, b"SDPX", Dpx),
    (0, b"XPDS", Dpx),
    (0, b"\x59\xa6\x6a\x95", SunRaster),
    (0, b"\x01\xda\0\x01", Sgi),
    (0, b"\x01\xda\x01\x01", Sgi),
    (0, b"SIMPLE  =", Fits),
    (0, b"\x1a\x45\xdf\xa3", Matroska),
    (0, b"\x00\x00\x01\xba", Mpeg),
    (0, b"\x00\x00\x01\xb3", MpegVideo),
    (0, b"FLV\x01", Flash),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Asf),
    (0, b"OggS", Ogg),
    (0, b"ID3", Mp3),
    (0, b"fLaC", Flac),
    (0, b"MThd", Midi),
    (0, b"OTTO", OpenType),
    (0, b"\x00\x01\x00\x00", TrueType),
    (0, b"true", TrueType),
    (0, b"ttcf", FontCollection),
    (0, b"wOFF", Woff),
    (0, b"wOF2", Woff),
    (0, b"\x1f\x8b", Gzip),
    (0, b"PK\x03\x04", Zip),
    (0, b"Rar!", Rar),
    (0, b"7z\xbc\xaf", SevenZip),
    (0, b"BZh", Bzip2),
    (0, b"\xfd7zXZ\0", Xz),
    (0, b"\x28\xb5\x2f\xfd", Zstd),
    (0, b"#EXTM3U", Playlist),
    (0, b"ffconcat", FfmpegList),
    (0, b"WPLMM", EditingProject),
    (0, b"version https://git-lfs", LfsPointer),
    (0, b"bplist00", PropertyList),
    (0, b"\0asm", WebAssembly),
    (0, b"\x7fELF", Elf),
    (0, b"MZ", DosProgram),
];

impl FileType {
    /// What begins with `head`, of which 32 bytes are enough.
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => return Some(WebP),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => return Some(Wav),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => return Some(Avi),
            _ => {}
        }
        let fits = |(at, bytes, _): &&(usize, &[u8], Self)| head.get(*at..).is_some_and(|rest| rest.starts_with(bytes));
        if let Some((.., kind)) = SIGNATURES.iter().find(fits) {
            return Some(*kind);
        }
        // Two letters alone are no signature: what is kept free, or the size of the second header, must fit, too.
        let second_header = head.get(14..18);
        let is_bmp = head.get(6..10).is_some_and(|free| free == [0; 4])
            || second_header.is_some_and(|size| matches!(size, [12 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]));
        match head {
            [b'B', b'M', ..] if is_bmp => Some(Bmp),
            // UTF-16's mark.
            [0xff, 0xfe | 0xff, ..] => None,
            // The layer's bits are zero in AAC's ADTS frames, and never in MPEG audio.
            [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(Aac),
            [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => Some(Mp3),
            _ => None,
        }
    }

    /// The media type of pictures that models take; `None` for everything else.
    pub(crate) const fn picture_type(self) -> Option<&'static str> {
        Some(match self {
            Png => "image/png",
            Jpeg => "image/jpeg",
            WebP => "image/webp",
            _ => return None,
        })
    }

    /// Whether it is sound without pictures. An Ogg file may hold pictures, too: what is in it is for others to find.
    pub(crate) const fn is_sound(self) -> bool {
        matches!(self, Wav | Mp3 | Aac | Flac | Ogg)
    }

    /// The ending of the names of such files; `None` for what nobody here takes in.
    pub(crate) const fn extension(self) -> Option<&'static str> {
        Some(match self {
            Png => "png",
            Jpeg => "jpg",
            WebP => "webp",
            Gif => "gif",
            IsoMedia => "mp4",
            QuickTime => "mov",
            Avi => "avi",
            Mpeg => "mpg",
            Wav => "wav",
            Mp3 => "mp3",
            Aac => "aac",
            Flac => "flac",
            Ogg => "ogg",
            TrueType => "ttf",
            OpenType => "otf",
            FontCollection => "ttc",
            // Of all that is packed with gzip, only a drawing is taken.
            Gzip => "svgz",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_signature_hides_another() {
        for (index, (at, bytes, kind)) in SIGNATURES.iter().enumerate() {
            let mut head = vec![b'.'; *at];
            head.extend_from_slice(bytes);
            head.resize(32, b'.');
            assert_eq!(FileType::of(&head), Some(*kind), "signature {index}");
        }
    }

    #[test]
    fn what_few_bytes_tell_is_told_and_nothing_else() {
        for (head, kind, extension) in [
            (&b"\xff\xd8\xff\xe0"[..], Some(Jpeg), Some("jpg")),
            (b"\x89PNG\n\x1a\n", Some(DamagedPng), None),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Some(WebP), Some("webp")),
            (b"RIFF\x10\0\0\0WAVEfmt ", Some(Wav), Some("wav")),
            (b"RIFF\x10\0\0\0AVI LIST", Some(Avi), Some("avi")),
            (b"RIFF\x10\0\0\0ACON", None, None),
            (b"\0\0\0\x18ftypmp42", Some(IsoMedia), Some("mp4")),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0(\0\0\0", Some(Bmp), None),
            (b"BMW is a maker of cars", None, None),
            (b"\xff\xfb\x90\x00", Some(Mp3), Some("mp3")),
            (b"\xff\xf1\x50\x80", Some(Aac), Some("aac")),
            (b"\xff\xfe<\0s\0v\0g\0", None, None),
            (b"wOF2", Some(Woff), None),
            (b"<svg", None, None),
            (b"", None, None),
        ] {
            let found = FileType::of(head);
            assert_eq!((found, found.and_then(FileType::extension)), (kind, extension), "{head:?}");
        }
    }
}
