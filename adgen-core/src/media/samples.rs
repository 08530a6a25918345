//! Sound as the whole crate handles it: 48 kHz stereo, interleaved 32-bit floats.
//!
//! Pure data.

/// Samples a second of every [`Samples`]: what AAC tracks of video platforms are made at.
pub const SAMPLE_RATE: u32 = 48_000;

/// Channels of every [`Samples`]: left, right.
pub const CHANNELS: usize = 2;

/// Stereo sound at 48 kHz. Full scale is -1.0 to 1.0; values above are allowed until it is encoded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples {
    /// Left and right in turn; always an even number of values.
    data: Vec<f32>,
}

impl Samples {
    /// The most samples a channel that silence can be made of or filled up to: one hour, 1.4 GB. No ad is as long.
    pub const MAX_FRAMES: usize = SAMPLE_RATE as usize * 3600;

    /// Silence of `frames` samples a channel, at most [`Samples::MAX_FRAMES`].
    pub fn silence(frames: usize) -> Self {
        Self { data: vec![0.0; frames.min(Self::MAX_FRAMES) * CHANNELS] }
    }

    /// From left and right in turn; a last left without its right is dropped.
    pub fn from_interleaved(mut data: Vec<f32>) -> Self {
        data.truncate(data.len() / CHANNELS * CHANNELS);
        Self { data }
    }

    /// From a function of the sample's index that gives left and right; at most [`Samples::MAX_FRAMES`].
    pub fn from_fn(frames: usize, mut value: impl FnMut(usize) -> [f32; 2]) -> Self {
        Self { data: (0..frames.min(Self::MAX_FRAMES)).flat_map(&mut value).collect() }
    }

    /// Samples a channel.
    pub fn frames(&self) -> usize {
        self.data.len() / CHANNELS
    }

    /// Whether there is not one sample.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Length in seconds.
    pub fn duration_s(&self) -> f64 {
        self.frames() as f64 / f64::from(SAMPLE_RATE)
    }

    /// Left and right in turn.
    pub fn as_interleaved(&self) -> &[f32] {
        &self.data
    }

    /// Left and right in turn, to be changed in place.
    pub fn as_interleaved_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// Left and right in turn, owned.
    pub fn into_interleaved(self) -> Vec<f32> {
        self.data
    }

    /// Left and right of sample `index`, or silence behind the end.
    pub fn at(&self, index: usize) -> [f32; 2] {
        match self.data.as_chunks::<CHANNELS>().0.get(index) {
            Some(pair) => *pair,
            None => [0.0; CHANNELS],
        }
    }

    /// Makes it exactly `frames` long: cut off, or filled up with silence, up to [`Samples::MAX_FRAMES`] at the most.
    pub fn resize(&mut self, frames: usize) {
        // What is longer than that already may stay so.
        let most = self.frames().max(Self::MAX_FRAMES);
        self.data.resize(frames.min(most) * CHANNELS, 0.0);
    }

    /// Multiplies every value.
    pub fn scale(&mut self, gain: f32) {
        self.data.iter_mut().for_each(|value| *value *= gain);
    }

    /// The largest magnitude of any value.
    pub fn peak(&self) -> f32 {
        self.data.iter().fold(0.0, |peak, value| peak.max(value.abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_places_and_lengths_are_harmless() {
        let sound = Samples::from_fn(3, |i| [i as f32; 2]);
        assert_eq!(sound.at(usize::MAX), [0.0; 2]);
        let mut long = Samples::silence(usize::MAX);
        assert_eq!(long.frames(), Samples::MAX_FRAMES);
        long.resize(usize::MAX / 2);
        assert_eq!(long.frames(), Samples::MAX_FRAMES);
    }

    #[test]
    fn half_a_sample_is_dropped() {
        assert_eq!(Samples::from_interleaved(vec![1.0, 2.0, 3.0]).frames(), 1);
    }
}
