//! Runs `adgen` and other programs, with a time limit and what the kernel says about their memory.

use crate::{document, storage::Project};
use serde_json::Value;
use std::{
    ffi::OsStr,
    io::Read,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A command that takes longer than this hangs, however busy the machine is.
const LIMIT: Duration = Duration::from_secs(900);

/// The `adgen` that was built beside these tests.
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().expect("a test is a program");
    let folder = tests.parent().and_then(|deps| deps.parent()).expect("tests lie in target/<profile>/deps");
    let program = folder.join("adgen");
    assert!(
        program.is_file(),
        "{} is missing: `cargo build -p adgen-core --features cli` makes it, and `make test` does that first",
        program.display()
    );
    program
}

/// `adgen` with these arguments, not yet started. No key of the machine's user reaches it.
pub fn adgen<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ["OPENAI_", "REPLICATE_", "ADGEN_"].iter().any(|of| name.starts_with(of)) && name != "ADGEN_MODELS_DIR" {
            command.env_remove(&*name);
        }
    }
    command
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    /// The most memory that it held, in bytes.
    pub peak_bytes: u64,
    pub took: Duration,
}

impl Ran {
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// The same, if the command ended with `code` and did not panic.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(
            self.code(),
            Some(code),
            "the wrong exit code (signal {:?})\n--- stdout\n{}\n--- stderr\n{}",
            self.status.signal(),
            self.stdout,
            self.stderr
        );
        self.expect_no_panic()
    }

    /// The same, if the command did not panic.
    #[track_caller]
    pub fn expect_no_panic(self) -> Self {
        assert!(!self.stderr.contains("panicked at"), "a panic\n--- stderr\n{}", self.stderr);
        self
    }

    /// The same, if standard output or error has each of these parts.
    #[track_caller]
    pub fn expect_said<S: AsRef<str>>(self, parts: impl IntoIterator<Item = S>) -> Self {
        for part in parts {
            let part = part.as_ref();
            assert!(
                self.stdout.contains(part) || self.stderr.contains(part),
                "{part:?} was not said\n--- stdout\n{}\n--- stderr\n{}",
                self.stdout,
                self.stderr
            );
        }
        self
    }
}

/// A command under way.
#[derive(Debug)]
pub struct Running {
    child: Child,
    began: Instant,
    stdout: Option<thread::JoinHandle<Vec<u8>>>,
    stderr: Option<thread::JoinHandle<Vec<u8>>>,
}

/// Starts a command and collects what it says.
pub fn start(mut command: Command) -> Running {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    let stdout = child.stdout.take().map(collect);
    let stderr = child.stderr.take().map(collect);
    Running { child, began: Instant::now(), stdout, stderr }
}

/// Starts the command with the terminal's hang-up ignored, as `nohup` does, or heard, whatever this process does with it.
pub fn hang_up(command: &mut Command, ignored: bool) {
    use std::os::unix::process::CommandExt;
    let action = if ignored { libc::SIG_IGN } else { libc::SIG_DFL };
    // SAFETY: `signal` may be called between fork and exec, and nothing else is.
    unsafe {
        command.pre_exec(move || match libc::signal(libc::SIGHUP, action) {
            libc::SIG_ERR => Err(std::io::Error::last_os_error()),
            _ => Ok(()),
        });
    }
}

/// Runs a command to its end.
pub fn run(command: Command) -> Ran {
    start(command).wait()
}

/// Makes the ad of a document offline, in `storage` beside it; it may fail, but not panic.
#[track_caller]
pub fn generate_offline(document: &Value, folder: &Path) -> (Ran, Project) {
    let (path, storage) = (document::save(document, folder), folder.join("storage"));
    let mut command = adgen(["generate", "--offline", "--storage"]);
    command.arg(&storage).arg(&path);
    let project = Project::new(&storage, document["id"].as_str().expect("an id"));
    (run(command).expect_no_panic(), project)
}

/// Makes a file in a folder with FFmpeg's own program.
#[track_caller]
pub fn ffmpeg(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-v", "error", "-y"]).args(arguments).arg(&path).stdin(Stdio::null());
    run(command).expect_code(0);
    path
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is still worth showing.
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it ended; [`Running::wait`] still gets to know how.
    pub fn is_over(&self) -> bool {
        // SAFETY: `siginfo_t` is plain numbers, for which zeros are a value.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let only_look = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        // SAFETY: the pointer is to a local that outlives the call, and the child is ours.
        let looked = unsafe { libc::waitid(libc::P_PID, self.child.id(), &raw mut info, only_look) };
        assert_eq!(looked, 0, "the child cannot be looked at");
        // SAFETY: the call that filled it says whose state it is; 0 where the child is still at work.
        unsafe { info.si_pid() != 0 }
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: sends a signal to a child that was not waited for yet, so the number is still its own.
        let sent = unsafe { libc::kill(self.child.id() as i32, signal) };
        assert_eq!(sent, 0, "the signal {signal} cannot be sent");
    }

    /// Waits for the end; kills what takes too long.
    pub fn wait(mut self) -> Ran {
        let pid = self.child.id() as i32;
        let mut killed = false;
        let (status, usage) = loop {
            let mut status = 0;
            // SAFETY: `rusage` is plain numbers, for which zeros are a value.
            let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
            // SAFETY: both pointers are to locals that outlive the call, and the child is ours.
            let waited = unsafe { libc::wait4(pid, &raw mut status, libc::WNOHANG, &raw mut usage) };
            assert!(waited >= 0, "the child cannot be waited for");
            if waited == pid {
                break (ExitStatus::from_raw(status), usage);
            }
            if !killed && self.began.elapsed() > LIMIT {
                killed = true;
                self.signal(libc::SIGKILL);
            }
            thread::sleep(Duration::from_millis(5));
        };
        let text = |thread: Option<thread::JoinHandle<Vec<u8>>>| {
            let bytes = thread.map(|thread| thread.join().expect("reading does not panic")).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let ran = Ran {
            status,
            stdout: text(self.stdout.take()),
            stderr: text(self.stderr.take()),
            // Linux counts in KiB.
            peak_bytes: usage.ru_maxrss as u64 * 1024,
            took: self.began.elapsed(),
        };
        assert!(!killed, "it took longer than {LIMIT:?}\n--- stdout\n{}\n--- stderr\n{}", ran.stdout, ran.stderr);
        ran
    }
}

/// Waits until `ready`; panics where it seems to hang.
#[track_caller]
pub fn until(what: &str, mut ready: impl FnMut() -> bool) {
    let began = Instant::now();
    while !ready() {
        assert!(began.elapsed() < Duration::from_secs(600), "still waiting until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
