//! On a free-threaded Python another thread may change a message while it is read: read a copy of its dicts and lists.
//!
//! With a GIL nothing is copied: it is held for as long as dicts and lists are read.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList};

use crate::py::encode::DEEPEST;

/// `value`, or where there is no GIL a copy that no other thread knows. Texts and numbers are shared, as they do not
/// change; so is what is nested too deep, which is refused afterwards.
pub fn private<'py>(value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    if has_gil(value.py())? {
        return Ok(value.clone());
    }
    Ok(copy(value, 0)?.unwrap_or_else(|| value.clone()))
}

/// Asked once: a GIL that is off may come back, never the other way round.
fn has_gil(py: Python) -> PyResult<bool> {
    static HAS_GIL: PyOnceLock<bool> = PyOnceLock::new();
    HAS_GIL
        .get_or_try_init(py, || match py.import("sys")?.getattr_opt("_is_gil_enabled")? {
            Some(is_enabled) => is_enabled.call0()?.is_truthy(),
            None => Ok(true),
        })
        .copied()
}

/// None for what is nested too deep, or holds itself.
fn copy<'py>(value: &Bound<'py, PyAny>, depth: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
    if depth > DEEPEST {
        return Ok(None);
    }
    if let Ok(dict) = value.cast::<PyDict>() {
        let twin = dict.copy()?;
        for (name, item) in &twin {
            // The value of a name that is there may be changed meanwhile.
            let Some(item) = copy(&item, depth + 1)? else { return Ok(None) };
            twin.set_item(name, item)?;
        }
        return Ok(Some(twin.into_any()));
    }
    if let Ok(list) = value.cast::<PyList>() {
        let twin = PyList::empty(value.py());
        for item in list {
            let Some(item) = copy(&item, depth + 1)? else { return Ok(None) };
            twin.append(item)?;
        }
        return Ok(Some(twin.into_any()));
    }
    Ok(Some(value.clone()))
}
