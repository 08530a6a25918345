//! One picture of a video as the encoder wants it: planar Y'CbCr 4:2:0, 8 bit, BT.709, limited range.
//!
//! Pure data. Everything between decoder and encoder works on this, so that no frame takes a detour through RGBA.

/// A planar 4:2:0 picture, BT.709, limited range (Y' 16-235, Cb/Cr 16-240), rows without padding.
///
/// The planes' lengths always fit the size: they can be written to, but not resized or exchanged. Code that hands them to
/// a C library relies on it.
// The examples are of outsiders, who get here with the feature alone.
#[cfg_attr(
    feature = "bench",
    doc = r#"
```
let mut frame = adgen::media::Frame::black(64, 48);
frame.y_mut().fill(200);
assert_eq!(frame.planes().map(<[u8]>::len), [64 * 48, 32 * 24, 32 * 24]);
```

```compile_fail
let mut frame = adgen::media::Frame::black(64, 48);
frame.y.resize(1 << 20, 200);
```

```compile_fail
let mut frame = adgen::media::Frame::black(64, 48);
*frame.y_mut() = vec![200; 1 << 20];
```
"#
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    y: Box<[u8]>,
    u: Box<[u8]>,
    v: Box<[u8]>,
}

impl Frame {
    /// The longest side of a frame in luma samples. A frame of this size on both sides takes 403 MB.
    pub const MAX_SIDE: usize = 16_384;

    /// A black frame. Both sides are rounded up to even numbers, as 4:2:0 asks, and kept within 2 to
    /// [`Frame::MAX_SIDE`]: a larger side becomes that, which [`Frame::width`] and [`Frame::height`] tell.
    pub fn black(width: usize, height: usize) -> Self {
        let [width, height] = [width, height].map(|side| side.clamp(2, Self::MAX_SIDE).next_multiple_of(2));
        let chroma = width / 2 * (height / 2);
        let plane = |length: usize, value: u8| vec![value; length].into_boxed_slice();
        Self { width, height, y: plane(width * height, 16), u: plane(chroma, 128), v: plane(chroma, 128) }
    }

    /// Width in luma samples; even.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Height in luma samples; even.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Width of the two chroma planes.
    pub fn chroma_width(&self) -> usize {
        self.width / 2
    }

    /// Height of the two chroma planes.
    pub fn chroma_height(&self) -> usize {
        self.height / 2
    }

    /// Luma (Y'): `width * height` bytes, row by row.
    pub fn y(&self) -> &[u8] {
        &self.y
    }

    /// Blue difference (Cb): `chroma_width * chroma_height` bytes, row by row.
    pub fn u(&self) -> &[u8] {
        &self.u
    }

    /// Red difference (Cr): `chroma_width * chroma_height` bytes, row by row.
    pub fn v(&self) -> &[u8] {
        &self.v
    }

    /// Luma, to be changed in place.
    pub fn y_mut(&mut self) -> &mut [u8] {
        &mut self.y
    }

    /// Blue difference, to be changed in place.
    pub fn u_mut(&mut self) -> &mut [u8] {
        &mut self.u
    }

    /// Red difference, to be changed in place.
    pub fn v_mut(&mut self) -> &mut [u8] {
        &mut self.v
    }

    /// Luma, blue and red difference.
    pub fn planes(&self) -> [&[u8]; 3] {
        [&self.y, &self.u, &self.v]
    }

    /// Luma, blue and red difference, all three to be changed in place.
    pub fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        [&mut self.y, &mut self.u, &mut self.v]
    }

    /// Fills the whole frame with one colour.
    pub fn fill(&mut self, (y, u, v): (u8, u8, u8)) {
        self.y.fill(y);
        self.u.fill(u);
        self.v.fill(v);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_always_fit_the_size() {
        for (asked, size) in [
            ((0, 0), (2, 2)),
            ((5, 3), (6, 4)),
            ((usize::MAX, 1), (Frame::MAX_SIDE, 2)),
            ((2, Frame::MAX_SIDE + 1), (2, Frame::MAX_SIDE)),
        ] {
            let mut frame = Frame::black(asked.0, asked.1);
            assert_eq!((frame.width(), frame.height()), size, "{asked:?}");
            let lengths = [size.0 * size.1, size.0 * size.1 / 4, size.0 * size.1 / 4];
            assert_eq!(frame.planes().map(<[u8]>::len), lengths);
            assert_eq!(frame.planes_mut().map(|plane| plane.len()), lengths);
            assert_eq!([frame.y_mut().len(), frame.u_mut().len(), frame.v_mut().len()], lengths);
        }
    }
}
