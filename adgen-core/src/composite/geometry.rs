//! Boxes on the picture. Pure arithmetic.

/// The even pixel next to a coordinate: what rests there is copied, not resampled.
pub(super) fn even(value: f32) -> f64 {
    (f64::from(value) / 2.0).round() * 2.0
}

/// An axis-aligned box in pixels of the frame; `x`, `y` is its upper left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width, at least 0.
    pub width: f32,
    /// Height, at least 0.
    pub height: f32,
}

impl Rect {
    /// A box from its edges; negative sizes become 0.
    pub fn from_edges(left: f32, top: f32, right: f32, bottom: f32) -> Self {
        Self { x: left, y: top, width: (right - left).max(0.0), height: (bottom - top).max(0.0) }
    }

    /// Right edge.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The middle, left to right.
    pub fn center_x(&self) -> f32 {
        self.x + self.width / 2.0
    }

    /// The middle, top to bottom.
    pub fn center_y(&self) -> f32 {
        self.y + self.height / 2.0
    }

    /// Whether the two share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// Whether `inner` lies inside, with `slack` pixels of tolerance.
    pub fn contains(&self, inner: &Self, slack: f32) -> bool {
        inner.x >= self.x - slack
            && inner.y >= self.y - slack
            && inner.right() <= self.right() + slack
            && inner.bottom() <= self.bottom() + slack
    }

    /// Larger by `by` on every side.
    pub fn grown(&self, by: f32) -> Self {
        Self::from_edges(self.x - by, self.y - by, self.right() + by, self.bottom() + by)
    }
}
