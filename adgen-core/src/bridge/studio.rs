//! A studio whose verbs are data.
//!
//! May depend on `studio`, `engine`, `project`, `store` (what is waste), `error` and its neighbours.

use super::{
    answer::{Answer, EventStream, to_json},
    process::process,
    setup::{Hosts, Setup},
    verb::{Files, Verb},
};
use crate::{
    engine::{Assets, Run, RunOptions},
    error::{Error, ErrorKind, Result},
    project::{AdProject, read_options, schema_of},
    store::GcRules,
    studio,
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    path::PathBuf,
    ptr,
    sync::{
        Arc,
        atomic::{AtomicPtr, Ordering},
    },
    time::Duration,
};
use tokio::sync::OnceCell;

/// A studio of another language: built when it is first asked, and anew in a process that was forked from another one.
#[derive(Debug)]
pub struct Studio {
    setup: Setup,
    built: AtomicPtr<Built>,
}

/// What was built in one process.
#[derive(Debug)]
struct Built {
    process: u32,
    studio: Arc<OnceCell<studio::Studio>>,
}

impl Studio {
    /// The studio that `setup` describes.
    ///
    /// # Errors
    /// As [`Setup::check`].
    pub fn new(setup: Setup) -> Result<Self> {
        setup.check()?;
        Ok(Self { setup, built: AtomicPtr::new(ptr::null_mut()) })
    }

    fn cell(&self) -> Arc<OnceCell<studio::Studio>> {
        let there = self.built.load(Ordering::Acquire);
        // SAFETY: what is stored comes from `Box::into_raw`, and is freed by `drop` alone.
        if let Some(built) = unsafe { there.as_ref() }
            && built.process == std::process::id()
        {
            return Arc::clone(&built.studio);
        }
        // Another process's is left where it is: its connections and locks are that one's.
        let made = Box::into_raw(Box::new(Built { process: std::process::id(), studio: Arc::default() }));
        match self.built.compare_exchange(there, made, Ordering::AcqRel, Ordering::Acquire) {
            // SAFETY: as above.
            Ok(_) => Arc::clone(&unsafe { &*made }.studio),
            Err(other) => {
                // SAFETY: nobody else has seen the one; the other was stored by another thread of this process, just now.
                drop(unsafe { Box::from_raw(made) });
                Arc::clone(&unsafe { &*other }.studio)
            }
        }
    }

    async fn here(&self) -> Result<studio::Studio> {
        self.cell().get_or_try_init(|| self.setup.build()).await.cloned()
    }

    /// Asks.
    ///
    /// # Errors
    /// Those of the verb; `InvalidConfig` for options that make no sense.
    pub async fn ask(&self, verb: Verb, files: Files, hosts: Hosts) -> Result<Answer> {
        let studio = self.here().await?;
        match verb {
            Verb::Import { document, folder } => {
                Answer::of(&studio.import(AdProject::from_json(&document)?, assets(folder, files)).await?)
            }
            Verb::Generate { document, folder, options } => {
                let (document, options) = (AdProject::from_json(&document)?, hosts.apply(run_options(options)?)?);
                kept(studio.generate_with(document, assets(folder, files), options).await?)
            }
            Verb::Run { project_id, options } => {
                kept(studio.run(&project_id, hosts.apply(run_options(options)?)?).await?)
            }
            Verb::Estimate { document } => {
                let document = AdProject::from_json(&document)?;
                // Providers of the other language may be asked, who take their time.
                Answer::of(&apart(move || studio.estimate(&document)).await?)
            }
            Verb::Inspect { document, folder } => {
                let document = AdProject::from_json(&document)?;
                Answer::of(&apart(move || studio.inspect(&document, folder)).await?)
            }
            Verb::Preview { project_id, at, options } => {
                let options = options.map(|options| given("the options of a preview have", options)).transpose()?;
                studio.preview(&project_id, at, options.unwrap_or_default()).await.map(Answer::Picture)
            }
            Verb::List => Answer::of(&studio.list().await?),
            Verb::State { project_id } => Answer::of(&studio.state(&project_id).await?),
            Verb::Document { project_id } => Answer::of(&studio.document(&project_id).await?),
            Verb::Save { document, if_match } => {
                Answer::of(&studio.save(&AdProject::from_json(&document)?, if_match.as_deref()).await?)
            }
            Verb::Copy { from, to } => Answer::of(&studio.copy(&from, &to).await?),
            Verb::Delete { project_id } => Answer::of(&studio.delete(&project_id).await?),
            Verb::Report { project_id } => Answer::of(&studio.report(&project_id).await?),
            Verb::Url { project_id, file, expires_s } => {
                let expires = seconds("expires_s", expires_s)?;
                Answer::of(&studio.url(&project_id, &file, expires).await?.as_str())
            }
            Verb::FindWaste { bought, grace_s } => {
                let mut rules = GcRules::new().with_bought(bought.unwrap_or_default());
                if let Some(grace) = grace_s {
                    rules = rules.with_grace(seconds("grace_s", grace)?);
                }
                Answer::of(&studio.find_waste(rules).await?)
            }
            Verb::RemoveWaste { plan } => Answer::of(&studio.remove_waste(&given("the plan has", plan)?).await?),
            Verb::Watch { project_id, options } => {
                let options = options.map(|options| given("the options of watching have", options)).transpose()?;
                let events = studio.watch(&project_id, options.unwrap_or_default()).await?;
                Ok(Answer::Events(EventStream::new(events)))
            }
            Verb::StorageUse => Answer::of(&studio.storage_use()),
            Verb::Config => to_json(studio.config()).map(Answer::Json),
        }
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let built = *self.built.get_mut();
        // SAFETY: as in `cell`.
        if unsafe { built.as_ref() }.is_some_and(|built| built.process == std::process::id()) {
            // SAFETY: nobody else has the studio any more, and so nobody its cell's pointer.
            drop(unsafe { Box::from_raw(built) });
        }
    }
}

fn kept(run: Run) -> Result<Answer> {
    process()?.keep(&run);
    Ok(Answer::Run(run))
}

fn assets(folder: Option<PathBuf>, files: Files) -> Assets {
    let assets = folder.map_or_else(Assets::none, Assets::folder);
    files.into_iter().fold(assets, |assets, (name, bytes)| assets.with_bytes(name, bytes))
}

fn run_options(options: Option<Value>) -> Result<RunOptions> {
    options.map_or_else(|| Ok(RunOptions::new()), |options| RunOptions::from_json(&options.to_string()))
}

/// What was handed in as data, checked as options are.
fn given<T: DeserializeOwned + JsonSchema>(subject: &str, value: Value) -> Result<T> {
    read_options(subject, &value.to_string(), &schema_of::<T>())
}

fn seconds(name: &str, value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value).map_err(|_| {
        Error::new(ErrorKind::InvalidConfig, format!("{name} is {value}: a number of seconds, 0 or more, is needed"))
    })
}

/// Work that takes a moment, off the runtime.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Unexpected, "work stopped unexpectedly: this is a defect of adgen")
            .with_source(error))
    })
}
