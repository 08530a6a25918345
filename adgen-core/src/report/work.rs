//! What the pipeline did, and how long it took: a bar for each artifact.

use super::{
    element,
    history::{Failed, Made},
    numbers::{count, money, took},
    page::Page,
    words::stage as stage_name,
};
use crate::project::{Stage, StageState};
use maud::{Markup, html};

/// Lines of the axis at the most.
const MOST_TICKS: f64 = 8.0;
/// Distances of the axis' lines in seconds.
const STEPS: [f64; 16] =
    [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0];

/// The section of the pipeline's work.
pub(super) fn section(page: &Page) -> Markup {
    let history = &page.history;
    let total_s = page.took_s().max(0.1);
    let (made, reused) = (count(history.made.len(), "artifact"), history.reused.len());
    let content = html! {
        p.muted {
            "The last run: " (made) " made, " (reused) " reused. "
            "Artifacts are made as soon as what they need is there."
        }
        div.card.gantt {
            (axis(total_s))
            @for stage in Stage::ALL { (rows(page, *stage, total_s)) }
        }
        @if !history.failed.is_empty() {
            h3 { "Failed on the way" }
            ul.card.failed { @for failed in &history.failed { (failure(failed)) } }
        }
    };
    element::section("work", "What the pipeline did", &content)
}

fn failure(failed: &Failed) -> Markup {
    html! {
        li {
            b { (failed.artifact) } " after " (took(failed.at_s))
            @if failed.cost_usd > 0.0 { ", " (money(failed.cost_usd)) " spent" }
            br; small { (failed.message) }
        }
    }
}

fn rows(page: &Page, stage: Stage, total_s: f64) -> Markup {
    let nothing = StageState::default();
    let summary = page.state.stages.get(&stage).unwrap_or(&nothing);
    let made: Vec<&Made> = page.history.made.iter().filter(|made| made.stage == stage).collect();
    let reused: Vec<&str> =
        page.history.reused.iter().filter(|(of, _)| *of == stage).map(|(_, artifact)| artifact.as_str()).collect();
    let end_s = summary.finished_s.unwrap_or(total_s);
    let span = summary.started_s.map(|start_s| (start_s, (end_s - start_s).max(0.0)));
    let counts = match (made.len(), reused.len()) {
        (0, 0) => "nothing to do".to_owned(),
        (made, 0) => format!("{made} made"),
        (0, reused) => format!("{reused} reused"),
        (made, reused) => format!("{made} made, {reused} reused"),
    };
    html! {
        div.stage data-stage=(stage.as_str()) {
            div.row.head {
                span.name {
                    b { (stage_name(stage)) } " "
                    small { (counts) @if summary.cost_usd > 0.0 { " · " (money(summary.cost_usd)) } }
                }
                span.track { @if let Some((start_s, length_s)) = span { (bar("span", start_s, length_s, total_s)) } }
                span.time { @if let Some((_, length_s)) = span { (took(length_s)) } }
            }
            @for made in made {
                div.row {
                    span.name {
                        (made.artifact)
                        @if made.cost_usd > 0.0 { " " small { (money(made.cost_usd)) } }
                    }
                    span.track { (bar("bar", made.start_s, made.elapsed_s, total_s)) }
                    span.time { (took(made.elapsed_s)) }
                }
            }
            @if !reused.is_empty() {
                p.reused { span { "Reused:" } @for artifact in reused { " " code { (artifact) } } }
            }
        }
    }
}

fn bar(class: &str, start_s: f64, length_s: f64, total_s: f64) -> Markup {
    let percent = |seconds: f64| (seconds / total_s * 100.0).clamp(0.0, 100.0);
    let left = percent(start_s);
    let width = percent(length_s).min(100.0 - left);
    html! { i class=(class) style=(format!("left:{left:.2}%;width:{width:.2}%")) {} }
}

fn axis(total_s: f64) -> Markup {
    let step = STEPS.into_iter().find(|step| total_s / step <= MOST_TICKS);
    let step = step.unwrap_or_else(|| (total_s / MOST_TICKS / 3600.0).ceil() * 3600.0);
    // Rounded, for tenths do not add up.
    let next = |at_s: &f64| Some(((at_s + step) * 10.0).round() / 10.0);
    // A label at the very end would stick out.
    let ticks = std::iter::successors(Some(0.0), next).take_while(|at_s| *at_s < total_s * 0.95);
    html! {
        div.row.axis aria-hidden="true" {
            span.name {}
            span.track {
                @for at_s in ticks {
                    i.tick style=(format!("left:{:.2}%", at_s / total_s * 100.0)) {
                        @if step < 60.0 { (at_s) " s" } @else { (at_s / 60.0) " min" }
                    }
                }
            }
            span.time {}
        }
    }
}
