//! The arguments that open a store.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::db::options::{Durability, Options};
use crate::py::convert::{self, shown};
use crate::py::error::{invalid, should_stop};
use crate::py::owners::SharedRegister;

pub struct Seconds(pub f64);

impl<'py> FromPyObject<'_, 'py> for Seconds {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.extract() {
            Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(Self(seconds)),
            _ => {
                let message = format!("busy_timeout must be seconds from 0 to 86400, not {}", shown(&value));
                Err(invalid(value.py(), message))
            }
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Durability {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()).as_deref() {
            Ok("normal") => Ok(Self::Normal),
            Ok("full") => Ok(Self::Full),
            _ => {
                let message = format!("durability must be 'normal' or 'full', not {}", shown(&value));
                Err(invalid(value.py(), message))
            }
        }
    }
}

pub fn options(
    read_only: bool,
    busy_timeout: &Seconds,
    durability: Durability,
    check_on_open: bool,
) -> Options {
    let busy_timeout = Duration::from_secs_f64(busy_timeout.0);
    Options { read_only, busy_timeout, durability, check_on_open, ..default_options() }
}

/// The options of a Python process, which may have other SQLite libraries, and whose calls end on Ctrl-C.
pub fn default_options() -> Options {
    Options { owners: Arc::new(SharedRegister), stop: Arc::new(should_stop), ..Options::default() }
}

/// A path or a text, but not bytes.
pub fn path(value: &Bound<'_, PyAny>) -> PyResult<String> {
    let plain = value.py().import("os")?.getattr("fspath")?.call1((value,))?;
    convert::text("db_path", &plain)
}
