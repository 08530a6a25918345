//! Many ads in one process: twenty at once against twenty in a row and against two, in time and memory.

use adgen::{AdProject, Matting, Studio, project::Brief};
use adgen_benches::{Outcome, Row, Runs, bench, bytes, file, median, run, seconds};
use futures_util::future::join_all;
use std::{
    path::Path,
    process::{Command, ExitCode},
    time::Instant,
};

/// What tells this program that it is a child: how many ads, and `at-once` or `in-a-row`.
const CHILD: &str = "ADGEN_BENCH_MANY";
const MANY: usize = 20;
/// Their length, in seconds.
const LENGTH_S: f64 = 6.0;
/// What twenty at once may hold of what two hold, and take of what twenty in a row take.
const MEMORY_LIMIT: f64 = 1.3;
const TIME_LIMIT: f64 = 1.05;

fn main() -> ExitCode {
    match std::env::var(CHILD) {
        Ok(task) => match child(&task) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        },
        Err(_) => bench(measure),
    }
}

/// One process with its ads.
struct Done {
    /// Until the first ad was there, and until all were.
    first_s: f64,
    all_s: f64,
    peak_bytes: f64,
}

fn measure(runs: Runs) -> Outcome {
    let task = |count: usize, how: &str| -> Outcome<Done> {
        let mut command = Command::new(std::env::current_exe()?);
        let ran = run(command.env(CHILD, format!("{count} {how}")))?;
        let mut numbers = ran.stdout.split_whitespace().map(str::parse::<f64>);
        let (Some(Ok(first_s)), Some(Ok(all_s))) = (numbers.next(), numbers.next()) else {
            return Err(format!("the child said {:?}", ran.stdout).into());
        };
        eprintln!("{count} {how}: first {first_s:.1} s, all {all_s:.1} s, {}", bytes(ran.peak_bytes));
        Ok(Done { first_s, all_s, peak_bytes: ran.peak_bytes })
    };
    // Side by side in each round, so that a busy machine is busy for all of them.
    let rounds = runs.collect(|_| Ok([task(2, "at-once")?, task(MANY, "at-once")?, task(MANY, "in-a-row")?]))?;
    let middle = |of: fn(&Done) -> f64, which: usize| median(rounds.iter().map(|round| of(&round[which])));
    let (all, first, peak) = (|done: &Done| done.all_s, |done: &Done| done.first_s, |done: &Done| done.peak_bytes);
    let ratio = |of: fn(&Done) -> f64, one: usize, other: usize| {
        median(rounds.iter().map(|round| of(&round[one]) / of(&round[other])))
    };
    Row::new("many", format!("{MANY} ads of {LENGTH_S} s at once in one process, time (limit {TIME_LIMIT})"))
        .adgen(seconds(middle(all, 1)))
        .compared(format!("{MANY} in a row: {}", seconds(middle(all, 2))))
        .middle_ratio(ratio(all, 1, 2))
        .print();
    Row::new("many", format!("their peak memory (limit {MEMORY_LIMIT})"))
        .adgen(bytes(middle(peak, 1)))
        .compared(format!("two at once: {}", bytes(middle(peak, 0))))
        .middle_ratio(ratio(peak, 1, 0))
        .print();
    Row::new("many", "the first of them is done after")
        .adgen(seconds(middle(first, 1)))
        .compared(format!("the first of two at once: {}", seconds(middle(first, 0))))
        .middle_ratio(ratio(first, 1, 0))
        .print();
    Ok(())
}

fn child(task: &str) -> Outcome {
    let (count, how) = task.split_once(' ').ok_or("how many, and how")?;
    let count: usize = count.parse()?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (first_s, all_s) = runtime.block_on(ads(folder.path(), count, how == "at-once"))?;
    println!("{first_s} {all_s}");
    Ok(())
}

async fn ads(folder: &Path, count: usize, at_once: bool) -> Outcome<(f64, f64)> {
    let photo = file("examples/assets/bottle_studio.jpg")?;
    let matting = Matting::new().with_download(false);
    let studio = Studio::builder()
        .with_storage_dir(folder)
        .with_matting(matting)
        .with_asset_policy(adgen::AssetPolicy::own_documents())
        .build()?;
    let began = Instant::now();
    let make = async |number: usize| -> Outcome<f64> {
        let brief = Brief::new("Amara Botanical Oil").with_duration_s(LENGTH_S);
        // A seed of its own, so that none finds what another made.
        let project = AdProject::new(format!("ad-{number}"), "Amara Botanical Oil", photo.display().to_string())
            .with_brief(brief)
            .with_seed(number as u32 + 1);
        studio.generate(project, "").await?.wait().await?;
        Ok(began.elapsed().as_secs_f64())
    };
    let mut ends = Vec::with_capacity(count);
    if at_once {
        for end in join_all((0..count).map(make)).await {
            ends.push(end?);
        }
    } else {
        for number in 0..count {
            ends.push(make(number).await?);
        }
    }
    Ok((ends.iter().copied().fold(f64::INFINITY, f64::min), ends.iter().copied().fold(0.0, f64::max)))
}
