//! What is read at most, and how large pictures are worked with.

/// Larger pictures are refused: 100 megapixels is more than any product photo has.
pub const MAX_PIXELS: u64 = 100_000_000;
/// The bound of pictures that can only be decoded as a whole: WebP, progressive JPEG, interlaced PNG.
pub const MAX_WHOLE_PIXELS: u64 = 50_000_000;
/// A longer side is refused.
pub const MAX_SIDE: u32 = 20_000;
/// A shorter side is refused: there is nothing to cut out.
pub const MIN_SIDE: u32 = 16;
/// Pictures with a longer side are made smaller while they are decoded: the largest video frame is shorter than this.
pub const WORKING_SIDE: u32 = 4096;
/// Pictures with more pixels are made smaller while they are decoded: 12.6 megapixels, as 4096x3072 has.
pub const WORKING_PIXELS: u64 = 4096 * 3072;
/// A larger file is refused before it is read: no picture of [`MAX_PIXELS`] needs as much.
pub const MAX_FILE_BYTES: u64 = 256 << 20;
/// A larger JPEG or WebP file is refused: it has to be read as a whole.
pub const MAX_WHOLE_FILE_BYTES: u64 = 128 << 20;
/// A larger colour profile is not used, and a note says so: those of printing presses have some 3 MB.
pub const MAX_PROFILE_BYTES: usize = 4 << 20;
