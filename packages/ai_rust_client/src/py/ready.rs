//! The awaitable of a value that is available already.

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyStopIteration;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

/// Awaiting it returns its value without a round of the event loop.
#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Ready(Py<PyAny>);

impl Ready {
    pub fn awaitable<'py>(py: Python<'py>, value: impl IntoPyObjectExt<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(Bound::new(py, Self(value.into_py_any(py)?))?.into_any())
    }
}

#[pymethods]
impl Ready {
    fn __await__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<()> {
        Err(PyStopIteration::new_err(PyTuple::new(py, [&self.0])?.unbind()))
    }
}
