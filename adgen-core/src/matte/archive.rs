//! The members of a package: of a wheel, which is a zip, or of a packed tar.
//!
//! By hand: one file of one archive is wanted, and its sum judges it. `flate2` is here; crates for both formats would bring a
//! dozen others. May depend on `error` alone.

use crate::error::{Error, ErrorKind, Result};
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek, SeekFrom},
    path::Path,
};

/// What is shown of a member: its path in the archive, its size in bytes as the archive has it, and its bytes. Says whether
/// enough was seen.
pub(crate) type Visit<'a> = dyn FnMut(&str, u64, &mut dyn Read) -> Result<bool> + 'a;

/// No archive of a library has a longer list of members.
const LONGEST_LIST: u64 = 16 << 20;

/// Shows the files in the archive until enough was seen.
///
/// # Errors
/// `Model` for what is neither, and for what is damaged; `Io`; the visitor's own.
pub(crate) fn visit(archive: &Path, visit: &mut Visit<'_>) -> Result<()> {
    let context = |error: Error| error.with_context("path", archive.display());
    let mut file = File::open(archive).map_err(|error| context(error.into()))?;
    let mut start = Vec::new();
    (&mut file).take(4).read_to_end(&mut start).map_err(|error| context(error.into()))?;
    let seen = match start.as_slice() {
        b"PK\x03\x04" => zip(&mut file, visit),
        [0x1f, 0x8b, ..] => {
            file.rewind().map_err(|error| context(error.into()))?;
            tar(&mut MultiGzDecoder::new(BufReader::new(file)), visit)
        }
        _ => Err(damaged("it is neither a wheel nor a packed tar")),
    };
    seen.map_err(context)
}

fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::Model, format!("the package cannot be read: {what}"))
}

fn unreadable(error: io::Error) -> Error {
    damaged("it is cut off or damaged").with_source(error)
}

/// The number in `bytes` at `at`, least byte first.
fn number(bytes: &[u8], at: usize, length: usize) -> Result<u64> {
    let field = at.checked_add(length).and_then(|end| bytes.get(at..end));
    let field = field.ok_or_else(|| damaged("its list of files ends early"))?;
    Ok(field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

fn zip(file: &mut File, visit: &mut Visit<'_>) -> Result<()> {
    let length = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    // The end record lies behind everything, before a comment of at most 65,535 bytes.
    let tail = read(file, length.saturating_sub(22 + 65_535), 22 + 65_535)?;
    let end = tail.windows(4).rposition(|four| four == b"PK\x05\x06").ok_or_else(|| damaged("its end is missing"))?;
    let end = &tail[end..];
    let (bytes, at) = (number(end, 12, 4)?, number(end, 16, 4)?);
    if bytes > LONGEST_LIST {
        return Err(damaged("its list of files is too long"));
    }
    let list = read(file, at, bytes)?;
    let mut rest = list.as_slice();
    while rest.starts_with(b"PK\x01\x02") {
        let field = |at, length| number(rest, at, length);
        let (method, packed, size) = (field(10, 2)?, field(20, 4)?, field(24, 4)?);
        let name_end = 46 + field(28, 2)? as usize;
        let next = name_end + field(30, 2)? as usize + field(32, 2)? as usize;
        let name = rest.get(46..name_end).ok_or_else(|| damaged("its list of files ends early"))?;
        let name = String::from_utf8_lossy(name).into_owned();
        let head_at = field(42, 4)?;
        let head = read(file, head_at, 30)?;
        let data_at = head_at + 30 + number(&head, 26, 2)? + number(&head, 28, 2)?;
        file.seek(SeekFrom::Start(data_at)).map_err(unreadable)?;
        let data = BufReader::new((&mut *file).take(packed));
        let enough = match method {
            0 => visit(&name, size, &mut { data }),
            8 => visit(&name, size, &mut DeflateDecoder::new(data)),
            // Of what is packed in another way, nothing is wanted.
            _ => Ok(false),
        };
        if enough? {
            return Ok(());
        }
        rest = rest.get(next..).unwrap_or_default();
    }
    Ok(())
}

/// At most so many bytes from there on.
fn read(file: &mut File, at: u64, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at)).map_err(unreadable)?;
    file.take(most).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn tar(bytes: &mut dyn Read, visit: &mut Visit<'_>) -> Result<()> {
    const BLOCK: u64 = 512;
    loop {
        let mut head = Vec::new();
        bytes.take(BLOCK).read_to_end(&mut head).map_err(unreadable)?;
        // Two empty blocks are the end; some writers forget them.
        if head.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let text = |from: usize, to: usize| {
            let field = head.get(from..to).unwrap_or_default();
            String::from_utf8_lossy(field.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
        };
        let size = u64::from_str_radix(text(124, 136).trim(), 8).map_err(|_| damaged("a file's size is no number"))?;
        let mut data = bytes.take(size);
        // Links, folders and long names are nothing to look at.
        let is_file = matches!(head.get(156), Some(b'0' | 0));
        if is_file && visit(&text(0, 100), size, &mut data)? {
            return Ok(());
        }
        let left = data.limit() + size.next_multiple_of(BLOCK) - size;
        let skipped = io::copy(&mut bytes.take(left), &mut io::sink()).map_err(unreadable)?;
        if skipped < left {
            return Err(damaged("it ends early"));
        }
    }
}

/// Small packages for tests.
#[cfg(test)]
pub(super) mod made {
    use flate2::{Compression, write::DeflateEncoder, write::GzEncoder};
    use std::io::Write;

    /// A zip of these files, every second one packed.
    pub(in super::super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut out, mut list) = (Vec::new(), Vec::new());
        for (i, (name, bytes)) in files.iter().enumerate() {
            let (method, data) = if i % 2 == 0 {
                let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
                packer.write_all(bytes).expect("packs");
                (8_u16, packer.finish().expect("packs"))
            } else {
                (0, bytes.to_vec())
            };
            let at = out.len() as u32;
            let mut facts = Vec::new();
            facts.extend([20, 0, 0, 0]);
            facts.extend(method.to_le_bytes());
            facts.extend([0; 8]);
            facts.extend((data.len() as u32).to_le_bytes());
            facts.extend((bytes.len() as u32).to_le_bytes());
            facts.extend((name.len() as u16).to_le_bytes());
            facts.extend([0; 2]);
            out.extend(b"PK\x03\x04");
            out.extend(&facts);
            out.extend(name.as_bytes());
            out.extend(&data);
            list.extend(b"PK\x01\x02");
            list.extend([20, 0]);
            list.extend(&facts);
            list.extend([0; 10]);
            list.extend(at.to_le_bytes());
            list.extend(name.as_bytes());
        }
        let at = out.len() as u32;
        out.extend(&list);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend([(files.len() as u16).to_le_bytes(), (files.len() as u16).to_le_bytes()].concat());
        out.extend((list.len() as u32).to_le_bytes());
        out.extend(at.to_le_bytes());
        out.extend([0; 2]);
        out
    }

    /// A packed tar of these files.
    pub(in super::super) fn tgz(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        for (name, bytes) in files {
            let mut head = vec![0; 512];
            head[..name.len()].copy_from_slice(name.as_bytes());
            head[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
            head[156] = b'0';
            packer.write_all(&head).expect("packs");
            packer.write_all(bytes).expect("packs");
            packer.write_all(&vec![0; bytes.len().next_multiple_of(512) - bytes.len()]).expect("packs");
        }
        packer.write_all(&[0; 1024]).expect("packs");
        packer.finish().expect("packs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: &[(&str, &[u8])] = &[("a/one.so", b"first"), ("a/two.so", b"second"), ("three", &[7; 70_000])];

    fn all(bytes: &[u8]) -> Result<Vec<(String, u64, Vec<u8>)>> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("package");
        std::fs::write(&path, bytes).expect("writes");
        let mut seen = Vec::new();
        visit(&path, &mut |name, size, data| {
            let mut bytes = Vec::new();
            data.read_to_end(&mut bytes).map_err(unreadable)?;
            seen.push((name.to_owned(), size, bytes));
            Ok(false)
        })?;
        Ok(seen)
    }

    #[test]
    fn wheels_and_packed_tars_show_their_files() {
        let wanted: Vec<_> =
            FILES.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.len() as u64, bytes.to_vec())).collect();
        assert_eq!(all(&made::zip(FILES)).expect("reads"), wanted);
        assert_eq!(all(&made::tgz(FILES)).expect("reads"), wanted);
        assert_eq!(all(b"no package").expect_err("is none").kind(), ErrorKind::Model);
    }

    #[test]
    fn what_is_cut_off_or_changed_is_an_error_or_another_file_and_never_a_panic() {
        for whole in [made::zip(FILES), made::tgz(FILES)] {
            for end in 0..whole.len() {
                let _ = all(&whole[..end]);
                let mut changed = whole.clone();
                changed[end] ^= 0xff;
                let _ = all(&changed);
            }
        }
    }
}
