//! What programs put into descriptions and nobody should see: `{{ product.title }}`, `{% include %}`, `[shortcode id="3"]`,
//! `[b]`.

/// Tags of bulletin boards.
const BOARD: &str = "b i u s url img size color colour font list quote center left right code table tr td li email youtube video \
                     spoiler justify";

/// `text` without them.
pub(super) fn without(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(item) = rest.strip_prefix("[*]") {
            out.push_str("\n• ");
            rest = item;
            continue;
        }
        match length(rest) {
            Some(length) => rest = &rest[length..],
            None => {
                out.push_str(&rest[..1]);
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The length of such a mark at the beginning of `text`.
fn length(text: &str) -> Option<usize> {
    for (open, close) in [("{{", "}}"), ("{%", "%}")] {
        if text.starts_with(open) {
            return text.find(close).map(|end| end + close.len());
        }
    }
    let (inner, after) = text.strip_prefix('[')?.split_once(']')?;
    let name: String = inner.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
    let rest = &inner.trim_start_matches('/')[name.len()..];
    let board = BOARD.split_whitespace().any(|known| known.eq_ignore_ascii_case(&name))
        && (rest.is_empty() || rest.starts_with('='));
    let attributes = !name.is_empty() && rest.starts_with(' ') && rest.contains("=\"");
    let closes = inner.starts_with('/') && rest.is_empty() && !name.is_empty();
    // "[text](address)" is a link of Markdown.
    ((board || attributes || closes) && !after.starts_with('(')).then_some(inner.len() + 2)
}
