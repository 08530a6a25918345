//! One implementation of each contract that needs neither key nor network, costs nothing, and makes a real ad.
//!
//! May depend on `provider` (the contracts), `project`, `media`, `error`, and on `text` and `random`; what it draws and plays is
//! pure code in `look` and `music`. Nothing of the pipeline is known here.

mod audio;
mod renderings;
mod video;

// Drawn, played and written by themselves in the benches of this repository; see `lib.rs`.
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod look;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod look;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod music;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod music;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod planner;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod planner;

pub use audio::OfflineAudio;
pub use planner::TemplatePlanner;
pub use video::OfflineVideo;
