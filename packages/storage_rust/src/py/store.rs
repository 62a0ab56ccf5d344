//! The base class of the stores, with the methods that all of them have.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::db::options::Options;
use crate::error::Result;
use crate::py::convert::Object;
use crate::py::error::detached;
use crate::py::options::path;
use crate::stores::store::Store;

#[doc = stub!("_Store")]
#[pyclass(name = "_Store", module = "storage_rust", frozen, subclass)]
pub struct PyStore {
    store: Arc<dyn Store>,
}

impl PyStore {
    /// Open a store, and return the value of its class with that of its base class.
    pub fn open<S: Store + 'static>(
        db_path: Object<'_, '_>,
        options: Options,
        open: impl FnOnce(&str, Options) -> Result<S> + Send,
    ) -> PyResult<(Arc<S>, Self)> {
        let path = path(db_path)?;
        let store = Arc::new(detached(db_path.py(), || open(&path, options))?);
        Ok((store.clone(), Self { store }))
    }
}

#[pymethods]
impl PyStore {
    #[doc = stub!("_Store.stats")]
    pub fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = PyDict::new(py);
        for (name, value) in detached(py, || self.store.stats())? {
            stats.set_item(name, value)?;
        }
        stats.set_item("schema_version", self.store.schema_version())?;
        stats.set_item("sqlite_version", rusqlite::version())?;
        stats.set_item("path", self.store.path())?;
        Ok(stats)
    }

    #[doc = stub!("_Store.check")]
    fn check(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        detached(py, || self.store.check())
    }

    #[doc = stub!("_Store.backup")]
    fn backup(&self, path: Object<'_, '_>) -> PyResult<()> {
        let target = super::options::path(path)?;
        detached(path.py(), || self.store.backup(&target))
    }

    #[doc = stub!("_Store.interrupt")]
    fn interrupt(&self) {
        self.store.interrupt();
    }

    /// Changes with each call of `interrupt`.
    fn _interrupt_epoch(&self) -> i64 {
        self.store.database().interrupt_epoch()
    }

    #[doc = stub!("_Store.close")]
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.store.close());
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        let count = detached(py, || self.store.len())?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    #[allow(clippy::unused_self)]
    fn __bool__(&self) -> bool {
        true
    }

    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (_t, _e, _tb), text_signature = "($self, t, e, tb)")]
    fn __exit__(&self, py: Python<'_>, _t: Object<'_, '_>, _e: Object<'_, '_>, _tb: Object<'_, '_>) {
        self.close(py);
    }
}
