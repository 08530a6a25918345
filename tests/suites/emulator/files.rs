//! Uploads and downloads.

use crate::client::{Client, DREAM, answer, quick, stub};
use adgen_tests::emulator::{Action, Content, Emulator, Fault, Kind, MediaSpec, On};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn files_go_round() {
    let client = Client::new(quick()).await;
    let body = "--cut\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\
                12345\r\n--cut\r\nContent-Disposition: form-data; name=\"metadata\"\r\nContent-Type: application/json\r\n\r\n\
                {\"ad\":1}\r\n--cut--\r\n";
    let upload =
        client.request(Method::POST, "/files").header("content-type", "multipart/form-data; boundary=cut").body(body);
    let made = answer(upload.send().await.expect("an answer")).await;
    assert_eq!(
        (made.status, &made.json["size"], &made.json["name"]),
        (201, &json!(5), &json!("a.png")),
        "{}",
        made.json
    );
    assert_eq!(made.json["metadata"], json!({"ad": 1}));
    let path = format!("/files/{}", made.json["id"].as_str().expect("an id"));
    let url = made.json["urls"]["get"].clone();
    assert_eq!(client.get(&path).await.json, made.json);
    assert_eq!(client.get("/files").await.json["results"], json!([made.json]));
    let input = json!({"input": {"prompt": "x", "start_image": url}});
    let kling = "/models/kwaivgi/kling-v2.5-turbo-pro/predictions";
    client.until(&client.post(kling, input.clone()).await.json, "succeeded").await;
    let deleted = client.request(Method::DELETE, &path).send().await.expect("an answer");
    assert_eq!(deleted.status(), 204);
    assert_eq!(client.get(&path).await.status, 404);
    // A model cannot see a file that is gone.
    client.until(&client.post(kling, input).await.json, "failed").await;
}

#[tokio::test]
async fn downloads_know_ranges_and_end_with_their_time() {
    let fault = |action| Fault::new(On::Delivery, action).times(1);
    let script = quick()
        .with_fault(fault(Action::Truncate(0.5)))
        .with_fault(fault(Action::Content(Content::Html)))
        .with_fault(fault(Action::Content(Content::ShortFile)))
        .with_fault(fault(Action::Content(Content::Huge)));
    let client = Client::new(script).await;
    let made = client.create("x").await;
    let done = client.until(&made, "succeeded").await;
    let url = done["output"].as_str().expect("a URL").to_owned();
    assert!(url.starts_with(client.emulator.delivery_origin()) && !url.starts_with(client.emulator.origin()), "{url}");
    let get = || client.http.get(&url);
    let whole = stub(&MediaSpec { kind: Kind::Video, width: 426, height: 240, millis: 6000, hue: 0 });

    let cut = get().send().await.expect("the head comes");
    assert_eq!((cut.status().as_u16(), cut.content_length()), (200, Some(whole.len() as u64)));
    cut.bytes().await.expect_err("the body is cut");
    let page = get().send().await.expect("an answer");
    assert_eq!(
        (page.status().as_u16(), &page.headers()["content-type"]),
        (200, &"text/html; charset=utf-8".parse().expect("a header"))
    );
    assert_eq!(get().send().await.expect("an answer").bytes().await.expect("a body"), whole[..whole.len() / 2]);
    assert_eq!(get().send().await.expect("an answer").content_length(), Some(3 << 30));
    assert_eq!(get().send().await.expect("an answer").bytes().await.expect("a body"), whole);
    for (range, part) in
        [("bytes=0-9", 0..10), ("bytes=30-", 30..whole.len()), ("bytes=-7", whole.len() - 7..whole.len())]
    {
        let answer = get().header("range", range).send().await.expect("an answer");
        assert_eq!(answer.status(), 206, "{range}");
        let named = format!("bytes {}-{}/{}", part.start, part.end - 1, whole.len());
        assert_eq!(answer.headers()["content-range"], named.as_str());
        assert_eq!(answer.bytes().await.expect("a body"), whole[part]);
    }
    assert_eq!(get().header("range", "bytes=99999-").send().await.expect("an answer").status(), 416);
    assert_eq!(client.journal().leaks().count(), 0);
    let leaked = get().header("authorization", "Bearer r8_secret").send().await.expect("an answer");
    assert_eq!(leaked.status(), 200);
    let journal = client.journal();
    assert_eq!(journal.leaks().count(), 1);
    assert!(!serde_json::to_string(&journal).expect("JSON").contains("r8_secret"), "the journal shows the token");
    assert_eq!(journal.predictions[0].downloads, 10);

    client.emulator.forget();
    assert_eq!(get().send().await.expect("an answer").status(), 404);
    let removed = client.get(&format!("/predictions/{}", made["id"].as_str().expect("an id"))).await.json;
    assert_eq!(
        (&removed["data_removed"], &removed["input"], &removed["output"]),
        (&json!(true), &json!({}), &Value::Null)
    );
}

/// What `ffprobe` says about the file of one prediction, and the file's size.
async fn probed(client: &Client, path: &str, input: Value) -> (Value, usize) {
    let made = client.post(path, json!({"input": input})).await.json;
    let url = client.until(&made, "succeeded").await["output"].as_str().expect("a URL").to_owned();
    let bytes = client.http.get(url).send().await.expect("an answer").bytes().await.expect("a body");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file.mp4");
    std::fs::write(&file, &bytes).expect("room for a small file");
    (adgen_tests::judge::ffprobe(&file, &["-show_streams"]), bytes.len())
}

#[tokio::test]
async fn the_files_are_real() {
    let odd = |text: &str, content| Fault::new(On::Create, Action::Content(content)).prompt(text);
    let script = quick()
        .with_fault(odd("zero", Content::ZeroFrames))
        .with_fault(odd("sound", Content::NoVideo))
        .with_fault(odd("8k", Content::Mono8k))
        .with_fault(odd("short", Content::Short));
    let emulator = Emulator::start(script).await;
    let client = Client::to(emulator);
    let number = |value: &Value| value.as_str().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();

    let fast = "/models/bytedance/seedance-1-pro-fast/predictions";
    let input = json!({"prompt": "x", "duration": 8, "aspect_ratio": "9:16"});
    let (video, _) = probed(&client, fast, input).await;
    let stream = &video["streams"][0];
    assert_eq!(
        (&stream["codec_name"], &stream["width"], &stream["height"]),
        (&json!("h264"), &json!(240), &json!(426))
    );
    assert_eq!(stream["nb_frames"], "192");
    let wan = "/models/wan-video/wan-2.2-t2v-fast/predictions";
    let (video, _) = probed(&client, wan, json!({"prompt": "x", "num_frames": 96})).await;
    assert_eq!((&video["streams"][0]["width"], number(&video["streams"][0]["duration"])), (&json!(426), 6.0));
    let (video, _) = probed(&client, DREAM, json!({"prompt": "zero"})).await;
    assert_eq!(video["streams"][0]["codec_type"], "video");
    assert!(number(&video["streams"][0]["nb_frames"]) == 0.0, "{video}");
    let (video, _) = probed(&client, DREAM, json!({"prompt": "sound"})).await;
    assert_eq!(video["streams"][0]["codec_type"], "audio");

    let music = "/models/stability-ai/stable-audio-2.5/predictions";
    let (audio, size) = probed(&client, music, json!({"prompt": "x", "duration": 3})).await;
    let stream = &audio["streams"][0];
    assert_eq!(
        (&stream["codec_name"], &stream["sample_rate"], &stream["channels"]),
        (&json!("pcm_s16le"), &json!("44100"), &json!(2))
    );
    assert_eq!((number(&stream["duration"]), size), (3.0, 44 + 3 * 44_100 * 4));
    let (audio, _) = probed(&client, music, json!({"prompt": "8k", "duration": 3})).await;
    let stream = &audio["streams"][0];
    assert_eq!((&stream["sample_rate"], &stream["channels"]), (&json!("8000"), &json!(1)));
    let (audio, _) = probed(&client, music, json!({"prompt": "short", "duration": 8})).await;
    assert_eq!(number(&audio["streams"][0]["duration"]), 2.0);
}
