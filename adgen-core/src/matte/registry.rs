//! The background-removal models that are known: licence, size, hashes, how a photo is fed to them.
//!
//! Pure data. Pre- and post-processing numbers, file names and MD5 sums are those that rembg pins for its sessions.

/// Whether a model may be used in paid work, as far as its authors say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommercialUse {
    /// Its licence allows it.
    Yes,
    /// Its licence forbids it.
    No,
    /// Code and weights, or weights and training data, have different or no terms: judge for yourself.
    Unclear,
}

impl CommercialUse {
    /// `yes`, `no` or `unclear`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unclear => "unclear",
        }
    }
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
    /// SHA-256 of the file in lower-case hex, where it is pinned.
    pub sha256: Option<&'static str>,
    /// MD5 of the file in lower-case hex: guards against damage, not against forgery.
    pub md5: &'static str,
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
        sha256: Some("309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"),
        md5: "8e83ca70e441ab06c318d82300c84806",
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
        bytes: None,
        megabytes: 176,
        sha256: None,
        md5: "60024c5c889badc19c04ad937298a77b",
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
        bytes: None,
        megabytes: 43,
        sha256: None,
        md5: "55e59e0d8062d2f5d013f4725ee84782",
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
        bytes: None,
        megabytes: 170,
        sha256: None,
        md5: "fc16ebd8b0c10d971d3513d564d01e29",
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
        bytes: None,
        megabytes: 214,
        sha256: None,
        md5: "4fab47adc4ff364be1713e97b7e66334",
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
        sha256: Some("5b486f08200f513f460da46dd701db5fbb47d79b4be4b708a19444bcd4e79958"),
        md5: "",
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
        assert!(model.sha256.is_some() && model.bytes.is_some());
    }

    #[test]
    fn names_are_unique_and_every_model_can_be_verified_and_fetched() {
        for (i, model) in MODELS.iter().enumerate() {
            assert!(MODELS[..i].iter().all(|other| other.name != model.name));
            assert!(model.sha256.is_some() || model.md5.len() == 32, "{}", model.name);
            assert!(model.sha256.is_none_or(|hash| hash.len() == 64));
            assert!(model.urls.iter().all(|url| url.starts_with("https://") && !url.contains(' ')));
            assert!(model.std.iter().all(|s| *s > 0.0));
        }
    }
}
