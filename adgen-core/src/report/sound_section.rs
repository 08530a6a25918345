//! What the ad sounds like: envelope, loudness over time, and the figures.

use super::{
    html::{clock, signed},
    page::Page,
    sound::{Curve, Envelope},
};
use std::fmt;

/// The section of the sound.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound<'a>(pub(super) &'a Page);

impl fmt::Display for Sound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<section aria-labelledby=\"sound\"><h2 id=\"sound\">Sound</h2>\n<div class=\"card sound\">")?;
        self.figures(f)?;
        match &self.0.sketch {
            None => f.write_str("<p class=\"muted\">The sound could not be drawn.</p>")?,
            Some(sketch) if sketch.is_silent() => f.write_str("<p class=\"muted\">The ad is silent.</p>")?,
            Some(sketch) => {
                write!(f, "<div class=\"plot\">{}</div>", Envelope(sketch))?;
                if !sketch.loudness.is_empty() {
                    f.write_str("<div class=\"plot\">")?;
                    let curve = Curve { sketch, target_lufs: self.0.project.audio.loudness_lufs };
                    write!(f, "{curve}")?;
                    for (lufs, top) in Curve::axis() {
                        write!(f, "<span class=\"tick\" style=\"top:{top:.1}%\">{}</span>", signed(lufs))?;
                    }
                    f.write_str("</div>")?;
                }
                let middle = clock(sketch.duration_s / 2.0);
                let end = clock(sketch.duration_s);
                write!(f, "<p class=\"times\"><span>{}</span><span>{middle}</span><span>{end}</span></p>", clock(0.0))?;
                if !sketch.loudness.is_empty() {
                    f.write_str(
                        "<p class=\"legend\"><i class=\"solid\"></i> short-term loudness in LUFS (3 s) \
                         <i class=\"dashed\"></i> wanted loudness of the whole</p>",
                    )?;
                }
            }
        }
        f.write_str("</div></section>\n")
    }
}

impl Sound<'_> {
    fn figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = signed(self.0.project.audio.loudness_lufs);
        let Some(loudness) = &self.0.state.loudness else {
            return f.write_str("<p class=\"muted\">The loudness was not measured.</p>");
        };
        let or_silent = |value: Option<f64>, unit: &str| match value {
            Some(value) => format!("{} {unit}", signed(value)),
            None => "silence".to_owned(),
        };
        write!(
            f,
            "<p>Integrated loudness <b>{}</b> (wanted {wanted} LUFS), true peak <b>{}</b>, measured on the decoded sound \
             of the finished video (EBU R 128).</p>",
            or_silent(loudness.integrated_lufs, "LUFS"),
            or_silent(loudness.true_peak_dbtp, "dBTP")
        )
    }
}
