//! The same for callers without an async runtime: every call waits for its end.
//!
//! ```no_run
//! use adgen::{AdProject, Studio};
//!
//! fn main() -> adgen::Result<()> {
//!     let studio = Studio::builder().with_storage_dir("demo/storage").build()?.blocking();
//!     let project = AdProject::new("quickstart", "Verlune Botanical Oil", "examples/assets/bottle_studio.jpg");
//!     let run = studio.generate(project, ".")?;
//!     for record in run.events(0)? {
//!         println!("{}: {:?}", record.seq, record.event);
//!     }
//!     println!("{:?}", run.wait()?.video());
//!     Ok(())
//! }
//! ```
//!
//! The work goes on in the Tokio runtime that the studio was given
//! ([`StudioBuilder::with_runtime`](crate::StudioBuilder::with_runtime)), or in one of its own: that is made by the first call
//! that needs it, shared by the studio's clones, runs and events, and shut down with the last of them. A run that is under way
//! then ends unfinished, as if the process had ended: the next one goes on from there. So keep the [`Run`], or wait for it.
//!
//! Within an async runtime, which must not be held up, every call that waits is `InvalidConfig`: there [`crate::Studio`] is at
//! its place. That is so on threads of `spawn_blocking`, too.
//!
//! May depend on `studio` and on what it gives: `engine`, `event`, `project`, `provider`, `stages`, `store`, `error`. Services come
//! by a method that `services` gives the builder.

mod events;
mod owner;
mod run;
mod studio;

pub use events::Events;
pub use run::Run;
pub use studio::Studio;

#[cfg(test)]
mod tests;
