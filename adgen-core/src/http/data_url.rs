//! Files that come within their address (`data:`, RFC 2397).
//!
//! Depends on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The bytes in a `data:` address, at most `max_bytes`.
///
/// # Errors
/// `InvalidInput` for what is no such address, is broken, or holds more.
pub(crate) fn decode(url: &str, max_bytes: u64) -> Result<Vec<u8>> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidInput, format!("a data: address {what}"));
    let prefix = url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:"));
    let (head, data) =
        prefix.and_then(|_| url[5..].split_once(',')).ok_or_else(|| invalid("has no comma before its data"))?;
    // Base64 is a third longer than what it says; the rest is for line breaks and escapes.
    if (data.len() / 4) as u64 > max_bytes {
        return Err(invalid(&format!("holds more than {max_bytes} bytes")));
    }
    let mut bytes = unescape(data.as_bytes());
    if head.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64")) {
        bytes.retain(|byte| !byte.is_ascii_whitespace());
        bytes = STANDARD.decode(&bytes).map_err(|error| invalid("is not valid base64").with_source(error))?;
    }
    if bytes.len() as u64 > max_bytes {
        return Err(invalid(&format!("holds more than {max_bytes} bytes")));
    }
    Ok(bytes)
}

/// `%41` becomes `A`; what is no escape stays.
fn unescape(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut bytes, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(byte) = text.get(at) {
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                bytes.push(*byte);
                at += 1;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_addresses_are_decoded() {
        for (url, expected) in [
            ("data:image/png;base64,aGVsbG8=", Some(&b"hello"[..])),
            ("DATA:;BASE64,aGVs\nbG8%3D", Some(b"hello")),
            ("data:,a%20b%zz%", Some(b"a b%zz%")),
            ("data:text/plain;charset=utf-8,x,y", Some(b"x,y")),
            ("data:;base64,a*b", None),
            ("data:nothing", None),
            ("date:,x", None),
            ("ďata:,x", None),
        ] {
            assert_eq!(decode(url, 100).ok().as_deref(), expected, "{url}");
        }
        assert_eq!(decode("data:,123456", 5).expect_err("too long").kind(), ErrorKind::InvalidInput);
        assert!(decode(&format!("data:,{}", "1".repeat(1000)), 5).is_err());
    }
}
