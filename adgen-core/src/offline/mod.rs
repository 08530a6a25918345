//! One implementation of each contract that needs neither key nor network, costs nothing, and makes a real ad.
//!
//! May depend on `provider` (the contracts), `project`, `media`, `error`, and on `text` and `random`; what it draws and plays is
//! pure code in `look` and `music`. Nothing of the pipeline is known here.

mod audio;
mod jobs;
pub mod look;
pub mod music;
pub mod planner;
mod video;

pub use audio::StudioAudio;
pub use planner::TemplatePlanner;
pub use video::StudioVideo;
