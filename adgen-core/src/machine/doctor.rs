//! What this machine has, what is missing, and how to get it.
//!
//! May depend on `bundle`, `composite` (fonts), `matte`, `media`, `openai`, `replicate`, `provider` (contracts), `studio` (models) and
//! `error`.

use crate::{
    bundle,
    composite::Fonts,
    error::Error,
    matte::{DEFAULT_MODEL, HOW_TO_GET_RUNTIME, ModelStore, RUNTIME_LACKS_A_LIBRARY, Runtime, SearchRoots},
    media::{
        EncoderKind, Encoders,
        environment::{Direction, environment},
    },
    openai::{OpenAi, OpenAiPlanner},
    provider::Planner,
    replicate::Replicate,
    studio::Models,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Finding {
    /// What, such as `FFmpeg`.
    pub what: String,
    /// How it is.
    pub state: Health,
    /// In one line.
    pub detail: String,
    /// What to do next, where there is something to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Health {
    /// As it should be.
    Good,
    /// Not in use, and nothing that the machine lacks: a service without a key.
    Off,
    /// Ads can be made, humbler ones.
    Lacking,
    /// No ad can be made.
    Broken,
}

/// Looks at all that an ad needs: FFmpeg and its codecs, encoders, ONNX Runtime, the model, fonts, and the keys of services, each of which is
/// tried by a call that costs nothing, unless `offline`.
pub async fn doctor(offline: bool) -> Vec<Finding> {
    let here = tokio::task::spawn_blocking(|| vec![ffmpeg(), codecs(), encoders(), runtime(), model(), fonts()]);
    let (here, openai, replicate) = tokio::join!(here, openai(offline), replicate(offline));
    let mut findings = here.unwrap_or_else(|panic| {
        let detail = format!("looking at it failed, which is a defect of adgen: {panic}");
        vec![Finding { what: "this machine".to_owned(), state: Health::Broken, detail, next: None }]
    });
    findings.extend([openai, replicate]);
    findings
}

fn good(what: &str, detail: impl Into<String>) -> Finding {
    Finding { what: what.to_owned(), state: Health::Good, detail: detail.into(), next: None }
}

fn ffmpeg() -> Finding {
    match environment() {
        Ok(found) => good("FFmpeg", format!("{} ({}), in this program", found.version, found.license)),
        Err(error) => Finding {
            what: "FFmpeg".to_owned(),
            state: Health::Broken,
            detail: error.to_string(),
            next: Some("reinstall adgen, or FFmpeg's libraries where it uses the system's".to_owned()),
        },
    }
}

fn codecs() -> Finding {
    let Ok(found) = environment() else {
        return Finding { what: "codecs".to_owned(), state: Health::Broken, detail: "unknown".to_owned(), next: None };
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
        what: "codecs".to_owned(),
        state: Health::Broken,
        detail: format!("FFmpeg lacks {}", missing.join(", ")),
        next: Some("install an FFmpeg that was built with AAC and LAME".to_owned()),
    }
}

/// What encodes video, each of them tried: what `output.encoder` can name.
fn encoders() -> Finding {
    let what = "encoders";
    let encoders = Encoders::of_this_process();
    let all: Vec<_> = EncoderKind::H264.into_iter().map(|encoder| encoders.support(encoder)).collect();
    let usable: Vec<&str> = all.iter().filter(|one| one.is_usable()).map(|one| one.encoder.as_str()).collect();
    let reasons = all.iter().filter_map(|one| one.reason().map(|reason| format!("{} ({reason})", one.encoder)));
    let reasons: Vec<String> = reasons.collect();
    let without = if reasons.is_empty() { String::new() } else { format!("; without {}", reasons.join(", ")) };
    match encoders.choose(None) {
        Ok(choice) => {
            let detail = format!("{}, of which {} is the choice of `auto`{without}", usable.join(", "), choice.encoder);
            good(what, detail)
        }
        Err(error) => Finding {
            what: what.to_owned(),
            state: Health::Broken,
            detail: error.message().to_owned(),
            next: next_of(&error),
        },
    }
}

fn runtime() -> Finding {
    let roots = SearchRoots::from_env();
    match Runtime::load(&roots) {
        Ok(runtime) => good("ONNX Runtime", runtime.library().display().to_string()),
        Err(error) => Finding {
            what: "ONNX Runtime".to_owned(),
            state: Health::Lacking,
            detail: format!("{}: products are cut out by the backdrop's colour alone", said(&error)),
            next: Some(match roots.library {
                Some(_) => next_of(&error).unwrap_or_else(|| HOW_TO_GET_RUNTIME.to_owned()),
                None if error.hint() == Some(RUNTIME_LACKS_A_LIBRARY) => RUNTIME_LACKS_A_LIBRARY.to_owned(),
                None => HOW_TO_GET_RUNTIME.to_owned(),
            }),
        },
    }
}

fn model() -> Finding {
    match ModelStore::from_env().and_then(|store| store.locate(DEFAULT_MODEL)) {
        Ok(path) => good("model", format!("{DEFAULT_MODEL} in {}", path.display())),
        Err(error) => Finding {
            what: "model".to_owned(),
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
                what: what.to_owned(),
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

fn unset(what: &str, does: &str) -> Finding {
    let detail = format!("is not set: adgen {does} offline");
    Finding { what: what.to_owned(), state: Health::Off, detail, next: None }
}

/// What went wrong, with the file that it went wrong with.
fn said(error: &Error) -> String {
    let of = |name: &str| error.context().find(|(key, _)| *key == name).map(|(_, value)| value);
    let details: Vec<&str> = ["path", "reason", "tried"].iter().filter_map(|name| of(name)).collect();
    // How to get it stands in the next line.
    let message = error.message().split(": ").next().unwrap_or_default();
    if details.is_empty() { message.to_owned() } else { format!("{message} ({})", details.join(": ")) }
}

fn next_of(error: &Error) -> Option<String> {
    error.hint().map(str::to_owned)
}

/// Never the key or a part of it.
fn refused(what: &str, error: &Error) -> Finding {
    let next = next_of(error);
    Finding {
        what: what.to_owned(),
        state: Health::Lacking,
        detail: format!("{}: {}", error.kind(), error.message()),
        next,
    }
}
