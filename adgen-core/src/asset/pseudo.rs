//! File systems whose files are no files: the kernel makes their content up while it is read.
//!
//! `fstat` calls `/proc/self/environ` a plain file of 0 bytes; reading it gives the process's keys. Depends on nothing.

use std::path::Path;

/// Folders in which nothing that an ad is made of can lie. `/dev/shm` is a plain file system in memory.
const FOLDERS: [&str; 3] = ["/proc", "/sys", "/dev"];
const PLAIN: &str = "/dev/shm";

/// Magic numbers of such file systems, from Linux's `include/uapi/linux/magic.h`.
#[cfg(target_os = "linux")]
const MAGIC: [(u64, &str); 20] = [
    (0x9FA0, "proc"),
    (0x6265_6572, "sysfs"),
    (0x6462_6720, "debugfs"),
    (0x7472_6163, "tracefs"),
    (0x7363_6673, "securityfs"),
    (0x0027_E0EB, "cgroup"),
    (0x6367_7270, "cgroup2"),
    (0xCAFE_4A11, "bpf"),
    (0x6165_676C, "pstore"),
    (0xDE5E_81E4, "efivarfs"),
    (0x6265_6570, "configfs"),
    (0x1CD1, "devpts"),
    (0x1980_0202, "mqueue"),
    (0x6E73_6673, "nsfs"),
    (0x5049_5045, "pipefs"),
    (0x534F_434B, "sockfs"),
    (0x0904_1934, "anon_inode"),
    (0x6573_5543, "fusectl"),
    (0x4249_4E4D, "binfmt_misc"),
    (0xF97C_FF8C, "selinuxfs"),
];

/// The folder of the kernel's in which `path` lies.
pub(super) fn folder(path: &Path) -> Option<&'static str> {
    FOLDERS.into_iter().find(|folder| path.starts_with(folder) && !path.starts_with(PLAIN))
}

/// The name of the file system that an open file lies in, where that is one of the kernel's.
#[cfg(target_os = "linux")]
pub(super) fn file_system(file: &std::fs::File) -> Option<&'static str> {
    let kind = rustix::fs::fstatfs(file).ok()?.f_type;
    // The field's sign and width differ between architectures; the numbers have 32 bits.
    MAGIC.into_iter().find(|(magic, _)| *magic as u32 == kind as u32).map(|(_, name)| name)
}

/// Elsewhere the folders have to do.
#[cfg(not(target_os = "linux"))]
pub(super) fn file_system(_file: &std::fs::File) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_folders_are_known_by_whole_names() {
        assert_eq!(folder(Path::new("/proc/self/environ")), Some("/proc"));
        assert_eq!(folder(Path::new("/dev/stdin")), Some("/dev"));
        for plain in ["/dev/shm/clip.mp4", "/process/x", "/home/proc/x", "proc/x", "/device"] {
            assert_eq!(folder(Path::new(plain)), None, "{plain}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_open_file_tells_its_file_system() {
        let file = std::fs::File::open("/proc/self/status").unwrap();
        assert_eq!(file_system(&file), Some("proc"));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plain");
        std::fs::write(&path, "x").unwrap();
        assert_eq!(file_system(&std::fs::File::open(path).unwrap()), None);
    }
}
