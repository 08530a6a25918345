//! The contracts between adgen and whatever plans, films and composes: small, dyn-compatible, the minimum.
//!
//! [`VideoProvider`] and [`AudioProvider`] are remote jobs: `start`, then `check` until done, `cancel` at any time.
//! [`Planner`] is one call. The [`offline`] implementations need neither key nor network.
//! May depend on `project` and `error`; the implementations also on `media` and `http`.

mod audio;
mod generation;
mod info;
pub mod offline;
mod planner;
mod video;

pub use audio::{AudioProvider, AudioRequest};
pub use generation::{Content, Generated, Generation, JobId};
pub use info::{Price, ProviderInfo};
pub use planner::{Plan, PlanRequest, PlannedScene, Planner};
pub use video::{VideoCapability, VideoProvider, VideoRequest};
