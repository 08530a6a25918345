//! The top of the page: title, what matters most in numbers, and whether anything is humbler than asked for.

use super::{
    html::{Text, clock, count, money, signed, size, took},
    page::Page,
    words::role,
};
use crate::text::shown_name;
use std::fmt;

/// The page's head.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a>(pub(super) &'a Page);

impl fmt::Display for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Page { project, history, .. } = self.0;
        let colors = project.style.as_ref().map(|style| style.palette.as_slice()).unwrap_or_default();
        if !colors.is_empty() {
            f.write_str("<div class=\"ribbon\" aria-hidden=\"true\">")?;
            colors.iter().try_for_each(|color| write!(f, "<i style=\"background:{color}\"></i>"))?;
            f.write_str("</div>\n")?;
        }
        let language = Text(&project.brief.language);
        f.write_str("<header><p class=\"eyebrow\">Ad report")?;
        let [brand, title, product] =
            [project.brand.name.as_str(), project.title(), &project.brief.product_name].map(shown_name);
        if !brand.is_empty() {
            write!(f, " · <span dir=\"auto\" lang=\"{language}\">{}</span>", Text(&brand))?;
        }
        write!(f, "</p>\n<h1 dir=\"auto\" lang=\"{language}\">{}</h1>\n<p class=\"meta\">", Text(&title))?;
        if title != product {
            write!(f, "<bdi lang=\"{language}\">{}</bdi> · ", Text(&product))?;
        }
        write!(f, "Project <code>{}</code>", Text(&project.id))?;
        if let (Some(day), Some(time)) = (history.began_at.get(..10), history.began_at.get(11..16)) {
            let full = Text(&history.began_at);
            write!(f, " · <time datetime=\"{full}\">{} {} UTC</time>", Text(day), Text(time))?;
        }
        f.write_str("</p></header>\n")
    }
}

/// What stands beside the video.
#[derive(Debug, Clone, Copy)]
pub(super) struct Summary<'a>(pub(super) &'a Page);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<div class=\"summary\">\n")?;
        self.verdict(f)?;
        self.figures(f)?;
        self.storyboard(f)?;
        self.notes(f)?;
        self.downloads(f)?;
        f.write_str("</div>\n")
    }
}

impl Summary<'_> {
    fn verdict(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degradations = &self.0.state.degradations;
        if degradations.is_empty() {
            return f.write_str(
                "<div class=\"verdict good\"><h2>Degradations: none</h2>\
                 <p>Every part was made as asked for; no fallback took its place.</p></div>\n",
            );
        }
        write!(
            f,
            "<div class=\"verdict bad\"><h2>{}</h2><p>Here the ad is humbler than what was asked for:</p><ul>",
            count(degradations.len(), "degradation")
        )?;
        for degradation in degradations {
            write!(
                f,
                "<li><b>{}</b> <span class=\"arrow\" aria-hidden=\"true\">→</span> {}<br><small>{}</small></li>",
                Text(&degradation.products().collect::<Vec<_>>().join(", ")),
                Text(&degradation.fallback),
                Text(&degradation.cause.to_string())
            )?;
        }
        f.write_str("</ul></div>\n")
    }

    fn figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Page { project, state, .. } = self.0;
        f.write_str("<dl class=\"figures\">")?;
        figure(f, "Length", &took(self.0.duration_s()), &count(self.0.scenes.len(), "scene"))?;
        if let Some(video) = self.0.info.as_ref().and_then(|info| info.video.as_ref()) {
            let shape = project.output.aspects.first().map(ToString::to_string).unwrap_or_default();
            figure(f, "Picture", &format!("{}×{}", video.width, video.height), &format!("{shape}, {} fps", video.fps))?;
        }
        if let Some(loudness) = &state.loudness {
            let target = format!("LUFS, wanted {}", signed(project.audio.loudness_lufs));
            match loudness.integrated_lufs {
                Some(lufs) => figure(f, "Loudness", &signed(lufs), &target)?,
                None => figure(f, "Loudness", "silent", "no sound to measure")?,
            }
            if let Some(peak) = loudness.true_peak_dbtp {
                figure(f, "True peak", &signed(peak), "dBTP, at most \u{2212}1.0")?;
            }
        }
        if let Some(fidelity) = &state.fidelity {
            let more = format!("mean luma error of 255, {} measured", count(fidelity.frames as usize, "frame"));
            figure(f, "Product fidelity", &format!("{:.2}", fidelity.mean_luma_error), &more)?;
        }
        let (made, reused) = (self.0.history.made.len(), self.0.history.reused.len());
        let elapsed_s = state.elapsed_s.max(self.0.history.end_s());
        figure(f, "Took", &took(elapsed_s), &format!("{made} made, {reused} reused"))?;
        let limit = project.policy.max_usd.map(|limit| format!(", limit {}", money(limit))).unwrap_or_default();
        let estimate = state.estimate.filter(|cost| cost.high_usd > 0.0);
        let estimate = estimate.map(|cost| format!(", estimated {cost}")).unwrap_or_default();
        let spent = format!("{} in this run{estimate}{limit}", money(self.0.run_cost_usd));
        figure(f, "Cost", &money(state.cost_usd), &spent)?;
        figure(f, "File", &size(self.0.video.1), "MP4")?;
        f.write_str("</dl>\n")
    }

    /// The scenes as a bar, each as wide as it is long.
    fn storyboard(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenes = self.0.project.scenes.as_deref().unwrap_or_default();
        if scenes.is_empty() {
            return Ok(());
        }
        f.write_str("<ol class=\"storyboard\" aria-label=\"Scenes\">")?;
        for (index, (scene, view)) in scenes.iter().zip(&self.0.scenes).enumerate() {
            let (number, role, length) = (index + 1, role(scene.role), took(view.duration_s));
            let place = format!("{number}. {role}, from {}, {length}", clock(view.start_s));
            write!(
                f,
                "<li style=\"flex-grow:{:.3}\"><a href=\"#scene-{number}\" title=\"{place}\" aria-label=\"{place}\">\
                 <b>{number}</b> <span>{role}</span></a></li>",
                view.duration_s.max(0.01)
            )?;
        }
        f.write_str("</ol>\n")
    }

    fn notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Page { state, history, .. } = self.0;
        let retried = history.retried.iter().map(|(product, times)| format!("{product} was tried again {times}×"));
        let notes: Vec<String> = state.notes.iter().cloned().chain(retried).collect();
        if notes.is_empty() {
            return f.write_str("<p class=\"notes\"><b>Notes:</b> none</p>\n");
        }
        f.write_str("<div class=\"notes\"><b>Notes</b><ul>")?;
        notes.iter().try_for_each(|note| write!(f, "<li>{}</li>", Text(note)))?;
        f.write_str("</ul></div>\n")
    }

    fn downloads(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<p class=\"links\"><b>In this folder:</b> ")?;
        let main = &self.0.video.0;
        let videos = self.0.files.iter().map(|(_, asset)| asset.file.as_str());
        let further = videos.filter(|file| file.starts_with("final_video") && file != main);
        for file in std::iter::once(main.as_str()).chain(further) {
            write!(f, "<a href=\"{0}\">{0}</a> ", Text(file))?;
        }
        if self.0.captions.is_some() {
            f.write_str("<a href=\"captions.srt\">captions.srt</a> <a href=\"captions.vtt\">captions.vtt</a> ")?;
        }
        if self.0.poster.is_some() {
            f.write_str("<a href=\"poster.jpg\">poster.jpg</a>")?;
        }
        f.write_str("</p>\n")
    }
}

fn figure(f: &mut fmt::Formatter<'_>, label: &str, value: &str, more: &str) -> fmt::Result {
    write!(f, "<div><dt>{label}</dt><dd>{value} <small>{more}</small></dd></div>")
}
