//! A background remover that is written in the other language.
//!
//! Depends on `matte` (the contract), `error` and its neighbour `host`.

use super::host::{Host, Role, property};
use crate::{
    error::{Error, ErrorKind, Result},
    matte::BackgroundRemover,
};
use image::{GrayImage, RgbImage};
use serde_json::json;
use std::sync::Arc;

/// Asks a host for masks.
#[derive(Debug)]
pub(super) struct HostRemover {
    host: Arc<dyn Host>,
    name: String,
    version: String,
    resolution: u32,
}

impl HostRemover {
    /// # Errors
    /// `InvalidConfig` where it does not say who it is.
    pub(super) fn new(host: Arc<dyn Host>) -> Result<Self> {
        let name = property(&*host, Role::Remover, "name", None)?;
        let version = property(&*host, Role::Remover, "version", None)?;
        let resolution = property(&*host, Role::Remover, "resolution", Some(json!(320)))?;
        Ok(Self { host, name, version, resolution })
    }
}

impl BackgroundRemover for HostRemover {
    fn name(&self) -> &str {
        &self.name
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn coarse_mask(&self, photo: &RgbImage, cancel: &(dyn Fn() -> bool + Sync)) -> Result<GrayImage> {
        if cancel() {
            return Err(Error::cancelled());
        }
        let mask = self.host.mask(photo, cancel)?;
        let (width, height) = photo.dimensions();
        let (given, needed) = (mask.len(), width as usize * height as usize);
        GrayImage::from_raw(width, height, mask).filter(|_| given == needed).ok_or_else(|| {
            let message = format!(
                "the background remover {} gave a mask of {given} bytes: {width}x{height} are needed",
                self.name
            );
            Error::new(ErrorKind::Model, message)
        })
    }

    fn resolution(&self) -> u32 {
        self.resolution
    }
}
