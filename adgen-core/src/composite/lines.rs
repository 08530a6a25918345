//! Breaks a measured text into lines of like length: the fewest that fit, chosen as a whole instead of one by one.
//!
//! Pure arithmetic over widths in em. The cost of a set of lines is the sum of the squares of their widths (least where
//! all are equal, after Knuth and Plass) with the cost of each break.

use super::breaks::{Break, Level};

/// The widths of a text in em.
#[derive(Debug, Clone, Default)]
pub(super) struct Widths {
    /// Byte offsets and the advance of everything before each, in order; ends with the whole text.
    advances: Vec<(usize, f32)>,
    pub(super) hyphen: f32,
    pub(super) ellipsis: f32,
}

/// One line: its bytes without the spaces at its ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a hyphen follows.
    pub(super) hyphen: bool,
    /// Whether an ellipsis follows.
    pub(super) ellipsis: bool,
    /// In em.
    pub(super) width: f32,
}

/// The lines of a text, how good they are, and how far they break words.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lines {
    pub(super) lines: Vec<Line>,
    pub(super) level: Level,
    cost: f32,
}

impl Widths {
    /// `glyphs` are byte offsets and advances, in any order; `length` is that of the text in bytes.
    pub(super) fn new(mut glyphs: Vec<(usize, f32)>, length: usize, hyphen: f32, ellipsis: f32) -> Self {
        glyphs.sort_by_key(|(at, _)| *at);
        let mut advances = Vec::with_capacity(glyphs.len() + 1);
        let mut total = 0.0;
        for (at, advance) in glyphs {
            if advances.last().is_none_or(|&(last, _)| last != at) {
                advances.push((at, total));
            }
            total += advance;
        }
        advances.push((length, total));
        Self { advances, hyphen, ellipsis }
    }

    /// The advance of everything before byte `at`, in em.
    pub(super) fn before(&self, at: usize) -> f32 {
        let index = self.advances.partition_point(|&(start, _)| start < at);
        self.advances.get(index).or(self.advances.last()).map_or(0.0, |&(_, advance)| advance)
    }

    fn between(&self, start: usize, end: usize) -> f32 {
        (self.before(end) - self.before(start)).max(0.0)
    }
}

/// A text with its widths and breaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paragraph<'a> {
    pub(super) text: &'a str,
    pub(super) widths: &'a Widths,
    pub(super) breaks: &'a [Break],
}

impl Paragraph<'_> {
    /// The best lines no wider than `width` em, at most `most` of them, with the breaks up to `level`.
    pub(super) fn lines(&self, width: f32, most: usize, level: Level) -> Option<Lines> {
        self.lines_until(self.text.len(), false, width, most, level)
    }

    /// The longest beginning of the text that fits with an ellipsis.
    pub(super) fn cut(&self, width: f32, most: usize) -> Option<Lines> {
        for level in [Level::Words, Level::Parts, Level::Anywhere] {
            let ends: Vec<usize> =
                self.breaks.iter().filter(|found| found.level <= level).map(|found| found.at).collect();
            // What fits is found by halving: a longer beginning never needs fewer lines.
            let (mut fitting, mut too_long) = (0, ends.len() + 1);
            let mut best = None;
            while too_long - fitting > 1 {
                let middle = (fitting + too_long) / 2;
                match self.lines_until(ends[middle - 1], true, width, most, level) {
                    Some(lines) => (fitting, best) = (middle, Some(lines)),
                    None => too_long = middle,
                }
            }
            if best.is_some() {
                return best;
            }
        }
        None
    }

    /// The widest piece that `level` cannot divide, in em.
    pub(super) fn widest_piece(&self, level: Level) -> f32 {
        let mut ends: Vec<(usize, bool)> =
            self.breaks.iter().filter(|found| found.level <= level).map(|found| (found.at, found.hyphen)).collect();
        ends.push((self.text.len(), false));
        let mut start = 0;
        let mut widest = 0.0f32;
        for (end, hyphen) in ends {
            widest = widest.max(self.line(start, end, hyphen, false).width);
            start = end;
        }
        widest
    }

    fn line(&self, start: usize, end: usize, hyphen: bool, ellipsis: bool) -> Line {
        let blank = |c: char| c.is_whitespace() && !is_joint(c);
        let piece = &self.text[start..end];
        let head = piece.len() - piece.trim_start_matches(blank).len();
        let mut shown = piece.trim_end_matches(blank);
        if ellipsis {
            shown = shown.trim_end_matches(|c: char| c.is_whitespace() || ",.;:-–—…、。，".contains(c));
        }
        let (start, end) = ((start + head).min(start + shown.len()), start + shown.len());
        let extra = if hyphen { self.widths.hyphen } else { 0.0 } + if ellipsis { self.widths.ellipsis } else { 0.0 };
        Line { start, end, hyphen, ellipsis, width: self.widths.between(start, end) + extra }
    }

    fn lines_until(&self, end: usize, ellipsis: bool, width: f32, most: usize, level: Level) -> Option<Lines> {
        let inner = self.breaks.iter().filter(|found| found.level <= level && found.at < end);
        // Places at which lines begin or end: the first, the breaks, the last.
        let mut places: Vec<(usize, Option<&Break>)> = vec![(0, None)];
        places.extend(inner.map(|found| (found.at, Some(found))));
        places.push((end, None));
        let count = places.len();
        let last_forced = |from: usize, to: usize| {
            places[from + 1..to].iter().any(|(_, found)| found.is_some_and(|found| found.forced))
        };
        // best[lines][place]: the least cost of the text up to a place in that many lines, and the place before.
        let mut best: Vec<Vec<Option<(f32, usize)>>> = vec![vec![None; count]; most + 1];
        best[0][0] = Some((0.0, 0));
        for lines in 1..=most {
            for to in 1..count {
                let (at, found) = places[to];
                let hyphen = found.is_some_and(|found| found.hyphen);
                for from in (0..to).rev() {
                    if last_forced(from, to) {
                        break;
                    }
                    let line = self.line(places[from].0, at, hyphen, ellipsis && to + 1 == count);
                    if line.width > width + 1e-4 {
                        // What goes further back is only wider, but for spaces at its beginning.
                        break;
                    }
                    let Some((cost, _)) = best[lines - 1][from] else { continue };
                    let share = line.width / width.max(1e-3);
                    let mut cost = cost + share * share + found.map_or(0.0, |found| found.cost);
                    if to + 1 == count && lines > 1 && !self.text[line.start..line.end].contains(' ') && share < 0.35 {
                        // A short word alone on the last line.
                        cost += 0.06;
                    }
                    if best[lines][to].is_none_or(|(least, _)| cost < least) {
                        best[lines][to] = Some((cost, from));
                    }
                }
            }
            if let Some((cost, _)) = best[lines][count - 1] {
                return Some(self.collect(&places, &best, lines, cost, level, ellipsis));
            }
        }
        None
    }

    fn collect(
        &self,
        places: &[(usize, Option<&Break>)],
        best: &[Vec<Option<(f32, usize)>>],
        count: usize,
        cost: f32,
        level: Level,
        ellipsis: bool,
    ) -> Lines {
        let mut lines = Vec::with_capacity(count);
        let mut to = places.len() - 1;
        let mut deepest = Level::Words;
        for number in (1..=count).rev() {
            let Some((_, from)) = best[number][to] else { break };
            let (at, found) = places[to];
            deepest = deepest.max(found.map_or(Level::Words, |found| found.level));
            let hyphen = found.is_some_and(|found| found.hyphen);
            lines.push(self.line(places[from].0, at, hyphen, ellipsis && to + 1 == places.len()));
            to = from;
        }
        lines.reverse();
        Lines { lines, level: deepest.min(level), cost }
    }
}

/// White space at which no line ends, and that is a part of the line even at its end.
fn is_joint(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, width: f32, most: usize, level: Level) -> Option<Vec<String>> {
        let widths = Widths::new(text.char_indices().map(|(at, _)| (at, 1.0)).collect(), text.len(), 1.0, 1.0);
        let mut breaks: Vec<Break> = text
            .char_indices()
            .filter_map(|(at, c)| {
                let next = at + c.len_utf8();
                let (level, forced) = match c {
                    ' ' => (Level::Words, false),
                    '\n' => (Level::Words, true),
                    _ => (Level::Anywhere, false),
                };
                (next < text.len()).then_some(Break { at: next, level, cost: 0.0, hyphen: false, forced })
            })
            .collect();
        breaks.sort_by_key(|found| found.at);
        let paragraph = Paragraph { text, widths: &widths, breaks: &breaks };
        let lines = paragraph.lines(width, most, level)?;
        Some(lines.lines.iter().map(|line| text[line.start..line.end].to_owned()).collect())
    }

    #[test]
    fn lines_are_few_and_even() {
        let found = set("slow mornings deserve a better cup", 20.0, 3, Level::Words).unwrap();
        assert_eq!(found, ["slow mornings", "deserve a better cup"]);
        assert_eq!(set("one two three", 13.0, 3, Level::Words).unwrap(), ["one two three"]);
        assert_eq!(set("one two three", 4.0, 3, Level::Words), None);
        assert_eq!(set("aaaa bbbb cccc", 4.0, 2, Level::Words), None);
        assert_eq!(set("abcdefgh", 4.0, 2, Level::Anywhere).unwrap(), ["abcd", "efgh"]);
    }

    #[test]
    fn the_authors_lines_stay() {
        assert_eq!(set("one\ntwo three", 20.0, 3, Level::Words).unwrap(), ["one", "two three"]);
        assert_eq!(set("one\ntwo three", 5.0, 3, Level::Words).unwrap(), ["one", "two", "three"]);
    }
}
