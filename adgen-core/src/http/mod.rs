//! The one HTTP seam: how APIs are called, how often, how fast, and how files are fetched. The only user of `reqwest`.
//!
//! May depend on `error` alone.
//!
//! - [`api`]: a provider's API, its key, its calls. `request` is one try, `retry` decides about the next.
//! - `limit` and `pace` give turns, `leave` calls off what waits for one, `breaker` knows when there is no point in trying, `wait` how long to wait.
//! - `asset` fetches files by address, `guard` says which addresses, `download` gathers a file over broken connections.
//! - `network` says what went wrong on the way.

pub(crate) mod api;
mod asset;
mod breaker;
mod client;
mod data_url;
pub(crate) mod download;
mod guard;
mod leave;
mod limit;
mod network;
mod pace;
mod request;
pub(crate) mod retry;
#[cfg(test)]
mod test_server;
mod wait;

pub(crate) use api::{Answer, Api, ApiSettings, Body, Call, Limits, Repeat};
pub(crate) use asset::{AssetRules, fetch_asset};
pub(crate) use client::client;
#[cfg(feature = "s3")]
pub(crate) use client::storage_client;
#[cfg(any(test, fuzzing))]
pub(crate) use data_url::decode as decode_data_url;
pub(crate) use leave::{Leave, called_off, with_leave};
pub(crate) use retry::{Repetition, watched};
pub(crate) use wait::{backoff, server_wait};
