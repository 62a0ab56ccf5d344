//! What `compat` is made of: chunks and model lists as the provider sends them.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Error;
use crate::inbox::Inbox;
use crate::models;
use crate::pending::Pending;
use crate::py::call::Call;
use crate::py::client::{AIClient, Session};
use crate::py::encode::{self, Mode};
use crate::py::error::raise;
use crate::py::hub::EventLoopHub;
use crate::py::stream::ResponseStream;
use crate::py::wait::{block, wait};
use crate::stream::Stream;

#[pyclass(frozen, weakref, module = "ai_rust_client._native")]
pub struct ChunkStream(ResponseStream);

#[pyfunction]
#[pyo3(signature = (client, messages, model, **options))]
pub fn open_chunks(
    py: Python,
    client: &AIClient,
    messages: &Bound<PyAny>,
    model: &Bound<PyAny>,
    options: Option<&Bound<PyDict>>,
) -> PyResult<ChunkStream> {
    let body = encode::body(&client.history, messages, model, options, Mode::Stream)?;
    let Session { transport, cancellation, driver } = client.session(py)?;
    let stream = Stream::open(transport, driver, body, &cancellation, true);
    Ok(ChunkStream(ResponseStream::new(stream, Arc::clone(&client.config))))
}

#[pyfunction]
#[pyo3(signature = (client, id=None))]
pub fn list_models(py: Python, client: &AIClient, id: Option<String>) -> PyResult<String> {
    let Session { transport, cancellation, driver } = client.session(py)?;
    block(py, driver, &cancellation, models::raw(transport, id))
}

#[pyfunction]
#[pyo3(signature = (client, id=None))]
pub fn start_list_models(py: Python, client: &AIClient, id: Option<String>) -> PyResult<Call> {
    let Session { transport, cancellation, driver } = client.session(py)?;
    Ok(Pending::start(models::raw(transport, id), driver, &cancellation).into())
}

#[pymethods]
impl ChunkStream {
    fn wait_for_head(&self, py: Python) -> PyResult<()> {
        let stream = self.0.here()?;
        wait(py, stream.driver, &stream.head, || stream.cancel())?;
        self._raise_early_failure(py)
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<Vec<String>>> {
        self.0.next(py, Inbox::next_chunks)
    }

    fn cancel(&self) -> PyResult<()> {
        self.0.here()?.cancel();
        Ok(())
    }

    #[getter]
    fn request_id(&self) -> PyResult<Option<String>> {
        Ok(self.0.here()?.inbox.empty(|inbox| inbox.answer.request_id.clone()))
    }

    fn _arm(&self, hub: &EventLoopHub) -> PyResult<Option<u64>> {
        Ok(self.0.here()?.arm(&hub.hub))
    }

    fn _arm_head(&self, hub: &EventLoopHub) -> PyResult<Option<u64>> {
        Ok(self.0.here()?.arm_head(&hub.hub))
    }

    fn _poll(&self, py: Python) -> PyResult<Option<Vec<String>>> {
        self.0.poll(py, Inbox::next_chunks)
    }

    fn _raise_early_failure(&self, py: Python) -> PyResult<()> {
        let failure = self.0.here()?.inbox.empty(failure_without_head);
        failure.map_or(Ok(()), |error| Err(raise(py, &error)))
    }
}

/// The failure of a stream of which not even a head came: what comes after the head is for who reads the chunks.
fn failure_without_head(inbox: &mut Inbox) -> Option<Error> {
    let has_head = inbox.answer.model.is_some();
    inbox.end.as_ref().filter(|_| !has_head).and_then(|end| end.as_ref().err().cloned())
}
