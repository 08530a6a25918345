//! Buckets in S3 and in what speaks its language. Built in by the feature `s3`.
//!
//! Region, endpoint, keys and the like come from the usual AWS_* variables. May depend on `error` and `http`: requests
//! go through the same client as all others, and so does TLS.

use crate::{
    error::{Error, ErrorKind, Result},
    http::Http,
};
use object_store::{
    ClientConfigKey, ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut},
    client::{HttpClient, HttpConnector},
};
use std::time::Duration;

/// How often the client itself makes a request again, and until when: within the storage's own deadline.
const REPETITIONS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// The bucket, as the environment says how to reach it.
///
/// # Errors
/// `InvalidConfig` where a variable is no good.
pub(super) fn open(bucket: &str, http: &Http) -> Result<AmazonS3> {
    let retry = RetryConfig { max_retries: REPETITIONS, retry_timeout: PATIENCE, ..RetryConfig::default() };
    let from_env = AmazonS3Builder::from_env();
    let setting = |key| from_env.get_config_value(&key);
    let endpoint = setting(AmazonS3ConfigKey::S3Endpoint).or_else(|| setting(AmazonS3ConfigKey::Endpoint));
    let plain = setting(AmazonS3ConfigKey::Client(ClientConfigKey::AllowHttp)).is_some_and(|value| value == "true");
    if let Some(endpoint) = endpoint.filter(|endpoint| !plain && !endpoint.starts_with("https:")) {
        return Err(Error::new(ErrorKind::InvalidConfig, "the bucket's endpoint is not spoken to through TLS")
            .with_context("endpoint", endpoint)
            .with_hint("use an https:// address, or set AWS_ALLOW_HTTP=true for one of your own network"));
    }
    from_env
        .with_bucket_name(bucket)
        // Create-if-absent is what everything here stands on.
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        .with_retry(retry)
        .with_http_connector(Connector(http.clone()))
        .build()
        .map_err(|error| {
            Error::new(ErrorKind::InvalidConfig, "the bucket cannot be opened as the environment says")
                .with_context("bucket", bucket)
                .with_hint("look at AWS_REGION, AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and the other AWS_* variables")
                .with_source(error)
        })
}

/// Gives the storage the HTTP client that everything else here uses.
#[derive(Debug)]
struct Connector(Http);

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let plain = options.get_config_value(&ClientConfigKey::AllowHttp).is_some_and(|value| value == "true");
        let client = self.0.for_storage(plain);
        client
            .map(HttpClient::new)
            .map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })
    }
}
