//! The names of product and brand, which no prompt may hold: a video model would draw a second product.

/// Names that must not stand in a prompt.
#[derive(Debug, Clone, Default)]
pub(super) struct Names(Vec<String>);

/// Shorter names are let through: "On" and "One" stand in every other sentence.
const SHORTEST: usize = 4;

impl Names {
    /// Of a product and a brand; those of fewer than four letters are left out.
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let folded = names.into_iter().map(|name| plain(name).chars().flat_map(lower).collect::<String>());
        let mut names: Vec<String> = folded.filter(|name| name.chars().count() >= SHORTEST).collect();
        // The longest first, so that removing one leaves no rest of it.
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        Self(names)
    }

    /// The name that stands in `text`, in lower case.
    pub(super) fn in_text(&self, text: &str) -> Option<&str> {
        let text = plain(text);
        self.0.iter().find(|name| find(&text, name).is_some()).map(String::as_str)
    }

    /// `text` on one line without the names.
    pub(super) fn removed_from(&self, text: &str) -> String {
        let mut text = plain(text);
        while let Some((start, end)) = self.0.iter().find_map(|name| find(&text, name)) {
            // A blank in its place, so that what stood around it does not become a name.
            text = plain(&format!("{} {}", &text[..start], &text[end..]));
        }
        text
    }
}

/// On one line, with single blanks and without control characters.
pub(super) fn plain(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// Where `name`, which is folded, stands in `text`: its first byte and the one after its last.
fn find(text: &str, name: &str) -> Option<(usize, usize)> {
    // Lower case may be longer or shorter than what it is made of, so each of its bytes remembers where that stood.
    let mut folded = String::with_capacity(text.len());
    let mut origin = Vec::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        for small in lower(letter) {
            folded.push(small);
            origin.extend(std::iter::repeat_n((at, at + letter.len_utf8()), small.len_utf8()));
        }
    }
    let start = folded.find(name)?;
    Some((origin.get(start)?.0, origin.get(start + name.len() - 1)?.1))
}

/// In lower case. A final sigma counts as any other: whether it is final depends on where it stands.
fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase().map(|small| if small == 'ς' { 'σ' } else { small })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_in_any_case_and_spacing() {
        let names = Names::of(["Glow", "Café  Nero", "ONE", " "]);
        assert_eq!(names.in_text("a soft GLOWING light"), Some("glow"));
        assert_eq!(names.in_text("the CAFÉ\nNERO wall"), Some("café nero"));
        assert_eq!(names.in_text("one stone, a nero wall, a café"), None);
        assert!(Names::of(["ΟΔΟΣ"]).in_text("η οδος εδώ").is_some());
        assert_eq!(names.removed_from("a Glow of light, one beam"), "a of light, one beam");
        assert_eq!(Names::default().in_text("anything"), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_of_a_name_survives(
            name in "[a-zA-Z%ßİς ]{1,12}", around in "[a-zA-Z%ßİς ]{0,20}", upper in any::<bool>(),
        ) {
            let shown = if upper { name.to_uppercase() } else { name.clone() };
            let names = Names::of([name.as_str()]);
            for text in [format!("{around}{shown}{around}"), format!("{around} {shown} {around}")] {
                let clean = names.removed_from(&text);
                prop_assert_eq!(names.in_text(&clean), None, "{:?} in {:?}", &name, &clean);
                let name = plain(&name).to_lowercase();
                let is_short = name.chars().count() < SHORTEST;
                prop_assert!(is_short || !clean.to_lowercase().contains(&name), "{:?} in {:?}", name, clean);
            }
        }
    }
}
