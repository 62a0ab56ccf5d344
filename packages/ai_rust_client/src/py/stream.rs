//! `ResponseStream`.

use std::collections::BTreeMap;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::answer::{Answer, Event};
use crate::http::config::Config;
use crate::json::tree::Json;
use crate::protocol::choices::arrived;
use crate::py::aio::aio;
use crate::py::choices::{choices, images, message};
use crate::py::error::raise;
use crate::py::event_loop::ReadyQueue;
use crate::py::events::{AsyncEvents, Events};
use crate::py::ready::Ready;
use crate::py::response::{Reduced, id_of, reduce};
use crate::py::stream_reader::StreamReader;
use crate::py::values::{StreamEvent, ToolCall, Usage, headers, rate_limits, seconds};
use crate::runtime::wakeup_fd::Fileno;
use crate::stream::Stream;
use crate::stream_buffer::StreamBuffer;

/// An answer while it arrives: an iterator and an async iterator over its text.
///
/// `await stream` waits for the response head and returns the stream itself. A second reader at the same
/// time gets RuntimeError; any thread may call `cancel`. The attributes contain what has arrived so far, read or not.
/// A stream ends well if `finish_reason` or `[DONE]` has arrived, otherwise with StreamInterruptedError. Dropping the
/// stream or leaving its `with` or `async with` block cancels it. It belongs to the process that opened it: a forked
/// child gets RuntimeError.
#[pyclass(frozen, weakref, module = "ai_rust_client")]
pub struct ResponseStream(Arc<StreamReader>);

impl ResponseStream {
    pub fn new(stream: Arc<Stream>, config: Arc<Config>) -> Self {
        Self(Arc::new(StreamReader::new(stream, config)))
    }
}

#[pymethods]
impl ResponseStream {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<String>> {
        self.0.next(py, StreamBuffer::next_text)
    }

    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match slf.get().0.poll_now(py, StreamBuffer::next_text)? {
            Some(text) => Ready::awaitable(py, text),
            None => aio(py)?.call_method1(intern!(py, "next_item"), (slf,)),
        }
    }

    fn __await__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        aio(slf.py())?.call_method1("head", (slf,))?.call_method0("__await__")
    }

    /// Iterate over all events, not only text; "finish" is the last event of a stream that ends well.
    fn events(&self) -> Events {
        Events(Arc::clone(&self.0))
    }

    /// `events` for asyncio.
    fn aevents(&self) -> AsyncEvents {
        AsyncEvents(Arc::clone(&self.0))
    }

    /// A descriptor for select, QSocketNotifier or loop.add_reader. It is the same in every call and belongs to
    /// the stream.
    ///
    /// It is readable while events are waiting, and after the stream has ended. Use it with `drain`.
    fn fileno(&self) -> PyResult<Fileno> {
        Ok(self.0.stream()?.fileno()?)
    }

    /// All events that have arrived, without waiting; empty if there are none, and after the "finish" event.
    ///
    /// Raises as iteration would, after the events before the error were returned.
    fn drain(&self, py: Python) -> PyResult<Vec<StreamEvent>> {
        self.0.check_not_awaited()?;
        let events = self.0.stream()?.drain().map_err(|error| raise(py, &error))?;
        if events.back() == Some(&Event::Finish) {
            self.0.log_end(py);
        }
        Ok(events.into_iter().map(StreamEvent).collect())
    }

    /// Close the connection at once. A waiting reader gets StreamCancelled. May be called more than once.
    fn cancel(&self) -> PyResult<()> {
        self.0.cancel()
    }

    fn _register(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        self.0.register(queue)
    }

    fn _register_head(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        self.0.register_head(queue)
    }

    fn _poll(&self, py: Python) -> PyResult<Option<String>> {
        self.0.poll(py, StreamBuffer::next_text)
    }

    fn _raise_early_failure(&self, py: Python) -> PyResult<()> {
        let failure = self.0.stream()?.buffer.with(|buffer| buffer.early_failure());
        failure.map_or(Ok(()), |error| Err(raise(py, &error)))
    }

    /// The text that has arrived so far.
    #[getter]
    fn text(&self) -> PyResult<String> {
        self.0.answer(|answer| answer.first_choice().text.clone())
    }
    /// The reasoning that has arrived so far.
    #[getter]
    fn reasoning(&self) -> PyResult<String> {
        self.0.answer(|answer| answer.first_choice().reasoning.clone())
    }
    /// The model's refusal to answer, as far as it has arrived; None unless it refuses.
    #[getter]
    fn refusal(&self) -> PyResult<Option<String>> {
        let refusal = self.0.answer(|answer| answer.first_choice().refusal.clone())?;
        Ok(Some(refusal).filter(|refusal| !refusal.is_empty()))
    }
    /// What has arrived of the message that must be appended to `messages` for the next request, with all fields of
    /// the provider.
    ///
    /// A new dict each time.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        message(py, &self.0.answer(arrived)?)
    }
    /// What has arrived of all choices, in the order of their indexes.
    #[getter]
    fn choices<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        choices(py, self.0.answer(arrived)?)
    }
    /// The images that have arrived so far.
    #[getter]
    fn images<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        images(py, &self.0.answer(arrived)?)
    }
    /// The tool calls that have arrived so far; the last one may be incomplete until the stream has ended.
    #[getter]
    fn tool_calls(&self) -> PyResult<Vec<ToolCall>> {
        self.0.answer(|answer| answer.first_choice().tool_calls.to_vec().into_iter().map(ToolCall).collect())
    }
    /// The provider's id of the answer, once it has arrived.
    #[getter]
    fn id(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| match &answer.body {
            Some(body) => id_of(&Json::parse(body).ok()?),
            None => id_of(&Json::Object(answer.fields.clone())),
        })
    }
    /// The number of tokens, once the provider has reported it, usually at the end.
    #[getter]
    fn usage(&self) -> PyResult<Option<Usage>> {
        self.0.answer(|answer| answer.usage.clone().map(Usage))
    }
    /// The model that answers: as the provider reports it, otherwise as requested.
    #[getter]
    fn model(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| answer.model.clone())
    }
    /// The provider behind a router, if the response names it.
    #[getter]
    fn provider(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| answer.provider.clone())
    }
    /// Why the model stopped: "stop", "length", "tool_calls", …
    #[getter]
    fn finish_reason(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| answer.first_choice().finish_reason.clone())
    }
    /// The provider's id of the request, from the response headers.
    #[getter]
    fn request_id(&self) -> PyResult<Option<String>> {
        self.0.answer(|answer| answer.request_id.clone())
    }
    /// The response headers about rate limits, unchanged; names in lower case.
    ///
    /// Empty until the response head has arrived.
    #[getter]
    fn rate_limits(&self) -> PyResult<BTreeMap<String, String>> {
        self.0.answer(|answer| rate_limits(&answer.transfer, &self.0.config().masks))
    }
    /// All response headers; names in lower case. Secrets and cookies are masked, repeated headers joined.
    ///
    /// Empty until the response head has arrived.
    #[getter]
    fn headers(&self) -> PyResult<BTreeMap<String, String>> {
        self.0.answer(|answer| headers(&answer.transfer, &self.0.config().masks))
    }
    /// Seconds to the response head, from the start of the attempt that succeeded, including its connection.
    ///
    /// None until the head has arrived.
    #[getter]
    fn time_to_first_byte(&self) -> PyResult<Option<f64>> {
        self.0.answer(|answer| seconds(answer.transfer.first_byte))
    }
    /// Seconds to the end of the answer, from the same start. None until the answer is complete.
    #[getter]
    fn time_to_last_byte(&self) -> PyResult<Option<f64>> {
        self.0.answer(|answer| seconds(answer.transfer.last_byte))
    }

    /// A stream that has ended is pickled and copied as a ChatResponse with what has arrived.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        if !self.0.stream()?.buffer.with(|buffer| buffer.has_ended()) {
            return Err(PyTypeError::new_err(
                "a stream cannot be pickled or copied before it has ended; read it to its end or cancel it first",
            ));
        }
        let answer = self.0.answer(Answer::clone)?;
        reduce(py, &answer, &self.0.config().masks, answer.to_completion())
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<PyTuple>) -> PyResult<()> {
        self.cancel()
    }

    fn __aenter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        aio(slf.py())?.call_method1("value", (slf,))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__<'py>(&self, py: Python<'py>, _exception: &Bound<PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        self.cancel()?;
        aio(py)?.call_method1("value", (py.None(),))
    }

    fn __repr__(&self) -> PyResult<String> {
        self.0.answer(|answer| {
            format!(
                "ResponseStream(model={:?}, finish_reason={:?}, {} characters of text)",
                answer.model.as_deref().unwrap_or_default(),
                answer.first_choice().finish_reason.as_deref().unwrap_or_default(),
                answer.first_choice().text.chars().count()
            )
        })
    }
}
