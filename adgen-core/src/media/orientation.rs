//! How a stored picture has to be turned and mirrored to be upright: the eight ways that a display matrix can ask for.
//!
//! Pure data, and copying of rows.

/// A turn by quarters, after mirroring or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation {
    /// Rows become columns, before anything is flipped.
    transposed: bool,
    /// Left and right are exchanged in the upright picture.
    flipped_x: bool,
    /// Top and bottom are exchanged in the upright picture.
    flipped_y: bool,
}

impl Orientation {
    /// As stored.
    pub const UPRIGHT: Self = Self { transposed: false, flipped_x: false, flipped_y: false };

    /// From a display matrix `[a b u; c d v; x y w]` as in ISO/IEC 14496-12, 8.5.2 (`tkhd`): a stored point `(p, q)` is
    /// shown at `(a p + c q + x, b p + d q + y)`, with q downwards. Turns that are no quarters become the nearest;
    /// a matrix of zeros is no wish.
    pub(super) fn from_matrix(matrix: [i32; 9]) -> Self {
        let [a, b, _, c, d, ..] = matrix.map(i64::from);
        if a.abs() + d.abs() >= b.abs() + c.abs() {
            Self { transposed: false, flipped_x: a < 0, flipped_y: d < 0 }
        } else {
            Self { transposed: true, flipped_x: c < 0, flipped_y: b < 0 }
        }
    }

    /// Whether width and height are exchanged.
    pub fn swaps_sides(self) -> bool {
        self.transposed
    }

    /// Whether the picture is mirrored left to right, before it is turned by [`Orientation::rotation_deg`].
    pub fn is_mirrored(self) -> bool {
        self.transposed ^ self.flipped_x ^ self.flipped_y
    }

    /// The clockwise turn, after mirroring: 0, 90, 180 or 270.
    pub fn rotation_deg(self) -> u32 {
        match (self.transposed, self.flipped_y) {
            (false, false) => 0,
            (false, true) => 180,
            // What was at the left, or after mirroring at the right, comes to the top.
            (true, flipped) => {
                if flipped == self.is_mirrored() {
                    90
                } else {
                    270
                }
            }
        }
    }

    /// Width and height as shown of a picture stored with `size`.
    pub(super) fn shown<T>(self, size: [T; 2]) -> [T; 2] {
        let [width, height] = size;
        if self.transposed { [height, width] } else { [width, height] }
    }

    /// Copies stored rows into an upright plane with rows of `width`.
    pub(super) fn copy(self, rows: &[&[u8]], target: &mut [u8], width: usize) {
        if self.transposed {
            for (x, row) in rows.iter().enumerate() {
                let x = if self.flipped_x { rows.len() - 1 - x } else { x };
                let column = target.get_mut(x..).unwrap_or_default().iter_mut().step_by(width);
                if self.flipped_y {
                    column.zip(row.iter().rev()).for_each(|(target, value)| *target = *value);
                } else {
                    column.zip(row.iter()).for_each(|(target, value)| *target = *value);
                }
            }
            return;
        }
        let count = rows.len();
        for (y, target) in target.chunks_exact_mut(width).take(count).enumerate() {
            let row = rows[if self.flipped_y { count - 1 - y } else { y }];
            if self.flipped_x {
                target.iter_mut().zip(row.iter().rev()).for_each(|(target, value)| *target = *value);
            } else {
                target.copy_from_slice(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: i32 = 1 << 16;

    /// What `[[1, 2, 3], [4, 5, 6]]` becomes.
    fn copied(orientation: Orientation) -> Vec<u8> {
        let mut target = vec![0; 6];
        let width = if orientation.swaps_sides() { 2 } else { 3 };
        orientation.copy(&[&[1, 2, 3], &[4, 5, 6]], &mut target, width);
        target
    }

    #[test]
    fn all_eight_matrices_do_what_they_ask_for() {
        // The four numbers, the picture, the turn, whether it is mirrored first.
        let cases = [
            ([1, 0, 0, 1], [1, 2, 3, 4, 5, 6], 0, false),
            ([0, 1, -1, 0], [4, 1, 5, 2, 6, 3], 90, false),
            ([-1, 0, 0, -1], [6, 5, 4, 3, 2, 1], 180, false),
            ([0, -1, 1, 0], [3, 6, 2, 5, 1, 4], 270, false),
            ([-1, 0, 0, 1], [3, 2, 1, 6, 5, 4], 0, true),
            ([0, -1, -1, 0], [6, 3, 5, 2, 4, 1], 90, true),
            ([1, 0, 0, -1], [4, 5, 6, 1, 2, 3], 180, true),
            ([0, 1, 1, 0], [1, 4, 2, 5, 3, 6], 270, true),
        ];
        for ([a, b, c, d], picture, rotation, mirrored) in cases {
            let matrix = [a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30];
            let orientation = Orientation::from_matrix(matrix);
            assert_eq!(copied(orientation), picture, "{matrix:?}");
            assert_eq!((orientation.rotation_deg(), orientation.is_mirrored()), (rotation, mirrored), "{matrix:?}");
        }
        assert_eq!(Orientation::from_matrix([0; 9]), Orientation::UPRIGHT);
        assert!(!Orientation::from_matrix([i32::MIN; 9]).swaps_sides());
    }
}
