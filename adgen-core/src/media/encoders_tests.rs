use super::*;
use std::sync::atomic::{AtomicU32, Ordering};

fn support(encoder: EncoderKind, fault: Option<&str>) -> EncoderSupport {
    let fault = fault.map(|detail| Error::media("the encoder refused its settings").with_context("detail", detail));
    EncoderSupport { encoder, compiled_in: true, fault }
}

/// A machine with both encoders in software and one device.
fn well_equipped(encoder: EncoderKind) -> EncoderSupport {
    support(
        encoder,
        (!matches!(encoder, EncoderKind::X264 | EncoderKind::OpenH264 | EncoderKind::Nvenc)).then_some("no"),
    )
}

/// A build without the GPL, on a machine without a device.
fn without_x264(encoder: EncoderKind) -> EncoderSupport {
    support(encoder, (encoder != EncoderKind::OpenH264).then_some("Cannot load libcuda.so.1"))
}

/// Nothing at all.
fn empty(encoder: EncoderKind) -> EncoderSupport {
    support(encoder, Some("not there"))
}

fn chosen(probe: fn(EncoderKind) -> EncoderSupport, wanted: Option<EncoderKind>) -> (EncoderKind, Option<String>) {
    let choice = Encoders::by(probe).choose(wanted).expect("there is one");
    (choice.encoder, choice.refusal.map(|refusal| refusal.to_string()))
}

#[test]
fn nobodys_wish_is_the_best_in_software() {
    assert_eq!(chosen(well_equipped, None), (EncoderKind::X264, None));
    assert_eq!(chosen(without_x264, None), (EncoderKind::OpenH264, None));
    let only_hardware = |encoder: EncoderKind| support(encoder, (!encoder.is_hardware()).then_some("not there"));
    Encoders::by(only_hardware).choose(None).expect_err("hardware is used where it is asked for, and nowhere else");
}

#[test]
fn a_wish_is_followed_or_its_refusal_told() {
    for wanted in [EncoderKind::X264, EncoderKind::OpenH264, EncoderKind::Nvenc] {
        assert_eq!(chosen(well_equipped, Some(wanted)), (wanted, None));
    }
    let (encoder, refusal) = chosen(well_equipped, Some(EncoderKind::Qsv));
    assert_eq!(encoder, EncoderKind::X264);
    assert!(
        refusal.expect("told").contains("the encoder qsv cannot be used here: the encoder refused its settings: no")
    );
    for wanted in [EncoderKind::X264, EncoderKind::Nvenc] {
        let (encoder, refusal) = chosen(without_x264, Some(wanted));
        assert_eq!(encoder, EncoderKind::OpenH264);
        assert!(refusal.expect("told").contains("Cannot load libcuda.so.1"));
    }
}

#[test]
fn where_there_is_none_every_reason_is_told() {
    for wanted in [None, Some(EncoderKind::Nvenc)] {
        let error = Encoders::by(empty).choose(wanted).expect_err("none");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.message().contains("x264: ") && error.message().contains("openh264: "), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("libx264")));
    }
}

#[test]
fn each_is_tried_once_and_hardware_only_where_it_is_wanted() {
    static TRIED: AtomicU32 = AtomicU32::new(0);
    static HARDWARE: AtomicU32 = AtomicU32::new(0);
    let count = |encoder: EncoderKind| {
        TRIED.fetch_add(1, Ordering::SeqCst);
        HARDWARE.fetch_add(u32::from(encoder.is_hardware()), Ordering::SeqCst);
        well_equipped(encoder)
    };
    let encoders = Encoders::by(count);
    for _ in 0..3 {
        encoders.choose(None).expect("x264");
    }
    assert_eq!((TRIED.load(Ordering::SeqCst), HARDWARE.load(Ordering::SeqCst)), (1, 0));
    for _ in 0..3 {
        encoders.choose(Some(EncoderKind::Vaapi)).expect("x264 instead");
    }
    assert_eq!((TRIED.load(Ordering::SeqCst), HARDWARE.load(Ordering::SeqCst)), (2, 1));
}

#[test]
fn what_this_machine_has_is_found_out() {
    let encoders = Encoders::of_this_process();
    let x264 = encoders.support(EncoderKind::X264);
    assert!(x264.compiled_in && x264.is_usable(), "{:?}", x264.reason());
    let openh264 = encoders.support(EncoderKind::OpenH264);
    assert_eq!((openh264.compiled_in, openh264.is_usable()), [cfg!(feature = "openh264"); 2].into());
    // Debian compiles them in. Whether there is a device is the machine's affair; what is said of it must be FFmpeg's word.
    for encoder in [EncoderKind::Nvenc, EncoderKind::Vaapi, EncoderKind::Qsv] {
        let support = encoders.support(encoder);
        assert!(support.compiled_in, "{encoder}");
        let Some(fault) = &support.fault else { continue };
        assert!(std::error::Error::source(fault).is_some(), "{encoder}: {fault}");
        let reason = support.reason().expect("a fault has a reason");
        assert!(reason.len() > fault.message().len(), "{encoder}: {reason}");
        assert!(crate::media::is_encoders(fault), "{encoder}: {fault}");
    }
}
