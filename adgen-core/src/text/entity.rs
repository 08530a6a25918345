//! Character references of HTML: `&amp;`, `&nbsp;`, `&#8217;`, `&#x2019;`, and those that lost their semicolon.

use std::borrow::Cow;

/// The longest name that HTML knows, `&CounterClockwiseContourIntegral;`, without its ampersand.
const LONGEST: usize = 32;

/// What the numbers 128 to 159 stand for: they are no characters, and browsers read them as Windows-1252 (HTML Standard,
/// "numeric character reference end state").
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// `text` with every reference resolved. In a text with `markup` a no-break space is what an editor puts between words of
/// its own accord: it stays where a figure, a sign or a single letter stands beside it, and is a blank elsewhere.
pub(super) fn decoded(text: &str, markup: bool) -> Cow<'_, str> {
    if !(text.contains('&') || markup && text.contains('\u{A0}')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((said, length)) => {
                out.push_str(&said);
                rest = &rest[length..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(if markup || out.len() < text.len() { blanks(&out) } else { out })
}

/// What the reference at the beginning of `text` stands for, and its length in bytes.
fn reference(text: &str) -> Option<(String, usize)> {
    let name: &str = text.get(1..)?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(name.len());
    let (name, rest) = name.split_at(end);
    let closed = rest.starts_with(';');
    let length = 1 + end + usize::from(closed);
    if let Some(number) = name.strip_prefix('#') {
        let (digits, radix) = match number.strip_prefix(['x', 'X']) {
            Some(hex) => (hex, 16),
            None => (number, 10),
        };
        return Some((character(u32::from_str_radix(digits, radix).ok()?)?.to_string(), length));
    }
    if !(1..=LONGEST).contains(&name.len()) || name.contains('#') {
        return None;
    }
    let named = format!("&{name};");
    let said = html_escape::decode_html_entities(&named);
    let mut chars = said.chars();
    // Without its semicolon a name counts where HTML has always let it: for signs of Latin-1. "R&D" is none.
    let old = matches!((chars.next(), chars.next()), (Some(c), None) if u32::from(c) < 0x100);
    (said != named && (closed || (old && !rest.starts_with('=')))).then(|| (said.into_owned(), length))
}

fn character(number: u32) -> Option<char> {
    match number {
        0x80..=0x9F => WINDOWS_1252.get(number as usize - 0x80).copied(),
        // Nobody can see it.
        0 => Some('\u{FFFD}'),
        number => char::from_u32(number),
    }
}

/// Blanks for no-break spaces that hold nothing together.
fn blanks(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic());
    let kept = |(at, &c): (usize, &char)| {
        let single = |back: usize| word(chars.get(at.wrapping_sub(1))) && !word(chars.get(at.wrapping_sub(back)));
        let before = chars.get(at.wrapping_sub(1));
        let between = word(before) && word(chars.get(at + 1)) && !single(2);
        if c == '\u{A0}' && between { ' ' } else { c }
    };
    chars.iter().enumerate().map(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_reference_is_read() {
        for (text, expected) in [
            ("Glazed &amp; fired", "Glazed & fired"),
            ("it&#8217;s &#x2019;n&#X2019;", "it’s ’n’"),
            ("it&#146;s 5&#128;", "it’s 5€"),
            ("caf&eacute; &copy 2020 &ndash; &hellip;", "café © 2020 – …"),
            ("fired &amp", "fired &"),
            ("R&D, AT&T, a&b=c, Q&A;, &;, &#;, &#x110000;, &", "R&D, AT&T, a&b=c, Q&A;, &;, &#;, &#x110000;, &"),
            ("100&nbsp;%", "100\u{A0}%"),
            ("of&nbsp;fine clay", "of fine clay"),
        ] {
            assert_eq!(decoded(text, false), expected, "{text}");
        }
    }
}
