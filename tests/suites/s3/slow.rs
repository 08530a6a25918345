//! A store in memory that takes its time for everything.

use super::Site;
use adgen::{AssetPolicy, Matting, Studio};
use adgen_tests::document;
use object_store::{
    memory::InMemory,
    throttle::{ThrottleConfig, ThrottledStore},
};
use std::{sync::Arc, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_latency_makes_the_same_ad() {
    let site = Site::new();
    let wait = Duration::from_millis(30);
    let config = ThrottleConfig {
        wait_delete_per_call: wait,
        wait_get_per_call: wait,
        wait_list_per_call: wait,
        wait_list_with_delimiter_per_call: wait,
        wait_put_per_call: wait,
        ..ThrottleConfig::default()
    };
    let matting = Matting::new().with_download(false);
    let studio = Studio::builder()
        .with_object_store(Arc::new(ThrottledStore::new(InMemory::new(), config)))
        .with_matting(matting)
        .with_asset_policy(AssetPolicy::own_documents())
        .build()
        .expect("a studio");
    let document = document::parse(&document::planned("slow", &site.photo));
    let outcome = studio.generate(document.clone(), "").await.expect("starts").wait().await.expect("an ad");
    assert_eq!(outcome.state.degradations, []);
    let again = studio.generate(document, "").await.expect("starts").wait().await.expect("an ad");
    assert_eq!(again.state.stages.values().map(|stage| stage.made).sum::<u32>(), 0);
    // Nobody signs addresses of what is in memory.
    let error = studio.url("slow", "final_video.mp4", Duration::from_secs(1)).await.expect_err("nobody signs");
    assert_eq!(error.kind(), adgen::ErrorKind::Unsupported);
}
