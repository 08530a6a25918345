//! How segments are encoded: all alike, or they could not be joined. And what keys hold of how clips are.
//!
//! May depend on `media` and `project`.

use crate::{
    media::{EncoderKind, VideoSettings},
    project::{Aspect, Encoder, Output, Quality},
};
use serde_json::{Value, json};

/// The encoder that a document asks for; none in particular where it leaves that open.
pub(crate) fn wanted_encoder(output: &Output) -> Option<EncoderKind> {
    match output.encoder {
        Encoder::Auto => None,
        Encoder::X264 => Some(EncoderKind::X264),
        Encoder::Openh264 => Some(EncoderKind::OpenH264),
        Encoder::Nvenc => Some(EncoderKind::Nvenc),
        Encoder::Vaapi => Some(EncoderKind::Vaapi),
        Encoder::Qsv => Some(EncoderKind::Qsv),
    }
}

/// The settings of every segment of a shape, with the encoder that the run has.
pub(crate) fn video_settings(output: &Output, aspect: Aspect, encoder: EncoderKind) -> VideoSettings {
    let (width, height) = output.size(aspect);
    let (preset, crf) = match output.quality {
        Quality::Draft => ("superfast", 26.0),
        Quality::Standard => ("veryfast", 20.0),
        Quality::High => ("medium", 17.0),
    };
    let mut settings = VideoSettings::new(width as usize, height as usize, output.fps);
    settings.preset = preset.to_owned();
    settings.crf = crf;
    settings.encoder = encoder;
    settings
}

/// What a clip that is encoded here is made from, with what encodes it in this build: nothing for x264, which it was before
/// there was a choice.
pub(crate) fn with_clip_encoder(parameters: Value) -> Value {
    with_encoder(parameters, EncoderKind::of_clips())
}

fn with_encoder(parameters: Value, encoder: EncoderKind) -> Value {
    match (encoder, parameters) {
        (EncoderKind::X264, parameters) => parameters,
        (encoder, Value::Array(mut values)) => {
            values.push(json!({ "encoder": encoder }));
            Value::Array(values)
        }
        (encoder, Value::Object(mut fields)) => {
            fields.insert("encoder".to_owned(), json!(encoder));
            Value::Object(fields)
        }
        (encoder, other) => json!([other, { "encoder": encoder }]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_knows_every_encoder_but_the_one_that_there_always_was() {
        for parameters in [json!([1, 2]), json!({ "a": 1 }), json!(7)] {
            assert_eq!(with_encoder(parameters.clone(), EncoderKind::X264), parameters);
            let [a, b] = [EncoderKind::OpenH264, EncoderKind::Mpeg4].map(|one| with_encoder(parameters.clone(), one));
            assert!(a != b && a != parameters && b != parameters, "{a} {b}");
        }
    }

    #[test]
    fn segments_are_known_by_the_encoder_that_made_them() {
        let output = Output::default();
        let json = |encoder| json!(video_settings(&output, Aspect::Square, encoder));
        assert_eq!(json(EncoderKind::X264).get("encoder"), None);
        assert_eq!(json(EncoderKind::Nvenc)["encoder"], "nvenc");
        assert_eq!(json(EncoderKind::OpenH264)["crf"], json(EncoderKind::X264)["crf"]);
    }

    #[test]
    fn every_name_of_a_document_is_the_encoders_own() {
        let named = [Encoder::X264, Encoder::Openh264, Encoder::Nvenc, Encoder::Vaapi, Encoder::Qsv];
        for (name, kind) in named.into_iter().zip(EncoderKind::H264) {
            let output = Output::default().with_encoder(name);
            assert_eq!(wanted_encoder(&output), Some(kind));
            assert_eq!(json!(output)["encoder"], kind.as_str());
        }
        assert_eq!(wanted_encoder(&Output::default()), None);
        assert_eq!(json!(Output::default()).get("encoder"), None, "a document that asks for none stays as it was");
    }
}
