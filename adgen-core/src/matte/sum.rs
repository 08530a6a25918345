//! Size and SHA-256 of a file.
//!
//! May depend on `error` alone.

use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::{fs, io::Read, path::Path};

/// Bytes, and their SHA-256 in lower-case hex.
pub(super) fn of_file(file: &Path) -> Result<(u64, String)> {
    let failed = |error: std::io::Error| Error::from(error).with_context("path", file.display());
    let mut reader = fs::File::open(file).map_err(failed)?;
    let mut sha = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let n = reader.read(&mut buffer).map_err(failed)?;
        if n == 0 {
            break;
        }
        bytes += n as u64;
        sha.update(&buffer[..n]);
    }
    Ok((bytes, sha.finalize().iter().map(|byte| format!("{byte:02x}")).collect()))
}
