//! Cleaning up: finds artifacts that no project uses, and removes them when told to.
//!
//! What a project uses stands in its history. Ledgers are never touched, and what was paid for only where somebody asks
//! for that. May depend on `error` and its neighbours.

use super::{
    artifact_record::RECORD,
    artifacts::{ARTIFACTS, GONE, Read},
    content_key::{folder_of, key_in},
    history::History,
    ledgers::bought_keys,
    listing::Seen,
    storage::Storage,
};
use crate::error::{Error, ErrorKind, Result};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Younger artifacts are left alone unless somebody says otherwise: a run may have made them and not yet said so.
pub(crate) const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// What may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct GcRules {
    /// Whether artifacts that were paid for may go, too.
    pub bought: bool,
    /// How old an artifact is at least by the store's clock, before it may go. As JSON, `grace_s` in seconds.
    #[serde(rename = "grace_s", serialize_with = "as_seconds", deserialize_with = "from_seconds")]
    #[schemars(with = "f64", range(min = 0.0))]
    pub grace: Duration,
}

impl GcRules {
    /// Nothing that was paid for, and nothing that is younger than a day.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether artifacts that were paid for may go, too.
    #[must_use]
    pub fn with_bought(self, bought: bool) -> Self {
        Self { bought, ..self }
    }

    /// How old an artifact is at least, before it may go.
    #[must_use]
    pub fn with_grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }
}

impl Default for GcRules {
    fn default() -> Self {
        Self { bought: false, grace: GRACE }
    }
}

fn as_seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

fn from_seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    Duration::try_from_secs_f64(f64::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Something that may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Waste {
    /// The content key.
    pub key: String,
    /// The name under which it was made; `None` for files without a readable record, of a run that was killed.
    pub artifact: Option<String>,
    /// Whether it was paid for.
    pub bought: bool,
    /// Of all its files together.
    pub bytes: u64,
    /// The record first: an artifact without files is worse than files without an artifact.
    objects: Vec<String>,
}

impl Waste {
    /// Something of so many bytes under a content key, without files: a plan of it removes nothing.
    pub fn new(key: impl Into<String>, bytes: u64) -> Self {
        Self { key: key.into(), artifact: None, bought: false, bytes, objects: Vec::new() }
    }

    /// With the name under which it was made.
    #[must_use]
    pub fn with_artifact(mut self, artifact: impl Into<String>) -> Self {
        self.artifact = Some(artifact.into());
        self
    }

    /// Whether it was paid for.
    #[must_use]
    pub fn with_bought(mut self, bought: bool) -> Self {
        self.bought = bought;
        self
    }
}

/// What may go, found without removing anything. It may pass as JSON between finding and removing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GcPlan {
    /// What may go.
    pub waste: Vec<Waste>,
    /// Artifacts that somebody uses.
    pub used: usize,
    /// Unused artifacts that stay because they were paid for.
    pub kept_bought: usize,
    /// Unused artifacts that are too young.
    pub kept_young: usize,
}

impl GcPlan {
    /// A plan to remove this.
    pub fn new(waste: impl IntoIterator<Item = Waste>) -> Self {
        Self { waste: waste.into_iter().collect(), used: 0, kept_bought: 0, kept_young: 0 }
    }

    /// With how many artifacts stay: used, paid for, and too young.
    #[must_use]
    pub fn with_kept(mut self, used: usize, bought: usize, young: usize) -> Self {
        (self.used, self.kept_bought, self.kept_young) = (used, bought, young);
        self
    }

    /// The bytes of all that may go.
    pub fn bytes(&self) -> u64 {
        self.waste.iter().map(|waste| waste.bytes).sum()
    }
}

impl Storage {
    /// Looks for what may go. Removes nothing.
    ///
    /// # Errors
    /// `InvalidProject` where a project's history cannot be read, for nobody knows then what it uses; `Unsupported`
    /// where the store tells no times; `Io`, `Timeout`.
    pub(crate) async fn find_waste(&self, rules: GcRules) -> Result<GcPlan> {
        // Asking the time writes, and a look must not make the storage.
        if self.folder().is_some_and(|folder| !folder.exists()) {
            return Ok(GcPlan::new([]));
        }
        let now = self.objects().store_now().await?.ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, "the storage does not tell when objects were written")
                .with_operation("gc")
                .with_hint("without that nobody knows what is old enough to go: remove artifacts by hand")
        })?;
        // What was listed before the projects were asked cannot have come to be used since without being younger.
        let mut folders: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
        for seen in self.objects().list_all(ARTIFACTS).await? {
            if let Some(key) = key_in(ARTIFACTS, &seen.name) {
                folders.entry(key.to_owned()).or_default().push(seen);
            }
        }
        let (used, ordered) = (self.used_keys().await?, bought_keys(self.objects()).await?);
        let mut plan = GcPlan::new([]);
        for (key, seen) in folders {
            let young = seen.iter().any(|seen| is_young(seen, now, rules.grace));
            let record = match self.artifacts().read(&key).await? {
                Read::Record(record) => Some(record),
                Read::Unreadable(_) | Read::Nothing => None,
            };
            // A key with a ledger was ordered, whatever became of its record: its files may be all that is left.
            let bought = ordered.contains(&key) || record.as_ref().is_some_and(|record| record.bought);
            let kept = match (&record, used.contains(&key)) {
                (Some(_), true) => Some(&mut plan.used),
                _ if young => Some(&mut plan.kept_young),
                _ if bought && !rules.bought => Some(&mut plan.kept_bought),
                _ => None,
            };
            let Some(kept) = kept else {
                let artifact = record.as_ref().map(|record| record.artifact.clone());
                plan.waste.extend(waste(&key, artifact, bought, &seen.iter().collect::<Vec<_>>()));
                continue;
            };
            *kept += 1;
            // Beside an artifact that stays may lie what a killed run left.
            let Some(record) = record else { continue };
            let own: BTreeSet<&str> = record.files.iter().map(|file| file.object.as_str()).collect();
            let is_litter = |seen: &&Seen| {
                let belongs = own.contains(seen.name.as_str()) || [RECORD, GONE].contains(&seen.file());
                !belongs && !is_young(seen, now, rules.grace)
            };
            plan.waste.extend(waste(&key, None, false, &seen.iter().filter(is_litter).collect::<Vec<_>>()));
        }
        Ok(plan)
    }

    /// Removes what was found, but for what a project has come to use since; gives the bytes that were freed.
    ///
    /// # Errors
    /// `InvalidInput` for a plan that names anything but artifacts' files: nothing is removed then. As [`Storage::find_waste`]: some
    /// of it may then be gone, and the rest is found again.
    pub(crate) async fn remove_waste(&self, plan: &GcPlan) -> Result<u64> {
        // A plan may have been on a journey.
        let strange =
            |waste: &Waste| waste.objects.iter().find(|name| key_in(ARTIFACTS, name) != Some(&waste.key)).cloned();
        if let Some(name) = plan.waste.iter().find_map(strange) {
            return Err(Error::new(ErrorKind::InvalidInput, "the plan names a file that is not its artifact's")
                .with_context("file", name)
                .with_hint("look for waste again, and remove what that finds"));
        }
        let used = self.used_keys().await?;
        let mut bytes = 0;
        for waste in plan.waste.iter().filter(|waste| waste.artifact.is_none() || !used.contains(&waste.key)) {
            self.artifacts().forget(&waste.key);
            // One after the other: the record is gone before its files are.
            let (record, files) = waste.objects.split_at(usize::from(waste.has_record()));
            self.objects().delete_all(record).await?;
            self.objects().delete_all(files).await?;
            bytes += waste.bytes;
        }
        Ok(bytes)
    }

    /// The keys of all that projects use now.
    async fn used_keys(&self) -> Result<BTreeSet<String>> {
        let mut used = BTreeSet::new();
        for id in self.projects().await? {
            let history: History = self.project(&id)?.history().await?;
            used.extend(history.artifacts().into_values().map(str::to_owned));
        }
        Ok(used)
    }
}

impl Waste {
    fn has_record(&self) -> bool {
        self.objects.first().is_some_and(|name| name.ends_with(&format!("/{RECORD}")))
    }
}

fn waste(key: &str, artifact: Option<String>, bought: bool, seen: &[&Seen]) -> Option<Waste> {
    let record = format!("{}/{RECORD}", folder_of(ARTIFACTS, key).ok()?);
    let mut objects: Vec<String> = seen.iter().map(|seen| seen.name.clone()).collect();
    objects.sort_by_key(|name| *name != record);
    let bytes = seen.iter().map(|seen| seen.bytes).sum();
    (!objects.is_empty()).then(|| Waste { key: key.to_owned(), artifact, bought, bytes, objects })
}

fn is_young(seen: &Seen, now: DateTime<Utc>, grace: Duration) -> bool {
    let grace = TimeDelta::from_std(grace).unwrap_or(TimeDelta::MAX);
    // A store that tells no time of one object says nothing of its age.
    !super::store_clock::is_sensible(seen.modified) || now - seen.modified < grace
}
