//! `EventLoopHub`: what `_aio` registers with an event loop.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::driver::Driver;
use crate::hub::Hub;
use crate::process::{self, driver};
use crate::wake::Fileno;

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct EventLoopHub {
    pub hub: Arc<Hub>,
    driver: &'static Driver,
    selector: Option<Fileno>,
    process: u32,
}

#[pymethods]
impl EventLoopHub {
    #[new]
    fn new() -> PyResult<Self> {
        let (hub, driver) = (Arc::new(Hub::new()?), driver()?);
        Ok(Self { hub, driver, selector: driver.join(), process: process::id() })
    }

    fn fileno(&self) -> Fileno {
        self.hub.fileno()
    }

    fn selector(&self) -> Option<Fileno> {
        self.selector
    }

    fn collect(&self) -> Vec<u64> {
        self.hub.collect()
    }

    /// None where the loop need not watch the selector any more.
    fn turn(&self, py: Python) -> Option<Vec<u64>> {
        self.driver.is_steered().then(|| py.detach(|| self.hub.turn(self.driver)))
    }
}

impl Drop for EventLoopHub {
    fn drop(&mut self) {
        // In a forked child the driver is the parent's, and its locks must not be touched.
        if self.process == process::id() {
            self.driver.part();
        }
    }
}
