//! `ReadyQueue`: what `_aio` registers with an event loop.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::runtime::ready_queue;
use crate::runtime::wakeup_fd::Fileno;

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct ReadyQueue(pub Arc<ready_queue::ReadyQueue>);

#[pymethods]
impl ReadyQueue {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self(Arc::new(ready_queue::ReadyQueue::new()?)))
    }

    fn fileno(&self) -> Fileno {
        self.0.fileno()
    }

    fn take(&self) -> Vec<u64> {
        self.0.take()
    }
}
