//! The extension module `adgen._adgen`: it converts, calls the core and maps back.
//!
//! No logic of its own, and no panic: PyO3 would turn one into an exception that `except Exception` does not catch.
//! What a Python program sees stands in `python/adgen`; keep `python/adgen/_adgen.pyi` in step with this file.

use pyo3::prelude::*;

#[pymodule]
mod _adgen {
    use adgen::project::validate_json;
    use pyo3::{prelude::*, pybacked::PyBackedStr};

    /// The version of adgen.
    #[pyfunction]
    fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// Path and message of every problem of a document; empty where it is sound.
    #[pyfunction]
    fn validate(py: Python<'_>, project: PyBackedStr) -> Vec<(String, String)> {
        // A document can be large: other Python threads go on meanwhile.
        let problems = py.detach(|| validate_json(&project));
        problems.into_iter().map(|problem| (problem.path, problem.message)).collect()
    }
}
