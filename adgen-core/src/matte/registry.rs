//! The background-removal models that are known: licence, size, hashes, how a photo is fed to them.
//!
//! Pure data. Pre- and post-processing numbers and file names are those of rembg's sessions. Sizes and SHA-256 sums are of
//! the files behind the addresses; no model without a sum is listed.

/// Whether a model may be used in paid work, as far as its authors say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommercialUse {
    /// Its licence allows it.
    Yes,
    /// Its licence forbids it.
    No,
    /// Code and weights, or weights and training data, have different or no terms: judge for yourself.
    Unclear,
}

/// One model.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct ModelInfo {
    /// Its name, such as `u2netp`.
    pub name: &'static str,
    /// SPDX licence of the weights, or what is known of it.
    pub license: &'static str,
    /// Where the terms stand.
    pub license_url: &'static str,
    /// Whether it may be used in paid work.
    pub commercial_use: CommercialUse,
    /// The file's size in bytes, where it is known to the byte.
    pub bytes: Option<u64>,
    /// Roughly how many megabytes a download takes.
    pub megabytes: u32,
    /// SHA-256 of the file in lower-case hex: nothing else is loaded under this name.
    pub sha256: &'static str,
    /// Side of the square input in pixels.
    pub input: u32,
    /// Mean that is taken off each channel.
    pub mean: [f64; 3],
    /// Deviation by which each channel is divided.
    pub std: [f64; 3],
    /// The output needs a sigmoid.
    pub sigmoid: bool,
    /// The output is clipped to 0-1 before it is stretched.
    pub clip: bool,
    /// Where to download it, tried in order.
    pub urls: &'static [&'static str],
}

impl ModelInfo {
    /// The file's name in a model folder.
    pub fn file_name(&self) -> String {
        format!("{}.onnx", self.name)
    }
}

/// The model that is used where none is named: small, Apache-2.0, of known origin.
pub const DEFAULT_MODEL: &str = "u2netp";

const IMAGENET_MEAN: [f64; 3] = [0.485, 0.456, 0.406];
const IMAGENET_STD: [f64; 3] = [0.229, 0.224, 0.225];

/// Every known model, the default first.
pub const MODELS: &[ModelInfo] = &[
    ModelInfo {
        name: "u2netp",
        license: "Apache-2.0",
        license_url: "https://github.com/xuebinqin/U-2-Net/blob/master/LICENSE",
        commercial_use: CommercialUse::Yes,
        bytes: Some(4_574_861),
        megabytes: 5,
        sha256: "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
        input: 320,
        mean: IMAGENET_MEAN,
        std: IMAGENET_STD,
        sigmoid: false,
        clip: false,
        urls: &["https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2netp.onnx"],
    },
    ModelInfo {
        name: "u2net",
        license: "Apache-2.0",
        license_url: "https://github.com/xuebinqin/U-2-Net/blob/master/LICENSE",
        commercial_use: CommercialUse::Yes,
        bytes: Some(175_997_641),
        megabytes: 176,
        sha256: "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
        input: 320,
        mean: IMAGENET_MEAN,
        std: IMAGENET_STD,
        sigmoid: false,
        clip: true,
        urls: &["https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2net.onnx"],
    },
    ModelInfo {
        name: "silueta",
        license: "none stated (a smaller u2net)",
        license_url: "https://github.com/xuebinqin/U-2-Net/issues/295",
        commercial_use: CommercialUse::Unclear,
        bytes: Some(44_173_029),
        megabytes: 43,
        sha256: "75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb",
        input: 320,
        mean: IMAGENET_MEAN,
        std: IMAGENET_STD,
        sigmoid: false,
        clip: false,
        urls: &["https://github.com/danielgatis/rembg/releases/download/v0.0.0/silueta.onnx"],
    },
    ModelInfo {
        name: "isnet-general-use",
        license: "Apache-2.0 (code); the training data's terms are non-commercial",
        license_url: "https://github.com/xuebinqin/DIS",
        commercial_use: CommercialUse::Unclear,
        bytes: Some(178_648_008),
        megabytes: 170,
        sha256: "60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",
        input: 1024,
        mean: [0.5; 3],
        std: [1.0; 3],
        sigmoid: false,
        clip: false,
        urls: &["https://github.com/danielgatis/rembg/releases/download/v0.0.0/isnet-general-use.onnx"],
    },
    ModelInfo {
        name: "birefnet-general-lite",
        license: "MIT",
        license_url: "https://github.com/ZhengPeng7/BiRefNet/blob/main/LICENSE",
        commercial_use: CommercialUse::Yes,
        bytes: Some(224_005_088),
        megabytes: 214,
        sha256: "5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333",
        input: 1024,
        mean: IMAGENET_MEAN,
        std: IMAGENET_STD,
        sigmoid: true,
        clip: false,
        urls: &["https://github.com/danielgatis/rembg/releases/download/v0.0.0/\
                 BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx"],
    },
    ModelInfo {
        name: "bria-rmbg",
        license: "CC-BY-NC-4.0",
        license_url: "https://huggingface.co/briaai/RMBG-2.0",
        commercial_use: CommercialUse::No,
        bytes: None,
        megabytes: 1000,
        sha256: "5b486f08200f513f460da46dd701db5fbb47d79b4be4b708a19444bcd4e79958",
        input: 1024,
        mean: IMAGENET_MEAN,
        std: IMAGENET_STD,
        sigmoid: false,
        clip: false,
        urls: &["https://github.com/danielgatis/rembg/releases/download/v0.0.0/bria-rmbg-2.0.onnx"],
    },
];

/// The model of this name.
pub fn find(name: &str) -> Option<&'static ModelInfo> {
    MODELS.iter().find(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_known_fully_pinned_and_free_to_use() {
        let model = find(DEFAULT_MODEL).expect("is known");
        assert_eq!(model.commercial_use, CommercialUse::Yes);
        assert!(model.bytes.is_some());
    }

    #[test]
    fn names_are_unique_and_every_model_can_be_verified_and_fetched() {
        for (i, model) in MODELS.iter().enumerate() {
            assert!(MODELS[..i].iter().all(|other| other.name != model.name));
            let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            assert!(model.sha256.len() == 64 && model.sha256.chars().all(hex), "{}", model.name);
            assert!(model.urls.iter().all(|url| url.starts_with("https://") && !url.contains(' ')));
            assert!(model.std.iter().all(|s| *s > 0.0));
        }
    }
}
