//! The policy of the run's document, which is known once the document is.

use crate::project::Policy;
use std::sync::{Arc, OnceLock};

/// Set once, before any stage asks.
pub(crate) type ProjectPolicy = Arc<OnceLock<Policy>>;
