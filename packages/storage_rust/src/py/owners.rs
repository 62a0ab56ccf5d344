//! The register of open files that this process's SQLite libraries share, kept by `storage_rust._owners`.

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyString};

use crate::error::{Error, Kind, Result};
use crate::owners::{Claim, Owners};

pub struct Shared;

impl Owners for Shared {
    fn claim(&self, path: &str, create: bool) -> Result<Claim> {
        let engine = format!("storage_rust (SQLite {})", rusqlite::version());
        let key: Py<PyAny> = called(path, |module| {
            let options = [("create", create)].into_py_dict(module.py())?;
            Ok(module.getattr("claim")?.call((path, engine), Some(&options))?.unbind())
        })?;
        Ok(Claim::new(move || {
            let _ = Python::try_attach(|py| {
                py.import("storage_rust._owners")?.getattr("release")?.call1((key,)).map(drop)
            });
        }))
    }

    fn open_count(&self, path: &str) -> Result<usize> {
        called(path, |module| module.getattr("open_count")?.call1((path,))?.extract())
    }
}

fn called<T>(path: &str, work: impl FnOnce(&Bound<'_, PyModule>) -> PyResult<T>) -> Result<T> {
    let outcome = Python::try_attach(|py| {
        py.import("storage_rust._owners")
            .and_then(|module| work(&module))
            .map_err(|error| told(py, &error, path))
    });
    outcome.unwrap_or_else(|| Err(Error::new(Kind::Storage, path, "The interpreter is shutting down")))
}

fn told(py: Python<'_>, error: &PyErr, path: &str) -> Error {
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
