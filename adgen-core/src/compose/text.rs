//! Text set into a box: cleaned, broken into balanced lines, as large as it may be, cut with an ellipsis at the last.

use super::fonts::{Fonts, Voice};
use cosmic_text::{Align, Buffer, Metrics, Shaping, Wrap};

/// How a text may be set. Sizes in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TextStyle {
    pub(super) voice: Voice,
    pub(super) largest: f32,
    pub(super) smallest: f32,
    pub(super) max_lines: usize,
    /// Distance of the baselines in em.
    pub(super) leading: f32,
    /// Extra space between Latin letters in em.
    pub(super) tracking: f32,
    pub(super) centered: bool,
}

/// A text that has been set.
#[derive(Debug)]
pub(super) struct TextBlock {
    pub(super) buffer: Buffer,
    /// Size of the letters in pixels.
    pub(super) size: f32,
    pub(super) width: f32,
    pub(super) height: f32,
    #[cfg(test)]
    pub(super) lines: usize,
    /// Characters that no font has; they are left out.
    pub(super) missing: String,
    /// Whether it had to be cut.
    pub(super) truncated: bool,
}

impl TextBlock {
    /// Sets `text` into `width` x `height` pixels. `None` where nothing of it can be shown.
    pub(super) fn set(fonts: &mut Fonts, text: &str, style: &TextStyle, width: f32, height: f32) -> Option<Self> {
        let text = clean(text, style.max_lines);
        let missing = missing_characters(fonts, &text, style.voice);
        let text: String = text.chars().filter(|&c| !missing.contains(c)).collect();
        let text = clean(&text, style.max_lines);
        if text.is_empty() || width < 1.0 || height < 1.0 {
            return None;
        }
        let mut setter = Setter { fonts, style, width, height, buffer: Buffer::new_empty(Metrics::new(10.0, 12.0)) };
        let mut truncated = false;
        setter.load(&text);
        let mut size = style.largest;
        loop {
            if setter.fits(size, Wrap::Word) {
                break;
            }
            if size <= style.smallest {
                // Rather broken words than smaller letters; rather an ellipsis than a line too many.
                if !setter.fits(size, Wrap::WordOrGlyph) {
                    truncated = true;
                    size = setter.cut(&text, size);
                }
                break;
            }
            size = (size * 0.95).max(style.smallest);
        }
        size = setter.without_orphan(size);
        let (width, lines) = setter.balance(size);
        let height = lines as f32 * size * style.leading;
        Some(Self {
            buffer: setter.buffer,
            size,
            width,
            height,
            #[cfg(test)]
            lines,
            missing,
            truncated,
        })
    }
}

struct Setter<'a> {
    fonts: &'a mut Fonts,
    style: &'a TextStyle,
    width: f32,
    height: f32,
    buffer: Buffer,
}

impl Setter<'_> {
    fn load(&mut self, text: &str) {
        // Letters that join or stack must not be pulled apart.
        let tracking = if text.chars().all(|c| (c as u32) < 0x530) { self.style.tracking } else { 0.0 };
        let align = self.style.centered.then_some(Align::Center);
        let attributes = self.fonts.attributes(self.style.voice, tracking);
        self.buffer.set_text(text, &attributes, Shaping::Advanced, align);
    }

    fn lay_out(&mut self, size: f32, wrap: Wrap, width: f32) -> (f32, usize) {
        self.buffer.set_wrap(wrap);
        self.buffer.set_metrics_and_size(Metrics::new(size, size * self.style.leading), Some(width), None);
        self.buffer.shape_until_scroll(&mut self.fonts.system, false);
        let mut widest = 0.0f32;
        let mut lines = 0;
        for run in self.buffer.layout_runs() {
            widest = widest.max(run.line_w);
            lines += 1;
        }
        (widest, lines)
    }

    fn fits(&mut self, size: f32, wrap: Wrap) -> bool {
        let (widest, lines) = self.lay_out(size, wrap, self.width);
        widest <= self.width + 0.01
            && lines <= self.style.max_lines
            && lines as f32 * size * self.style.leading <= self.height + 0.01
    }

    /// Cuts the text to the longest beginning that fits with an ellipsis; returns the size of the letters.
    fn cut(&mut self, text: &str, size: f32) -> f32 {
        // A box lower than one line of the smallest letters gets smaller letters.
        let size = size.min(self.height / self.style.leading);
        let ends: Vec<usize> = text.char_indices().map(|(index, c)| index + c.len_utf8()).collect();
        let (mut fitting, mut too_long) = (0, ends.len());
        while too_long - fitting > 1 {
            let middle = (fitting + too_long) / 2;
            self.load(&with_ellipsis(&text[..ends[middle - 1]]));
            if self.fits(size, Wrap::WordOrGlyph) { fitting = middle } else { too_long = middle }
        }
        let end = if fitting == 0 { 0 } else { ends[fitting - 1] };
        self.load(&with_ellipsis(&text[..end]));
        self.lay_out(size, Wrap::WordOrGlyph, self.width);
        size
    }

    /// A single word on the last of several lines: a little smaller, and it often fits on the line before.
    fn without_orphan(&mut self, size: f32) -> f32 {
        let wrap = self.buffer.wrap();
        let (_, lines) = self.lay_out(size, wrap, self.width);
        let words = |text: &str| text.split_whitespace().count();
        let last = self.buffer.layout_runs().last().map_or(0, |run| {
            let (from, to) = run.glyphs.iter().fold((usize::MAX, 0), |(a, b), g| (a.min(g.start), b.max(g.end)));
            words(run.text.get(from..to).unwrap_or_default())
        });
        let smallest = (size * 0.82).max(self.style.smallest);
        if wrap == Wrap::Word && lines > 1 && last == 1 {
            let mut smaller = size * 0.97;
            while smaller >= smallest {
                if self.fits(smaller, wrap) && self.lay_out(smaller, wrap, self.width).1 < lines {
                    return smaller;
                }
                smaller *= 0.97;
            }
        }
        size
    }

    /// Narrows the box as far as the number of lines stays: lines of like length, and no orphan. Returns width and lines.
    fn balance(&mut self, size: f32) -> (f32, usize) {
        let wrap = self.buffer.wrap();
        let (widest, lines) = self.lay_out(size, wrap, self.width);
        if lines < 2 {
            // The box becomes the line, so that it is the block that is aligned.
            self.lay_out(size, Wrap::None, widest);
            return (widest, lines);
        }
        let (mut enough, mut narrow) = (self.width, self.width / lines as f32 * 0.5);
        for _ in 0..9 {
            let middle = (enough + narrow) / 2.0;
            let (widest, count) = self.lay_out(size, wrap, middle);
            if count <= lines && widest <= middle + 0.01 { enough = middle } else { narrow = middle }
        }
        let (_, lines) = self.lay_out(size, wrap, enough);
        (enough, lines)
    }
}

fn with_ellipsis(text: &str) -> String {
    let mut text = text.trim_end_matches(|c: char| c.is_whitespace() || ",.;:-–—…".contains(c)).to_owned();
    text.push('…');
    text
}

/// One space between words, no control characters; the author's own line breaks are kept where there are few.
fn clean(text: &str, max_lines: usize) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            let visible: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            visible.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(if lines.len() <= max_lines.max(1) { "\n" } else { " " })
}

/// The characters for which no font has a glyph, each once.
fn missing_characters(fonts: &mut Fonts, text: &str, voice: Voice) -> String {
    let mut buffer = Buffer::new_empty(Metrics::new(20.0, 24.0));
    let attributes = fonts.attributes(voice, 0.0);
    buffer.set_text(text, &attributes, Shaping::Advanced, None);
    buffer.set_size(None, None);
    buffer.shape_until_scroll(&mut fonts.system, false);
    let mut missing = String::new();
    for run in buffer.layout_runs() {
        for glyph in run.glyphs.iter().filter(|glyph| glyph.glyph_id == 0) {
            for c in run.text.get(glyph.start..glyph.end).unwrap_or_default().chars() {
                if !c.is_whitespace() && !missing.contains(c) {
                    missing.push(c);
                }
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style() -> TextStyle {
        TextStyle {
            voice: Voice::Headline,
            largest: 96.0,
            smallest: 44.0,
            max_lines: 3,
            leading: 1.1,
            tracking: -0.01,
            centered: true,
        }
    }

    fn inside(block: &TextBlock, width: f32, height: f32) {
        assert!(block.width <= width + 0.1 && block.height <= height + 0.1, "{} {}", block.width, block.height);
        for run in block.buffer.layout_runs() {
            assert!(run.line_w <= block.width + 0.1, "{} {}", run.line_w, block.width);
        }
    }

    #[test]
    fn every_text_fits_or_is_cut() {
        let mut fonts = Fonts::embedded();
        let long = "word ".repeat(40);
        let giant = "x".repeat(200);
        let texts = [
            "Hi",
            "100 % \"pure\" \\ 'real'",
            "Line\nbreaks\r\n\n\nand\ttabs",
            &long,
            &giant,
            "مرحبا بالعالم",
            "日本語の字幕",
            "🚀🔥 go",
            "\u{0}\u{7}bell",
            "a\u{301}\u{302}\u{303}\u{304}",
            "\u{202e}right to left",
            "ﷺ",
            "ffi fl",
        ];
        for text in texts {
            if let Some(block) = TextBlock::set(&mut fonts, text, &style(), 700.0, 330.0) {
                inside(&block, 700.0, 330.0);
                assert!(block.lines <= 3 && block.size >= 44.0, "{text}");
            }
        }
        let block = TextBlock::set(&mut fonts, &giant, &style(), 700.0, 330.0).unwrap();
        assert!(block.truncated);
        for text in ["", "  \n\t ", "\u{0}"] {
            assert!(TextBlock::set(&mut fonts, text, &style(), 700.0, 330.0).is_none());
        }
        let narrow = TextBlock::set(&mut fonts, "narrow", &style(), 30.0, 20.0).unwrap();
        inside(&narrow, 30.0, 20.0);
    }

    #[test]
    fn lines_are_balanced() {
        let mut fonts = Fonts::embedded();
        let block = TextBlock::set(&mut fonts, "Slow mornings deserve a better cup", &style(), 760.0, 330.0).unwrap();
        let widths: Vec<f32> = block.buffer.layout_runs().map(|run| run.line_w).collect();
        assert!(widths.len() > 1);
        let (least, most) = widths.iter().fold((f32::MAX, 0.0f32), |(a, b), &w| (a.min(w), b.max(w)));
        assert!(least > 0.5 * most, "{widths:?}");
    }

    #[test]
    fn missing_glyphs_are_named() {
        let mut fonts = Fonts::embedded();
        let block = TextBlock::set(&mut fonts, "Tea 茶 now", &style(), 760.0, 330.0).unwrap();
        assert_eq!(block.missing, "茶");
        assert!(TextBlock::set(&mut fonts, "日本語", &style(), 760.0, 330.0).is_none());
    }
}
