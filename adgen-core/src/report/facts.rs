//! The technical facts: streams, hashes, files.

use super::{
    html::{Text, clock, fact, size, took},
    page::Page,
};
use crate::text::shown_words;
use std::fmt;

/// The section of captions and technical facts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a>(pub(super) &'a Page);

impl fmt::Display for Facts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.captions(f)?;
        f.write_str(
            "<section aria-labelledby=\"facts\"><h2 id=\"facts\">Technical facts</h2>\n<dl class=\"card facts two\">",
        )?;
        let Page { project, info, video, .. } = self.0;
        fact(f, "File", format_args!("{} · {}", Text(&video.0), size(video.1)))?;
        if let Some(info) = info {
            fact(f, "Length", format_args!("{:.3} s", info.duration_s))?;
            if let Some(video) = &info.video {
                let constant = if video.variable_frame_rate { "variable" } else { "constant" };
                let (width, height, frames) = (video.width, video.height, video.frame_count);
                fact(
                    f,
                    "Picture",
                    format_args!("{width}×{height}, {} frames a second ({constant}), {frames} frames", video.fps),
                )?;
                let (codec, format) = (Text(&video.codec), Text(&video.pixel_format));
                fact(f, "Picture codec", format_args!("{codec}, {format}, {} bit", video.bit_depth))?;
            }
            match &info.audio {
                Some(audio) => {
                    let (codec, rate, channels) = (Text(&audio.codec), audio.sample_rate, audio.channels);
                    fact(f, "Sound", format_args!("{codec}, {rate} Hz, {channels} channels"))?;
                }
                None => fact(f, "Sound", "none")?,
            }
            if info.duration_s > 0.0 {
                fact(f, "Bit rate", format_args!("{:.2} Mb/s", video.1 as f64 * 8.0 / 1e6 / info.duration_s))?;
            }
        }
        if let Some(fidelity) = &self.0.state.fidelity {
            let (mean, worst, frames) = (fidelity.mean_luma_error, fidelity.worst_luma_error, fidelity.frames);
            fact(
                f,
                "Product fidelity",
                format_args!("luma differs by {mean:.2} of 255, worst {worst:.2}, {frames} frames"),
            )?;
        }
        let main = self.0.files.iter().find(|(_, asset)| asset.file == video.0);
        if let Some((_, asset)) = main {
            fact(f, "SHA-256", format_args!("<code>{}</code>", Text(&asset.sha256)))?;
            fact(f, "Content key", format_args!("<code>{}</code>", Text(&asset.key)))?;
        }
        fact(f, "Seed", project.seed)?;
        fact(f, "adgen", Text(&self.0.version))?;
        f.write_str("</dl>\n")?;
        self.files(f)?;
        f.write_str("</section>\n")
    }
}

impl Facts<'_> {
    fn captions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<section aria-labelledby=\"captions\"><h2 id=\"captions\">Captions</h2>\n")?;
        let scenes = self.0.project.scenes.iter().flatten().zip(&self.0.scenes);
        let captions = scenes.filter_map(|(scene, view)| {
            let text = scene.caption.as_deref().map(shown_words).filter(|text| !text.is_empty())?;
            Some((view, text))
        });
        let captions: Vec<_> = captions.collect();
        if captions.is_empty() {
            return f.write_str("<p class=\"muted\">None.</p></section>\n");
        }
        let language = Text(&self.0.project.brief.language);
        f.write_str(
            "<div class=\"card scroll\"><table><thead><tr><th>From</th><th>To</th><th>Text</th></tr></thead><tbody>",
        )?;
        for (view, text) in captions {
            let (from, to) = (clock(view.start_s), clock(view.start_s + view.duration_s));
            let text = Text(&text);
            write!(
                f,
                "<tr><td>{from}</td><td>{to}</td><td class=\"words\" dir=\"auto\" lang=\"{language}\">{text}</td></tr>"
            )?;
        }
        f.write_str("</tbody></table></div></section>\n")
    }

    fn files(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.files.is_empty() {
            return Ok(());
        }
        let total: u64 = self.0.files.iter().map(|(_, asset)| asset.bytes).sum();
        write!(
            f,
            "<details class=\"card files\"><summary>All {} products of this run, {} · {}</summary><div class=\"scroll\">\
             <table><thead><tr><th>File</th><th>Size</th><th>SHA-256</th></tr></thead><tbody>",
            self.0.files.len(),
            size(total),
            took(self.0.state.elapsed_s)
        )?;
        for (_, asset) in &self.0.files {
            let hash: String = asset.sha256.chars().take(16).collect();
            let (file, hash) = (Text(&asset.file), Text(&hash));
            write!(
                f,
                "<tr><td>{file}</td><td class=\"n\">{}</td><td><code>{hash}…</code></td></tr>",
                size(asset.bytes)
            )?;
        }
        f.write_str("</tbody></table></div></details>\n")
    }
}
