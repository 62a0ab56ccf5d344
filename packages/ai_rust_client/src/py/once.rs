//! Python values that are created on first use.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

/// The value of `cell`, which `create` makes first. While `create` runs, another thread may fork: in the child the cell
/// is still empty then, and not locked for ever as with `PyOnceLock::get_or_try_init`.
pub fn get_or_create<'a, T>(
    py: Python,
    cell: &'a PyOnceLock<T>,
    create: impl FnOnce() -> PyResult<T>,
) -> PyResult<&'a T> {
    if let Some(value) = cell.get(py) {
        return Ok(value);
    }
    let value = create()?;
    Ok(cell.get_or_init(py, || value))
}
