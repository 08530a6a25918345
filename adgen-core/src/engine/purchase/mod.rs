//! Artifacts that providers make: ordered once, waited for, fetched, stored.
//!
//! [`Purchases::buy`] is the one way. May depend on `event`, `provider`, `http` (retries), `store`, `stages` (what an
//! artifact is), `project`, `error` and the engine's `artifacts`, `money`, `turns`, `progress`.

mod buy;
mod claim;
mod fetch;
mod job;
mod jobs;
mod order;
mod past;
mod purchases;
mod retry_class;
mod settle;
mod start;
mod stock;
mod wakeup;
mod wanted;

pub(crate) use order::{ClipOrder, TrackOrder};
pub(crate) use purchases::Purchases;
pub(crate) use stock::{Stock, look};
pub(crate) use wakeup::Wakeups;
pub(crate) use wanted::Wanted;
