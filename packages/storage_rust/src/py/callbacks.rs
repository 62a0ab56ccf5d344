//! Calling Python code during a call that is detached from the interpreter.

use std::sync::{Mutex, PoisonError};

use pyo3::prelude::*;

use crate::error::{Error, Result};
use crate::py::error::to_python;

/// The exception that a callback raised inside a transaction.
#[derive(Default)]
pub struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    pub fn attached<T>(&self, work: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T> {
        Python::attach(work).map_err(|error| {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            Error::stopped("")
        })
    }
}

/// Run `work` detached from the interpreter. An exception of a callback, which attaches, is the exception of the call.
pub fn with_callbacks<T: Send>(
    py: Python<'_>,
    work: impl FnOnce(&Raised) -> Result<T> + Send,
) -> PyResult<T> {
    let raised = Raised::default();
    let outcome = py.detach(|| work(&raised));
    match raised.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => outcome.map_err(|error| to_python(py, &error)),
    }
}
