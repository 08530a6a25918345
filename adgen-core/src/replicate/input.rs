//! The input of a job, made from a request by what is known of the model. Nothing here calls anybody.

use super::model::{Kind, Model, Prompt, USUAL_SIDE, VoiceInput};
use crate::{
    error::{Error, ErrorKind, Result},
    provider::{AudioKind, AudioRequest, VideoRequest, Voice},
};
use serde_json::{Map, Value};

/// Put before music prompts that are shorter than a model takes.
const MUSIC_PREFIX: &str = "Instrumental music: ";

/// What a prediction is made of, and what follows from it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PredictionInput {
    pub(super) fields: Map<String, Value>,
    /// Seconds that it plays.
    pub(super) seconds: f64,
    /// Seconds that are paid for.
    pub(super) billed_s: f64,
    /// The shorter side in pixels where there is one to choose.
    pub(super) short_side: Option<u32>,
    /// An input that is an address or data: it differs each time and says nothing about what is ordered.
    pub(super) image_field: Option<String>,
}

impl PredictionInput {
    /// The input without its image: equal for equal orders.
    pub(super) fn essence(&self) -> Map<String, Value> {
        let mut fields = self.fields.clone();
        if let Some(field) = &self.image_field {
            fields.remove(field);
        }
        fields
    }
}

/// The input for a clip. `short_side` is the user's own limit, up to which resolutions of unknown price are taken too.
///
/// # Errors
/// `Unsupported` where the model needs a picture or has no place for one and for a clip beyond its longest, `InvalidInput` for
/// an empty prompt.
pub(super) fn video(model: &Model, request: &VideoRequest, short_side: Option<u32>) -> Result<PredictionInput> {
    match (&request.image, &model.image) {
        (Some(_), None) => return Err(unsupported(model, "takes no image")),
        (None, _) if model.needs_image => {
            return Err(unsupported(model, "makes videos of images only, and the request has none"));
        }
        _ => {}
    }
    check_length(model, request.duration_s)?;
    let mut fields = model.fixed.clone();
    fields.insert(model.prompt.field.clone(), fitted(&model.prompt, &request.prompt, "").into());
    if let (Some(field), Some(text)) = (&model.negative_prompt, &request.negative_prompt) {
        fields.insert(field.clone(), text.as_str().into());
    }
    if let Some(aspect) = &model.aspect
        && let (Some(field), Some(value)) = (&aspect.field, aspect.nearest(request.aspect))
    {
        fields.insert(field.clone(), value.into());
    }
    let needed = request.short_side.min(short_side.unwrap_or(USUAL_SIDE));
    let tier = model.resolution.as_ref().and_then(|all| all.choose(needed, request.duration_s, short_side.is_none()));
    if let (Some(resolution), Some(tier)) = (&model.resolution, tier) {
        fields.insert(resolution.field.clone(), tier.value.as_str().into());
    }
    seed(model, request.seed, &mut fields);
    let bought = model.length.buy(request.duration_s, tier.and_then(|tier| tier.max_s));
    fields.extend(bought.inputs);
    let image_field = request.image.as_ref().and(model.image.clone());
    let (seconds, short_side) = (bought.seconds, tier.map(|tier| tier.short_side));
    sound(model, PredictionInput { fields, seconds, billed_s: bought.billed_s, short_side, image_field })
}

/// The input for a track.
///
/// # Errors
/// `Unsupported` for music from a model that speaks, for speech from one that makes music and for music beyond its longest,
/// `InvalidInput` for an empty prompt or a text that is too long to be spoken.
pub(super) fn audio(model: &Model, request: &AudioRequest) -> Result<PredictionInput> {
    let mut fields = model.fixed.clone();
    match (&request.kind, model.kind) {
        (AudioKind::Music, Kind::Music) => {
            check_length(model, request.duration_s)?;
            fields.insert(model.prompt.field.clone(), fitted(&model.prompt, &request.prompt, MUSIC_PREFIX).into());
        }
        (AudioKind::Speech(voice), Kind::Speech) => {
            let (text, most) = (request.prompt.trim(), model.prompt.max.unwrap_or(usize::MAX));
            let length = text.chars().count();
            if length > most {
                let message = format!("the text has {length} characters; {} speaks {most} at most", model.name);
                return Err(Error::new(ErrorKind::InvalidInput, message));
            }
            fields.insert(model.prompt.field.clone(), text.into());
            if let Some(place) = &model.voice {
                speak(place, voice, &mut fields);
            }
        }
        (AudioKind::Music, _) => return Err(unsupported(model, "speaks and makes no music")),
        (AudioKind::Speech(_), _) => return Err(unsupported(model, "makes music and does not speak")),
    }
    seed(model, request.seed, &mut fields);
    let bought = model.length.buy(request.duration_s, None);
    fields.extend(bought.inputs);
    let (seconds, billed_s) = (bought.seconds, bought.billed_s);
    sound(model, PredictionInput { fields, seconds, billed_s, short_side: None, image_field: None })
}

fn speak(place: &VoiceInput, voice: &Voice, fields: &mut Map<String, Value>) {
    if let Some(name) = voice.name.as_ref().or(place.default.as_ref()) {
        fields.insert(place.field.clone(), name.as_str().into());
    }
    if let Some(speed) = &place.speed
        && voice.speed.is_finite()
        && (voice.speed - 1.0).abs() > 1e-9
    {
        fields.insert(speed.field.clone(), voice.speed.clamp(speed.min, speed.max).into());
    }
    if let (Some(language), Some(code)) = (&place.language, &voice.language) {
        // `de-AT` is German all the same.
        let code = code.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        if let Some(value) = language.values.get(&code) {
            fields.insert(language.field.clone(), value.as_str().into());
        }
    }
}

fn seed(model: &Model, seed: u32, fields: &mut Map<String, Value>) {
    if let Some(field) = &model.seed {
        // Many models keep seeds in 32 signed bits.
        fields.insert(field.clone(), (seed & 0x7fff_ffff).into());
    }
}

/// A prompt within the model's limits: cut between words, or lengthened by `prefix`.
fn fitted(prompt: &Prompt, text: &str, prefix: &str) -> String {
    let text = text.trim();
    let text =
        if !text.is_empty() && text.chars().count() < prompt.min { format!("{prefix}{text}") } else { text.into() };
    let Some((end, _)) = prompt.max.and_then(|most| text.char_indices().nth(most)) else { return text };
    let cut = &text[..end];
    let word_end = cut.rfind(char::is_whitespace).filter(|&at| at > end / 2).unwrap_or(end);
    cut[..word_end].trim_end().to_owned()
}

fn sound(model: &Model, input: PredictionInput) -> Result<PredictionInput> {
    let text = input.fields.get(&model.prompt.field).and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        return Err(Error::new(ErrorKind::InvalidInput, format!("{} was given an empty prompt", model.name)));
    }
    Ok(input)
}

/// What is too long is not met by something shorter: who asks decides how to bridge it.
fn check_length(model: &Model, seconds: f64) -> Result<()> {
    let longest = model.length.max_s();
    if seconds <= longest + 1e-6 {
        return Ok(());
    }
    Err(unsupported(model, &format!("makes at most {longest:.1} s, and {seconds:.1} s were asked for")))
}

fn unsupported(model: &Model, what: &str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{} {what}", model.name)).with_hint("choose another model")
}

#[cfg(test)]
mod tests {
    use super::{
        super::model::{known, named},
        *,
    };
    use crate::{project::Aspect, provider::ImageInput};

    #[test]
    fn every_model_takes_every_request() {
        for model in known(Kind::Video) {
            for &aspect in Aspect::ALL {
                for seconds in 1..=model.length.max_s() as u32 {
                    let mut request = VideoRequest::new("a harbour at dawn", seconds.into());
                    request.aspect = aspect;
                    request.negative_prompt = Some("people".into());
                    let input = video(model, &request, None).expect("an input");
                    let name = &model.name;
                    let value = |field: &str| input.fields.get(field).and_then(Value::as_str);
                    if let Some(own) = model.aspect.as_ref().filter(|own| own.field.is_some()) {
                        let chosen = value(own.field.as_deref().unwrap_or_default()).expect("a shape");
                        assert!(own.values.iter().any(|value| value == chosen), "{name}");
                        assert!(!own.native().contains(&aspect) || chosen == aspect.as_str(), "{name}: {chosen}");
                    }
                    if let Some(resolution) = &model.resolution {
                        let tier = resolution.of(&input.fields).expect("a tier");
                        assert!(tier.max_s.is_none_or(|max| input.billed_s <= max.into()), "{name}");
                    }
                    assert!(input.billed_s > 0.0 && input.billed_s <= model.length.max_s() + 1e-9, "{name}");
                    assert!(input.fields.values().all(|value| !value.is_null()), "{name}");
                    assert_eq!(input, video(model, &request, None).expect("the same input"), "{name}");
                }
            }
        }
    }

    #[test]
    fn the_default_model_is_asked_as_its_schema_says() {
        let mut request = VideoRequest::new("a harbour", 7.2);
        request.seed = u32::MAX;
        let input = video(named("bytedance/seedance-1-pro-fast").expect("known"), &request, None).expect("an input");
        let wanted = serde_json::json!({
            "prompt": "a harbour", "duration": 8, "aspect_ratio": "9:16", "resolution": "720p", "seed": i32::MAX,
        });
        assert_eq!(Value::Object(input.fields), wanted);
    }

    #[test]
    fn images_go_only_where_there_is_a_place() {
        let mut request = VideoRequest::new("a harbour", 5.0);
        request.image = Some(ImageInput::Url("https://a.example/p.png".into()));
        let kling = video(named("kwaivgi/kling-v2.5-turbo-pro").expect("known"), &request, None).expect("an input");
        assert_eq!(kling.image_field.as_deref(), Some("start_image"));
        let wan = video(named("wan-video/wan-2.2-t2v-fast").expect("known"), &request, None).expect_err("no place");
        assert_eq!(wan.kind(), ErrorKind::Unsupported);
    }

    #[test]
    fn sound_requests_go_to_their_kind_of_model() {
        let music = AudioRequest::music("calm", 30.0);
        let speech = AudioRequest::speech("Hello.");
        for model in known(Kind::Music) {
            assert!(audio(model, &music).is_ok());
            assert_eq!(audio(model, &speech).map_err(|e| e.kind()), Err(ErrorKind::Unsupported), "{}", model.name);
        }
        for model in known(Kind::Speech) {
            assert!(audio(model, &speech).is_ok());
            assert_eq!(audio(model, &music).map_err(|e| e.kind()), Err(ErrorKind::Unsupported), "{}", model.name);
        }
    }

    #[test]
    fn limits_of_texts_are_kept() {
        let model = named("minimax/music-1.5").expect("known");
        for prompt in ["calm".to_owned(), "soft ".repeat(100), "ü".repeat(400)] {
            let input = audio(model, &AudioRequest::music(prompt, 30.0)).expect("an input");
            for (field, most) in [("prompt", 300), ("lyrics", 600)] {
                let length = input.fields[field].as_str().expect("a text").chars().count();
                assert!((10..=most).contains(&length), "{field}: {length}");
            }
        }
        let long = AudioRequest::speech("a".repeat(5001));
        let refused = audio(named("minimax/speech-02-hd").expect("known"), &long).expect_err("too long");
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert!(refused.message().contains("5000"));
        let empty = audio(model, &AudioRequest::music("  ", 30.0)).map_err(|error| error.kind());
        assert_eq!(empty, Err(ErrorKind::InvalidInput));
    }

    #[test]
    fn voices_are_told_in_the_models_words() {
        let mut request = AudioRequest::speech("Guten Tag.");
        let voice = Voice { name: None, language: Some("de-AT".into()), instructions: None, speed: 9.0 };
        request.kind = AudioKind::Speech(voice);
        let input = audio(named("minimax/speech-02-hd").expect("known"), &request).expect("an input");
        let wanted = serde_json::json!({
            "text": "Guten Tag.", "voice_id": "Wise_Woman", "speed": 2.0, "language_boost": "German",
        });
        assert_eq!(Value::Object(input.fields), wanted);
    }
}
