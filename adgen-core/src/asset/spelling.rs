//! Names that look the same and are spelled in other bytes: "é" is one character or two (Unicode's NFC and NFD), and file
//! systems keep what they were given. And names with a slip of the fingers in them.
//!
//! Depends on nothing.

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use std::path::{Path, PathBuf};

/// The most names of one folder that are compared.
const LISTED: usize = 100_000;

/// The same path as it is spelled on the disk, where `path` itself is not there. Every part that is there stays as it is.
pub(super) fn on_disk(path: &Path) -> Option<PathBuf> {
    // Nothing beyond ASCII can be spelled in two ways.
    path.to_str().filter(|text| !text.is_ascii())?;
    let mut found = PathBuf::new();
    for part in path.components() {
        let next = found.join(part);
        found = match next.symlink_metadata() {
            Ok(_) => next,
            Err(_) => other_spelling(&found, part.as_os_str().to_str()?)?,
        };
    }
    Some(found)
}

fn other_spelling(folder: &Path, name: &str) -> Option<PathBuf> {
    let composed = ComposingNormalizerBorrowed::new_nfc();
    let decomposed = DecomposingNormalizerBorrowed::new_nfd();
    let wanted = composed.normalize(name);
    let forms = [folder.join(&*wanted), folder.join(&*decomposed.normalize(name))];
    if let Some(form) = forms.into_iter().find(|form| form.symlink_metadata().is_ok()) {
        return Some(form);
    }
    // A name may be mixed, or decomposed in a file system's own way.
    let entries = std::fs::read_dir(folder).ok()?.flatten().take(LISTED);
    let same = entries.filter(|entry| {
        entry.file_name().to_str().is_some_and(|name| !name.is_ascii() && composed.normalize(name) == wanted)
    });
    same.map(|entry| entry.path()).min()
}

/// The most slips of the fingers in a name.
const MOST_SLIPS: usize = 2;

/// A name that a person could have meant, and where it is.
#[derive(Debug, PartialEq)]
pub(super) struct Similar {
    pub(super) folder: PathBuf,
    pub(super) name: String,
}

impl Similar {
    /// Escaped, so that blanks of another kind can be seen.
    pub(super) fn hint(&self) -> String {
        format!("there is {:?} in {}: names are compared by every character", self.name, self.folder.display())
    }
}

/// The one name that a person could have meant by the first part of `path` that is not there: the same but for case, for the
/// kind of its blanks (systems write "10.00 AM" with a narrow no-break one), for what cannot be seen, or for characters that
/// look alike; else the same but for a slip or two. Only folders that `may_list` allows are looked into.
pub(super) fn similar(path: &Path, may_list: impl Fn(&Path) -> bool) -> Option<Similar> {
    let mut folder = PathBuf::new();
    for part in path.components() {
        let next = folder.join(part);
        if next.symlink_metadata().is_ok() {
            folder = next;
            continue;
        }
        let asked = part.as_os_str().to_str()?;
        if !may_list(&folder) {
            return None;
        }
        match other_spelling(&folder, asked) {
            Some(spelled) => folder = spelled,
            None => return nearly(&folder, asked).map(|name| Similar { folder, name }),
        }
    }
    None
}

fn nearly(folder: &Path, asked: &str) -> Option<String> {
    let wanted = plain(asked);
    let entries = std::fs::read_dir(folder).ok()?.flatten().take(LISTED);
    let length = wanted.chars().count();
    // "cup.pgn", "cupp.png": each slip of a finger takes some letters to be known as one.
    let most = (length / 4).min(MOST_SLIPS);
    let mut near: Vec<(usize, String)> = Vec::new();
    for name in entries.filter_map(|entry| entry.file_name().into_string().ok()) {
        let seen = plain(&name);
        let slips = match seen.chars().count().abs_diff(length) <= most {
            true => strsim::osa_distance(&seen, &wanted),
            false => continue,
        };
        if slips <= most {
            near.push((slips, name));
        }
    }
    let least = near.iter().map(|(slips, _)| *slips).min()?;
    let mut nearest = near.into_iter().filter(|(slips, _)| *slips == least);
    nearest.next().filter(|_| nearest.next().is_none()).map(|(_, name)| name)
}

/// What a person reads in a name.
fn plain(name: &str) -> String {
    let name = ComposingNormalizerBorrowed::new_nfkc().normalize(&name.to_lowercase()).into_owned();
    let seen = name.chars().filter(|c| !is_unseen(*c)).map(|c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{2BC}' => '\'',
        '\u{201C}' | '\u{201D}' => '"',
        c => c,
    });
    seen.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks of direction, joiners and the like, which come along where a name is copied out of a dialogue or a page.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_nearly_there_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let there = "Shot at 10.00.00\u{202F}AM.png";
        std::fs::write(folder.path().join(there), "").unwrap();
        let found = |asked: &str| similar(&folder.path().join(asked), |_| true).map(|similar| similar.name);
        for asked in [
            "Shot at 10.00.00 AM.png",
            "shot at  10.00.00\u{A0}am.PNG",
            "Shot at 10.00.00\u{202F}am.png",
            "\u{202A}Shot at 10.00.00 AM.png",
        ] {
            assert_eq!(found(asked).as_deref(), Some(there), "{asked:?}");
        }
        assert_eq!(found("Shot.png"), None);
        assert_eq!(found("Shto at 10.00.00 AM.pgn").as_deref(), Some(there));
        assert_eq!(found("Slot ta 10.00.00 AM.pgn"), None, "three are too many");
        std::fs::write(folder.path().join("SHOT at 10.00.00 am.png"), "").unwrap();
        assert_eq!(found("Shot at 10.00.00 AM.png"), None, "two are one too many");
    }

    #[test]
    fn the_part_that_is_nearly_there_may_be_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        // The first folder is there in another spelling, the second is not there.
        let first = root.join("cafe\u{301}");
        std::fs::create_dir_all(first.join("Photos \u{2013} Mia\u{2019}s")).unwrap();
        let path = root.join("caf\u{E9}/photos - mia's/cup.png");
        let wanted = Similar { folder: first, name: "Photos \u{2013} Mia\u{2019}s".to_owned() };
        assert_eq!(similar(&path, |_| true), Some(wanted));
        assert_eq!(similar(&path, |folder| folder == root), None, "it was looked for where nobody may look");
    }

    #[test]
    fn names_are_found_in_every_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let (nfc, nfd) = ("caf\u{E9} \u{1E9B}\u{323}", "cafe\u{301} \u{17F}\u{323}\u{307}");
        let mixed = "e\u{301}\u{E9}.png";
        for (on, asked) in [(nfc, nfd), (nfd, nfc), (mixed, "\u{E9}\u{E9}.png"), (mixed, "e\u{301}e\u{301}.png")] {
            let place = root.join(on).join("o\u{308}.txt");
            std::fs::create_dir_all(root.join(on)).unwrap();
            std::fs::write(&place, "").unwrap();
            assert_eq!(on_disk(&root.join(asked).join("\u{F6}.txt")), Some(place), "{asked:?}");
            std::fs::remove_dir_all(root.join(on)).unwrap();
        }
        assert_eq!(on_disk(&root.join("\u{E9}.png")), None);
        assert_eq!(on_disk(&root.join("plain.png")), None);
    }
}
