//! Waiting in a process that gevent has patched: only the greenlet that calls waits, not all of its thread.

use pyo3::intern;
use pyo3::prelude::*;

use crate::py::imported::imported;

/// gevent's function that waits until a descriptor is readable; `None` if gevent has not patched sockets.
pub fn wait_read(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let Some(monkey) = imported(py, intern!(py, "gevent.monkey"))? else { return Ok(None) };
    if !monkey.call_method1("is_module_patched", ("socket",))?.is_truthy()? {
        return Ok(None);
    }
    py.import("gevent.socket")?.getattr("wait_read").map(Some)
}
