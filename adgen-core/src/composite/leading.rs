//! How far apart the lines of a text stand: as far as its style says, and further where their letters need it.
//!
//! Arithmetic over what glyphs draw, in em.

use super::{
    language::script,
    lines::{Line, Widths},
};
use cosmic_text::{PhysicalGlyph, SwashContent, SwashImage};
use icu_properties::props::Script;

/// Further apart no lines are set, however far the letters of a font reach.
const MOST: f32 = 2.5;
/// What stays free between two lines.
const FREE: f32 = 0.05;
/// The same between the letters of interlocking scripts, an accent beside a descender: they do not touch.
const APART: f32 = 0.02;

/// Pixels of a glyph's picture that are taken together: an accent is narrower than its letter.
const STRIP: usize = 8;

/// The box of what an upright strip of a glyph draws, in em.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ink {
    /// The byte of the text at which its character begins.
    pub(super) at: usize,
    /// Its left and right edge, where the whole text is one line.
    pub(super) left: f32,
    pub(super) right: f32,
    /// How far it rises above the baseline and falls below it; less than 0 where it does not reach it.
    pub(super) rise: f32,
    pub(super) fall: f32,
}

impl Ink {
    /// The strips of a glyph that is drawn at `size` pixels an em.
    pub(super) fn strips(at: usize, place: &PhysicalGlyph, image: &SwashImage, size: f32) -> Vec<Self> {
        let (width, height) = (image.placement.width as usize, image.placement.height as usize);
        let (bytes, last) = if image.content == SwashContent::Mask { (1, 0) } else { (4, 3) };
        let covered = |x: usize, y: usize| image.data.get((y * width + x) * bytes + last).is_some_and(|&a| a > 0);
        let strip = |from: usize| {
            let to = (from + STRIP).min(width);
            let drawn = |&y: &usize| (from..to).any(|x| covered(x, y));
            let (first, last) = ((0..height).find(drawn)?, (0..height).rfind(drawn)?);
            // As floats: a broken font's places may be as far away as whole numbers reach.
            let left = place.x as f32 + image.placement.left as f32;
            let top = image.placement.top as f32 - place.y as f32;
            Some(Self {
                at,
                left: (left + from as f32) / size,
                right: (left + to as f32) / size,
                rise: (top - first as f32) / size,
                fall: (last as f32 + 1.0 - top) / size,
            })
        };
        (0..width).step_by(STRIP).filter_map(strip).collect()
    }
}

/// What the glyphs of a text draw.
#[derive(Debug, Clone, Default)]
pub(super) struct Inks {
    inks: Vec<Ink>,
    /// Whether its lines may reach into each other where that leaves their letters apart. What stacks marks above and below
    /// its letters is set by whole lines.
    interlocking: bool,
    centered: bool,
}

impl Inks {
    pub(super) fn new(text: &str, inks: Vec<Ink>, centered: bool) -> Self {
        let simple = [Script::Latin, Script::Greek, Script::Cyrillic, Script::Common, Script::Inherited];
        Self { inks, interlocking: text.chars().all(|c| simple.contains(&script(c))), centered }
    }

    /// The distance of the baselines of `lines`, in em: `least`, or what they need.
    pub(super) fn leading(&self, lines: &[Line], widths: &Widths, least: f32) -> f32 {
        let needed = if self.interlocking {
            lines.windows(2).map(|pair| self.beneath(&pair[0], &pair[1], widths) + APART).fold(0.0, f32::max)
        } else {
            // The first line follows the last: so the block is as high as what it holds.
            let next = lines.iter().cycle().skip(1);
            lines.iter().zip(next).map(|(line, next)| self.fall(line) + self.rise(next) + FREE).fold(0.0, f32::max)
        };
        needed.min(MOST).max(least)
    }

    /// How far the first of `lines` rises and the last one falls beyond its baseline, where the block has room for both.
    pub(super) fn edges(&self, lines: &[Line]) -> (f32, f32) {
        match lines {
            [first, .., last] if !self.interlocking => (self.rise(first), self.fall(last)),
            [only] if !self.interlocking => (self.rise(only), self.fall(only)),
            _ => (0.0, 0.0),
        }
    }

    fn of(&self, line: &Line) -> impl Iterator<Item = &Ink> {
        let (start, end) = (line.start, line.end);
        self.inks.iter().filter(move |ink| (start..end).contains(&ink.at))
    }

    fn rise(&self, line: &Line) -> f32 {
        self.of(line).map(|ink| ink.rise).fold(0.0, f32::max)
    }

    fn fall(&self, line: &Line) -> f32 {
        self.of(line).map(|ink| ink.fall).fold(0.0, f32::max)
    }

    /// How far the letters of two lines that stand over each other reach together.
    fn beneath(&self, upper: &Line, lower: &Line, widths: &Widths) -> f32 {
        let axis = |line: &Line| widths.before(line.start) + if self.centered { line.width / 2.0 } else { 0.0 };
        let (above, below) = (axis(upper), axis(lower));
        let mut most = 0.0f32;
        for a in self.of(upper) {
            let meets = |b: &&Ink| a.left - above < b.right - below && b.left - below < a.right - above;
            most = self.of(lower).filter(meets).map(|b| a.fall + b.rise).fold(most, f32::max);
        }
        most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text whose letters are 1 em wide: "t" rises, "p" falls, "x" does neither.
    fn leading(text: &str, centered: bool, least: f32) -> f32 {
        let widths = Widths::new(text.char_indices().map(|(at, _)| (at, 1.0)).collect(), text.len(), 0.0, 0.0);
        let mut inks = Vec::new();
        for (index, (at, c)) in text.char_indices().filter(|(_, c)| *c != '\n').enumerate() {
            let (rise, fall) = match c {
                't' | 'ท' => (1.2, 0.0),
                'l' => (70.0, 0.0),
                'p' | 'ป' => (0.5, 0.4),
                _ => (0.5, 0.0),
            };
            let left = (index + text[..at].matches('\n').count()) as f32;
            inks.push(Ink { at, left, right: left + 0.9, rise, fall });
        }
        let mut start = 0;
        let lines: Vec<Line> = text
            .split('\n')
            .map(|line| {
                let width = line.chars().count() as f32;
                let found = Line { start, end: start + line.len(), hyphen: false, ellipsis: false, width };
                start += line.len() + 1;
                found
            })
            .collect();
        Inks::new(text, inks, centered).leading(&lines, &widths, least)
    }

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-3
    }

    #[test]
    fn lines_that_have_room_stand_as_the_style_says() {
        assert_eq!(leading("tttt", true, 1.1), 1.1);
        assert_eq!(leading("xxpx\nxxxx", true, 1.1), 1.1);
        // The accent stands beside the descender, not below it.
        assert_eq!(leading("xxpx\nxtxx", false, 1.1), 1.2 + APART);
        assert_eq!(leading("xxpx\nxtxx", false, 1.3), 1.3);
        assert_eq!((leading("x\nl", false, 1.1), leading("x\nl", false, 3.0)), (MOST, 3.0));
    }

    #[test]
    fn what_would_touch_moves_apart() {
        assert!(near(leading("xpxx\nxtxx", false, 1.1), 1.6 + APART));
        // Centred lines of other lengths: "p" stands over "t".
        assert!(near(leading("xpx\nt", true, 1.1), 1.6 + APART));
        assert!(near(leading("xpx\nt", false, 1.1), 1.2 + APART));
    }

    #[test]
    fn scripts_with_stacked_marks_are_set_by_whole_lines() {
        assert!(near(leading("xxxป\nทxxx", false, 1.1), 1.6 + FREE));
        // Also the first and the last one, and a single one.
        assert!(near(leading("ทxxx\nxxxป", false, 1.1), 1.6 + FREE));
        assert!(near(leading("ทป", true, 1.1), 1.6 + FREE));
        assert_eq!(leading("นน\nนน", true, 1.1), 1.1);
    }
}
