//! Who gives addresses at which anybody may fetch an object for a while.
//!
//! A contract of its own: `object_store` has one only where a cloud's client is built in. Depends on `object_store`'s
//! types.

use async_trait::async_trait;
use object_store::path::Path as ObjectPath;
use std::{fmt, time::Duration};
use url::Url;

/// Signs addresses of objects.
#[async_trait]
pub(crate) trait Signer: fmt::Debug + Send + Sync + 'static {
    /// An address at which whoever has it may fetch the object at `at` for so long.
    async fn download_address(&self, at: &ObjectPath, valid: Duration) -> object_store::Result<Url>;
}

#[cfg(feature = "s3")]
#[async_trait]
impl Signer for object_store::aws::AmazonS3 {
    async fn download_address(&self, at: &ObjectPath, valid: Duration) -> object_store::Result<Url> {
        use object_store::signer::{Method, Signer as _};
        self.signed_url(Method::GET, at, valid).await
    }
}
