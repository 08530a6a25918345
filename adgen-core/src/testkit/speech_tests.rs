//! A speaker of one's own, as somebody would write it who has nothing but the contract.

use super::*;
use crate::{
    error::{Error, ErrorKind, Result},
    provider::{
        AudioCapability, AudioKind, AudioRequest, CallContext, Cancelled, CostRange, Generated, Generation, JobId,
        Price, ProviderInfo, Timing, Voice,
    },
};
use async_trait::async_trait;

const RATE: u32 = 8_000;
const USD_PER_MILLION: f64 = 15.0;

/// Says each word as a tone of a quarter of a second.
#[derive(Debug)]
struct Speaker {
    info: ProviderInfo,
    /// How much later than it should the last word is said to end.
    late_s: f64,
}

impl Speaker {
    fn new(late_s: f64) -> Self {
        let price = Price::Characters { usd: USD_PER_MILLION, as_of: "2026-01-01".to_owned() };
        Self { info: ProviderInfo::priced("own", "tones", price), late_s }
    }
}

fn cost(text: &str) -> f64 {
    text.chars().count() as f64 * USD_PER_MILLION / 1e6
}

/// A mono WAV file of 16 bits.
fn wav(samples: &[i16]) -> Vec<u8> {
    let bytes = samples.len() as u32 * 2;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend(bytes.to_le_bytes());
    samples.iter().for_each(|sample| file.extend(sample.to_le_bytes()));
    file
}

#[async_trait]
impl AudioProvider for Speaker {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self) -> AudioCapability {
        AudioCapability::remote_speech()
    }

    fn estimate(&self, request: &AudioRequest) -> CostRange {
        CostRange::exactly(cost(&request.prompt))
    }

    async fn start(&self, _: &CallContext, request: &AudioRequest) -> Result<Generation> {
        let AudioKind::Speech(Voice { speed, .. }) = &request.kind else {
            return Err(Error::new(ErrorKind::Unsupported, "it makes no music"));
        };
        let word_s = 0.25 / speed;
        let (mut samples, mut timings): (Vec<i16>, Vec<Timing>) = Default::default();
        for (index, word) in request.prompt.split_whitespace().enumerate() {
            let start_s = index as f64 * word_s;
            let tone = |at: u32| {
                ((at * (400 + 40 * index as u32)) as f32 / RATE as f32 * std::f32::consts::TAU).sin() * 8_000.0
            };
            samples.extend((0..(word_s * f64::from(RATE)) as u32).map(|at| tone(at) as i16));
            timings.push(Timing::new(word, start_s, start_s + word_s));
        }
        if let Some(last) = timings.last_mut() {
            last.end_s += self.late_s;
        }
        let made = Generated::bytes(wav(&samples), cost(&request.prompt)).with_timings(timings);
        Ok(Generation::Done(made))
    }

    async fn check(&self, _: &CallContext, job: &JobId) -> Result<Generation> {
        Err(Error::new(ErrorKind::NotFound, format!("there is no job {job}")))
    }

    async fn cancel(&self, _: &CallContext, job: &JobId) -> Result<Cancelled> {
        Err(Error::new(ErrorKind::NotFound, format!("there is no job {job}")))
    }
}

fn case(folder: &std::path::Path) -> AudioCase {
    let voice = Voice { speed: 1.25, language: Some("en".to_owned()), ..Voice::default() };
    let request = AudioRequest::speech("A quieter morning begins").with_voice(voice);
    AudioCase::new(request).with_folder(folder).done_at_once()
}

#[tokio::test]
async fn a_speaker_that_tells_when_its_words_are_heard_passes() {
    let folder = tempfile::tempdir().unwrap();
    let report = audio(&Speaker::new(0.0), &case(folder.path())).await;
    report.expect_passed();
    for rule in ["impossible_requests_are_refused", "file_is_as_ordered", "timings_are_sound"] {
        assert_eq!(report.verdict(rule), Some(&Verdict::Passed), "{rule}\n{report}");
    }
}

#[tokio::test]
async fn words_beyond_the_end_are_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let report = audio(&Speaker::new(9.0), &case(folder.path())).await;
    let failed: Vec<&str> = report.failures().map(|check| check.name).collect();
    assert_eq!(failed, ["timings_are_sound"], "{report}");
}

#[test]
fn a_voice_is_for_speech_alone() {
    let voice = Voice { name: Some("nova".to_owned()), ..Voice::default() };
    let spoken = AudioRequest::speech("Hello").with_voice(voice.clone());
    assert_eq!(spoken.kind, AudioKind::Speech(voice.clone()));
    assert_eq!(AudioRequest::music("piano", 5.0).with_voice(voice).kind, AudioKind::Music);
    let capability = AudioCapability::local_speech();
    assert!(capability.speech && !capability.music && capability.local);
}
