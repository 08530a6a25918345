//! Text as people and shops write it, read as plain lines: HTML and Markdown resolved, lists split, signs that are no words
//! left out; a name or a caption as it may stand on screen, and the words on the button where nobody gave any. Depends on nothing of adgen.

mod call_to_action;
mod count;
mod entity;
mod html;
mod language;
mod list;
mod markdown;
mod picture;
mod table;
mod template;

use std::borrow::Cow;

#[cfg(test)]
pub(crate) use call_to_action::buttons;
pub(crate) use call_to_action::default_call_to_action;
pub(crate) use language::primary;
pub(crate) use picture::is_picture;

/// The most of a text that is read, in characters: nobody's tenth paragraph makes a caption.
const READ: usize = 6000;

/// A line of a description: one paragraph, one item of a list, one heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: String,
    /// It stands over something rather than saying it.
    pub(crate) heading: bool,
    /// It is an item of a list.
    pub(crate) item: bool,
    /// What stands over it, where that leads to a list: "Free from:".
    pub(crate) lead: Option<String>,
}

/// What shops' pages write over a part of a description.
const LABELS: &str = "about this item, about this product, about the product, product description, description, product details, details, key \
                      features, product features, features and benefits, highlights, specifications, technical specifications, \
                      what's in the box, in the box, box contents, package contents, how to use, size guide, care instructions, \
                      produktbeschreibung, produktdetails, lieferumfang, technische daten, description du produit, caractéristiques \
                      techniques, contenu de la boîte, descripción del producto, características, contenido de la caja, descrizione \
                      del prodotto, caratteristiche, descrição do produto, características do produto, productbeschrijving, opis \
                      produktu, описание товара, характеристики, 商品説明, 产品描述, 상품 설명";

/// The lines of `text` in order, none of them empty. What is longer than the most that is read ends with a whole line.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let text = template::without(&written_ends(text));
    let text = marks_for_pictures(&resolved(&text, true));
    let cut = text.char_indices().nth(READ).map(|(at, _)| at);
    let text = match cut {
        // Where the reading stops in the middle, the last piece is none.
        Some(at) => text[..at].rfind(['\n', '.', '。', '!', '?']).map_or("", |end| &text[..=end]),
        None => &text,
    };
    let mut lines = Vec::new();
    let read = markdown::lines(text);
    let numbers: Vec<u32> = read.iter().filter_map(|line| list::number(&line.text)).collect();
    // What leads to the lines that follow, and whether it stood just before.
    let (mut leading, mut fresh): (Option<String>, bool) = (None, false);
    for line in read {
        let Some(row) = table::row(&line.text) else { continue };
        if line.heading || (!line.item && line.starts && !fresh) {
            leading = None;
        }
        fresh = false;
        let items = list::items(&row, &numbers);
        let several = items.len() > 1;
        for text in items {
            let text = without_hashtags(&plain(&text));
            if !text.chars().any(char::is_alphanumeric) || is_note(&text) {
                continue;
            }
            let item = line.item || (several && leading.is_some());
            let lead = leading.clone().filter(|lead| item || lead.ends_with([':', '：']));
            // "Contains no" over bullets leads to them, too.
            let leads = !line.item && (line.heading || !text.ends_with(['.', '!', '?', '…', '。']));
            if leads && (!several || text.ends_with([':', '：'])) {
                (leading, fresh) = (Some(text.clone()), true);
            }
            lines.push(Line { text, heading: line.heading, item, lead });
        }
    }
    // "What you get:" says nothing without what follows it.
    let sentence = |text: &str| ["! ", "? ", ". "].iter().any(|end| text.contains(end));
    let label =
        |line: &Line| line.text.ends_with([':', '：']) && line.text.split(' ').count() <= 5 && !sentence(&line.text);
    // Labels of shops' pages say nothing of the product.
    let page = |line: &Line| {
        let lower = line.text.to_lowercase();
        LABELS.split(", ").any(|known| known == lower.trim_end_matches([':', '.', '!']))
    };
    lines.retain(|line| !label(line) && !page(line));
    // Nor does "Features".
    if lines.iter().any(|line| !line.heading) {
        lines.retain(|line| {
            !line.heading || line.text.split(' ').count() > 2 || line.text.ends_with(['.', '!', '?', '。'])
        });
    }
    lines
}

/// "\\n" written out, as some shops' exports have it, where the text has no other line ends.
fn written_ends(text: &str) -> Cow<'_, str> {
    match text.contains('\n') || !text.contains("\\n") {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.replace("\\r", "").replace("\\n", "\n").replace("\\t", " ")),
    }
}

/// Without the hashtags that a line begins or ends with, and without an address behind a sentence's end.
fn without_hashtags(text: &str) -> String {
    let mut rest = text.trim_end();
    while let Some((_, after)) = rest.split_once(' ').filter(|(first, _)| is_hashtag(first)) {
        rest = after.trim_start();
    }
    loop {
        let (before, last) = rest.rsplit_once(' ').unwrap_or(("", rest));
        let tag = is_hashtag(last);
        let behind = before.rsplit(' ').next().unwrap_or_default();
        let address = last.contains("://") && (behind.ends_with(['.', '!', '?']) || behind.starts_with('#'));
        if !(tag || address) {
            return rest.to_owned();
        }
        rest = before.trim_end();
    }
}

fn is_hashtag(word: &str) -> bool {
    word.strip_prefix('#').is_some_and(|tag| tag.starts_with(char::is_alphabetic))
}

/// The text of a footnote: "[1] In lab tests", "[^1]: …", "¹ Compared with glass".
fn is_note(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let bracket = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    bracket.is_some_and(|(mark, _)| digits(mark.trim_start_matches('^'))) || text.starts_with(['¹', '²', '³', '⁴', '⁵'])
}

/// A name, a title or a label as it may stand on screen: one line, HTML resolved.
pub(crate) fn shown_name(text: &str) -> String {
    plain(&resolved(text, false))
}

/// A person's caption as it may stand on screen: HTML resolved, its own lines kept.
pub(crate) fn shown_words(text: &str) -> String {
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
