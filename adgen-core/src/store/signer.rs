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
/// Any store of `object_store` that signs by itself.
#[derive(Debug)]
pub(crate) struct Signing<S>(pub(crate) std::sync::Arc<S>);

#[cfg(feature = "s3")]
#[async_trait]
impl<S: object_store::signer::Signer> Signer for Signing<S> {
    async fn download_address(&self, at: &ObjectPath, valid: Duration) -> object_store::Result<Url> {
        self.0.signed_url(object_store::signer::Method::GET, at, valid).await
    }
}
