//! Large files between this machine and the storage: streamed, hashed on the way, whole or not at all.
//!
//! May depend on `error` and its neighbours `objects`, `failure`, `requests` and `local_file`.

use super::{
    digest::{Digested, hex},
    failure::Failure,
    local_file::{copy_and_hash, copy_to, off_runtime},
    objects::Objects,
    requests::Request,
};
use crate::error::Result;
use bytes::Bytes;
use futures_util::StreamExt;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload, UploadPart};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncWriteExt},
};

/// Larger files go up in parts of this size; S3 takes 10,000 of them.
const PART: usize = 8 << 20;
/// Parts that are under way at once: memory stays below four of them.
const AT_ONCE: usize = 3;

impl Objects {
    /// Stores a file of this machine; it stays where it is.
    ///
    /// # Errors
    /// `Locked` where the run may not write any more; `Io`, `Timeout`; an old object of that name is then as it was, or
    /// the new one.
    pub(crate) async fn upload(&self, name: &str, path: &Path) -> Result<Digested> {
        self.may_write()?;
        if let Some(target) = self.local_path(name) {
            let source = path.to_owned();
            let copied = off_runtime(move || copy_and_hash(&source, &target)).await?;
            return copied.map(Digested::from).map_err(|error| self.failed("write", name, error));
        }
        self.send(name, path).await.map_err(|failure| self.failed("write", name, failure))
    }

    async fn send(&self, name: &str, path: &Path) -> Result<Digested, Failure> {
        let mut file = File::open(path).await?;
        let mut hash = Sha256::new();
        let first = part(&mut file).await?;
        hash.update(&first);
        let mut bytes = first.len() as u64;
        let at = self.at(name);
        if first.len() < PART {
            self.ask(Request::Put, self.shared.store.put(&at, PutPayload::from_bytes(first))).await?;
        } else {
            let mut upload = self.ask(Request::Put, self.shared.store.put_multipart(&at)).await?;
            let sent = self.send_parts(&mut *upload, first, &mut file, &mut hash).await;
            match sent {
                Ok(further) => bytes += further,
                Err(failure) => {
                    // The first failure is the one to tell; what was sent of a file is only litter.
                    drop(self.ask(Request::Delete, upload.abort()).await);
                    return Err(failure);
                }
            }
        }
        self.shared.requests.send(bytes);
        Ok(Digested { bytes, sha256: hex(&hash.finalize()) })
    }

    /// Sends the first part and all further ones, and gives the bytes of those.
    async fn send_parts(
        &self,
        upload: &mut dyn MultipartUpload,
        first: Bytes,
        file: &mut File,
        hash: &mut Sha256,
    ) -> Result<u64, Failure> {
        let mut under_way = futures_util::stream::FuturesUnordered::<UploadPart>::new();
        let (mut next, mut further) = (first, 0);
        while !next.is_empty() {
            if under_way.len() == AT_ONCE {
                self.one_of(&mut under_way).await?;
            }
            under_way.push(upload.put_part(PutPayload::from_bytes(next)));
            next = part(file).await?;
            hash.update(&next);
            further += next.len() as u64;
        }
        while !under_way.is_empty() {
            self.one_of(&mut under_way).await?;
        }
        self.ask(Request::Put, upload.complete()).await?;
        Ok(further)
    }

    async fn one_of(&self, parts: &mut futures_util::stream::FuturesUnordered<UploadPart>) -> Result<(), Failure> {
        let done = async { parts.next().await.unwrap_or(Ok(())) };
        self.ask(Request::Put, done).await
    }

    /// Copies an object within the storage: whatever happens to one of them later, the other stays as it is.
    ///
    /// # Errors
    /// `NotFound`; `Locked` where the run may not write any more; `Io`, `Timeout`.
    pub(crate) async fn duplicate(&self, from: &str, to: &str) -> Result<()> {
        let (Some(source), Some(target)) = (self.local_path(from), self.local_path(to)) else {
            return self.copy(from, to).await;
        };
        self.may_write()?;
        off_runtime(move || copy_to(&source, &target)).await?.map_err(|error| self.failed("copy", from, error))
    }

    /// Brings an object to `target`, whole: its bytes go to a file beside it that nobody else uses, which takes the
    /// name once size and hash are as expected. A caller who does not know them takes what comes.
    ///
    /// # Errors
    /// As [`Failure`] says; whether the object is gone for good is the caller's to judge.
    pub(super) async fn download(
        &self,
        name: &str,
        target: &Path,
        expected: Option<&Digested>,
    ) -> Result<Digested, Failure> {
        let half = beside(target);
        let got = self.receive(name, &half, expected.map(|expected| expected.bytes)).await;
        let whole = match (got, expected) {
            (Ok(got), Some(expected)) if got != *expected => {
                Err(Failure::Other { got: got.sha256, expected: expected.sha256.clone() })
            }
            (Ok(got), _) => tokio::fs::rename(&half, target).await.map(|()| got).map_err(Failure::from),
            (Err(failure), _) => Err(failure),
        };
        if whole.is_err() {
            // What stays goes with the folder.
            drop(tokio::fs::remove_file(&half).await);
        }
        whole
    }

    async fn receive(&self, name: &str, path: &Path, expected: Option<u64>) -> Result<Digested, Failure> {
        let at = self.at(name);
        let found = self.ask(Request::Get, self.shared.store.get(&at)).await?;
        let expected = expected.unwrap_or(found.meta.size);
        if found.meta.size != expected {
            return Err(Failure::Short { got: found.meta.size, expected });
        }
        let mut stream = found.into_stream();
        let mut file = File::create_new(path).await?;
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        // Each piece has its own time: a large file may take long, as long as something comes.
        while let Some(piece) = self.wait(async { stream.next().await.transpose() }).await? {
            bytes += piece.len() as u64;
            hash.update(&piece);
            file.write_all(&piece).await?;
        }
        file.flush().await?;
        self.shared.requests.receive(bytes);
        match bytes == expected {
            true => Ok(Digested { bytes, sha256: hex(&hash.finalize()) }),
            false => Err(Failure::Short { got: bytes, expected }),
        }
    }
}

/// The next part of a file: shorter than [`PART`] at its end alone.
async fn part(file: &mut File) -> Result<Bytes, Failure> {
    let mut bytes = Vec::new();
    file.take(PART as u64).read_to_end(&mut bytes).await?;
    Ok(bytes.into())
}

/// A name that nobody else uses.
fn beside(target: &Path) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{:016x}.part", fastrand::u64(..)));
    PathBuf::from(name)
}
