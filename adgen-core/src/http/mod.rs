//! The one HTTP seam: how APIs are called, how often, how fast, and how files are fetched. The only user of `reqwest`.
//!
//! May depend on `error` alone. Imports between its files go one way, from the roof to the ground:
//!
//! - [`api`]: a provider's API and its calls. `request` is one try, `retry` decides about the next.
//! - `limit` gives turns, `caller` calls off what waits for one, `breaker` knows when there is no point in trying.
//! - `asset` fetches files by address, `guard` says which addresses, `download` gathers a file over broken connections.
//! - `client` holds connections as `options` wish, `tls` makes them secure.
//! - `network` says what went wrong on the way, `wait` how long to wait.
//! - `settings`, `call`, `address` and `proxy` are the ground: they know none of the others but each other, in this order.

mod address;
pub(crate) mod api;
mod asset;
mod breaker;
mod call;
mod caller;
mod client;
mod data_url;
pub(crate) mod download;
mod guard;
mod limit;
mod network;
mod options;
mod proxy;
mod request;
pub(crate) mod retry;
mod settings;
#[cfg(test)]
pub(crate) mod test_server;
mod tls;
mod wait;

pub(crate) use api::Api;
pub(crate) use asset::{AssetRules, fetch_asset};
pub(crate) use call::{Answer, Body, Call, Repeat};
pub(crate) use caller::Caller;
pub(crate) use client::Http;
#[cfg(any(test, fuzzing))]
pub(crate) use data_url::decode as decode_data_url;
pub use options::{HttpOptions, RootCertificates};
pub(crate) use settings::{ApiSettings, Limits};
pub(crate) use wait::{backoff, server_wait, told_wait};
