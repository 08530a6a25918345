//! What is known of a model: how its inputs are called, what they may be, and what it costs. Data, from `models.json` or
//! from a model's own schema.

use super::length::Length;
use crate::{
    error::{Error, ErrorKind, Result},
    project::Aspect,
    provider::Price,
};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::LazyLock};

/// The shorter side in pixels that backgrounds are bought with where nobody asks for more: they lie behind the product
/// and are scaled, and the next tier costs twice as much and more.
pub(super) const USUAL_SIDE: u32 = 720;

/// The models that need no look-up.
static KNOWN: LazyLock<Vec<Model>> = LazyLock::new(|| {
    // Cannot fail: the file is part of this crate, and a test reads it.
    serde_json::from_str(include_str!("models.json")).expect("the list of models is sound")
});

/// Every known model of a kind, the default first.
pub(super) fn known(kind: Kind) -> impl Iterator<Item = &'static Model> {
    KNOWN.iter().filter(move |model| model.kind == kind)
}

/// A known model by its name.
pub(super) fn named(name: &str) -> Option<&'static Model> {
    KNOWN.iter().find(|model| model.name == name)
}

/// A name becomes part of an address.
pub(super) fn check_name(name: &str) -> Result<()> {
    let is_part = |part: &str| {
        part.bytes().any(|c| c.is_ascii_alphanumeric())
            && part.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-".contains(&c))
    };
    match name.split_once('/') {
        Some((owner, model)) if is_part(owner) && is_part(model) => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidConfig, format!("{name:?} is no model: write owner/name"))),
    }
}

/// What a model makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Video,
    Music,
    Speech,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Model {
    /// `owner/name`.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// The version to be run; official models have none.
    #[serde(default)]
    pub(super) version: Option<String>,
    pub(super) prompt: Prompt,
    #[serde(default)]
    pub(super) negative_prompt: Option<String>,
    /// The input for a picture to begin with.
    #[serde(default)]
    pub(super) image: Option<String>,
    /// Whether it makes nothing without a picture.
    #[serde(default)]
    pub(super) needs_image: bool,
    #[serde(default)]
    pub(super) seed: Option<String>,
    #[serde(default)]
    pub(super) aspect: Option<AspectInput>,
    pub(super) length: Length,
    #[serde(default)]
    pub(super) resolution: Option<Resolution>,
    #[serde(default)]
    pub(super) voice: Option<VoiceInput>,
    /// Inputs that are always the same.
    #[serde(default)]
    pub(super) fixed: Map<String, Value>,
    /// What it costs where no resolution says otherwise.
    #[serde(default = "unknown", deserialize_with = "price")]
    pub(super) price: Price,
}

/// The text that a model is given.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prompt {
    pub(super) field: String,
    /// Fewest characters.
    #[serde(default)]
    pub(super) min: usize,
    /// Most characters.
    #[serde(default)]
    pub(super) max: Option<usize>,
}

/// The shapes that a model makes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AspectInput {
    /// Missing where there is nothing to choose.
    #[serde(default)]
    pub(super) field: Option<String>,
    /// Such as `9:16`.
    pub(super) values: Vec<String>,
}

impl AspectInput {
    /// The value that is nearest to a shape, by the ratio of the ratios.
    pub(super) fn nearest(&self, aspect: Aspect) -> Option<&str> {
        let wanted = ratio_of(aspect).ln();
        let distance = |value: &&String| ratio(value).map_or(f64::INFINITY, |own| (own.ln() - wanted).abs());
        self.values.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))).map(String::as_str)
    }

    /// The shapes that are met exactly.
    pub(super) fn native(&self) -> Vec<Aspect> {
        let has = |aspect: &Aspect| self.values.iter().any(|value| ratio(value) == Some(ratio_of(*aspect)));
        Aspect::ALL.iter().copied().filter(has).collect()
    }
}

fn ratio_of(aspect: Aspect) -> f64 {
    let (width, height) = aspect.ratio();
    f64::from(width) / f64::from(height)
}

/// `16:9` as a number; nothing for words such as `adaptive`.
pub(super) fn ratio(value: &str) -> Option<f64> {
    let (width, height) = value.split_once([':', 'x'])?;
    let (width, height): (u32, u32) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    (width > 0 && height > 0).then(|| f64::from(width) / f64::from(height))
}

/// How sharp a model's output is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resolution {
    pub(super) field: String,
    /// The smallest first.
    pub(super) tiers: Vec<Tier>,
}

/// One resolution.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tier {
    /// Pixels of the shorter side.
    pub(super) short_side: u32,
    pub(super) value: String,
    /// The longest output in seconds, where that is shorter than otherwise.
    #[serde(default)]
    pub(super) max_s: Option<u32>,
    /// Missing: nobody has said.
    #[serde(default = "unknown", deserialize_with = "price")]
    pub(super) price: Price,
}

impl Resolution {
    /// The smallest tier that is good enough, or the best; one that allows the wanted length where there is one.
    ///
    /// With `priced_only` tiers of unknown price are left out while others are there: nobody is to spend an unknown
    /// amount unless it was asked for.
    pub(super) fn choose(&self, short_side: u32, wanted_s: f64, priced_only: bool) -> Option<&Tier> {
        let known = self.tiers.iter().any(|tier| tier.price != Price::Unknown);
        let usable = |tier: &&Tier| !(priced_only && known && tier.price == Price::Unknown);
        let tiers: Vec<&Tier> = self.tiers.iter().filter(usable).collect();
        let best = tiers.iter().position(|tier| tier.short_side >= short_side).or(tiers.len().checked_sub(1))?;
        let long_enough = |tier: &&&Tier| tier.max_s.is_none_or(|max| f64::from(max) >= wanted_s);
        let chosen = tiers[..=best].iter().rev().chain(&tiers[best + 1..]).find(long_enough);
        chosen.or(tiers.get(best)).copied()
    }

    /// The tier of an input.
    pub(super) fn of(&self, input: &Map<String, Value>) -> Option<&Tier> {
        let value = input.get(&self.field)?.as_str()?;
        self.tiers.iter().find(|tier| tier.value == value)
    }
}

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VoiceInput {
    pub(super) field: String,
    #[serde(default)]
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) speed: Option<Speed>,
    #[serde(default)]
    pub(super) language: Option<Language>,
}

/// How fast.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Speed {
    pub(super) field: String,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// In which language: the model's words for the codes that it knows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Language {
    pub(super) field: String,
    pub(super) values: BTreeMap<String, String>,
}

fn unknown() -> Price {
    Price::Unknown
}

/// A price as the list writes it.
fn price<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Price, D::Error> {
    // One form for all: the derived reader for tagged enums would not know numbers where another crate of the program has
    // `serde_json` keep them as texts.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Listed {
        per: String,
        usd: f64,
        #[serde(default)]
        low_s: Option<f64>,
        #[serde(default)]
        high_s: Option<f64>,
        as_of: String,
    }
    let Listed { per, usd, low_s, high_s, as_of } = Listed::deserialize(deserializer)?;
    match (per.as_str(), low_s, high_s) {
        ("second", None, None) => Ok(Price::Second { usd, as_of }),
        ("output", None, None) => Ok(Price::Output { usd, as_of }),
        ("compute", Some(low_s), Some(high_s)) => Ok(Price::Compute { usd, low_s, high_s, as_of }),
        ("characters", None, None) => Ok(Price::Characters { usd, as_of }),
        _ => Err(D::Error::custom(format!("{per:?} is no price with these fields"))),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::length::Unit, *};

    #[test]
    fn every_entry_is_sound() {
        assert!(KNOWN.len() >= 20);
        for model in KNOWN.iter() {
            let name = &model.name;
            assert_eq!(name.split('/').filter(|part| !part.is_empty()).count(), 2, "{name}");
            assert!(model.version.as_ref().is_none_or(|version| version.len() == 64), "{name}");
            assert!(model.length.max_s() >= 1.0, "{name}");
            assert_eq!(
                model.length.field.is_some(),
                !matches!(model.length.unit, Unit::Fixed | Unit::Spoken),
                "{name}"
            );
            assert_eq!(model.kind == Kind::Video, model.aspect.is_some(), "{name}");
            assert_eq!(model.kind == Kind::Speech, model.voice.is_some(), "{name}");
            if let Some(resolution) = &model.resolution {
                assert!(resolution.tiers.is_sorted_by_key(|tier| tier.short_side), "{name}");
            }
            if let Some(aspect) = &model.aspect {
                assert!(aspect.values.iter().all(|value| ratio(value).is_some()), "{name}");
                assert!(!aspect.native().is_empty(), "{name}");
            }
        }
        assert_eq!(KNOWN.iter().filter(|model| named(&model.name) == Some(model)).count(), KNOWN.len());
    }

    #[test]
    fn the_nearest_shape_is_taken() {
        let landscape = AspectInput { field: None, values: vec!["16:9".into(), "adaptive".into(), "1:1".into()] };
        assert_eq!(landscape.nearest(Aspect::Portrait9x16), Some("1:1"));
        assert_eq!(landscape.native(), [Aspect::Square, Aspect::Landscape16x9]);
    }

    #[test]
    fn tiers_are_chosen_by_need_price_and_length() {
        let chosen = |name: &str, short_side, wanted_s, priced| {
            let resolution = named(name).and_then(|model| model.resolution.as_ref()).expect("a known model");
            resolution.choose(short_side, wanted_s, priced).map(|tier| tier.value.as_str())
        };
        assert_eq!(chosen("bytedance/seedance-1-lite", 720, 5.0, true), Some("720p"));
        assert_eq!(chosen("bytedance/seedance-1-lite", 240, 5.0, true), Some("480p"));
        assert_eq!(chosen("bytedance/seedance-1-lite", 2160, 5.0, true), Some("1080p"));
        assert_eq!(chosen("bytedance/seedance-1-pro", 720, 5.0, true), Some("1080p"));
        assert_eq!(chosen("bytedance/seedance-1-pro", 720, 5.0, false), Some("720p"));
        assert_eq!(chosen("minimax/hailuo-02", 1080, 5.0, false), Some("1080p"));
        assert_eq!(chosen("minimax/hailuo-02", 1080, 9.0, false), Some("768p"));
    }
}
