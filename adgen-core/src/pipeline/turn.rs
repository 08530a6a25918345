//! Turns of heavy work: as many pieces at a time as there are processors, and no more than the memory that they share,
//! however many runs there are.
//!
//! Depends on nothing.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The working memory that pieces of heavy work share on up to two processors, in megabytes. What needs more takes all of it.
const SHARED_MB: u32 = 550;
/// What each further processor adds: enough for a scene of 1080x1920.
const FURTHER_MB: u32 = 150;
/// What a piece needs that says nothing of itself.
pub(crate) const LIGHT_MB: u32 = 8;

/// What it takes to draw and encode a moving picture of this size: measured, some 60 bytes a pixel for the frames that the
/// encoder looks ahead to and the layers that are drawn, and 20 MB however small it is.
pub(crate) fn picture_mb(width: u32, height: u32) -> u32 {
    let bytes = u64::from(width).saturating_mul(height.into()).saturating_mul(60);
    u32::try_from(bytes / 1_000_000).unwrap_or(u32::MAX).saturating_add(20)
}

/// The turns that all runs of a studio share.
#[derive(Debug)]
pub(crate) struct Turns {
    jobs: u32,
    shared_mb: u32,
    processor: Arc<Semaphore>,
    memory: Arc<Semaphore>,
}

/// The turns of one run: it waits for those of all others, and knows when its own are over.
#[derive(Debug)]
pub(crate) struct RunTurns {
    shared: Arc<Turns>,
    own: Arc<Semaphore>,
}

/// A turn, for as long as it is held.
#[derive(Debug)]
pub(crate) struct Turn {
    _memory: OwnedSemaphorePermit,
    _processor: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

fn semaphore(permits: u32) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(permits as usize))
}

impl Turns {
    pub(crate) fn new(jobs: usize) -> Self {
        // Builders allow no more than 256.
        let jobs = jobs.min(256) as u32;
        let shared_mb = SHARED_MB + FURTHER_MB * jobs.saturating_sub(2);
        Self { jobs, shared_mb, processor: semaphore(jobs), memory: semaphore(shared_mb) }
    }

    /// How many pieces go on at a time.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs as usize
    }

    /// The turns of a run that begins.
    pub(crate) fn of_run(self: &Arc<Self>) -> RunTurns {
        RunTurns { shared: Arc::clone(self), own: semaphore(self.jobs) }
    }
}

impl RunTurns {
    /// Waits for a processor and for `megabytes` of memory. The order is that of asking, so that what needs much is not
    /// passed by for good. `None` once the run is over.
    pub(crate) async fn take(&self, megabytes: u32) -> Option<Turn> {
        let Self { shared, own } = self;
        // No more than the run could ever use stands in the line of all runs.
        let own = Arc::clone(own).acquire_owned().await.ok()?;
        // Memory first: who waits for it holds no processor.
        let memory = Arc::clone(&shared.memory).acquire_many_owned(megabytes.clamp(1, shared.shared_mb)).await.ok()?;
        let processor = Arc::clone(&shared.processor).acquire_owned().await.ok()?;
        Some(Turn { _memory: memory, _processor: processor, _own: own })
    }

    /// Waits until the run holds no turn.
    pub(crate) async fn quiet(&self) {
        // An error would mean that the semaphore is closed: then nothing goes on either.
        drop(self.own.acquire_many(self.shared.jobs).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn large_pieces_go_one_by_one_and_small_ones_side_by_side() {
        let shared = Arc::new(Turns::new(3));
        assert_eq!(shared.shared_mb, SHARED_MB + FURTHER_MB);
        let turns = shared.of_run();
        let large = turns.take(SHARED_MB * 10).await.expect("free");
        assert!(turns.take(1).now_or_never().is_none(), "something goes on beside what needs everything");
        drop(large);
        let mut small = Vec::new();
        for _ in 0..3 {
            small.push(turns.take(LIGHT_MB).now_or_never().flatten().expect("there is room"));
        }
        assert!(turns.take(LIGHT_MB).now_or_never().is_none(), "there are three processors");
        small.pop();
        assert!(turns.take(shared.shared_mb).now_or_never().is_none(), "the memory is not there");
        assert!(turns.quiet().now_or_never().is_none());
        small.clear();
        turns.quiet().now_or_never().expect("all turns are back");
        turns.take(shared.shared_mb).now_or_never().flatten().expect("all memory is back");
    }

    #[tokio::test]
    async fn runs_share_their_turns_and_each_knows_its_own() {
        let shared = Arc::new(Turns::new(2));
        let (first, second) = (shared.of_run(), shared.of_run());
        let held = [first.take(LIGHT_MB).await.expect("free"), first.take(LIGHT_MB).await.expect("free")];
        assert!(second.take(LIGHT_MB).now_or_never().is_none(), "two runs have twice as many processors");
        second.quiet().now_or_never().expect("the second run does nothing");
        assert!(first.quiet().now_or_never().is_none(), "the first run is at work");
        drop(held);
        first.quiet().now_or_never().expect("its turns are back");
        second.take(shared.shared_mb).now_or_never().flatten().expect("all memory is back");
    }

    #[test]
    fn two_scenes_of_the_usual_size_go_side_by_side_and_the_largest_alone() {
        let two = Turns::new(2).shared_mb;
        assert!(2 * picture_mb(1080, 1920) <= two && 2 * picture_mb(1440, 2560) <= two);
        assert!(2 * picture_mb(2160, 3840) > two && picture_mb(2160, 3840) <= two);
        for jobs in 1..=256 {
            let shared = Turns::new(jobs).shared_mb;
            assert!(jobs as u32 * picture_mb(1080, 1920) <= shared, "{jobs} jobs wait for memory");
        }
        assert!(picture_mb(u32::MAX, u32::MAX) > two);
    }
}
