//! Raising errors as the classes of `storage_rust._errors`.

use std::cell::RefCell;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{Error, Kind};

thread_local! {
    /// The exception that a signal handler raised during a call of this thread, usually `KeyboardInterrupt`.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Run pending signal handlers; true if one raised an exception.
pub fn should_stop() -> bool {
    let raised = Python::try_attach(|py| py.check_signals().err()).flatten();
    let should_stop = raised.is_some();
    if should_stop {
        RAISED.set(raised);
    }
    should_stop
}

pub fn to_python(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error.kind() {
        Kind::Stopped => {
            return RAISED.take().unwrap_or_else(|| PyRuntimeError::new_err(error.to_string()));
        }
        Kind::Storage => "StorageError",
        Kind::Locked => "DatabaseLocked",
        Kind::Corrupt => "DatabaseCorrupt",
        Kind::SchemaTooNew => "SchemaTooNew",
        Kind::Full => "StorageFull",
        Kind::ReadOnly => "ReadOnly",
        Kind::InvalidData => "InvalidData",
        Kind::Interrupted => "Interrupted",
        Kind::Foreign => "ForeignDatabase",
        Kind::SecondEngine => "SecondEngine",
    };
    instance(py, class, error).unwrap_or_else(|failed| failed)
}

fn instance(py: Python<'_>, class: &str, error: &Error) -> PyResult<PyErr> {
    let arguments = PyDict::new(py);
    arguments.set_item("path", error.path())?;
    if error.kind() == Kind::Corrupt {
        arguments.set_item("quarantined", error.quarantined())?;
        let (recovered, lost) = error.recovery();
        arguments.set_item("recovered", recovered)?;
        arguments.set_item("lost", lost)?;
    }
    let class = py.import("storage_rust._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call((error.to_string(),), Some(&arguments))?))
}

/// Run `work` detached from the interpreter and convert its error.
pub fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> crate::error::Result<T> + Send,
) -> PyResult<T> {
    py.detach(work).map_err(|error| to_python(py, &error))
}

pub fn invalid(py: Python<'_>, message: String) -> PyErr {
    to_python(py, &Error::invalid(message))
}
