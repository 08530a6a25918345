//! What runs an ad from its document to its video: the graph, and the parts that it works with.
//!
//! `graph` is the roof, `run` the house around it; below lie `purchase`, `artifacts`, `money`, `turns`, `progress` and
//! what they need, each for one thing. May depend on `composite`, `matte`, `media`, `picture`, `text`, `report`, `stages`,
//! `provider` (contracts), `store`, `http`, `event`, `asset`, `project` and `error`.

mod account;
mod alone;
mod artifacts;
mod assets;
mod derived;
mod document;
mod estimate;
mod extensions;
mod fallback;
mod foreign;
mod graph;
mod heap;
mod held;
mod hints;
mod import;
mod line;
mod listeners;
mod money;
mod options;
mod outcome;
mod own_files;
mod parts;
mod photos;
mod policy;
mod preview;
mod progress;
mod providers;
mod purchase;
mod report;
mod run;
mod shown;
mod sink;
mod stale;
mod told;
mod trace;
mod turns;

pub use assets::Assets;
pub(crate) use estimate::estimate_by;
pub use estimate::{Estimate, StageEstimate};
pub(crate) use extensions::Extensions;
pub(crate) use import::Source;
pub use options::RunOptions;
pub(crate) use options::{check_jobs, check_max_usd};
pub use outcome::{Outcome, OutputFile};
pub(crate) use preview::{Previews, Source as PreviewSource, preview};
pub(crate) use providers::Providers;
pub(crate) use report::make_again as make_report_again;
pub use run::{Imported, Run};
pub(crate) use run::{RunSettings, import_document, need_runtime, run_name};
pub(crate) use told::Told;
pub(crate) use turns::Turns;
