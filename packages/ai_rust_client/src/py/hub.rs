//! `EventLoopHub`: what `_aio` registers with an event loop.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::hub::Hub;
use crate::wake::Fileno;

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct EventLoopHub(pub Arc<Hub>);

#[pymethods]
impl EventLoopHub {
    #[new]
    fn new() -> PyResult<Self> {
        Ok(Self(Arc::new(Hub::new()?)))
    }

    fn fileno(&self) -> Fileno {
        self.0.fileno()
    }

    fn collect(&self) -> Vec<u64> {
        self.0.collect()
    }
}
