//! Softer words for a prompt that a provider refused: what its filters commonly stumble over goes, the picture stays.
//!
//! May depend on `provider`, which has the list of such words.

use crate::provider::prompt_rules::is_risky;

/// What is said instead of all that went, and at the end.
const CALM: &str = "An empty, calm setting with soft light, no people, suitable for all audiences";

/// The prompt without the clauses that filters stumble over. Always another text than before; the same for the same prompt.
pub(crate) fn soften(prompt: &str) -> String {
    let kept: Vec<&str> = prompt
        .split_inclusive(['.', ',', ';', ':'])
        .map(str::trim)
        .filter(|clause| !clause.is_empty() && !is_risky(clause))
        .collect();
    let kept = kept.join(" ");
    let kept = kept.trim_end_matches(['.', ',', ';', ':', ' ']);
    match kept.is_empty() || kept.starts_with(CALM) {
        true => format!("{CALM}, seen from a little further away."),
        false => format!("{CALM}. {kept}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_filters_stumble_over_goes_and_the_picture_stays() {
        let soft = soften("A marble shelf at dawn, a woman's bare hands in the background, soft mist. Palette #fff.");
        assert!(soft.contains("marble shelf") && soft.contains("soft mist") && soft.contains("#fff"), "{soft}");
        assert!(!soft.contains("woman") && !soft.contains("hands"), "{soft}");
    }

    proptest! {
        #[test]
        fn always_other_words(prompt in ".{0,300}") {
            let soft = soften(&prompt);
            prop_assert_ne!(&soft, &prompt);
            prop_assert!(!soft.trim().is_empty());
            prop_assert_ne!(soften(&soft), soft);
        }
    }
}
