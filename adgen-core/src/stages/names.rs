//! Names of artifacts, by scene and shape.
//!
//! May depend on `project`.

use crate::project::Aspect;

/// The plain name for the main shape; with the shape for a further one.
pub(crate) fn name_for(name: &str, aspect: Aspect, main: Aspect) -> String {
    if aspect == main { name.to_owned() } else { format!("{name}_{}", aspect.file_suffix()) }
}
