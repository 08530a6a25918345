//! From any decoded picture to a [`Frame`]: crop, scale, 8-bit 4:2:0, limited range, BT.709, turned upright.
//!
//! Depends on FFmpeg's scaler and `matrix`. Scaling is done straight into the shape that is needed, before turning.

use std::{ffi::c_int, fmt, ptr, slice};

use ffmpeg_next::{ffi, frame as native_frame};

use super::{frame::Frame, matrix::ToBt709, native, probe::pixel_aspect};
use crate::error::{Error, Result};

const OPERATION: &str = "media::scale";

/// Bicubic with exact rounding: 720x1280 to 1080x1920 took about 1.6 ms a frame, against 2.2 ms with Lanczos and 1.1 ms
/// without exact rounding. x264 `veryfast` takes twenty times that for the frame, so the cheapest is not worth its error.
const FLAGS: c_int = ffi::SWS_BICUBIC | ffi::SWS_ACCURATE_RND;

/// FFmpeg's pixel format from the number in a frame or a stream; `None` for "none" and numbers out of range.
pub(super) fn pixel_format(number: c_int) -> Option<ffi::AVPixelFormat> {
    if !(0..ffi::AVPixelFormat::AV_PIX_FMT_NB as c_int).contains(&number) {
        return None;
    }
    // SAFETY: the enum is `repr(i32)`, and FFmpeg numbers its formats without gaps from 0 to `AV_PIX_FMT_NB`.
    Some(unsafe { std::mem::transmute::<c_int, ffi::AVPixelFormat>(number) })
}

/// What of a decoded frame decides how it is scaled: a stream may change any of it half way.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Source {
    width: c_int,
    height: c_int,
    format: c_int,
    full_range: bool,
    space: Space,
    aspect: f64,
    centred_chroma: bool,
    /// Stored bottom row first.
    flipped: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Space {
    Bt709,
    Bt601,
    Bt2020,
    Rgb,
}

/// What is cut out of the source, what it becomes, and where in that the wanted picture lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    crop: [usize; 4],
    scaled: [usize; 2],
    offset: [usize; 2],
}

/// Scales to cover a size and crops the middle; remembers the last result, so that a repeated frame costs a copy.
pub(super) struct Scaler {
    /// Wanted size, upright.
    size: [usize; 2],
    rotation_deg: u32,
    source: Option<Source>,
    plan: Plan,
    context: Option<Context>,
    matrix: Option<ToBt709>,
    scaled: native_frame::Frame,
}

impl fmt::Debug for Scaler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scaler").field("size", &self.size).field("source", &self.source).finish_non_exhaustive()
    }
}

impl Scaler {
    /// For pictures of `width` x `height` (even numbers), turned clockwise by `rotation_deg` (0, 90, 180, 270).
    pub(super) fn new(width: usize, height: usize, rotation_deg: u32) -> Self {
        Self {
            size: [width, height],
            rotation_deg,
            source: None,
            plan: Plan { crop: [0; 4], scaled: [0; 2], offset: [0; 2] },
            context: None,
            matrix: None,
            // SAFETY: an empty frame owns no planes yet.
            scaled: unsafe { native_frame::Frame::empty() },
        }
    }

    /// Scales one decoded frame; `frame` may be cropped by this. [`Scaler::copy_to`] then gives the result, as often as
    /// asked.
    pub(super) fn scale(&mut self, frame: &mut native_frame::Frame) -> Result<()> {
        let source = Source::of(frame)?;
        if self.source != Some(source) {
            self.source = None;
            self.prepare(source)?;
            self.source = Some(source);
        }
        let [x, y, width, height] = self.plan.crop;
        // SAFETY: `frame` is a decoded frame of size `source`, the crop lies inside it, and `scaled` has the size that the
        // context was made for.
        unsafe {
            let raw = frame.as_mut_ptr();
            (*raw).crop_left = x;
            (*raw).crop_top = y;
            (*raw).crop_right = source.width as usize - x - width;
            (*raw).crop_bottom = source.height as usize - y - height;
            let code = ffi::av_frame_apply_cropping(raw, ffi::AV_FRAME_CROP_UNALIGNED as c_int);
            native::check(code, "the picture cannot be cropped", OPERATION)?;
            let scaled = self.scaled.as_mut_ptr();
            let Some(context) = &self.context else {
                ffi::av_frame_unref(scaled);
                native::check(ffi::av_frame_ref(scaled, raw), "the picture cannot be kept", OPERATION)?;
                return Ok(());
            };
            let code = ffi::sws_scale(
                context.0,
                (*raw).data.as_ptr().cast(),
                (*raw).linesize.as_ptr(),
                0,
                (*raw).height,
                (*scaled).data.as_ptr(),
                (*scaled).linesize.as_ptr(),
            );
            native::check(code, "the picture cannot be scaled", OPERATION)?;
        }
        Ok(())
    }

    /// The last scaled picture. `out` gets the wanted size if it has another.
    pub(super) fn copy_to(&self, out: &mut Frame) {
        let [width, height] = self.size;
        if out.width() != width || out.height() != height {
            *out = Frame::black(width, height);
        }
        if self.source.is_none() {
            return;
        }
        let [x, y] = self.plan.offset;
        let turned = self.rotation_deg % 180 == 90;
        for (plane, shift) in [(0, 0), (1, 1), (2, 1)] {
            let (rows, target, row) = {
                let target = match plane {
                    0 => &mut out.y,
                    1 => &mut out.u,
                    _ => &mut out.v,
                };
                // The shape before turning.
                let (w, h) = if turned { (height >> shift, width >> shift) } else { (width >> shift, height >> shift) };
                // SAFETY: `scaled` is 8-bit 4:2:0 of size `plan.scaled`, which covers offset + wanted size; rows lie
                // `linesize` apart, and the decoder's or our own buffers are at least that large. `linesize` is
                // positive: negative ones (bottom-up pictures) always go through the scaler.
                let rows: Vec<&[u8]> = unsafe {
                    let raw = self.scaled.as_ptr();
                    let stride = (*raw).linesize[plane] as usize;
                    let start = (*raw).data[plane].add((y >> shift) * stride + (x >> shift));
                    (0..h).map(|row| slice::from_raw_parts(start.add(row * stride), w)).collect()
                };
                (rows, target, width >> shift)
            };
            turn(&rows, target, row, self.rotation_deg);
        }
        if let Some(matrix) = &self.matrix {
            matrix.apply(out);
        }
    }

    fn prepare(&mut self, source: Source) -> Result<()> {
        let wanted = if self.rotation_deg % 180 == 90 { [self.size[1], self.size[0]] } else { self.size };
        self.plan = plan([source.width as usize, source.height as usize], source.aspect, wanted);
        self.matrix = match source.space {
            Space::Bt709 | Space::Rgb => None,
            Space::Bt601 => Some(ToBt709::from_weights(0.299, 0.114)),
            Space::Bt2020 => Some(ToBt709::from_weights(0.2627, 0.0593)),
        };
        let [_, _, width, height] = self.plan.crop;
        let plain =
            source.format == ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as c_int && !source.full_range && !source.flipped;
        if plain && self.plan.scaled == [width, height] {
            self.context = None;
            return Ok(());
        }
        self.context = Some(Context::new(source, [width, height], self.plan.scaled)?);
        // SAFETY: the frame's old planes are released, then it gets its own.
        unsafe {
            let raw = self.scaled.as_mut_ptr();
            ffi::av_frame_unref(raw);
            (*raw).format = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as c_int;
            (*raw).width = self.plan.scaled[0] as c_int;
            (*raw).height = self.plan.scaled[1] as c_int;
            native::check(ffi::av_frame_get_buffer(raw, 0), "no memory for a picture", OPERATION)?;
        }
        Ok(())
    }
}

impl Source {
    fn of(frame: &native_frame::Frame) -> Result<Self> {
        // SAFETY: reads plain fields of a valid frame; the description of a known format is static.
        unsafe {
            let raw = frame.as_ptr();
            let (width, height) = ((*raw).width, (*raw).height);
            let description =
                pixel_format((*raw).format).map_or(ptr::null(), |format| ffi::av_pix_fmt_desc_get(format));
            if width < 1 || height < 1 || (*raw).data[0].is_null() || description.is_null() {
                return Err(Error::media("the decoder gave a picture of an unknown shape").with_operation(OPERATION));
            }
            let name = native::text((*description).name);
            let rgb = (*description).flags & u64::from(ffi::AV_PIX_FMT_FLAG_RGB as u32) != 0 || name.starts_with("pal");
            use ffi::AVColorSpace as S;
            let space = match (*raw).colorspace {
                _ if rgb => Space::Rgb,
                S::AVCOL_SPC_BT709 => Space::Bt709,
                S::AVCOL_SPC_BT470BG | S::AVCOL_SPC_SMPTE170M | S::AVCOL_SPC_FCC => Space::Bt601,
                S::AVCOL_SPC_BT2020_NCL | S::AVCOL_SPC_BT2020_CL => Space::Bt2020,
                // Untagged: by size, as players guess (mpv: width >= 1280 or height > 576 is HD).
                _ if width >= 1280 || height > 576 => Space::Bt709,
                _ => Space::Bt601,
            };
            Ok(Self {
                width,
                height,
                format: (*raw).format,
                full_range: (*raw).color_range == ffi::AVColorRange::AVCOL_RANGE_JPEG || name.starts_with("yuvj"),
                space,
                aspect: pixel_aspect((*raw).sample_aspect_ratio),
                flipped: (*raw).linesize[0] < 0,
                centred_chroma: (*raw).chroma_location == ffi::AVChromaLocation::AVCHROMA_LOC_CENTER,
            })
        }
    }
}

/// FFmpeg's scaling context.
struct Context(*mut ffi::SwsContext);

// SAFETY: the context is used by one owner at a time and keeps no thread-local state.
unsafe impl Send for Context {}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: owned by this value alone.
        unsafe { ffi::sws_freeContext(self.0) }
    }
}

impl Context {
    fn new(source: Source, from: [usize; 2], to: [usize; 2]) -> Result<Self> {
        // SAFETY: the context is owned at once; option names are terminated strings; tables are static.
        unsafe {
            let context = Self(ffi::sws_alloc_context());
            if context.0.is_null() {
                return Err(native::out_of_memory(OPERATION));
            }
            let subsampled = |format| {
                let description = ffi::av_pix_fmt_desc_get(format);
                (!description.is_null()).then(|| ((*description).log2_chroma_w == 1, (*description).log2_chroma_h == 1))
            };
            let (half_width, half_height) = pixel_format(source.format).and_then(subsampled).unwrap_or_default();
            let mut flags = FLAGS;
            if source.space == Space::Rgb {
                flags |= ffi::SWS_FULL_CHR_H_INP;
            }
            let mut options = vec![
                (c"srcw", from[0] as i64),
                (c"srch", from[1] as i64),
                (c"src_format", i64::from(source.format)),
                (c"dstw", to[0] as i64),
                (c"dsth", to[1] as i64),
                (c"dst_format", ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i64),
                (c"sws_flags", i64::from(flags)),
                (c"src_range", i64::from(source.full_range || source.space == Space::Rgb)),
                (c"dst_range", 0),
                // Chroma lies left in a row and between two rows, as H.264 has it by default.
                (c"dst_h_chr_pos", 0),
                (c"dst_v_chr_pos", 128),
            ];
            if half_width {
                options.push((c"src_h_chr_pos", if source.centred_chroma { 128 } else { 0 }));
            }
            if half_height {
                options.push((c"src_v_chr_pos", 128));
            }
            for (name, value) in options {
                let code = ffi::av_opt_set_int(context.0.cast(), name.as_ptr(), value, 0);
                native::check(code, "the scaler refused a setting", OPERATION)?;
            }
            let code = ffi::sws_init_context(context.0, ptr::null_mut(), ptr::null_mut());
            native::check(code, "this kind of picture cannot be converted", OPERATION)?;
            // The same matrix on both sides: see `matrix` for why. RGB is really converted, to BT.709.
            let table = ffi::sws_getCoefficients(ffi::SWS_CS_ITU709);
            let full = c_int::from(source.full_range || source.space == Space::Rgb);
            ffi::sws_setColorspaceDetails(context.0, table, full, table, 0, 0, 1 << 16, 1 << 16);
            Ok(context)
        }
    }
}

/// Covers `wanted` with the middle of a picture of `size` whose pixels are `aspect` times as wide as high.
///
/// The crop is rounded outwards to even numbers and the rest cut off after scaling, so that the scale stays exact.
fn plan(size: [usize; 2], aspect: f64, wanted: [usize; 2]) -> Plan {
    let scale = (wanted[0] as f64 / (size[0] as f64 * aspect)).max(wanted[1] as f64 / size[1] as f64);
    // An odd row or column that 4:2:0 cannot hold is cropped, not squeezed in.
    let trimmed = aspect == 1.0 && size.map(|side| side / 2 * 2) == wanted;
    let scale = if trimmed { 1.0 } else { scale };
    let scales = [scale * aspect, scale];
    let mut plan = Plan { crop: [0; 4], scaled: wanted, offset: [0; 2] };
    for axis in 0..2 {
        let needed = (wanted[axis] as f64 / scales[axis] - 1e-6).ceil().max(1.0) as usize;
        let needed = needed.next_multiple_of(2);
        if needed >= size[axis] {
            plan.crop[axis + 2] = size[axis];
        } else {
            plan.crop[axis] = (size[axis] - needed) / 2 / 2 * 2;
            plan.crop[axis + 2] = needed;
        }
        let scaled = (plan.crop[axis + 2] as f64 * scales[axis]).round() as usize;
        plan.scaled[axis] = scaled.max(wanted[axis]).next_multiple_of(2);
        plan.offset[axis] = (plan.scaled[axis] - wanted[axis]) / 2 / 2 * 2;
    }
    plan
}

/// Copies rows into a plane of `width`, turned clockwise.
fn turn(rows: &[&[u8]], target: &mut [u8], width: usize, rotation_deg: u32) {
    match rotation_deg {
        90 => {
            for (x, row) in rows.iter().rev().enumerate() {
                for (y, value) in row.iter().enumerate() {
                    target[y * width + x] = *value;
                }
            }
        }
        180 => {
            for (target, row) in target.chunks_exact_mut(width).zip(rows.iter().rev()) {
                target.iter_mut().zip(row.iter().rev()).for_each(|(target, value)| *target = *value);
            }
        }
        270 => {
            for (x, row) in rows.iter().enumerate() {
                for (y, value) in row.iter().rev().enumerate() {
                    target[y * width + x] = *value;
                }
            }
        }
        _ => {
            for (target, row) in target.chunks_exact_mut(width).zip(rows) {
                target.copy_from_slice(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn same_shape_needs_no_crop() {
        let plan = plan([720, 1280], 1.0, [1080, 1920]);
        assert_eq!(plan, Plan { crop: [0, 0, 720, 1280], scaled: [1080, 1920], offset: [0, 0] });
    }

    #[test]
    fn landscape_to_portrait_takes_the_middle() {
        let plan = plan([1920, 1080], 1.0, [1080, 1920]);
        assert_eq!(plan.crop, [656, 0, 608, 1080]);
        assert_eq!(plan.scaled, [1082, 1920]);
    }

    #[test]
    fn turning_four_times_is_no_turn() {
        let plane = [1, 2, 3, 4, 5, 6];
        let mut quarter = [0; 6];
        turn(&[&plane[..3], &plane[3..]], &mut quarter, 2, 90);
        assert_eq!(quarter, [4, 1, 5, 2, 6, 3]);
        let mut back = [0; 6];
        turn(&[&quarter[..2], &quarter[2..4], &quarter[4..]], &mut back, 3, 270);
        assert_eq!(back, plane);
        let mut half = [0; 6];
        turn(&[&plane[..3], &plane[3..]], &mut half, 3, 180);
        assert_eq!(half, [6, 5, 4, 3, 2, 1]);
    }

    proptest! {
        #[test]
        fn plan_covers_and_keeps_the_shape(
            w in 16_usize..4000, h in 16_usize..4000, aspect in 0.5_f64..2.0,
            to_w in 8_usize..1100, to_h in 8_usize..1100,
        ) {
            let wanted = [to_w * 2, to_h * 2];
            let plan = plan([w, h], aspect, wanted);
            for axis in 0..2 {
                prop_assert!(plan.crop[axis] + plan.crop[axis + 2] <= [w, h][axis]);
                prop_assert!(plan.offset[axis] + wanted[axis] <= plan.scaled[axis]);
                prop_assert_eq!(plan.offset[axis] % 2, 0);
                prop_assert_eq!(plan.scaled[axis] % 2, 0);
            }
            let scale = (wanted[0] as f64 / (w as f64 * aspect)).max(wanted[1] as f64 / h as f64);
            for (axis, scale) in [scale * aspect, scale].into_iter().enumerate() {
                // Never more than two pixels off over the whole width: no visible distortion.
                let exact = plan.crop[axis + 2] as f64 * scale;
                prop_assert!((plan.scaled[axis] as f64 - exact).abs() <= 2.0 + scale);
            }
        }
    }
}
