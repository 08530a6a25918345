//! What each encoder of FFmpeg's is told: its own words for the same wish.
//!
//! Quality is x264's rate factor everywhere, since all of them count by H.264's quantisers: NVENC's constant quality, VA-API's
//! quantiser, Quick Sync's intelligent constant quality. Depends on FFmpeg's constants, `encoder_kind` and `video_settings`.

use ffmpeg_next::ffi;

use super::{encoder_kind::EncoderKind, video_settings::VideoSettings};

/// MPEG-4's quantiser for clips: 1 to 31. With 2 they look as x264's near lossless ones do.
const CLIP_QUANTISER: i32 = 2;

/// What an encoder is told beside size, rate and colours.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct EncoderOptions {
    /// The encoder's own options.
    pub(super) options: Vec<(&'static str, String)>,
    /// The most B-frames in a row.
    pub(super) b_frames: i32,
    /// The context's quality, where the encoder reads that.
    pub(super) quality: Option<i32>,
    /// Whether the context's quality is a quantiser.
    pub(super) is_quantiser: bool,
    /// Where pictures have to be for the encoder to read them; in this machine's memory where missing.
    pub(super) device: Option<DeviceKind>,
    /// Whether the context's bit rate, which FFmpeg sets to something, has to go for quality to count.
    pub(super) without_bit_rate: bool,
}

/// What holds the pictures of an encoder in a graphics processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DeviceKind {
    pub(super) kind: ffi::AVHWDeviceType,
    pub(super) format: ffi::AVPixelFormat,
}

impl EncoderOptions {
    /// For those settings. OpenH264 is none of FFmpeg's and has nothing here.
    pub(super) fn of(settings: &VideoSettings) -> Self {
        match settings.encoder {
            EncoderKind::X264 => x264(settings),
            EncoderKind::Nvenc => nvenc(settings),
            EncoderKind::Vaapi => vaapi(settings),
            EncoderKind::Qsv => qsv(settings),
            EncoderKind::Mpeg4 => Self {
                // Key frames at fixed places only.
                options: vec![("sc_threshold", "1000000000".to_owned())],
                quality: Some(CLIP_QUANTISER * ffi::FF_QP2LAMBDA),
                is_quantiser: true,
                ..Self::default()
            },
            EncoderKind::OpenH264 => Self::default(),
        }
    }
}

fn x264(settings: &VideoSettings) -> EncoderOptions {
    let mut options =
        vec![("preset", settings.preset.clone()), ("profile", "high".to_owned()), ("crf", settings.crf.to_string())];
    if settings.fits_level_4_2() {
        options.push(("level", "4.2".to_owned()));
    }
    // Key frames at fixed places only: scenes can be cut and joined there.
    let mut parameters = "scenecut=0:open-gop=0:force-cfr=1".to_owned();
    if has_avx_512() {
        // With AVX-512, x264's macroblock tree (version 164, r3095) takes in memory that nobody wrote where a row has no multiple of
        // sixteen macroblocks, and the bytes differ from one process to the next. AVX2 is as fast here.
        parameters.push_str(":asm=avx2");
    }
    if let Some(frames) = settings.shorter_lookahead() {
        parameters.push_str(&format!(":rc-lookahead={frames}"));
    }
    if settings.is_large() {
        // Each picture that is kept for reference takes some five bytes a pixel.
        parameters.push_str(":ref=1:b-pyramid=none");
    }
    options.push(("x264-params", parameters));
    EncoderOptions { options, b_frames: 2, ..EncoderOptions::default() }
}

#[cfg(target_arch = "x86_64")]
fn has_avx_512() -> bool {
    std::arch::is_x86_feature_detected!("avx512f")
}

#[cfg(not(target_arch = "x86_64"))]
const fn has_avx_512() -> bool {
    false
}

fn nvenc(settings: &VideoSettings) -> EncoderOptions {
    let preset = match settings.preset.as_str() {
        "ultrafast" => "p1",
        "superfast" => "p2",
        "veryfast" => "p4",
        "faster" | "fast" => "p5",
        "medium" => "p6",
        _ => "p7",
    };
    let mut options = vec![
        ("preset", preset.to_owned()),
        ("tune", "hq".to_owned()),
        ("profile", "high".to_owned()),
        ("rc", "vbr".to_owned()),
        ("cq", quantiser(settings).to_string()),
        ("spatial-aq", "1".to_owned()),
        ("no-scenecut", "1".to_owned()),
        ("strict_gop", "1".to_owned()),
        ("b_ref_mode", "disabled".to_owned()),
    ];
    if settings.fits_level_4_2() {
        options.push(("level", "4.2".to_owned()));
    }
    EncoderOptions { options, b_frames: 2, without_bit_rate: true, ..EncoderOptions::default() }
}

fn vaapi(settings: &VideoSettings) -> EncoderOptions {
    let mut options = vec![
        ("rc_mode", "CQP".to_owned()),
        ("qp", quantiser(settings).to_string()),
        ("profile", "high".to_owned()),
        // What it would write of itself changes with the driver.
        ("sei", "0".to_owned()),
    ];
    if settings.fits_level_4_2() {
        options.push(("level", "4.2".to_owned()));
    }
    let device =
        DeviceKind { kind: ffi::AVHWDeviceType::AV_HWDEVICE_TYPE_VAAPI, format: ffi::AVPixelFormat::AV_PIX_FMT_VAAPI };
    EncoderOptions { options, b_frames: 2, device: Some(device), without_bit_rate: true, ..EncoderOptions::default() }
}

fn qsv(settings: &VideoSettings) -> EncoderOptions {
    let preset = match settings.preset.as_str() {
        "ultrafast" | "superfast" | "veryfast" => "veryfast",
        "placebo" => "veryslow",
        other => other,
    };
    let options = vec![
        ("preset", preset.to_owned()),
        ("profile", "high".to_owned()),
        ("look_ahead", "0".to_owned()),
        ("adaptive_i", "0".to_owned()),
        ("adaptive_b", "0".to_owned()),
        // Every I-frame begins a group that nothing before it is needed for.
        ("idr_interval", "0".to_owned()),
    ];
    let device =
        DeviceKind { kind: ffi::AVHWDeviceType::AV_HWDEVICE_TYPE_QSV, format: ffi::AVPixelFormat::AV_PIX_FMT_QSV };
    EncoderOptions {
        options,
        b_frames: 2,
        quality: Some(quantiser(settings)),
        device: Some(device),
        without_bit_rate: true,
        ..EncoderOptions::default()
    }
}

/// The rate factor as a whole quantiser; 0 asks some encoders for their default.
pub(super) fn quantiser(settings: &VideoSettings) -> i32 {
    (settings.crf.round() as i32).clamp(1, 51)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::native;
    use std::ffi::CString;

    fn settings(encoder: EncoderKind, preset: &str) -> VideoSettings {
        VideoSettings { encoder, preset: preset.to_owned(), ..VideoSettings::new(1080, 1920, 30) }
    }

    /// Without a device no encoder of a graphics processor opens, and what it would have thought of its options is never
    /// known; but their names, values and ranges are.
    #[test]
    fn every_option_is_one_that_the_encoder_knows() {
        let all = [EncoderKind::X264, EncoderKind::Nvenc, EncoderKind::Vaapi, EncoderKind::Qsv, EncoderKind::Mpeg4];
        for encoder in all {
            for preset in VideoSettings::PRESETS {
                let name = encoder.native_name().expect("one of FFmpeg's");
                let (context, _) = native::encoder(name, "test").expect("Debian's FFmpeg has them all compiled in");
                for (key, value) in EncoderOptions::of(&settings(encoder, preset)).options {
                    let [key, value] = [key, &value].map(|text| CString::new(text).expect("no zero byte"));
                    // SAFETY: the context owns its encoder's private part; both strings are terminated.
                    let code =
                        unsafe { ffi::av_opt_set((*context.as_ptr()).priv_data, key.as_ptr(), value.as_ptr(), 0) };
                    assert!(code >= 0, "{encoder} refuses {key:?}={value:?}: {code}");
                }
            }
        }
    }

    #[test]
    fn quality_is_the_rate_factor_in_each_ones_words() {
        let of = |encoder, crf| EncoderOptions::of(&VideoSettings { crf, ..settings(encoder, "veryfast") });
        let option = |options: &EncoderOptions, key| {
            options.options.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
        };
        assert_eq!(option(&of(EncoderKind::X264, 20.0), "crf").as_deref(), Some("20"));
        assert_eq!(option(&of(EncoderKind::Nvenc, 17.0), "cq").as_deref(), Some("17"));
        assert_eq!(option(&of(EncoderKind::Vaapi, 26.0), "qp").as_deref(), Some("26"));
        assert_eq!(of(EncoderKind::Qsv, 0.0).quality, Some(1));
        for encoder in [EncoderKind::Nvenc, EncoderKind::Vaapi, EncoderKind::Qsv] {
            assert!(of(encoder, 20.0).without_bit_rate, "{encoder}: a bit rate would win over the quality");
            assert_eq!(of(encoder, 20.0).device.is_some(), encoder != EncoderKind::Nvenc);
        }
        assert!(of(EncoderKind::Mpeg4, 20.0).is_quantiser);
    }

    #[test]
    fn what_fits_no_level_leaves_it_to_the_encoder() {
        let large = VideoSettings { encoder: EncoderKind::Nvenc, ..VideoSettings::new(2160, 3840, 30) };
        assert!(EncoderOptions::of(&large).options.iter().all(|(name, _)| *name != "level"));
    }
}
