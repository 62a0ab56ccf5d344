//! `AIClient`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyString, PyTuple};

use crate::chat::chat;
use crate::http::config::{Config, Settings, Timeouts};
use crate::models::models;
use crate::py::aio::aio;
use crate::py::call::Call;
use crate::py::encode::{self, Mode};
use crate::py::error::{closed, invalid};
use crate::py::history::History;
use crate::py::log;
use crate::py::session::Session;
use crate::py::stream::ResponseStream;
use crate::py::values::{ChatResponse, ModelInfo, model_list};
use crate::runtime::process::PerProcess;

/// A client of an OpenAI-compatible chat API, `POST {base_url}/chat/completions`.
///
/// Thread-safe, with one connection pool, which is opened by the first call. Blocking calls release the GIL and
/// react to Ctrl-C within 100 ms. A forked child opens its own connections. Neither `repr` nor any error shows
/// the key.
///
/// Timeouts are in seconds and more than 0; None sets no limit:
///
/// - `connect_timeout`: TCP and TLS.
/// - `idle_timeout`: without one byte of the response; keep-alive comments count as bytes. It starts with the
///   last byte of the request.
/// - `first_token_timeout`: to the first content (text, reasoning or a tool call; of a whole answer the first
///   byte that is not white space); comments do not count.
/// - `stall_timeout`: between two contents; comments do not count.
/// - `end_timeout`: without a chunk after every choice has its finish reason; then the stream ends well.
/// - `total_timeout`: the whole call, including retries and their delays.
///
/// There are at most `max_retries` retries, after connection errors, 408, 409, 429 and 5xx, but never after a
/// part of the answer was returned. A `Retry-After` of up to a minute is respected. `proxy` (http, https,
/// socks5, socks5h) replaces HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. `ca_bundle` is a PEM file whose
/// certificates are added to the platform's. Redirects are followed only within the same origin.
///
/// Logs times and sizes to the logger `ai_rust_client` at DEBUG, on the caller's thread; with `log_content`
/// also prompts and answers, in full. The key is never logged.
///
/// Raises ValueError for an invalid setting, and OSError for a `ca_bundle` that cannot be read.
#[pyclass(frozen, subclass, weakref, module = "ai_rust_client._native")]
pub struct AIClient {
    pub config: Arc<Config>,
    session: PerProcess<Session>,
    closed: AtomicBool,
    pub history: History,
}

#[pymethods]
impl AIClient {
    #[new]
    #[pyo3(
        signature = (api_key=None, *, base_url="https://openrouter.ai/api/v1", headers=None, connect_timeout=10.0,
            idle_timeout=Some(60.0), first_token_timeout=None, stall_timeout=Some(120.0), end_timeout=Some(30.0),
            total_timeout=None, max_retries=2, proxy=None, ca_bundle=None, log_content=false),
        text_signature = "(api_key=None, *, base_url='https://openrouter.ai/api/v1', headers=None, \
            connect_timeout=10.0, idle_timeout=60.0, first_token_timeout=None, stall_timeout=120.0, \
            end_timeout=30.0, total_timeout=None, max_retries=2, proxy=None, ca_bundle=None, log_content=False)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the contract's signature")]
    fn new(
        api_key: Option<String>,
        base_url: &str,
        headers: Option<&Bound<PyMapping>>,
        connect_timeout: f64,
        idle_timeout: Option<f64>,
        first_token_timeout: Option<f64>,
        stall_timeout: Option<f64>,
        end_timeout: Option<f64>,
        total_timeout: Option<f64>,
        max_retries: i64,
        proxy: Option<String>,
        ca_bundle: Option<PathBuf>,
        log_content: bool,
    ) -> PyResult<Self> {
        let optional = |name, value: Option<f64>| value.map(|value| seconds(name, value)).transpose();
        let timeouts = Timeouts {
            connect: seconds("connect_timeout", connect_timeout)?,
            idle: optional("idle_timeout", idle_timeout)?,
            first_token: optional("first_token_timeout", first_token_timeout)?,
            stall: optional("stall_timeout", stall_timeout)?,
            end: optional("end_timeout", end_timeout)?,
            total: optional("total_timeout", total_timeout)?,
        };
        let max_retries =
            u32::try_from(max_retries).map_err(|_| PyValueError::new_err("max_retries must be 0 or more"))?;
        let headers = headers.map_or(Ok(Vec::new()), header_list)?;
        let settings =
            Settings { api_key, base_url: base_url.to_owned(), headers, proxy, ca_bundle, log_content };
        let config = Config::new(settings, timeouts, max_retries).map_err(invalid)?;
        Ok(Self {
            config: Arc::new(config),
            session: PerProcess::new(),
            closed: AtomicBool::new(false),
            history: History::default(),
        })
    }

    /// The text of the answer to one prompt. Blocks.
    fn send_request(
        &self,
        py: Python,
        prompt: &Bound<PyString>,
        model: &Bound<PyString>,
    ) -> PyResult<String> {
        Ok(self.chat(py, user_message(prompt)?.as_any(), model, None)?.text().to_owned())
    }

    /// Stream the answer to one prompt. Returns at once; errors are raised while the stream is read.
    fn stream_response(
        &self,
        py: Python,
        prompt: &Bound<PyString>,
        model: &Bound<PyString>,
    ) -> PyResult<ResponseStream> {
        self.stream(py, user_message(prompt)?.as_any(), model, None)
    }

    /// The whole answer. Blocks.
    ///
    /// A sequence of models is an order of preference: if a model is refused or unavailable, the next is tried.
    /// If the provider refuses the model itself (402, 403, 404, a 400 that says that the model does not exist),
    /// later sequences skip it for ten minutes, in this process, for this base URL and these headers, unless
    /// they contain no other model. A single model is always tried. The attribute `model` of the answer names
    /// the model that answered.
    ///
    /// Messages at the beginning of `messages` that are unchanged since an earlier call are not encoded again:
    /// the client keeps the JSON of its last eight conversations (at most 32 MiB, and their texts) for
    /// comparison.
    ///
    /// Options (temperature, max_tokens, tools, response_format, …) are sent unchanged. Raises TypeError or
    /// ValueError with the path (`messages[3].content[0]`) of a value that has no JSON form.
    #[pyo3(signature = (messages, model, **options))]
    fn chat(
        &self,
        py: Python,
        messages: &Bound<PyAny>,
        model: &Bound<PyAny>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<ChatResponse> {
        let request = encode::request(&self.history, messages, model, options, Mode::Whole)?;
        let session = self.session(py)?;
        log::request(py, "chat", &request, &self.config);
        let response = session.block(py, chat(session.transport(), request))?;
        Ok(ChatResponse::new(py, response, &self.config))
    }

    /// `chat` for asyncio. Cancelling the task closes the connection.
    #[pyo3(signature = (messages, model, **options))]
    fn achat<'py>(
        slf: &Bound<'py, Self>,
        messages: &Bound<'py, PyAny>,
        model: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let start = (slf.getattr(intern!(slf.py(), "_start_chat"))?, messages, model);
        aio(slf.py())?.getattr(intern!(slf.py(), "call"))?.call(start, options)
    }

    #[pyo3(signature = (messages, model, **options))]
    fn _start_chat(
        &self,
        py: Python,
        messages: &Bound<PyAny>,
        model: &Bound<PyAny>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<Call> {
        let request = encode::request(&self.history, messages, model, options, Mode::Whole)?;
        let session = self.session(py)?;
        log::request(py, "chat", &request, &self.config);
        let task = session.spawn(chat(session.transport(), request));
        let config = Arc::clone(&self.config);
        Ok(Call::new(task, move |py, response| ChatResponse::new(py, response, &config).into_py_any(py)))
    }

    /// `chat`, streamed. Returns at once; all errors, connection errors too, are raised while the stream is
    /// read.
    ///
    /// Asks for the usage with `stream_options`, unless that is one of the options.
    #[pyo3(signature = (messages, model, **options))]
    fn stream(
        &self,
        py: Python,
        messages: &Bound<PyAny>,
        model: &Bound<PyAny>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<ResponseStream> {
        let request = encode::request(&self.history, messages, model, options, Mode::StreamWithUsage)?;
        let session = self.session(py)?;
        log::request(py, "stream", &request, &self.config);
        Ok(ResponseStream::new(session.open_stream(request, false), Arc::clone(&self.config)))
    }

    /// The models that `GET {base_url}/models` lists. Blocks.
    fn models(&self, py: Python) -> PyResult<Vec<ModelInfo>> {
        let session = self.session(py)?;
        session.block(py, models(session.transport())).map(model_list)
    }

    /// `models` for asyncio.
    fn amodels<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        aio(slf.py())?.call_method1(intern!(slf.py(), "call"), (slf.getattr("_start_models")?,))
    }

    fn _start_models(&self, py: Python) -> PyResult<Call> {
        let session = self.session(py)?;
        let task = session.spawn(models(session.transport()));
        Ok(Call::new(task, |py, models| model_list(models).into_py_any(py)))
    }

    /// Open a connection in the background and return at once. A failure is raised by the first call, not here.
    fn prewarm(&self, py: Python) -> PyResult<()> {
        self.session(py)?.prewarm();
        Ok(())
    }

    /// Cancel the calls in progress and close the connections. May be called more than once.
    ///
    /// Readers of streams get StreamCancelled.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.history.clear();
        if let Some(session) = self.session.take() {
            session.close();
        }
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<PyTuple>) {
        self.close();
    }

    fn __aenter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        aio(slf.py())?.call_method1("value", (slf,))
    }

    #[pyo3(signature = (*_exception))]
    fn __aexit__<'py>(&self, py: Python<'py>, _exception: &Bound<PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        self.close();
        aio(py)?.call_method1("value", (py.None(),))
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.config)
    }
}

impl AIClient {
    pub fn session(&self, py: Python) -> PyResult<Session> {
        if self.closed.load(Ordering::Acquire) {
            return Err(closed(py));
        }
        Ok(self.session.get_or_try_make(|| Session::new(&self.config))?)
    }
}

fn user_message<'py>(prompt: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyList>> {
    let message = PyDict::new(prompt.py());
    message.set_item("role", "user")?;
    message.set_item("content", prompt)?;
    PyList::new(prompt.py(), [message])
}

fn seconds(name: &str, value: f64) -> PyResult<Duration> {
    // A year is longer than any call, and far from an overflow of the clock.
    let duration = Duration::try_from_secs_f64(value).ok().filter(|d| !d.is_zero());
    let longest = Duration::from_secs(365 * 24 * 3600);
    duration
        .map(|duration| duration.min(longest))
        .ok_or_else(|| PyValueError::new_err(format!("{name} must be more than 0 seconds, not {value}")))
}

fn header_list(headers: &Bound<PyMapping>) -> PyResult<Vec<(String, String)>> {
    let wrong = |_| PyTypeError::new_err("headers must be a mapping of strings to strings");
    headers.items()?.iter().map(|item| item.extract().map_err(wrong)).collect()
}
