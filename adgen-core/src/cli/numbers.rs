//! Numbers among the arguments. They are taken as they are typed, a leading minus too, so that what is wrong with them can be
//! said in their own words instead of the parser's.

/// The most that an ad may cost, in US dollars.
pub(super) fn usd(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // Negative zero is zero.
        Ok(usd) if (0.0..=1e9).contains(&usd) => Ok(usd.abs()),
        _ => {
            Err("0 to 1000000000 US dollars are allowed, with a point and without a currency sign, such as 2.50"
                .to_owned())
        }
    }
}

/// A length in seconds; its range is the document's to check.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "a number of seconds is allowed, with a point and without a unit, such as 12.5".to_owned())
}

/// Pieces of heavy work at a time.
pub(super) fn jobs(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|jobs| (1..=256).contains(jobs));
    number.ok_or_else(|| "a whole number from 1 to 256 is allowed".to_owned())
}

/// What makes another ad from the same document.
pub(super) fn seed(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("a whole number from 0 to {} is allowed", u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_within_the_limits() {
        for (text, value) in [("0", 0.0), ("-0", 0.0), ("2.50", 2.5), ("1e9", 1e9), (".5", 0.5), ("1e-400", 0.0)] {
            assert_eq!(usd(text), Ok(value), "{text}");
            assert!(usd(text).is_ok_and(f64::is_sign_positive), "{text}");
        }
        for text in ["-1", "NaN", "inf", "-inf", "1e400", "1,50", "$1", "1 ", "", "1000000000.5", "0x10", "1_000", "١"]
        {
            assert!(usd(text).is_err_and(|error| error.contains("0 to 1000000000")), "{text}");
        }
    }

    #[test]
    fn counts_are_whole_numbers() {
        assert_eq!((jobs("1"), jobs("256"), seed("0"), seed("4294967295")), (Ok(1), Ok(256), Ok(0), Ok(u32::MAX)));
        for text in ["0", "257", "-1", "1.0", "many", "", "99999999999999999999999"] {
            assert!(jobs(text).is_err_and(|error| error.contains("1 to 256")), "{text}");
        }
        for text in ["-1", "4294967296", "1.5", "x"] {
            assert!(seed(text).is_err_and(|error| error.contains("0 to 4294967295")), "{text}");
        }
    }
}
