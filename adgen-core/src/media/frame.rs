//! One picture of a video as the encoder wants it: planar Y'CbCr 4:2:0, 8 bit, BT.709, limited range.
//!
//! Pure data. Everything between decoder and encoder works on this, so that no frame takes a detour through RGBA.

/// A planar 4:2:0 picture, BT.709, limited range (Y' 16-235, Cb/Cr 16-240), rows without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    /// Luma, `width * height` bytes.
    pub y: Vec<u8>,
    /// Blue difference, `width / 2 * height / 2` bytes.
    pub u: Vec<u8>,
    /// Red difference, `width / 2 * height / 2` bytes.
    pub v: Vec<u8>,
}

impl Frame {
    /// A black frame. Both sides are rounded up to even numbers, as 4:2:0 asks, and to at least 2.
    pub fn black(width: usize, height: usize) -> Self {
        let width = width.max(2).next_multiple_of(2);
        let height = height.max(2).next_multiple_of(2);
        let chroma = width / 2 * (height / 2);
        Self { width, height, y: vec![16; width * height], u: vec![128; chroma], v: vec![128; chroma] }
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

    /// Fills the whole frame with one colour.
    pub fn fill(&mut self, (y, u, v): (u8, u8, u8)) {
        self.y.fill(y);
        self.u.fill(u);
        self.v.fill(v);
    }
}
