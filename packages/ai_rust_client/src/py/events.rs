//! The iterators over the events of a stream.

use std::sync::Arc;

use pyo3::intern;
use pyo3::prelude::*;

use crate::py::aio::aio;
use crate::py::event_loop::ReadyQueue;
use crate::py::ready::Ready;
use crate::py::stream_reader::StreamReader;
use crate::py::values::StreamEvent;
use crate::stream_buffer::StreamBuffer;

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Events(pub Arc<StreamReader>);

#[pymethods]
impl Events {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<StreamEvent>> {
        Ok(self.0.next(py, StreamBuffer::next_event)?.map(StreamEvent))
    }
}

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct AsyncEvents(pub Arc<StreamReader>);

#[pymethods]
impl AsyncEvents {
    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match slf.get().0.poll_now(py, StreamBuffer::next_event)?.map(StreamEvent) {
            Some(event) => Ready::awaitable(py, event),
            None => aio(py)?.call_method1(intern!(py, "next_item"), (slf,)),
        }
    }

    fn cancel(&self) -> PyResult<()> {
        self.0.cancel()
    }

    fn _register(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        self.0.register(queue)
    }

    fn _poll(&self, py: Python) -> PyResult<Option<StreamEvent>> {
        Ok(self.0.poll(py, StreamBuffer::next_event)?.map(StreamEvent))
    }
}
