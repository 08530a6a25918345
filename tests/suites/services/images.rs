//! How a picture reaches a video model: by address, as data, through the Files API.

use adgen::{
    ErrorKind,
    provider::{CallContext, ImageInput, VideoProvider, VideoRequest},
    replicate::{Replicate, ReplicateVideo},
};
use adgen_tests::{emulator::Script, pictures, services::Services};
use image::RgbImage;

fn request(image: ImageInput) -> VideoRequest {
    let mut request = VideoRequest::new("a quiet shelf", 3.0);
    request.image = Some(image);
    request
}

fn model(replicate: &Replicate, name: &str) -> ReplicateVideo {
    ReplicateVideo::known(replicate.clone(), name).expect("a known model")
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_go_by_address_as_data_or_as_uploads_by_their_size() {
    let services = Services::start(Script::quick()).await;
    let video = model(&services.replicate(), "bytedance/seedance-1-lite");
    let small = pictures::write(services.path(), "small.jpg", pictures::jpeg(&pictures::product(300, 400)));
    // Noise does not compress.
    let noise = RgbImage::from_fn(900, 900, |x, y| {
        let mixed = (x * 7919 + y * 104_729).wrapping_mul(2_654_435_761);
        image::Rgb([(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8])
    });
    let large = pictures::write(services.path(), "large.jpg", pictures::jpeg(&noise));
    assert!(std::fs::metadata(&large).expect("it was written").len() > 256 << 10);
    let address = "https://images.example/product.jpg".to_owned();
    for image in [ImageInput::Url(address.clone()), ImageInput::File(small), ImageInput::File(large)] {
        video.start(&CallContext::new(), &request(image)).await.expect("the model takes pictures");
    }
    let journal = services.emulator.journal();
    assert_eq!(journal.count("POST", "/v1/files"), 1, "only the large one is uploaded");
    let sent: Vec<String> = journal.predictions.iter().map(|made| made.input["image"].to_string()).collect();
    assert!(sent[0].contains(&address), "{}", sent[0]);
    assert!(sent[1].contains("data:image/jpeg;base64,"), "{}", sent[1]);
    assert!(sent[2].contains("/v1/files/"), "{}", sent[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_without_a_place_for_pictures_says_so_before_anything_is_ordered() {
    let services = Services::start(Script::quick()).await;
    let video = model(&services.replicate(), "wan-video/wan-2.2-t2v-fast");
    let image = ImageInput::Url("https://images.example/product.jpg".to_owned());
    let error = video.start(&CallContext::new(), &request(image)).await.expect_err("there is no such input");
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(services.emulator.journal().requests.is_empty());
}
