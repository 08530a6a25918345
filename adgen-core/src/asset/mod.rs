//! Files of this machine that a document names: which ones it may bring in, and how they are opened.
//!
//! [`AssetPolicy`] decides by path, [`PlainFile`] by what was really opened: nothing is judged by a name and then opened by
//! it once more. May depend on `error` alone.

mod plain_file;
mod policy;
mod pseudo;
mod spelling;

pub(crate) use plain_file::PlainFile;
pub use policy::AssetPolicy;
