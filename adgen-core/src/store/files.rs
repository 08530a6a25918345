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

/// A storage root.
#[derive(Debug, Clone)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    /// The same root as a folder, where it is one: media files are then opened in place.
    folder: Option<PathBuf>,
}

impl Store {
    /// A folder of this machine; made where it is missing.
    ///
    /// # Errors
    /// `Io` where the folder cannot be made.
    pub fn local(folder: impl Into<PathBuf>) -> Result<Self> {
        let folder = folder.into();
        let failed = |error: &dyn std::fmt::Display| {
            Error::new(ErrorKind::Io, "cannot use the storage folder: it must be a folder that can be written to")
                .with_context("path", folder.display())
                .with_context("cause", error)
        };
        std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let folder = folder.canonicalize().map_err(|error| failed(&error))?;
        let objects = LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(&error))?;
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

    /// The file as a person finds it.
    pub fn display(&self, name: &str) -> String {
        match &self.store.folder {
            Some(folder) => folder.join(self.at(name).as_ref()).display().to_string(),
            None => self.at(name).to_string(),
        }
    }

    /// The whole file; `None` where there is none.
    ///
    /// # Errors
    /// `Io`.
    pub async fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let found = match self.store.objects.get(&self.at(name)).await {
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

    /// Stores a file of this machine under `name` as [`ProjectFiles::store_file`] does, and takes it away from `path`.
    ///
    /// # Errors
    /// `Io`; an old file of that name is then as it was.
    pub async fn adopt_file(&self, name: &str, path: &Path) -> Result<(u64, String)> {
        if let Some(folder) = &self.store.folder {
            let target = folder.join(self.at(name).as_ref());
            let (size, sha256) = hash_file(path).await?;
            // Moving is whole or not at all, but only within one file system.
            if tokio::fs::rename(path, &target).await.is_ok() {
                return Ok((size, sha256));
            }
        }
        let stored = self.store_file(name, path).await?;
        // What cannot be deleted now goes with the working folder.
        drop(tokio::fs::remove_file(path).await);
        Ok(stored)
    }

    /// A folder of this machine for work in progress, empty; in the project's own folder where that is one, so that
    /// finished files need not be copied and a killed process leaves nothing elsewhere.
    ///
    /// # Errors
    /// `Io`.
    pub fn work_folder(&self) -> Result<PathBuf> {
        let folder = match &self.store.folder {
            Some(folder) => folder.join(self.at("work").as_ref()),
            None => std::env::temp_dir().join("adgen").join(self.prefix.as_ref()),
        };
        let failed = |error: std::io::Error| {
            let full = error.kind() == std::io::ErrorKind::StorageFull;
            let advice = if full { ": the storage is full; free some space and run again" } else { "" };
            Error::new(ErrorKind::Io, format!("cannot make the working folder{advice}"))
                .with_context("path", folder.display())
                .with_source(error)
        };
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        std::fs::create_dir_all(&folder).map_err(failed)?;
        self.clear_halves();
        Ok(folder)
    }

    /// Removes what a killed process was writing: object_store names such files like the whole one, with `#` and a number.
    /// Not among the leases, where somebody else may be writing.
    fn clear_halves(&self) {
        let Some(root) = &self.store.folder else { return };
        let is_half = |name: &str| {
            name.rsplit_once('#')
                .is_some_and(|(_, number)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
        };
        let project = root.join(self.prefix.as_ref());
        for folder in [project.join("journal"), project.join("paid"), project] {
            // Litter that stays is no reason to fail.
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.file_name().to_str().is_some_and(is_half) {
                    drop(std::fs::remove_file(entry.path()));
                }
            }
        }
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

    /// Copies a file within the project.
    ///
    /// # Errors
    /// `NotFound` or `Io`.
    pub async fn copy(&self, from: &str, to: &str) -> Result<()> {
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

    #[tokio::test]
    async fn what_a_killed_process_was_writing_goes_with_its_working_folder() {
        let (folder, store) = store();
        let files = store.project("p").unwrap();
        files.write("state.json", "{}").await.unwrap();
        files.write("journal/000001.json", "{}").await.unwrap();
        files.write("lease/000001.json", "{}").await.unwrap();
        let project = folder.path().join("deep/er/projects/p");
        for name in ["state.json#1", "journal/000002.json#12", "lease/000002.json#1", "poster.jpg#", "a#b"] {
            std::fs::write(project.join(name), "half").unwrap();
        }
        files.work_folder().unwrap();
        let there = |name: &str| project.join(name).exists();
        assert!(!there("state.json#1") && !there("journal/000002.json#12"));
        for name in ["state.json", "journal/000001.json", "lease/000002.json#1", "poster.jpg#", "a#b"] {
            assert!(there(name), "{name}");
        }
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
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("file"), "{error}");
    }
}
