//! `AIClient`.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyList, PyMapping, PyString, PyTuple};
use tokio_util::sync::CancellationToken;

use crate::chat;
use crate::config::{Config, Settings, Timeouts};
use crate::driver::Driver;
use crate::models;
use crate::pending::Pending;
use crate::process::{PerProcess, driver};
use crate::py::call::{Call, model_list};
use crate::py::encode::{self, Mode};
use crate::py::error::{closed, invalid};
use crate::py::history::History;
use crate::py::log;
use crate::py::stream::ResponseStream;
use crate::py::values::{ChatResponse, ModelInfo};
use crate::py::wait::block;
use crate::stream::Stream;
use crate::transport::Transport;

/// What a process talks through.
#[derive(Clone)]
pub struct Session {
    pub transport: Arc<Transport>,
    /// Ends every call that is under way.
    pub cancellation: CancellationToken,
    pub driver: &'static Driver,
}

/// A client of an OpenAI-compatible chat API, `POST {base_url}/chat/completions`.
///
/// Thread-safe; one connection pool, opened on the first call. Blocking calls release the GIL and answer Ctrl-C within
/// 100 ms. A forked child opens connections of its own. Neither `repr` nor any error shows the key.
///
/// Times are in seconds and more than 0; None sets no limit:
///
/// - `connect_timeout`: TCP and TLS.
/// - `idle_timeout`: without one byte, of the head or the body; keep-alive comments count as bytes. It runs from the
///   last byte of the request on.
/// - `first_token_timeout`: to the first content (text, reasoning or a tool call; of a whole answer its first byte that
///   is no white space); comments do not count.
/// - `stall_timeout`: between contents once they flow; comments do not count.
/// - `end_timeout`: without a chunk once every choice has its finish reason; then the stream ends well.
/// - `total_timeout`: the whole call, retries and their waits included.
///
/// `max_retries` are made after connection errors, 408, 409, 429 and 5xx, never once a byte of the answer was handed
/// over; `Retry-After` is honoured up to a minute. `proxy` (http, https, socks5, socks5h) takes the place of
/// HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY. `ca_bundle` is a PEM file, added to the platform's roots. Redirects
/// are followed within the same origin only.
///
/// Logs to the logger `ai_rust_client` at DEBUG, on the caller's thread: times and sizes. With
/// `log_content` also what was sent and answered, in full. Never the key.
///
/// Raises ValueError for a setting that cannot be used, OSError for a `ca_bundle` that cannot be read.
#[pyclass(frozen, module = "ai_rust_client")]
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

    /// The answer's text to one question. Blocks.
    fn send_request(
        &self,
        py: Python,
        prompt: &Bound<PyString>,
        model: &Bound<PyString>,
    ) -> PyResult<String> {
        Ok(self.chat(py, question(prompt)?.as_any(), model, None)?.text().to_owned())
    }

    /// Stream the answer to one question. Returns at once; errors come to the reader.
    fn stream_response(
        &self,
        py: Python,
        prompt: &Bound<PyString>,
        model: &Bound<PyString>,
    ) -> PyResult<ResponseStream> {
        self.stream(py, question(prompt)?.as_any(), model, None)
    }

    /// The whole answer. Blocks.
    ///
    /// A sequence of models is an order of preference: the next is tried when one is refused or unavailable. A refusal
    /// that is of the model (402, 403, 404, a 400 that says there is no such model) is remembered for ten minutes in
    /// this process, for this base URL and these headers: later lists pass that model over, unless they hold no other.
    /// Asked for by itself a model is always asked. `model` of the answer says which one served.
    ///
    /// The beginning of `messages` that is unchanged since an earlier call is not encoded again: the client keeps the
    /// JSON of its last eight conversations (at most 32 MiB, and their texts), and compares.
    ///
    /// Options (temperature, max_tokens, tools, response_format, …) go to the wire as they are. Raises TypeError or
    /// ValueError, naming the place (`messages[3].content[0]`), for what has no JSON form.
    #[pyo3(signature = (messages, model, **options))]
    fn chat(
        &self,
        py: Python,
        messages: &Bound<PyAny>,
        model: &Bound<PyAny>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<ChatResponse> {
        let body = encode::body(&self.history, messages, model, options, Mode::Whole)?;
        let Session { transport, cancellation, driver } = self.session(py)?;
        log::sent(py, "chat", &body, &self.config);
        let response = block(py, driver, &cancellation, chat::chat(transport, body))?;
        Ok(ChatResponse::new(py, response, &self.config))
    }

    /// `chat` for asyncio; cancelling the task closes the connection.
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
        let body = encode::body(&self.history, messages, model, options, Mode::Whole)?;
        let Session { transport, cancellation, driver } = self.session(py)?;
        log::sent(py, "chat", &body, &self.config);
        let pending = Pending::start(chat::chat(transport, body), driver, &cancellation);
        Ok(Call::chat(pending, Arc::clone(&self.config)))
    }

    /// `chat`, streamed. Returns at once; errors, the connection's included, come to the reader.
    ///
    /// Asks for the usage with `stream_options`, unless that is among the options.
    #[pyo3(signature = (messages, model, **options))]
    fn stream(
        &self,
        py: Python,
        messages: &Bound<PyAny>,
        model: &Bound<PyAny>,
        options: Option<&Bound<PyDict>>,
    ) -> PyResult<ResponseStream> {
        let body = encode::body(&self.history, messages, model, options, Mode::StreamWithUsage)?;
        let Session { transport, cancellation, driver } = self.session(py)?;
        log::sent(py, "stream", &body, &self.config);
        let stream = Stream::open(transport, driver, body, &cancellation, false);
        Ok(ResponseStream::new(stream, Arc::clone(&self.config)))
    }

    /// What `GET {base_url}/models` lists. Blocks.
    fn models(&self, py: Python) -> PyResult<Vec<ModelInfo>> {
        let Session { transport, cancellation, driver } = self.session(py)?;
        block(py, driver, &cancellation, models::models(transport)).map(model_list)
    }

    /// `models` for asyncio.
    fn amodels<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        aio(slf.py())?.call_method1(intern!(slf.py(), "call"), (slf.getattr("_start_models")?,))
    }

    fn _start_models(&self, py: Python) -> PyResult<Call> {
        let Session { transport, cancellation, driver } = self.session(py)?;
        Ok(Pending::start(models::models(transport), driver, &cancellation).into())
    }

    /// Start a connection in the background and return at once; a failure shows on the first call, not here.
    fn prewarm(&self, py: Python) -> PyResult<()> {
        let Session { transport, cancellation, driver } = self.session(py)?;
        driver.spawn_unattended(async move {
            cancellation.run_until_cancelled(transport.prewarm()).await;
        });
        Ok(())
    }

    /// End what is under way (its readers get StreamCancelled) and close the connections. Any number of times.
    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.history.clear();
        if let Some(session) = self.session.take() {
            session.cancellation.cancel();
            let driver = session.driver;
            drop(session);
            driver.attend();
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
        self.session.get_or_try_make(|| {
            Ok(Session {
                transport: Arc::new(Transport::new(Arc::clone(&self.config))),
                cancellation: CancellationToken::new(),
                driver: driver()?,
            })
        })
    }
}

/// The async face, which imports asyncio.
pub fn aio(py: Python<'_>) -> PyResult<&Bound<'_, PyModule>> {
    static AIO: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let aio = AIO.get_or_try_init(py, || py.import("ai_rust_client._aio").map(Bound::unbind))?;
    Ok(aio.bind(py))
}

fn question<'py>(prompt: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyList>> {
    let message = PyDict::new(prompt.py());
    message.set_item("role", "user")?;
    message.set_item("content", prompt)?;
    PyList::new(prompt.py(), [message])
}

fn seconds(name: &str, value: f64) -> PyResult<Duration> {
    // A year is more than any call takes, and keeps the clock's arithmetic far from its end.
    let duration = Duration::try_from_secs_f64(value).ok().filter(|d| !d.is_zero());
    let longest = Duration::from_secs(365 * 24 * 3600);
    duration
        .map(|duration| duration.min(longest))
        .ok_or_else(|| PyValueError::new_err(format!("{name} must be more than 0 seconds, not {value}")))
}

fn header_list(headers: &Bound<PyMapping>) -> PyResult<Vec<(String, String)>> {
    let wrong = |_| PyTypeError::new_err("headers must be a mapping of text to text");
    headers.items()?.iter().map(|item| item.extract().map_err(wrong)).collect()
}
