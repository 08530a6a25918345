//! Softer words for a prompt that a provider refused: what its filters commonly stumble over goes, the picture stays.

/// Beginnings of words that content filters commonly refuse: people, bodies, harm, brands' neighbours.
const RISKY: &[&str] = &[
    "alcohol", "baby", "bare", "beach", "beer", "bikini", "blade", "blood", "body", "bodies", "boy", "burn",
    "celebrit", "child", "cigar", "crowd", "dead", "death", "drug", "explo", "face", "fight", "fire", "flame", "flesh",
    "girl", "gun", "hand", "hot", "kid", "kill", "kiss", "knife", "lips", "lover", "man", "model", "naked", "nude",
    "people", "person", "pill", "portrait", "seduc", "sensual", "sexy", "skin", "smok", "sweat", "teen", "tobacco",
    "touch", "violen", "vodka", "wet", "whisk", "wine", "wom", "wound", "young",
];
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

fn is_risky(clause: &str) -> bool {
    let lower = clause.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| RISKY.iter().any(|risky| word.starts_with(risky) && word.len() <= risky.len() + 5))
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
