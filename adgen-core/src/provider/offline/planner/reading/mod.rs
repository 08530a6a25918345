//! A description as people and shops write it, read as plain lines: HTML and Markdown resolved, lists split, signs that
//! are no words left out. Depends on nothing of adgen.

mod count;
mod entity;
mod html;
mod list;
mod markdown;
mod picture;

use std::borrow::Cow;

pub(super) use picture::is_picture;

/// The most of a text that is read, in characters: nobody's tenth paragraph makes a caption.
const READ: usize = 6000;

/// A line of a description: one paragraph, one item of a list, one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) text: String,
    /// It stands over something rather than saying it.
    pub(super) heading: bool,
}

/// The lines of `text` in order, none of them empty. What is longer than the most that is read ends with a whole line.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let text = marks_for_pictures(&resolved(text, true));
    let cut = text.char_indices().nth(READ).map(|(at, _)| at);
    let text = match cut {
        // Where the reading stops in the middle, the last piece is none.
        Some(at) => text[..at].rfind(['\n', '.', '。', '!', '?']).map_or("", |end| &text[..=end]),
        None => &text,
    };
    let mut lines = Vec::new();
    let read = markdown::lines(text);
    let numbers: Vec<u32> = read.iter().filter_map(|line| list::number(&line.text)).collect();
    for line in read {
        for text in list::items(&line.text, &numbers) {
            let text = plain(&text);
            if text.chars().any(char::is_alphanumeric) {
                lines.push(Line { text, heading: line.heading });
            }
        }
    }
    // "What you get:" says nothing without what follows it.
    let sentence = |text: &str| ["! ", "? ", ". "].iter().any(|end| text.contains(end));
    let label =
        |line: &Line| line.text.ends_with([':', '：']) && line.text.split(' ').count() <= 5 && !sentence(&line.text);
    lines.retain(|line| !label(line));
    // Nor does "Features".
    if lines.iter().any(|line| !line.heading) {
        lines.retain(|line| {
            !line.heading || line.text.split(' ').count() > 2 || line.text.ends_with(['.', '!', '?', '。'])
        });
    }
    lines
}

/// A name, a title or a label as it may stand on screen: one line, HTML resolved.
pub(crate) fn name(text: &str) -> String {
    plain(&resolved(text, false))
}

/// A person's caption as it may stand on screen: HTML resolved, its own lines kept.
pub(crate) fn words(text: &str) -> String {
    let text = resolved(text, false);
    // Empty lines of markup are none of the author's.
    let own = matches!(text, Cow::Borrowed(_));
    let lines: Vec<String> = text.lines().map(plain).filter(|line| own || !line.is_empty()).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// With the marks that pictures of them stand for behind a word, "Cold❓": a question whose mark is left out is a claim.
fn marks_for_pictures(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mark = match c {
            '❓' | '❔' => '?',
            '❗' | '❕' => '!',
            '⁉' | '⁈' | '⁇' => '?',
            _ => c,
        };
        let behind =
            out.trim_end().ends_with(|c: char| c.is_alphanumeric() || matches!(c, '!' | '?' | '"' | '”' | '’' | ')'));
        if mark != c && behind {
            out.truncate(out.trim_end().len());
            out.push(mark);
            chars.next_if_eq(&'\u{FE0F}');
        } else {
            out.push(c);
        }
    }
    out
}

/// Without tags and with the characters that entities stand for. What was escaped twice is resolved twice. With `marks`,
/// headings and items have those of a text.
fn resolved(text: &str, marks: bool) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if text.contains("<![CDATA[") {
        text = Cow::Owned(text.replace("<![CDATA[", "").replace("]]>", ""));
    }
    let mut markup = false;
    for _ in 0..3 {
        let stripped = html::text(&text, marks);
        markup |= stripped.markup;
        let decoded = entity::decoded(&stripped.text, markup).into_owned();
        if decoded == text {
            break;
        }
        text = Cow::Owned(decoded);
    }
    text
}

/// One line: no control characters, white space collapsed. A no-break space stays one where nothing else stands beside
/// it, for it was put there.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut gap, mut fixed) = (false, None);
    for c in text.chars() {
        // Line and paragraph separators are white space, zero-width spaces and marks of byte order are not.
        if c == '\u{FEFF}' || (c.is_control() && !c.is_whitespace()) {
            continue;
        }
        if matches!(c, '\u{A0}' | '\u{202F}' | '\u{2007}') {
            fixed.get_or_insert(c);
        } else if c.is_whitespace() {
            gap = true;
        } else {
            match fixed.take() {
                _ if out.is_empty() => {}
                Some(fixed) if !gap => out.push(fixed),
                Some(_) => out.push(' '),
                None if gap => out.push(' '),
                None => {}
            }
            gap = false;
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
