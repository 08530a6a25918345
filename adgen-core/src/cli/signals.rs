//! The signals that end a run in an orderly way.

/// Ctrl-C, the system's polite wish to end, or a terminal that was closed.
pub(super) async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            let mut hang_up = hears_hang_up().then(|| signal(SignalKind::hangup()).ok()).flatten();
            let hung_up = async {
                match &mut hang_up {
                    Some(signal) => signal.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => if interrupted.is_err() { std::future::pending().await },
                _ = terminate.recv() => {}
                _ = hung_up => {}
            }
            return;
        }
    }
    // Without a handler the signal ends the process by itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Whether the end of the terminal is meant for this process: `nohup` starts it with that signal ignored, which a handler
/// would undo. Read from where Linux shows it, since the standard library cannot ask; elsewhere the signal is left alone.
#[cfg(unix)]
fn hears_hang_up() -> bool {
    // Asked before the first handler is there, and once: with one, the signal is no longer ignored.
    static HEARS: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *HEARS.get_or_init(|| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        // SIGHUP is 1: the lowest bit.
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 0)
    })
}
