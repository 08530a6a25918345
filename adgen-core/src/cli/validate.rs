//! `adgen validate`: every problem of a document, and of what it names.

use super::{assets::Assets, output};
use crate::{
    asset::{as_on_disk, with_similar_name},
    composite::FontShelf,
    error::{Error, ErrorKind, Result},
    project::{AdProject, MAX_DOCUMENT_BYTES, validate_json},
    stages::inspect,
};
use clap::Args;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

#[derive(Debug, Args)]
pub(super) struct Validate {
    /// The document.
    project: PathBuf,
    /// Open and decode every file that the document names, too, and look for its font.
    #[arg(long)]
    assets: bool,
    #[command(flatten)]
    allowed: Assets,
}

impl Validate {
    pub(super) fn run(self) -> Result<u8> {
        let json = read(&self.project)?;
        let problems = validate_json(&json);
        for problem in &problems {
            output::line(problem);
        }
        let code = if problems.is_empty() { 0 } else { 2 };
        if !self.assets {
            return Ok(code);
        }
        // The files are looked at beside the other problems, where it can be told which they are.
        match serde_json::from_str::<AdProject>(json.trim_start_matches('\u{FEFF}')) {
            Ok(project) => Ok(self.inspect(&project)?.max(code)),
            Err(_) => {
                output::note("the files were not looked at, for the document's fields are not all of their kinds");
                Ok(code)
            }
        }
    }

    /// One line a file that cannot be used, in the form of the document's own problems.
    fn inspect(&self, project: &AdProject) -> Result<u8> {
        let policy = self.allowed.policy();
        policy.check()?;
        let mut code = 0;
        for one in &inspect(project, &folder_of(&self.project), &policy, &FontShelf::default()) {
            match &one.problem {
                Some(error) => {
                    code = 2;
                    let hint = error.hint().map(|hint| ("next", hint));
                    let facts = error.context().chain(hint);
                    let facts = facts.map(|(key, value)| format!("; {key}: {value}"));
                    let message = error.message();
                    output::line(format!("{}: {:?}: {message}{}", one.field, one.named, facts.collect::<String>()));
                }
                None if !one.looked_at => {
                    output::note(format!("{}: {:?} is on the web and was not looked at", one.field, one.named));
                }
                None => {}
            }
        }
        Ok(code)
    }
}

/// The folder from which a document's relative files are taken.
pub(super) fn folder_of(document: &Path) -> PathBuf {
    document.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// A document's text. It may come out of a pipe, and be no longer than a document is.
pub(super) fn read(path: &Path) -> Result<String> {
    let wrong = |message: String| Error::new(ErrorKind::InvalidInput, message).with_context("path", path.display());
    let unreadable = |error: std::io::Error| wrong("cannot read the document".to_owned()).with_source(error);
    let file = File::open(as_on_disk(path)).map_err(|error| with_similar_name(unreadable(error), path))?;
    let mut bytes = Vec::new();
    file.take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let mb = MAX_DOCUMENT_BYTES >> 20;
        return Err(wrong(format!(
            "the document is too long: at most {mb} MB ({MAX_DOCUMENT_BYTES} bytes) are allowed"
        )));
    }
    String::from_utf8(bytes)
        .map_err(|error| wrong("cannot read the document: it is not UTF-8".to_owned()).with_source(error))
}
