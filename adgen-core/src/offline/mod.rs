//! One implementation of each contract that needs neither key nor network, costs nothing, and makes a real ad.
//!
//! May depend on `media`; what it draws and plays is pure code in `look` and `music`.

mod audio;
mod jobs;
pub mod look;
pub mod music;
pub mod planner;
mod video;

pub use audio::StudioAudio;
pub use planner::TemplatePlanner;
pub(crate) use planner::clean_seconds;
pub use video::StudioVideo;
