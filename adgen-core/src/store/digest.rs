//! What a file's content is known by.
//!
//! Depends on nothing. Reading waits for the disk: call it where that may be.

use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

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

impl Digested {
    /// Of a file of this machine. Reads all of it.
    pub(crate) fn of_file(path: &Path) -> io::Result<Self> {
        copy_hashed(&mut File::open(path)?, &mut io::sink()).map(Self::from)
    }
}

/// Copies, and gives size and SHA-256 of what was copied.
pub(super) fn copy_hashed(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok((bytes, hex(&hash.finalize()))),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all(&buffer[..read])?;
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

/// Bytes in hex digits, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
