//! `Call`: one result that `_aio` awaits.

use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::py::error::raise;
use crate::py::event_loop::ReadyQueue;
use crate::runtime::task::Task;

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Call(Box<dyn Awaitable>);

impl Call {
    /// `convert` makes the Python value of the task's result.
    pub fn new<T: Send + 'static>(
        task: Arc<Task<T>>,
        convert: impl Fn(Python, T) -> PyResult<Py<PyAny>> + Send + Sync + 'static,
    ) -> Self {
        Self(Box::new((task, convert)))
    }
}

#[pymethods]
impl Call {
    fn _register(&self, queue: &ReadyQueue) -> Option<u64> {
        self.0.register(queue)
    }

    fn cancel(&self) {
        self.0.cancel();
    }

    fn result(&self, py: Python) -> PyResult<Py<PyAny>> {
        self.0.result(py)
    }
}

/// A task, whatever the type of its result.
trait Awaitable: Send + Sync {
    fn register(&self, queue: &ReadyQueue) -> Option<u64>;
    fn cancel(&self);
    fn result(&self, py: Python) -> PyResult<Py<PyAny>>;
}

impl<T, F> Awaitable for (Arc<Task<T>>, F)
where
    T: Send + 'static,
    F: Fn(Python, T) -> PyResult<Py<PyAny>> + Send + Sync,
{
    fn register(&self, queue: &ReadyQueue) -> Option<u64> {
        self.0.register(&queue.0)
    }

    fn cancel(&self) {
        self.0.cancel();
    }

    fn result(&self, py: Python) -> PyResult<Py<PyAny>> {
        let result = self.0.result.with(Option::take);
        let result = result.ok_or_else(|| PyRuntimeError::new_err("the result was taken already"))?;
        let value = result.map_err(|error| raise(py, &error))?;
        (self.1)(py, value)
    }
}
