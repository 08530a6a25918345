//! Looks at everything that a document names without storing anything: what `adgen validate --assets` tells.

use super::{
    asset_use::{AssetUse, inventory},
    check,
    open::{open_within_bounds, urls_are_closed},
};
use crate::{
    asset::AssetPolicy,
    composite::{FontShelf, Fonts},
    error::{Error, ErrorBody, Result},
    project::{AdProject, Asset, AssetLocation},
};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use std::path::Path;

/// One thing that a document names.
#[derive(Debug, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Inspected {
    /// Where the document names it: `scenes[1].background.file`.
    pub field: String,
    /// As the document names it.
    pub named: String,
    /// Why it cannot be used, if it cannot.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_body")]
    #[schemars(with = "Option<ErrorBody>")]
    pub problem: Option<Error>,
    /// Whether it was looked at: files on the web are not fetched for this.
    pub looked_at: bool,
}

/// An error is written as what it says.
fn as_body<S: Serializer>(problem: &Option<Error>, serializer: S) -> Result<S::Ok, S::Error> {
    problem.as_ref().map(Error::body).serialize(serializer)
}

impl Inspected {
    /// A good file that was looked at, by its field and as it is named there.
    pub fn new(field: impl Into<String>, named: impl Into<String>) -> Self {
        Self { field: field.into(), named: named.into(), problem: None, looked_at: true }
    }

    /// With why it cannot be used.
    #[must_use]
    pub fn with_problem(mut self, problem: Error) -> Self {
        self.problem = Some(problem);
        self
    }

    /// Whether it was looked at.
    #[must_use]
    pub fn with_looked_at(mut self, looked_at: bool) -> Self {
        self.looked_at = looked_at;
        self
    }
}

/// Opens and decodes every file that a document in `folder` names, and looks for its font.
pub(crate) fn inspect(project: &AdProject, folder: &Path, policy: &AssetPolicy, fonts: &FontShelf) -> Vec<Inspected> {
    let mut all = Vec::new();
    for (used, named) in inventory(project) {
        let on_the_web = matches!(Asset::from(named.as_str()).location(), AssetLocation::Url(_));
        let looked = match on_the_web {
            true if policy.allows_urls() => Ok(()),
            true => Err(urls_are_closed()),
            false => look_at(used, folder, &named, policy, fonts),
        };
        let problem = looked.err().map(|error| used.error(&named, error));
        all.push(Inspected { field: used.field(), named, looked_at: !on_the_web, problem });
    }
    let has_file = all.iter().any(|one| one.field == AssetUse::Font.field());
    if let Some(family) = project.brand.font.as_deref().filter(|_| !has_file) {
        let problem = Fonts::from(fonts.library()).set_brand_font(family).err();
        let (field, named) = (AssetUse::Font.field(), family.to_owned());
        let problem = problem.map(|error| AssetUse::Font.error(&named, error));
        all.push(Inspected { field, named, looked_at: true, problem });
    }
    all
}

fn look_at(used: AssetUse, folder: &Path, named: &str, policy: &AssetPolicy, fonts: &FontShelf) -> Result<()> {
    let file = open_within_bounds(policy, used, folder, named)?;
    check::check(used, file.path(), fonts)
}
