//! The streams behind `compat`: chunks as the provider's JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::json::tree::Json;
use crate::py::blocking::wait;
use crate::py::client::AIClient;
use crate::py::encode::{self, Mode};
use crate::py::error::raise;
use crate::py::event_loop::ReadyQueue;
use crate::py::stream_reader::StreamReader;
use crate::py::values::headers;
use crate::stream_buffer::StreamBuffer;

#[pyclass(frozen, weakref, module = "ai_rust_client._native")]
pub struct ChunkStream(StreamReader);

#[pyfunction]
#[pyo3(signature = (client, messages, model, **options))]
pub fn open_chunks(
    py: Python,
    client: &AIClient,
    messages: &Bound<PyAny>,
    model: &Bound<PyAny>,
    options: Option<&Bound<PyDict>>,
) -> PyResult<ChunkStream> {
    let session = client.session_for_call(py, options)?;
    let request = encode::request(&client.history, messages, model, options, Mode::Stream)?;
    let stream = session.open_stream(request, true);
    Ok(ChunkStream(StreamReader::new(stream, Arc::clone(session.config()))))
}

/// A JSON text that Python can read: values that are nested too deeply are null.
#[pyfunction]
pub fn readable_json(text: &str) -> Option<String> {
    Json::parse(text).ok().map(|json| json.to_string())
}

#[pymethods]
impl ChunkStream {
    fn wait_for_head(&self, py: Python) -> PyResult<()> {
        let stream = self.0.stream()?;
        wait(py, stream.executor, &stream.head, || stream.cancel())?;
        self._raise_early_failure(py)
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<Vec<String>>> {
        self.0.next(py, StreamBuffer::next_raw_chunks)
    }

    fn cancel(&self) -> PyResult<()> {
        self.0.cancel()
    }

    #[getter]
    fn request_id(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| answer.request_id.clone())
    }

    /// `text` without the secrets of the request.
    fn mask(&self, text: String) -> String {
        self.0.mask(text)
    }

    #[getter]
    fn headers(&self) -> PyResult<BTreeMap<String, String>> {
        self.0.answer(|answer| headers(&answer.transfer, &self.0.config().masks))
    }

    fn _register(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        self.0.register(queue)
    }

    fn _register_head(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        self.0.register_head(queue)
    }

    fn _poll(&self, py: Python) -> PyResult<Option<Vec<String>>> {
        self.0.poll(py, StreamBuffer::next_raw_chunks)
    }

    /// Failures after the response head are raised while the chunks are read.
    fn _raise_early_failure(&self, py: Python) -> PyResult<()> {
        let failure = self.0.stream()?.buffer.with(|buffer| buffer.failure_without_head());
        failure.map_or(Ok(()), |error| Err(raise(py, &error)))
    }
}
