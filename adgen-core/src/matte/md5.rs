//! MD5 (RFC 1321), for one purpose: some models' publishers pin nothing better. It guards a download against damage,
//! not against forgery.

/// A digest under way.
#[derive(Debug, Clone)]
pub(super) struct Md5 {
    state: [u32; 4],
    length: u64,
    block: Vec<u8>,
}

const SHIFTS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

impl Md5 {
    pub(super) fn new() -> Self {
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], length: 0, block: Vec::with_capacity(64) }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.length = self.length.wrapping_add(bytes.len() as u64);
        self.absorb(bytes);
    }

    /// The digest in lower-case hex.
    pub(super) fn finish(mut self) -> String {
        let bits = self.length.wrapping_mul(8);
        let filled = self.block.len();
        let zeros = if filled < 56 { 55 - filled } else { 119 - filled };
        let mut tail = vec![0x80];
        tail.resize(1 + zeros, 0);
        tail.extend(bits.to_le_bytes());
        self.absorb(&tail);
        self.state.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("{byte:02x}")).collect()
    }

    fn absorb(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(64 - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
            if self.block.len() == 64 {
                self.compress();
                self.block.clear();
            }
        }
    }

    fn compress(&mut self) {
        let mut words = [0_u32; 16];
        for (word, four) in words.iter_mut().zip(self.block.chunks_exact(4)) {
            *word = four.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        let [mut a, mut b, mut c, mut d] = self.state;
        for i in 0..64 {
            let (mix, at) = match i / 16 {
                0 => (b & c | !b & d, i),
                1 => (d & b | !d & c, 5 * i + 1),
                2 => (b ^ c ^ d, 3 * i + 5),
                _ => (c ^ (b | !d), 7 * i),
            };
            // The RFC's table: the sines of whole radians.
            let sine = (((i + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a.wrapping_add(mix).wrapping_add(sine).wrapping_add(words[at % 16]);
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(SHIFTS[i / 16][i % 4]));
        }
        for (state, word) in self.state.iter_mut().zip([a, b, c, d]) {
            *state = state.wrapping_add(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_vectors_of_the_rfc() {
        let cases = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a",
            ),
        ];
        for (text, expected) in cases {
            let mut digest = Md5::new();
            text.bytes().for_each(|byte| digest.update(&[byte]));
            assert_eq!(digest.finish(), expected);
        }
    }
}
