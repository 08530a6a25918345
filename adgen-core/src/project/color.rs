//! A colour as documents write it: `#RRGGBB`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::{borrow::Cow, fmt, str::FromStr};

/// An 8-bit sRGB colour, written `#RRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub [u8; 3]);

impl FromStr for Rgb {
    type Err = String;

    /// Reads `#RRGGBB` or `#RGB`, in either case.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a colour: #RRGGBB is one");
        let digits = text.strip_prefix('#').ok_or_else(wrong)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
        match digits.len() {
            6 => Ok(Self([(value >> 16) as u8, (value >> 8) as u8, value as u8])),
            3 => Ok(Self([(value >> 8 & 15) as u8 * 17, (value >> 4 & 15) as u8 * 17, (value & 15) as u8 * 17])),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02X}{g:02X}{b:02X}")
    }
}

impl Serialize for Rgb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rgb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Rgb {
    fn schema_name() -> Cow<'static, str> {
        "Rgb".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A colour: #RRGGBB or #RGB.",
            "pattern": "^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_lengths_and_refuses_the_rest() {
        assert_eq!("#C8102E".parse(), Ok(Rgb([0xC8, 0x10, 0x2E])));
        assert_eq!("#fa0".parse(), Ok(Rgb([0xFF, 0xAA, 0x00])));
        for wrong in ["", "#", "C8102E", "#12345", "#GGGGGG", "#+12345", "red", "#１２３"] {
            assert!(wrong.parse::<Rgb>().is_err(), "{wrong}");
        }
    }
}
