//! The end of a scene that the crossfade into the next one still shows.
//!
//! Drawn beforehand and kept in a file of the working folder, so that no two clips are decoded at a time: the pictures of a
//! decoder are the largest thing that a scene needs memory for. May depend on `error` and `media`.

use crate::{
    error::{Error, Result},
    media::Frame,
};
use std::{
    fs::{self, File},
    io::{self, Read, Seek, Write},
    path::{Path, PathBuf},
};

/// Frames in a file, to be read in the order in which they were drawn.
#[derive(Debug)]
pub(super) struct Tail {
    file: File,
    path: PathBuf,
    /// What was read last.
    frame: Frame,
    left: u64,
}

impl Tail {
    /// Draws `frames` frames of a size into a file in `folder`.
    pub(super) fn draw(
        folder: &Path,
        frames: u64,
        (width, height): (usize, usize),
        mut draw: impl FnMut(&mut Frame) -> Result<()>,
    ) -> Result<Self> {
        let path = folder.join("tail.yuv");
        let named = |error: io::Error| kept(error, &path);
        let options = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let mut file = options.map_err(named)?;
        let mut frame = Frame::black(width, height);
        for _ in 0..frames {
            draw(&mut frame)?;
            frame.planes().iter().try_for_each(|plane| file.write_all(plane)).map_err(named)?;
        }
        file.rewind().map_err(named)?;
        Ok(Self { file, path, frame, left: frames })
    }

    /// The next frame; `None` behind the last.
    pub(super) fn next(&mut self) -> Result<Option<&Frame>> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        for plane in self.frame.planes_mut() {
            self.file.read_exact(plane).map_err(|error| kept(error, &self.path))?;
        }
        Ok(Some(&self.frame))
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        // What stays behind goes with the working folder.
        drop(fs::remove_file(&self.path));
    }
}

fn kept(error: io::Error, path: &Path) -> Error {
    Error::from(error).with_operation("keep the end of a scene").with_context("path", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_drawn_comes_back_in_its_order_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut next = 0;
        let mut tail = Tail::draw(folder.path(), 3, (6, 4), |frame| {
            next += 1;
            frame.fill((next, next + 100, next + 200));
            Ok(())
        })
        .unwrap();
        for number in 1..=3 {
            let mut wanted = Frame::black(6, 4);
            wanted.fill((number, number + 100, number + 200));
            assert_eq!(tail.next().unwrap(), Some(&wanted));
        }
        assert_eq!(tail.next().unwrap(), None);
        drop(tail);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_went_away_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let error = Tail::draw(&gone, 1, (2, 2), |_| Ok(())).unwrap_err();
        assert!(error.to_string().contains("tail.yuv"), "{error}");
    }
}
