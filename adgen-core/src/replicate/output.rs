//! Finding the file in what a model returned: one address, a list or an object of them, or the data itself.

use super::model::Kind;
use serde_json::Value;

/// Endings of the files that are looked for.
const VIDEO: &[&str] = &["mp4", "mov", "webm", "mkv", "m4v", "gif"];
const AUDIO: &[&str] = &["mp3", "wav", "flac", "ogg", "opus", "m4a", "aac"];
/// Endings of files that accompany them and are never the file itself.
const OTHER: &[&str] = &["png", "jpg", "jpeg", "webp", "json", "txt", "srt", "vtt", "zip"];

/// The address of what was made.
pub(super) fn file_of(output: &Value, kind: Kind) -> Option<&str> {
    let mut urls = Vec::new();
    collect("", output, &mut urls);
    let (endings, names, media): (_, &[&str], _) = match kind {
        Kind::Video => (VIDEO, &["video", "output", "file"], "data:video/"),
        Kind::Music | Kind::Speech => (AUDIO, &["audio", "output", "file"], "data:audio/"),
    };
    let is_media = |url: &str| url.starts_with(media) || ending(url).is_some_and(|own| endings.contains(&own.as_str()));
    let is_other =
        |url: &str| ending(url).is_some_and(|own| OTHER.contains(&own.as_str())) || url.starts_with("data:image/");
    let by_ending = urls.iter().find(|(_, url)| is_media(url));
    let by_name = || names.iter().find_map(|name| urls.iter().find(|(key, url)| key == name && !is_other(url)));
    let by_doubt = || urls.iter().find(|(_, url)| !is_other(url));
    by_ending.or_else(by_name).or_else(by_doubt).map(|(_, url)| *url)
}

fn collect<'a>(key: &'a str, value: &'a Value, urls: &mut Vec<(&'a str, &'a str)>) {
    match value {
        Value::String(text) if ["https://", "http://", "data:"].iter().any(|start| text.starts_with(start)) => {
            urls.push((key, text));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(key, value, urls)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| collect(key, value, urls)),
        _ => {}
    }
}

/// The ending of an address's path, in lower case.
fn ending(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    Some(ending.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_shape_is_read() {
        let cases = [
            (json!("https://a.example/o.mp4"), Some("https://a.example/o.mp4")),
            (json!(["https://a.example/o.mp4", "https://a.example/p.mp4"]), Some("https://a.example/o.mp4")),
            (
                json!({"preview": "https://a.example/a.png", "clip": "https://a.example/b.MP4?x=1"}),
                Some("https://a.example/b.MP4?x=1"),
            ),
            (json!({"extra": "https://a.example/x", "video": "https://a.example/y"}), Some("https://a.example/y")),
            (json!("https://a.example/file/1"), Some("https://a.example/file/1")),
            (json!("data:video/mp4;base64,AAAA"), Some("data:video/mp4;base64,AAAA")),
            (json!({"video": {"url": "https://a.example/deep.webm"}}), Some("https://a.example/deep.webm")),
            (json!("https://a.example/only.png"), None),
            (json!("done"), None),
            (json!([]), None),
            (Value::Null, None),
        ];
        for (output, wanted) in cases {
            assert_eq!(file_of(&output, Kind::Video), wanted, "{output}");
        }
    }

    #[test]
    fn sound_is_told_from_its_picture() {
        let output = json!({"audio": "https://a.example/a.wav", "spectrogram": "https://a.example/a.mp4"});
        assert_eq!(file_of(&output, Kind::Music), Some("https://a.example/a.wav"));
    }
}
