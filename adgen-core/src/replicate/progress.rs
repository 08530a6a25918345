//! How far a job is, by the progress bars that models print into their logs.

/// The last bar (`37%|███   | 37/100 [00:12<…]`) of the logs, 0-1.
pub(super) fn progress(logs: &str) -> Option<f32> {
    logs.lines().rev().flat_map(|line| line.rsplit('\r')).find_map(bar)
}

/// One bar: spaces, a whole number of per cent, `|`, a drawing, `|`, and the steps `done/all`.
fn bar(line: &str) -> Option<f32> {
    let (percent, rest) = line.trim_start().split_once('%')?;
    let percent: u32 = digits(percent)?.parse().ok()?;
    let (drawing, steps) = rest.trim_start().strip_prefix('|')?.split_once('|')?;
    let (done, all) = steps.trim_start().split_once('/')?;
    let all = all.split(|c: char| !c.is_ascii_digit()).next()?;
    let is_bar = !drawing.is_empty() && percent <= 100 && digits(done).is_some() && digits(all).is_some();
    is_bar.then_some(percent as f32 / 100.0)
}

fn digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_bar_counts() {
        let logs =
            "Using seed: 7\n  0%|          | 0/50 [00:00<?, ?it/s]\n 40%|████      | 20/50 [00:04<00:06]\ndone soon";
        assert_eq!(progress(logs), Some(0.4));
        assert_eq!(progress(" 10%|█ | 1/10 [..]\r 20%|██ | 2/10 [..]"), Some(0.2));
        assert_eq!(progress("100%|██████████| 50/50"), Some(1.0));
    }

    #[test]
    fn other_lines_do_not() {
        for logs in ["", "50% done", "50%|", "50%||1/2", "a 50%|##| 1/2", "50%|##| one/2", "500%|##| 1/2", "%|#| 1/2"] {
            assert_eq!(progress(logs), None, "{logs}");
        }
    }

    proptest! {
        #[test]
        fn is_a_share_whatever_the_logs(logs in ".{0,200}") {
            if let Some(share) = progress(&logs) {
                prop_assert!((0.0..=1.0).contains(&share));
            }
        }

        #[test]
        fn finds_a_bar_after_anything(before in "[^|%]{0,80}", done in 0u32..=100, after in "[a-z ]{0,20}") {
            let logs = format!("{before}\n{done:3}%|####  | {done}/100 [00:01]\n{after}");
            prop_assert_eq!(progress(&logs), Some(done as f32 / 100.0));
        }
    }
}
