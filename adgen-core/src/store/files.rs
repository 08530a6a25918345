//! The folder of one project: `projects/<id>/…` with the names that existing back ends know.

use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;
use futures_util::StreamExt;
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, WriteMultipart, local::LocalFileSystem,
    path::Path as ObjectPath,
};
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// The most bytes that are read as a whole: documents, entries, subtitles and the poster. Media is read from its file.
const MAX_WHOLE_BYTES: u64 = 64 << 20;

/// A storage root.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The same root as a folder, where it is one: media files are then opened in place.
    folder: Option<PathBuf>,
}

impl Store {
    /// A folder of this machine, by its path or a `file:///` address; made where it is missing.
    ///
    /// # Errors
    /// `InvalidConfig` for a file, and for the address of a storage elsewhere, such as `s3://…`, which is [`Store::remote`]'s
    /// matter; `Io` where the folder cannot be made.
    pub fn local(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = super::folder_at(&folder.into())?;
        let failed = |error: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Io, "cannot use the storage folder: it must be a folder that can be written to")
                .with_context("path", folder.display())
                .with_context("cause", error)
        };
        if folder.metadata().is_ok_and(|there| !there.is_dir()) {
            return Err(Error::new(ErrorKind::InvalidConfig, "the storage is a file; a folder is needed")
                .with_context("path", folder.display()));
        }
        std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let folder = folder.canonicalize().map_err(|error| failed(&error))?;
        // What was paid for must be known after a loss of power, too.
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(&error))?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), folder: Some(folder) })
    }

    /// Any object store that supports create-if-absent.
    pub fn remote(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, folder: None }
    }

    /// The root as a folder, where it is one.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The ids of all projects, sorted.
    ///
    /// # Errors
    /// `Io`.
    pub async fn projects(&self) -> Result<Vec<String>> {
        let listed = self.objects.list_with_delimiter(Some(&ObjectPath::from("projects"))).await;
        let listed = listed.map_err(|error| {
            Error::new(ErrorKind::Io, "cannot list the projects of the storage")
                .with_source(error)
                .with_hint("look whether the storage can be reached and read")
        })?;
        let folders = listed.common_prefixes.iter().filter_map(|folder| folder.filename().map(str::to_owned));
        // Other folders may lie there.
        let mut ids: Vec<String> = folders.filter(|id| self.project(id).is_ok()).collect();
        ids.sort();
        Ok(ids)
    }

    /// The files of one project. The project need not exist.
    ///
    /// # Errors
    /// `InvalidProject` for an id that is no name of a project.
    pub fn project(&self, id: &str) -> Result<ProjectFiles> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(allowed) || id.starts_with(['-', '_']) {
            return Err(Error::new(
                ErrorKind::InvalidProject,
                format!("{id:?} is no project id: 1-64 characters of a-z, 0-9, - and _ are, a letter or digit first"),
            ));
        }
        Ok(ProjectFiles { store: self.clone(), prefix: ObjectPath::from_iter(["projects", id]) })
    }
}

/// The files of one project.
#[derive(Debug, Clone)]
pub struct ProjectFiles {
    store: Store,
    prefix: ObjectPath,
}

impl ProjectFiles {
    fn at(&self, name: &str) -> ObjectPath {
        ObjectPath::from_iter(self.prefix.parts().chain(ObjectPath::from(name).parts()))
    }

    /// Where the file lies, if the storage is a folder.
    pub(super) fn local_path(&self, name: &str) -> Option<PathBuf> {
        self.store.folder.as_ref().map(|folder| folder.join(self.at(name).as_ref()))
    }

    fn failed(&self, what: &str, name: &str, error: object_store::Error) -> Error {
        let kind = match error {
            object_store::Error::NotFound { .. } => ErrorKind::NotFound,
            _ => ErrorKind::Io,
        };
        let full = root_cause(&error).is_some_and(|cause| cause.kind() == std::io::ErrorKind::StorageFull);
        let advice = if full { ": the storage is full; free some space and run again" } else { "" };
        Error::new(kind, format!("cannot {what} a file of the project{advice}"))
            .with_context("file", self.display(name))
            .with_source(error)
    }

    /// The project's folder, where the storage is one of this machine.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.store.folder.as_ref().map(|folder| folder.join(self.prefix.as_ref()))
    }

    /// Whether there is such a file.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) async fn exists(&self, name: &str) -> Result<bool> {
        Ok(self.size(name).await?.is_some())
    }

    /// Whether there is such a file, and something in it.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) async fn has_content(&self, name: &str) -> Result<bool> {
        Ok(self.size(name).await?.is_some_and(|bytes| bytes > 0))
    }

    /// Bytes of the file; `None` where there is none.
    pub(crate) async fn size(&self, name: &str) -> Result<Option<u64>> {
        match self.store.objects.head(&self.at(name)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed("look for", name, error)),
        }
    }

    /// The file as a person finds it.
    pub fn display(&self, name: &str) -> String {
        match &self.store.folder {
            Some(folder) => folder.join(self.at(name).as_ref()).display().to_string(),
            None => self.at(name).to_string(),
        }
    }

    /// Refuses what lies in a file's place and is none: somebody who opens a pipe waits for its other end.
    /// Without the runtime, for a state can be asked for where there is none.
    fn expect_file(&self, name: &str) -> Result<()> {
        let Some(path) = self.local_path(name) else { return Ok(()) };
        match std::fs::metadata(&path) {
            Ok(there) if !there.is_file() && !there.is_dir() => {
                Err(Error::new(ErrorKind::Io, "a file of the project is a pipe, a socket or a device")
                    .with_context("file", path.display())
                    .with_hint("remove it, then run again"))
            }
            // What is missing or cannot be read is told by those who read it.
            _ => Ok(()),
        }
    }

    /// The whole file; `None` where there is none.
    ///
    /// # Errors
    /// `Io`, also for one of more than 64 MB, which nothing is that is read as a whole.
    pub async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        self.expect_file(name)?;
        let found = match self.store.objects.get(&self.at(name)).await {
            Ok(found) if found.meta.size > MAX_WHOLE_BYTES => {
                return Err(Error::new(
                    ErrorKind::Io,
                    format!("a file of the project has {} bytes; at most {MAX_WHOLE_BYTES} are read", found.meta.size),
                )
                .with_context("file", self.display(name))
                .with_hint("bring its own version back, then run again"));
            }
            Ok(found) => found.bytes().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(bytes) => Ok(Some(bytes)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failed("read", name, error)),
        }
    }

    /// Writes the whole file, over an old one if need be.
    ///
    /// # Errors
    /// `Io`; the old file is then as it was.
    pub async fn write(&self, name: &str, bytes: impl Into<Bytes>) -> Result<()> {
        let payload = PutPayload::from_bytes(bytes.into());
        let put = self.store.objects.put(&self.at(name), payload).await;
        put.map(drop).map_err(|error| self.failed("write", name, error))
    }

    /// Writes the file unless there is one; tells whether it did.
    ///
    /// # Errors
    /// `Io`.
    pub async fn create(&self, name: &str, bytes: impl Into<Bytes>) -> Result<bool> {
        let options = PutOptions::from(PutMode::Create);
        match self.store.objects.put_opts(&self.at(name), PutPayload::from_bytes(bytes.into()), options).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(self.failed("create", name, error)),
        }
    }

    /// Stores a file of this machine under `name` and gives its size and SHA-256.
    ///
    /// # Errors
    /// `Io`; an old file of that name is then as it was.
    pub async fn store_file(&self, name: &str, path: &Path) -> Result<(u64, String)> {
        let mut file = tokio::fs::File::open(path)
            .await
            .map_err(|error| Error::from(error).with_context("path", path.display()).with_operation("store"))?;
        let upload = self.store.objects.put_multipart(&self.at(name)).await;
        let mut upload = WriteMultipart::new(upload.map_err(|error| self.failed("write", name, error))?);
        let mut hash = Sha256::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 1 << 20];
        loop {
            let read = match file.read(&mut buffer).await {
                Ok(read) => read,
                Err(error) => {
                    // The read error is the one to report; a stale partial upload is only litter.
                    drop(upload.abort().await);
                    return Err(Error::from(error).with_context("path", path.display()));
                }
            };
            if read == 0 {
                break;
            }
            hash.update(&buffer[..read]);
            bytes += read as u64;
            // Back pressure: at most one part under way, so that memory stays flat.
            if let Err(error) = upload.wait_for_capacity(1).await {
                return Err(self.failed("write", name, error));
            }
            upload.write(&buffer[..read]);
        }
        upload.finish().await.map_err(|error| self.failed("write", name, error))?;
        Ok((bytes, hex(&hash.finalize())))
    }

    /// A path at which the file can be opened: in place where the storage is a folder, else a copy in `scratch`.
    ///
    /// # Errors
    /// `NotFound` or `Io`.
    pub async fn open_path(&self, name: &str, scratch: &Path) -> Result<PathBuf> {
        if let Some(folder) = &self.store.folder {
            let path = folder.join(self.at(name).as_ref());
            return match path.is_file() {
                true => Ok(path),
                false => Err(Error::new(ErrorKind::NotFound, "a file of the project is missing")
                    .with_context("file", path.display())),
            };
        }
        let found = self.store.objects.get(&self.at(name)).await;
        let mut stream = found.map_err(|error| self.failed("read", name, error))?.into_stream();
        let path = scratch.join(name.replace('/', "_"));
        let mut file = tokio::fs::File::create(&path).await?;
        while let Some(chunk) = stream.next().await {
            file.write_all(&chunk.map_err(|error| self.failed("read", name, error))?).await?;
        }
        file.flush().await?;
        Ok(path)
    }

    /// Size and SHA-256 of the file; `None` where there is none.
    ///
    /// # Errors
    /// `Io`.
    pub async fn hash(&self, name: &str) -> Result<Option<(u64, String)>> {
        self.expect_file(name)?;
        let mut stream = match self.store.objects.get(&self.at(name)).await {
            Ok(found) => found.into_stream(),
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(self.failed("read", name, error)),
        };
        let mut hash = Sha256::new();
        let mut bytes = 0;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|error| self.failed("read", name, error))?;
            bytes += chunk.len() as u64;
            hash.update(&chunk);
        }
        Ok(Some((bytes, hex(&hash.finalize()))))
    }

    /// Copies a file within the project: whatever happens to one of them later, the other stays as it is.
    ///
    /// # Errors
    /// `NotFound` or `Io`.
    pub async fn copy(&self, from: &str, to: &str) -> Result<()> {
        // On a folder the store would only give the same file a second name.
        if let Some(path) = self.local_path(from) {
            return self.store_file(to, &path).await.map(drop);
        }
        let copied = self.store.objects.copy(&self.at(from), &self.at(to)).await;
        copied.map_err(|error| self.failed("copy", from, error))
    }

    /// Deletes a file; a missing one is fine.
    ///
    /// # Errors
    /// `Io`.
    pub async fn delete(&self, name: &str) -> Result<()> {
        match self.store.objects.delete(&self.at(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(self.failed("delete", name, error)),
        }
    }

    /// Names of the files in a folder of the project, sorted.
    ///
    /// # Errors
    /// `Io`.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>> {
        let prefix = self.at(folder);
        let listed = self.store.objects.list_with_delimiter(Some(&prefix)).await;
        let listed = listed.map_err(|error| self.failed("list", folder, error))?;
        let mut names: Vec<String> =
            listed.objects.iter().filter_map(|object| object.location.filename()).map(str::to_owned).collect();
        names.sort();
        Ok(names)
    }
}

/// Size and SHA-256 of a file of this machine.
///
/// # Errors
/// As the file system says, with the path.
pub(crate) async fn hash_file(path: &Path) -> Result<(u64, String)> {
    let named = |error: std::io::Error| Error::from(error).with_context("path", path.display());
    let mut file = tokio::fs::File::open(path).await.map_err(named)?;
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).await.map_err(named)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        bytes += read as u64;
        hash.update(&buffer[..read]);
    }
}

/// The file system's own error under an object store's, where there is one.
fn root_cause(error: &object_store::Error) -> Option<&std::io::Error> {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        if let Some(io) = current.downcast_ref::<std::io::Error>() {
            return Some(io);
        }
        source = current.source();
    }
    None
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::local(folder.path().join("deep/er")).unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn what_is_no_file_or_too_large_to_be_one_of_ours_is_refused() {
        let (folder, store) = store();
        let files = store.project("p").unwrap();
        files.write("state.json", "{}").await.unwrap();
        let project = folder.path().join("deep/er/projects/p");
        let made = std::process::Command::new("mkfifo").arg(project.join("pipe.json")).status().unwrap();
        assert!(made.success());
        // Nobody is at the other end: opening it would wait for ever.
        for error in [files.read("pipe.json").await.unwrap_err(), files.hash("pipe.json").await.unwrap_err()] {
            assert!(error.kind() == ErrorKind::Io && error.to_string().contains("a pipe"), "{error}");
        }
        let large = std::fs::File::create(project.join("large.json")).unwrap();
        large.set_len(MAX_WHOLE_BYTES + 1).unwrap();
        let error = files.read("large.json").await.unwrap_err().to_string();
        assert!(error.contains("67108865 bytes; at most 67108864"), "{error}");
        large.set_len(MAX_WHOLE_BYTES).unwrap();
        assert_eq!(files.read("large.json").await.unwrap().unwrap().len() as u64, MAX_WHOLE_BYTES);
    }

    #[tokio::test]
    async fn files_come_back_as_they_were_written() {
        let (folder, store) = store();
        let files = store.project("a-1").unwrap();
        assert_eq!(files.read("x.json").await.unwrap(), None);
        files.write("x.json", "one").await.unwrap();
        files.write("x.json", "two").await.unwrap();
        assert_eq!(files.read("x.json").await.unwrap().unwrap(), "two");
        assert!(!files.create("x.json", "three").await.unwrap());
        assert!(files.create("sub/000001.json", "first").await.unwrap());
        assert_eq!(files.list("sub").await.unwrap(), ["000001.json"]);
        let source = folder.path().join("source");
        std::fs::write(&source, vec![7; 3_000_000]).unwrap();
        let stored = files.store_file("big.bin", &source).await.unwrap();
        assert_eq!(Some(stored.clone()), files.hash("big.bin").await.unwrap());
        assert_eq!(stored.0, 3_000_000);
        let path = files.open_path("big.bin", folder.path()).await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), vec![7; 3_000_000]);
        files.delete("big.bin").await.unwrap();
        files.delete("big.bin").await.unwrap();
        assert_eq!(files.open_path("big.bin", folder.path()).await.unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn a_store_without_a_folder_gives_copies() {
        let store = Store::remote(Arc::new(object_store::memory::InMemory::new()));
        let files = store.project("p").unwrap();
        files.write("a/b.bin", vec![1, 2, 3]).await.unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let path = files.open_path("a/b.bin", scratch.path()).await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), [1, 2, 3]);
    }

    #[test]
    fn ids_cannot_leave_the_root() {
        let (_folder, store) = store();
        for id in ["", "..", "a/b", "A", "ä", "-a", &"x".repeat(65)] {
            assert_eq!(store.project(id).unwrap_err().kind(), ErrorKind::InvalidProject, "{id}");
        }
    }

    #[test]
    fn a_file_in_the_way_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Store::local(&file).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig);
        assert!(error.to_string().contains("file"), "{error}");
    }
}
