//! From any decoded picture to a [`Frame`]: crop, scale, 8-bit 4:2:0, limited range, BT.709, turned upright.
//!
//! Depends on `error`, `sws`, `matrix` and `color_pass`. Scaling is done straight into the shape that is needed, before
//! turning; colours that need more than another matrix are converted after scaling, from 10 bits.

use std::{ffi::c_int, fmt, slice};

use ffmpeg_next::{ffi, frame as native_frame};

use super::{
    alpha::Flattener,
    color_pass::{ColorPass, Rows},
    colorimetry::Matrix,
    cover::{Covering, covering},
    frame::Frame,
    matrix::ToBt709,
    native,
    orientation::Orientation,
    picture_format::{PictureFormat, peak_nits},
    sws::{Context, picture},
};
use crate::error::{Error, Result};

const OPERATION: &str = "media::scale";

/// Scales to cover a size and crops the middle; remembers the last result, so that a repeated frame costs a copy.
pub(super) struct Scaler {
    /// Wanted size, upright.
    size: [usize; 2],
    orientation: Orientation,
    source: Option<PictureFormat>,
    /// The brightest light that the file tells of, in cd/m²: told once, so that no picture depends on those before it.
    peak_nits: Option<f32>,
    hdr: Option<&'static str>,
    covering: Covering,
    context: Option<Context>,
    matrix: Option<ToBt709>,
    conversion: Option<Conversion>,
    flattener: Flattener,
    scaled: native_frame::Frame,
}

/// How colours are converted where another matrix is not enough.
struct Conversion {
    pass: Box<ColorPass>,
    /// The scaled picture with its own colours.
    wide: native_frame::Frame,
}

/// 10-bit 4:2:0 in the machine's own order of bytes.
const WIDE_FORMAT: ffi::AVPixelFormat = if cfg!(target_endian = "little") {
    ffi::AVPixelFormat::AV_PIX_FMT_YUV420P10LE
} else {
    ffi::AVPixelFormat::AV_PIX_FMT_YUV420P10BE
};

impl fmt::Debug for Scaler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scaler").field("size", &self.size).field("source", &self.source).finish_non_exhaustive()
    }
}

impl Scaler {
    /// For pictures of `width` x `height` (even numbers) when they are upright, over the sRGB colour `ground` where they are
    /// transparent.
    pub(super) fn new(width: usize, height: usize, orientation: Orientation, ground: [u8; 3]) -> Self {
        Self {
            size: [width, height],
            orientation,
            source: None,
            peak_nits: None,
            hdr: None,
            covering: Covering { crop: [0; 4], scaled: [0; 2], offset: [0; 2] },
            context: None,
            matrix: None,
            conversion: None,
            flattener: Flattener::new(ground),
            // SAFETY: an empty frame owns no planes yet.
            scaled: unsafe { native_frame::Frame::empty() },
        }
    }

    /// Looks at the first frame of a file: what it tells of its light holds for all.
    pub(super) fn look_at(&mut self, first: &native_frame::Frame) -> Result<()> {
        self.peak_nits = peak_nits(first);
        let format = PictureFormat::of(first, self.peak_nits)?;
        self.hdr = format.colorimetry.hdr();
        Ok(())
    }

    /// The HDR system of the pictures so far: "PQ", "HLG" or none.
    pub(super) fn hdr(&self) -> Option<&'static str> {
        self.hdr
    }

    /// Whether pictures so far were transparent somewhere.
    pub(super) fn transparent(&self) -> bool {
        self.flattener.showed_ground()
    }

    /// Scales one decoded frame; `frame` may be cropped by this. [`Scaler::copy_to`] then gives the result, as often as
    /// asked.
    pub(super) fn scale(&mut self, frame: &mut native_frame::Frame) -> Result<()> {
        let source = PictureFormat::of(frame, self.peak_nits)?;
        if !source.transparent {
            return self.scale_opaque(frame, source);
        }
        let mut flat = self.flattener.flatten(frame, source)?;
        let source = PictureFormat::of(&flat, self.peak_nits)?;
        self.scale_opaque(&mut flat, source)
    }

    fn scale_opaque(&mut self, frame: &mut native_frame::Frame, source: PictureFormat) -> Result<()> {
        if self.source != Some(source) {
            self.source = None;
            self.prepare(source)?;
            self.source = Some(source);
        }
        let [x, y, width, height] = self.covering.crop;
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
            let scaled = match &mut self.conversion {
                Some(conversion) => conversion.wide.as_mut_ptr(),
                None => self.scaled.as_mut_ptr(),
            };
            if let Some(context) = &self.context {
                context.scale(raw, scaled)?;
            } else {
                ffi::av_frame_unref(scaled);
                native::check(ffi::av_frame_ref(scaled, raw), "the picture cannot be kept", OPERATION)?;
            }
        }
        match &self.conversion {
            Some(conversion) => conversion.apply(&mut self.scaled),
            None => Ok(()),
        }
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
        let [x, y] = self.covering.offset;
        for ((plane, shift), target) in [(0, 0), (1, 1), (2, 1)].into_iter().zip(out.planes_mut()) {
            let (rows, target, row) = {
                // The shape before turning.
                let [w, h] = self.orientation.shown([width >> shift, height >> shift]);
                // SAFETY: `scaled` is 8-bit 4:2:0 of size `covering.scaled`, which covers offset + wanted size; rows lie
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
            self.orientation.copy(&rows, target, row);
        }
        if let Some(matrix) = &self.matrix {
            matrix.apply(out);
        }
    }

    fn prepare(&mut self, source: PictureFormat) -> Result<()> {
        let wanted = self.orientation.shown(self.size);
        self.covering = covering([source.width as usize, source.height as usize], source.aspect, wanted);
        self.hdr = source.colorimetry.hdr().or(self.hdr);
        let is_plain = source.colorimetry.is_plain();
        self.matrix = match source.colorimetry.matrix {
            Matrix::Weights(kr, kb) if is_plain && source.colorimetry.matrix != Matrix::BT709 => {
                Some(ToBt709::from_weights(f64::from(kr), f64::from(kb)))
            }
            _ => None,
        };
        let format = if is_plain { ffi::AVPixelFormat::AV_PIX_FMT_YUV420P } else { WIDE_FORMAT };
        let [_, _, width, height] = self.covering.crop;
        let as_it_is = source.format == format as c_int && !source.full_range && !source.flipped;
        self.context = match as_it_is && self.covering.scaled == [width, height] {
            true => None,
            false => Some(Context::new(source, [width, height], self.covering.scaled, format)?),
        };
        self.conversion = None;
        let planes = |format| picture(self.covering.scaled, format);
        match (is_plain, &self.context) {
            (true, None) => {}
            (true, Some(_)) => self.scaled = planes(format)?,
            (false, _) => {
                self.scaled = planes(ffi::AVPixelFormat::AV_PIX_FMT_YUV420P)?;
                let pass = Box::new(ColorPass::new(source.colorimetry));
                self.conversion = Some(Conversion { pass, wide: planes(format)? });
            }
        }
        Ok(())
    }
}

impl Conversion {
    /// From the wide picture into `out`, which has 8-bit planes of the same size, its own alone.
    fn apply(&self, out: &mut native_frame::Frame) -> Result<()> {
        // SAFETY: both are planar 4:2:0 of the same even size, the one of 16-bit samples, the other of bytes; rows lie
        // `linesize` apart and do not overlap; the alignment of the 16-bit ones is tested. Nobody else refers to `out`.
        unsafe {
            let (from, to) = (self.wide.as_ptr(), out.as_mut_ptr());
            let (width, height) = ((*from).width as usize, (*from).height as usize);
            if ((*to).width, (*to).height) != ((*from).width, (*from).height) {
                return Err(
                    Error::media("the picture changed its size while it was converted").with_operation(OPERATION)
                );
            }
            let mut sources = [Vec::new(), Vec::new(), Vec::new()];
            let mut targets = [Vec::new(), Vec::new(), Vec::new()];
            for (plane, shift) in [(0, 0), (1, 1), (2, 1)] {
                let (data, stride) = ((*from).data[plane].cast_const(), (*from).linesize[plane] as usize);
                let (out, out_stride) = ((*to).data[plane], (*to).linesize[plane] as usize);
                if !(data as usize).is_multiple_of(2) || stride % 2 != 0 {
                    return Err(
                        Error::media("the decoder gave 16-bit samples at odd addresses").with_operation(OPERATION)
                    );
                }
                for row in 0..height >> shift {
                    let source = data.add(row * stride).cast::<u16>();
                    sources[plane].push(slice::from_raw_parts(source, width >> shift));
                    targets[plane].push(slice::from_raw_parts_mut(out.add(row * out_stride), width >> shift));
                }
            }
            let [y, u, v] = sources;
            self.pass.apply(&Rows { y, u, v }, targets);
        }
        Ok(())
    }
}
