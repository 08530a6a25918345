//! A product photo, a brief and a brand become a finished video ad.
//!
//! [`AdProject`] is the document of one ad; [`Studio`] makes its video: it cuts the product out of the photo, plans the
//! scenes, makes moving backgrounds and music, composites and renders. Everything has an implementation that needs
//! neither key nor network; the traits in [`provider`] are for others.
//!
//! ```no_run
//! use adgen::{AdProject, Studio};
//!
//! #[tokio::main]
//! async fn main() -> adgen::Result<()> {
//!     let studio = Studio::builder().with_storage_dir("demo/storage").build()?;
//!     let project = AdProject::new("quickstart", "Verlune Botanical Oil", "examples/assets/bottle_studio.jpg");
//!     let outcome = studio.generate(project, ".").await?.wait().await?;
//!     println!("{:?}", outcome.video());
//!     Ok(())
//! }
//! ```
//!
//! # What a studio does
//!
//! | verb | what it does |
//! |---|---|
//! | [`import`](Studio::import) | brings a document and its files into the storage; makes nothing |
//! | [`run`](Studio::run) | makes what is missing of a project's ad, and gives a [`Run`] |
//! | [`generate`](Studio::generate) | both in one |
//! | [`estimate`](Studio::estimate), [`inspect`](Studio::inspect) | what it will cost; what is wrong with its files |
//! | [`preview`](Studio::preview) | one frame of a stored document, without a run |
//! | [`list`](Studio::list), [`state`](Studio::state), [`document`](Studio::document) | what is there, and where it stands |
//! | [`save`](Studio::save), [`copy`](Studio::copy), [`delete`](Studio::delete) | edits |
//! | [`url`](Studio::url) | an address of a file |
//! | [`watch`](Studio::watch) | the events of a run in another process |
//! | [`find_waste`](Studio::find_waste), [`remove_waste`](Studio::remove_waste), [`storage_use`](Studio::storage_use) | keeping house |
//!
//! A [`Run`] works by itself: [`events`](Run::events), [`state`](Run::state) and [`status`](Run::status) tell of it,
//! [`wait`](Run::wait) gives its [`Outcome`], [`cancel`](Run::cancel) stops it, [`notify`](Run::notify) hands in a webhook.
//!
//! A studio is set up by [`StudioConfig`], which is plain data, and by what is code beside it: [`StudioBuilder`]. Callers without
//! an async runtime have the same in [`blocking`]. Programs that listen by `tracing` hear of runs, artifacts, calls and
//! degradations; neither keys nor prompts are among it. Nothing is installed for the whole process, but for what FFmpeg and
//! ONNX Runtime have only once: [`ffmpeg`], [`Matting::runtime`].
//!
//! # How an ad is made
//!
//! An ad is built as software is built. The document is the source, everything else an artifact with a content key: a hash
//! over all that it is made from. A run makes the artifacts whose key is not in the storage, and nothing else. So a run
//! that was killed goes on where it stopped, an edit costs what depends on it, and what was paid for is bought once.
//!
//! ```no_run
//! # use adgen::{AdProject, Event, Studio};
//! # async fn run(studio: Studio, project: AdProject) -> adgen::Result<()> {
//! use futures_util::StreamExt;
//!
//! let run = studio.generate(project, ".").await?;
//! let mut events = run.events(0);
//! while let Some(record) = events.next().await {
//!     match record.event {
//!         Event::Progress { progress, .. } => println!("{progress} %"),
//!         Event::Degraded(what) => println!("{}: {} instead, {}", what.artifact, what.fallback, what.cause),
//!         _ => {}
//!     }
//! }
//! let outcome = run.wait().await?;
//! # drop(outcome);
//! # Ok(())
//! # }
//! ```
//!
//! # What is where
//!
//! At the root stands what nearly every program has to do with:
//!
//! - making ads: [`Studio`], [`StudioBuilder`], [`Run`], [`RunOptions`], [`Outcome`], [`OutputFile`], [`Estimate`],
//!   [`StageEstimate`], [`PreviewOptions`], [`PreviewSize`], [`PreviewImage`], [`At`], [`WatchOptions`];
//! - what goes in: [`AdProject`], [`Assets`], [`AssetPolicy`], [`Imported`], [`Inspected`], [`StoredDocument`];
//! - what is told: [`State`], [`Status`], and of a run [`EventRecord`], [`Event`], [`EventSink`];
//! - settings: [`StudioConfig`], [`Matting`], [`FontSources`], [`HttpOptions`], [`RootCertificates`], [`Models`],
//!   [`SecretString`];
//! - keeping house: [`GcRules`], [`GcPlan`], [`Waste`], [`StorageUse`];
//! - cutting out by other means: [`BackgroundRemover`], with [`image`] for its pictures;
//! - crates whose types stand in signatures, in the version that fits: [`bytes`], [`image`], [`object_store`], [`url`];
//! - errors: [`Error`], [`ErrorKind`], [`Retry`], [`Result`], and as plain data [`ErrorBody`] with [`Fact`].
//!
//! In modules:
//!
//! - [`project`]: the parts of the document, its validation and JSON Schema; the parts of the [`State`].
//! - [`provider`]: the contracts of whatever plans, films and scores.
//! - [`offline`], [`openai`], [`replicate`]: implementations of them.
//! - [`testkit`]: conformance suites for providers of your own; always compiled, small, without dependencies of its own.
//! - [`machine`]: what this machine has for making ads, and bringing what it lacks.
//! - [`blocking`]: the verbs of a studio as calls that wait.
//! - [`ffmpeg`]: what a program says that uses FFmpeg itself.
//! - [`bundle`]: what a package brings along: ONNX Runtime, a model, fonts.
//!
//! Everything else is private. The repository's `docs/api.txt` lists every public name; how the parts depend on each other stands
//! in its ARCHITECTURE.md, and a test holds it.
//!
//! # Errors
//!
//! One type, [`Error`]: programs decide by its [`ErrorKind`] and its [`Retry`], never by the message.
//!
//! # Features
//!
//! - `cli`: the `adgen` command.
//! - `heif`: HEIC, HEIF and AVIF photos, where the machine has libheif, which is loaded at run time.
//! - `openh264`: Cisco's OpenH264 as a further encoder, for an FFmpeg without x264.
//! - `static-ffmpeg`: FFmpeg from the static libraries in `FFMPEG_DIR`, as adgen's own Python and Node packages have it.
//! - `s3`: storages in S3 and what speaks its language.
//! - `bridge`: internal, and promises nothing. The façade as data, for the bindings to other languages.
//! - `bench`: internal, and promises nothing. It opens modules that are private, hidden from this documentation, to the benches
//!   and tests of adgen's own repository.

mod asset;
pub mod blocking;
#[cfg(feature = "bridge")]
#[doc(hidden)]
pub mod bridge;
pub mod bundle;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
mod engine;
mod error;
mod event;
mod file_type;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
// The bindings have one of their own, by `bridge`.
#[allow(unreachable_pub)]
mod gate;
mod http;
pub mod machine;
pub mod offline;
pub mod openai;
pub mod project;
pub mod provider;
mod random;
pub mod replicate;
mod report;
// Data for the bindings and for whoever generates them.
#[cfg(feature = "bridge")]
#[doc(hidden)]
pub mod schemas;
#[cfg(all(any(feature = "cli", test), not(feature = "bridge")))]
#[allow(unreachable_pub)]
mod schemas;
mod services;
mod stages;
mod store;
mod studio;
pub mod testkit;
mod text;

// Benches and tests of this repository measure and judge these by themselves, and so they are open to them, and written as if
// they were to everybody. Without the feature, a few names have no user left, and none can be reached from outside.
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod composite;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod composite;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod matte;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod matte;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod media;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod media;
#[cfg(feature = "bench")]
#[doc(hidden)]
pub mod picture;
#[cfg(not(feature = "bench"))]
#[allow(dead_code, unused_imports, unreachable_pub)]
mod picture;

pub use asset::AssetPolicy;
/// The crate of the bytes that [`Assets::with_bytes`] and [`provider::Content`] hold, in the version that fits.
#[doc(no_inline)]
pub use bytes;
pub use composite::FontSources;
pub use engine::{Assets, Estimate, Imported, Outcome, OutputFile, Run, RunOptions, StageEstimate};
pub use error::{Error, ErrorBody, ErrorKind, Fact, Result, Retry};
pub use event::{Event, EventRecord, EventSink};
pub use http::{HttpOptions, RootCertificates};
/// The crate whose pictures a [`BackgroundRemover`] takes and gives, in the version that fits.
#[doc(no_inline)]
pub use image;
pub use matte::{BackgroundRemover, Matting};
/// The crate of the stores that [`StudioBuilder::with_object_store`] takes, in the version that fits.
#[doc(no_inline)]
pub use object_store;
pub use project::{AdProject, State, Status};
pub use secrecy::SecretString;
pub use stages::{At, Inspected, PreviewSize};
pub use store::{GcPlan, GcRules, StorageUse, Waste};
pub use studio::{
    Models, PreviewImage, PreviewOptions, StoredDocument, Studio, StudioBuilder, StudioConfig, WatchOptions,
};
/// The crate of the addresses that [`Studio::url`] gives, in the version that fits.
#[doc(no_inline)]
pub use url;

/// For programs that use FFmpeg themselves, beside adgen: what FFmpeg has once in a process, and how they keep it.
pub mod ffmpeg {
    pub use crate::media::{leave_allocations_alone, leave_log_alone};
}
