//! Text set into a box: cleaned, given faces, broken into balanced lines, as large as it may be, cut with an ellipsis at
//! the last.

use super::{
    breaks::{self, Level, Rules},
    coverage::{Covered, LeftOut, cover},
    direction::{isolated, marks},
    faces::Face,
    fonts::{Fonts, Voice},
    language::{Language, Strong, strong},
    leading::{Ink, Inks},
    lines::{Line, Lines, Paragraph, Widths},
};
use cosmic_text::{Align, Attrs, Buffer, Metrics, Shaping, Wrap};

/// How a text may be set. Sizes in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextStyle {
    pub(super) voice: Voice,
    pub(super) largest: f32,
    pub(super) smallest: f32,
    pub(super) max_lines: usize,
    /// Distance of the baselines in em, at the least: letters that reach further get more.
    pub(super) leading: f32,
    /// Extra space between Latin letters in em.
    pub(super) tracking: f32,
    pub(super) centered: bool,
}

/// The words themselves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording<'a> {
    pub(super) text: &'a str,
    pub(super) language: &'a Language,
    /// Words that are never hyphenated.
    pub(super) names: &'a [String],
}

/// A text that has been set.
#[derive(Debug)]
pub(super) struct TextBlock {
    pub(super) buffer: Buffer,
    /// Where the baseline of each line lies, in pixels from the block's upper edge.
    pub(super) baselines: Vec<f32>,
    /// Size of the letters in pixels.
    pub(super) size: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    pub(super) lines: usize,
    /// What no font has.
    pub(super) left_out: Vec<LeftOut>,
    /// Whether it had to be cut.
    pub(super) truncated: bool,
    /// Whether a word had to be cut in two where no hyphen may stand.
    pub(super) broken: bool,
}

/// A word that cannot be divided may be as small as this share of the smallest size before it is broken.
const TINIEST: f32 = 0.6;
/// Down to this share of the largest size words are rather made smaller than hyphenated.
const COMFORTABLE: f32 = 0.62;
/// Hyphens must make letters larger by this factor to be worth it.
const WORTH_HYPHENS: f32 = 1.25;
/// A zero-width space.
const WORD_END: char = '\u{200b}';
/// The size at which widths are measured, in pixels.
const MEASURED_AT: f32 = 100.0;

impl TextBlock {
    /// Sets a text into `width` x `height` pixels. `None` where nothing of it can be shown.
    pub(super) fn set(
        fonts: &mut Fonts,
        wording: &Wording<'_>,
        style: &TextStyle,
        width: f32,
        height: f32,
    ) -> Option<Self> {
        let mut cleaned = clean(wording.text, style.max_lines);
        if wording.language.is_right_to_left(&cleaned) {
            cleaned = isolated(&cleaned);
        }
        let covered = cover(fonts, &cleaned, style.voice, wording.language);
        let left_out = covered.left_out.clone();
        let set = Setting::new(covered, wording, style);
        if set.text.is_empty() || width < 1.0 || height < 1.0 {
            return None;
        }
        let (widths, inks) = set.measure(fonts);
        let rules = Rules { language: wording.language, names: wording.names, soft: &set.soft, zero: &set.zero };
        let breaks = breaks::find(&set.text, &rules);
        let paragraph = Paragraph { text: &set.text, widths: &widths, breaks: &breaks };
        let (lines, size) = Fit { paragraph, inks: &inks, style, width, height }.find();
        let truncated = lines.lines.last().is_some_and(|line| line.ellipsis);
        let broken = lines.level == Level::Anywhere && !truncated;
        let leading = inks.leading(&lines.lines, &widths, style.leading);
        let Shaped { buffer, size, width } = set.shape(fonts, &lines.lines, size, width, leading);
        let edges = inks.edges(&lines.lines);
        let baselines = baselines(&buffer, size * leading, (edges.0 * size, edges.1 * size));
        let lines = lines.lines.len();
        let height = lines as f32 * size * leading;
        Some(Self { buffer, baselines, size, width, height, lines, left_out, truncated, broken })
    }
}

/// Looks for the largest letters with which a text fits.
struct Fit<'a> {
    paragraph: Paragraph<'a>,
    inks: &'a Inks,
    style: &'a TextStyle,
    width: f32,
    height: f32,
}

impl Fit<'_> {
    fn at(&self, size: f32, level: Level) -> Option<Lines> {
        let most = ((self.height + 0.01) / (size * self.style.leading)) as usize;
        let lines = self.paragraph.lines(self.width / size, most.min(self.style.max_lines), level)?;
        self.holds(&lines, size).then_some(lines)
    }

    /// Whether lines that may need more leading than the style has are no higher than the box.
    fn holds(&self, lines: &Lines, size: f32) -> bool {
        let leading = self.inks.leading(&lines.lines, self.paragraph.widths, self.style.leading);
        lines.lines.len() as f32 * size * leading <= self.height + 0.02
    }

    fn largest(&self, level: Level, from: f32, down_to: f32) -> Option<(Lines, f32)> {
        let mut size = from;
        loop {
            if let Some(lines) = self.at(size, level) {
                return Some((lines, size));
            }
            if size <= down_to {
                return None;
            }
            size = (size * 0.95).max(down_to);
        }
    }

    fn find(&self) -> (Lines, f32) {
        let (largest, smallest) = (self.style.largest, self.style.smallest);
        let words = self.largest(Level::Words, largest, smallest);
        if let Some((lines, size)) = words.as_ref().filter(|(_, size)| *size >= COMFORTABLE * largest) {
            return self.without_last_line(lines.clone(), *size);
        }
        let parts = self.largest(Level::Parts, largest, smallest);
        match (words, parts) {
            (Some((lines, size)), Some((_, hyphenated))) if hyphenated < size * WORTH_HYPHENS => {
                self.without_last_line(lines, size)
            }
            (_, Some(parts)) => parts,
            (Some(words), None) => words,
            (None, None) => self.smaller().unwrap_or_else(|| self.cut()),
        }
    }

    /// A word too long for the box: smaller letters, down to a limit, before it is broken.
    fn smaller(&self) -> Option<(Lines, f32)> {
        let smallest = self.style.smallest;
        if self.paragraph.widest_piece(Level::Parts) * smallest > self.width {
            let tiny = smallest * TINIEST;
            if let Some(found) = self.largest(Level::Parts, smallest, tiny) {
                return Some(found);
            }
            if self.paragraph.widest_piece(Level::Parts) * tiny > self.width {
                return self.at(smallest, Level::Anywhere).map(|lines| (lines, smallest));
            }
        }
        None
    }

    fn cut(&self) -> (Lines, f32) {
        // A box lower than one line of the smallest letters gets smaller letters.
        let mut size = self.style.smallest.min(self.height / self.style.leading);
        loop {
            let most = ((self.height + 0.01) / (size * self.style.leading)) as usize;
            let most = most.clamp(1, self.style.max_lines.max(1));
            let mut cuts = (1..=most).rev().filter_map(|most| self.paragraph.cut(self.width / size, most));
            if let Some(lines) = cuts.find(|lines| self.holds(lines, size)) {
                return (lines, size);
            }
            // Not even one character beside the ellipsis.
            if let Some(lines) = self.at(size, Level::Anywhere) {
                return (lines, size);
            }
            size *= 0.8;
        }
    }

    /// A little smaller, and a text often needs a line less, which is the product's gain.
    fn without_last_line(&self, lines: Lines, size: f32) -> (Lines, f32) {
        let count = lines.lines.len();
        if count > 1 && !self.paragraph.text.contains('\n') {
            let mut smaller = size * 0.97;
            while smaller >= (size * 0.82).max(self.style.smallest) {
                if let Some(fewer) = self.at(smaller, Level::Words).filter(|found| found.lines.len() < count) {
                    return (fewer, smaller);
                }
                smaller *= 0.97;
            }
        }
        (lines, size)
    }
}

/// A text with its faces, and where the author lets it break.
struct Setting<'a> {
    style: &'a TextStyle,
    text: String,
    spans: Vec<(std::ops::Range<usize>, Face)>,
    soft: Vec<usize>,
    zero: Vec<usize>,
    right_to_left: bool,
}

impl<'a> Setting<'a> {
    /// Takes soft hyphens and zero-width spaces out of the text, and remembers where they were.
    fn new(covered: Covered, wording: &Wording<'_>, style: &'a TextStyle) -> Self {
        let mut set = Self {
            style,
            text: String::with_capacity(covered.text.len()),
            spans: Vec::with_capacity(covered.spans.len()),
            soft: Vec::new(),
            zero: Vec::new(),
            right_to_left: wording.language.is_right_to_left(&covered.text),
        };
        for (range, face) in covered.spans {
            let start = set.text.len();
            for c in covered.text[range].chars() {
                match c {
                    '\u{ad}' => set.soft.push(set.text.len()),
                    '\u{200b}' => set.zero.push(set.text.len()),
                    // What was left out may have left two spaces, or one at an end.
                    ' ' if set.text.is_empty() || set.text.ends_with([' ', '\n']) => {}
                    c => set.text.push(c),
                }
            }
            set.spans.push((start..set.text.len(), face));
        }
        let length = set.text.trim_end_matches([' ', '\n']).len();
        set.text.truncate(length);
        set.spans.iter_mut().for_each(|(range, _)| *range = range.start.min(length)..range.end.min(length));
        set.spans.retain(|(range, _)| !range.is_empty());
        set
    }

    fn attributes<'f>(&self, face: &'f Face, text: &str) -> Attrs<'f> {
        // Letters that join or stack must not be pulled apart.
        let plain = text.chars().all(|c| matches!(u32::from(c), 0..0x530 | 0x2000..0x2300));
        face.attributes(if plain { self.style.tracking } else { 0.0 })
    }

    /// The advances of the text, and what its glyphs draw.
    fn measure(&self, fonts: &mut Fonts) -> (Widths, Inks) {
        // A line feed would begin a paragraph of its own; as wide as a space, it is trimmed from its line anyway.
        let text = self.text.replace('\n', " ");
        let mark = marks(&text, 0, text.len(), self.right_to_left).before;
        let skipped = mark.len();
        let mut pieces: Vec<(String, &Face)> = vec![];
        for (range, face) in &self.spans {
            pieces.push((text[range.clone()].to_owned(), face));
        }
        if let Some((first, _)) = pieces.first_mut() {
            first.insert_str(0, &mark);
        }
        let (mut glyphs, mut inks) = self.glyphs(fonts, &pieces);
        glyphs.iter_mut().for_each(|(at, _)| *at = at.saturating_sub(skipped));
        inks.iter_mut().for_each(|ink| ink.at = ink.at.saturating_sub(skipped));
        let mut single = |sign: &str| match self.spans.last() {
            Some((_, face)) => {
                self.glyphs(fonts, &[(sign.to_owned(), face)]).0.iter().map(|(_, width)| *width).sum::<f32>()
            }
            None => 0.0,
        };
        let (hyphen, ellipsis) = (single("-"), single("…"));
        let widths = Widths::new(glyphs, self.text.len(), hyphen, ellipsis);
        (widths, Inks::new(&self.text, inks, self.style.centered))
    }

    /// The advances of glyphs in em, by the byte at which each begins, and what they draw.
    fn glyphs(&self, fonts: &mut Fonts, pieces: &[(String, &Face)]) -> (Vec<(usize, f32)>, Vec<Ink>) {
        let mut buffer = Buffer::new_empty(Metrics::new(MEASURED_AT, MEASURED_AT));
        buffer.set_wrap(Wrap::None);
        self.load(&mut buffer, pieces);
        buffer.set_size(None, None);
        buffer.shape_until_scroll(&mut fonts.system, false);
        let (mut advances, mut inks) = (Vec::new(), Vec::new());
        for glyph in buffer.layout_runs().flat_map(|run| run.glyphs.iter()) {
            advances.push((glyph.start, glyph.w / MEASURED_AT));
            let place = glyph.physical((0.0, 0.0), 1.0);
            if let Some(image) = fonts.glyphs.get_image(&mut fonts.system, place.cache_key) {
                inks.extend(Ink::strips(glyph.start, &place, image, MEASURED_AT));
            }
        }
        (advances, inks)
    }

    fn load(&self, buffer: &mut Buffer, pieces: &[(String, &Face)]) {
        let Some((_, first)) = pieces.first() else { return };
        let align = self.style.centered.then_some(Align::Center);
        let spans = pieces.iter().map(|(text, face)| (text.as_str(), self.attributes(face, text)));
        buffer.set_rich_text(spans, &first.attributes(0.0), Shaping::Advanced, align);
    }

    /// Shapes the lines for good.
    fn shape(&self, fonts: &mut Fonts, lines: &[Line], size: f32, width: f32, leading: f32) -> Shaped {
        let mixed = self.text.chars().any(|c| !matches!(strong(c), None | Some(Strong::Left)));
        let mut pieces: Vec<(String, &Face)> = Vec::new();
        for (number, line) in lines.iter().enumerate() {
            let marks = marks(&self.text, line.start, line.end, self.right_to_left);
            let mut lead = if number > 0 { format!("\n{}", marks.before) } else { marks.before };
            for (range, face) in &self.spans {
                let (start, end) = (range.start.max(line.start), range.end.min(line.end));
                if start < end {
                    let mut text = std::mem::take(&mut lead);
                    text.push_str(&self.text[start..end]);
                    if mixed && end < line.end && !text.ends_with(char::is_whitespace) {
                        // The shaper puts the faces of one word in the wrong order where it runs from right to left:
                        // here another word begins for it.
                        text.push(WORD_END);
                    }
                    pieces.push((text, face));
                }
            }
            if let Some((last, _)) = pieces.last_mut() {
                last.push_str(&lead);
                last.push_str(if line.hyphen { "-" } else { "" });
                last.push_str(if line.ellipsis { "…" } else { "" });
                last.push_str(&marks.after);
            }
        }
        let mut buffer = Buffer::new_empty(Metrics::new(size, size * leading));
        buffer.set_wrap(Wrap::None);
        self.load(&mut buffer, &pieces);
        let mut lay_out = |size: f32, width: Option<f32>| {
            buffer.set_metrics_and_size(Metrics::new(size, size * leading), width, None);
            buffer.shape_until_scroll(&mut fonts.system, false);
            buffer.layout_runs().fold(0.0f32, |widest, run| widest.max(run.line_w))
        };
        let mut widest = lay_out(size, None);
        let mut size = size;
        if widest > width {
            // Shaped alone, a line may be a trifle wider than as a part of the whole.
            size *= width / widest * 0.999;
            widest = lay_out(size, None);
        }
        // The box becomes the widest line, so that it is the block that is aligned.
        lay_out(size, Some(widest + 0.01));
        Shaped { buffer, size, width: widest }
    }
}

/// Lines as they are drawn: the size of their letters and the width of the widest one.
struct Shaped {
    buffer: Buffer,
    size: f32,
    width: f32,
}

/// The baselines of lines that are `spacing` pixels high, at one depth in all of them: the shaper's depends on the faces of
/// each line. `edges` are the pixels that the first line rises and the last one falls, for which there is room.
fn baselines(buffer: &Buffer, spacing: f32, edges: (f32, f32)) -> Vec<f32> {
    let lines: Vec<(f32, f32)> = buffer.layout_runs().map(|run| (run.line_top, run.line_y)).collect();
    let depth = lines.first().map_or(0.0, |(top, y)| y - top);
    let held = depth.min(spacing - edges.1).max(edges.0);
    if held == depth && lines.iter().all(|(top, y)| (y - top - depth).abs() < 0.01) {
        return lines.into_iter().map(|(_, y)| y).collect();
    }
    lines.into_iter().map(|(top, _)| top + held).collect()
}

/// One space between words, no control characters; no-break spaces are the author's, and so are line breaks where there
/// are few.
fn clean(text: &str, max_lines: usize) -> String {
    let is_line_end = |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let lines: Vec<String> = text
        .split(is_line_end)
        .map(|line| {
            let visible = line.chars().filter(|&c| c != '\u{feff}').map(|c| if c.is_control() { ' ' } else { c });
            // Words and the author's own kinds of space; only runs of plain ones become one.
            visible.collect::<String>().split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .filter(|line| line.chars().any(|c| !c.is_whitespace()))
        .collect();
    lines.join(if lines.len() <= max_lines.max(1) { "\n" } else { " " })
}

#[cfg(test)]
mod tests;
