//! The iterators over events, and the awaitable of what is there already.

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyStopIteration;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::inbox::Inbox;
use crate::py::client::aio;
use crate::py::stream::ResponseStream;
use crate::py::values::StreamEvent;

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Events(pub Py<ResponseStream>);

#[pymethods]
impl Events {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<StreamEvent>> {
        Ok(self.0.get().next(py, Inbox::next_event)?.map(StreamEvent))
    }
}

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct AsyncEvents(pub Py<ResponseStream>);

#[pymethods]
impl AsyncEvents {
    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.get().poll(py, Inbox::next_event)? {
            Some(event) => Ready::of(py, StreamEvent(event)),
            None => {
                let stream = self.0.bind(py);
                aio(py)?.call_method1(intern!(py, "next_item"), (stream, stream.getattr("_poll_event")?))
            }
        }
    }
}

/// Awaiting it gives its value without going through the event loop.
#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Ready(Py<PyAny>);

impl Ready {
    pub fn of<'py>(py: Python<'py>, value: impl IntoPyObjectExt<'py>) -> PyResult<Bound<'py, PyAny>> {
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
