//! Markdown in a description, read as text.
//!
//! Not a parser of Markdown: one reads "160*80*30 cm" as emphasis, "> 20 hours" as a quotation and "2019. A good year" as
//! item 2019 of a list, and descriptions are plain texts more often than not. So a mark is one only where it cannot be
//! anything else.

use super::{list, table};

/// A line of the text, before lists are split.
pub(super) struct Line {
    pub(super) text: String,
    pub(super) heading: bool,
    pub(super) item: bool,
    /// It begins a paragraph.
    pub(super) starts: bool,
}

/// Nobody wraps lines that are shorter, in characters.
const WRAPPED: usize = 55;

/// The lines of `text`, without the marks of Markdown.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    // Whether the next line may go on with the last one, and whether that is an item of a list.
    let (mut open, mut listed) = (false, false);
    let mut in_table = false;
    for raw in text.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{B}', '\u{C}']) {
        let line = raw.trim_matches(|c: char| c.is_whitespace() && c != table::CELL && c != table::HEAD);
        if table::is_rule(line) {
            // The line before is its head.
            if open && !in_table {
                lines.pop();
            }
            (in_table, open) = (true, false);
            continue;
        }
        in_table &= line.contains('|');
        if in_table {
            lines.push(Line { text: inline(&table::cells(line)), heading: false, item: false, starts: true });
            open = false;
            continue;
        }
        let underlined = line.len() >= 3 && ["=", "-"].iter().any(|mark| line.replace(mark, "").is_empty());
        if underlined {
            if let (true, Some(last)) = (open, lines.last_mut()) {
                last.heading = true;
            }
            open = false;
            continue;
        }
        let Some((line, heading, item)) = block(line) else {
            open = false;
            continue;
        };
        let text = inline(line);
        // "What you get" over a list.
        if let (true, false, Some(last)) = (item, listed, lines.last_mut()) {
            last.heading |=
                last.text.split_whitespace().count() <= 3 && !last.text.ends_with(['.', '!', '?', '…', '。']);
        }
        listed = item;
        match lines.last_mut().filter(|_| open && !heading && !item) {
            Some(last) if goes_on(&last.text, &text) => {
                last.text.push(' ');
                last.text.push_str(&text);
            }
            _ => lines.push(Line { text, heading, item, starts: !open }),
        }
        open = !heading;
    }
    lines
}

/// A line without the mark at its beginning, whether it is a heading, and whether it is an item. `None` for lines that
/// are marks only.
fn block(line: &str) -> Option<(&str, bool, bool)> {
    let rule = line.chars().all(|c| matches!(c, '-' | '*' | '_' | '|' | ':' | ' ' | '+' | '=' | '~'));
    if line.is_empty() || rule || line.starts_with("```") || line.starts_with("~~~") || is_definition(line) {
        return None;
    }
    let hashes = line.len() - line.trim_start_matches('#').len();
    if (1..=6).contains(&hashes) && line[hashes..].starts_with([' ', '\t']) {
        return Some((line[hashes..].trim().trim_end_matches('#').trim_end(), true, false));
    }
    // "> 20 hours" is no quotation.
    if let Some(quoted) = line.strip_prefix('>')
        && quoted.trim_start().starts_with(|c: char| c.is_alphabetic() || matches!(c, '"' | '“' | '*' | '_'))
    {
        return Some((quoted.trim_start(), false, false));
    }
    Some((line, false, list::is_item(line)))
}

/// `[1]: https://…`
fn is_definition(line: &str) -> bool {
    line.starts_with('[')
        && line.split_once("]: ").is_some_and(|(_, target)| target.trim().starts_with(['h', '/', '#', '<', 'w']))
}

/// Whether a line was only wrapped: the next one begins with a small letter, and this one has no end.
fn goes_on(before: &str, next: &str) -> bool {
    let small = next.chars().next().is_some_and(char::is_lowercase);
    let ended = before.ends_with(['.', '!', '?', ':', ';', '…', '。', '！', '？']);
    small && !ended && before.chars().count() > WRAPPED
}

/// A line without links, images and emphasis.
fn inline(line: &str) -> String {
    let mut text = links(line);
    // What is struck out is no longer said.
    while let Some((start, end)) = pair(&text, "~~") {
        text.replace_range(start..end + 2, "");
    }
    for mark in ["***", "**", "*", "___", "__", "_", "``", "`"] {
        while let Some((start, end)) = pair(&text, mark) {
            text.replace_range(end..end + mark.len(), "");
            text.replace_range(start..start + mark.len(), "");
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

/// Where the first pair of a mark begins and ends: around words, not inside of them or between figures.
fn pair(text: &str, mark: &str) -> Option<(usize, usize)> {
    let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '\\' && !mark.contains(c));
    let inside = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace() && !mark.contains(c));
    let starts: Vec<usize> = text.match_indices(mark).map(|(at, _)| at).collect();
    starts.iter().enumerate().find_map(|(index, &start)| {
        let after = start + mark.len();
        if !(outside(text[..start].chars().next_back()) && inside(text[after..].chars().next())) {
            return None;
        }
        let ends = starts[index + 1..].iter().copied().filter(|&end| end > after);
        let mut ends = ends
            .filter(|&end| inside(text[..end].chars().next_back()) && outside(text[end + mark.len()..].chars().next()));
        ends.next().map(|end| (start, end))
    })
}

/// `[text](address)` as its text, `![text](address)` and `<address>` as nothing.
fn links(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['[', '<']) {
        let (before, from) = rest.split_at(at);
        let image = before.ends_with('!');
        out.push_str(if image { &before[..before.len() - 1] } else { before });
        if let Some(address) = from.strip_prefix('<') {
            let end = address.find('>').filter(|&end| {
                let inner = &address[..end];
                !inner.contains(char::is_whitespace) && (inner.contains("://") || inner.contains('@'))
            });
            if let Some(end) = end {
                rest = &address[end + 1..];
                continue;
            }
        } else if let Some((text, after)) = from[1..].split_once(']')
            && let Some(close) = target(after)
        {
            if !image {
                out.push_str(text);
            }
            rest = &after[close..];
            continue;
        }
        if image {
            out.push('!');
        }
        let first = from.chars().next().map_or(0, char::len_utf8);
        out.push_str(&from[..first]);
        rest = &from[first..];
    }
    out.push_str(rest);
    out
}

/// The length of a link's target, `(address)` or `[name]`, at the beginning of `text`.
fn target(text: &str) -> Option<usize> {
    let close = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        _ => return None,
    };
    text.find(close).map(|at| at + 1)
}
