//! `AIClient`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::IntoPyObjectExt;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use crate::chat::chat;
use crate::embeddings::embed;
use crate::http::config::{CallSettings, Config};
use crate::models::models;
use crate::py::aio::aio;
use crate::py::call::Call;
use crate::py::call_options;
use crate::py::embeddings::{self, Embeddings};
use crate::py::encode::{self, Mode, user_message};
use crate::py::error::{closed, invalid};
use crate::py::history::History;
use crate::py::log;
use crate::py::response::ChatResponse;
use crate::py::session::Session;
use crate::py::settings;
use crate::py::stream::ResponseStream;
use crate::py::values::{ModelInfo, model_list};
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
/// - `end_timeout`: after every choice has its finish reason, without a chunk that has content, a finish reason or
///   the usage; then the stream ends well.
/// - `total_timeout`: the whole call, including retries and their delays.
///
/// There are at most `max_retries` retries, after connection errors, 408, 409, 429 and 5xx, but never after a
/// part of the answer was returned. A `Retry-After` of up to a minute is respected.
///
/// At most `max_buffered_bytes` of a stream wait for its reader. Then nothing is received until half of it was
/// read; until then only the total timeout goes on.
///
/// `proxy` (http, https, socks5, socks5h) replaces HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. `ca_bundle` is
/// a PEM file whose certificates are added to the platform's; `client_cert` one with a certificate and its key, for
/// servers that require it. `local_address` is the IP address that connections begin at. With `unix_socket`, a
/// path, the server is reached there; `base_url` then only names it. Redirects are followed only within the same
/// origin.
///
/// Every method that sends a request takes these options, which are not sent as fields of its JSON; None is the
/// client's setting:
///
/// - `timeout`: seconds for the whole call, or `Timeouts`.
/// - `max_retries`.
/// - `extra_headers`: replace the client's headers with the same names.
/// - `extra_query`: replaces what `base_url` has of the same names. Values are strings, numbers or lists of them.
/// - `extra_body`: fields for the JSON, which win over options; not for `models`.
///
/// Logs times and sizes to the logger `ai_rust_client` at DEBUG, on the caller's thread; with `log_content`
/// also prompts and answers, in full. The key is never logged.
///
/// Raises TypeError or ValueError for an invalid setting, and OSError for a file that cannot be read.
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
        signature = (api_key=None, **settings),
        text_signature = "(api_key=None, *, base_url='https://openrouter.ai/api/v1', headers=None, \
            connect_timeout=10.0, idle_timeout=60.0, first_token_timeout=None, stall_timeout=120.0, \
            end_timeout=30.0, total_timeout=None, max_retries=2, max_buffered_bytes=4194304, proxy=None, \
            ca_bundle=None, client_cert=None, local_address=None, unix_socket=None, log_content=False)"
    )]
    fn new(py: Python, api_key: Option<&Bound<PyAny>>, settings: Option<Bound<PyDict>>) -> PyResult<Self> {
        let config = settings::config(api_key, &settings.unwrap_or_else(|| PyDict::new(py)))?;
        Ok(Self {
            config: Arc::new(config),
            session: PerProcess::new(),
            closed: AtomicBool::new(false),
            history: History::default(),
        })
    }

    /// The text of the answer to one prompt. Blocks.
    #[pyo3(signature = (prompt, model, **options))]
    fn send_request(
        &self,
        py: Python,
        prompt: &Bound<PyString>,
        model: &Bound<PyString>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<String> {
        Ok(self.chat(py, user_message(prompt)?.as_any(), model, options)?.text().to_owned())
    }

    /// Stream the answer to one prompt. Returns at once; errors are raised while the stream is read.
    #[pyo3(signature = (prompt, model, **options))]
    fn stream_response(
        &self,
        py: Python,
        prompt: &Bound<PyString>,
        model: &Bound<PyString>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<ResponseStream> {
        self.stream(py, user_message(prompt)?.as_any(), model, options)
    }

    /// The whole answer. Blocks. `messages` may be a prompt.
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
        let session = self.session_for_call(py, options)?;
        let request = encode::request(&self.history, messages, model, options, Mode::Whole)?;
        log::request(py, "chat", &request, session.config());
        let response = session.block(py, chat(session.transport(), request))?;
        Ok(ChatResponse::new(py, response, session.config()))
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
        let session = self.session_for_call(py, options)?;
        let request = encode::request(&self.history, messages, model, options, Mode::Whole)?;
        log::request(py, "chat", &request, session.config());
        let task = session.spawn(chat(session.transport(), request));
        let config = Arc::clone(session.config());
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
        let session = self.session_for_call(py, options)?;
        let request = encode::request(&self.history, messages, model, options, Mode::StreamWithUsage)?;
        log::request(py, "stream", &request, session.config());
        Ok(ResponseStream::new(session.open_stream(request, false), Arc::clone(session.config())))
    }

    /// The vectors of texts, by `POST {base_url}/embeddings`. Blocks.
    ///
    /// Texts are sent in batches of `batch_size`, at most four at a time; `total_timeout` is for all of them. The
    /// vectors are transferred in base64, unless the option `encoding_format` says otherwise. Options are sent
    /// unchanged.
    ///
    /// Raises ValueError for an empty input, and ProtocolError if a vector is missing or has another length than
    /// the others.
    #[pyo3(signature = (input, model, *, dimensions=None, batch_size=256, **options))]
    fn embed(
        &self,
        py: Python,
        input: &Bound<PyAny>,
        model: &str,
        dimensions: Option<i64>,
        batch_size: i64,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<Embeddings> {
        let session = self.session_for_call(py, options)?;
        let batches = embeddings::batches(input, model, dimensions, batch_size, options, session.config())?;
        session.block(py, embed(session.transport(), model.to_owned(), batches)).map(Embeddings::new)
    }

    /// `embed` for asyncio. Cancelling the task closes the connections.
    #[pyo3(signature = (input, model, *, dimensions=None, batch_size=256, **options))]
    fn aembed<'py>(
        slf: &Bound<'py, Self>,
        input: &Bound<'py, PyAny>,
        model: &Bound<'py, PyAny>,
        dimensions: Option<i64>,
        batch_size: i64,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let start = (slf.getattr(intern!(slf.py(), "_start_embed"))?, input, model, dimensions, batch_size);
        aio(slf.py())?.getattr(intern!(slf.py(), "call"))?.call(start, options)
    }

    #[pyo3(signature = (input, model, dimensions, batch_size, **options))]
    fn _start_embed(
        &self,
        py: Python,
        input: &Bound<PyAny>,
        model: &str,
        dimensions: Option<i64>,
        batch_size: i64,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<Call> {
        let session = self.session_for_call(py, options)?;
        let batches = embeddings::batches(input, model, dimensions, batch_size, options, session.config())?;
        let task = session.spawn(embed(session.transport(), model.to_owned(), batches));
        Ok(Call::new(task, |py, result| Embeddings::new(result).into_py_any(py)))
    }

    /// The models that `GET {base_url}/models` lists. Blocks.
    #[pyo3(
        signature = (**options),
        text_signature = "($self, *, timeout=None, max_retries=None, extra_headers=None, extra_query=None)"
    )]
    fn models(&self, py: Python, options: Option<&Bound<PyDict>>) -> PyResult<Vec<ModelInfo>> {
        let session = self.session_without_body(py, "models", options)?;
        session.block(py, models(session.transport())).map(model_list)
    }

    /// `models` for asyncio.
    #[pyo3(
        signature = (**options),
        text_signature = "($self, *, timeout=None, max_retries=None, extra_headers=None, extra_query=None)"
    )]
    fn amodels<'py>(
        slf: &Bound<'py, Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let start = (slf.getattr(intern!(slf.py(), "_start_models"))?,);
        aio(slf.py())?.getattr(intern!(slf.py(), "call"))?.call(start, options)
    }

    #[pyo3(signature = (**options))]
    fn _start_models(&self, py: Python, options: Option<&Bound<PyDict>>) -> PyResult<Call> {
        let session = self.session_without_body(py, "models", options)?;
        let task = session.spawn(models(session.transport()));
        Ok(Call::new(task, |py, models| model_list(models).into_py_any(py)))
    }

    /// How many retries a call has at most, unless it says otherwise.
    #[getter]
    fn max_retries(&self) -> u32 {
        self.config.max_retries
    }

    /// The base URL, with secrets masked.
    #[getter]
    fn base_url(&self) -> String {
        self.config.shown_base_url()
    }

    /// How many seconds a call has with all its retries, unless it says otherwise; None for no limit.
    #[getter]
    fn total_timeout(&self) -> Option<f64> {
        self.config.timeouts.total.map(|total| total.as_secs_f64())
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

    /// A session with the settings of one call, which are taken out of `options`.
    pub fn session_for_call(&self, py: Python, options: Option<&Bound<PyDict>>) -> PyResult<Session> {
        let call = options.map(|options| call_options::take(options, &self.config)).transpose()?;
        self.session_with(py, call.flatten())
    }

    /// Like `session_for_call`, for a method whose request has no body.
    pub fn session_without_body(
        &self,
        py: Python,
        method: &str,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<Session> {
        let call =
            options.map(|options| call_options::take_all(method, options, &self.config)).transpose()?;
        self.session_with(py, call.flatten())
    }

    fn session_with(&self, py: Python, call: Option<CallSettings>) -> PyResult<Session> {
        let session = self.session(py)?;
        match call {
            None => Ok(session),
            Some(call) => Ok(session.for_call(self.config.for_call(&call).map_err(invalid)?)),
        }
    }
}
