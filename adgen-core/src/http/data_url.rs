//! Files that come within their address (`data:`), decoded by the crate of that name up to a bound.
//!
//! Depends on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use data_url::{DataUrl, forgiving_base64::DecodeError};

/// The bytes in a `data:` address, at most `max_bytes`.
///
/// # Errors
/// `InvalidInput` for what is no such address, is broken, or holds more.
pub(crate) fn decode(url: &str, max_bytes: u64) -> Result<Vec<u8>> {
    let invalid = |what: &str| Error::new(ErrorKind::InvalidInput, format!("a data: address {what}"));
    let url = DataUrl::process(url).map_err(|error| invalid("cannot be read").with_source(error))?;
    let mut bytes = Vec::new();
    let decoded = url.decode(|part| {
        if (bytes.len() + part.len()) as u64 > max_bytes {
            return Err(invalid(&format!("holds more than {max_bytes} bytes")));
        }
        bytes.extend_from_slice(part);
        Ok(())
    });
    match decoded {
        Ok(_) => Ok(bytes),
        Err(DecodeError::WriteError(error)) => Err(error),
        Err(DecodeError::InvalidBase64(_)) => Err(invalid("is not valid base64")),
    }
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
        assert_eq!(decode("data:,12345", 5).expect("as much as allowed"), b"12345");
        for long in ["data:,123456", "data:;base64,MTIzNDU2", &format!("data:,{}", "1".repeat(1000))] {
            let error = decode(long, 5).expect_err("too long");
            assert!(error.kind() == ErrorKind::InvalidInput && error.message().contains("5 bytes"), "{error}");
        }
    }
}
