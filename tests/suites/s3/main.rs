//! The whole pipeline over buckets: two servers of others as judges, answers that get lost, workers that are stopped and woken,
//! clocks that are apart.

mod clocks;
mod lost;
mod slow;
mod stopped;
mod whole;

use adgen::{Matting, Studio, StudioBuilder};
use adgen_tests::{
    buckets::{BUCKET, SECRET, environment},
    command, pictures,
    storage::Names,
};
use object_store::aws::{AmazonS3, AmazonS3Builder, S3ConditionalPut};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// A folder with a photo.
struct Site {
    folder: tempfile::TempDir,
    photo: PathBuf,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let photo = pictures::ready_photo(folder.path());
        Self { folder, photo }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The bucket behind `url`, as a program of somebody's opens it.
fn bucket(url: &str) -> Arc<AmazonS3> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(BUCKET)
        .with_endpoint(url)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_conditional_put(S3ConditionalPut::ETagMatch);
    builder = builder.with_access_key_id("test").with_secret_access_key(SECRET);
    Arc::new(builder.build().expect("a bucket"))
}

fn builder(url: &str, prefix: &str) -> StudioBuilder {
    let matting = Matting::new().with_download(false);
    Studio::builder()
        .with_signing_object_store(bucket(url))
        .with_prefix(prefix)
        .with_matting(matting)
        .with_asset_policy(adgen::AssetPolicy::own_documents())
}

/// `adgen` with the bucket behind `url` in its environment, not yet started.
fn adgen(url: &str, arguments: &[&str]) -> Command {
    let mut command = command::adgen(arguments);
    command.envs(environment(url));
    command
}

fn storage(prefix: &str) -> String {
    format!("s3://{BUCKET}/{prefix}")
}

/// What lies in the bucket below a prefix.
async fn names(server: &adgen_tests::buckets::S3Server, prefix: &str) -> Names {
    let start = format!("{prefix}/");
    let all = server.names().await;
    Names(all.into_iter().filter_map(|name| name.strip_prefix(&start).map(str::to_owned)).collect())
}
