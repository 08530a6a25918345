//! What is known of OpenAI's models: what they take, with the day on which the price was read, and which of them
//! reason.
//!
//! The figures are data (`prices.json`); a model that is not there works all the same, at a price that nobody knows.

use crate::provider::Price;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Catalog {
    /// Dollars for a million tokens.
    text: Vec<Text>,
    speech: Vec<Speech>,
    /// How the names of models begin that reason.
    reasoning: Vec<String>,
    /// How the names of models begin that look like those and do not.
    plain: Vec<String>,
}

#[derive(Deserialize)]
struct Text {
    model: String,
    input_usd: f64,
    cached_input_usd: f64,
    output_usd: f64,
    as_of: String,
}

#[derive(Deserialize)]
struct Speech {
    model: String,
    usd_per_second: Option<f64>,
    usd_per_million_characters: Option<f64>,
    as_of: String,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    // Cannot fail: the file is part of the program, and a test reads it.
    serde_json::from_str(include_str!("prices.json")).expect("prices.json has the catalogue's form")
});

/// The price of a model that writes.
pub(super) fn text_price(model: &str) -> Price {
    longest(&CATALOG.text, model, |entry| &entry.model).map_or(Price::Unknown, |entry| Price::Tokens {
        input_usd: entry.input_usd,
        cached_input_usd: entry.cached_input_usd,
        output_usd: entry.output_usd,
        as_of: entry.as_of.clone(),
    })
}

/// The price of a model that speaks.
pub(super) fn speech_price(model: &str) -> Price {
    let Some(entry) = longest(&CATALOG.speech, model, |entry| &entry.model) else { return Price::Unknown };
    let as_of = entry.as_of.clone();
    match (entry.usd_per_second, entry.usd_per_million_characters) {
        (Some(usd), _) => Price::Second { usd, as_of },
        (None, Some(usd)) => Price::Characters { usd, as_of },
        (None, None) => Price::Unknown,
    }
}

/// Whether a model is known to reason: it takes an effort and refuses sampling parameters.
pub(super) fn reasons(model: &str) -> bool {
    let begins = |with: &Vec<String>| with.iter().any(|start| base(model).starts_with(start.as_str()));
    begins(&CATALOG.reasoning) && !begins(&CATALOG.plain)
}

/// Whether a model is known not to reason.
pub(super) fn is_plain(model: &str) -> bool {
    let model = base(model);
    !reasons(model) && model.starts_with("gpt-")
}

/// The entry whose name is the model's, or the longest one that the model is a dated version of: `gpt-6-luna` stands
/// for
/// `gpt-6-luna-2026-10-01`, but `gpt-4o-mini` not for `gpt-4o-mini-tts`.
fn longest<'a, T>(entries: &'a [T], model: &str, name: impl Fn(&T) -> &String) -> Option<&'a T> {
    let model = base(model);
    let is_version = |rest: &str| {
        rest.is_empty() || rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    entries
        .iter()
        .filter(|entry| model.strip_prefix(name(entry).as_str()).is_some_and(is_version))
        .max_by_key(|entry| name(entry).len())
}

/// Without the maker's name that some gateways put before it (`openai/gpt-6-luna`).
fn base(model: &str) -> &str {
    model.strip_prefix("openai/").unwrap_or(model)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(model: &str) -> Option<f64> {
        match text_price(model) {
            Price::Tokens { input_usd, .. } => Some(input_usd),
            _ => None,
        }
    }

    #[test]
    fn prices_follow_the_longest_name_and_its_dated_versions() {
        assert_eq!(input("gpt-6-luna"), Some(0.10));
        assert_eq!(input("gpt-6-luna-2026-10-01"), Some(0.10));
        assert_eq!(input("openai/gpt-4o-mini-2024-07-18"), Some(0.15));
        for unknown in ["gpt-4o-mini-tts", "gpt-6-lunatic", "gpt-6", "llama-4", ""] {
            assert_eq!(text_price(unknown), Price::Unknown, "{unknown}");
        }
        assert!(matches!(speech_price("tts-1-hd"), Price::Characters { usd: 30.0, .. }));
        assert!(matches!(speech_price("gpt-4o-mini-tts-2025-12-15"), Price::Second { usd: 0.00025, .. }));
        assert_eq!(speech_price("kokoro"), Price::Unknown);
    }

    #[test]
    fn every_price_is_sound_and_dated() {
        for entry in &CATALOG.text {
            assert!(0.0 < entry.cached_input_usd && entry.cached_input_usd < entry.input_usd, "{}", entry.model);
            assert!(entry.input_usd < entry.output_usd && entry.output_usd < 100.0, "{}", entry.model);
        }
        let days = CATALOG.text.iter().map(|entry| &entry.as_of).chain(CATALOG.speech.iter().map(|entry| &entry.as_of));
        for day in days {
            chrono::NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
        }
    }

    #[test]
    fn only_models_that_reason_are_taken_for_it() {
        for (model, expected) in
            [("gpt-6-luna", true), ("gpt-5-mini", true), ("o4-mini", true), ("gpt-5-chat-latest", false)]
        {
            assert_eq!(reasons(model), expected, "{model}");
        }
        assert!(is_plain("gpt-4.1-mini") && is_plain("gpt-5-chat-latest") && !is_plain("gpt-6-luna"));
        assert!(!is_plain("qwen3") && !reasons("qwen3"));
    }
}
