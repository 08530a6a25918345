//! A plan as Python shows one: `{'scenes': {'hook': {'caption': None}}}`. A server that hands over its own value's `repr`
//! instead of its JSON writes so.
//!
//! Python's rules leave no doubt where a string ends, so what does not keep to them, such as an apostrophe within single
//! quotes, is not guessed at. Depends on nothing of adgen.

use serde_json::Value;
use std::{iter::Peekable, str::CharIndices};

type Chars<'a> = Peekable<CharIndices<'a>>;

/// The object at the beginning of `text`, and its length in bytes.
pub(super) fn object(text: &str, patience: &mut usize) -> Option<(Value, usize)> {
    let begins = text[1..].trim_start().starts_with(['\'', '"']);
    *patience = patience.checked_sub(usize::from(begins))?;
    let (json, length) = begins.then(|| json(text)).flatten()?;
    serde_json::from_str(&json).ok().map(|value| (value, length))
}

/// The text up to the brace that closes its first one, as JSON: whether it is any, the parser tells.
fn json(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices().peekable();
    let mut depth = 0usize;
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' | '"' => out.push_str(&serde_json::to_string(&string(&mut chars, c)?).ok()?),
            '{' | '[' => {
                depth += 1;
                out.push(c);
            }
            '}' | ']' => {
                let kept = out.trim_end().trim_end_matches(',').len();
                out.truncate(kept);
                out.push(c);
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some((out, at + c.len_utf8()));
                }
            }
            c if c.is_alphabetic() => {
                let mut word = String::from(c);
                while let Some((_, next)) = chars.next_if(|(_, next)| next.is_alphanumeric()) {
                    word.push(next);
                }
                out.push_str(match word.as_str() {
                    "True" | "true" => "true",
                    "False" | "false" => "false",
                    "None" | "null" => "null",
                    _ => return None,
                });
            }
            c => out.push(c),
        }
    }
    None
}

/// The string behind its opening quote.
fn string(chars: &mut Chars<'_>, quote: char) -> Option<String> {
    let mut text = String::new();
    loop {
        match chars.next()?.1 {
            c if c == quote => return Some(text),
            '\\' => text.push(escaped(chars)?),
            c => text.push(c),
        }
    }
}

/// The character behind a backslash.
fn escaped(chars: &mut Chars<'_>) -> Option<char> {
    let code = match chars.next()?.1 {
        c @ ('\\' | '\'' | '"' | '/') => return Some(c),
        'n' => return Some('\n'),
        't' => return Some('\t'),
        'r' => return Some('\r'),
        'x' => number(chars, 2)?,
        'u' => number(chars, 4)?,
        'U' => number(chars, 8)?,
        _ => return None,
    };
    // What is half of a pair in UTF-16 is no character.
    char::from_u32(code)
}

/// A number of so many hexadecimal digits, eight at most.
fn number(chars: &mut Chars<'_>, digits: u32) -> Option<u32> {
    (0..digits).try_fold(0, |number, _| Some((number << 4) | chars.next()?.1.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn read(text: &str) -> Option<Value> {
        object(text, &mut 9).map(|(value, _)| value)
    }

    #[test]
    fn what_python_shows_is_read() {
        for (text, wanted) in [
            ("{'a': 1, 'b': [True, False, None, -2.5]} and so on", json!({"a": 1, "b": [true, false, null, -2.5]})),
            (
                r#"{'a': "it's", "b": 'a "word"', 'c': 'both: \' and "'}"#,
                json!({"a": "it's", "b": "a \"word\"", "c": "both: ' and \""}),
            ),
            (
                r"{'a': 'two\nlines, a\\b, \xe9\u20ac\U0001f600'}",
                json!({"a": "two\nlines, a\\b, \u{E9}\u{20AC}\u{1F600}"}),
            ),
            ("{'a': {'b': '}'},\n 'c': ['{', ],}", json!({"a": {"b": "}"}, "c": ["{"]})),
        ] {
            assert_eq!(read(text), Some(wanted), "{text}");
        }
        assert_eq!(object("{'a': '\u{E9}'}!", &mut 1).map(|(_, length)| length), Some(11));
    }

    #[test]
    fn what_is_in_doubt_is_no_plan() {
        for text in [
            "{'a': 'it's here'}",
            "{'a': 'the dogs' bowl', 'b': 1}",
            "{'a': 'rock 'n' roll'}",
            "{'a': 'We love 'em', 'b': 1}",
            "{'a': datetime(2026, 1, 1)}",
            r"{'a': '\ud83d'}",
            r"{'a': '\d'}",
            "{'a': 1",
            "{'a'",
            "{a: 1}",
            "{'a', 'b'}",
            "{'tis the season}",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_breaks_it(text in "([{}\\[\\]'\",:\\\\ xuUnTa1]|\\PC){0,100}") {
            let _ = read(&format!("{{{text}"));
        }

        #[test]
        fn every_text_comes_through(text in "\\PC{0,60}") {
            let shown = text.replace('\\', "\\\\").replace('\'', "\\'");
            prop_assert_eq!(read(&format!("{{'a': '{shown}'}}")), Some(json!({ "a": text })));
        }
    }
}
