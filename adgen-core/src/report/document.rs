//! The page as a whole: head, sections in their order, and the video, which is read while it is written.
//!
//! Pure but for the reader and writer that it is given. `maud` escapes whatever a section shows; what no escape helps
//! against is taken out here, of the whole page at once, so that no section can forget it.

use super::{facts, origin, overview, page::Page, picture::DataUri, scenes, sound_section, work};
use crate::text::shown_name;
use base64::{engine::general_purpose::STANDARD, write::EncoderWriter};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io::{self, Read, Write};

const STYLE: &str = include_str!("report.css");
/// Nothing may be loaded from anywhere, whatever the page holds.
const POLICY: &str = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'";
/// Where the video goes. No text of the page can hold these characters unescaped.
const VIDEO: &str = "<>";
/// Bytes of the video that are encoded at a time.
const BLOCK: usize = 3 << 14;

/// Writes the whole page, with the video's bytes as `video` gives them. `keep_on` is asked now and then, and where it says
/// no the writing ends with `Interrupted`.
pub(super) fn write(
    page: &Page,
    video: &mut dyn Read,
    out: &mut dyn Write,
    keep_on: &dyn Fn() -> bool,
) -> io::Result<()> {
    let whole = markup(page).into_string();
    let (before, after) =
        whole.split_once(VIDEO).ok_or_else(|| io::Error::other("the page has no place for the video"))?;
    out.write_all(shown(before).as_bytes())?;
    encode(video, out, keep_on)?;
    out.write_all(shown(after).as_bytes())
}

fn markup(page: &Page) -> Markup {
    let shape = if page.is_wide() { "wide" } else { "tall" };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "adgen " (page.version) };
                link rel="icon" href="data:,";
                title { (shown_name(page.project.title())) " – ad report" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (overview::header(page))
                main {
                    section class={ "hero " (shape) } aria-label="The video" {
                        (player(page))
                        (overview::summary(page))
                    }
                    (scenes::section(page))
                    (origin::sections(page))
                    (sound_section::section(page))
                    (work::section(page))
                    (facts::sections(page))
                }
                footer { "Made with adgen " (page.version) ". This page needs no network." }
            }
        }
    }
}

fn player(page: &Page) -> Markup {
    let (width, height) = page.size().unzip();
    let poster = page.poster.as_ref();
    let captions = page.captions.as_ref().map(|bytes| DataUri { mime: "text/vtt", bytes });
    html! {
        div.player {
            video controls playsinline preload="metadata" aria-label=(shown_name(page.project.title()))
                width=[width] height=[height] poster=[poster.map(|poster| poster.uri())]
                src={ "data:video/mp4;base64," (PreEscaped(VIDEO)) }
            {
                @if let Some(captions) = captions {
                    track kind="captions" label="Captions" srclang=(page.language()) src=(captions);
                }
            }
            // Print cannot play.
            @if let Some(poster) = poster { div.on-paper { (poster.img("A still of the video")) } }
        }
    }
}

/// HTML has no way to write control characters. An override (UAX #9) would turn round what the page says of a text, too;
/// embeddings and isolates are how languages that run from right to left are written, and end with their paragraph.
fn shown(html: &str) -> String {
    let missing = |c: char| (c.is_control() && !"\n\t".contains(c)) || matches!(c, '\u{202D}' | '\u{202E}');
    html.chars().filter(|&c| c != '\r').map(|c| if missing(c) { '\u{FFFD}' } else { c }).collect()
}

/// Copies everything that `source` gives to `target` in base 64, so that a video needs no memory of its own size.
fn encode(source: &mut dyn Read, target: &mut dyn Write, keep_on: &dyn Fn() -> bool) -> io::Result<()> {
    let mut encoder = EncoderWriter::new(target, &STANDARD);
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        if !keep_on() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        block.clear();
        let read = Read::take(&mut *source, BLOCK as u64).read_to_end(&mut block)?;
        encoder.write_all(&block)?;
        if read < BLOCK {
            return encoder.finish().map(drop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_escape_helps_against_is_shown_as_missing() {
        assert_eq!(shown("żółć 🍋\u{0}\u{1b}[0m\r\n\t"), "żółć 🍋\u{FFFD}\u{FFFD}[0m\n\t");
        assert_eq!(shown("a\u{9b}b\u{7f}c\u{202e}d\u{202d}"), "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}");
        assert_eq!(shown("\u{2067}قهوة\u{2069}"), "\u{2067}قهوة\u{2069}");
    }

    #[test]
    fn a_stream_is_encoded_as_a_slice_is() {
        /// Gives as little as a reader may.
        struct Slow<'a>(&'a [u8]);
        impl Read for Slow<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let count = self.0.len().min(buffer.len()).min(1000);
                buffer[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 2] {
            let bytes: Vec<u8> = (0..length).map(|index| (index * 31 % 251) as u8).collect();
            let mut out = Vec::new();
            encode(&mut Slow(&bytes), &mut out, &|| true).unwrap();
            assert_eq!(out, base64::Engine::encode(&STANDARD, &bytes).into_bytes(), "{length}");
        }
    }

    #[test]
    fn encoding_can_be_stopped() {
        let error = encode(&mut &[0; 10][..], &mut Vec::new(), &|| false).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    }
}
