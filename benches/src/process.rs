//! Children, and what the kernel says about them and about this process.

use crate::Outcome;
use std::{
    fs::File,
    io::{Read, Seek},
    os::unix::process::ExitStatusExt,
    process::{Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

/// What a child did.
#[derive(Debug)]
pub struct Ran {
    /// From its start to its end.
    pub wall_s: f64,
    /// Processor time of all its threads, user and system.
    pub cpu_s: f64,
    /// The most memory that it held.
    pub peak_bytes: f64,
    /// What it said on standard output.
    pub stdout: String,
}

/// Runs a child to its end. Its output goes to files, so that nothing here competes with it.
///
/// # Errors
/// Where it cannot be started or does not end well; what it said on standard error is part of the error.
pub fn run(command: &mut Command) -> Outcome<Ran> {
    let (mut out, mut err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(err.try_clone()?);
    let began = Instant::now();
    let child = command.spawn().map_err(|error| format!("{command:?} cannot be started: {error}"))?;
    let (status, usage) = wait(child.id() as i32)?;
    let wall_s = began.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{command:?} failed ({status}):\n{}", text(&mut err)?).into());
    }
    // Linux counts in KiB.
    let peak_bytes = usage.ru_maxrss as f64 * 1024.0;
    Ok(Ran { wall_s, cpu_s: processor_s(&usage), peak_bytes, stdout: text(&mut out)? })
}

fn wait(pid: i32) -> Outcome<(ExitStatus, libc::rusage)> {
    let mut status = 0;
    // SAFETY: `rusage` is plain numbers, for which zeros are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to locals that outlive the call; the child is ours and nobody else waits for it.
        let waited = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
        if waited == pid {
            return Ok((ExitStatus::from_raw(status), usage));
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error.into());
        }
    }
}

fn text(file: &mut File) -> Outcome<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Processor time of this process so far, user and system, all threads.
pub fn cpu_s() -> f64 {
    // SAFETY: `rusage` is plain numbers, for which zeros are a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a local that outlives the call, which cannot fail for the process itself.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    processor_s(&usage)
}

fn processor_s(usage: &libc::rusage) -> f64 {
    let time = |time: libc::timeval| {
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_usec.unsigned_abs() as u32 * 1000).as_secs_f64()
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}
