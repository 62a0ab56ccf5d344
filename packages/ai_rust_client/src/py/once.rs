//! Python values that are created on first use.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The value of `cell`, which `create` makes first. While `create` runs, another thread may fork: in the child the cell
/// is still empty then, and not locked for ever as with `PyOnceLock::get_or_try_init` (and `intern!`, which uses it).
pub fn get_or_create<'a, T>(
    py: Python,
    cell: &'a PyOnceLock<T>,
    create: impl FnOnce() -> PyResult<T>,
) -> PyResult<&'a T> {
    if let Some(value) = cell.get(py) {
        return Ok(value);
    }
    let value = create()?;
    let _ = cell.set(py, value);
    cell.get(py).ok_or_else(|| PyRuntimeError::new_err("a value was not stored; this is a bug"))
}
