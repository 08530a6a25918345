//! Turns of heavy work: as many pieces at a time as there are processors, and no more than the memory that they share,
//! however many runs there are; the oldest run comes first.
//!
//! May depend on `error`, `stages` (what a piece needs) and its neighbours `line` and `heap`.

use super::{
    heap::Heap,
    line::{Granted, Line},
};
use crate::{
    error::{Error, ErrorKind, Result},
    stages::LIGHT_MB,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

/// The working memory that pieces of heavy work share on up to two processors, in megabytes. What needs more takes all of it.
const SHARED_MB: u32 = 550;
/// What each further processor adds: enough for a scene of 1080x1920.
const FURTHER_MB: u32 = 150;

/// The turns that all runs of a studio share.
#[derive(Debug)]
pub(crate) struct Turns {
    jobs: u32,
    shared_mb: u32,
    line: Arc<Line>,
    runs: AtomicU64,
    heap: Heap,
}

/// The turns of one run: it waits for those of all others, knows when its own are over, and hears when it has to stop.
#[derive(Debug)]
pub(crate) struct RunTurns {
    shared: Arc<Turns>,
    /// Which of the studio's runs it is, by age.
    number: u64,
    jobs: u32,
    own: Arc<Semaphore>,
    cancel: CancellationToken,
}

/// A turn, for as long as it is held.
#[derive(Debug)]
pub(crate) struct Turn {
    _granted: Granted,
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
        Self {
            jobs,
            shared_mb,
            line: Arc::new(Line::new(jobs, shared_mb)),
            runs: AtomicU64::new(0),
            heap: Heap::default(),
        }
    }

    /// How many pieces go on at a time.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs as usize
    }

    /// The turns of a run that begins.
    ///
    /// It uses at most `share` at a time, or all of them.
    pub(crate) fn of_run(self: &Arc<Self>, share: Option<usize>, cancel: CancellationToken) -> RunTurns {
        let jobs = share.map_or(self.jobs, |share| self.jobs.min(share.clamp(1, 256) as u32));
        // 0 is for what somebody waits for right now.
        let number = self.runs.fetch_add(1, Ordering::Relaxed) + 1;
        RunTurns { shared: Arc::clone(self), number, jobs, own: semaphore(jobs), cancel }
    }

    /// The turns of something short that somebody waits for right now, such as the import of an upload: before all runs.
    pub(crate) fn at_once(self: &Arc<Self>, cancel: CancellationToken) -> RunTurns {
        RunTurns { shared: Arc::clone(self), number: 0, jobs: self.jobs, own: semaphore(self.jobs), cancel }
    }
}

impl RunTurns {
    /// How many pieces of the run go on at a time.
    pub(crate) fn jobs(&self) -> usize {
        self.jobs as usize
    }

    /// The wish to stop.
    pub(crate) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Fails once somebody wants the run to stop.
    pub(crate) fn check_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Waits for a processor and for `megabytes` of memory. The oldest run comes first, and within a run the order is that of
    /// asking, so that what needs much is not passed by for good.
    ///
    /// # Errors
    /// `Cancelled` once the run is over.
    pub(crate) async fn take(&self, megabytes: u32) -> Result<Turn> {
        tokio::select! {
            // Who has to stop takes no turn, though there is one.
            biased;
            () = self.cancel.cancelled() => Err(Error::cancelled()),
            turn = self.wait(megabytes) => turn.ok_or_else(Error::cancelled),
        }
    }

    async fn wait(&self, megabytes: u32) -> Option<Turn> {
        let Self { shared, own, .. } = self;
        // No more than the run could ever use stands in the line of all runs.
        let own = Arc::clone(own).acquire_owned().await.ok()?;
        let granted = shared.line.wait(self.number, megabytes.clamp(1, shared.shared_mb)).await;
        Some(Turn { _granted: granted, _own: own })
    }

    /// Does heavy work off the async runtime when its turn comes. The work is told when to stop.
    pub(crate) async fn cpu<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.weighing(LIGHT_MB, work).await
    }

    /// The same for work that needs so many megabytes of memory.
    pub(crate) async fn weighing<T: Send + 'static>(
        &self,
        megabytes: u32,
        work: impl FnOnce(&CancellationToken) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turn = self.take(megabytes).await?;
        let (cancel, shared) = (self.cancel.clone(), Arc::clone(&self.shared));
        blocking(move || {
            // Held until the work ends, even where nobody waits for it any more.
            let _turn = turn;
            if cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            let done = work(&cancel);
            // Before the next one takes its turn.
            shared.heap.give_back();
            done
        })
        .await
    }

    /// Gives a turn back that [`RunTurns::take`] gave, and the memory with it.
    pub(crate) async fn end(&self, turn: Turn) {
        let shared = Arc::clone(&self.shared);
        let ended = blocking(move || {
            shared.heap.give_back();
            drop(turn);
            Ok(())
        });
        // It fails in a runtime that shuts down, where the turn is dropped all the same.
        let _ = ended.await;
    }

    /// Waits until the run holds no turn.
    pub(crate) async fn quiet(&self) {
        // An error would mean that the semaphore is closed: then nothing goes on either.
        drop(self.own.acquire_many(self.jobs).await);
    }
}

/// Work that waits for the disk, off the async runtime and without a turn.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.unwrap_or_else(|panic| {
        let message = "a worker stopped unexpectedly: this is a defect of adgen, please report it";
        Err(Error::new(ErrorKind::Unexpected, message).with_context("cause", panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages::picture_mb;
    use futures_util::FutureExt;

    fn run(shared: &Arc<Turns>) -> RunTurns {
        shared.of_run(None, CancellationToken::new())
    }

    #[tokio::test]
    async fn large_pieces_go_one_by_one_and_small_ones_side_by_side() {
        let shared = Arc::new(Turns::new(3));
        assert_eq!(shared.shared_mb, SHARED_MB + FURTHER_MB);
        let turns = run(&shared);
        let large = turns.take(SHARED_MB * 10).await.expect("free");
        assert!(turns.take(1).now_or_never().is_none(), "something goes on beside what needs everything");
        drop(large);
        let mut small = Vec::new();
        for _ in 0..3 {
            small.push(turns.take(LIGHT_MB).now_or_never().expect("there is room").expect("not cancelled"));
        }
        assert!(turns.take(LIGHT_MB).now_or_never().is_none(), "there are three processors");
        small.pop();
        assert!(turns.take(shared.shared_mb).now_or_never().is_none(), "the memory is not there");
        assert!(turns.quiet().now_or_never().is_none());
        small.clear();
        turns.quiet().now_or_never().expect("all turns are back");
        turns.take(shared.shared_mb).now_or_never().expect("all memory is back").expect("not cancelled");
        let share = shared.of_run(Some(1), CancellationToken::new());
        let only = share.take(LIGHT_MB).await.expect("free");
        assert!(share.take(LIGHT_MB).now_or_never().is_none(), "a share of one takes two");
        drop(only);
        share.quiet().now_or_never().expect("its turn is back");
        turns.cancel().cancel();
        assert_eq!(turns.take(1).await.map(drop).unwrap_err().kind(), ErrorKind::Cancelled);
    }

    #[tokio::test]
    async fn runs_share_their_turns_and_each_knows_its_own() {
        let shared = Arc::new(Turns::new(2));
        let (first, second) = (run(&shared), run(&shared));
        let held = [first.take(LIGHT_MB).await.expect("free"), first.take(LIGHT_MB).await.expect("free")];
        assert!(second.take(LIGHT_MB).now_or_never().is_none(), "two runs have twice as many processors");
        second.quiet().now_or_never().expect("the second run does nothing");
        assert!(first.quiet().now_or_never().is_none(), "the first run is at work");
        drop(held);
        first.quiet().now_or_never().expect("its turns are back");
        second.take(shared.shared_mb).now_or_never().expect("all memory is back").expect("not cancelled");
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
