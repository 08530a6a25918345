//! How loud it is to the ear: gated, K-weighted loudness after ITU-R BS.1770-4, for stereo at 48 kHz.

/// A second-order section with the recommendation's coefficients.
#[derive(Debug, Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    #[inline]
    fn next(&mut self, input: f64) -> f64 {
        let out = self.b[0] * input + self.state[0];
        self.state[0] = self.b[1] * input - self.a[0] * out + self.state[1];
        self.state[1] = self.b[2] * input - self.a[1] * out;
        out
    }
}

/// BS.1770-4, table 1: the shelf of the head.
const SHELF: Biquad = Biquad {
    b: [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
    a: [-1.690_659_293_182_41, 0.732_480_774_215_85],
    state: [0.0; 2],
};
/// BS.1770-4, table 2: the high-pass.
const HIGH_PASS: Biquad =
    Biquad { b: [1.0, -2.0, 1.0], a: [-1.990_047_454_833_98, 0.990_072_250_366_21], state: [0.0; 2] };

/// The integrated loudness of interleaved stereo in LUFS, or `None` where everything is below the absolute gate (-70 LUFS).
///
/// A piece shorter than one gating block (400 ms) is one block.
pub(crate) fn integrated(samples: &[f32]) -> Option<f64> {
    const HOP: usize = 4800;
    let mut filters = [[SHELF, HIGH_PASS]; 2];
    let mut hops = Vec::new();
    for chunk in samples.chunks(HOP * 2) {
        let mut sum = 0.0;
        for frame in chunk.chunks_exact(2) {
            for (side, filter) in filters.iter_mut().enumerate() {
                let shelved = filter[0].next(f64::from(frame[side]));
                let weighted = filter[1].next(shelved);
                sum += weighted * weighted;
            }
        }
        hops.push(sum / (chunk.len() / 2).max(1) as f64);
    }
    let blocks: Vec<f64> =
        hops.windows(4.min(hops.len().max(1))).map(|block| block.iter().sum::<f64>() / block.len() as f64).collect();
    let loudness = |power: f64| -0.691 + 10.0 * power.log10();
    let gated = |gate: f64| {
        let kept: Vec<f64> = blocks.iter().copied().filter(|power| loudness(*power) > gate).collect();
        (!kept.is_empty()).then(|| kept.iter().sum::<f64>() / kept.len() as f64)
    };
    let relative = loudness(gated(-70.0)?) - 10.0;
    gated(relative.max(-70.0)).map(loudness)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_tone_reads_as_the_standard_says() {
        // BS.1770: a 997 Hz sine at 0 dBFS in one channel reads -3.01 LUFS.
        let tone: Vec<f32> =
            (0..96_000).flat_map(|n| [(n as f32 * 997.0 * std::f32::consts::TAU / 48_000.0).sin(), 0.0]).collect();
        let read = integrated(&tone).expect("a loud tone");
        assert!((read + 3.01).abs() < 0.05, "{read}");
        assert_eq!(integrated(&[0.0; 96_000]), None);
    }
}
