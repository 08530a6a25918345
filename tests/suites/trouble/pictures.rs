//! Clips in forms that nobody asked for: each gives the same sound video as an ordinary one.

use super::ground::{CLIP_USD, clip, expect_bill, make, only_prediction, strict};
use adgen_tests::{
    command::ffmpeg,
    emulator::{Action, Fault, On, Script},
    judge,
    services::Services,
};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Four seconds: red above, blue below.
fn ground(width: u32, height: u32) -> String {
    let half = height / 2;
    format!(
        "color=red:s={width}x{height}:r=24:d=4,drawbox=x=0:y={half}:w={width}:h={height}:color=blue:t=fill,format=yuv420p"
    )
}

/// The ad over such a clip, without the product: sound, of the right size and length, and red above blue below it.
async fn good_ad(make_clip: impl FnOnce(&Path) -> PathBuf) -> Value {
    let services = Services::start(Script::quick()).await;
    let file = make_clip(services.path());
    let source = judge::ffprobe(&file, &["-show_streams", "-show_format"]);
    services.emulator.replace_faults(vec![Fault::new(On::Create, Action::ContentFile(file))]);
    let mut document = strict(clip(&services, "odd"));
    document["scenes"][0]["product"] = Value::Null;
    document["scenes"][0]["caption"] = Value::Null;
    let outcome = make(&services.studio().await, &document).await;
    assert_eq!(outcome.state.degradations, [], "{source}");
    expect_bill(&services, &outcome, CLIP_USD);
    assert_eq!(only_prediction(&services.emulator).downloads, 1, "a good file was fetched again");
    let video = outcome.video().expect("there is a video");
    judge::expect_sound_file(video);
    let frames: Vec<u64> = (0..72).collect();
    assert_eq!(judge::frame_numbers(video, 24), frames, "{source}");
    let stream = judge::stream(video, "v");
    let facts = ["width", "height", "pix_fmt", "sample_aspect_ratio"].map(|name| stream[name].to_string());
    assert_eq!(facts, ["240", "426", "\"yuv420p\"", "\"1:1\""], "{stream}");
    for time_s in [0.2, 1.5, 2.8] {
        let picture = judge::picture(video, time_s);
        let (above, below) = (picture.get_pixel(120, 60).0, picture.get_pixel(120, 366).0);
        assert!(above[0] > above[2].saturating_add(40), "not red above: {above:?} at {time_s} s");
        assert!(below[2] > below[0].saturating_add(40), "not blue below: {below:?} at {time_s} s");
    }
    source["streams"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_aspect_is_cropped() {
    for (width, height) in [(640, 360), (360, 360), (120, 640)] {
        good_ad(|folder| ffmpeg(folder, "c.mp4", &["-f", "lavfi", "-i", &ground(width, height), "-c:v", "libx264"]))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_dimensions_are_scaled() {
    let stream = good_ad(|folder| {
        let source = ground(241, 427).replace("yuv420p", "yuv444p");
        ffmpeg(folder, "c.mp4", &["-f", "lavfi", "-i", &source, "-pix_fmt", "yuv444p", "-c:v", "libx264"])
    });
    assert_eq!(stream.await["width"], 241);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variable_frame_rate_becomes_a_steady_one() {
    let stream = good_ad(|folder| {
        // Fast in the beginning, then a frame now and then.
        let source = format!("{},select='lt(n,24)+not(mod(n,7))'", ground(360, 640));
        ffmpeg(folder, "c.mp4", &["-f", "lavfi", "-i", &source, "-fps_mode", "vfr", "-c:v", "libx264"])
    });
    let stream = stream.await;
    assert_ne!(stream["avg_frame_rate"], stream["r_frame_rate"], "the rate does not vary");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_bit_hdr_becomes_eight_bit() {
    for transfer in ["smpte2084", "arib-std-b67"] {
        let stream = good_ad(|folder| {
            let source = ground(360, 640);
            let params = format!("log-level=none:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc");
            let arguments = [
                "-f",
                "lavfi",
                "-i",
                &source,
                "-c:v",
                "libx265",
                "-pix_fmt",
                "yuv420p10le",
                "-x265-params",
                &params,
                "-color_primaries",
                "bt2020",
                "-color_trc",
                transfer,
                "-colorspace",
                "bt2020nc",
                "-tag:v",
                "hvc1",
            ];
            ffmpeg(folder, "c.mp4", &arguments)
        });
        let stream = stream.await;
        assert_eq!((&stream["pix_fmt"], &stream["color_transfer"]), (&"yuv420p10le".into(), &transfer.into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rotated_metadata_is_obeyed() {
    let stream = good_ad(|folder| {
        // Lies on its side: red at the right, as a camera that is held upright stores it.
        let side = "color=blue:s=640x360:r=24:d=4,drawbox=x=320:y=0:w=320:h=360:color=red:t=fill,format=yuv420p";
        let flat = ffmpeg(folder, "flat.mp4", &["-f", "lavfi", "-i", side, "-c:v", "libx264"]);
        let flat = flat.display().to_string();
        ffmpeg(folder, "c.mp4", &["-i", &flat, "-c", "copy", "-metadata:s:v:0", "rotate=90"])
    });
    let stream = stream.await;
    assert!(stream["side_data_list"].to_string().contains("rotation"), "the file is not rotated: {stream}");
}
