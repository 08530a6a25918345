//! How long a stage was worked on, which is less than how long it took: it waits for others in between.

/// The times at which artifacts of one stage were made, in seconds of one clock.
#[derive(Debug, Default)]
pub(super) struct Spans {
    spans: Vec<(f64, f64)>,
}

impl Spans {
    /// An artifact that is ready at `until_s` and took `took_s`.
    pub(super) fn add(&mut self, until_s: f64, took_s: f64) {
        self.spans.push((until_s - took_s, until_s));
    }

    /// For how long at least one of them was being made.
    pub(super) fn seconds(&self) -> f64 {
        let mut spans = self.spans.clone();
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut sum, mut end) = (0.0, f64::NEG_INFINITY);
        for (from, until) in spans {
            sum += (until - from.max(end)).max(0.0);
            end = until.max(end);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(spans: &[(f64, f64)]) -> f64 {
        let mut all = Spans::default();
        for &(until_s, took_s) in spans {
            all.add(until_s, took_s);
        }
        all.seconds()
    }

    #[test]
    fn waiting_is_no_work_and_what_goes_on_at_once_counts_once() {
        assert_eq!(seconds(&[]), 0.0);
        // Music in the first two seconds, and its mix a minute later.
        assert_eq!(seconds(&[(2.0, 2.0), (63.0, 1.0)]), 3.0);
        // Side by side, one within another, and one after the other.
        assert_eq!(seconds(&[(4.0, 4.0), (5.0, 3.0)]), 5.0);
        assert_eq!(seconds(&[(4.0, 1.0), (10.0, 10.0)]), 10.0);
        assert_eq!(seconds(&[(1.0, 1.0), (2.0, 1.0)]), 2.0);
    }
}
