//! `adgen doctor`: what this machine has, what is missing, and how to get it.

use super::output;
use crate::{
    error::Result,
    machine::{Health, doctor},
};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// Call nobody: keys are not tried.
    #[arg(long)]
    offline: bool,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<u8> {
        let findings = doctor(self.offline).await;
        if self.json {
            output::json(&findings);
        } else {
            for finding in &findings {
                let mark = match finding.state {
                    Health::Good => "ok     ",
                    Health::Off => "off    ",
                    Health::Lacking => "missing",
                    Health::Broken => "BROKEN ",
                };
                output::line(format!("{mark}  {:<14} {}", finding.what, finding.detail));
                if let Some(next) = &finding.next {
                    output::line(format!("{:25}{next}", ""));
                }
            }
        }
        Ok(u8::from(findings.iter().any(|finding| finding.state == Health::Broken)))
    }
}
