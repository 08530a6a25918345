//! What planning costs: before, from the length of the question; after, from what the server counted.

use super::answer::Usage;
use crate::provider::{CostRange, Price};

/// The tokens of a plan, few and many, thoughts included.
const ANSWER: (u64, u64) = (1_200, 4_000);
/// What a photo in low detail counts as, at most: a few hundred tokens on every model with a published rule.
const PHOTO: u64 = 300;
/// Characters of a token, about, in English; other scripts take more tokens.
const CHARACTERS: u64 = 4;

/// The answers of one planning, added up.
#[derive(Debug)]
pub(super) struct Bill<'a> {
    price: &'a Price,
    usd: f64,
}

impl<'a> Bill<'a> {
    pub(super) fn new(price: &'a Price) -> Self {
        Self { price, usd: 0.0 }
    }

    /// Adds an answer. Where the server does not count, its tokens are guessed from `question` and `answer`, in
    /// characters.
    pub(super) fn add(&mut self, usage: Option<Usage>, question: usize, answer: usize) {
        let guess = || Usage { input: tokens(question), cached: 0, output: tokens(answer) };
        self.usd += cost(self.price, usage.unwrap_or_else(guess));
    }

    /// In US dollars; 0 where the price is not known.
    pub(super) fn usd(&self) -> f64 {
        self.usd
    }
}

/// What a question of so many characters will cost: answered at once, or long-windedly and with one repair.
pub(super) fn estimate(price: &Price, question: usize, photo: bool) -> CostRange {
    if *price == Price::Unknown {
        return price.of(0.0);
    }
    let input = tokens(question) + if photo { PHOTO } else { 0 };
    let low = cost(price, Usage { input, cached: 0, output: ANSWER.0 });
    // The repair repeats the question with the first answer and what is wrong with it.
    let high = Usage { input: 2 * input + ANSWER.1, cached: 0, output: 2 * ANSWER.1 };
    CostRange { low_usd: low, high_usd: cost(price, high) }
}

fn tokens(characters: usize) -> u64 {
    (characters as u64).div_ceil(CHARACTERS)
}

fn cost(price: &Price, usage: Usage) -> f64 {
    match price {
        Price::Tokens { input_usd, cached_input_usd, output_usd, .. } => {
            let cached = usage.cached.min(usage.input);
            let million = |tokens: u64, usd: f64| tokens as f64 * usd / 1e6;
            million(usage.input - cached, *input_usd)
                + million(cached, *cached_input_usd)
                + million(usage.output, *output_usd)
        }
        Price::Output { usd, .. } => *usd,
        // Nobody asks for a plan by the second or the character.
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openai::catalog::text_price;

    #[test]
    fn what_the_server_still_had_is_cheaper() {
        let price = text_price("gpt-6-luna");
        let mut bill = Bill::new(&price);
        bill.add(Some(Usage { input: 1_000_000, cached: 400_000, output: 100_000 }), 0, 0);
        assert!((bill.usd() - (0.06 + 0.004 + 0.05)).abs() < 1e-12);
        // More cached than asked is a server's mistake.
        bill.add(Some(Usage { input: 10, cached: 1_000, output: 0 }), 0, 0);
        assert!((bill.usd() - 0.114).abs() < 1e-6);
    }

    #[test]
    fn without_a_count_the_length_decides() {
        let price = text_price("gpt-6-luna");
        let mut bill = Bill::new(&price);
        bill.add(None, 8_000, 4_000);
        assert!((bill.usd() - (2_000.0 * 0.10 + 1_000.0 * 0.50) / 1e6).abs() < 1e-12);
    }

    #[test]
    fn estimates_hold_their_repair_and_know_what_nobody_knows() {
        let price = text_price("gpt-6-luna");
        let range = estimate(&price, 12_000, true);
        assert!(0.0005 < range.low_usd && range.low_usd < range.high_usd && range.high_usd < 0.006, "{range:?}");
        assert!(!estimate(&Price::Unknown, 12_000, false).is_known());
        assert_eq!(estimate(&Price::Free, 12_000, false), CostRange::ZERO);
    }
}
