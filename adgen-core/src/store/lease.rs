//! Who works on a project: numbered records written with create-if-absent, the highest of which counts.
//!
//! A lease ends by itself after [`Lease::TIME_TO_LIVE`] unless its holder renews it, and at once where its holder is a
//! process of this machine that is no more, or this process and the lease was dropped.

use super::ProjectFiles;
use crate::error::{Error, ErrorKind, Result, Retry};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashSet,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The leases of this process, by place and run. A host that drops its runtime drops its leases without giving them back:
/// its process goes on, but they hold nothing.
static HELD: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

fn held() -> MutexGuard<'static, HashSet<String>> {
    // A set of names is whole whatever happened to another thread.
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A place in [`HELD`].
#[derive(Debug)]
struct Holding(String);

impl Holding {
    fn new(files: &ProjectFiles, run: &str) -> Self {
        let name = holding(files, run);
        held().insert(name.clone());
        Self(name)
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        held().remove(&self.0);
    }
}

fn holding(files: &ProjectFiles, run: &str) -> String {
    format!("{} {run}", files.display("lease"))
}

/// Who holds a project, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRecord {
    /// Name of one run.
    pub run: String,
    /// The machine.
    pub host: String,
    /// The process on it.
    pub pid: u32,
    /// When that process began, in the kernel's ticks: tells a process from a later one of the same number.
    pub process_start: u64,
    /// Until when, RFC 3339.
    pub expires_at: DateTime<Utc>,
}

impl LeaseRecord {
    fn own(run: &str, ttl: Duration) -> Self {
        let pid = std::process::id();
        Self {
            run: run.to_owned(),
            host: host_name(),
            pid,
            process_start: process_start(pid).unwrap_or(0),
            expires_at: Utc::now() + ttl,
        }
    }

    fn is_over(&self, files: &ProjectFiles) -> bool {
        self.expires_at <= Utc::now() || self.holder_is_gone(files)
    }

    /// True only where it is certain: the same machine, and the process is no more, or it is this one and has let go.
    fn holder_is_gone(&self, files: &ProjectFiles) -> bool {
        if !cfg!(target_os = "linux") || self.host != host_name() {
            return false;
        }
        let is_there = process_start(self.pid).is_some_and(|start| start == self.process_start);
        !is_there || self.pid == std::process::id() && !held().contains(&holding(files, &self.run))
    }
}

/// The right to work on a project; given back on [`Lease::release`].
#[derive(Debug)]
pub struct Lease {
    files: ProjectFiles,
    run: String,
    stop: CancellationToken,
    lost: CancellationToken,
    heart: Option<JoinHandle<u64>>,
    _holding: Holding,
}

impl Lease {
    /// How long a lease lasts unless it is renewed.
    pub const TIME_TO_LIVE: Duration = Duration::from_secs(30);

    /// Takes the project.
    ///
    /// # Errors
    /// `Locked` where somebody else holds it: the message says who and until when. `Io`.
    pub async fn acquire(files: &ProjectFiles, run: &str) -> Result<Self> {
        let mut number = 1;
        // Before the record is there for others to see.
        let holding = Holding::new(files, run);
        loop {
            if let Some(last) = highest(files).await? {
                number = last;
                if let Some(bytes) = files.read(&name(last)).await? {
                    // A record that is not readable binds nobody: no holder could renew it.
                    if let Ok(record) = serde_json::from_slice::<LeaseRecord>(&bytes)
                        && !record.is_over(files)
                    {
                        return Err(locked(&record));
                    }
                }
                number += 1;
            }
            if !files.create(&name(number), encode(&LeaseRecord::own(run, Self::TIME_TO_LIVE))?).await? {
                continue;
            }
            // Who looked long ago may take a number that was used and deleted since: only the highest counts.
            if highest(files).await? == Some(number) {
                break;
            }
            files.delete(&name(number)).await?;
        }
        if number > 1 {
            files.delete(&name(number - 1)).await?;
        }
        let stop = CancellationToken::new();
        let lost = CancellationToken::new();
        let heart = tokio::spawn(keep_alive(files.clone(), run.to_owned(), number, stop.clone(), lost.clone()));
        Ok(Self { files: files.clone(), run: run.to_owned(), stop, lost, heart: Some(heart), _holding: holding })
    }

    /// Whether somebody works on the project now.
    ///
    /// # Errors
    /// `Io`.
    pub async fn is_held(files: &ProjectFiles) -> Result<bool> {
        let Some(last) = highest(files).await? else { return Ok(false) };
        let Some(bytes) = files.read(&name(last)).await? else {
            // Renewed at this very moment.
            return Ok(true);
        };
        Ok(serde_json::from_slice::<LeaseRecord>(&bytes).is_ok_and(|record| !record.is_over(files)))
    }

    /// Ends when somebody else took the project, which can only be after this process could not renew its lease.
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }

    /// Name of the run that holds the project.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Gives the project back.
    pub async fn release(mut self) {
        self.stop.cancel();
        if let Some(heart) = self.heart.take()
            && let Ok(number) = heart.await
            && !self.lost.is_cancelled()
            && let Ok(record) = encode(&LeaseRecord::own(&self.run, Duration::ZERO))
        {
            // The numbers never start again, so an expired record takes the place of the last one. Where that fails, the
            // last one expires by itself.
            if self.files.create(&name(number + 1), record).await.is_ok() {
                drop(self.files.delete(&name(number)).await);
            }
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Renews until told to stop; gives the number of the last record.
async fn keep_alive(
    files: ProjectFiles,
    run: String,
    mut number: u64,
    stop: CancellationToken,
    lost: CancellationToken,
) -> u64 {
    let mut failures = 0;
    loop {
        tokio::select! {
            () = stop.cancelled() => return number,
            () = tokio::time::sleep(Lease::TIME_TO_LIVE / 3) => {}
        }
        let Ok(record) = encode(&LeaseRecord::own(&run, Lease::TIME_TO_LIVE)) else { return number };
        match files.create(&name(number + 1), record).await {
            Ok(true) => {
                failures = 0;
                // An old record that stays is harmless: only the highest counts.
                drop(files.delete(&name(number)).await);
                number += 1;
            }
            Ok(false) => {
                lost.cancel();
                return number;
            }
            Err(_) if failures < 2 => failures += 1,
            Err(_) => {
                lost.cancel();
                return number;
            }
        }
    }
}

async fn highest(files: &ProjectFiles) -> Result<Option<u64>> {
    let names = files.list("lease").await?;
    Ok(names.iter().filter_map(|name| name.strip_suffix(".json")?.parse().ok()).max())
}

fn encode(record: &LeaseRecord) -> Result<Vec<u8>> {
    serde_json::to_vec(record)
        .map_err(|error| Error::new(ErrorKind::Unexpected, "a lease record is not JSON").with_source(error))
}

fn locked(record: &LeaseRecord) -> Error {
    let left = (record.expires_at - Utc::now()).to_std().unwrap_or_default();
    Error::new(
        ErrorKind::Locked,
        format!(
            "process {} on {} is working on this project until {} at least; wait for it or cancel it",
            record.pid,
            record.host,
            record.expires_at.format("%H:%M:%S UTC")
        ),
    )
    .with_operation("lock")
    .with_context("run", &record.run)
    .with_retry(Retry::After(left))
}

fn name(number: u64) -> String {
    format!("lease/{number:06}.json")
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .or_else(|_| std::env::var("HOSTNAME"))
        .or_else(|_| std::env::var("COMPUTERNAME"))
        .unwrap_or_else(|_| "unknown".to_owned())
}

/// When a process began, in ticks since the machine did (`proc_pid_stat(5)`, field 22); `None` where it is not there.
fn process_start(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before may hold spaces and parentheses; the fields after the last one are plain. Field 3 is the first.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // A zombie holds nothing any more.
    if fields.first() == Some(&"Z") {
        return None;
    }
    fields.get(22 - 3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn files() -> (tempfile::TempDir, ProjectFiles) {
        let folder = tempfile::tempdir().unwrap();
        let files = Store::local(folder.path()).unwrap().project("p").unwrap();
        (folder, files)
    }

    #[tokio::test]
    async fn the_second_is_told_who_holds_it() {
        let (_folder, files) = files();
        let first = Lease::acquire(&files, "one").await.unwrap();
        let error = Lease::acquire(&files, "two").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
        assert!(Lease::is_held(&files).await.unwrap());
        first.release().await;
        assert!(!Lease::is_held(&files).await.unwrap());
        Lease::acquire(&files, "two").await.unwrap().release().await;
        assert_eq!(files.list("lease").await.unwrap(), ["000004.json"]);
    }

    #[tokio::test]
    async fn a_dead_or_expired_holder_holds_nothing() {
        let (_folder, files) = files();
        let mut record = LeaseRecord::own("dead", Duration::from_secs(60));
        record.process_start += 1;
        files.create(&name(7), encode(&record).unwrap()).await.unwrap();
        Lease::acquire(&files, "next").await.unwrap().release().await;
        let mut record = LeaseRecord::own("late", Duration::ZERO);
        record.host = "elsewhere".into();
        files.create(&name(17), encode(&record).unwrap()).await.unwrap();
        Lease::acquire(&files, "next").await.unwrap().release().await;
        let mut record = LeaseRecord::own("far", Duration::from_secs(60));
        record.host = "elsewhere".into();
        files.create(&name(27), encode(&record).unwrap()).await.unwrap();
        assert!(Lease::acquire(&files, "next").await.unwrap_err().to_string().contains("elsewhere"));
    }

    #[tokio::test]
    async fn a_dropped_lease_of_this_process_holds_nothing() {
        let (_folder, files) = files();
        drop(Lease::acquire(&files, "dropped").await.unwrap());
        let next = Lease::acquire(&files, "next").await.unwrap();
        let (_elsewhere, others) = self::files();
        let same_name = Lease::acquire(&others, "next").await.unwrap();
        drop(same_name);
        assert_eq!(Lease::acquire(&files, "third").await.unwrap_err().kind(), ErrorKind::Locked);
        next.release().await;
    }

    #[tokio::test]
    async fn only_one_of_many_gets_it() {
        let (_folder, files) = files();
        let tries = (0..16).map(|i| {
            let files = files.clone();
            tokio::spawn(async move { Lease::acquire(&files, &format!("r{i}")).await })
        });
        let got = futures_util::future::join_all(tries).await;
        let held: Vec<_> = got.into_iter().filter_map(|result| result.unwrap().ok()).collect();
        assert_eq!(held.len(), 1);
    }
}
