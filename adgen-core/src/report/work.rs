//! What the pipeline did, and how long it took: a bar for each product.

use super::{
    history::Made,
    html::{Text, count, money, took},
    page::Page,
    words::stage as stage_name,
};
use crate::project::{Stage, StageState};
use std::fmt;

/// Lines of the axis at the most.
const MOST_TICKS: f64 = 8.0;
/// Distances of the axis' lines in seconds.
const STEPS: [f64; 16] =
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0];

/// The section of the pipeline's work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work<'a>(pub(super) &'a Page);

impl fmt::Display for Work<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Page { state, history, .. } = self.0;
        let stages = state.stages.values().filter_map(|stage| stage.finished_s);
        let total_s = stages.fold(history.end_s(), f64::max).max(0.1);
        write!(
            f,
            "<section aria-labelledby=\"work\"><h2 id=\"work\">What the pipeline did</h2>\n\
             <p class=\"muted\">The last run: {}, {}. Products are made as soon as what they need is there.</p>\n\
             <div class=\"card gantt\">",
            count(history.made.len(), "product") + " made",
            format_args!("{} reused", history.reused.len()),
        )?;
        axis(f, total_s)?;
        for stage in Stage::ALL {
            let nothing = StageState::default();
            let summary = state.stages.get(stage).unwrap_or(&nothing);
            let made = history.made.iter().filter(|made| made.stage == *stage);
            let reused = history.reused.iter().filter(|(of, _)| of == stage).map(|(_, product)| product.as_str());
            let rows = StageRows { stage: *stage, summary, made: made.collect(), reused: reused.collect(), total_s };
            write!(f, "{rows}")?;
        }
        f.write_str("</div>\n")?;
        if !history.failed.is_empty() {
            f.write_str("<h3>Failed on the way</h3><ul class=\"card failed\">")?;
            for failed in &history.failed {
                let cost = (failed.cost_usd > 0.0).then(|| format!(", {} spent", money(failed.cost_usd)));
                write!(
                    f,
                    "<li><b>{}</b> after {}{}<br><small>{}</small></li>",
                    Text(&failed.product),
                    took(failed.at_s),
                    cost.unwrap_or_default(),
                    Text(&failed.message)
                )?;
            }
            f.write_str("</ul>\n")?;
        }
        f.write_str("</section>\n")
    }
}

struct StageRows<'a> {
    stage: Stage,
    summary: &'a StageState,
    made: Vec<&'a Made>,
    reused: Vec<&'a str>,
    total_s: f64,
}

impl fmt::Display for StageRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stage, summary, total_s, .. } = self;
        // The report is a part of the last stage, which is then not over.
        let end_s = summary.finished_s.unwrap_or(*total_s);
        let span = summary.started_s.map(|start| (start, (end_s - start).max(0.0)));
        let counts = match (self.made.len(), self.reused.len()) {
            (0, 0) => "nothing to do".to_owned(),
            (made, 0) => format!("{made} made"),
            (0, reused) => format!("{reused} reused"),
            (made, reused) => format!("{made} made, {reused} reused"),
        };
        let spent = if summary.cost_usd > 0.0 { format!(" · {}", money(summary.cost_usd)) } else { String::new() };
        write!(
            f,
            "<div class=\"stage\" data-stage=\"{}\"><div class=\"row head\"><span class=\"name\"><b>{}</b> \
             <small>{counts}{spent}</small></span><span class=\"track\">",
            stage.as_str(),
            stage_name(*stage)
        )?;
        if let Some((start_s, length_s)) = span {
            self.bar(f, "span", start_s, length_s)?;
        }
        let time = span.map(|(_, length_s)| took(length_s)).unwrap_or_default();
        write!(f, "</span><span class=\"time\">{time}</span></div>")?;
        for made in &self.made {
            let cost = (made.cost_usd > 0.0).then(|| format!(" <small>{}</small>", money(made.cost_usd)));
            let cost = cost.unwrap_or_default();
            write!(
                f,
                "<div class=\"row\"><span class=\"name\">{}{cost}</span><span class=\"track\">",
                Text(&made.product)
            )?;
            self.bar(f, "bar", made.start_s, made.elapsed_s)?;
            write!(f, "</span><span class=\"time\">{}</span></div>", took(made.elapsed_s))?;
        }
        if !self.reused.is_empty() {
            f.write_str("<p class=\"reused\"><span>Reused:</span> ")?;
            self.reused.iter().try_for_each(|product| write!(f, "<code>{}</code> ", Text(product)))?;
            f.write_str("</p>")?;
        }
        f.write_str("</div>\n")
    }
}

impl StageRows<'_> {
    fn bar(&self, f: &mut fmt::Formatter<'_>, class: &str, start_s: f64, length_s: f64) -> fmt::Result {
        let percent = |seconds: f64| (seconds / self.total_s * 100.0).clamp(0.0, 100.0);
        let left = percent(start_s);
        let width = percent(length_s).min(100.0 - left);
        write!(f, "<i class=\"{class}\" style=\"left:{left:.2}%;width:{width:.2}%\"></i>")
    }
}

fn axis(f: &mut fmt::Formatter<'_>, total_s: f64) -> fmt::Result {
    let step = STEPS.into_iter().find(|step| total_s / step <= MOST_TICKS);
    let step = step.unwrap_or_else(|| (total_s / MOST_TICKS / 3600.0).ceil() * 3600.0);
    f.write_str("<div class=\"row axis\" aria-hidden=\"true\"><span class=\"name\"></span><span class=\"track\">")?;
    let mut at_s = 0.0;
    // A label at the very end would stick out.
    while at_s < total_s * 0.95 {
        let label = if step < 60.0 { format!("{at_s} s") } else { format!("{} min", at_s / 60.0) };
        write!(f, "<i class=\"tick\" style=\"left:{:.2}%\">{label}</i>", at_s / total_s * 100.0)?;
        // Rounded, for tenths do not add up.
        at_s = ((at_s + step) * 10.0).round() / 10.0;
    }
    f.write_str("</span><span class=\"time\"></span></div>\n")
}
