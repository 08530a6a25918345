//! Which file formats are read, and what a file is that is not read.
//!
//! Depends on FFmpeg's list of demuxers, `source` and `stills`, and on `file_type`.

use std::ffi::{CStr, c_int};

use ffmpeg_next::ffi;

use super::{native, source::Source, stills::still_of};
use crate::file_type::FileType;

/// FFmpeg's demuxers that are used: files that hold pictures or sound by themselves and are told by their content.
///
/// Left out are playlists, manifests and scripts (`hls`, `dash`, `imf`, `concat`, `sdp`, `vobsub`), which name further
/// files or addresses; image sequences and devices; subtitles and text art (`tty`, `ansi`, `bintext`), which would take any
/// text for a film; raw samples and raw pictures, which nothing in the file describes; and foreign libraries' modules.
/// Still pictures are read by `picture`, not here.
const DEMUXERS: &[&str] = &[
    // Containers of pictures and sound.
    "mov",
    "mp4",
    "m4a",
    "3gp",
    "3g2",
    "mj2",
    "matroska",
    "webm",
    "avi",
    "mpegts",
    "mpeg",
    "asf",
    "asf_o",
    "flv",
    "live_flv",
    "mxf",
    "gxf",
    "lxf",
    "nut",
    "rm",
    "ivr",
    "ogg",
    "dv",
    "wtv",
    "swf",
    "nsv",
    "pva",
    "nuv",
    "dhav",
    "ty",
    "vivo",
    "viv",
    "mtv",
    "pmp",
    "rpl",
    "smjpeg",
    "film_cpk",
    "flic",
    "roq",
    "bink",
    "smk",
    "thp",
    "moflex",
    "mv",
    "xmv",
    "4xm",
    "amv",
    "ea",
    "idcin",
    "ipmovie",
    "wc3movie",
    "bethsoftvid",
    "cdxl",
    "cine",
    "r3d",
    "filmstrip",
    "iv8",
    "lmlm4",
    "jv",
    // Pictures alone.
    "gif",
    "apng",
    "yuv4mpegpipe",
    "ivf",
    "vc1test",
    "jpegxl_anim",
    "webp_anim",
    "pdv",
    // Sound alone.
    "mp3",
    "wav",
    "w64",
    "flac",
    "aac",
    "loas",
    "ac3",
    "eac3",
    "ac4",
    "dts",
    "dtshd",
    "truehd",
    "mlp",
    "aiff",
    "caf",
    "au",
    "amr",
    "amrnb",
    "amrwb",
    "ape",
    "wv",
    "tta",
    "tak",
    "mpc",
    "mpc8",
    "shn",
    "ircam",
    "sox",
    "voc",
    "oma",
    "aea",
    "aa",
    "qcp",
    "gsm",
    "dsf",
    "iff",
    "nistsphere",
    "pvf",
    "avr",
    "xwma",
    "bit",
    "osq",
    "rka",
    "laf",
    "iamf",
    "wady",
    "wve",
    "svx",
    "kvag",
    "paf",
    "dss",
    "apc",
    "hca",
    "adx",
    "brstm",
    "bfstm",
    "act",
    "ast",
    "vag",
    "wsd",
    "mca",
    "tmv",
];

/// Demuxers of coded pictures without a container, which are used, too: nothing in such a file says when a picture is shown.
pub(super) const PICTURE_STREAMS: &[&str] = &[
    "h261",
    "h263",
    "h264",
    "hevc",
    "vvc",
    "evc",
    "m4v",
    "mpegvideo",
    "mjpeg",
    "ingenient",
    "dirac",
    "dnxhd",
    "vc1",
    "cavsvideo",
    "avs2",
    "avs3",
    "obu",
    "av1",
];

/// Whether the demuxer of that name is used.
fn is_read(name: &str) -> bool {
    DEMUXERS.contains(&name) || PICTURE_STREAMS.contains(&name)
}

/// The names of all demuxers that are used, as FFmpeg's option `format_whitelist` wants them.
pub(super) fn whitelist() -> String {
    [DEMUXERS, PICTURE_STREAMS].concat().join(",")
}

/// What to say of formats that FFmpeg knows and that are not read here.
const REFUSED: &[(&str, &str)] = &[
    ("hls", "an HLS playlist, which only names other files: name the video itself"),
    ("dash", "a DASH manifest, which only names other files: name the video itself"),
    ("webm_dash_manifest", "a WebM DASH manifest: name the video itself"),
    ("imf", "an IMF manifest, which only names other files: export it as one MP4 or MOV"),
    ("concat", "a list of files for joining: join them into one MP4 first"),
    ("concatf", "a list of files for joining: join them into one MP4 first"),
    ("sdp", "a description of a network stream: record it to a file first"),
    ("vobsub", "DVD subtitles: name the VOB file with the film"),
    ("tty", "a text, not video or sound"),
    ("image2", "a still picture or one of a series, not video or sound: export it as PNG or JPEG, a series as MP4"),
];

/// What to say of files that people take for films or sound, and what to do about them.
fn other(kind: FileType) -> Option<&'static str> {
    Some(match kind {
        FileType::Pdf => "a PDF document",
        FileType::PostScript => "a PostScript document",
        FileType::Zip => "a ZIP archive or an office document: unpack it",
        FileType::SevenZip => "a 7-Zip archive: unpack it",
        FileType::Rar => "a RAR archive: unpack it",
        FileType::Gzip => "a gzip archive: unpack it",
        FileType::Bzip2 => "a bzip2 archive: unpack it",
        FileType::Xz => "an xz archive: unpack it",
        FileType::Zstd => "a zstd archive: unpack it",
        FileType::Midi => "a MIDI score without sound: render it as WAV or MP3",
        FileType::EditingProject => "a project of an editing program: export its film",
        FileType::Playlist => "a playlist, which only names other files: name the video or the sound itself",
        FileType::FfmpegList => "a list of files for joining: join them into one MP4 first",
        FileType::Elf | FileType::DosProgram | FileType::WebAssembly => "a program",
        FileType::TrueType | FileType::OpenType | FileType::FontCollection | FileType::Woff => "a font",
        FileType::LfsPointer => "a pointer of Git LFS, not the file itself: fetch it with git lfs pull",
        FileType::PropertyList => {
            "a property list, such as iCloud leaves in place of a file that is not on this machine: fetch the file itself"
        }
        _ => return None,
    })
}

/// What is read, in short, for messages.
pub(super) const ALLOWED: &str = "allowed are files that hold pictures or sound themselves, such as MP4, MOV, MKV, WebM, \
                                  AVI, TS, MPG, WMV, MXF, MP3, WAV, M4A, FLAC, OGG, WMA (docs/media.md lists them)";

/// What a file is that no demuxer on the list takes. Where its content does not tell, the ending of `name` does.
pub(super) fn describe(source: &Source, name: &CStr) -> String {
    let mut head = vec![0; 16 << 10];
    let length = source.head(&mut head);
    let head = &head[..length];
    if let Some(name) = still_of(head) {
        return format!("the file is a still picture ({name}), not video or sound");
    }
    let text = String::from_utf8_lossy(&head[..head.len().min(512)]).trim_start().to_ascii_lowercase();
    if text.starts_with("<!doctype") || text.starts_with("<html") || text.starts_with("<?xml") {
        return "the file is a web page or XML, not audio or video".into();
    }
    if text.starts_with('{') || text.starts_with('[') {
        return "the file is JSON text, not audio or video".into();
    }
    if let Some(what) = FileType::of(head).and_then(other) {
        return format!("the file is {what}");
    }
    let is_one_that_is_read = |format: &Format| format.name.split(',').any(is_read);
    match recognised(head, c"") {
        Some(format) if is_one_that_is_read(&format) => format!(
            "the file begins like {} and is no audio or video that can be read: it is damaged or cut off",
            format.long_name
        ),
        Some(format) => refusal(&format),
        // An ending that promises what is read says nothing about what is there instead.
        None => match recognised(head, name).filter(|format| !is_one_that_is_read(format)) {
            Some(format) => refusal(&format),
            None => format!(
                "the file is no audio or video that can be read: damaged, cut off, or of an unknown format; {ALLOWED}"
            ),
        },
    }
}

/// What to say of a format that is not read.
fn refusal(format: &Format) -> String {
    let Format { name, long_name } = format;
    if let Some((_, what)) = REFUSED.iter().find(|(refused, _)| refused == name) {
        return format!("the file is {what}");
    }
    if let Some(picture) = name.strip_suffix("_pipe") {
        let picture = picture.to_uppercase();
        return format!("the file is a still picture ({picture}), not video or sound: export it as PNG or JPEG");
    }
    // Raw samples are told by the file's ending alone.
    if long_name.contains("raw") || long_name.starts_with("PCM ") {
        let next = match long_name.contains("video") {
            true => "export it as MP4 or MOV",
            false => "convert it to WAV, for example with `ffmpeg -i FILE sound.wav`",
        };
        return format!("the file is {long_name} (`{name}`), which nothing in the file describes: {next}");
    }
    format!("the file's format, {long_name} (`{name}`), is not read; {ALLOWED}")
}

/// FFmpeg's short and long name of a format.
struct Format {
    name: String,
    long_name: String,
}

/// The format that a file of that name begins like, of all that FFmpeg knows. Without a name, the content alone counts.
fn recognised(head: &[u8], name: &CStr) -> Option<Format> {
    /// `AVPROBE_PADDING_SIZE`: zeros that must follow the bytes.
    const PADDING: usize = 32;
    let mut bytes = head.to_vec();
    bytes.resize(head.len() + PADDING, 0);
    let mut score: c_int = 0;
    // SAFETY: the buffer has the padding that is asked for and outlives the call, as the name does; descriptions of formats
    // are static.
    unsafe {
        let probe = ffi::AVProbeData {
            filename: name.as_ptr(),
            buf: bytes.as_mut_ptr(),
            buf_size: head.len() as c_int,
            mime_type: std::ptr::null(),
        };
        let format = ffi::av_probe_input_format3(&probe, 1, &mut score);
        // A quarter of the maximum is what FFmpeg itself calls a guess.
        if format.is_null() || score <= 25 {
            return None;
        }
        Some(Format { name: native::text((*format).name), long_name: native::text((*format).long_name) })
    }
}

/// FFmpeg's name of the format of an open input, such as `mov,mp4,m4a,3gp,3g2,mj2`.
pub(super) fn is_one_of(name: &CStr, names: &[&str]) -> bool {
    name.to_str().is_ok_and(|name| name.split(',').any(|part| names.contains(&part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_each_format_once_and_none_that_opens_others() {
        let mut sorted = [DEMUXERS, PICTURE_STREAMS].concat();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), DEMUXERS.len() + PICTURE_STREAMS.len());
        for (name, _) in REFUSED {
            assert!(!is_read(name), "{name}");
        }
    }
}
