//! Speech: one call, and the sound is there.

use super::{
    catalog,
    client::OpenAi,
    error::{PROVIDER, shown},
    wav::Wav,
};
use crate::{
    error::{Error, ErrorKind, Result, Retry},
    file_type::FileType,
    http::{Answer, Body, Call, Repeat},
    provider::{
        AudioCapability, AudioKind, AudioProvider, AudioRequest, CallContext, Cancelled, CostRange, Generated,
        Generation, JobId, Price, ProviderInfo, Voice,
    },
};
use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

/// Retires on 2027-01-06 like all models of this address; OpenAI names no successor for it.
const MODEL: &str = "gpt-4o-mini-tts";
const VOICE: &str = "alloy";
/// The API's own limits, in characters.
const LONGEST_TEXT: usize = 4_096;
const LONGEST_INSTRUCTIONS: usize = 4_096;
const SPEED: std::ops::RangeInclusive<f64> = 0.25..=4.0;
/// Reading pace in characters a second, where a file does not tell its length.
const PACE: f64 = 15.0;
/// The slowest and the fastest reading that is usual, and the silence around it in seconds: for estimates.
const PACES: (f64, f64) = (10.0, 20.0);
const SILENCE_S: f64 = 1.0;
/// The longest text at the slowest speed is 18 minutes of 24 kHz, 16 bits, mono.
const LARGEST: usize = 64 << 20;

/// Speaks with OpenAI's models, or those of a compatible server.
///
/// The sound is asked for as WAV and known by its first bytes, so a server that sends MP3 all the same is understood.
#[derive(Debug, Clone)]
pub struct OpenAiSpeech {
    client: OpenAi,
    voice: String,
    price: Option<Price>,
    info: ProviderInfo,
}

impl OpenAiSpeech {
    /// A speaker with the model `gpt-4o-mini-tts` and the voice `alloy`.
    pub fn new(client: OpenAi) -> Self {
        let info = ProviderInfo::priced(PROVIDER, MODEL, catalog::speech_price(MODEL));
        Self { client, voice: VOICE.to_owned(), price: None, info }
    }

    /// Another model.
    #[must_use]
    pub fn with_model(mut self, name: impl Into<String>) -> Self {
        self.info.model = name.into();
        self.info.price = self.price.clone().unwrap_or_else(|| catalog::speech_price(&self.info.model));
        self
    }

    /// The voice of requests that name none: one of the API's own, such as `nova`, or the name of a custom one
    /// (`voice_…`).
    #[must_use]
    pub fn with_voice(mut self, name: impl Into<String>) -> Self {
        self.voice = name.into();
        self
    }

    /// What the model takes, where the built-in price list does not know it or is out of date.
    #[must_use]
    pub fn with_price(mut self, price: Price) -> Self {
        self.info.price = price.clone();
        self.price = Some(price);
        self
    }

    /// The question, and what of the wishes the model cannot meet.
    fn body(&self, text: &str, voice: &Voice) -> Result<(Value, Vec<String>)> {
        let unsupported = |message: String| Err(Error::new(ErrorKind::Unsupported, message));
        let length = text.chars().count();
        if text.trim().is_empty() || length > LONGEST_TEXT {
            return unsupported(format!(
                "a text of {length} characters cannot be spoken: 1 to {LONGEST_TEXT} are possible"
            ));
        }
        if !SPEED.contains(&voice.speed) {
            return unsupported(format!("a speed of {} is not possible: 0.25 to 4 are", voice.speed));
        }
        let name = voice.name.as_deref().unwrap_or(&self.voice);
        // A custom voice is named by an object.
        let named = if name.starts_with("voice_") { json!({ "id": name }) } else { json!(name) };
        let model = &self.info.model;
        let mut body = json!({ "model": model, "input": text, "voice": named, "response_format": "wav" });
        if voice.speed != 1.0 {
            body["speed"] = json!(voice.speed);
        }
        let mut notes = Vec::new();
        match voice.instructions.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
            Some(_) if model.starts_with("tts-1") => {
                notes.push(format!("{model} takes no instructions; it speaks in the voice's own manner"));
            }
            Some(words) if words.chars().count() > LONGEST_INSTRUCTIONS => {
                return unsupported(format!("instructions may have {LONGEST_INSTRUCTIONS} characters"));
            }
            Some(words) => body["instructions"] = json!(words),
            None => {}
        }
        Ok((body, notes))
    }

    /// With the model's name; one that is gone is told in words for speech, since the client's are about planning.
    fn named(&self, error: Error) -> Error {
        let model = &self.info.model;
        if error.kind() != ErrorKind::NotFound {
            return error.with_model(model);
        }
        let message = format!("speech model {model} is not served (any more): OpenAI's retire on 2027-01-06");
        let hint = "name another with with_model, or choose another provider";
        Error::new(ErrorKind::NotFound, message).with_hint(hint).with_model(model).with_facts_of(error)
    }

    /// What so many characters and seconds cost. What a model by the second takes for the text itself is next to
    /// nothing.
    fn cost(&self, characters: usize, seconds: f64) -> CostRange {
        match &self.info.price {
            Price::Characters { usd, .. } => CostRange::exactly(characters as f64 * usd / 1e6),
            price => price.of(seconds),
        }
    }
}

/// The sound of a success: its length in seconds where the file tells, and the bytes to be stored.
fn sound(answer: &Answer) -> Result<(Option<f64>, Bytes)> {
    // The call may have cost something, so it is not repeated by itself.
    let failed = |message: &str| Error::new(ErrorKind::GenerationFailed, message).with_retry(Retry::Never);
    if answer.body.is_empty() {
        return Err(failed("the server answered with no sound"));
    }
    let Some(kind) = FileType::of(&answer.body).filter(|kind| kind.is_sound()) else {
        let start: String = String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]).into_owned();
        return Err(failed("the server answered with something that is no sound")
            .with_context("content_type", answer.header("content-type").unwrap_or("none"))
            .with_context("body", shown(&start)));
    };
    if kind != FileType::Wav {
        return Ok((None, answer.body.clone()));
    }
    let wav = Wav::read(&answer.body).ok_or_else(|| failed("the server answered with a damaged WAV file"))?;
    if wav.seconds() <= 0.0 {
        return Err(failed("the server answered with no sound"));
    }
    let bytes = wav.to_bytes().ok_or_else(|| failed("the server answered with too much sound"))?;
    Ok((Some(wav.seconds()), bytes.into()))
}

#[async_trait]
impl AudioProvider for OpenAiSpeech {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> AudioCapability {
        AudioCapability::remote_speech()
    }

    fn estimate(&self, request: &AudioRequest) -> CostRange {
        let speed = match &request.kind {
            AudioKind::Speech(voice) if SPEED.contains(&voice.speed) => voice.speed,
            AudioKind::Speech(_) | AudioKind::Music => 1.0,
        };
        let characters = request.prompt.chars().count();
        let seconds = |pace: f64| characters as f64 / pace / speed;
        CostRange {
            low_usd: self.cost(characters, seconds(PACES.1)).low_usd,
            high_usd: self.cost(characters, seconds(PACES.0) + SILENCE_S).high_usd,
        }
    }

    /// Speaks. It is done when this returns: the sound comes with the answer.
    async fn start(&self, context: &CallContext, request: &AudioRequest) -> Result<Generation> {
        let AudioKind::Speech(voice) = &request.kind else {
            return Err(Error::new(ErrorKind::Unsupported, "OpenAI makes no music; choose another provider for it"));
        };
        let (body, notes) = self.body(&request.prompt, voice)?;
        let call = Call::post("audio/speech", Body::Json(body), Repeat::Create);
        let call =
            Call { timeout: Duration::from_secs(120), deadline: Duration::from_secs(180), max_bytes: LARGEST, ..call };
        let answer = self.client.call(context.caller(), call).await.map_err(|error| self.named(error))?;
        let characters = request.prompt.chars().count();
        let (seconds, bytes) =
            sound(&answer).map_err(|error| error.with_spent_usd(self.cost(characters, 0.0).low_usd))?;
        let cost_usd = self.cost(characters, seconds.unwrap_or(characters as f64 / PACE / voice.speed)).low_usd;
        Ok(Generation::Done(Generated { notes, ..Generated::bytes(bytes, cost_usd) }))
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        Err(unknown(job))
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        Err(unknown(job))
    }
}

/// Speech is there when the call ends, so there is never a job to be asked for.
fn unknown(job: &JobId) -> Error {
    Error::new(ErrorKind::NotFound, format!("OpenAI's speech has no job {job}: it is done when it is ordered"))
}

#[cfg(test)]
#[path = "speech_tests.rs"]
mod tests;
