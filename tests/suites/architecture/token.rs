//! Rust text as words and signs, without comments; each knows its line.

/// A word, a text in quotes (with its first quote), a lifetime, `::`, or any other single character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) text: String,
    /// From 1.
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is(&self, text: &str) -> bool {
        self.text == text
    }

    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(is_word)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    let (mut found, mut index, mut line) = (Vec::new(), 0, 1);
    while index < chars.len() {
        let start = index;
        let c = chars[index];
        if c.is_whitespace() {
            index += 1;
        } else if c == '/' && at(index + 1) == '/' {
            while index < chars.len() && chars[index] != '\n' {
                index += 1;
            }
        } else if c == '/' && at(index + 1) == '*' {
            index = after_comment(&chars, index);
        } else if let Some(end) = after_text(&chars, index) {
            index = end;
            let text = chars[start..end].iter().collect::<String>();
            found.push(Token { text: text.trim_start_matches(['r', 'b', 'c', '#']).to_owned(), line });
        } else if is_word(c) {
            while is_word(at(index)) {
                index += 1;
            }
            found.push(Token { text: chars[start..index].iter().collect(), line });
        } else if c == '\'' {
            index = after_quote(&chars, index);
            found.push(Token { text: chars[start..index].iter().collect(), line });
        } else {
            index += if c == ':' && at(index + 1) == ':' { 2 } else { 1 };
            found.push(Token { text: chars[start..index].iter().collect(), line });
        }
        line += chars[start..index].iter().filter(|&&c| c == '\n').count();
    }
    found
}

/// Comments nest.
fn after_comment(chars: &[char], start: usize) -> usize {
    let (mut depth, mut index) = (0, start);
    while index < chars.len() {
        match (chars[index], chars.get(index + 1)) {
            ('/', Some('*')) => (depth, index) = (depth + 1, index + 2),
            ('*', Some('/')) => {
                (depth, index) = (depth - 1, index + 2);
                if depth == 0 {
                    return index;
                }
            }
            _ => index += 1,
        }
    }
    index
}

/// The end of a text in double quotes that begins here, raw and byte ones included; `None` where none begins.
fn after_text(chars: &[char], start: usize) -> Option<usize> {
    let mut index = start;
    while matches!(chars.get(index), Some('b' | 'c' | 'r')) && index < start + 2 {
        index += 1;
    }
    let is_raw = index > start && chars[index - 1] == 'r';
    let hashes = chars[index..].iter().take_while(|&&c| is_raw && c == '#').count();
    index += hashes;
    if chars.get(index) != Some(&'"') {
        return None;
    }
    index += 1;
    while index < chars.len() {
        match chars[index] {
            '\\' if !is_raw => index += 2,
            '"' if chars[index + 1..].iter().take_while(|&&c| c == '#').count() >= hashes => {
                return Some(index + 1 + hashes);
            }
            _ => index += 1,
        }
    }
    Some(chars.len())
}

/// The end of a character or of a lifetime.
fn after_quote(chars: &[char], start: usize) -> usize {
    let at = |index: usize| chars.get(index).copied().unwrap_or('\0');
    if at(start + 1) == '\\' {
        let closing = chars[start + 3..].iter().position(|&c| c == '\'');
        return closing.map_or(chars.len(), |offset| start + 4 + offset);
    }
    if at(start + 2) == '\'' {
        return start + 3;
    }
    let mut end = start + 1;
    while is_word(at(end)) {
        end += 1;
    }
    end
}

#[test]
fn comments_and_texts_hide_what_is_in_them() {
    let words = |source: &str| tokens(source).into_iter().map(|token| token.text).collect::<Vec<_>>();
    assert_eq!(words("a /* use /* x */ y */ ::b // c\nd"), ["a", "::", "b", "d"]);
    assert_eq!(
        words(r#"f("use \" a", 'x', '\'', '"', 'a: b)"#),
        ["f", "(", r#""use \" a""#, ",", "'x'", ",", r"'\''", ",", "'\"'", ",", "'a", ":", "b", ")"]
    );
    assert_eq!(words("r#\"a \" b\"# br\"\\\" x"), ["\"a \" b\"#", "\"\\\"", "x"]);
    assert_eq!(tokens("a\n/*\n*/ \"\n\" b").iter().map(|token| token.line).collect::<Vec<_>>(), [1, 3, 4]);
}
