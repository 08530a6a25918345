//! Everything that the emulator remembers.

use super::{
    clock::{self, Clock},
    faults::Faults,
    files::File,
    journal::{self, Entry, Recorder},
    media::MediaSpec,
    models::{Kind, Model},
    prediction::{self, Prediction},
    rate::Bucket,
    script::Script,
};
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, Instant},
};

/// Behind one lock that is never held across an await.
#[derive(Debug)]
pub(super) struct State {
    pub(super) predictions: Vec<Prediction>,
    by_id: HashMap<String, usize>,
    pub(super) files: Vec<File>,
    pub(super) faults: Faults,
    pub(super) creates: Bucket,
    pub(super) others: Bucket,
    pub(super) recorder: Recorder,
    pub(super) downloads: HashMap<String, u64>,
    made: [usize; 2],
    ids: Ids,
}

impl State {
    pub(super) fn new(script: &Script) -> Self {
        Self {
            predictions: Vec::new(),
            by_id: HashMap::new(),
            files: Vec::new(),
            faults: Faults::new(script.seed, script.faults.clone()),
            creates: Bucket::creates(script.rate.clone()),
            others: Bucket::others(),
            recorder: Recorder::default(),
            downloads: HashMap::new(),
            made: [0; 2],
            ids: Ids::default(),
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<&Prediction> {
        self.by_id.get(id).map(|index| &self.predictions[*index])
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut Prediction> {
        self.by_id.get(id).map(|index| &mut self.predictions[*index])
    }

    pub(super) fn add(&mut self, prediction: Prediction) {
        self.by_id.insert(prediction.id.clone(), self.predictions.len());
        self.predictions.push(prediction);
    }

    /// Deletes the data of everything that is there as soon as it ends.
    pub(super) fn forget(&mut self) {
        for made in &mut self.predictions {
            made.ttl = Duration::ZERO;
        }
    }

    /// Whatever is at work ends now.
    pub(super) fn end_jobs(&mut self, now: Instant) {
        for made in &mut self.predictions {
            (made.starts, made.ends) = (made.starts.min(now), made.ends.min(now));
        }
    }

    pub(super) fn new_id(&mut self) -> String {
        self.ids.next()
    }

    /// The script's next latency for that kind.
    pub(super) fn latency(&mut self, kind: Kind, script: &Script) -> Duration {
        let list = match kind {
            Kind::Video => &script.latency_s,
            Kind::Audio => &script.audio_latency_s,
        };
        let count = &mut self.made[usize::from(kind == Kind::Audio)];
        let seconds = list[*count % list.len()];
        *count += 1;
        Duration::from_secs_f64(seconds)
    }

    pub(super) fn entries(&self, clock: &Clock) -> Vec<Entry> {
        let now = clock.instant();
        let entry = |prediction: &Prediction| Entry {
            id: prediction.id.clone(),
            model: prediction.name.to_owned(),
            input: journal::kept(&Value::Object(prediction.input.clone())),
            status: prediction.phase(now).status.to_owned(),
            billed: prediction.billed(now),
            usd: prediction.usd(now),
            created_at: clock::millis(clock.at(prediction.created)),
            created_by_request: prediction.created_by,
            downloads: self.downloads.get(&prediction.id).copied().unwrap_or_default(),
            webhooks: prediction.deliveries.clone(),
        };
        self.predictions.iter().map(entry).collect()
    }
}

/// What a model makes of an input.
pub(super) fn media_spec(model: &Model, input: &Map<String, Value>) -> MediaSpec {
    let number = |name: &str| model.value(input, name).and_then(Value::as_f64);
    let prompt = prediction::prompt(input);
    let seconds = match (model.kind, number("duration")) {
        (_, Some(seconds)) if seconds > 0.0 => seconds,
        (Kind::Video, _) => match (number("num_frames"), number("frames_per_second"), number("length")) {
            (Some(frames), Some(fps), _) => frames / fps,
            // LTX-Video makes 24 frames a second.
            (_, _, Some(frames)) => frames / 24.0,
            _ => 5.0,
        },
        // Speech: about 15 characters a second.
        (Kind::Audio, _) if input.contains_key("text") => (prompt.chars().count() as f64 / 15.0).max(0.5),
        (Kind::Audio, _) => 30.0,
    };
    let aspect =
        model.value(input, "aspect_ratio").and_then(Value::as_str).and_then(parse_aspect).unwrap_or(16.0 / 9.0);
    let even = |side: f64| (side / 2.0).round() as u32 * 2;
    let (width, height) = if aspect >= 1.0 { (even(240.0 * aspect), 240) } else { (240, even(240.0 / aspect)) };
    // FNV-1a; few colours and fewer chords, which are larger, so that few files are made and kept.
    let hash = prompt.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let seed = input.get("seed").and_then(Value::as_u64).unwrap_or_default();
    let choices = if model.kind == Kind::Video { 6 } else { 2 };
    let hue = (u64::from(hash).wrapping_add(seed) % choices) as u16 * 60;
    MediaSpec { kind: model.kind, width, height, millis: (seconds * 1000.0).round() as u64, hue }
}

fn parse_aspect(text: &str) -> Option<f64> {
    let (width, height) = text.split_once(':')?;
    let (width, height) = (width.parse::<f64>().ok()?, height.parse::<f64>().ok()?);
    (width > 0.0 && height > 0.0).then_some(width / height)
}

/// Names that no other emulator gives: 26 characters of base 32.
#[derive(Debug, Default)]
struct Ids {
    random: RandomState,
    count: u64,
}

impl Ids {
    fn next(&mut self) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        self.count += 1;
        let word = |half: u64| {
            let mut hasher = self.random.build_hasher();
            hasher.write_u64(self.count);
            hasher.write_u64(half);
            hasher.finish()
        };
        let bits = (u128::from(word(0)) << 64) | u128::from(word(1));
        (0..26).map(|index| char::from(LETTERS[(bits >> (index * 5).min(123)) as usize & 31])).collect()
    }
}
