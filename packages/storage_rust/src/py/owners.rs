//! The register of open files in `storage_rust._owners`, which all SQLite libraries of the process share.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyString};

use crate::db::owners::{Claim, Owners};
use crate::error::{Error, Kind, Result};

pub struct SharedRegister;

impl Owners for SharedRegister {
    fn claim(&self, path: &str, create: bool) -> Result<Claim> {
        let engine = format!("storage_rust (SQLite {})", rusqlite::version());
        let key: Py<PyAny> = call(path, |module| {
            let arguments = [("create", create)].into_py_dict(module.py())?;
            Ok(module.getattr("claim")?.call((path, engine), Some(&arguments))?.unbind())
        })?;
        Ok(Claim::new(move || {
            let _ = Python::try_attach(|py| {
                py.import("storage_rust._owners")?.getattr("release")?.call1((key,)).map(drop)
            });
        }))
    }

    fn open_count(&self, path: &str) -> Result<usize> {
        call(path, |module| module.getattr("open_count")?.call1((path,))?.extract())
    }
}

fn call<T>(path: &str, work: impl FnOnce(&Bound<'_, PyModule>) -> PyResult<T>) -> Result<T> {
    let outcome = Python::try_attach(|py| {
        py.import("storage_rust._owners")
            .and_then(|module| work(&module))
            .map_err(|error| from_python(py, &error, path))
    });
    outcome.unwrap_or_else(|| Err(Error::new(Kind::Storage, path, "The interpreter is shutting down")))
}

fn from_python(py: Python<'_>, error: &PyErr, path: &str) -> Error {
    let value = error.value(py);
    let code = value.getattr("code").and_then(|code| Ok(code.cast::<PyString>()?.to_string())).ok();
    let kind = match code.as_deref() {
        Some("second_engine") => Kind::SecondEngine,
        Some("storage") => Kind::Storage,
        _ => {
            let number: Option<i32> = value.getattr("errno").and_then(|number| number.extract()).ok();
            if let Some(number) = number {
                return Error::from_io(&std::io::Error::from_raw_os_error(number), path);
            }
            Kind::Storage
        }
    };
    Error::new(kind, path, value.to_string())
}
