//! A walker over the boxes of an MP4 file (ISO/IEC 14496-12), independent of every library.

use std::{fs, path::Path};

/// A box: its type, and where it begins and ends in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// Types of the boxes around it and its own: `moov/trak/edts`.
    pub path: String,
    pub start: u64,
    pub end: u64,
}

const CONTAINERS: [&str; 6] = ["moov", "trak", "edts", "mdia", "minf", "stbl"];

/// Every box of a file in file order, the inner ones of containers included.
#[track_caller]
pub fn atoms(path: &Path) -> Vec<Atom> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()));
    let mut atoms = Vec::new();
    walk(&bytes, 0, bytes.len(), "", &mut atoms);
    atoms
}

fn walk(bytes: &[u8], mut at: usize, end: usize, parent: &str, atoms: &mut Vec<Atom>) {
    while at < end {
        assert!(at + 8 <= end, "a box at {at} in {parent:?} is cut off");
        let short = u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let kind = String::from_utf8_lossy(&bytes[at + 4..at + 8]).into_owned();
        let (size, header) = match short {
            0 => (end - at, 8),
            1 => (u64::from_be_bytes(bytes[at + 8..at + 16].try_into().expect("eight bytes")) as usize, 16),
            size => (size as usize, 8),
        };
        assert!(size >= header && at + size <= end, "the box {kind} at {at} says {size} bytes, which is not possible");
        let path = if parent.is_empty() { kind.clone() } else { format!("{parent}/{kind}") };
        atoms.push(Atom { path: path.clone(), start: at as u64, end: (at + size) as u64 });
        if CONTAINERS.contains(&kind.as_str()) {
            walk(bytes, at + header, at + size, &path, atoms);
        }
        at += size;
    }
}
