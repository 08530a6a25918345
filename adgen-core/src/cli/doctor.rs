//! `adgen doctor`: what this machine has, what is missing, and how to get it.

use super::output;
use crate::{
    compose::Fonts,
    error::Result,
    matte::{DEFAULT_MODEL, HOW_TO_GET_RUNTIME, ModelStore, Runtime, SearchRoots},
    media::environment::{Direction, environment},
};
use clap::Args;
use serde::Serialize;

#[derive(Debug, Args)]
pub(super) struct Doctor {
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
    /// Ads can be made, humbler ones.
    Lacking,
    /// No ad can be made.
    Broken,
}

impl Doctor {
    pub(super) fn run(self) -> Result<u8> {
        let findings = [
            ffmpeg(),
            codecs(),
            runtime(),
            model(),
            fonts(),
            key("OPENAI_API_KEY", "plans"),
            key("REPLICATE_API_TOKEN", "films and composes"),
        ];
        if self.json {
            output::json(&findings);
        } else {
            for finding in &findings {
                let mark = match finding.state {
                    Health::Good => "ok     ",
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
            detail: format!("{}: products are cut out by the backdrop's colour alone", error.message()),
            next: Some(HOW_TO_GET_RUNTIME.to_owned()),
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
    good("fonts", format!("Inter, in this program; {others} fonts of the system for other scripts and brands"))
}

fn key(name: &'static str, does: &str) -> Finding {
    match std::env::var_os(name).is_some_and(|value| !value.is_empty()) {
        // Never the key or a part of it.
        true => good(name, format!("is set; this version {does} offline all the same")),
        false => Finding {
            what: name,
            state: Health::Lacking,
            detail: format!("is not set, and nothing needs it: adgen {does} offline"),
            next: None,
        },
    }
}
