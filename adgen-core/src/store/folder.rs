//! A folder of this machine as an object store that is made at the first write: until then it is empty, and asking leaves
//! nothing behind.
//!
//! May depend on its neighbour `local_file`. Everything but that is `object_store`'s own.

use super::local_file::make_folder_of;
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, local::LocalFileSystem,
    path::Path as ObjectPath,
};
use std::{
    fmt, io,
    ops::Range,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// A folder that need not exist yet.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Once the folder is there.
    store: OnceLock<LocalFileSystem>,
}

/// Why there is no folder.
#[derive(Debug, thiserror::Error)]
#[error("the storage must be a folder that can be written to")]
struct Unusable(#[source] io::Error);

impl Folder {
    /// The folder at `path`, which is not made.
    ///
    /// # Errors
    /// What lies in its way, and what is not to be seen.
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let folder = Self { root: real(path)?, store: OnceLock::new() };
        folder.there().map_err(io::Error::other)?;
        Ok(folder)
    }

    /// Where it lies or will lie, as an absolute path.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The folder, if it is there.
    fn there(&self) -> Result<Option<&LocalFileSystem>> {
        if self.store.get().is_none() {
            match self.root.metadata() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(unusable(error)),
                Ok(_) => {}
            }
            // What was paid for must be known after a loss of power, too.
            let opened = LocalFileSystem::new_with_prefix(&self.root)?.with_fsync(true);
            // Two may open it at once; both are the same.
            drop(self.store.set(opened));
        }
        Ok(self.store.get())
    }

    /// The folder, made where it is missing.
    fn made(&self) -> Result<&LocalFileSystem> {
        if let Some(store) = self.store.get() {
            return Ok(store);
        }
        make_folder_of(&self.root.join("any")).map_err(unusable)?;
        self.there()?.ok_or_else(|| unusable(io::ErrorKind::NotFound.into()))
    }

    /// The folder to look into for `location`.
    fn for_reading(&self, location: &ObjectPath) -> Result<&LocalFileSystem> {
        self.there()?.ok_or_else(|| missing(location))
    }
}

fn unusable(error: io::Error) -> Error {
    Error::Generic { store: "LocalFileSystem", source: Box::new(Unusable(error)) }
}

fn missing(location: &ObjectPath) -> Error {
    Error::NotFound { path: location.to_string(), source: Box::new(io::Error::from(io::ErrorKind::NotFound)) }
}

/// The path without links and steps, as far as it leads somewhere.
fn real(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    for above in path.ancestors() {
        match above.canonicalize() {
            Ok(real) if real.is_dir() => {
                let rest = path.strip_prefix(above).map_err(io::Error::other)?;
                return Ok(if rest.as_os_str().is_empty() { real } else { real.join(rest) });
            }
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::NotFound.into())
}

impl fmt::Display for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root.display())
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl ObjectStore for Folder {
    async fn put_opts(&self, location: &ObjectPath, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.made()?.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &ObjectPath,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.made()?.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &ObjectPath, options: GetOptions) -> Result<GetResult> {
        self.for_reading(location)?.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &ObjectPath, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.for_reading(location)?.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<ObjectPath>>,
    ) -> BoxStream<'static, Result<ObjectPath>> {
        match self.there() {
            Ok(Some(store)) => store.delete_stream(locations),
            Ok(None) => locations.map(|location| Err(missing(&location?))).boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&ObjectPath>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.there() {
            Ok(Some(store)) => store.list(prefix),
            Ok(None) => stream::empty().boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list_with_offset(
        &self,
        prefix: Option<&ObjectPath>,
        offset: &ObjectPath,
    ) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.there() {
            Ok(Some(store)) => store.list_with_offset(prefix, offset),
            Ok(None) => stream::empty().boxed(),
            Err(error) => stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&ObjectPath>) -> Result<ListResult> {
        match self.there()? {
            Some(store) => store.list_with_delimiter(prefix).await,
            None => Ok(ListResult { common_prefixes: Vec::new(), objects: Vec::new(), extensions: Default::default() }),
        }
    }

    async fn copy_opts(&self, from: &ObjectPath, to: &ObjectPath, options: CopyOptions) -> Result<()> {
        self.for_reading(from)?.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &ObjectPath, to: &ObjectPath, options: RenameOptions) -> Result<()> {
        self.for_reading(from)?.rename_opts(from, to, options).await
    }
}
