//! Debug messages to Python's logger `ai_rust_client`: times and sizes, and with `log_content` prompts and answers.
//!
//! Always on the caller's thread: the runtime's threads never call into Python.

use std::time::Duration;

use bytes::Bytes;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use crate::answer::{Answer, Transfer};
use crate::error::{Error, Kind};
use crate::http::config::Config;
use crate::protocol::request::{ChatRequest, total_len};
use crate::py::imported::imported;
use crate::text::one_line;

const DEBUG: u32 = 10;

struct Logger {
    object: Py<PyAny>,
    is_enabled_for: Py<PyAny>,
    /// The arguments of `is_enabled_for`.
    debug: Py<PyTuple>,
}

impl Logger {
    fn is_on(&self, py: Python) -> PyResult<bool> {
        self.is_enabled_for.bind(py).call1(self.debug.bind(py))?.is_truthy()
    }
}

/// `None` if nothing has imported `logging`: then there is no handler either.
fn logger(py: Python<'_>) -> PyResult<Option<&Logger>> {
    static LOGGER: PyOnceLock<Logger> = PyOnceLock::new();
    if LOGGER.get(py).is_none() {
        let Some(logging) = imported(py, intern!(py, "logging"))? else { return Ok(None) };
        let logger = logging.call_method1("getLogger", ("ai_rust_client",))?;
        let is_enabled_for = logger.getattr("isEnabledFor")?.unbind();
        let debug = PyTuple::new(py, [DEBUG])?.unbind();
        let _ = LOGGER.set(py, Logger { object: logger.unbind(), is_enabled_for, debug });
    }
    Ok(LOGGER.get(py))
}

fn debug(py: Python, line: impl FnOnce() -> String) {
    let log = || -> PyResult<()> {
        if let Some(logger) = logger(py)?
            && logger.is_on(py)?
        {
            logger.object.call_method1(py, intern!(py, "debug"), (one_line(&line()),))?;
        }
        Ok(())
    };
    if let Err(error) = log() {
        // An answer must not be lost because its log message fails.
        error.write_unraisable(py, None);
    }
}

/// The request that is about to be sent.
pub fn request(py: Python, method: &str, request: &ChatRequest, config: &Config) {
    let body = || request.body_for(&request.models()[0]);
    debug(py, || {
        format!("{method}: sending {} bytes to {}", total_len(&body()), request.models().join(", "))
    });
    content(py, method, body, config);
}

/// The body that is about to be sent to an endpoint.
pub fn body(py: Python, endpoint: &str, body: &[Bytes], config: &Config) {
    debug(py, || format!("{endpoint}: sending {} bytes", total_len(body)));
    content(py, endpoint, || body.to_vec(), config);
}

fn content(py: Python, method: &str, body: impl Fn() -> Vec<Bytes>, config: &Config) {
    if config.log_content {
        debug(py, || {
            let json = String::from_utf8_lossy(&body().concat()).into_owned();
            config.masks.mask(format!("{method}: sent {json}"))
        });
    }
}

pub fn answer(py: Python, method: &str, config: &Config, answer: impl Fn() -> Answer) {
    let milliseconds = |time: Option<Duration>| time.unwrap_or_default().as_secs_f64() * 1e3;
    debug(py, || {
        let answer = answer();
        let Transfer { first_byte, last_byte, bytes_received, failed_attempts, .. } = &answer.transfer;
        format!(
            "{method}: {} answered, first byte after {:.1} ms, last after {:.1} ms, {bytes_received} bytes, \
             {failed_attempts} failed attempts before, request {}{}",
            answer.model.as_deref().unwrap_or_default(),
            milliseconds(*first_byte),
            milliseconds(*last_byte),
            answer.request_id.as_deref().unwrap_or("without an id"),
            match answer.ignored.as_slice() {
                [] => String::new(),
                names => format!(", ignored fields of a wrong type: {}", names.join(", ")),
            },
        )
    });
    if config.log_content {
        debug(py, || {
            let choice = answer().choice;
            let (text, reasoning) = (&choice.text, &choice.reasoning);
            let calls = choice.tool_calls.to_vec();
            let calls: Vec<_> = calls.iter().map(|call| (&call.name, &call.arguments)).collect();
            let line = format!("{method}: text {text:?}, reasoning {reasoning:?}, tool calls {calls:?}");
            config.masks.mask(line)
        });
    }
}

/// Without the error's message, which may repeat what the provider sent.
pub fn failure(py: Python, error: &Error) {
    debug(py, || {
        let kind = match error.kind() {
            Kind::Timeout(phase) => format!("timeout ({})", phase.name()),
            Kind::Status(status) => format!("status {status}"),
            kind => format!("{kind:?}").to_lowercase(),
        };
        let details = error.details();
        let id = details.request_id.as_deref().unwrap_or("without an id");
        format!("failed: {kind}, {} attempts, request {id}", details.attempts.len())
    });
}
