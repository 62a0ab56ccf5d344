//! Copies of values for free-threaded Python, where another thread may change a message while it is read.
//!
//! With a GIL nothing is copied: it is held while dicts and lists are read.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

use crate::py::once::get_or_create;

/// A value that is nested deeper contains itself, or is rejected by every server.
pub const MAX_DEPTH: usize = 128;

/// `value`, or without a GIL a copy that no other thread can change. Strings and numbers are shared, since they never
/// change; so is a value that is nested too deep, which is rejected afterwards.
pub fn snapshot<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if has_gil(value.py())? {
        return Ok(value.clone());
    }
    Ok(copy(value, 0)?.unwrap_or_else(|| value.clone()))
}

/// Checked once: a GIL that is off may be turned on later, never the other way around.
fn has_gil(py: Python) -> PyResult<bool> {
    static HAS_GIL: PyOnceLock<bool> = PyOnceLock::new();
    get_or_create(py, &HAS_GIL, || match py.import("sys")?.getattr_opt("_is_gil_enabled")? {
        Some(is_enabled) => is_enabled.call0()?.is_truthy(),
        None => Ok(true),
    })
    .copied()
}

/// `None` if the value is nested too deep or contains itself.
fn copy<'py>(value: &Bound<'py, PyAny>, depth: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
    if depth > MAX_DEPTH {
        return Ok(None);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let copied = dict.copy()?;
        for (name, item) in &copied {
            // Setting the value of an existing key is allowed during iteration.
            let Some(item) = copy(&item, depth + 1)? else { return Ok(None) };
            copied.set_item(name, item)?;
        }
        return Ok(Some(copied.into_any()));
    }
    if let Ok(list) = value.cast::<PyList>() {
        let copied = PyList::empty(value.py());
        for item in list {
            let Some(item) = copy(&item, depth + 1)? else { return Ok(None) };
            copied.append(item)?;
        }
        return Ok(Some(copied.into_any()));
    }
    Ok(Some(value.clone()))
}
