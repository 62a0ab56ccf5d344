//! `ResponseStream`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyStopAsyncIteration;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::config::Config;
use crate::inbox::{Found, Inbox};
use crate::process;
use crate::py::client::aio;
use crate::py::error::{other_process, raise};
use crate::py::events::{AsyncEvents, Events, Ready};
use crate::py::hub::EventLoopHub;
use crate::py::log;
use crate::py::values::{StreamEvent, ToolCall, Usage, rate_limits, seconds};
use crate::py::wait::wait;
use crate::stream::Stream;
use crate::value::{Answer, Event};
use crate::wake::Fileno;

/// An answer as it arrives: an iterator and an async iterator of text deltas.
///
/// `await stream` waits for the response head and gives the stream itself. One reader at a time; `cancel` from any
/// thread. The attributes hold what has arrived so far, read or not. A stream ends well once `finish_reason` or
/// `[DONE]` was seen, else with StreamInterruptedError. Dropping the stream, or leaving its `with`, cancels it. It
/// belongs to the process that opened it: after a fork the child gets RuntimeError.
#[pyclass(frozen, weakref, module = "ai_rust_client")]
pub struct ResponseStream {
    stream: Arc<Stream>,
    config: Arc<Config>,
    process: u32,
    logged: AtomicBool,
}

impl ResponseStream {
    pub fn new(stream: Arc<Stream>, config: Arc<Config>) -> Self {
        Self { stream, config, process: process::id(), logged: AtomicBool::new(false) }
    }

    /// The stream, in the process that opened it. In a forked child its locks may be held by threads that are gone.
    pub fn here(&self) -> PyResult<&Stream> {
        if self.process == process::id() { Ok(&self.stream) } else { Err(other_process()) }
    }

    /// Wait for what `take` looks for.
    pub fn next<T>(&self, py: Python, take: impl Fn(&mut Inbox) -> Found<T>) -> PyResult<Option<T>> {
        let stream = self.here()?;
        loop {
            match stream.inbox.empty(&take) {
                Some(Ok(None)) => {
                    self.log_end(py);
                    return Ok(None);
                }
                Some(found) => return found.map_err(|error| raise(py, &error)),
                None => {}
            }
            wait(py, stream.driver, &stream.inbox, || stream.cancel())?;
        }
    }

    /// What `take` looks for, or `None` if it has not arrived; raises at the end.
    pub fn poll<T>(&self, py: Python, take: impl Fn(&mut Inbox) -> Found<T>) -> PyResult<Option<T>> {
        match self.here()?.inbox.empty(take) {
            None => Ok(None),
            Some(Ok(Some(item))) => Ok(Some(item)),
            Some(Ok(None)) => {
                self.log_end(py);
                Err(PyStopAsyncIteration::new_err(()))
            }
            Some(Err(error)) => Err(raise(py, &error)),
        }
    }

    /// Once for a stream: a reader may ask again after the end.
    fn log_end(&self, py: Python) {
        if !self.logged.swap(true, Ordering::Relaxed) {
            log::answered(py, "stream", &self.config, || {
                self.stream.inbox.empty(|inbox| inbox.answer.clone())
            });
        }
    }

    fn answer<T>(&self, part: impl Fn(&Answer) -> T) -> PyResult<T> {
        Ok(self.here()?.inbox.empty(|inbox| part(&inbox.answer)))
    }
}

#[pymethods]
impl ResponseStream {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python) -> PyResult<Option<String>> {
        self.next(py, Inbox::next_text)
    }

    fn __aiter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __anext__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match slf.get().poll(py, Inbox::next_text)? {
            Some(text) => Ready::of(py, text),
            None => aio(py)?.call_method1(intern!(py, "next_item"), (slf, slf.getattr("_poll_text")?)),
        }
    }

    fn __await__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        aio(slf.py())?.call_method1("head", (slf,))?.call_method0("__await__")
    }

    /// Everything, not only text; "finish" is the last event of a stream that ends well.
    fn events(slf: Py<Self>) -> Events {
        Events(slf)
    }

    /// `events` for asyncio.
    fn aevents(slf: Py<Self>) -> AsyncEvents {
        AsyncEvents(slf)
    }

    /// A descriptor for select, QSocketNotifier or loop.add_reader, the same at every call; it is the stream's.
    ///
    /// Readable while events wait, and once the stream has ended. Pair it with `drain`.
    fn fileno(&self) -> PyResult<Fileno> {
        Ok(self.here()?.fileno()?)
    }

    /// All that has arrived, without waiting; empty when nothing has, and after the "finish" event.
    ///
    /// Raises as iteration would, once what came before the error has been handed over.
    fn drain(&self, py: Python) -> PyResult<Vec<StreamEvent>> {
        let drained = self.here()?.drain();
        let events = drained.map_err(|error| raise(py, &error))?;
        if events.back() == Some(&Event::Finish) {
            self.log_end(py);
        }
        Ok(events.into_iter().map(StreamEvent).collect())
    }

    /// Close the connection at once; any number of times. A waiting reader ends with StreamCancelled.
    fn cancel(&self) -> PyResult<()> {
        self.here()?.cancel();
        Ok(())
    }

    fn _arm(&self, hub: &EventLoopHub) -> PyResult<Option<u64>> {
        Ok(self.here()?.arm(&hub.hub))
    }

    fn _arm_head(&self, hub: &EventLoopHub) -> PyResult<Option<u64>> {
        Ok(self.here()?.arm_head(&hub.hub))
    }

    fn _poll_text(&self, py: Python) -> PyResult<Option<String>> {
        self.poll(py, Inbox::next_text)
    }

    fn _poll_event(&self, py: Python) -> PyResult<Option<StreamEvent>> {
        Ok(self.poll(py, Inbox::next_event)?.map(StreamEvent))
    }

    fn _raise_early_failure(&self, py: Python) -> PyResult<()> {
        let failure = self.here()?.inbox.empty(|inbox| inbox.early_failure());
        failure.map_or(Ok(()), |error| Err(raise(py, &error)))
    }

    /// The text that has arrived so far.
    #[getter]
    fn text(&self) -> PyResult<String> {
        self.answer(|answer| answer.text.clone())
    }
    /// The reasoning that has arrived so far.
    #[getter]
    fn reasoning(&self) -> PyResult<String> {
        self.answer(|answer| answer.reasoning.clone())
    }
    /// The tool calls that are complete so far.
    #[getter]
    fn tool_calls(&self) -> PyResult<Vec<ToolCall>> {
        self.answer(|answer| answer.tool_calls.iter().cloned().map(ToolCall).collect())
    }
    /// What the answer took, once the provider has said so; usually with its end.
    #[getter]
    fn usage(&self) -> PyResult<Option<Usage>> {
        self.answer(|answer| answer.usage.clone().map(Usage))
    }
    /// The model that serves: as the provider says, else as it was asked for.
    #[getter]
    fn model(&self) -> PyResult<Option<String>> {
        self.answer(|answer| answer.model.clone())
    }
    /// Who serves behind a router, where the response says.
    #[getter]
    fn provider(&self) -> PyResult<Option<String>> {
        self.answer(|answer| answer.provider.clone())
    }
    /// Why the model ended, as the provider says: "stop", "length", "tool_calls", …
    #[getter]
    fn finish_reason(&self) -> PyResult<Option<String>> {
        self.answer(|answer| answer.finish_reason.clone())
    }
    /// The provider's id of this request, from the response head.
    #[getter]
    fn request_id(&self) -> PyResult<Option<String>> {
        self.answer(|answer| answer.request_id.clone())
    }
    /// The response's headers that tell of rate limits, as the provider words them; names in lower case.
    ///
    /// Empty until the response head is there.
    #[getter]
    fn rate_limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        rate_limits(py, &self.answer(|answer| answer.transfer.clone())?)
    }
    /// Seconds to the response head, from the beginning of the try that served, its connection included.
    ///
    /// None until the head is there.
    #[getter]
    fn time_to_first_byte(&self) -> PyResult<Option<f64>> {
        self.answer(|answer| seconds(answer.transfer.first_byte))
    }
    /// Seconds to the end of the answer, from the same moment; None until it is whole.
    #[getter]
    fn time_to_last_byte(&self) -> PyResult<Option<f64>> {
        self.answer(|answer| seconds(answer.transfer.last_byte))
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<PyTuple>) -> PyResult<()> {
        self.cancel()
    }

    fn __repr__(&self) -> PyResult<String> {
        self.answer(|answer| {
            format!(
                "ResponseStream(model={:?}, finish_reason={:?}, {} characters of text)",
                answer.model.as_deref().unwrap_or_default(),
                answer.finish_reason.as_deref().unwrap_or_default(),
                answer.text.chars().count()
            )
        })
    }
}

impl Drop for ResponseStream {
    fn drop(&mut self) {
        if let Ok(stream) = self.here() {
            stream.cancel();
        } else {
            // Its locks must not be touched here, and its memory is the parent's.
            std::mem::forget(Arc::clone(&self.stream));
        }
    }
}
