//! `Call`: one result that `_aio` awaits.

use std::sync::Arc;

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::chat::Response;
use crate::config::Config;
use crate::pending::Pending;
use crate::py::error::raise;
use crate::py::hub::EventLoopHub;
use crate::py::values::{ChatResponse, ModelInfo};
use crate::value;

fn take<T: Send + 'static>(py: Python, pending: &Pending<T>) -> PyResult<T> {
    let result = pending.result.empty(Option::take);
    let result = result.ok_or_else(|| PyRuntimeError::new_err("the result was taken already"))?;
    result.map_err(|error| raise(py, &error))
}

#[pyclass(frozen, module = "ai_rust_client._native")]
pub struct Call(Kind);

enum Kind {
    Chat(Arc<Pending<Response>>, Arc<Config>),
    Models(Arc<Pending<Vec<value::ModelInfo>>>),
    Text(Arc<Pending<String>>),
}

impl From<Arc<Pending<String>>> for Call {
    fn from(pending: Arc<Pending<String>>) -> Self {
        Self(Kind::Text(pending))
    }
}

impl Call {
    pub fn chat(pending: Arc<Pending<Response>>, config: Arc<Config>) -> Self {
        Self(Kind::Chat(pending, config))
    }
}

impl From<Arc<Pending<Vec<value::ModelInfo>>>> for Call {
    fn from(pending: Arc<Pending<Vec<value::ModelInfo>>>) -> Self {
        Self(Kind::Models(pending))
    }
}

#[pymethods]
impl Call {
    fn arm(&self, hub: &EventLoopHub) -> Option<u64> {
        match &self.0 {
            Kind::Chat(pending, _) => pending.arm(&hub.hub),
            Kind::Models(pending) => pending.arm(&hub.hub),
            Kind::Text(pending) => pending.arm(&hub.hub),
        }
    }

    fn cancel(&self) {
        match &self.0 {
            Kind::Chat(pending, _) => pending.cancel(),
            Kind::Models(pending) => pending.cancel(),
            Kind::Text(pending) => pending.cancel(),
        }
    }

    fn result<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.0 {
            Kind::Chat(pending, config) => {
                Bound::new(py, ChatResponse::new(py, take(py, pending)?, config)).map(Bound::into_any)
            }
            Kind::Models(pending) => model_list(take(py, pending)?).into_bound_py_any(py),
            Kind::Text(pending) => take(py, pending)?.into_bound_py_any(py),
        }
    }
}

pub fn model_list(models: Vec<value::ModelInfo>) -> Vec<ModelInfo> {
    models.into_iter().map(ModelInfo).collect()
}
