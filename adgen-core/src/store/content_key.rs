//! Where what has a content key lies: spread over 256 folders, so that no folder grows without an end.
//!
//! May depend on `error`.

use crate::error::{Error, ErrorKind, Result};

/// The folder of `key` below `kind`, such as `artifacts/ab/abcd…`.
///
/// # Errors
/// `Unexpected` for what is no key: 64 hex digits in lower case.
pub(super) fn folder_of(kind: &str, key: &str) -> Result<String> {
    match is_key(key) {
        true => Ok(format!("{kind}/{}/{key}", &key[..2])),
        false => {
            let message = format!("{key:?} is no content key: 64 hex digits are. This is a defect of adgen");
            Err(Error::new(ErrorKind::Unexpected, message))
        }
    }
}

/// The key in the name of an object below `kind`; `None` for one that lies elsewhere.
pub(super) fn key_in<'a>(kind: &str, name: &'a str) -> Option<&'a str> {
    let mut parts = name.strip_prefix(kind)?.strip_prefix('/')?.split('/');
    let (start, key) = (parts.next()?, parts.next()?);
    (parts.next().is_some() && is_key(key) && key.starts_with(start) && start.len() == 2).then_some(key)
}

fn is_key(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_found_again_and_nothing_else_is_one(key in "[0-9a-f]{64}", other in ".*") {
            let folder = folder_of("artifacts", &key).unwrap();
            let record = format!("{folder}/record.json");
            prop_assert_eq!(key_in("artifacts", &record), Some(key.as_str()));
            prop_assert_eq!(key_in("purchases", &record), None);
            prop_assert_eq!(key_in("artifacts", &folder), None);
            prop_assert!(is_key(&other) || folder_of("artifacts", &other).is_err());
            prop_assert!(key_in("artifacts", &other).is_none_or(is_key));
        }
    }

    #[test]
    fn what_is_no_key_makes_no_folder() {
        let key = "a".repeat(64);
        for name in ["", "..", "a/b", &key[1..], &key.to_uppercase(), &format!("{}g", &key[1..])] {
            assert_eq!(folder_of("artifacts", name).unwrap_err().kind(), ErrorKind::Unexpected, "{name}");
        }
        assert_eq!(key_in("artifacts", &format!("artifacts/bb/{key}/x")), None);
    }
}
