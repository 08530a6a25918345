//! How long a model's output can be, and how a length is ordered.

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

/// How long a model's output is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Length {
    #[serde(default)]
    pub(super) field: Option<String>,
    pub(super) unit: Unit,
    pub(super) allowed: Allowed,
    /// Frames a second at which frames are played, and counted for the bill.
    #[serde(default)]
    pub(super) fps: Option<f64>,
    /// The input by which frames are played more slowly, for lengths beyond.
    #[serde(default)]
    pub(super) rate: Option<Rate>,
}

/// How a length is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unit {
    /// As a number of seconds.
    Seconds,
    /// As seconds in a text.
    Text,
    /// As a number of frames.
    Frames,
    /// Not at all: it is about the same every time.
    Fixed,
    /// Not at all: it follows from the text that is spoken.
    Spoken,
}

/// The frame rate as an input.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rate {
    pub(super) field: String,
    /// The slowest that still looks like motion.
    pub(super) min: u32,
}

/// The values that an input may have.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Allowed {
    List(Vec<u32>),
    Range { min: u32, max: u32, step: u32 },
}

/// Through a value: the derived reader for either form would not know numbers where another crate of the program has
/// `serde_json` keep them as texts.
impl<'de> Deserialize<'de> for Allowed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let wrong =
            || D::Error::custom(format!("{value} is neither a list of values nor an object of min, max and step"));
        let number = |value: &Value| value.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or_else(wrong);
        match &value {
            Value::Array(values) => Ok(Self::List(values.iter().map(number).collect::<Result<_, _>>()?)),
            Value::Object(fields) => {
                let field = |name: &str| fields.get(name).map(number).transpose();
                let known = fields.keys().all(|name| ["min", "max", "step"].contains(&name.as_str()));
                match (field("min")?, field("max")?, field("step")?.unwrap_or(1)) {
                    (Some(min), Some(max), step) if known => Ok(Self::Range { min, max, step }),
                    _ => Err(wrong()),
                }
            }
            _ => Err(wrong()),
        }
    }
}

impl Allowed {
    /// The least value that is `wanted` or more; the greatest where none is.
    pub(super) fn at_or_above(&self, wanted: f64) -> u32 {
        match self {
            Self::List(values) => {
                values.iter().copied().filter(|&v| f64::from(v) >= wanted).min().unwrap_or_else(|| self.max())
            }
            &Self::Range { min, max, step } => {
                let steps = ((wanted - f64::from(min)) / f64::from(step)).ceil().max(0.0);
                // Saturates, so that a wish without end gives the greatest.
                min.saturating_add((steps as u32).saturating_mul(step)).min(max)
            }
        }
    }

    pub(super) fn max(&self) -> u32 {
        match self {
            Self::List(values) => values.iter().copied().max().unwrap_or(0),
            Self::Range { max, .. } => *max,
        }
    }

    #[cfg(test)]
    pub(super) fn has(&self, value: u32) -> bool {
        match self {
            Self::List(values) => values.contains(&value),
            Self::Range { min, max, step } => (*min..=*max).contains(&value) && (value - min).is_multiple_of(*step),
        }
    }
}

/// A length that can be had.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bought {
    /// Seconds that it plays.
    pub(super) seconds: f64,
    /// Seconds that are paid for.
    pub(super) billed_s: f64,
    /// The inputs that order it.
    pub(super) inputs: Vec<(String, Value)>,
}

impl Length {
    /// The longest output in seconds.
    pub(super) fn max_s(&self) -> f64 {
        let most = f64::from(self.allowed.max());
        match (self.unit, &self.rate) {
            (Unit::Spoken, _) => f64::INFINITY,
            (Unit::Frames, Some(rate)) => most / f64::from(rate.min),
            (Unit::Frames, None) => most / self.rate(),
            _ => most,
        }
    }

    /// The nearest length at or above the wanted one, within `limit_s` where a resolution has such a limit.
    pub(super) fn buy(&self, wanted_s: f64, limit_s: Option<u32>) -> Bought {
        let wanted_s = limit_s.map_or(wanted_s, |limit| wanted_s.min(limit.into()));
        let input = |value: Value| self.field.iter().map(|field| (field.clone(), value.clone())).collect::<Vec<_>>();
        match self.unit {
            Unit::Fixed | Unit::Spoken => {
                let seconds = f64::from(self.allowed.max());
                Bought { seconds, billed_s: seconds, inputs: Vec::new() }
            }
            Unit::Seconds | Unit::Text => {
                let value = self.allowed.at_or_above(wanted_s);
                let told = if self.unit == Unit::Text { value.to_string().into() } else { value.into() };
                Bought { seconds: value.into(), billed_s: value.into(), inputs: input(told) }
            }
            Unit::Frames => self.buy_frames(wanted_s),
        }
    }

    fn buy_frames(&self, wanted_s: f64) -> Bought {
        let fps = self.rate();
        // The hair less keeps 5.0625 s x 16 from asking for a frame more than it is.
        let frames = self.allowed.at_or_above((wanted_s * fps - 1e-6).max(0.0));
        let mut inputs: Vec<_> = self.field.iter().map(|field| (field.clone(), Value::from(frames))).collect();
        let billed_s = f64::from(frames) / fps;
        let mut seconds = billed_s;
        if let Some(rate) = &self.rate {
            let slowest = rate.min.min(fps as u32).max(1);
            let chosen = ((f64::from(frames) / wanted_s.max(0.1) + 1e-6).floor()).clamp(slowest.into(), fps) as u32;
            seconds = f64::from(frames) / f64::from(chosen);
            inputs.push((rate.field.clone(), chosen.into()));
        }
        Bought { seconds, billed_s, inputs }
    }

    /// The seconds that an input of this model asked for, as they are billed.
    pub(super) fn billed_s(&self, input: &Map<String, Value>) -> Option<f64> {
        let value = self.field.as_ref().and_then(|field| input.get(field));
        let number = match value {
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(other) => other.as_f64(),
            None => None,
        };
        match self.unit {
            Unit::Seconds | Unit::Text => number.filter(|seconds| *seconds > 0.0),
            Unit::Frames => number.filter(|frames| *frames > 0.0).map(|frames| frames / self.rate()),
            Unit::Fixed | Unit::Spoken => Some(self.allowed.max().into()),
        }
    }

    fn rate(&self) -> f64 {
        self.fps.unwrap_or(24.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Kind, Model, known, named};
    use proptest::prelude::*;

    fn every() -> impl Iterator<Item = &'static Model> {
        [Kind::Video, Kind::Music, Kind::Speech].into_iter().flat_map(known)
    }

    #[test]
    fn frames_are_slowed_only_where_they_do_not_suffice() {
        let length = &named("wan-video/wan-2.2-t2v-fast").expect("a known model").length;
        let buy = |seconds: f64| {
            let bought = length.buy(seconds, None);
            (bought.inputs[0].1.clone(), bought.inputs[1].1.clone())
        };
        assert_eq!(buy(1.0), (81.into(), 16.into()));
        assert_eq!(buy(5.0), (81.into(), 16.into()));
        assert_eq!(buy(6.0), (97.into(), 16.into()));
        assert_eq!(buy(8.0), (121.into(), 15.into()));
        assert_eq!(buy(15.0), (121.into(), 8.into()));
        assert_eq!(buy(60.0), (121.into(), 8.into()));
        assert!((length.buy(8.0, None).billed_s - 121.0 / 16.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn what_is_bought_is_allowed_and_long_enough(wanted in 0.1f64..60.0) {
            for model in every().filter(|model| model.length.field.is_some()) {
                let bought = model.length.buy(wanted, None);
                let least = wanted.min(model.length.max_s());
                prop_assert!(bought.seconds + 1e-6 >= least, "{}: {} for {wanted}", model.name, bought.seconds);
                let value = &bought.inputs[0].1;
                let value = value.as_u64().or_else(|| value.as_str()?.parse().ok()).expect("a whole number");
                prop_assert!(model.length.allowed.has(value as u32), "{}: {value}", model.name);
                let input = bought.inputs.iter().cloned().collect();
                prop_assert_eq!(model.length.billed_s(&input), Some(bought.billed_s));
                // Nothing shorter would do.
                let less = (1..value as u32).rev().find(|&less| model.length.allowed.has(less));
                if let (Some(less), None) = (less, &model.length.rate) {
                    let unit = bought.seconds / value as f64;
                    prop_assert!(f64::from(less) * unit < least + 1e-6, "{}: {less}", model.name);
                }
            }
        }

        #[test]
        fn a_wish_is_never_out_of_range(wanted in proptest::num::f64::ANY) {
            for model in every() {
                prop_assert!(model.length.buy(wanted, Some(6)).seconds.is_finite());
            }
        }
    }
}
