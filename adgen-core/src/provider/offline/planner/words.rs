//! The words that name a product or a brand, which no prompt may hold: a video model would draw a second product.

use std::collections::BTreeSet;

/// A set of words in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words(BTreeSet<String>);

/// Shorter words ("of", "the", "pro") name nothing by themselves.
const NAMING: usize = 4;

impl Words {
    /// Of these names.
    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let words = names.into_iter().flat_map(split).filter(|word| word.chars().count() >= NAMING);
        Self(words.collect())
    }

    /// Whether one of them stands in `text`, also as a plural or as part of a compound.
    pub(super) fn any_in(&self, text: &str) -> bool {
        split(text).any(|word| self.0.iter().any(|name| word.starts_with(name.as_str())))
    }
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_names_in_any_case_and_form() {
        let words = Words::of(["Rosso Espresso Cup", "Café Nero"]);
        assert!(words.any_in("two ESPRESSOS") && words.any_in("a nero wall") && words.any_in("café light"));
        assert!(!words.any_in("a cupola, rows of light"));
        assert!(!Words::default().any_in("anything"));
    }
}
