//! Recovering a damaged file on demand, for the command line.

use pyo3::prelude::*;

use crate::py::convert::Object;
use crate::py::error::detached;
use crate::py::options::{default_options, path};
use crate::salvage::recovery::salvage_file;
use crate::stores::conversations::format::CONVERSATIONS;
use crate::stores::places::PLACES;

/// Copy what can be read of a damaged file to `target`, and return how many rows that is and a sentence about them.
#[pyfunction]
#[pyo3(name = "_salvage", signature = (db_path, target))]
pub fn salvage(db_path: Object<'_, '_>, target: Object<'_, '_>) -> PyResult<(usize, String)> {
    let (source, target) = (path(db_path)?, path(target)?);
    let options = default_options();
    let report =
        detached(db_path.py(), || salvage_file(&source, &target, &[&CONVERSATIONS, &PLACES], &options))?;
    Ok((report.recovered(), report.to_string()))
}
