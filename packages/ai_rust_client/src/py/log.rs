//! Python's `logging`, logger `ai_rust_client`: timing and sizes; what was said only where the client was made so.
//!
//! Always on the thread of the caller; the runtime's own threads know no Python.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use crate::call::Body;
use crate::config::Config;
use crate::error::{Error, Kind};
use crate::value::{Answer, Transfer};

const DEBUG: u32 = 10;

/// The logger, and how it is asked whether DEBUG is on, with each call's arguments.
struct Logger {
    logger: Py<PyAny>,
    is_enabled_for: Py<PyAny>,
    debug: Py<PyTuple>,
}

impl Logger {
    fn is_on(&self, py: Python) -> PyResult<bool> {
        self.is_enabled_for.bind(py).call1(self.debug.bind(py))?.is_truthy()
    }
}

/// Where `logging` was never imported nobody has set up a handler, and it is not imported for this.
fn logger(py: Python<'_>) -> PyResult<Option<&Logger>> {
    static LOGGER: PyOnceLock<Logger> = PyOnceLock::new();
    if LOGGER.get(py).is_none() {
        let modules =
            py.import(intern!(py, "sys"))?.getattr(intern!(py, "modules"))?.cast_into::<PyDict>()?;
        let Some(logging) = modules.get_item(intern!(py, "logging"))? else { return Ok(None) };
        let logger = logging.call_method1("getLogger", ("ai_rust_client",))?;
        let is_enabled_for = logger.getattr("isEnabledFor")?.unbind();
        let debug = PyTuple::new(py, [DEBUG])?.unbind();
        let _ = LOGGER.set(py, Logger { logger: logger.unbind(), is_enabled_for, debug });
    }
    Ok(LOGGER.get(py))
}

fn debug(py: Python, line: impl FnOnce() -> String) {
    let log = || -> PyResult<()> {
        if let Some(logger) = logger(py)?
            && logger.is_on(py)?
        {
            logger.logger.call_method1(py, intern!(py, "debug"), (line(),))?;
        }
        Ok(())
    };
    if let Err(error) = log() {
        // An answer must not be lost because of a line about it.
        error.write_unraisable(py, None);
    }
}

pub fn sent(py: Python, what: &str, body: &Body, config: &Config) {
    debug(py, || format!("{what}: asking {}, {} bytes", body.models().join(", "), body.len()));
    if config.log_content {
        let whole = || body.for_model(&body.models()[0]).concat();
        debug(py, || {
            format!("{what}: sent {}", config.scrub(String::from_utf8_lossy(&whole()).into_owned()))
        });
    }
}

pub fn answered(py: Python, what: &str, config: &Config, answer: impl Fn() -> Answer) {
    let milliseconds = |time: Option<std::time::Duration>| time.unwrap_or_default().as_secs_f64() * 1e3;
    debug(py, || {
        let answer = answer();
        let Transfer { first_byte, last_byte, bytes_received, failed_tries, .. } = &answer.transfer;
        format!(
            "{what}: {} answered, first byte after {:.1} ms, last after {:.1} ms, {bytes_received} bytes, \
             {failed_tries} failed tries before, request {}",
            answer.model.as_deref().unwrap_or_default(),
            milliseconds(*first_byte),
            milliseconds(*last_byte),
            answer.request_id.as_deref().unwrap_or("without an id"),
        )
    });
    if config.log_content {
        debug(py, || {
            let Answer { text, reasoning, tool_calls, .. } = answer();
            let calls: Vec<_> = tool_calls.iter().map(|call| (&call.name, &call.arguments)).collect();
            let told = format!("{what}: text {text:?}, reasoning {reasoning:?}, tool calls {calls:?}");
            config.scrub(told)
        });
    }
}

/// Without the error's message, which may repeat what the provider said.
pub fn failed(py: Python, error: &Error) {
    debug(py, || {
        let kind = match error.kind() {
            Kind::Timeout(phase) => format!("timeout ({})", phase.name()),
            Kind::Status(status) => format!("status {status}"),
            kind => format!("{kind:?}").to_lowercase(),
        };
        let details = error.details();
        let id = details.request_id.as_deref().unwrap_or("without an id");
        format!("failed: {kind}, {} tries, request {id}", details.attempts.len())
    });
}
