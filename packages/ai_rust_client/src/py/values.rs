//! The values that calls return.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

use crate::answer::{self, Answer, Event, Transfer};
use crate::chat;
use crate::http::config::Config;
use crate::py::log;

/// A function call that the model asks for.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq, Clone)]
pub struct ToolCall(pub answer::ToolCall);

#[pymethods]
impl ToolCall {
    /// The provider's id of the call, for the message with its result.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }
    /// The name of the function.
    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }
    /// JSON text as the model wrote it; it may be invalid.
    #[getter]
    fn arguments(&self) -> &str {
        &self.0.arguments
    }
    fn __repr__(&self) -> String {
        format!("ToolCall(id={:?}, name={:?}, arguments={:?})", self.0.id, self.0.name, self.0.arguments)
    }
}

/// The number of tokens that an answer used.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq, Clone)]
pub struct Usage(pub answer::Usage);

#[pymethods]
impl Usage {
    /// Tokens of the messages.
    #[getter]
    fn prompt_tokens(&self) -> u64 {
        self.0.prompt_tokens
    }
    /// Tokens of the answer, including its reasoning.
    #[getter]
    fn completion_tokens(&self) -> u64 {
        self.0.completion_tokens
    }
    /// Tokens of the messages and of the answer.
    #[getter]
    fn total_tokens(&self) -> u64 {
        self.0.total_tokens
    }
    /// Tokens of the prompt that came from the provider's cache.
    #[getter]
    fn cached_tokens(&self) -> u64 {
        self.0.cached_tokens
    }
    /// Tokens of the answer that were used for reasoning.
    #[getter]
    fn reasoning_tokens(&self) -> u64 {
        self.0.reasoning_tokens
    }
    /// US dollars, if the provider reports them.
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

/// One part of a streamed answer.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq)]
pub struct StreamEvent(pub Event);

#[pymethods]
impl StreamEvent {
    /// The kind of event; "finish" is the last of a stream that ends well.
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
    /// The text of a "text" or "reasoning" event, or the JSON text of an "annotation".
    #[getter]
    fn text(&self) -> &str {
        match &self.0 {
            Event::Text(text) | Event::Reasoning(text) | Event::Annotation(text) => text,
            Event::ToolCall(_) | Event::Usage(_) | Event::Finish => "",
        }
    }
    /// The complete call of a "tool_call" event, which comes after all of its deltas have arrived.
    #[getter]
    fn tool_call(&self) -> Option<ToolCall> {
        match &self.0 {
            Event::ToolCall(call) => Some(ToolCall(call.clone())),
            _ => None,
        }
    }
    /// The usage of a "usage" event.
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

/// A model that the provider offers.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq)]
pub struct ModelInfo(pub answer::ModelInfo);

#[pymethods]
impl ModelInfo {
    /// The name to pass as `model`.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }
    /// A name to display, if the provider gives one.
    #[getter]
    fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }
    /// The context length in tokens.
    #[getter]
    fn context_length(&self) -> Option<u64> {
        self.0.context_length
    }
    fn __repr__(&self) -> String {
        format!("ModelInfo(id={:?})", self.0.id)
    }
}

pub fn model_list(models: Vec<answer::ModelInfo>) -> Vec<ModelInfo> {
    models.into_iter().map(ModelInfo).collect()
}

pub fn rate_limits<'py>(py: Python<'py>, transfer: &Transfer) -> PyResult<Bound<'py, PyDict>> {
    let headers = PyDict::new(py);
    transfer.rate_limits.iter().try_for_each(|(name, value)| headers.set_item(name, value))?;
    Ok(headers)
}

pub fn seconds(time: Option<Duration>) -> Option<f64> {
    time.map(|time| time.as_secs_f64())
}

/// A whole answer.
#[pyclass(frozen, module = "ai_rust_client")]
pub struct ChatResponse {
    answer: Answer,
    body: String,
    raw: PyOnceLock<Py<PyDict>>,
}

impl ChatResponse {
    pub fn new(py: Python, response: chat::ChatResponse, config: &Config) -> Self {
        log::answer(py, "chat", config, || response.answer.clone());
        Self { answer: response.answer, body: response.raw, raw: PyOnceLock::new() }
    }
}

#[pymethods]
impl ChatResponse {
    /// The text of the answer, or of the refusal.
    #[getter]
    pub fn text(&self) -> &str {
        &self.answer.text
    }
    /// The reasoning that the model shows.
    #[getter]
    fn reasoning(&self) -> &str {
        &self.answer.reasoning
    }
    /// The tool calls in the order of the answer.
    #[getter]
    fn tool_calls(&self) -> Vec<ToolCall> {
        self.answer.tool_calls.iter().cloned().map(ToolCall).collect()
    }
    /// The number of tokens, if the provider reports it.
    #[getter]
    fn usage(&self) -> Option<Usage> {
        self.answer.usage.clone().map(Usage)
    }
    /// The model that answered: as the provider reports it, otherwise as requested.
    #[getter]
    fn model(&self) -> &str {
        self.answer.model.as_deref().unwrap_or_default()
    }
    /// The provider behind a router, if the response names it.
    #[getter]
    fn provider(&self) -> Option<&str> {
        self.answer.provider.as_deref()
    }
    /// Why the model stopped: "stop", "length", "tool_calls", …
    #[getter]
    fn finish_reason(&self) -> Option<&str> {
        self.answer.finish_reason.as_deref()
    }
    /// The provider's id of the request, from the response headers.
    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.answer.request_id.as_deref()
    }
    /// The response headers about rate limits, unchanged; names in lower case.
    #[getter]
    fn rate_limits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        rate_limits(py, &self.answer.transfer)
    }
    /// Seconds to the response head, from the start of the attempt that succeeded, including its connection.
    #[getter]
    fn time_to_first_byte(&self) -> Option<f64> {
        seconds(self.answer.transfer.first_byte)
    }
    /// Seconds to the end of the answer, from the same start.
    #[getter]
    fn time_to_last_byte(&self) -> Option<f64> {
        seconds(self.answer.transfer.last_byte)
    }
    /// The JSON of the response; parsed on first use.
    #[getter]
    fn raw<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let raw = self.raw.get_or_try_init(py, || {
            let json = py.import("json")?.call_method1("loads", (&self.body,))?;
            Ok::<_, PyErr>(json.cast_into::<PyDict>()?.unbind())
        })?;
        Ok(raw.bind(py).clone())
    }
    /// The text of the response, for `compat`.
    #[getter]
    fn _body(&self) -> &str {
        &self.body
    }
    fn __repr__(&self) -> String {
        format!("ChatResponse(model={:?}, text={:?})", self.model(), self.text())
    }
}
