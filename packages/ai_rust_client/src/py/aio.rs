//! The Python module of the async methods. It imports asyncio, so it is imported on first use.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use crate::py::once::get_or_create;

pub fn aio(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    static AIO: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let aio = get_or_create(py, &AIO, || py.import("ai_rust_client._aio").map(Bound::unbind))?;
    Ok(aio.bind(py))
}
