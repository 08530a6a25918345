//! Cisco's OpenH264, from frames to packets: an H.264 encoder that builds without the GPL have.
//!
//! It has no rate factor. Its rate control aims at a bit rate, and leaves it where it may skip no frame, which an ad must not;
//! so the quantiser is fixed by the wanted quality, and the size follows from the pictures as it does with x264. Where a limit
//! of the rate is set, its rate control keeps to that. One thread: threads would cut pictures into slices, by their number.
//!
//! The crate's own wrapper can neither write CABAC, nor fix the quantiser, nor tell parameter sets before the first frame,
//! so the calls are made here. Depends on `openh264-sys2`, FFmpeg's packets, `error`, `native`, `frame` and `video_settings`.

use std::{
    ffi::{CStr, c_char, c_int, c_void},
    fmt, ptr,
    sync::{Mutex, PoisonError},
};

use ffmpeg_next::{Packet, ffi, packet::Mut as _};
use openh264_sys2::{
    ASP_1x1, CAMERA_VIDEO_REAL_TIME, CONSTANT_ID, ENCODER_OPTION, ENCODER_OPTION_TRACE_CALLBACK,
    ENCODER_OPTION_TRACE_CALLBACK_CONTEXT, ENCODER_OPTION_TRACE_LEVEL, HIGH_COMPLEXITY, ISVCEncoder, ISVCEncoderVtbl,
    LEVEL_4_2, MEDIUM_COMPLEXITY, PRO_HIGH, RC_BITRATE_MODE, RC_OFF_MODE, SEncParamExt, SFrameBSInfo, SM_SINGLE_SLICE,
    SSourcePicture, VIDEO_CODING_LAYER, WELS_LOG_ERROR, WelsTraceCallback, source::APILoader, videoFormatI420,
    videoFrameTypeIDR,
};

use super::{
    encoder_options::quantiser,
    frame::Frame,
    native,
    video_settings::{OPERATION, VideoSettings},
};
use crate::error::{Error, ErrorKind, Result};

/// BT.709, as H.264's table E-3 and its neighbours number primaries, transfer and matrix.
const BT709: u8 = 1;
/// The longest and the shortest side that it encodes at the most.
const MOST: (usize, usize) = (3840, 2160);
/// So much finer than x264's rate factor the quantiser is: at the same number it looks a little weaker, and from three on it keeps
/// every grain of noise, at more than twice the size.
const FINER: i32 = 1;
/// The rate that is told where nothing depends on it.
const ANY_KBPS: i32 = 4000;

/// What it last complained about.
#[derive(Default)]
struct Complaint(Mutex<String>);

impl Complaint {
    fn take(&self) -> String {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Keeps an error's text.
///
/// # Safety
///
/// `complaint` must be that of an encoder, `text` a terminated string.
unsafe extern "C" fn keep(complaint: *mut c_void, level: c_int, text: *const c_char) {
    if level > WELS_LOG_ERROR as c_int || complaint.is_null() || text.is_null() {
        return;
    }
    // SAFETY: the promise above; the encoder is destroyed before its complaint is.
    let (complaint, text) = unsafe { (&*complaint.cast::<Complaint>(), CStr::from_ptr(text)) };
    let text = text.to_string_lossy();
    // Each line begins with the encoder's own address.
    let said = text.rsplit("Error:").next().unwrap_or(&text).trim().to_owned();
    *complaint.0.lock().unwrap_or_else(PoisonError::into_inner) = said;
}

/// The encoder, open.
pub(super) struct OpenH264 {
    encoder: *mut ISVCEncoder,
    complaint: Box<Complaint>,
    size: (usize, usize),
    settings: VideoSettings,
    /// Sequence and picture parameters, in the form of Annex B.
    parameters: Vec<u8>,
    frames: i64,
    /// A packet that nobody has taken yet: its bytes, and whether it is a key frame.
    made: Option<(Vec<u8>, bool)>,
}

// SAFETY: the encoder has no thread of its own and is used by whoever holds this alone.
unsafe impl Send for OpenH264 {}

impl fmt::Debug for OpenH264 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenH264").field("size", &self.size).field("frames", &self.frames).finish_non_exhaustive()
    }
}

impl OpenH264 {
    /// Opens it.
    pub(super) fn open(settings: &VideoSettings) -> Result<Self> {
        let (width, height) = (settings.width, settings.height);
        if width.max(height) > MOST.0 || width.min(height) > MOST.1 {
            let message = format!("OpenH264 encodes up to {}x{} pixels, not {width}x{height}", MOST.0, MOST.1);
            return Err(Error::new(ErrorKind::Unsupported, message).with_operation(OPERATION));
        }
        let mut encoder: *mut ISVCEncoder = ptr::null_mut();
        // SAFETY: the pointer is written to where the call succeeds.
        let code = unsafe { APILoader::WelsCreateSVCEncoder(&mut encoder) };
        if code != 0 || encoder.is_null() {
            return Err(failure(code, "OpenH264 cannot be created", String::new()));
        }
        let mut this = Self {
            encoder,
            complaint: Box::default(),
            size: (width, height),
            settings: settings.clone(),
            parameters: Vec::new(),
            frames: 0,
            made: None,
        };
        this.initialise()?;
        Ok(this)
    }

    /// Its functions.
    fn calls(&self) -> &ISVCEncoderVtbl {
        // SAFETY: an encoder that was created points to its functions for as long as it lives.
        unsafe { &**self.encoder }
    }

    fn initialise(&mut self) -> Result<()> {
        // Until it is told otherwise, it writes to stderr.
        let mut level = WELS_LOG_ERROR as c_int;
        let mut callback: WelsTraceCallback = Some(keep);
        let mut context: *mut c_void = ptr::from_mut(&mut *self.complaint).cast();
        // SAFETY: each option points to a value of its type; the complaint stays where it is until the encoder is gone.
        unsafe {
            self.set(ENCODER_OPTION_TRACE_LEVEL, ptr::from_mut(&mut level).cast())?;
            self.set(ENCODER_OPTION_TRACE_CALLBACK, ptr::from_mut(&mut callback).cast())?;
            self.set(ENCODER_OPTION_TRACE_CALLBACK_CONTEXT, ptr::from_mut(&mut context).cast())?;
        }
        let mut parameters = SEncParamExt::default();
        // SAFETY: the parameters are a value of the type that both calls take.
        let code = unsafe { call(self.calls().GetDefaultParams)?(self.encoder, &mut parameters) };
        self.check(code, "OpenH264 has no defaults")?;
        fill_in(&mut parameters, &self.settings);
        // SAFETY: as above.
        let code = unsafe { call(self.calls().InitializeExt)?(self.encoder, &parameters) };
        self.check(code, "OpenH264 refused its settings")?;
        let mut info = SFrameBSInfo::default();
        // SAFETY: the encoder is initialised; what it points to is its own and read before its next call.
        let code = unsafe { call(self.calls().EncodeParameterSets)?(self.encoder, &mut info) };
        self.check(code, "OpenH264 tells no parameter sets")?;
        // SAFETY: as above.
        self.parameters = unsafe { layers(&info, |_| true) };
        Ok(())
    }

    /// # Safety
    ///
    /// `value` must point to a value of the option's type.
    unsafe fn set(&self, option: ENCODER_OPTION, value: *mut c_void) -> Result<()> {
        // SAFETY: the caller's promise.
        let code = unsafe { call(self.calls().SetOption)?(self.encoder, option, value) };
        self.check(code, "OpenH264 does not know an option")
    }

    fn check(&self, code: c_int, message: &str) -> Result<()> {
        if code == 0 { Ok(()) } else { Err(failure(code, message, self.complaint.take())) }
    }

    /// Tells a stream of a file what its packets are.
    ///
    /// # Safety
    ///
    /// `stream` must be one of an open output.
    pub(super) unsafe fn fill(&self, stream: *mut ffi::AVStream) -> Result<()> {
        let padded = self.parameters.len() + ffi::AV_INPUT_BUFFER_PADDING_SIZE as usize;
        // SAFETY: the caller's promise; what is allocated belongs to the parameters, is large enough, and ends in zeros.
        unsafe {
            let raw = (*stream).codecpar;
            (*raw).codec_type = ffi::AVMediaType::AVMEDIA_TYPE_VIDEO;
            (*raw).codec_id = ffi::AVCodecID::AV_CODEC_ID_H264;
            (*raw).format = ffi::AVPixelFormat::AV_PIX_FMT_YUV420P as i32;
            (*raw).width = self.size.0 as i32;
            (*raw).height = self.size.1 as i32;
            (*raw).sample_aspect_ratio = ffi::AVRational { num: 1, den: 1 };
            (*raw).profile = PRO_HIGH;
            (*raw).field_order = ffi::AVFieldOrder::AV_FIELD_PROGRESSIVE;
            (*raw).color_range = ffi::AVColorRange::AVCOL_RANGE_MPEG;
            (*raw).color_primaries = ffi::AVColorPrimaries::AVCOL_PRI_BT709;
            (*raw).color_trc = ffi::AVColorTransferCharacteristic::AVCOL_TRC_BT709;
            (*raw).color_space = ffi::AVColorSpace::AVCOL_SPC_BT709;
            (*raw).chroma_location = ffi::AVChromaLocation::AVCHROMA_LOC_LEFT;
            (*raw).extradata = ffi::av_mallocz(padded).cast();
            if (*raw).extradata.is_null() {
                return Err(native::out_of_memory(OPERATION));
            }
            ptr::copy_nonoverlapping(self.parameters.as_ptr(), (*raw).extradata, self.parameters.len());
            (*raw).extradata_size = self.parameters.len() as i32;
        }
        Ok(())
    }

    /// Takes the next frame, which must have the encoder's size. It gives one packet for each, at once.
    pub(super) fn send(&mut self, frame: Option<&Frame>) -> Result<()> {
        let Some(frame) = frame else { return Ok(()) };
        let [y, u, v] = frame.planes().map(|plane| plane.as_ptr().cast_mut());
        let (width, chroma) = (frame.width() as c_int, frame.chroma_width() as c_int);
        let source = SSourcePicture {
            iColorFormat: videoFormatI420 as c_int,
            iStride: [width, chroma, chroma, 0],
            pData: [y, u, v, ptr::null_mut()],
            iPicWidth: width,
            iPicHeight: frame.height() as c_int,
            // Milliseconds.
            uiTimeStamp: (self.settings.fps.seconds(self.frames as u64) * 1000.0) as i64,
            ..SSourcePicture::default()
        };
        let mut info = SFrameBSInfo::default();
        // SAFETY: the encoder is initialised and reads the planes, which have the size and the strides that it is told, during
        // the call alone. What it points to afterwards is its own and read before its next call.
        let (code, bytes) = unsafe {
            let code = call(self.calls().EncodeFrame)?(self.encoder, &source, &mut info);
            // Parameter sets stand in the file's index, and before each key frame they would say the same once more.
            (code, if code == 0 { layers(&info, |kind| kind == VIDEO_CODING_LAYER) } else { Vec::new() })
        };
        self.check(code, "encoding failed")?;
        if bytes.is_empty() {
            return Err(failure(info.eFrameType as c_int, "OpenH264 left a frame out", self.complaint.take()));
        }
        self.frames += 1;
        self.made = Some((bytes, info.eFrameType == videoFrameTypeIDR));
        Ok(())
    }

    /// The next packet; `false` where there is none.
    pub(super) fn receive(&mut self, packet: &mut Packet) -> Result<bool> {
        let Some((bytes, is_key)) = self.made.take() else { return Ok(false) };
        // SAFETY: the packet's old content is released, and it gets a buffer of the new one's size.
        unsafe {
            let raw = packet.as_mut_ptr();
            ffi::av_packet_unref(raw);
            native::check(ffi::av_new_packet(raw, bytes.len() as i32), "no memory for a packet", OPERATION)?;
            ptr::copy_nonoverlapping(bytes.as_ptr(), (*raw).data, bytes.len());
            (*raw).pts = self.frames - 1;
            (*raw).dts = self.frames - 1;
            (*raw).flags = if is_key { ffi::AV_PKT_FLAG_KEY } else { 0 };
        }
        Ok(true)
    }
}

impl Drop for OpenH264 {
    fn drop(&mut self) {
        // SAFETY: the encoder was created, and nobody uses it any more. Its functions are read before it is gone.
        unsafe {
            if let Some(uninitialise) = self.calls().Uninitialize {
                uninitialise(self.encoder);
            }
            APILoader::WelsDestroySVCEncoder(self.encoder);
        }
    }
}

/// Its settings, from its own defaults.
fn fill_in(parameters: &mut SEncParamExt, settings: &VideoSettings) {
    let (width, height) = (settings.width as c_int, settings.height as c_int);
    let fps = settings.fps.as_f64() as f32;
    let bps = settings.max_kbps.map_or(ANY_KBPS, |kbps| kbps as i32) * 1000;
    let quantiser = (quantiser(settings) - FINER).max(1);
    parameters.iUsageType = CAMERA_VIDEO_REAL_TIME;
    parameters.iPicWidth = width;
    parameters.iPicHeight = height;
    parameters.fMaxFrameRate = fps;
    parameters.iTargetBitrate = bps;
    parameters.iRCMode = if settings.max_kbps.is_some() { RC_BITRATE_MODE } else { RC_OFF_MODE };
    parameters.iMinQp = quantiser;
    parameters.iMaxQp = 51;
    parameters.bEnableFrameSkip = false;
    parameters.iEntropyCodingModeFlag = 1;
    // Segments whose parameter sets differ are not joined.
    parameters.eSpsPpsIdStrategy = CONSTANT_ID;
    parameters.iMultipleThreadIdc = 1;
    parameters.uiIntraPeriod = settings.keyframe_interval;
    // Key frames at fixed places only, and nothing that takes slow pictures for still ones.
    parameters.bEnableSceneChangeDetect = false;
    parameters.bEnableBackgroundDetection = false;
    parameters.bEnableAdaptiveQuant = false;
    parameters.iComplexityMode = match settings.preset.as_str() {
        "ultrafast" | "superfast" => MEDIUM_COMPLEXITY,
        _ => HIGH_COMPLEXITY,
    };
    parameters.iSpatialLayerNum = 1;
    parameters.iTemporalLayerNum = 1;
    let layer = &mut parameters.sSpatialLayers[0];
    layer.iVideoWidth = width;
    layer.iVideoHeight = height;
    layer.fFrameRate = fps;
    layer.iSpatialBitrate = bps;
    layer.iMaxSpatialBitrate = settings.max_kbps.map_or(0, |_| bps);
    layer.uiProfileIdc = PRO_HIGH;
    if settings.fits_level_4_2() {
        layer.uiLevelIdc = LEVEL_4_2;
    }
    layer.iDLayerQp = quantiser;
    layer.sSliceArgument.uiSliceMode = SM_SINGLE_SLICE;
    layer.sSliceArgument.uiSliceNum = 1;
    layer.bVideoSignalTypePresent = true;
    // 5: unspecified, as x264 writes it.
    layer.uiVideoFormat = 5;
    layer.bFullRange = false;
    layer.bColorDescriptionPresent = true;
    layer.uiColorPrimaries = BT709;
    layer.uiTransferCharacteristics = BT709;
    layer.uiColorMatrix = BT709;
    layer.bAspectRatioPresent = true;
    layer.eAspectRatio = ASP_1x1;
}

/// The bytes of the layers of those kinds.
///
/// # Safety
///
/// `info` must be what the encoder has just filled in.
unsafe fn layers(info: &SFrameBSInfo, wanted: impl Fn(c_int) -> bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let count = usize::try_from(info.iLayerNum).unwrap_or_default();
    for layer in info.sLayerInfo.iter().take(count).filter(|layer| wanted(c_int::from(layer.uiLayerType))) {
        let units = usize::try_from(layer.iNalCount).unwrap_or_default();
        // SAFETY: a layer has as many lengths as units, and its buffer as many bytes as they add up to.
        unsafe {
            let lengths = (0..units).map(|unit| usize::try_from(*layer.pNalLengthInByte.add(unit)).unwrap_or_default());
            bytes.extend_from_slice(std::slice::from_raw_parts(layer.pBsBuf, lengths.sum()));
        }
    }
    bytes
}

fn call<F>(function: Option<F>) -> Result<F> {
    function.ok_or_else(|| failure(-1, "OpenH264 lacks a function", String::new()))
}

fn failure(code: c_int, message: &str, detail: String) -> Error {
    let error = Error::media(message).with_operation(OPERATION).with_context("code", code);
    if detail.is_empty() { error } else { error.with_context("detail", detail) }
}
