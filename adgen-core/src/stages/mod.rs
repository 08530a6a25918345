//! The stages: what each makes of which data, under which content key. One file a stage, and what several of them need.
//!
//! A stage takes data and gives data: a request for a provider, or a [`Recipe`] for work on this machine. It finds, buys
//! and stores nothing, and knows nothing of runs: that is the engine's. May depend on `asset`, `file_type`, `store`,
//! `text`, `provider` (contracts), `matte`, `composite`, `picture`, `media`, `project` and `error`.

mod animation;
mod art;
mod assets;
mod brand;
mod canonical;
mod clip;
mod composite;
mod encoding;
mod extract;
mod fidelity;
mod file_kind;
mod glance;
mod ground;
mod key;
mod layers;
mod lettering;
mod names;
mod palette;
mod plan;
mod playback;
mod preview;
mod render;
mod scene;
mod soften;
mod sound;
mod still;
mod stitch;
mod subtitles;
mod tail;
mod timeline;
mod wish;
mod work;

#[cfg(any(test, fuzzing))]
pub(crate) use animation::Animation;
pub(crate) use art::Art;
#[cfg(feature = "cli")]
pub(crate) use art::open_logo;
pub use assets::Inspected;
pub(crate) use assets::{
    AssetUse, Staged, bounded, hash_asset, inspect, inventory, open_within_bounds, rename, stage_asset, urls_are_closed,
};
pub(crate) use brand::Brand;
pub(crate) use clip::{
    accept_clip, black, clip_name, clip_request, clip_wishes, estimate_clips, joined_key, needed_s, part_seed, seed_of,
    shape_of,
};
pub(crate) use composite::{Segment, SharedBackdrop};
pub(crate) use encoding::{video_settings, wanted_encoder};
pub(crate) use extract::{CUTOUT, CUTOUT_FILE, Way};
pub(crate) use fidelity::combined as combined_fidelity;
pub(crate) use file_kind::{FileKind, kind_of};
pub(crate) use key::content_key;
pub(crate) use layers::SceneSource;
pub(crate) use lettering::{foreseen_lacks, typefaces_of};
pub(crate) use names::name_for;
pub(crate) use palette::palette;
pub(crate) use plan::{check_plan, fill_in, photo_for_model, plan_key};
pub use preview::{At, PreviewSize};
pub(crate) use preview::{Moment, Preview, PreviewClip, Previewed, Seen};
pub(crate) use render::{Rendering, loudness_of, still_of};
pub(crate) use scene::scene_spec;
pub(crate) use soften::soften;
pub(crate) use sound::{MUSIC, accept_track, estimate_track, normalized, track_request, track_wishes};
pub(crate) use still::still;
pub(crate) use stitch::{join_clips, parts_of};
pub(crate) use subtitles::{CAPTIONS, srt, vtt};
pub(crate) use timeline::{Slot, timeline};
pub(crate) use wish::Wish;
pub(crate) use work::{LIGHT_MB, Made, Recipe, Work, picture_mb};
