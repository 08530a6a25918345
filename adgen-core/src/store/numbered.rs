//! Numbered objects, each created once: the one thing that a folder and every object store do alike and whole.
//!
//! Listings only help: some stores show new objects late. Which number is the last is decided by asking for the next
//! one. May depend on `error` and its neighbours `objects` and `listing`.

use super::{
    listing::Seen,
    objects::{Created, Objects},
};
use crate::error::Result;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

/// How many are read at once.
const AT_ONCE: usize = 32;
/// How far beyond the listed ones is looked at once, where there are any.
const AHEAD: u64 = 8;

/// A folder of numbered objects.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    objects: Objects,
    folder: String,
    digits: usize,
}

/// What lies in the folder beyond some number.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// By number.
    pub(super) found: Vec<(u64, Bytes)>,
    /// Numbers below the last one that was found.
    pub(super) missing: Vec<u64>,
}

impl Numbered {
    pub(super) fn new(objects: &Objects, folder: impl Into<String>, digits: usize) -> Self {
        Self { objects: objects.clone(), folder: folder.into(), digits }
    }

    pub(super) fn objects(&self) -> &Objects {
        &self.objects
    }

    pub(super) fn folder(&self) -> &str {
        &self.folder
    }

    pub(super) fn name(&self, number: u64) -> String {
        format!("{}/{}", self.folder, self.file(number))
    }

    fn file(&self, number: u64) -> String {
        format!("{number:0digits$}.json", digits = self.digits)
    }

    /// The number of an object; `None` for any other file.
    pub(super) fn number_of(&self, file: &str) -> Option<u64> {
        let number = file.strip_suffix(".json")?.parse().ok()?;
        (number > 0 && self.file(number) == file).then_some(number)
    }

    pub(super) async fn create(&self, number: u64, bytes: Bytes) -> Result<Created> {
        self.objects.create(&self.name(number), bytes).await
    }

    pub(super) async fn read(&self, number: u64) -> Result<Option<Bytes>> {
        self.objects.read(&self.name(number)).await
    }

    /// Those that a listing shows, by number.
    pub(super) async fn listed(&self) -> Result<Vec<(u64, Seen)>> {
        Ok(self.numbers(self.objects.list(&self.folder).await?))
    }

    fn numbers(&self, seen: Vec<Seen>) -> Vec<(u64, Seen)> {
        // Not what lies in folders further down.
        let own = seen.into_iter().filter(|seen| seen.name.len() == self.folder.len() + 1 + seen.file().len());
        let mut numbers: Vec<(u64, Seen)> = own.filter_map(|seen| Some((self.number_of(seen.file())?, seen))).collect();
        numbers.sort_by_key(|(number, _)| *number);
        numbers
    }

    /// All beyond the number `after`: one listing, what it shows, and what comes after that.
    pub(super) async fn beyond(&self, after: u64) -> Result<Tail> {
        let seen = self.objects.list_after(&self.folder, &self.file(after)).await?;
        let highest = self.numbers(seen).last().map_or(after, |(number, _)| (*number).max(after));
        let mut tail = Tail::default();
        self.add(&mut tail, after + 1, highest).await?;
        let mut next = highest + 1;
        let mut ahead = 1;
        loop {
            let before = tail.found.len();
            self.add(&mut tail, next, next + ahead - 1).await?;
            if tail.found.len() == before {
                break;
            }
            (next, ahead) = (next + ahead, AHEAD);
        }
        let last = tail.found.last().map_or(after, |(number, _)| *number);
        tail.missing.retain(|number| *number < last);
        self.look_again(&mut tail).await?;
        Ok(tail)
    }

    async fn add(&self, tail: &mut Tail, from: u64, to: u64) -> Result<()> {
        let read = stream::iter(from..=to)
            .map(|number| async move { Ok::<_, crate::error::Error>((number, self.read(number).await?)) })
            .buffered(AT_ONCE);
        let read: Vec<(u64, Option<Bytes>)> = read.try_collect().await?;
        for (number, bytes) in read {
            match bytes {
                Some(bytes) => tail.found.push((number, bytes)),
                None => tail.missing.push(number),
            }
        }
        Ok(())
    }

    /// What was missing may only have been written after it was asked for.
    async fn look_again(&self, tail: &mut Tail) -> Result<()> {
        for number in std::mem::take(&mut tail.missing) {
            match self.read(number).await? {
                Some(bytes) => tail.found.push((number, bytes)),
                None => tail.missing.push(number),
            }
        }
        tail.found.sort_by_key(|(number, _)| *number);
        Ok(())
    }
}

/// `3-7, 9`.
pub(super) fn ranges(numbers: &[u64]) -> String {
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
