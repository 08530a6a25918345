//! The builds of ONNX Runtime that are known: what each is called, and what its bytes are.
//!
//! Pure data. The libraries are those of Microsoft's packages for Python and Node. `scripts/requirements.txt` names the same version, so that `make setup` installs the same bytes.

/// The version whose libraries are fetched.
pub const RUNTIME_VERSION: &str = "1.32.0";

/// Its package for Python, as pip calls it.
pub(super) const REQUIREMENT: &str = "onnxruntime==1.32.0";
/// The Python whose wheels are pinned, as pip has it: the library in them does not ask for any.
pub(super) const PYTHON: &str = "311";

/// What a library file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pin {
    pub(super) bytes: u64,
    /// In lower-case hex.
    pub(super) sha256: &'static str,
}

/// ONNX Runtime for one kind of machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Release {
    /// As [`std::env::consts::OS`] and [`ARCH`](std::env::consts::ARCH) have it.
    pub(super) os: &'static str,
    pub(super) arch: &'static str,
    /// What the library is called in adgen's folder.
    pub(super) file_name: &'static str,
    /// What pip calls that machine.
    pub(super) platform: &'static str,
    /// The wheel for it.
    pub(super) package: Pin,
    /// The library in it, and those of other packages that do as well.
    pub(super) libraries: &'static [Pin],
}

/// Every known build.
pub(super) const RELEASES: &[Release] = &[
    Release {
        os: "linux",
        arch: "x86_64",
        file_name: "libonnxruntime.so",
        platform: "manylinux_2_28_x86_64",
        package: Pin { bytes: 27_773_237, sha256: "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d" },
        libraries: &[
            Pin { bytes: 34_824_680, sha256: "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f" },
            // onnxruntime-node 1.30.0.
            Pin { bytes: 45_828_512, sha256: "ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23" },
        ],
    },
    Release {
        os: "linux",
        arch: "aarch64",
        file_name: "libonnxruntime.so",
        platform: "manylinux_2_28_aarch64",
        package: Pin { bytes: 23_195_070, sha256: "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c" },
        libraries: &[
            Pin { bytes: 27_165_936, sha256: "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a" },
            Pin { bytes: 25_135_496, sha256: "1f549d46250b005580b597f4164984aaf75b3bcb9f3aeb07c7f8a8fe60b23c76" },
        ],
    },
    Release {
        os: "macos",
        arch: "aarch64",
        file_name: "libonnxruntime.dylib",
        platform: "macosx_14_0_arm64",
        package: Pin { bytes: 22_506_162, sha256: "366b9e53d07812cc5c92822cecf7563b76a8a0f32ba3bb8dd232a206ac3bcb6c" },
        libraries: &[
            Pin { bytes: 35_272_344, sha256: "fa585fabbea65b823b9a8f7e27d46aee3989d1be7e36b528203d3a1fd613aae7" },
            Pin { bytes: 44_589_928, sha256: "685d2be5dba1309c89d3a5324b7fd06a5c42f1a61bfea32d14c4cc28d072121d" },
        ],
    },
    Release {
        os: "windows",
        arch: "x86_64",
        file_name: "onnxruntime.dll",
        platform: "win_amd64",
        package: Pin { bytes: 16_695_880, sha256: "d7e0c45cc5f456ad7805e6dd256a7662736cda9c2fd17becae194eb3c2f6df72" },
        libraries: &[
            Pin { bytes: 22_668_640, sha256: "e9feebaed867b76f741c14ae64e056a3da64a153a61994f1fb48eadc7f9b3ba8" },
            Pin { bytes: 28_754_232, sha256: "508c362f5673483dd3a086379c392795b2e42d10d5e6f3f90ebd7ac21c97af67" },
        ],
    },
];

/// The build for this machine.
pub(super) fn of_this_machine() -> Option<&'static Release> {
    RELEASES.iter().find(|known| known.os == std::env::consts::OS && known.arch == std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_build_is_pinned_and_of_one_version() {
        for release in RELEASES {
            let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
            for pin in release.libraries.iter().chain([&release.package]) {
                assert!(pin.sha256.len() == 64 && pin.sha256.chars().all(hex), "{}", release.platform);
            }
            assert!(!release.platform.contains('-'), "{}", release.platform);
        }
        assert_eq!(REQUIREMENT, format!("onnxruntime=={RUNTIME_VERSION}"));
    }
}
