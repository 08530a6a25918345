//! What can be known of a model from its own description: which of its inputs mean what, and what they may be.
//!
//! By hand over plain JSON, for crates of OpenAPI give a document's types and not its meaning, and refuse all of a description of
//! which one field, that nobody needs here, is off. May depend on `provider`, `error` and its neighbours `length`, `model`.

use super::{
    length::{Allowed, Length, Unit},
    model::{AspectInput, Kind, Model, Prompt, Resolution, Speed, Tier, VoiceInput, ratio},
};
use crate::{
    error::{Error, ErrorKind, Result},
    provider::Price,
};
use serde_json::{Map, Value};

/// Customary names of inputs, the most telling first.
const TEXTS: &[&str] = &["prompt", "text", "text_prompt", "input_text", "gen_text", "description"];
const NEGATIVES: &[&str] = &["negative_prompt", "n_prompt"];
const IMAGES: &[&str] =
    &["image", "start_image", "first_frame_image", "first_frame", "start_image_url", "input_image", "image_url"];
const ASPECTS: &[&str] = &["aspect_ratio", "ratio"];
const RESOLUTIONS: &[&str] = &["resolution", "quality", "video_quality"];
const SECONDS: &[&str] = &["duration", "duration_seconds", "seconds", "length_seconds", "audio_length"];
const FRAMES: &[&str] = &["num_frames", "frame_num", "frames", "video_length", "length"];
const RATES: &[&str] = &["fps", "frames_per_second", "frame_rate"];
const VOICES: &[&str] = &["voice", "voice_id", "speaker"];
/// Sound that nobody hears: an ad brings its own.
const SOUNDS: &[&str] = &["generate_audio", "save_audio", "with_audio", "enable_audio"];

/// Where a schema says nothing of a length.
const GUESSED_S: u32 = 5;
/// Where it names a least length and no greatest.
const GUESSED_MAX_S: u32 = 10;
/// Where it says nothing of a frame rate.
const GUESSED_FPS: f64 = 24.0;

/// Reads the description of a model. `video` is whether a video is wanted of it, or else sound.
///
/// # Errors
/// `Unsupported` for a model without a readable schema, without a place for a text, or with required inputs that cannot be
/// filled; each is named.
pub(super) fn derive(name: &str, description: &Value, video: bool) -> Result<Model> {
    let unsupported = |what: String| Error::new(ErrorKind::Unsupported, format!("{name} {what}"));
    let schemas = description.pointer("/latest_version/openapi_schema/components/schemas");
    let input = schemas.and_then(|schemas| schemas.get("Input"));
    let properties = input.and_then(|input| input.get("properties")).and_then(Value::as_object);
    let (Some(schemas), Some(properties)) = (schemas, properties) else {
        return Err(unsupported("does not say which inputs it takes".into()));
    };
    let fields = Fields { properties, schemas };
    let (text, _) = fields.first(TEXTS).ok_or_else(|| unsupported("has no input for a text".into()))?;
    let kind = match (video, text == "text" || fields.first(VOICES).is_some()) {
        (true, _) => Kind::Video,
        (false, true) => Kind::Speech,
        (false, false) => Kind::Music,
    };
    let mut model = Model {
        name: name.to_owned(),
        kind,
        // Official models are run by their name alone; others need to be told which version.
        version: match description.get("is_official").and_then(Value::as_bool) {
            Some(true) => None,
            _ => description.pointer("/latest_version/id").and_then(Value::as_str).map(str::to_owned),
        },
        prompt: fields.prompt(text),
        negative_prompt: fields.name(NEGATIVES),
        image: fields.name(IMAGES).filter(|_| video),
        needs_image: false,
        seed: fields.name(&["seed"]),
        aspect: video.then(|| fields.aspect()),
        length: fields.length(kind),
        resolution: fields.resolution().filter(|_| video),
        voice: fields.voice().filter(|_| kind == Kind::Speech),
        fixed: fields.silence(),
        price: Price::Unknown,
    };
    let required: Vec<&str> = input
        .and_then(|input| input.get("required"))
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    model.needs_image = model.image.as_deref().is_some_and(|image| required.contains(&image));
    let missing: Vec<&str> = required.into_iter().filter(|field| !fills(&model, &fields, field)).collect();
    if missing.is_empty() {
        Ok(model)
    } else {
        Err(unsupported(format!("requires inputs that adgen does not know how to fill: {}", missing.join(", "))))
    }
}

fn fills(model: &Model, fields: &Fields<'_>, field: &str) -> bool {
    let named = |name: &Option<String>| name.as_deref() == Some(field);
    let has_default = fields.get(field).is_some_and(|own| own.value("default").is_some_and(|value| !value.is_null()));
    // A voice is filled only where there is one to begin with.
    let voice = model.voice.as_ref().is_some_and(|voice| voice.field == field && voice.default.is_some());
    has_default
        || voice
        || model.prompt.field == field
        || named(&model.image)
        || named(&model.seed)
        || named(&model.length.field)
        || model.fixed.contains_key(field)
        || model.aspect.as_ref().is_some_and(|aspect| named(&aspect.field))
        || model.resolution.as_ref().is_some_and(|resolution| resolution.field == field)
}

struct Fields<'a> {
    properties: &'a Map<String, Value>,
    schemas: &'a Value,
}

/// One input: its own description, and the one it refers to.
struct Field<'a> {
    own: &'a Value,
    referred: Option<&'a Value>,
}

impl<'a> Field<'a> {
    fn value(&self, key: &str) -> Option<&'a Value> {
        self.own.get(key).or_else(|| self.referred.and_then(|referred| referred.get(key)))
    }

    fn number(&self, key: &str) -> Option<f64> {
        self.value(key).and_then(number)
    }

    fn texts(&self) -> Vec<&'a str> {
        self.value("enum")
            .and_then(Value::as_array)
            .map_or_else(Vec::new, |all| all.iter().filter_map(Value::as_str).collect())
    }

    fn is(&self, kind: &str) -> bool {
        self.value("type").and_then(Value::as_str) == Some(kind)
    }

    /// The whole numbers that it may be, 0 and less left out: they mean that the model decides.
    fn allowed(&self, guessed_max: u32) -> Option<Allowed> {
        if let Some(all) = self.value("enum").and_then(Value::as_array) {
            let mut values: Vec<u32> = all.iter().filter_map(number).filter_map(whole).collect();
            values.sort_unstable();
            return (!values.is_empty()).then_some(Allowed::List(values));
        }
        let default = self.number("default").and_then(whole);
        match (self.number("minimum"), self.number("maximum")) {
            (None, None) => default.map(|value| Allowed::List(vec![value])),
            (low, high) => {
                let min = low.map_or(1.0, f64::ceil).max(1.0);
                let max = high.map_or_else(|| f64::from(default.unwrap_or(0).max(guessed_max)), f64::floor).max(min);
                Some(Allowed::Range { min: whole(min)?, max: whole(max)?, step: 1 })
            }
        }
    }
}

impl<'a> Fields<'a> {
    fn get(&self, name: &str) -> Option<Field<'a>> {
        let own = self.properties.get(name)?;
        // An enum lies elsewhere: directly, or as the one part of a combination (the other may be null).
        let parts = ["allOf", "anyOf", "oneOf"].iter().find_map(|key| own.get(key)).and_then(Value::as_array);
        let parts = std::iter::once(own).chain(parts.into_iter().flatten());
        let referred = parts.clone().find_map(|part| {
            let name = part.get("$ref")?.as_str()?.rsplit('/').next()?;
            self.schemas.get(name)
        });
        let inline = || parts.skip(1).find(|part| part.get("type").is_some_and(|kind| kind != "null"));
        Some(Field { own, referred: referred.or_else(inline) })
    }

    fn first(&self, names: &[&'static str]) -> Option<(&'static str, Field<'a>)> {
        names.iter().find_map(|name| Some((*name, self.get(name)?)))
    }

    fn name(&self, names: &[&'static str]) -> Option<String> {
        self.first(names).map(|(name, _)| name.to_owned())
    }

    fn prompt(&self, name: &str) -> Prompt {
        let limit = |key: &str| self.get(name).and_then(|field| field.value(key)?.as_u64()).map(|n| n as usize);
        Prompt { field: name.to_owned(), min: limit("minLength").unwrap_or(0), max: limit("maxLength") }
    }

    /// Without a choice of shapes, most models make 16:9.
    fn aspect(&self) -> AspectInput {
        let found = self.first(ASPECTS).and_then(|(name, field)| {
            let values: Vec<_> = field.texts().into_iter().filter(|v| ratio(v).is_some()).map(str::to_owned).collect();
            (!values.is_empty()).then(|| AspectInput { field: Some(name.to_owned()), values })
        });
        found.unwrap_or_else(|| AspectInput { field: None, values: vec!["16:9".into()] })
    }

    fn resolution(&self) -> Option<Resolution> {
        RESOLUTIONS.iter().find_map(|name| {
            let tier = |value: &str| {
                let short_side = value.trim_end_matches(['p', 'P']).parse().ok()?;
                Some(Tier { short_side, value: value.to_owned(), max_s: None, price: Price::Unknown })
            };
            let mut tiers: Vec<Tier> = self.get(name)?.texts().into_iter().filter_map(tier).collect();
            tiers.sort_by_key(|tier| tier.short_side);
            (!tiers.is_empty()).then(|| Resolution { field: (*name).to_owned(), tiers })
        })
    }

    fn length(&self, kind: Kind) -> Length {
        let plain =
            |unit, seconds| Length { field: None, unit, allowed: Allowed::List(vec![seconds]), fps: None, rate: None };
        if kind == Kind::Speech {
            return plain(Unit::Spoken, 1);
        }
        if let Some((name, field)) = self.first(SECONDS)
            && let Some(allowed) = field.allowed(GUESSED_MAX_S)
        {
            let unit = if field.is("string") { Unit::Text } else { Unit::Seconds };
            return Length { field: Some(name.to_owned()), unit, allowed, fps: None, rate: None };
        }
        if let Some((name, field)) = self.first(FRAMES)
            && let Some(allowed) = field.allowed(GUESSED_MAX_S * 24)
        {
            let fps = self.first(RATES).and_then(|(_, rate)| rate.number("default")).filter(|fps| *fps >= 1.0);
            let fps = Some(fps.unwrap_or(GUESSED_FPS));
            return Length { field: Some(name.to_owned()), unit: Unit::Frames, allowed, fps, rate: None };
        }
        plain(Unit::Fixed, if kind == Kind::Video { GUESSED_S } else { 30 })
    }

    fn voice(&self) -> Option<VoiceInput> {
        let (name, field) = self.first(VOICES)?;
        let default = field.value("default").and_then(Value::as_str).or(field.texts().first().copied());
        let speed = self.get("speed").map(|speed| Speed {
            field: "speed".into(),
            min: speed.number("minimum").unwrap_or(0.5),
            max: speed.number("maximum").unwrap_or(2.0),
        });
        let speed = speed.filter(|speed| speed.min <= speed.max);
        Some(VoiceInput { field: name.to_owned(), default: default.map(str::to_owned), speed, language: None })
    }

    fn silence(&self) -> Map<String, Value> {
        let is_switch = |name: &&&str| self.get(name).is_some_and(|field| field.is("boolean"));
        SOUNDS.iter().filter(is_switch).map(|name| ((*name).to_owned(), false.into())).collect()
    }
}

/// A number, also as a text such as `5` or `5s`.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => text.trim().trim_end_matches('s').parse().ok(),
        other => other.as_f64(),
    }
}

fn whole(value: f64) -> Option<u32> {
    (value.fract() == 0.0 && value >= 1.0 && value <= f64::from(u32::MAX)).then_some(value as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn description(properties: Value, required: Value, official: bool) -> Value {
        json!({
            "is_official": official,
            "latest_version": { "id": "f00d", "openapi_schema": { "components": { "schemas": {
                "Input": { "properties": properties, "required": required },
                "aspect_ratio": { "type": "string", "enum": ["16:9", "9:16", "adaptive"] },
                "duration": { "type": "integer", "enum": [10, 5, -1] },
                "seconds": { "type": "string", "enum": ["4", "8"] },
                "resolution": { "type": "string", "enum": ["1080p", "480p", "auto"] },
            } } } },
        })
    }

    #[test]
    fn enums_are_followed_through_references() {
        let properties = json!({
            "prompt": { "type": "string", "maxLength": 500 },
            "aspect_ratio": { "allOf": [{ "$ref": "#/components/schemas/aspect_ratio" }], "default": "16:9" },
            "duration": { "allOf": [{ "$ref": "#/components/schemas/duration" }], "default": 5 },
            "resolution": { "$ref": "#/components/schemas/resolution" },
            "first_frame_image": { "type": "string", "format": "uri" },
            "generate_audio": { "type": "boolean", "default": true },
            "seed": { "anyOf": [{ "type": "integer" }, { "type": "null" }] },
        });
        let model = derive("a/b", &description(properties, json!(["prompt"]), true), true).expect("a model");
        assert_eq!(model.version, None);
        assert_eq!(model.prompt.max, Some(500));
        assert_eq!(model.aspect.map(|aspect| aspect.values), Some(vec!["16:9".into(), "9:16".into()]));
        assert_eq!((model.length.unit, model.length.allowed), (Unit::Seconds, Allowed::List(vec![5, 10])));
        let sides: Vec<_> = model.resolution.iter().flat_map(|all| all.tiers.iter().map(|t| t.short_side)).collect();
        assert_eq!(sides, [480, 1080]);
        assert_eq!(model.image.as_deref(), Some("first_frame_image"));
        assert_eq!(model.fixed.get("generate_audio"), Some(&json!(false)));
        assert_eq!(model.seed.as_deref(), Some("seed"));
        assert!(!model.needs_image);
    }

    #[test]
    fn lengths_are_read_in_every_form() {
        let length = |properties: Value| {
            let mut all = json!({ "prompt": {} });
            all.as_object_mut().expect("an object").extend(properties.as_object().cloned().expect("an object"));
            let length = derive("a/b", &description(all, json!([]), true), true).expect("a model").length;
            (length.field, length.unit, length.allowed)
        };
        let range = |min, max| Allowed::Range { min, max, step: 1 };
        let cases = [
            (
                json!({"duration": {"type": "integer", "minimum": 2, "maximum": 12}}),
                Some("duration"),
                Unit::Seconds,
                range(2, 12),
            ),
            (
                json!({"duration": {"type": "number", "minimum": 0.5, "maximum": 9.9}}),
                Some("duration"),
                Unit::Seconds,
                range(1, 9),
            ),
            (
                json!({"duration": {"type": "integer", "minimum": 3, "default": 5}}),
                Some("duration"),
                Unit::Seconds,
                range(3, 10),
            ),
            (
                json!({"duration": {"type": "integer", "default": 6}}),
                Some("duration"),
                Unit::Seconds,
                Allowed::List(vec![6]),
            ),
            (
                json!({"seconds": {"$ref": "#/components/schemas/seconds"}}),
                Some("seconds"),
                Unit::Text,
                Allowed::List(vec![4, 8]),
            ),
            (json!({"num_frames": {"minimum": 81, "maximum": 121}}), Some("num_frames"), Unit::Frames, range(81, 121)),
            (json!({"duration": {"type": "string"}}), None, Unit::Fixed, Allowed::List(vec![5])),
            (json!({}), None, Unit::Fixed, Allowed::List(vec![5])),
        ];
        for (properties, field, unit, allowed) in cases {
            let said = properties.to_string();
            assert_eq!(length(properties), (field.map(str::to_owned), unit, allowed), "{said}");
        }
    }

    #[test]
    fn what_cannot_be_filled_is_named() {
        let properties = json!({
            "prompt": {}, "pose_video": {"type": "string"}, "style": {"type": "string", "default": "plain"}, "mask": {},
        });
        let required = json!(["prompt", "pose_video", "style", "mask"]);
        let error = derive("a/b", &description(properties, required, false), true).expect_err("cannot be filled");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().ends_with(": pose_video, mask"), "{error}");
        for description in [json!({}), description(json!({"image": {}}), json!([]), true)] {
            assert_eq!(derive("a/b", &description, true).map_err(|e| e.kind()), Err(ErrorKind::Unsupported));
        }
    }

    #[test]
    fn a_required_image_is_known() {
        let properties = json!({ "prompt": {}, "start_image": {} });
        let model = derive("a/b", &description(properties, json!(["start_image"]), false), true).expect("a model");
        assert!(model.needs_image);
        assert_eq!(model.version.as_deref(), Some("f00d"));
    }

    #[test]
    fn sound_is_music_or_speech_by_its_inputs() {
        let kind = |properties: Value| derive("a/b", &description(properties, json!([]), true), false).map(|m| m.kind);
        assert_eq!(kind(json!({"prompt": {}, "duration": {"minimum": 1, "maximum": 60}})).ok(), Some(Kind::Music));
        assert_eq!(kind(json!({"text": {}, "voice": {"type": "string", "default": "amy"}})).ok(), Some(Kind::Speech));
        assert_eq!(kind(json!({"prompt": {}, "voice_id": {"type": "string"}})).ok(), Some(Kind::Speech));
    }
}
