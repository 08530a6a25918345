//! Everything that the page shows, as plain data, and the page as a whole.
//!
//! Pure but for the reader and writer that it is given: no store, no clock, no FFmpeg.

use super::{
    base64,
    facts::Facts,
    history::{History, Origin},
    html::{DataUri, Picture, Text},
    look::Look,
    overview::{Header, Summary},
    scenes::Scenes,
    sound::Sketch,
    sound_section::Sound,
    stills::Still,
    work::Work,
};
use crate::{
    media::MediaInfo,
    project::{AdProject, State, StateAsset},
    text::shown_name,
};
use std::io::{self, Read, Write};

const STYLE: &str = include_str!("report.css");
/// Nothing may be loaded from anywhere, whatever the page holds.
const POLICY: &str = "default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'";

/// What the page shows.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) project: AdProject,
    pub(super) state: State,
    /// Version of the library.
    pub(super) version: String,
    /// Name of the main video in the project's folder, and its size in bytes.
    pub(super) video: (String, u64),
    pub(super) info: Option<MediaInfo>,
    /// Spent by this run, in US dollars.
    pub(super) run_cost_usd: f64,
    /// One for each scene of the project.
    pub(super) scenes: Vec<SceneView>,
    pub(super) history: History,
    pub(super) sketch: Option<Sketch>,
    /// The files of this run by product.
    pub(super) files: Vec<(String, StateAsset)>,
    pub(super) poster: Option<Picture>,
    pub(super) photo: Option<Picture>,
    pub(super) cutout: Option<Picture>,
    pub(super) logo: Option<Picture>,
    /// The captions as WebVTT.
    pub(super) captions: Option<Vec<u8>>,
}

/// What is known of a scene besides its document.
#[derive(Debug, Clone)]
pub(super) struct SceneView {
    pub(super) start_s: f64,
    pub(super) duration_s: f64,
    pub(super) origin: Origin,
    pub(super) cost_usd: f64,
    pub(super) stills: Vec<Still>,
}

impl Page {
    /// Writes the whole page. The video is read while it is written; `keep_on` is asked now and then, and where it says
    /// no the writing ends with `Interrupted`.
    pub(super) fn render(
        &self,
        video: &mut dyn Read,
        out: &mut dyn Write,
        keep_on: &dyn Fn() -> bool,
    ) -> io::Result<()> {
        let title = shown_name(self.project.title());
        let title = Text(&title);
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <meta name=\"generator\" content=\"adgen {}\">\n\
             <link rel=\"icon\" href=\"data:,\">\n<title>{title} – ad report</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n{}<main>\n",
            Text(&self.version),
            Header(self)
        )?;
        let shape = if self.is_wide() { "wide" } else { "tall" };
        writeln!(out, "<section class=\"hero {shape}\" aria-label=\"The video\">")?;
        self.player(video, out, keep_on)?;
        writeln!(out, "{}</section>", Summary(self))?;
        write!(out, "{}{}{}{}{}", Scenes(self), Look(self), Sound(self), Work(self), Facts(self))?;
        write!(
            out,
            "</main>\n<footer>Made with adgen {}. This page needs no network.</footer>\n</body>\n</html>\n",
            Text(&self.version)
        )
    }

    fn player(&self, video: &mut dyn Read, out: &mut dyn Write, keep_on: &dyn Fn() -> bool) -> io::Result<()> {
        let title = shown_name(self.project.title());
        let title = Text(&title);
        write!(out, "<div class=\"player\"><video controls playsinline preload=\"metadata\" aria-label=\"{title}\"")?;
        if let Some((width, height)) = self.size() {
            write!(out, " width=\"{width}\" height=\"{height}\"")?;
        }
        if let Some(Picture { mime, bytes, .. }) = &self.poster {
            write!(out, " poster=\"{}\"", DataUri { mime, bytes })?;
        }
        out.write_all(b" src=\"data:video/mp4;base64,")?;
        base64::copy(video, out, keep_on)?;
        out.write_all(b"\">")?;
        if let Some(bytes) = &self.captions {
            let data = DataUri { mime: "text/vtt", bytes };
            let language = Text(&self.project.brief.language);
            write!(out, "<track kind=\"captions\" label=\"Captions\" srclang=\"{language}\" src=\"{data}\">")?;
        }
        out.write_all(b"</video>")?;
        // Print cannot play.
        if let Some(poster) = &self.poster {
            write!(out, "<div class=\"on-paper\">{}</div>", poster.img("A still of the video"))?;
        }
        out.write_all(b"</div>\n")
    }

    /// Of the main video in pixels.
    pub(super) fn size(&self) -> Option<(usize, usize)> {
        let video = self.info.as_ref()?.video.as_ref()?;
        Some((video.width, video.height))
    }

    /// Whether the main video is wider than high.
    pub(super) fn is_wide(&self) -> bool {
        self.size().is_some_and(|(width, height)| width > height)
    }

    /// Seconds of the main video.
    pub(super) fn duration_s(&self) -> f64 {
        self.info.as_ref().map_or(self.project.brief.duration_s, |info| info.duration_s)
    }
}
