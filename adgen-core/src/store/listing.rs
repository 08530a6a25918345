//! Looking at objects without reading them: one, those of a folder, all below it; and deleting many at once.
//!
//! May depend on `error` and its neighbours `objects`, `failure` and `requests`.

use super::{failure::Failure, objects::Objects, requests::Request};
use crate::error::Result;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream::BoxStream};
use object_store::{ObjectMeta, ObjectStoreExt, path::Path as ObjectPath};

/// An object as listings and looks show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// From the root on.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// By the store's own clock.
    pub(crate) modified: DateTime<Utc>,
    pub(crate) etag: Option<String>,
}

impl Seen {
    /// The last part of the name.
    pub(crate) fn file(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

impl Objects {
    /// What a look at the object shows; `None` where there is none.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn head(&self, name: &str) -> Result<Option<Seen>> {
        let at = self.at(name);
        match self.ask(Request::Head, self.shared.store.head(&at)).await {
            Ok(meta) => Ok(self.seen(meta)),
            Err(Failure::Missing) => Ok(None),
            Err(failure) => Err(self.failed("look for", name, failure)),
        }
    }

    /// Objects directly in a folder, by name.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<Seen>> {
        let (files, folders) = self.list_folder(folder).await?;
        self.shared.requests.count_further_pages(files.len() + folders.len());
        Ok(files)
    }

    /// Names of the folders directly in a folder, sorted, without what is before the last part.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn folders(&self, folder: &str) -> Result<Vec<String>> {
        let (files, folders) = self.list_folder(folder).await?;
        self.shared.requests.count_further_pages(files.len() + folders.len());
        Ok(folders)
    }

    async fn list_folder(&self, folder: &str) -> Result<(Vec<Seen>, Vec<String>)> {
        let at = self.at(folder);
        let listed = self.ask(Request::List, self.shared.store.list_with_delimiter(Some(&at))).await;
        let listed = listed.map_err(|failure| self.failed("list", folder, failure))?;
        let mut files: Vec<Seen> = listed.objects.into_iter().filter_map(|meta| self.seen(meta)).collect();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        let folders = listed.common_prefixes.iter().filter_map(|path| path.filename());
        let mut folders: Vec<String> = folders.map(str::to_owned).collect();
        folders.sort();
        Ok((files, folders))
    }

    /// Everything below a folder, by name.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn list_all(&self, folder: &str) -> Result<Vec<Seen>> {
        let at = self.at(folder);
        self.gather(folder, self.shared.store.list(Some(&at))).await
    }

    /// Everything below a folder whose name comes after `after`, which is a name within it that need not be there.
    ///
    /// # Errors
    /// `Io`, `Timeout`.
    pub(crate) async fn list_after(&self, folder: &str, after: &str) -> Result<Vec<Seen>> {
        let (at, offset) = (self.at(folder), self.at(&format!("{folder}/{after}")));
        self.gather(folder, self.shared.store.list_with_offset(Some(&at), &offset)).await
    }

    async fn gather(
        &self,
        folder: &str,
        mut listed: BoxStream<'static, object_store::Result<ObjectMeta>>,
    ) -> Result<Vec<Seen>> {
        let mut metas = Vec::new();
        // Each piece has its own time: there may be many pages.
        let mut next = self.ask(Request::List, async { listed.next().await.transpose() }).await;
        while let Some(meta) = next.map_err(|failure| self.failed("list", folder, failure))? {
            metas.push(meta);
            next = self.wait(async { listed.next().await.transpose() }).await;
        }
        self.shared.requests.count_further_pages(metas.len());
        let mut seen: Vec<Seen> = metas.into_iter().filter_map(|meta| self.seen(meta)).collect();
        seen.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(seen)
    }

    /// Deletes everything below a folder, in as few requests as the store allows.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`: some of it may then be gone.
    pub(crate) async fn delete_all(&self, names: &[String]) -> Result<()> {
        self.may_write()?;
        let places: Vec<object_store::Result<ObjectPath>> = names.iter().map(|name| Ok(self.at(name))).collect();
        let mut deleted = self.shared.store.delete_stream(futures_util::stream::iter(places).boxed());
        loop {
            let next = async { deleted.next().await.transpose() };
            match self.wait(next).await {
                Ok(None) => return Ok(()),
                Ok(Some(_)) | Err(Failure::Missing) => self.shared.requests.count(Request::Delete),
                Err(failure) => return Err(self.failed("delete", names.first().map_or("", String::as_str), failure)),
            }
        }
    }

    fn seen(&self, meta: ObjectMeta) -> Option<Seen> {
        let name = self.name_of(&meta.location)?;
        Some(Seen { name, bytes: meta.size, modified: meta.last_modified, etag: meta.e_tag })
    }
}
