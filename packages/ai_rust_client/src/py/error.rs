//! Errors as the exceptions of the Python module `_errors`.

use pyo3::exceptions::{PyOSError, PyRuntimeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use crate::error::{Error, Kind};
use crate::http::invalid::Invalid;
use crate::py::log;
use crate::py::once::get_or_create;
use crate::py::values::Usage;

fn class_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Connection => "APIConnectionError",
        Kind::Timeout(_) => "APITimeoutError",
        Kind::Status(400 | 413 | 422) => "BadRequestError",
        Kind::Status(401) => "AuthenticationError",
        Kind::Status(402) => "InsufficientCreditsError",
        Kind::Status(403) => "PermissionDeniedError",
        Kind::Status(404) => "NotFoundError",
        Kind::Status(429) => "RateLimitError",
        Kind::Status(500..=599) => "InternalServerError",
        Kind::Status(_) => "APIStatusError",
        Kind::Protocol => "ProtocolError",
        Kind::Interrupted => "StreamInterruptedError",
        Kind::Cancelled => "StreamCancelled",
        Kind::Closed => "AIClientError",
    }
}

/// The exception for `error`, or the exception that was raised while creating it.
pub fn raise(py: Python, error: &Error) -> PyErr {
    log::failure(py, error);
    exception(py, error).unwrap_or_else(|failure| failure)
}

fn exception(py: Python, error: &Error) -> PyResult<PyErr> {
    static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let errors = get_or_create(py, &ERRORS, || Ok(py.import("ai_rust_client._errors")?.unbind()))?;
    let details = error.details();
    let fields = PyDict::new(py);
    fields.set_item(intern!(py, "retryable"), error.is_retryable())?;
    fields.set_item(intern!(py, "status"), details.status)?;
    fields.set_item(intern!(py, "request_id"), &details.request_id)?;
    fields.set_item(intern!(py, "attempts"), PyTuple::new(py, &details.attempts)?)?;
    fields.set_item(intern!(py, "partial_text"), &details.partial_text)?;
    fields.set_item(intern!(py, "usage"), details.usage.clone().map(Usage))?;
    match error.kind() {
        Kind::Timeout(phase) => fields.set_item(intern!(py, "phase"), phase.name())?,
        Kind::Status(status) => {
            fields.set_item(intern!(py, "body"), &details.body)?;
            fields.set_item(intern!(py, "headers"), &details.headers)?;
            if status == 429 {
                let seconds = details.retry_after.map(|wait| wait.as_secs_f64());
                fields.set_item(intern!(py, "retry_after"), seconds)?;
            }
        }
        Kind::Closed => fields.set_item(intern!(py, "code"), "closed")?,
        _ => {}
    }
    let class = errors.bind(py).getattr(class_name(error.kind()))?;
    Ok(PyErr::from_value(class.call((error.message(),), Some(&fields))?))
}

pub fn invalid(error: Invalid) -> PyErr {
    match error {
        Invalid::Value(message) => PyValueError::new_err(message),
        Invalid::File { setting, path, error } => {
            let code = error.raw_os_error().unwrap_or_default();
            PyOSError::new_err((code, format!("{setting} cannot be read: {error}"), path))
        }
    }
}

pub fn closed(py: Python) -> PyErr {
    raise(py, &Error::new(Kind::Closed, "this client is closed; create a new one"))
}

pub fn other_process() -> PyErr {
    PyRuntimeError::new_err("this stream belongs to the process that opened it; open a new one after a fork")
}

pub fn second_reader() -> PyErr {
    PyRuntimeError::new_err(
        "another thread or task is reading this stream already; a stream has one reader at a time",
    )
}
