//! Tables, from HTML or Markdown: a row of two cells is one statement, "Waterproof: No". Of a row with more cells nobody knows
//! which belongs to the product.

/// What parts the cells of a row, and what ends the head of a table; neither is in any text, for control characters are left
/// out of all that is shown.
pub(super) const CELL: char = '\u{1F}';
pub(super) const HEAD: char = '\u{1E}';

/// A line as text: cells as one statement; `None` for the head of a table, and for rows that compare.
pub(super) fn row(line: &str) -> Option<String> {
    if line.contains(HEAD) {
        return None;
    }
    if !line.contains(CELL) {
        return Some(line.to_owned());
    }
    let cells: Vec<&str> = line.split(CELL).map(str::trim).filter(|cell| !cell.is_empty()).collect();
    match cells.as_slice() {
        [one] => Some((*one).to_owned()),
        [name, value] => Some(format!("{}: {value}", name.trim_end_matches([':', '：']))),
        _ => None,
    }
}

/// Whether a line of Markdown parts the head of a table from its rows: "|---|:--:|".
pub(super) fn is_rule(line: &str) -> bool {
    line.contains('|') && line.contains("--") && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// A row of Markdown with its cells parted.
pub(super) fn cells(line: &str) -> String {
    line.trim().trim_matches('|').replace('|', &CELL.to_string())
}
