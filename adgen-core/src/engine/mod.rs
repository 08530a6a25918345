//! What runs an ad from its document to its video: the graph, and the parts that it works with.
//!
//! `graph` is the roof, `run` the house around it; below lie `purchase`, `products`, `money`, `turns`, `progress` and what
//! they need, each for one thing. May depend on `report`, `stages`, `provider` (contracts), `store`, `http`, `event`,
//! `asset`, `project` and `error`.

mod document;
mod estimate;
mod fallback;
mod graph;
mod hints;
mod import;
mod listeners;
mod money;
mod outcome;
mod own_files;
mod parts;
mod photos;
mod policy;
mod products;
mod progress;
mod providers;
mod purchase;
mod report;
mod run;
mod sink;
mod turns;

pub(crate) use estimate::estimate;
pub use estimate::{Estimate, StageEstimate};
pub(crate) use import::Source;
pub use outcome::{Outcome, OutputFile};
pub(crate) use providers::Providers;
pub use run::Run;
pub(crate) use run::RunSettings;
pub(crate) use turns::Turns;
