//! The rules of jobs, from the order to the file.

use super::{
    case::{Case, too_slow},
    facts::{check_info, check_unchanged, cost_is_sound, estimates_grow},
    jobs::{JobProvider, sound_s},
    report::{Broken, Recorder, Report, ensure},
    timings,
};
use crate::{
    error::{Error, ErrorKind, Result, Retry},
    provider::{CallContext, Cancelled, Content, Generated, Generation, JobId, Lookup},
};
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Jobs are asked for after their `check_after`, within these: a provider that calls back is asked all the same.
const WAITS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));
/// Lengths in seconds whose estimates are compared.
const LENGTHS: [f64; 9] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 30.0];

/// A provider that is being tried.
struct Trial<'a, J: JobProvider> {
    jobs: &'a J,
    case: &'a Case<J::Request>,
    /// Makes the prompts of this trial its own.
    mark: String,
    /// Whether `start` gave a job's name, so that there is something to cancel.
    is_named: bool,
    log: Recorder,
}

pub(super) async fn try_out<J: JobProvider>(kind: &str, jobs: &J, case: &Case<J::Request>) -> Report {
    let info = jobs.info().clone();
    let log = Recorder::new(format!("{kind} {} {}", info.name, info.model), &case.secrets);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut trial = Trial { jobs, case, mark: format!("take {:x}", now.as_nanos()), is_named: false, log };
    let capability = jobs.capability();
    check_info(&info, &mut trial.log);
    trial.log.check("capability_is_sound", jobs.contradiction());
    trial.log.hear("Debug", &format!("{jobs:?}"));
    trial.estimates();
    trial.refusals().await;
    trial.unknown_job().await;
    trial.whole_life().await;
    trial.cancel_midway().await;
    trial.lost_answer().await;
    check_unchanged(&info, jobs.info(), &mut trial.log);
    let now = jobs.capability();
    trial
        .log
        .check("capability_never_changes", ensure(capability == now, || format!("first {capability}, then {now}")));
    let (folder, report) = (trial.own_folder(), trial.log.finish());
    if report.is_passed() {
        // Otherwise somebody may want to see what was made.
        drop(std::fs::remove_dir_all(folder));
    }
    report
}

impl<J: JobProvider> Trial<'_, J> {
    fn estimates(&mut self) {
        let possible = LENGTHS.into_iter().filter(|seconds| *seconds <= self.jobs.longest_s());
        let estimate = |seconds| (seconds, self.jobs.estimate(&self.jobs.lasting(&self.case.request, seconds)));
        let estimates: Vec<_> = possible.map(estimate).collect();
        self.log.check("estimates_are_sound_and_grow", estimates_grow(&estimates, self.jobs.info()));
    }

    async fn refusals(&mut self) {
        let requests = self.jobs.impossible(self.case);
        if requests.is_empty() {
            return self.log.skip("impossible_requests_are_refused", "it says of no request that it cannot meet it");
        }
        let mut result = Ok(());
        for (what, request) in requests {
            let request = self.jobs.varied(&request, &self.mark);
            let started = self.start(&self.context(), &request).await;
            let refused = match started {
                Err(error) if error.kind() != ErrorKind::Unsupported => Err(format!("not with Unsupported: {error}")),
                Err(error) => {
                    ensure(error.spent_usd() == 0.0, || format!("only after ${} were spent", error.spent_usd()))
                }
                Ok(generation) => {
                    self.drop_job(generation).await;
                    Err("it was started".to_owned())
                }
            };
            result = result.and(refused.map_err(|how| format!("{what}: {how}")));
        }
        self.log.check("impossible_requests_are_refused", result);
    }

    async fn unknown_job(&mut self) {
        let nobodys = JobId("adgen-testkit-knows-no-such-job".to_owned());
        let not_found = |result: Result<String>| match result {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(format!("not with NotFound: {error}")),
            Ok(answer) => Err(format!("the answer is {answer}")),
        };
        let checked = self.check(&self.context(), &nobodys).await.map(|answer| format!("{answer:?}"));
        self.log.check("check_of_an_unknown_job", not_found(checked));
        let cancelled = self.cancel(&self.context(), &nobodys).await.map(|answer| format!("{answer:?}"));
        self.log.check("cancel_of_an_unknown_job", not_found(cancelled));
    }

    /// One job, from the order to its file and beyond.
    async fn whole_life(&mut self) {
        let (context, request) = match self.order("first") {
            Ok(order) => order,
            Err(error) => return self.log.check("start", Err(error.to_string())),
        };
        let since = SystemTime::now();
        let started = self.start(&context, &request).await;
        self.log.check("start", started.as_ref().map(drop).map_err(ToString::to_string));
        let Ok(started) = started else { return };
        let job = job_of(&started);
        self.is_named = job.is_some();
        match (&job, &started) {
            (Some(job), _) => self.log.check("start_names_the_job", is_name(job)),
            _ if self.jobs.is_local() || self.case.done_at_once => {
                self.log.skip("start_names_the_job", "the work is done when `start` returns");
            }
            _ => {
                let how = "`start` waited for the work: a crash in the meantime would lose it".to_owned();
                self.log.check("start_names_the_job", Err(how));
            }
        }
        self.find(&context, &request, since, job.as_ref()).await;

        let done = match self.end(&context, started).await {
            Ok(Generation::Done(made)) => Ok(made),
            Ok(Generation::Failed(failure)) => Err(format!("it failed: {}", failure.message)),
            Ok(Generation::Pending { .. }) => Err("it did not end".to_owned()),
            Err(how) => Err(how),
        };
        self.log.check("job_is_done", done.as_ref().map(drop).map_err(Clone::clone));
        let Ok(made) = done else { return };
        let cost = cost_is_sound(made.cost_usd, self.jobs.estimate(&request), self.jobs.info());
        self.log.check("cost_is_within_the_estimate", cost);
        if let Some(job) = &job {
            let again = match self.check(&context, job).await {
                Ok(Generation::Done(again)) => ensure(again.cost_usd == made.cost_usd, || {
                    format!("it cost ${}, then ${}", made.cost_usd, again.cost_usd)
                }),
                Ok(other) => Err(format!("done, then {other:?}")),
                Err(error) => Err(format!("done, then {error}")),
            };
            self.log.check("done_stays_done", again);
            let cancelled = match self.cancel(&context, job).await {
                Ok(Cancelled::AlreadyOver) => Ok(()),
                Ok(other) => Err(format!("{other:?} instead of AlreadyOver")),
                Err(error) => Err(error.to_string()),
            };
            self.log.check("cancel_of_a_finished_job", cancelled);
        }
        let file = self.file(&context, &made).await;
        self.log.check("file_is_there", file.as_ref().map(drop).map_err(Clone::clone));
        let Ok(file) = file else { return };
        self.log.check("file_is_as_ordered", self.jobs.accept(&file, &made, &request));
        match made.metadata.timings.as_slice() {
            [] => self.log.skip("timings_are_sound", "it tells none"),
            timings => {
                let sound = sound_s(&file).and_then(|seconds| timings::are_sound(timings, seconds));
                self.log.check("timings_are_sound", sound);
            }
        }
        self.same_again(&file).await;
    }

    /// The same request and seed give the same bytes.
    async fn same_again(&mut self, first: &Path) {
        if !self.jobs.repeats() {
            return self.log.skip("same_request_same_bytes", "it is remote or knows no seeds");
        }
        let result = async {
            // The same words, in another folder.
            let (context, _) = self.order("again").map_err(|error| error.to_string())?;
            let request = self.jobs.varied(&self.case.request, &format!("{} first", self.mark));
            let started = self.start(&context, &request).await.map_err(|error| error.to_string())?;
            let ended = self.end(&context, started).await?;
            let Generation::Done(made) = ended else { return Err("it failed".to_owned()) };
            let second = self.file(&context, &made).await?;
            let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
            ensure(read(first)? == read(&second)?, || "the second file is another one".to_owned())
        }
        .await;
        self.log.check("same_request_same_bytes", result);
    }

    /// The search for lost jobs, as far as it can be tried without losing one. `job` was ordered just now, and nobody
    /// has asked for it.
    async fn find(&mut self, context: &CallContext, request: &J::Request, since: SystemTime, job: Option<&JobId>) {
        let never = self.jobs.varied(request, "never ordered");
        let result = match self.find_one(context, &never, since, &[]).await {
            Ok(Lookup::Found(job)) => Err(format!("found {job}")),
            Ok(Lookup::Absent | Lookup::CannotTell) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        self.log.check("find_of_a_job_never_ordered", result);
        let Some(job) = job else {
            for name in ["find_of_a_job_ordered_just_now", "find_leaves_the_jobs_of_others"] {
                self.log.skip(name, "the job has no name");
            }
            return;
        };
        let result = match self.find_one(context, request, since, &[]).await {
            Ok(Lookup::Found(found)) => ensure(found == *job, || format!("found {found}, it is {job}")),
            Ok(Lookup::Absent) => Err("it is said to be absent, so it would be paid for twice".to_owned()),
            Ok(Lookup::CannotTell) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        self.log.check("find_of_a_job_ordered_just_now", result);
        let result = match self.find_one(context, request, since, std::slice::from_ref(job)).await {
            Ok(Lookup::Found(found)) => Err(format!("found {found}, which belongs to another")),
            Ok(_) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        self.log.check("find_leaves_the_jobs_of_others", result);
    }

    async fn cancel_midway(&mut self) {
        let names = ["cancel_of_a_running_job", "cancel_may_be_repeated", "cancelled_job_ends"];
        let skip = |log: &mut Recorder, why: &str| names.into_iter().for_each(|name| log.skip(name, why));
        if !self.jobs.can_cancel() {
            return skip(&mut self.log, "it says that it cannot");
        }
        if !self.is_named {
            return skip(&mut self.log, "no job had a name");
        }
        let Ok((context, request)) = self.order("second") else {
            return skip(&mut self.log, "there is no folder for it");
        };
        let job = match self.start(&context, &request).await {
            Ok(Generation::Pending { job, .. }) => job,
            Ok(_) => return skip(&mut self.log, "the work is done when `start` returns"),
            Err(_) => return skip(&mut self.log, "no job was started"),
        };
        let stopped = self.cancel(&context, &job).await;
        let result = match &stopped {
            Ok(Cancelled::Stopped { cost_usd }) => {
                cost_is_sound(*cost_usd, self.jobs.estimate(&request), self.jobs.info())
            }
            Ok(Cancelled::AlreadyOver) => Ok(()),
            Err(error) => Err(error.to_string()),
        };
        self.log.check(names[0], result);
        let again = self.cancel(&context, &job).await;
        self.log.check(names[1], again.map(drop).map_err(|error| error.to_string()));
        let pending = Generation::Pending { job, progress: None, check_after: WAITS.0 };
        let ended = self.end(&context, pending).await;
        self.log.check(names[2], ended.map(drop));
    }

    /// An order whose answer is lost: the job is found, and ends.
    async fn lost_answer(&mut self) {
        let names = ["lost_answer_is_said_to_be_unknown", "job_of_a_lost_answer_is_found"];
        let Some(lose) = self.case.lose_answer.clone() else {
            return names.into_iter().for_each(|name| self.log.skip(name, "the case loses no answer"));
        };
        let Ok((context, request)) = self.order("third") else { return };
        let since = SystemTime::now();
        lose();
        let unknown = match self.start(&context, &request).await {
            Err(error) if error.kind() == ErrorKind::OutcomeUnknown => {
                ensure(error.retry() == Retry::Never, || format!("it is to be tried again: {:?}", error.retry()))
            }
            Err(error) => Err(format!("not with OutcomeUnknown: {error}")),
            Ok(generation) => {
                self.drop_job(generation).await;
                Err("the answer came: the case lost none".to_owned())
            }
        };
        self.log.check(names[0], unknown);
        let found = self.find_one(&context, &request, since, &[]).await;
        let job = match found {
            Ok(Lookup::Found(job)) => job,
            Ok(Lookup::CannotTell) => return self.log.skip(names[1], "it cannot tell"),
            Ok(Lookup::Absent) => {
                return self
                    .log
                    .check(names[1], Err("it is said to be absent, so it would be paid for twice".to_owned()));
            }
            Err(error) => return self.log.check(names[1], Err(error.to_string())),
        };
        let pending = Generation::Pending { job, progress: None, check_after: WAITS.0 };
        let ended = match self.end(&context, pending).await {
            Ok(Generation::Done(_)) => Ok(()),
            Ok(other) => Err(format!("it ended as {other:?}")),
            Err(how) => Err(how),
        };
        self.log.check(names[1], ended);
    }

    /// A request of this trial's own, with a folder of its own.
    fn order(&self, name: &str) -> Result<(CallContext, J::Request)> {
        let folder = self.own_folder().join(name);
        std::fs::create_dir_all(&folder)?;
        let request = self.jobs.varied(&self.case.request, &format!("{} {name}", self.mark));
        Ok((CallContext::new().with_scratch(folder), request))
    }

    /// For calls that make nothing.
    fn context(&self) -> CallContext {
        CallContext::new().with_scratch(&self.case.folder)
    }

    fn own_folder(&self) -> PathBuf {
        self.case.folder.join(self.mark.replace(' ', "-"))
    }

    /// The made file on this machine.
    async fn file(&self, context: &CallContext, made: &Generated) -> Broken<PathBuf> {
        let folder = context.scratch();
        match &made.content {
            Content::File(path) => {
                ensure(path.starts_with(folder), || {
                    format!("{} is not in the folder that the context names", path.display())
                })?;
                ensure(path.is_file(), || format!("there is no {}", path.display()))?;
                Ok(path.clone())
            }
            Content::Url(url) => {
                let target = folder.join("fetched");
                let fetched = tokio::time::timeout(self.case.limit, self.jobs.fetch(context, url, &target)).await;
                fetched.unwrap_or_else(|_| Err(too_slow(self.case.limit))).map_err(|error| error.to_string())?;
                Ok(target)
            }
            Content::Bytes(bytes) => {
                let target = folder.join("written");
                std::fs::write(&target, bytes).map_err(|error| format!("{}: {error}", target.display()))?;
                Ok(target)
            }
        }
    }

    /// Asks for a job until it is over.
    async fn end(&mut self, context: &CallContext, mut generation: Generation) -> Broken<Generation> {
        let began = Instant::now();
        loop {
            let (job, wait) = match generation {
                Generation::Pending { job, progress, check_after } => {
                    let is_share = progress.is_none_or(|share| (0.0..=1.0).contains(&share));
                    ensure(is_share, || format!("its progress is {progress:?}, 0-1 is possible"))?;
                    (job, check_after)
                }
                over => return Ok(over),
            };
            tokio::time::sleep(wait.clamp(WAITS.0, WAITS.1)).await;
            ensure(began.elapsed() < self.case.limit, || too_slow(self.case.limit).to_string())?;
            generation = match self.check(context, &job).await {
                Ok(next) => {
                    let other = job_of(&next).filter(|next| *next != job);
                    ensure(other.is_none(), || format!("the job {job} has become {other:?}"))?;
                    next
                }
                Err(error) if matches!(error.retry(), Retry::Now | Retry::After(_)) => {
                    Generation::Pending { job, progress: None, check_after: WAITS.1 }
                }
                Err(error) => return Err(error.to_string()),
            };
        }
    }

    /// Stops a job that should not be.
    async fn drop_job(&mut self, generation: Generation) {
        if let Some(job) = job_of(&generation) {
            drop(self.cancel(&self.context(), &job).await);
        }
    }

    async fn start(&mut self, context: &CallContext, request: &J::Request) -> Result<Generation> {
        let limit = self.case.limit;
        let started = in_time(limit, self.jobs.start(context, request)).await;
        self.log.hear_result(&started);
        started
    }

    async fn check(&mut self, context: &CallContext, job: &JobId) -> Result<Generation> {
        let checked = in_time(self.case.limit, self.jobs.check(context, job)).await;
        self.log.hear_result(&checked);
        checked
    }

    async fn cancel(&mut self, context: &CallContext, job: &JobId) -> Result<Cancelled> {
        let cancelled = in_time(self.case.limit, self.jobs.cancel(context, job)).await;
        self.log.hear_result(&cancelled);
        cancelled
    }

    async fn find_one(
        &mut self,
        context: &CallContext,
        request: &J::Request,
        since: SystemTime,
        known: &[JobId],
    ) -> Result<Lookup> {
        let found = in_time(self.case.limit, self.jobs.find(context, request, since, known)).await;
        self.log.hear_result(&found);
        found
    }
}

async fn in_time<T>(limit: Duration, call: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::time::timeout(limit, call).await.unwrap_or_else(|_| Err::<T, Error>(too_slow(limit)))
}

fn job_of(generation: &Generation) -> Option<JobId> {
    match generation {
        Generation::Pending { job, .. } => Some(job.clone()),
        _ => None,
    }
}

fn is_name(job: &JobId) -> Broken {
    let plain = !job.0.trim().is_empty() && job.0.len() <= 512 && !job.0.chars().any(char::is_control);
    ensure(plain, || format!("{:?} is no name: 1 to 512 characters without control characters", job.0))
}
