//! Sounds as servers send them, and wishes that cannot be met.

use super::*;
use bytes::Bytes;
use secrecy::SecretString;

fn speech() -> OpenAiSpeech {
    OpenAiSpeech::new(OpenAi::builder().with_key(SecretString::from("sk-test")).build().unwrap())
}

fn answer(body: impl Into<Bytes>) -> Answer {
    Answer { status: 200, headers: Default::default(), body: body.into() }
}

/// A second of sound with the lengths of a stream.
fn wav() -> Vec<u8> {
    let mut out = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    out.extend(24_000u32.to_le_bytes());
    out.extend(48_000u32.to_le_bytes());
    out.extend(b"\x02\0\x10\0data\xFF\xFF\xFF\xFF");
    out.resize(44 + 48_000, 0);
    out
}

#[test]
fn sounds_are_known_by_their_bytes() {
    let (kind, seconds, bytes) = sound(&answer(wav())).unwrap();
    assert_eq!((kind, seconds), (FileType::Wav, Some(1.0)));
    assert_eq!(bytes[40..44], 48_000u32.to_le_bytes());
    assert!(matches!(sound(&answer(&b"ID3\x04 and so on"[..])), Ok((FileType::Mp3, None, _))));
    let silent = wav()[..44].to_vec();
    for wrong in [&b""[..], b"<html>hello</html>", b"{\"error\":{\"message\":\"no\"}}", b"RIFF\0\0\0\0WAVE", &silent] {
        let error = sound(&answer(wrong.to_vec())).unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::GenerationFailed, Retry::Never));
    }
    assert!(sound(&answer("<html>hello</html>")).unwrap_err().to_string().contains("hello"));
}

#[test]
fn only_allowed_wishes_are_sent() {
    let voice = Voice { instructions: Some(" warmly ".to_owned()), speed: 1.5, ..Voice::default() };
    let (body, notes) = speech().body("Hello", &voice).unwrap();
    assert_eq!(
        body,
        json!({
            "model": MODEL, "input": "Hello", "voice": "alloy", "response_format": "wav", "speed": 1.5,
            "instructions": "warmly",
        })
    );
    assert!(notes.is_empty());
    let (body, notes) = speech().with_model("tts-1").with_voice("voice_1").body("Hello", &voice).unwrap();
    assert!(body.get("instructions").is_none() && notes.len() == 1 && body["voice"]["id"] == "voice_1");
    let (body, _) = speech().body("Hello", &Voice { name: Some("nova".to_owned()), ..Voice::default() }).unwrap();
    assert!(body.get("speed").is_none() && body["voice"] == "nova");
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_before_any_call() {
    let fails = async |request: AudioRequest| speech().start(&request).await.unwrap_err().kind();
    assert_eq!(fails(AudioRequest::speech("x".repeat(4_097), "/tmp")).await, ErrorKind::Unsupported);
    assert_eq!(fails(AudioRequest::speech(" ", "/tmp")).await, ErrorKind::Unsupported);
    assert_eq!(fails(AudioRequest::music("piano", 10.0, "/tmp")).await, ErrorKind::Unsupported);
    for speed in [0.1, 5.0, f64::NAN] {
        let kind = AudioKind::Speech(Voice { speed, ..Voice::default() });
        assert_eq!(fails(AudioRequest { kind, ..AudioRequest::speech("x", "/tmp") }).await, ErrorKind::Unsupported);
    }
    let job = JobId("x".to_owned());
    assert_eq!(speech().check(&job).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(speech().cancel(&job).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn costs_follow_the_price_list() {
    let request = AudioRequest::speech("x".repeat(900), "/tmp");
    // At a usual pace it is a minute.
    let estimate = speech().estimate(&request);
    assert!(estimate.low_usd < 0.015 && 0.015 < estimate.high_usd && estimate.high_usd < 0.025, "{estimate:?}");
    assert!((speech().with_model("tts-1").estimate(&request).high_usd - 0.0135).abs() < 1e-9);
    assert!(!speech().with_model("own").estimate(&request).is_known());
}
