//! What a file's content is known by.
//!
//! Depends on nothing.

/// Size and hash of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digested {
    pub(crate) bytes: u64,
    /// SHA-256: 64 hex digits.
    pub(crate) sha256: String,
}

impl From<(u64, String)> for Digested {
    fn from((bytes, sha256): (u64, String)) -> Self {
        Self { bytes, sha256 }
    }
}

/// Bytes in hex digits, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
