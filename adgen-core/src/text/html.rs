//! HTML as shops keep it in a description, read as text: blocks are lines, what is not shown is left out.
//!
//! Not a parser of documents: descriptions are plain texts that may hold tags, halves of tags, or "3 < 5 & a <b", which a
//! parser takes for the beginning of an element. So a tag is one only where HTML knows its name and its attributes.

use super::table::{CELL, HEAD};

/// Elements that begin and end a line.
const BLOCKS: &str = "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption \
                      figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol option p pre section summary \
                      table tbody td tfoot th thead tr ul video audio";
/// Elements whose content nobody sees, or which was struck out.
const HIDDEN: &str =
    "script style head title template noscript svg math iframe object select textarea canvas del s strike";
const INLINE: &str = "a abbr acronym area b base basefont bdi bdo big button cite code col colgroup data datalist dfn em embed \
                      font i img input ins kbd label link map mark meta meter o output param picture progress q rp rt ruby \
                      samp small source span strong sub sup time track tt u var wbr";
/// Attributes that may stand without a value.
const BARE: &str = "async autofocus autoplay border checked controls default defer disabled download draggable formnovalidate hidden \
                    inert ismap itemscope loop multiple muted nofollow noshade novalidate nowrap open playsinline readonly \
                    required reversed selected";

/// A text without its tags.
pub(super) struct Stripped {
    pub(super) text: String,
    /// Whether there were any.
    pub(super) markup: bool,
}

/// A tag that was found: its name in lower case, whether it closes, and what follows it.
struct Tag<'a> {
    name: String,
    closes: bool,
    /// By its style or an attribute nobody sees it, or it is struck out.
    hidden: bool,
    rest: &'a str,
}

/// `text` without tags, comments, and what is not shown; with `marks`, headings and items have those of a text.
pub(super) fn text(text: &str, marks: bool) -> Stripped {
    let (mut rest, mut markup) = without_half(text);
    let mut out = String::with_capacity(text.len());
    // In a text with blocks the line ends of the source are blanks.
    let blocks = has_blocks(text);
    // Whether the row has a cell already, and one that is no heading.
    let (mut in_row, mut values) = (false, false);
    while let Some(at) = rest.find('<') {
        push(&mut out, &rest[..at], blocks);
        rest = &rest[at..];
        if let Some(after) = skipped(rest) {
            (rest, markup) = (after, true);
            continue;
        }
        let Some(tag) = tag(rest) else {
            if unfinished(rest, markup) {
                (rest, markup) = ("", true);
            } else {
                out.push('<');
                rest = &rest[1..];
            }
            continue;
        };
        (rest, markup) = (tag.rest, true);
        if (holds(HIDDEN, &tag.name) || tag.hidden) && !tag.closes {
            rest = after_element(rest, &tag.name);
        } else if matches!(tag.name.as_str(), "td" | "th") {
            match tag.closes {
                true => {}
                false if in_row => out.push(CELL),
                false => in_row = true,
            }
            values |= tag.name == "td" && !tag.closes;
        } else if holds(BLOCKS, &tag.name) {
            if tag.name == "tr" {
                // A row without values names the columns.
                if tag.closes && in_row && !values {
                    out.push(HEAD);
                }
                (in_row, values) = (false, false);
            }
            out.push_str(match (tag.closes, tag.name.as_str()) {
                (false, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") if marks => "\n# ",
                (false, "li") if marks => "\n• ",
                _ => "\n",
            });
        } else if matches!(tag.name.as_str(), "sup" | "sub") && !tag.closes {
            rest = small(rest, &tag.name, &mut out);
        }
    }
    push(&mut out, rest, blocks);
    Stripped { text: one_row(&out), markup }
}

/// A cell's own blocks end no row.
fn one_row(text: &str) -> String {
    let mut parts = text.split(CELL);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.truncate(out.trim_end().len());
        out.push(CELL);
        out.push_str(part.trim_start());
    }
    out
}

fn holds(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|known| known == word)
}

fn known(name: &str) -> bool {
    // Word's "o:p" and a shop's own "product-card".
    holds(BLOCKS, name) || holds(HIDDEN, name) || holds(INLINE, name) || name.contains([':', '-'])
}

/// Text between tags. In HTML one line end is a blank; an empty line is kept as a break, for such texts are mixtures.
fn push(out: &mut String, text: &str, blocks: bool) {
    if !blocks || !text.contains('\n') {
        return out.push_str(text);
    }
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            let empty = line.trim().is_empty() && index + 1 < lines.len();
            out.push(if empty { '\n' } else { ' ' });
        }
        out.push_str(line);
    }
}

fn has_blocks(text: &str) -> bool {
    let starts = text.match_indices('<');
    starts.filter_map(|(at, _)| tag(&text[at..])).any(|tag| holds(BLOCKS, &tag.name))
}

/// "p>Keeps its heat.<br>": the text begins in the middle of a tag, which others follow. "B > A" holds none.
fn without_half(text: &str) -> (&str, bool) {
    let start = text.trim_start().trim_start_matches('/');
    let name: String = start.chars().take_while(char::is_ascii_alphanumeric).collect();
    let lower = name.to_ascii_lowercase();
    match start[name.len()..].trim_start_matches([' ', '/']).strip_prefix('>') {
        Some(rest) if (holds(BLOCKS, &lower) || holds(INLINE, &lower)) && has_tags(rest) => (rest, true),
        _ => (text, false),
    }
}

fn has_tags(text: &str) -> bool {
    text.match_indices('<').any(|(at, _)| tag(&text[at..]).is_some() || unfinished(&text[at..], false))
}

/// What follows a comment, a declaration or a processing instruction at the beginning of `text`.
fn skipped(text: &str) -> Option<&str> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return Some(comment.split_once("-->").map_or("", |(_, rest)| rest));
    }
    let begins =
        |mark: &str| text.strip_prefix(mark).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if begins("<!") || begins("<?") || text.starts_with("<![") {
        return text.split_once('>').map(|(_, rest)| rest);
    }
    None
}

/// The tag at the beginning of `text`.
fn tag(text: &str) -> Option<Tag<'_>> {
    let inner = text.strip_prefix('<')?;
    let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-')).unwrap_or(inner.len());
    let name = inner[..end].to_ascii_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !known(&name) {
        return None;
    }
    let rest = attributes(&inner[end..])?;
    let own = inner[end..inner.len() - rest.len()].to_ascii_lowercase().replace(char::is_whitespace, "");
    let hidden = ["display:none", "visibility:hidden", "line-through"].iter().any(|style| own.contains(style));
    // A line's end is no element.
    let hidden = hidden && !matches!(name.as_str(), "br" | "hr" | "img" | "input" | "wbr");
    Some(Tag { name, closes, hidden, rest })
}

/// What follows the attributes and the closing bracket. `None` where these are no attributes.
fn attributes(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(rest) = rest.strip_prefix('>') {
            return Some(rest);
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<')).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() {
            return None;
        }
        rest = &rest[end..];
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            if holds(BARE, &name.to_ascii_lowercase()) || name.starts_with("data-") || name.starts_with(['"', '\'']) {
                continue;
            }
            return None;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        rest = match quote {
            Some(quote) => value[1..].split_once(quote)?.1,
            None => &value[value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len())..],
        };
    }
}

/// "Dishwasher safe</ul": the text ends in the middle of a tag. With no `markup` before it, "a <b" is none.
fn unfinished(text: &str, markup: bool) -> bool {
    if text.contains('>') {
        return false;
    }
    let inner = text[1..].trim_start_matches('/');
    let name: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect();
    let lower = name.to_ascii_lowercase();
    let whole = name.len() == inner.trim_end().len();
    let begins = |list: &str| list.split_whitespace().any(|known| known.starts_with(&lower));
    let sure = markup || text.starts_with("</") || (name.len() > 1 && known(&lower));
    if whole && !sure {
        return false;
    }
    if whole {
        return (text.len() > 1 && lower.is_empty())
            || (!lower.is_empty() && (begins(BLOCKS) || begins(HIDDEN) || begins(INLINE)));
    }
    known(&lower) && inner[name.len()..].contains('=')
}

/// What follows the end of an element; all of it where it has none, unless it was only struck out.
fn after_element<'a>(text: &'a str, name: &str) -> &'a str {
    let lower = text.to_ascii_lowercase();
    match lower.find(&format!("</{name}")) {
        Some(at) => text[at..].split_once('>').map_or("", |(_, rest)| rest),
        None if matches!(name, "del" | "s" | "strike") => text,
        None => "",
    }
}

/// "m<sup>2</sup>" and "CO<sub>2</sub>" keep their figures; a raised figure elsewhere leads to a footnote.
fn small<'a>(text: &'a str, name: &str, out: &mut String) -> &'a str {
    const RAISED: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    const LOWERED: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    let Some((inner, rest)) = text.split_once("</") else { return text };
    let digits: Option<Vec<u32>> = inner.trim().chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| !digits.is_empty()) else { return text };
    let word = out.trim_end_matches(char::is_alphabetic).len();
    let unit = matches!(&out[word..], "m" | "mm" | "cm" | "dm" | "km" | "ft" | "in" | "yd") || out.ends_with("10");
    match name {
        "sub" => out.extend(digits.iter().map(|&digit| LOWERED[digit as usize])),
        _ if unit => out.extend(digits.iter().map(|&digit| RAISED[digit as usize])),
        _ => out.push('*'),
    }
    rest.split_once('>').map_or("", |(_, rest)| rest)
}
