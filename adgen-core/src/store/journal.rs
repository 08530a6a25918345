//! One project's history: numbered, immutable objects, written with create-if-absent.
//!
//! From it a run learns which products are there, which were paid for, and which jobs are still under way.

use super::ProjectFiles;
use crate::{
    error::{Error, ErrorKind, Result},
    project::{FidelityReport, Stage, StateAsset},
};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum JournalEntry {
    /// A document came into the storage.
    Imported {
        /// Hash over the document and its files: tells whether the same one comes again.
        source: String,
    },
    /// A run began.
    RunStarted {
        /// Version of the library.
        version: String,
    },
    /// A product is about to be asked for at a provider. Written before the call.
    Starting {
        /// Name of the product.
        product: String,
        /// Its content key.
        key: String,
        /// The provider.
        provider: String,
        /// What it will cost by the price list, in US dollars.
        expected_usd: f64,
    },
    /// The provider took the job. Written right after the call.
    Started {
        /// Name of the product.
        product: String,
        /// Its content key.
        key: String,
        /// The provider's name for the job.
        job: String,
    },
    /// The product is in the storage. Written before anything uses it.
    Finished {
        /// Name of the product.
        product: String,
        /// The stage that made it.
        stage: Stage,
        /// Its content key.
        key: String,
        /// Its files.
        files: Vec<StateAsset>,
        /// What it cost in US dollars.
        cost_usd: f64,
        /// How long it took.
        elapsed_ms: u64,
        /// What is worth knowing about it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
        /// How true the advertised product is to its photo in it, where it shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fidelity: Option<FidelityReport>,
    },
    /// The product could not be made.
    Failed {
        /// Name of the product.
        product: String,
        /// Its content key.
        key: String,
        /// The error's public code.
        code: String,
        /// The error in one line.
        message: String,
        /// What it cost all the same, in US dollars.
        cost_usd: f64,
    },
    /// A run ended.
    RunFinished {
        /// `completed`, `failed` or `cancelled`.
        outcome: String,
    },
}

/// An entry with its place and time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JournalRecord {
    /// 1, 2, 3 …
    #[serde(skip)]
    pub number: u64,
    /// When it was written, RFC 3339.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub entry: JournalEntry,
}

/// A project's history, read once and then appended to.
#[derive(Debug)]
pub struct Journal {
    files: ProjectFiles,
    records: Vec<JournalRecord>,
}

impl Journal {
    /// Reads the whole journal.
    ///
    /// # Errors
    /// `Io`, or `InvalidProject` for an entry that is not readable: the file is named.
    pub async fn load(files: &ProjectFiles) -> Result<Self> {
        let mut journal = Self { files: files.clone(), records: Vec::new() };
        journal.read_on().await?;
        Ok(journal)
    }

    /// What happened so far, in order.
    pub fn records(&self) -> &[JournalRecord] {
        &self.records
    }

    /// Appends an entry. Where another writer took the number, its entry is read and the next number tried.
    ///
    /// # Errors
    /// `Io`; the entry is then not in the journal.
    pub async fn append(&mut self, entry: JournalEntry) -> Result<()> {
        loop {
            let number = self.records.len() as u64 + 1;
            let record = JournalRecord { number, at: now(), entry: entry.clone() };
            let json = serde_json::to_vec(&record)
                .map_err(|error| Error::new(ErrorKind::Unexpected, "a journal entry is not JSON").with_source(error))?;
            if self.files.create(&name(number), json).await? {
                self.records.push(record);
                return Ok(());
            }
            self.read_on().await?;
        }
    }

    async fn read_on(&mut self) -> Result<()> {
        loop {
            let number = self.records.len() as u64 + 1;
            let Some(bytes) = self.files.read(&name(number)).await? else { return Ok(()) };
            let record: JournalRecord = serde_json::from_slice(&bytes).map_err(|error| {
                Error::new(ErrorKind::InvalidProject, "an entry of the project's journal is damaged: restore it")
                    .with_context("file", self.files.display(&name(number)))
                    .with_source(error)
            })?;
            self.records.push(JournalRecord { number, ..record });
        }
    }

    /// The files of the product as it was last made with this key, and its fidelity where that was measured.
    pub fn finished(&self, product: &str, key: &str) -> Option<(&[StateAsset], Option<FidelityReport>)> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Finished { product: name, key: made, files, fidelity, .. }
                if name == product && made == key =>
            {
                Some((files.as_slice(), *fidelity))
            }
            _ => None,
        })
    }

    /// The key with which the product was last made.
    pub fn latest_key(&self, product: &str) -> Option<&str> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Finished { product: name, key, .. } if name == product => Some(key.as_str()),
            _ => None,
        })
    }

    /// The key of the version of a product that was paid for and whose file has this hash.
    pub fn paid_key(&self, product: &str, file: &str, sha256: &str) -> Option<&str> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Finished { product: name, key, files, cost_usd, .. }
                if name == product
                    && *cost_usd > 0.0
                    && files.iter().any(|made| made.file == file && made.sha256 == sha256) =>
            {
                Some(key.as_str())
            }
            _ => None,
        })
    }

    /// A job for this product and key that was started and neither finished nor failed: to be taken up again.
    pub fn unfinished_job(&self, product: &str, key: &str) -> UnfinishedJob {
        let mut state = UnfinishedJob::None;
        let mut expected = 0.0;
        for record in &self.records {
            match &record.entry {
                JournalEntry::Starting { product: name, key: k, expected_usd, .. } if name == product && k == key => {
                    expected = *expected_usd;
                    state = UnfinishedJob::Unknown(time(&record.at));
                }
                JournalEntry::Started { product: name, key: k, job } if name == product && k == key => {
                    state = UnfinishedJob::Known { job: job.clone(), expected_usd: expected };
                }
                JournalEntry::Finished { product: name, key: k, .. }
                | JournalEntry::Failed { product: name, key: k, .. }
                    if name == product && k == key =>
                {
                    state = UnfinishedJob::None;
                }
                _ => {}
            }
        }
        state
    }

    /// Every job that was started for the project, by the providers' own names.
    pub fn jobs(&self) -> Vec<String> {
        let started = self.records.iter().filter_map(|record| match &record.entry {
            JournalEntry::Started { job, .. } => Some(job.clone()),
            _ => None,
        });
        started.collect()
    }

    /// How the product failed last: the error's code, and what that cost in US dollars.
    pub fn last_failure(&self, product: &str, key: &str) -> Option<(&str, f64)> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Failed { product: name, key: k, code, cost_usd, .. } if name == product && k == key => {
                Some((code.as_str(), *cost_usd))
            }
            _ => None,
        })
    }

    /// What was spent on the project so far, in US dollars.
    pub fn spent_usd(&self) -> f64 {
        let costs = self.records.iter().map(|record| match &record.entry {
            JournalEntry::Finished { cost_usd, .. } | JournalEntry::Failed { cost_usd, .. } => *cost_usd,
            _ => 0.0,
        });
        costs.sum()
    }

    /// The hash of the last imported document.
    pub fn imported_source(&self) -> Option<&str> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Imported { source } => Some(source.as_str()),
            _ => None,
        })
    }
}

/// What the journal knows of a job that neither finished nor failed.
#[derive(Debug, Clone, PartialEq)]
pub enum UnfinishedJob {
    /// There is none.
    None,
    /// A call was about to be made at this time; whether it was, nobody wrote down.
    Unknown(SystemTime),
    /// It was started.
    Known {
        /// The provider's name for it.
        job: String,
        /// What it was expected to cost, in US dollars.
        expected_usd: f64,
    },
}

fn name(number: u64) -> String {
    format!("journal/{number:06}.json")
}

/// When an entry was written; the beginning of time where that is not readable, so that everything since is looked at.
fn time(at: &str) -> SystemTime {
    chrono::DateTime::parse_from_rfc3339(at).map_or(SystemTime::UNIX_EPOCH, SystemTime::from)
}

/// The time as documents write it.
pub(crate) fn now() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
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

    fn starting(key: &str) -> JournalEntry {
        JournalEntry::Starting { product: "clip".into(), key: key.into(), provider: "x".into(), expected_usd: 1.0 }
    }

    #[tokio::test]
    async fn two_writers_never_share_a_number() {
        let (_folder, files) = files();
        let mut one = Journal::load(&files).await.unwrap();
        let mut two = Journal::load(&files).await.unwrap();
        for _ in 0..5 {
            one.append(starting("a")).await.unwrap();
            two.append(starting("b")).await.unwrap();
        }
        let all = Journal::load(&files).await.unwrap();
        assert_eq!(all.records().len(), 10);
        assert_eq!(all.records().iter().map(|record| record.number).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn knows_what_is_under_way() {
        let (_folder, files) = files();
        let mut journal = Journal::load(&files).await.unwrap();
        assert_eq!(journal.unfinished_job("clip", "k"), UnfinishedJob::None);
        journal.append(starting("k")).await.unwrap();
        let UnfinishedJob::Unknown(since) = journal.unfinished_job("clip", "k") else { panic!("it was started") };
        assert!(since.elapsed().unwrap().as_secs() < 60);
        let started = JournalEntry::Started { product: "clip".into(), key: "k".into(), job: "j1".into() };
        journal.append(started).await.unwrap();
        let known = UnfinishedJob::Known { job: "j1".into(), expected_usd: 1.0 };
        assert_eq!(journal.unfinished_job("clip", "k"), known);
        assert_eq!(journal.unfinished_job("clip", "other"), UnfinishedJob::None);
        let finished = JournalEntry::Finished {
            product: "clip".into(),
            stage: Stage::Scenes,
            key: "k".into(),
            files: Vec::new(),
            cost_usd: 0.25,
            elapsed_ms: 1,
            notes: Vec::new(),
            fidelity: None,
        };
        journal.append(finished).await.unwrap();
        let again = Journal::load(&files).await.unwrap();
        assert_eq!(again.unfinished_job("clip", "k"), UnfinishedJob::None);
        assert!(again.finished("clip", "k").is_some());
        assert_eq!(again.spent_usd(), 0.25);
    }

    #[tokio::test]
    async fn a_damaged_entry_is_named() {
        let (_folder, files) = files();
        files.write("journal/000001.json", "{").await.unwrap();
        let error = Journal::load(&files).await.unwrap_err();
        assert!(error.to_string().contains("000001.json"), "{error}");
    }
}
