//! A thousand runs of one studio, as Python and Node have them in their own tests.

use super::least;
use adgen::{AdProject, Status, Studio};
use adgen_tests::{document, pictures};
use futures_util::StreamExt;
use std::{fs, path::Path, time::Duration};

/// The memory that this process holds, in MiB.
fn held() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells of a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory is told");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number of kilobytes");
    kib / 1024.0
}

/// Steps of Knuth's linear congruential generator: moments that are the same in each run of the test.
struct Moments(u64);

impl Moments {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

async fn start_and_cancel(
    studio: &Studio,
    folder: &Path,
    documents: impl Iterator<Item = AdProject>,
    moments: &mut Moments,
) {
    for document in documents {
        let run = studio.generate(document, folder).await.expect("the run starts");
        // At an event, or in between.
        let mut events = run.events(0);
        for _ in 0..moments.below(6) {
            events.next().await;
        }
        if moments.below(2) == 0 {
            tokio::time::sleep(Duration::from_micros(moments.below(20_000))).await;
        }
        run.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(60), run.wait()).await.expect("a cancelled run ends");
        assert!(matches!(run.status(), Status::Cancelled | Status::Completed), "{:?}: {ended:?}", run.status());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_runs_are_started_and_cancelled_without_a_leak() {
    let folder = tempfile::tempdir().unwrap();
    let studio = Studio::builder().with_storage_dir(folder.path().join("storage")).offline().build().unwrap();
    pictures::ready_photo(folder.path());
    let document = |number: u32| {
        let mut whole = least();
        whole["id"] = format!("p{}", number % 7).into();
        whole["seed"] = number.into();
        document::parse(&whole)
    };
    let mut moments = Moments(1);
    start_and_cancel(&studio, folder.path(), (0..300).map(document), &mut moments).await;
    let before = held();
    start_and_cancel(&studio, folder.path(), (300..1000).map(document), &mut moments).await;
    let after = held();
    println!("{before:.0} MiB after 300 runs, {after:.0} MiB after 1000");
    assert!(after < before * 1.15 + 8.0, "{before:.0} MiB after 300 runs, {after:.0} MiB after 1000");
}
