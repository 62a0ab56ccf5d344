//! Requests to any endpoint, for the modules in Python: as a whole, or streamed as events.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::endpoint::{EndpointBody, EndpointRequest, EndpointResponse, call};
use crate::error::Error;
use crate::http::config::Config;
use crate::http::transport::Transport;
use crate::protocol::request::ChatRequest;
use crate::py::blocking::wait;
use crate::py::call::Call;
use crate::py::client::AIClient;
use crate::py::encode;
use crate::py::error::raise;
use crate::py::event_loop::ReadyQueue;
use crate::py::log;
use crate::py::session::Session;
use crate::py::stream_reader::StreamReader;
use crate::py::values::headers;
use crate::raw_events::EventProtocol;
use crate::stream_buffer::StreamBuffer;

/// The most characters of a server's text in an error message.
const LINE: usize = 200;

/// The response of an endpoint. Blocks. `path` has the segments of the path below the base URL. A POST sends `fields`
/// as JSON; other methods take only the settings of the call.
#[pyfunction]
#[pyo3(signature = (client, method, path, /, **fields))]
pub fn request(
    py: Python,
    client: &AIClient,
    method: &str,
    path: Vec<String>,
    fields: Option<&Bound<PyDict>>,
) -> PyResult<Reply> {
    let (session, request) = prepare(py, client, method, path, fields, false)?;
    let response = session.block(py, send(session.transport(), request))?;
    Ok(Reply { response, config: Arc::clone(session.config()) })
}

/// `request` for `_aio`.
#[pyfunction]
#[pyo3(signature = (client, method, path, /, **fields))]
pub fn start_request(
    py: Python,
    client: &AIClient,
    method: &str,
    path: Vec<String>,
    fields: Option<&Bound<PyDict>>,
) -> PyResult<Call> {
    let (session, request) = prepare(py, client, method, path, fields, false)?;
    let task = session.spawn(send(session.transport(), request));
    let config = Arc::clone(session.config());
    Ok(Call::new(task, move |py, response| Reply { response, config: Arc::clone(&config) }.into_py_any(py)))
}

/// The events that an endpoint streams as the answer to a POST. Returns at once.
///
/// The stream ends well after an event of one of the types in `last`. Events of the types in `without_content` do not
/// restart the stall timeout. With `fails_with_first`, an error as the first event is retried and raised like a status.
#[pyfunction]
#[pyo3(signature = (client, path, last, without_content, fails_with_first, /, **fields))]
pub fn open_events(
    py: Python,
    client: &AIClient,
    path: Vec<String>,
    last: Vec<String>,
    without_content: Vec<String>,
    fails_with_first: bool,
    fields: Option<&Bound<PyDict>>,
) -> PyResult<EventStream> {
    let (session, request) = prepare(py, client, "POST", path, fields, true)?;
    let stream = session.open_events(request, EventProtocol { last, without_content, fails_with_first });
    Ok(EventStream(StreamReader::new(stream, Arc::clone(session.config()))))
}

fn prepare(
    py: Python,
    client: &AIClient,
    method: &str,
    path: Vec<String>,
    fields: Option<&Bound<PyDict>>,
    stream: bool,
) -> PyResult<(Session, EndpointRequest)> {
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| PyValueError::new_err(format!("{method:?} is not an HTTP method")))?;
    if method != Method::POST {
        let session = client.session_without_body(py, "request", fields)?;
        return Ok((session, EndpointRequest::fixed(method, path, Vec::new(), String::new())));
    }
    let session = client.session_for_call(py, fields)?;
    let Some(models) = fields.map(take_models).transpose()?.flatten() else {
        let body = vec![Bytes::from(encode::object(py, fields, stream)?)];
        log::body(py, &path.join("/"), &body, session.config());
        return Ok((session, EndpointRequest::fixed(method, path, body, String::new())));
    };
    let mut rest = encode::object(py, fields, stream)?;
    // It continues the object that begins with the model.
    if rest == b"{}" {
        rest.remove(0);
    } else {
        rest[0] = b',';
    }
    let request = ChatRequest::new(models.clone(), vec![rest.into()]);
    log::body(py, &path.join("/"), &request.body_for(&models[0]), session.config());
    Ok((session, EndpointRequest { method, path, body: EndpointBody::ForModels(request), models }))
}

/// Take the model, or the models in order of preference, out of the fields. `None` if there is none.
fn take_models(fields: &Bound<PyDict>) -> PyResult<Option<Vec<String>>> {
    let Some(model) = fields.get_item("model")?.filter(|model| !model.is_none()) else { return Ok(None) };
    let models = encode::models(&model)?;
    fields.del_item("model")?;
    Ok(Some(models))
}

async fn send(transport: Arc<Transport>, request: EndpointRequest) -> Result<EndpointResponse, Error> {
    call(&transport, &request, Ok).await
}

/// A successful response.
#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Reply {
    response: EndpointResponse,
    config: Arc<Config>,
}

#[pymethods]
impl Reply {
    #[getter]
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.response.body).into_owned()
    }

    #[getter]
    fn headers(&self) -> &BTreeMap<String, String> {
        &self.response.headers
    }

    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.response.request_id.as_deref()
    }

    fn mask(&self, text: String) -> String {
        self.config.masks.mask(text)
    }

    fn line(&self, text: &str) -> String {
        self.config.masks.line(text, LINE)
    }
}

/// The events of a stream: each item is a list of all that have arrived, as pairs of type and data.
#[pyclass(frozen, weakref, module = "ai_rust_client._native")]
pub struct EventStream(StreamReader);

#[pymethods]
impl EventStream {
    fn wait_for_head(&self, py: Python) -> PyResult<()> {
        let stream = self.0.stream()?;
        wait(py, stream.executor, &stream.head, || stream.cancel())?;
        self._raise_early_failure(py)
    }

    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<Vec<(String, String)>>> {
        Ok(self.0.next(py, StreamBuffer::next_raw_chunks)?.map(pairs))
    }

    fn cancel(&self) -> PyResult<()> {
        self.0.cancel()
    }

    fn mask(&self, text: String) -> String {
        self.0.config().masks.mask_partial(text)
    }

    fn line(&self, text: &str) -> String {
        self.0.config().masks.line(text, LINE)
    }

    #[getter]
    fn request_id(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| answer.request_id.clone())
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

    fn _poll(&self, py: Python) -> PyResult<Option<Vec<(String, String)>>> {
        Ok(self.0.poll(py, StreamBuffer::next_raw_chunks)?.map(pairs))
    }

    /// Failures after the response head are raised while the events are read.
    fn _raise_early_failure(&self, py: Python) -> PyResult<()> {
        let failure = self.0.stream()?.buffer.with(|buffer| buffer.failure_without_head());
        failure.map_or(Ok(()), |error| Err(raise(py, &error)))
    }
}

fn pairs(events: Vec<String>) -> Vec<(String, String)> {
    let split = |event: String| event.split_once('\n').map(|(kind, data)| (kind.to_owned(), data.to_owned()));
    events.into_iter().filter_map(split).collect()
}
