//! What callers are given.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::chat::Response;
use crate::py::log;
use crate::value::{self, Answer, Event, Transfer};

#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq, Clone)]
pub struct ToolCall(pub value::ToolCall);

#[pymethods]
impl ToolCall {
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }
    #[getter]
    fn arguments(&self) -> &str {
        &self.0.arguments
    }
    fn __repr__(&self) -> String {
        format!("ToolCall(id={:?}, name={:?}, arguments={:?})", self.0.id, self.0.name, self.0.arguments)
    }
}

#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq, Clone)]
pub struct Usage(pub value::Usage);

#[pymethods]
impl Usage {
    #[getter]
    fn prompt_tokens(&self) -> u64 {
        self.0.prompt_tokens
    }
    #[getter]
    fn completion_tokens(&self) -> u64 {
        self.0.completion_tokens
    }
    #[getter]
    fn total_tokens(&self) -> u64 {
        self.0.total_tokens
    }
    #[getter]
    fn cached_tokens(&self) -> u64 {
        self.0.cached_tokens
    }
    #[getter]
    fn reasoning_tokens(&self) -> u64 {
        self.0.reasoning_tokens
    }
    #[getter]
    fn cost(&self) -> Option<f64> {
        self.0.cost
    }
    fn __repr__(&self) -> String {
        let u = &self.0;
        let cost = u.cost.map_or("None".to_owned(), |cost| cost.to_string());
        format!(
            "Usage(prompt_tokens={}, completion_tokens={}, total_tokens={}, cached_tokens={}, reasoning_tokens={}, cost={cost})",
            u.prompt_tokens, u.completion_tokens, u.total_tokens, u.cached_tokens, u.reasoning_tokens
        )
    }
}

#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq)]
pub struct StreamEvent(pub Event);

#[pymethods]
impl StreamEvent {
    #[getter]
    fn kind(&self) -> &'static str {
        match self.0 {
            Event::Text(_) => "text",
            Event::Reasoning(_) => "reasoning",
            Event::ToolCall(_) => "tool_call",
            Event::Usage(_) => "usage",
            Event::Annotation(_) => "annotation",
            Event::Finish => "finish",
        }
    }
    #[getter]
    fn text(&self) -> &str {
        match &self.0 {
            Event::Text(text) | Event::Reasoning(text) | Event::Annotation(text) => text,
            Event::ToolCall(_) | Event::Usage(_) | Event::Finish => "",
        }
    }
    #[getter]
    fn tool_call(&self) -> Option<ToolCall> {
        match &self.0 {
            Event::ToolCall(call) => Some(ToolCall(call.clone())),
            _ => None,
        }
    }
    #[getter]
    fn usage(&self) -> Option<Usage> {
        match &self.0 {
            Event::Usage(usage) => Some(Usage(usage.clone())),
            _ => None,
        }
    }
    fn __repr__(&self) -> String {
        match &self.0 {
            Event::ToolCall(call) => {
                format!("StreamEvent(kind='tool_call', tool_call={})", ToolCall(call.clone()).__repr__())
            }
            Event::Usage(usage) => {
                format!("StreamEvent(kind='usage', usage={})", Usage(usage.clone()).__repr__())
            }
            _ => format!("StreamEvent(kind='{}', text={:?})", self.kind(), self.text()),
        }
    }
}

#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq)]
pub struct ModelInfo(pub value::ModelInfo);

#[pymethods]
impl ModelInfo {
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }
    #[getter]
    fn context_length(&self) -> Option<u64> {
        self.0.context_length
    }
    fn __repr__(&self) -> String {
        format!("ModelInfo(id={:?})", self.0.id)
    }
}

pub fn rate_limits<'py>(py: Python<'py>, transfer: &Transfer) -> PyResult<Bound<'py, PyDict>> {
    let headers = PyDict::new(py);
    transfer.rate_limits.iter().try_for_each(|(name, value)| headers.set_item(name, value))?;
    Ok(headers)
}

pub fn seconds(time: Option<Duration>) -> Option<f64> {
    time.map(|time| time.as_secs_f64())
}

#[pyclass(frozen, module = "ai_rust_client")]
pub struct ChatResponse {
    answer: Answer,
    body: String,
    raw: PyOnceLock<Py<PyDict>>,
}

impl ChatResponse {
    pub fn new(py: Python, response: Response) -> Self {
        log::answered(py, "chat", || response.answer.clone());
        Self { answer: response.answer, body: response.raw, raw: PyOnceLock::new() }
    }
}

#[pymethods]
impl ChatResponse {
    #[getter]
    pub fn text(&self) -> &str {
        &self.answer.text
    }
    #[getter]
    fn reasoning(&self) -> &str {
        &self.answer.reasoning
    }
    #[getter]
    fn tool_calls(&self) -> Vec<ToolCall> {
        self.answer.tool_calls.iter().cloned().map(ToolCall).collect()
    }
    #[getter]
    fn usage(&self) -> Option<Usage> {
        self.answer.usage.clone().map(Usage)
    }
    #[getter]
    fn model(&self) -> &str {
        self.answer.model.as_deref().unwrap_or_default()
    }
    #[getter]
    fn provider(&self) -> Option<&str> {
        self.answer.provider.as_deref()
    }
    #[getter]
    fn finish_reason(&self) -> Option<&str> {
        self.answer.finish_reason.as_deref()
    }
    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.answer.request_id.as_deref()
    }
    #[getter]
    fn rate_limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        rate_limits(py, &self.answer.transfer)
    }
    #[getter]
    fn time_to_first_byte(&self) -> Option<f64> {
        seconds(self.answer.transfer.first_byte)
    }
    #[getter]
    fn time_to_last_byte(&self) -> Option<f64> {
        seconds(self.answer.transfer.last_byte)
    }
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let raw = self.raw.get_or_try_init(py, || {
            let json = py.import("json")?.call_method1("loads", (&self.body,))?;
            Ok::<_, PyErr>(json.cast_into::<PyDict>()?.unbind())
        })?;
        Ok(raw.bind(py).clone())
    }
    fn __repr__(&self) -> String {
        format!("ChatResponse(model={:?}, text={:?})", self.model(), self.text())
    }
}
