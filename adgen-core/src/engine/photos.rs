//! The photos that several stages look at: each is decoded once, however many ask for it at the same time.
//!
//! A large photo takes hundreds of megabytes while it is decoded: twice at a time would be too much. May depend on
//! `picture`, `error` and its neighbours `artifacts`, `turns`.

use super::{artifacts::Artifacts, turns::RunTurns};
use crate::{error::Result, picture::Photo};
use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
};
use tokio::sync::Mutex;

/// The decoded photos of a run, as long as somebody holds them.
#[derive(Debug)]
pub(crate) struct Photos {
    artifacts: Arc<Artifacts>,
    turns: Arc<RunTurns>,
    held: Mutex<BTreeMap<String, Weak<Photo>>>,
}

impl Photos {
    pub(crate) fn new(artifacts: Arc<Artifacts>, turns: Arc<RunTurns>) -> Self {
        Self { artifacts, turns, held: Mutex::default() }
    }

    /// The photo that lies as `file` in the project's folder; `what` is how errors call it.
    pub(crate) async fn photo(&self, file: &str, what: &'static str) -> Result<Arc<Photo>> {
        // Held while it is decoded: who asks meanwhile gets the same.
        let mut photos = self.held.lock().await;
        if let Some(photo) = photos.get(file).and_then(Weak::upgrade) {
            return Ok(photo);
        }
        let path = self.artifacts.path_of(file).await?;
        let photo = Arc::new(self.turns.cpu(move |_| Photo::open(&path, what)).await?);
        photos.insert(file.to_owned(), Arc::downgrade(&photo));
        Ok(photo)
    }
}
