//! Waiting in a process that gevent has patched: only the greenlet that calls waits, not all of its thread.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::py::once::get_or_create;

/// gevent's function that waits until a descriptor is readable; `None` if gevent has not patched sockets.
pub fn wait_read(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let modules = get_or_create(py, &MODULES, || {
        Ok(py.import("sys")?.getattr("modules")?.cast_into::<PyDict>()?.unbind())
    })?;
    let Some(monkey) = modules.bind(py).get_item("gevent.monkey")? else { return Ok(None) };
    if !monkey.call_method1("is_module_patched", ("socket",))?.is_truthy()? {
        return Ok(None);
    }
    py.import("gevent.socket")?.getattr("wait_read").map(Some)
}
