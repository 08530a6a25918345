//! The files that a document names: what each is for, how it is opened, looked at and brought in.
//!
//! May depend on `asset`, `picture`, `composite`, `matte`, `store` (moving files in), `project`, `file_type` and `error`.

mod asset_use;
mod check;
mod inspect;
mod open;
mod staging;

pub(crate) use asset_use::{AssetUse, inventory, rename};
pub use inspect::Inspected;
pub(crate) use inspect::inspect;
pub(crate) use open::{bounded, open_within_bounds, urls_are_closed};
pub(crate) use staging::{Staged, hash as hash_asset, stage as stage_asset};
