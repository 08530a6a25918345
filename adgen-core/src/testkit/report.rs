//! What a suite found: each check by its name, and what came of it.

use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;

/// What the checks of one provider gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// Who was tried.
    subject: String,
    /// Every check in the order in which it was made.
    checks: Vec<Check>,
}

/// One rule of the contract, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Check {
    /// The rule, such as `cancel_of_a_finished_job`.
    pub name: &'static str,
    /// What came of it.
    pub verdict: Verdict,
}

impl Check {
    /// A rule and what came of it.
    pub const fn new(name: &'static str, verdict: Verdict) -> Self {
        Self { name, verdict }
    }
}

/// What came of a check. As JSON, `result` says which, and `why` tells the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "result", content = "why", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The rule is kept.
    Passed,
    /// The rule is broken, and how.
    Failed(String),
    /// The rule does not concern this provider, or could not be tried, and why.
    Skipped(String),
}

impl Report {
    /// Every check in the order in which it was made.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// What came of a check; `None` where no check has this name.
    pub fn verdict(&self, name: &str) -> Option<&Verdict> {
        self.checks.iter().find(|check| check.name == name).map(|check| &check.verdict)
    }

    /// The rules that are broken.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| matches!(check.verdict, Verdict::Failed(_)))
    }

    /// Whether no rule is broken.
    pub fn is_passed(&self) -> bool {
        self.failures().next().is_none()
    }

    /// For tests.
    ///
    /// # Panics
    /// Where a rule is broken, with the whole report.
    #[track_caller]
    pub fn expect_passed(&self) {
        assert!(self.is_passed(), "{} rules are broken\n{self}", self.failures().count());
    }
}

impl fmt::Display for Report {
    /// The provider, then a line for each check.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.subject)?;
        for Check { name, verdict } in &self.checks {
            match verdict {
                Verdict::Passed => writeln!(f, "  passed   {name}")?,
                Verdict::Failed(how) => writeln!(f, "  FAILED   {name}: {how}")?,
                Verdict::Skipped(why) => writeln!(f, "  skipped  {name}: {why}")?,
            }
        }
        Ok(())
    }
}

/// How a rule is broken, if it is.
pub(super) type Broken<T = ()> = Result<T, String>;

/// Says how a rule is broken unless `kept`.
pub(super) fn ensure(kept: bool, how: impl FnOnce() -> String) -> Broken {
    if kept { Ok(()) } else { Err(how()) }
}

/// Writes a report, and listens for secrets.
#[derive(Debug)]
pub(super) struct Recorder {
    report: Report,
    secrets: Vec<String>,
    /// Where a secret was seen.
    leaks: Vec<&'static str>,
}

impl Recorder {
    pub(super) fn new(subject: String, secrets: &[String]) -> Self {
        let secrets = secrets.iter().filter(|secret| !secret.is_empty()).cloned().collect();
        Self { report: Report { subject, checks: Vec::new() }, secrets, leaks: Vec::new() }
    }

    pub(super) fn check(&mut self, name: &'static str, result: Broken) {
        let verdict = match result {
            Ok(()) => Verdict::Passed,
            Err(how) => Verdict::Failed(self.hidden(how)),
        };
        self.report.checks.push(Check { name, verdict });
    }

    pub(super) fn skip(&mut self, name: &'static str, why: &str) {
        self.report.checks.push(Check { name, verdict: Verdict::Skipped(why.to_owned()) });
    }

    /// Takes notice of what a provider shows at `place`.
    pub(super) fn hear(&mut self, place: &'static str, shown: &str) {
        if self.secrets.iter().any(|secret| shown.contains(secret)) && !self.leaks.contains(&place) {
            self.leaks.push(place);
        }
    }

    /// Takes notice of an answer, or of what an error says and shows.
    pub(super) fn hear_result<T: fmt::Debug>(&mut self, result: &crate::Result<T>) {
        match result {
            Ok(answer) => self.hear("an answer", &format!("{answer:?}")),
            Err(error) => self.hear("an error", &format!("{error} {error:?}")),
        }
    }

    pub(super) fn finish(mut self) -> Report {
        let (leaks, none_given) = (self.leaks.join(", "), self.secrets.is_empty());
        match none_given {
            true => self.skip("no_secret_is_shown", "the case names no secret"),
            false => {
                self.check("no_secret_is_shown", ensure(leaks.is_empty(), || format!("one is to be seen in {leaks}")));
            }
        }
        self.report
    }

    /// A report is printed: it must not repeat what an error should not have said.
    fn hidden(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| text.replace(secret, "[secret]"))
    }
}
