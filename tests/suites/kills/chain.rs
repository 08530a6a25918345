//! One project that is killed again and again, and what has to be true at its end.

use adgen_tests::{
    command::{Ran, run, start, until},
    document,
    emulator::{Action, Entry, Fault, On},
    judge,
    services::Services,
    storage::Project,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// No point is farther away than this, even on a busy machine.
const LIMIT: Duration = Duration::from_secs(600);

/// What came of one or more chains.
#[derive(Debug, Default)]
pub(super) struct Totals {
    /// Each point at which something was killed.
    pub(super) points: BTreeSet<String>,
    pub(super) kills: usize,
    pub(super) predictions: usize,
    pub(super) twice: usize,
    pub(super) lost: usize,
}

impl Totals {
    pub(super) fn and(mut self, mut other: Self) -> Self {
        self.points.append(&mut other.points);
        self.kills += other.kills;
        self.predictions += other.predictions;
        self.twice += other.twice;
        self.lost += other.lost;
        self
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { points, kills, predictions, twice, lost } = self;
        let points = points.len();
        write!(f, "{points} points, {kills} kills, {predictions} predictions, {twice} bought twice, {lost} lost")
    }
}

/// A project under way.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    pub(super) id: String,
    pub(super) services: &'a Services,
    pub(super) project: Project,
    document: Option<PathBuf>,
    totals: Totals,
}

/// How a killed run left the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Left {
    /// It was killed.
    Killed,
    /// It came to its end before.
    Over,
}

impl<'a> Chain<'a> {
    pub(super) fn new(id: &str, services: &'a Services) -> Self {
        let project = services.project(id);
        Self { id: id.to_owned(), services, project, document: None, totals: Totals::default() }
    }

    /// The document that every run is given.
    pub(super) fn with(&mut self, document: &Value) {
        self.document = Some(document::save(document, self.services.path()));
    }

    pub(super) fn command(&self) -> Command {
        let mut command = self.services.adgen(["generate", "--storage"]);
        let document = self.document.as_ref().expect("a story begins with a document");
        command.arg(self.services.path().join("storage")).arg(document);
        command
    }

    /// Runs on to the point, and kills.
    pub(super) fn kill_at(&mut self, point: &str, faults: Vec<Fault>, reached: impl Fn(&Self) -> bool) {
        if self.kill_or_end(point, faults, reached) == Left::Over {
            panic!("{} {point}: the run ended before", self.id);
        }
    }

    /// The same, where the run may come to a good end before.
    pub(super) fn kill_or_end(&mut self, point: &str, faults: Vec<Fault>, reached: impl Fn(&Self) -> bool) -> Left {
        self.services.emulator.replace_faults(faults);
        let began = Instant::now();
        let running = start(self.command());
        let left = loop {
            if reached(self) {
                break Left::Killed;
            }
            if running.is_over() {
                break Left::Over;
            }
            assert!(
                began.elapsed() < LIMIT,
                "{} {point}: still not there: {:?}",
                self.id,
                self.services.emulator.holds()
            );
            thread::sleep(Duration::from_micros(300));
        };
        running.signal(libc::SIGKILL);
        let ran = running.wait().expect_no_panic();
        if ran.code().is_some() {
            let ran = ran.expect_code(0);
            self.said(point, &format!("ended after {:.1} s", ran.took.as_secs_f64()));
            return Left::Over;
        }
        until("the dead process's requests are gone", || self.services.emulator.holds().is_empty());
        self.said(point, &format!("killed after {:.1} s, {}", ran.took.as_secs_f64(), self.last_entry()));
        self.totals.kills += 1;
        self.totals.points.insert(format!("{}: {point}", self.id));
        left
    }

    fn said(&self, point: &str, what: &str) {
        eprintln!("{:8} {point}: {what}", self.id);
    }

    /// The history's last entry in a few words.
    pub(super) fn last_entry(&self) -> String {
        let history = self.project.history();
        let word = |entry: &Value, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
        history.last().map_or_else(
            || "no entry".to_owned(),
            |last| format!("{} entries, the last: {} {}", history.len(), word(last, "event"), word(last, "artifact")),
        )
    }

    /// Kills as soon as `count` requests wait.
    pub(super) fn kill_held(&mut self, point: &str, count: usize, faults: Vec<Fault>) {
        self.kill_at(point, faults, |chain| chain.services.emulator.holds().len() >= count);
    }

    /// Kills as soon as a file of the project is there, unless the last run got as far before its death.
    pub(super) fn kill_with_file(&mut self, point: &str, file: &str, faults: Vec<Fault>) {
        let path = self.project.path(file);
        if !path.exists() {
            self.kill_at(point, faults, |_| path.exists());
        }
    }

    /// Kills as soon as an artifact's work has a file in the working folder, whose name no other run knows.
    pub(super) fn kill_at_work(&mut self, point: &str, file: &str, faults: Vec<Fault>) {
        let work = self.project.path("work");
        // A killed run leaves its folder to the next one, which begins by clearing it.
        drop(fs::remove_dir_all(&work));
        let runs =
            |_: &Self| fs::read_dir(&work).into_iter().flatten().flatten().any(|run| run.path().join(file).exists());
        self.kill_at(point, faults, runs);
    }

    /// Kills as soon as an artifact is finished, unless the last run got as far.
    pub(super) fn kill_finished(&mut self, artifact: &str, faults: Vec<Fault>) {
        if !self.is_finished(artifact) {
            self.kill_at(&format!("{artifact} finished"), faults, |chain| chain.is_finished(artifact));
        }
    }

    pub(super) fn is_finished(&self, artifact: &str) -> bool {
        self.project.key_of(artifact).is_some()
    }

    /// The name of the history's entry `number`.
    pub(super) fn entry(number: usize) -> String {
        format!("history/{number:06}.json")
    }

    /// Runs to the end.
    pub(super) fn run(&self) -> Ran {
        self.services.emulator.replace_faults(Vec::new());
        run(self.command())
    }

    /// Runs to the end and checks everything.
    pub(super) fn finish(self, runtime: &Handle) -> Totals {
        let ran = self.run().expect_code(0);
        self.said("", &format!("ended after {:.1} s", ran.took.as_secs_f64()));
        self.check(runtime)
    }

    /// Every prediction was bought once, and what it made is there.
    pub(super) fn check(mut self, runtime: &Handle) -> Totals {
        let own = |made: &Entry| made.input["prompt"].as_str().is_some_and(|text| text.contains(&self.id));
        let mut made = self.services.emulator.journal().predictions;
        // The prompts of a planned document are the planner's; it has an emulator of its own.
        if made.iter().any(own) {
            made.retain(own);
        }
        assert!(!made.is_empty(), "{}: nothing was ordered", self.id);
        let mut orders = BTreeMap::<String, usize>::new();
        let mut usd = 0.0;
        for prediction in &made {
            usd += prediction.usd;
            *orders.entry(format!("{} {}", prediction.model, prediction.input)).or_default() += 1;
            if let Err(problem) = self.expect_kept(prediction, runtime) {
                eprintln!("{}: {} is lost: {problem}", self.id, prediction.id);
                self.totals.lost += 1;
            }
        }
        self.totals.predictions += made.len();
        self.totals.twice += orders.values().map(|count| count - 1).sum::<usize>();
        let state = self.project.state();
        let planned: f64 = self.said_of("plan").iter().filter_map(|entry| entry["cost_usd"].as_f64()).sum();
        let spent = state["cost_usd"].as_f64().expect("a number");
        assert!((spent - usd - planned).abs() < 1e-9, "{}: {spent} counted, {usd} + {planned} billed", self.id);
        assert_eq!(state["degradations"], serde_json::json!([]), "{}", self.id);
        assert_eq!(state["status"], "COMPLETED", "{}", self.id);
        self.project.expect_nothing_made_twice();
        self.expect_no_litter();
        let video = self.project.path("final_video.mp4");
        judge::expect_sound_file(&video);
        assert_eq!(judge::frame_numbers(&video, 24), (0..72).collect::<Vec<u64>>(), "{}", self.id);
        self.totals
    }

    fn said_of(&self, artifact: &str) -> Vec<Value> {
        self.project.history().into_iter().filter(|entry| entry["artifact"] == artifact).collect()
    }

    /// A billed prediction is a finished artifact of the project, with its bytes and its cost.
    fn expect_kept(&self, prediction: &Entry, runtime: &Handle) -> Result<(), String> {
        if !prediction.billed {
            return Err(format!("it is {} and was not billed", prediction.status));
        }
        let orders = self.project.orders();
        let of = |event: &str, field: &str, value: &Value| {
            orders.iter().find(|entry| entry["event"] == event && entry[field] == *value).cloned()
        };
        let started = of("started", "job", &prediction.id.as_str().into()).ok_or("no ledger knows the job")?;
        let finished = of("finished", "key", &started["key"]).ok_or("the artifact was never finished")?;
        let cost = finished["cost_usd"].as_f64().unwrap_or_default();
        if (cost - prediction.usd).abs() > 1e-9 {
            return Err(format!("{cost} counted, {} billed", prediction.usd));
        }
        let key = started["key"].as_str().unwrap_or_default();
        let record = self.project.artifact(key).ok_or("the artifact is not stored")?;
        let kept = &record["files"][0];
        let bytes = runtime.block_on(self.download(&prediction.id)).map_err(|error| error.to_string())?;
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let file = kept["name"].as_str().unwrap_or_default();
        let stored = fs::read(self.project.stored(key).unwrap_or_default()).map_err(|error| error.to_string())?;
        match kept["sha256"] == hash && self.project.hash(file) == hash && stored == bytes {
            true => Ok(()),
            false => Err(format!("{file} has other bytes")),
        }
    }

    /// What the service made.
    async fn download(&self, id: &str) -> reqwest::Result<Vec<u8>> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let base = format!("{}/delivery/{id}/output", self.services.emulator.delivery_origin());
        let mut answer = client.get(format!("{base}.mp4")).send().await?;
        if !answer.status().is_success() {
            answer = client.get(format!("{base}.wav")).send().await?.error_for_status()?;
        }
        Ok(answer.bytes().await?.to_vec())
    }

    /// Nothing but artifacts and what belongs to the project itself lies there.
    fn expect_no_litter(&self) {
        let entries: BTreeSet<String> = self
            .project
            .history()
            .iter()
            .filter_map(|entry| self.project.artifact(entry["key"].as_str()?))
            .flat_map(|record| record["files"].as_array().cloned().unwrap_or_default())
            .filter_map(|file| file["name"].as_str().map(str::to_owned))
            .collect();
        let others = [
            "project.json",
            "state.json",
            "events.json",
            "product_original.png",
            "report.html",
            "rendered.json",
            "captions.srt",
            "captions.vtt",
            "concat_list.txt",
            "poster.jpg",
        ];
        let litter: Vec<String> = self
            .project
            .files()
            .into_iter()
            .filter(|name| !entries.contains(name) && !others.contains(&name.as_str()))
            .collect();
        assert!(litter.is_empty(), "{}: left behind: {litter:?}", self.id);
        assert!(!self.project.path("work").exists(), "{}: the working folder stayed behind", self.id);
    }
}

/// Requests of a kind wait before they are carried out.
pub(super) fn before(on: On) -> Fault {
    Fault::new(on, Action::HoldBefore)
}

/// Requests of a kind are carried out, and their answers wait.
pub(super) fn after(on: On) -> Fault {
    Fault::new(on, Action::HoldAfter)
}
