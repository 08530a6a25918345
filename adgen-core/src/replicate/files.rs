//! Pictures on their way to a model: by address, as data where they are small, or through the Files API.
//!
//! May depend on `error`, `file_type`, `http`, `provider`'s contracts, and its neighbour `client`.

use super::client::Replicate;
use crate::{
    error::{Error, ErrorKind, Result},
    file_type::FileType,
    http::Caller,
    provider::ImageInput,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use std::path::Path;
use tokio::io::AsyncReadExt;
use url::Url;

/// The largest file that travels inside the input: the API asks for no more.
const DATA_BYTES: u64 = 256 << 10;
/// The Files API takes less than this.
const FILE_BYTES: u64 = 100_000_000;

/// The address under which a model finds the picture.
///
/// # Errors
/// `InvalidInput` for an address that is not https, a file that is no JPEG, PNG or WebP or is too large, `NotFound` for one
/// that is not there; as the upload did.
pub(super) async fn place(replicate: &Replicate, caller: &Caller, image: &ImageInput) -> Result<String> {
    match image {
        ImageInput::Url(url) => check_url(url).map(|()| url.clone()),
        ImageInput::File(path) => {
            place_file(replicate, caller, path).await.map_err(|error| error.with_context("path", path.display()))
        }
    }
}

fn check_url(url: &str) -> Result<()> {
    match Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "https" && parsed.host_str().is_some() => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidInput, "Replicate fetches images from https addresses only")),
    }
}

async fn place_file(replicate: &Replicate, caller: &Caller, path: &Path) -> Result<String> {
    let bytes = tokio::fs::metadata(path).await?.len();
    if bytes >= FILE_BYTES {
        let message = format!("the image has {bytes} bytes; Replicate takes files of less than {FILE_BYTES}");
        return Err(
            Error::new(ErrorKind::InvalidInput, message).with_hint("use a smaller image, or give its https address")
        );
    }
    let mut file = tokio::fs::File::open(path).await?;
    let mut start = Vec::new();
    (&mut file).take(32).read_to_end(&mut start).await?;
    let (content_type, ending) = kind_of(&start).ok_or_else(|| {
        Error::new(ErrorKind::InvalidInput, "the image is no JPEG, PNG or WebP file: models take these")
    })?;
    if bytes > DATA_BYTES {
        // The name of the user's file is nobody's business.
        return replicate.upload(caller, path, format!("image.{ending}"), content_type).await;
    }
    // Bounded, should the file have grown since.
    file.take(DATA_BYTES).read_to_end(&mut start).await?;
    Ok(format!("data:{content_type};base64,{}", STANDARD.encode(&start)))
}

/// Media type and ending by a file's first bytes.
fn kind_of(start: &[u8]) -> Option<(&'static str, &'static str)> {
    let kind = FileType::of(start)?;
    Some((kind.picture_type()?, kind.extension()?))
}
