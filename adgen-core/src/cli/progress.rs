//! Shows events to a person: a bar for each stage on a terminal, plain lines elsewhere.

use super::{escape, output, spans::Spans};
use crate::{
    event::{Event, EventRecord},
    project::{CostRange, Stage, Status},
};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{collections::BTreeMap, time::Instant};

#[derive(Debug)]
pub(super) struct Progress {
    bars: Option<Bars>,
    /// Fractions of the artifacts that a stage works on.
    artifacts: BTreeMap<Stage, BTreeMap<String, f64>>,
    /// When each stage was at work, in seconds since `began`.
    spans: BTreeMap<Stage, Spans>,
    began: Instant,
}

#[derive(Debug)]
struct Bars {
    all: MultiProgress,
    stages: BTreeMap<Stage, ProgressBar>,
}

/// Says lines above the bars, where there are any.
#[derive(Debug, Clone, Default)]
pub(super) struct Voice(Option<MultiProgress>);

impl Voice {
    pub(super) fn say(&self, text: &str) {
        match &self.0 {
            // Without a terminal to draw on, there is nobody to tell.
            Some(bars) => drop(bars.println(escape::lines(text))),
            None => output::note(text),
        }
    }
}

impl Progress {
    pub(super) fn new(terminal: bool) -> Self {
        let bars = terminal.then(|| {
            let all = MultiProgress::new();
            // The template is a constant and known to be good; the plain style is no worse than none.
            // It fits into 40 columns: a line that wraps cannot be drawn over.
            let style = ProgressStyle::with_template("{prefix:>10} [{bar:12}] {percent:>3} % {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
            let stages = Stage::ALL.iter().map(|&stage| {
                let bar = all.add(ProgressBar::new(1000).with_style(style.clone()).with_prefix(stage.as_str()));
                (stage, bar)
            });
            let stages = stages.collect();
            Bars { all, stages }
        });
        Self { bars, artifacts: BTreeMap::new(), spans: BTreeMap::new(), began: Instant::now() }
    }

    /// For others who have something to say while the bars are drawn.
    pub(super) fn voice(&self) -> Voice {
        Voice(self.bars.as_ref().map(|bars| bars.all.clone()))
    }

    pub(super) fn show(&mut self, record: &EventRecord) {
        match &record.event {
            Event::RunStarted => self.say(format!("project {}", record.project_id)),
            Event::Estimated { high_usd: Some(high), .. } if *high <= 0.0 => {}
            Event::Estimated { low_usd, high_usd } => {
                let cost = CostRange { low_usd: *low_usd, high_usd: high_usd.unwrap_or(f64::INFINITY) };
                self.say(format!("estimate {cost} when everything is made anew"));
            }
            Event::StageStarted { stage } => self.plain(format!("{stage}: started")),
            Event::Progress { stage, artifact, fraction, .. } => {
                let artifacts = self.artifacts.entry(*stage).or_default();
                artifacts.insert(artifact.clone(), *fraction);
                let mean = artifacts.values().sum::<f64>() / artifacts.len() as f64;
                if let Some(bars) = &self.bars {
                    let bar = &bars.stages[stage];
                    bar.set_position(bar.position().max((mean * 1000.0) as u64));
                    bar.set_message(escape::plain(artifact).into_owned());
                }
            }
            Event::ArtifactReused { stage, artifact } => self.plain(format!("{stage}: {artifact} is there already")),
            Event::ArtifactReady { stage, artifact, elapsed_ms, cost_usd, .. } => {
                let took_s = *elapsed_ms as f64 / 1000.0;
                self.spans.entry(*stage).or_default().add(self.began.elapsed().as_secs_f64(), took_s);
                let cost = if *cost_usd > 0.0 { format!(", ${cost_usd:.2}") } else { String::new() };
                self.plain(format!("{stage}: {artifact} made in {took_s:.1} s{cost}"));
            }
            Event::Retrying { stage, artifact, attempt, code, .. } => {
                self.say(format!("{stage}: {artifact} failed ({code}), try {attempt}"));
            }
            Event::Degraded(degradation) => self.say(format!(
                "warning: {}: {} is replaced by the {}: {}",
                degradation.stage, degradation.artifact, degradation.fallback, degradation.cause
            )),
            Event::Note { stage, message } => self.say(format!("{stage}: {message}")),
            Event::StageFinished { stage, .. } => {
                let worked_s = self.spans.get(stage).map_or(0.0, Spans::seconds);
                if let Some(bars) = &self.bars {
                    bars.stages[stage].set_position(1000);
                    bars.stages[stage].finish_with_message(format!("{worked_s:.1} s"));
                }
                self.plain(format!("{stage}: finished, {worked_s:.1} s of work"));
            }
            Event::StatusChanged { .. } => {}
            Event::Unknown => {}
            Event::RunFinished { status, elapsed_ms, cost_usd, .. } => {
                if let Some(bars) = &self.bars {
                    for bar in bars.stages.values().filter(|bar| !bar.is_finished()) {
                        bar.abandon();
                    }
                }
                let seconds = *elapsed_ms as f64 / 1000.0;
                let verb = match status {
                    Status::Completed => "completed",
                    Status::Cancelled => "cancelled",
                    _ => "failed",
                };
                // Below the bars, which are not drawn any more.
                output::note(format!("{verb} after {seconds:.1} s, ${cost_usd:.2} spent"));
            }
        }
    }

    /// A line that a person should see in any case.
    fn say(&self, text: String) {
        self.voice().say(&text);
    }

    /// A line where there are no bars that show the same.
    fn plain(&self, text: String) {
        if self.bars.is_none() {
            output::note(text);
        }
    }
}
