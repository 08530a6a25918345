//! One project's history: numbered, immutable objects, written with create-if-absent.
//!
//! From it a run learns which products are there, which were paid for, and which jobs are still under way. What was made
//! or ordered is known by its content key alone: under which name it was asked for, an edit may change.

use super::{ProjectFiles, journal_record::read_record};
use crate::{
    error::{Error, ErrorKind, Result},
    project::{FidelityReport, Lack, Metadata, Stage, StateAsset},
};
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// How often the next number is tried while other writers take it. Nobody else writes while a run holds the project.
const TRIES: u32 = 1000;
/// How often a store may say that an entry exists which it cannot show.
const HIDDEN: u32 = 5;

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
        /// What it lacks of what was asked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lacks: Vec<Lack>,
        /// What is known about it beside its bytes.
        #[serde(default, skip_serializing_if = "Metadata::is_empty")]
        metadata: Metadata,
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
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct JournalRecord {
    /// 1, 2, 3 … as the file's name says, too.
    pub number: u64,
    /// The run that wrote it; missing in journals of earlier versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// When it was written, RFC 3339.
    pub at: String,
    /// What happened.
    #[serde(flatten)]
    pub entry: JournalEntry,
}

impl JournalRecord {
    /// An entry that no run wrote.
    pub fn new(number: u64, at: impl Into<String>, entry: JournalEntry) -> Self {
        Self { number, run: None, at: at.into(), entry }
    }
}

/// A project's history, read once and then appended to.
#[derive(Debug)]
pub struct Journal {
    files: ProjectFiles,
    run: Option<String>,
    records: Vec<JournalRecord>,
}

/// A product that was finished once.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MadeProduct {
    /// The name under which it was made.
    pub product: String,
    /// Its files as they were stored then.
    pub files: Vec<StateAsset>,
    /// How true the advertised product is to its photo in it, where that was measured.
    pub fidelity: Option<FidelityReport>,
    /// What it lacks of what was asked for.
    pub lacks: Vec<Lack>,
    /// What is known about it beside its bytes.
    pub metadata: Metadata,
}

impl Journal {
    /// Reads the whole journal, for `run` to append to.
    ///
    /// # Errors
    /// `Io`, or `InvalidProject` for an entry that is missing, not readable, at a wrong place or of a newer version: it is
    /// named, for to guess could mean to buy twice.
    pub async fn load(files: &ProjectFiles, run: Option<&str>) -> Result<Self> {
        let mut journal = Self { files: files.clone(), run: run.map(str::to_owned), records: Vec::new() };
        journal.read_on().await?;
        journal.expect_no_gap().await?;
        Ok(journal)
    }

    /// What happened so far, in order.
    pub fn records(&self) -> &[JournalRecord] {
        &self.records
    }

    /// Appends an entry. Where another writer took the number, its entry is read and the next number tried.
    ///
    /// # Errors
    /// `Io`; whether the entry is in the journal is then not known.
    pub async fn append(&mut self, entry: JournalEntry) -> Result<()> {
        self.expect_there()?;
        let mut hidden = 0;
        for _ in 0..TRIES {
            let number = self.records.len() as u64 + 1;
            let record = JournalRecord { number, run: self.run.clone(), at: now(), entry: entry.clone() };
            let json = serde_json::to_vec(&record)
                .map_err(|error| Error::new(ErrorKind::Unexpected, "a journal entry is not JSON").with_source(error))?;
            // Such as a number that JSON does not have: what cannot be read again must not be written.
            read_record(&json, number).map_err(|error| {
                Error::new(ErrorKind::Unexpected, "a journal entry could not be read again: this is a defect of adgen")
                    .with_source(error)
            })?;
            if self.files.create(&name(number), json.clone()).await? {
                self.records.push(record);
                return Ok(());
            }
            match self.files.read(&name(number)).await? {
                // The store made the call again after its answer was lost: the entry is there, and it is this one.
                Some(bytes) if self.run.is_some() && bytes == json => {
                    self.records.push(record);
                    return Ok(());
                }
                Some(_) => self.read_on().await?,
                None if hidden == HIDDEN => break,
                None => hidden += 1,
            }
        }
        Err(Error::new(ErrorKind::Io, "the storage takes no further entry of the project's journal")
            .with_context("file", self.files.display(&name(self.records.len() as u64 + 1)))
            .with_hint("look whether something else writes into the folder, then run again"))
    }

    async fn read_on(&mut self) -> Result<()> {
        loop {
            let number = self.records.len() as u64 + 1;
            let Some(bytes) = self.files.read(&name(number)).await? else { return Ok(()) };
            let record = read_record(&bytes, number)
                .map_err(|error| error.with_context("file", self.files.display(&name(number))))?;
            self.records.push(record);
        }
    }

    /// An entry beyond the last one that was read means that those between are missing.
    async fn expect_no_gap(&self) -> Result<()> {
        let last = self.records.len() as u64;
        let names = self.files.list("journal").await?;
        let mut beyond: Vec<u64> = names.iter().filter_map(|name| number_of(name)).filter(|&n| n > last).collect();
        beyond.sort_unstable();
        let Some(&highest) = beyond.last() else { return Ok(()) };
        let missing: Vec<u64> = (last + 1..highest).filter(|number| beyond.binary_search(number).is_err()).collect();
        match missing.is_empty() {
            // Written since by somebody else.
            true => Ok(()),
            false => Err(missing_entries(&self.files, &ranges(&missing))),
        }
    }

    /// Fails where the folder went away under a run: what is written from then on would be the beginning of another journal.
    ///
    /// # Errors
    /// `Io`.
    pub(crate) fn expect_there(&self) -> Result<()> {
        let last = name(self.records.len() as u64);
        match self.files.local_path(&last) {
            Some(path) if !self.records.is_empty() && !path.is_file() => {
                Err(Error::new(ErrorKind::Io, "the project's journal vanished while a run was at work")
                    .with_context("file", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Where a state that was written when the journal had `entries` entries knows of more than there are now, the last ones
    /// are missing.
    ///
    /// # Errors
    /// `InvalidProject` that names them.
    pub fn expect_entries(&self, entries: u64) -> Result<()> {
        let last = self.records.len() as u64;
        match entries > last {
            true => Err(missing_entries(&self.files, &ranges(&(last + 1..=entries).collect::<Vec<_>>()))),
            false => Ok(()),
        }
    }

    /// What was last made with this key: as `product` where it was made under that name, else under whatever name.
    pub fn made(&self, product: &str, key: &str) -> Option<MadeProduct> {
        let mut made = self.records.iter().rev().filter_map(|record| match &record.entry {
            JournalEntry::Finished { product, key: made, files, fidelity, lacks, metadata, .. } if made == key => {
                Some((product, files, fidelity, lacks, metadata))
            }
            _ => None,
        });
        let last = made.next()?;
        let own = if last.0 == product { None } else { made.find(|(name, ..)| *name == product) };
        let (product, files, fidelity, lacks, metadata) = own.unwrap_or(last);
        let (product, files, lacks) = (product.clone(), files.clone(), lacks.clone());
        Some(MadeProduct { product, files, fidelity: *fidelity, lacks, metadata: metadata.clone() })
    }

    /// The key with which the product was last made.
    pub fn latest_key(&self, product: &str) -> Option<&str> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Finished { product: name, key, .. } if name == product => Some(key.as_str()),
            _ => None,
        })
    }

    /// The keys of all that was ordered or made; one may come more than once.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.records.iter().filter_map(|record| match &record.entry {
            JournalEntry::Starting { key, .. } | JournalEntry::Finished { key, .. } => Some(key.as_str()),
            _ => None,
        })
    }

    /// Whether what has this key was ordered from a provider with a price, or cost something.
    pub fn is_bought(&self, key: &str) -> bool {
        self.records.iter().any(|record| match &record.entry {
            JournalEntry::Starting { key: ordered, .. } => ordered == key,
            JournalEntry::Finished { key: made, cost_usd, .. } => made == key && *cost_usd > 0.0,
            _ => false,
        })
    }

    /// Every key and file name under which these bytes were stored, the latest first.
    pub fn places_of(&self, sha256: &str) -> Vec<(String, String)> {
        let mut places = Vec::new();
        for record in self.records.iter().rev() {
            let JournalEntry::Finished { key, files, .. } = &record.entry else { continue };
            for file in files.iter().filter(|file| file.sha256 == sha256) {
                let place = (key.clone(), file.file.clone());
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
        places
    }

    /// The job for this key that was started and neither finished nor failed: to be taken up again.
    pub fn unfinished_job(&self, key: &str) -> UnfinishedJob {
        let mut state = UnfinishedJob::None;
        let mut expected = 0.0;
        for record in &self.records {
            match &record.entry {
                JournalEntry::Starting { key: k, expected_usd, .. } if k == key => {
                    expected = *expected_usd;
                    state = UnfinishedJob::Unknown(time(&record.at));
                }
                JournalEntry::Started { key: k, job, .. } if k == key => {
                    state = UnfinishedJob::Known { job: job.clone(), expected_usd: expected };
                }
                JournalEntry::Finished { key: k, .. } | JournalEntry::Failed { key: k, .. } if k == key => {
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

    /// How what has this key failed last: the error's code, and what that cost in US dollars.
    pub fn last_failure(&self, key: &str) -> Option<(&str, f64)> {
        self.records.iter().rev().find_map(|record| match &record.entry {
            JournalEntry::Failed { key: k, code, cost_usd, .. } if k == key => Some((code.as_str(), *cost_usd)),
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

/// The number of an entry's file; `None` for another file.
fn number_of(file: &str) -> Option<u64> {
    let number = file.strip_suffix(".json")?.parse().ok()?;
    (format!("{number:06}.json") == file).then_some(number)
}

fn missing_entries(files: &ProjectFiles, missing: &str) -> Error {
    Error::new(ErrorKind::InvalidProject, format!("entries of the project's journal are missing: {missing}"))
        .with_context("file", files.display("journal"))
        .with_hint(
            "restore them from a backup: they say what was bought. To do without, move the project's folder away and \
             begin anew; everything is then made and paid for again",
        )
}

/// `3-7, 9`.
fn ranges(numbers: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut().filter(|(_, end)| *end + 1 == number) {
            Some((_, end)) => *end = number,
            None => ranges.push((number, number)),
        }
    }
    let shown = |(from, to): &(u64, u64)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    ranges.iter().map(shown).collect::<Vec<_>>().join(", ")
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
#[path = "journal_tests.rs"]
mod tests;
