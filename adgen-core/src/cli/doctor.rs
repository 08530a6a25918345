//! `adgen doctor`: what this machine has, what is missing, and how to get it.

use super::output;
use crate::{
    bundle,
    composite::Fonts,
    error::{Error, Result},
    matte::{DEFAULT_MODEL, HOW_TO_GET_RUNTIME, ModelStore, Runtime, SearchRoots},
    media::environment::{Direction, environment},
    openai::{OpenAi, OpenAiPlanner},
    provider::Planner,
    replicate::Replicate,
    studio::Models,
};
use clap::Args;
use serde::Serialize;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Call nobody: keys are not tried.
    #[arg(long)]
    offline: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: Health,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    Good,
    /// Not in use, and nothing that the machine lacks: a service without a key.
    Off,
    /// Ads can be made, humbler ones.
    Lacking,
    /// No ad can be made.
    Broken,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<u8> {
        let (openai, replicate) = tokio::join!(openai(self.offline), replicate(self.offline));
        let findings = [ffmpeg(), codecs(), runtime(), model(), fonts(), openai, replicate];
        if self.json {
            output::json(&findings);
        } else {
            for finding in &findings {
                let mark = match finding.state {
                    Health::Good => "ok     ",
                    Health::Off => "off    ",
                    Health::Lacking => "missing",
                    Health::Broken => "BROKEN ",
                };
                output::line(format!("{mark}  {:<14} {}", finding.what, finding.detail));
                if let Some(next) = &finding.next {
                    output::line(format!("{:25}{next}", ""));
                }
            }
        }
        Ok(u8::from(findings.iter().any(|finding| finding.state == Health::Broken)))
    }
}

fn good(what: &'static str, detail: impl Into<String>) -> Finding {
    Finding { what, state: Health::Good, detail: detail.into(), next: None }
}

fn ffmpeg() -> Finding {
    match environment() {
        Ok(found) => good("FFmpeg", format!("{} ({}), in this program", found.version, found.license)),
        Err(error) => Finding {
            what: "FFmpeg",
            state: Health::Broken,
            detail: error.to_string(),
            next: Some("reinstall adgen, or FFmpeg's libraries where it uses the system's".to_owned()),
        },
    }
}

fn codecs() -> Finding {
    let Ok(found) = environment() else {
        return Finding { what: "codecs", state: Health::Broken, detail: "unknown".to_owned(), next: None };
    };
    let names = |wanted: bool| -> Vec<String> {
        let chosen = found.codecs.iter().filter(|codec| codec.present == wanted);
        chosen
            .map(|codec| {
                format!("{}{}", codec.name, if codec.direction == Direction::Encode { " (encoder)" } else { "" })
            })
            .collect()
    };
    let missing = found.missing();
    if missing.is_empty() {
        let lacking = names(false);
        let without = if lacking.is_empty() { String::new() } else { format!("; without {}", lacking.join(", ")) };
        return good("codecs", format!("{}{without}", names(true).join(", ")));
    }
    let missing: Vec<_> = missing.iter().map(|codec| codec.name).collect();
    Finding {
        what: "codecs",
        state: Health::Broken,
        detail: format!("FFmpeg lacks {}", missing.join(", ")),
        next: Some("install an FFmpeg that was built with libx264, AAC and LAME".to_owned()),
    }
}

fn runtime() -> Finding {
    let roots = SearchRoots::from_env();
    match Runtime::load(&roots) {
        Ok(runtime) => good("ONNX Runtime", runtime.library().display().to_string()),
        Err(error) => Finding {
            what: "ONNX Runtime",
            state: Health::Lacking,
            detail: format!("{}: products are cut out by the backdrop's colour alone", said(&error)),
            next: Some(match roots.library {
                Some(_) => next_of(&error).unwrap_or_else(|| HOW_TO_GET_RUNTIME.to_owned()),
                None => HOW_TO_GET_RUNTIME.to_owned(),
            }),
        },
    }
}

fn model() -> Finding {
    match ModelStore::from_env().and_then(|store| store.locate(DEFAULT_MODEL)) {
        Ok(path) => good("model", format!("{DEFAULT_MODEL} in {}", path.display())),
        Err(error) => Finding {
            what: "model",
            state: Health::Lacking,
            detail: error.message().to_owned(),
            next: Some(format!("adgen models fetch {DEFAULT_MODEL}")),
        },
    }
}

fn fonts() -> Finding {
    let others = Fonts::system().faces() - Fonts::embedded().faces();
    let of_package = if bundle::part("fonts").is_some() { " and of this package" } else { "" };
    good(
        "fonts",
        format!("Inter, in this program; {others} more of the system{of_package} for other scripts and brands"),
    )
}

/// Whether the key of OpenAI is good, and its planner's model served: one call that costs nothing.
async fn openai(offline: bool) -> Finding {
    let what = "OPENAI_API_KEY";
    let openai = match OpenAi::from_env() {
        Ok(Some(openai)) => openai,
        Ok(None) => return unset(what, "plans"),
        Err(error) => return refused(what, &error),
    };
    if offline {
        return good(what, "is set; not tried, for this look is offline");
    }
    let planner = OpenAiPlanner::new(openai.clone());
    let planner = match Models::from_env().planner {
        Some(model) => planner.with_model(model),
        None => planner,
    };
    let model = &planner.info().model;
    match openai.models().await {
        Err(error) => refused(what, &error),
        Ok(models) => match models.get(model) {
            Some(served) => {
                let end = served.shutdown_date.as_ref().map(|day| format!(" until {day}")).unwrap_or_default();
                good(what, format!("is good at {}; {model} is served{end}", openai.base_url()))
            }
            None => Finding {
                what,
                state: Health::Lacking,
                detail: format!("is good at {}, and {model} is not served there", openai.base_url()),
                next: Some("choose another model: --planner-model or ADGEN_PLANNER_MODEL".to_owned()),
            },
        },
    }
}

/// Whether the token of Replicate is good: one call that costs nothing.
async fn replicate(offline: bool) -> Finding {
    let what = "REPLICATE_API_TOKEN";
    match Replicate::from_env() {
        Ok(None) => unset(what, "films and scores"),
        Ok(Some(_)) if offline => good(what, "is set; not tried, for this look is offline"),
        Ok(Some(replicate)) => match replicate.account().await {
            Ok(name) => good(what, format!("is good: the account is {name}")),
            Err(error) => refused(what, &error),
        },
        Err(error) => refused(what, &error),
    }
}

fn unset(what: &'static str, does: &str) -> Finding {
    let detail = format!("is not set: adgen {does} offline");
    Finding { what, state: Health::Off, detail, next: None }
}

/// What went wrong, with the file that it went wrong with.
fn said(error: &Error) -> String {
    let of = |name: &str| error.context().iter().find(|(key, _)| *key == name).map(|(_, value)| value);
    let details: Vec<String> = ["path", "reason"].iter().filter_map(|name| of(name).cloned()).collect();
    // How to get it stands in the next line.
    let message = error.message().split(": ").next().unwrap_or_default();
    if details.is_empty() { message.to_owned() } else { format!("{message} ({})", details.join(": ")) }
}

fn next_of(error: &Error) -> Option<String> {
    error.hint().map(str::to_owned)
}

/// Never the key or a part of it.
fn refused(what: &'static str, error: &Error) -> Finding {
    let next = next_of(error);
    Finding { what, state: Health::Lacking, detail: format!("{}: {}", error.kind(), error.message()), next }
}
