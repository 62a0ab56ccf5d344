//! Errors as the classes of `storage_rust._errors`.

use std::cell::RefCell;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::{Error, Kind};

thread_local! {
    /// What a signal handler raised while a call of this thread waited: `KeyboardInterrupt`, as a rule.
    static RAISED: RefCell<Option<PyErr>> = const { RefCell::new(None) };
}

/// Runs pending signal handlers; true where one raised.
pub fn should_stop() -> bool {
    let raised = Python::try_attach(|py| py.check_signals().err()).flatten();
    let stops = raised.is_some();
    if stops {
        RAISED.set(raised);
    }
    stops
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
    raised(py, class, error).unwrap_or_else(|failed| failed)
}

fn raised(py: Python<'_>, class: &str, error: &Error) -> PyResult<PyErr> {
    let options = PyDict::new(py);
    options.set_item("path", error.path())?;
    if error.kind() == Kind::Corrupt {
        options.set_item("quarantined", error.quarantined())?;
        let (recovered, lost) = error.rescue();
        options.set_item("recovered", recovered)?;
        options.set_item("lost", lost)?;
    }
    let class = py.import("storage_rust._errors")?.getattr(class)?;
    Ok(PyErr::from_value(class.call((error.to_string(),), Some(&options))?))
}

/// `work` without the interpreter, its error as Python's.
pub fn detached<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> crate::error::Result<T> + Send,
) -> PyResult<T> {
    py.detach(work).map_err(|error| to_python(py, &error))
}

pub fn invalid(py: Python<'_>, message: String) -> PyErr {
    to_python(py, &Error::invalid(message))
}
