//! The Tokio runtime that a studio's work goes on in: the one in which its methods are awaited, or one that it was given.
//!
//! Depends on `error`.

use crate::error::{Error, ErrorKind, Result};
use std::{future::poll_fn, pin::pin};
use tokio::runtime::Handle;

/// Where a studio's work goes on; where nothing was given, wherever it is awaited.
#[derive(Debug, Clone, Default)]
pub(super) struct Home(Option<Handle>);

impl Home {
    pub(super) fn new(given: Option<Handle>) -> Self {
        Self(given)
    }

    pub(super) fn given(&self) -> Option<&Handle> {
        self.0.as_ref()
    }

    /// Awaits `work` within the runtime that was given: its tasks, timers and connections are that one's, whoever polls.
    /// Dropped, it ends as any future does.
    ///
    /// # Errors
    /// Those of `work`; `InvalidConfig` where the runtime was shut down.
    pub(super) async fn run<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(home) = &self.0 else { return work.await };
        // One that was shut down drops what it is given, and its timers panic.
        if home.spawn(async {}).await.is_err() {
            let message = "the Tokio runtime that the studio was given is shut down: a running one is needed";
            return Err(Error::new(ErrorKind::InvalidConfig, message)
                .with_hint("keep the runtime as long as the studio, or give it none"));
        }
        let mut work = pin!(work);
        poll_fn(|context| {
            let _within = home.enter();
            work.as_mut().poll(context)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        RunOptions, Studio,
        studio::testing::{drive, smallest},
    };

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    #[test]
    fn what_a_studio_promises_can_be_awaited_on_any_thread() {
        fn can_move(_: impl Send) {}
        let folder = tempfile::tempdir().unwrap();
        let studio = Studio::builder().with_storage_dir(folder.path()).build().unwrap();
        let (document, assets) = smallest("p");
        can_move(studio.import(document.clone(), assets));
        can_move(studio.generate(document.clone(), "."));
        can_move(studio.run("p", RunOptions::new()));
        can_move((studio.list(), studio.state("p"), studio.document("p"), studio.save(&document, None)));
        can_move(studio.preview("p", crate::At::Scene(0), crate::PreviewOptions::new()));
        can_move((studio.copy("p", "q"), studio.delete("p")));
    }

    #[test]
    fn a_studio_with_a_runtime_works_wherever_it_is_awaited() {
        let (folder, home) = (tempfile::tempdir().unwrap(), runtime());
        let studio = Studio::builder()
            .with_storage_dir(folder.path())
            .offline()
            .with_runtime(home.handle().clone())
            .build()
            .unwrap();
        let (document, assets) = smallest("p");
        let imported = drive(studio.import(document, assets)).unwrap();
        assert_eq!((imported.project_id.as_str(), imported.unchanged), ("p", false));
        assert_eq!(drive(studio.list()).unwrap(), ["p"]);
        // The run's tasks are those of the studio's own runtime.
        let elsewhere = runtime();
        let run = elsewhere.block_on(studio.run("p", RunOptions::new())).unwrap();
        drop(elsewhere);
        run.cancel();
        assert_eq!(drive(run.wait()).unwrap_err().kind(), ErrorKind::Cancelled);
        drop(home);
        for gone in [drive(studio.list()).map(drop), drive(studio.delete("p"))] {
            let error = gone.unwrap_err();
            assert!(error.kind() == ErrorKind::InvalidConfig && error.to_string().contains("is shut down"), "{error}");
        }
    }
}
