//! JSON in its one canonical form, after RFC 8785 (JSON Canonicalization Scheme): the text that content keys hash.
//!
//! Written by hand, because a key must be the same in every build: how `serde_json` orders fields and writes numbers
//! depends on features (`preserve_order`, `arbitrary_precision`) that any crate of a program can turn on for all others.
//! May depend on nothing but `serde_json`'s values.

use serde_json::{Number, Value};
use std::fmt::Write as _;

/// The canonical text of a value.
///
/// Fields are ordered by the UTF-16 code units of their names, nothing stands between tokens, and a number is written as
/// ECMAScript writes it, so that `1`, `1.0` and `1e0` are one number. Other than the RFC, integers beyond 2^53 keep all
/// of their digits.
pub(crate) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(number, text),
        Value::String(string) => write_string(string, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<(&String, &Value)> = fields.iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            text.push('{');
            for (index, (name, field)) in fields.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_string(name, text);
                text.push(':');
                write(field, text);
            }
            text.push('}');
        }
    }
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            // Writing to a string cannot fail.
            control @ '\0'..='\u{1f}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

fn write_number(number: &Number, text: &mut String) {
    // Writing to a string cannot fail.
    let _ = match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(whole), _, _) => write!(text, "{whole}"),
        (_, Some(whole), _) => write!(text, "{whole}"),
        (_, _, Some(float)) => write_float(float, text),
        // Only where numbers are kept as texts, and for one that no `f64` can hold: that text is all there is.
        (None, None, None) => write!(text, "{number}"),
    };
}

/// `Number::toString` of ECMA-262 for a finite number: the shortest digits that give the same number again.
fn write_float(float: f64, text: &mut String) -> std::fmt::Result {
    if float == 0.0 {
        // Negative zero included.
        return write!(text, "0");
    }
    if float < 0.0 {
        text.push('-');
    }
    // `1.2345e-7`: digits with a point after the first, and the exponent of ten.
    let shortest = format!("{:e}", float.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits = mantissa.replace('.', "");
    // Where the decimal point stands, counted from before the first digit.
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    let count = digits.len() as i32;
    let zeros = |count: i32| "0".repeat(count.unsigned_abs() as usize);
    match point {
        1..=21 if count <= point => write!(text, "{digits}{}", zeros(point - count)),
        1..=21 => {
            let (whole, rest) = digits.split_at(point as usize);
            write!(text, "{whole}.{rest}")
        }
        -5..=0 => write!(text, "0.{}{digits}", zeros(point)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let point_and_rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
            write!(text, "{first}{point_and_rest}e{:+}", point - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_those_of_the_standard() {
        // The doubles of RFC 8785, appendix B.
        let samples: [(u64, &str); 21] = [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
        ];
        for (bits, expected) in samples {
            assert_eq!(canonical(&json!(f64::from_bits(bits))), expected, "{bits:016x}");
        }
        assert_eq!(canonical(&json!([1.0, 1, 1e0, -1.5, 1e-7, 123.25, u64::MAX, i64::MIN])), {
            "[1,1,1,-1.5,1e-7,123.25,18446744073709551615,-9223372036854775808]"
        });
    }

    #[test]
    fn fields_are_ordered_by_utf_16_and_texts_escaped_as_little_as_possible() {
        // The example of RFC 8785, section 3.2.3.
        let value = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let order = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"];
        let text = canonical(&value);
        let places: Vec<_> = order.iter().map(|name| text.find(&format!("\"{name}\":"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
        let odd = json!("\u{20ac}$\u{f}\u{a}A'\u{42}\u{22}\u{5c}\\\"/\u{7f}");
        assert_eq!(canonical(&odd), "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\u{7f}\"");
        assert_eq!(canonical(&json!({ "b": [null, true, {}], "a": [] })), r#"{"a":[],"b":[null,true,{}]}"#);
    }
}
