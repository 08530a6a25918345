//! The product's photo as a part of a question. The pipeline has made it small; here it is only looked at and wrapped.
//!
//! May depend on `error` and `file_type` alone.

use crate::{
    error::{Error, ErrorKind, Result},
    file_type::FileType,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::path::Path;
use tokio::io::AsyncReadExt;

/// The largest photo in bytes. As a data URL it has a third more characters, far below the API's 20,971,520.
const LARGEST: u64 = 8 << 20;

/// What is wrong with a photo.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error("the photo for the planner is larger than {LARGEST} bytes; send a smaller one")]
    TooLarge,
    #[error("the photo for the planner is neither a JPEG, a PNG nor a WebP file")]
    Unknown,
    #[error(transparent)]
    File(#[from] std::io::Error),
}

impl From<Wrong> for Error {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::File(error) => error.into(),
            Wrong::TooLarge | Wrong::Unknown => Self::new(ErrorKind::InvalidInput, wrong.to_string()),
        }
    }
}

/// The photo as a data URL.
///
/// # Errors
/// `InvalidInput` for a file that is too large, or neither JPEG, PNG nor WebP; those of the file system.
pub(super) async fn data_url(path: &Path) -> Result<String> {
    read(path).await.map_err(|wrong| Error::from(wrong).with_context("path", path.display()))
}

async fn read(path: &Path) -> Result<String, Wrong> {
    let mut bytes = Vec::new();
    tokio::fs::File::open(path).await?.take(LARGEST + 1).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 > LARGEST {
        return Err(Wrong::TooLarge);
    }
    // By the first bytes, whatever the name says.
    let kind = FileType::of(&bytes).and_then(FileType::picture_type).ok_or(Wrong::Unknown)?;
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_bytes_decide_what_a_photo_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.png");
        std::fs::write(&path, [0xFF, 0xD8, 0xFF, 0xE0]).unwrap();
        assert_eq!(data_url(&path).await.unwrap(), "data:image/jpeg;base64,/9j/4A==");
        for wrong in [&b"<html>"[..], b""] {
            std::fs::write(&path, wrong).unwrap();
            assert_eq!(data_url(&path).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        let missing = data_url(&folder.path().join("none.jpg")).await.unwrap_err();
        assert!(missing.kind() == ErrorKind::NotFound && missing.to_string().contains("none.jpg"));
    }

    #[tokio::test]
    async fn a_large_photo_is_refused_and_not_read_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(1 << 40).unwrap();
        let error = data_url(file.path()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidInput && error.to_string().contains("smaller"), "{error}");
    }
}
