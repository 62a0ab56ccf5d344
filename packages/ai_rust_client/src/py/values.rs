//! The small values that calls return.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::answer::{self, Event, Transfer};
use crate::http::masks::Masks;
use crate::http::response_headers::{is_rate_limit, shown_headers};
use crate::json::tree::Json;

/// A function call that the model asks for.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq, Clone)]
pub struct ToolCall(pub answer::ToolCall);

#[pymethods]
impl ToolCall {
    #[new]
    fn new(id: String, name: String, arguments: String) -> Self {
        Self(answer::ToolCall { id, name, arguments })
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (String, String, String)) {
        let call = slf.get().0.clone();
        (slf.get_type(), (call.id, call.name, call.arguments))
    }
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
    #[new]
    #[pyo3(signature = (prompt_tokens=0, completion_tokens=0, total_tokens=0, cached_tokens=0, reasoning_tokens=0, cost=None))]
    fn new(
        prompt_tokens: u64,
        completion_tokens: u64,
        total_tokens: u64,
        cached_tokens: u64,
        reasoning_tokens: u64,
        cost: Option<f64>,
    ) -> Self {
        Self(answer::Usage {
            prompt_tokens,
            completion_tokens,
            total_tokens,
            cached_tokens,
            reasoning_tokens,
            cost,
        })
    }
    #[expect(clippy::type_complexity, reason = "the arguments of the constructor")]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> (Bound<'py, PyType>, (u64, u64, u64, u64, u64, Option<f64>)) {
        let u = &slf.get().0;
        let counts = (
            u.prompt_tokens,
            u.completion_tokens,
            u.total_tokens,
            u.cached_tokens,
            u.reasoning_tokens,
            u.cost,
        );
        (slf.get_type(), counts)
    }
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
    #[new]
    #[pyo3(
        signature = (kind, text=String::new(), tool_call=None, usage=None),
        text_signature = "(kind, text='', tool_call=None, usage=None)"
    )]
    fn new(
        kind: &str,
        text: String,
        tool_call: Option<&Bound<ToolCall>>,
        usage: Option<&Bound<Usage>>,
    ) -> PyResult<Self> {
        Ok(Self(match (kind, tool_call, usage) {
            ("text", ..) => Event::Text(text),
            ("reasoning", ..) => Event::Reasoning(text),
            ("annotation", ..) => Event::Annotation(text),
            ("finish", ..) => Event::Finish,
            ("tool_call", Some(call), _) => Event::ToolCall(call.get().0.clone()),
            ("usage", _, Some(usage)) => Event::Usage(usage.get().0.clone()),
            _ => {
                return Err(PyValueError::new_err(format!(
                    "no event of the kind {kind:?} with these values"
                )));
            }
        }))
    }
    #[expect(clippy::type_complexity, reason = "the arguments of the constructor")]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> (Bound<'py, PyType>, (&'static str, String, Option<ToolCall>, Option<Usage>)) {
        let event = slf.get();
        (slf.get_type(), (event.kind(), event.text().to_owned(), event.tool_call(), event.usage()))
    }
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
    #[new]
    #[pyo3(signature = (id, name=None, context_length=None))]
    fn new(id: String, name: Option<String>, context_length: Option<u64>) -> Self {
        Self(answer::ModelInfo { id, name, context_length })
    }
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> (Bound<'py, PyType>, (String, Option<String>, Option<u64>)) {
        let model = slf.get().0.clone();
        (slf.get_type(), (model.id, model.name, model.context_length))
    }
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

pub fn headers(transfer: &Transfer, masks: &Masks) -> BTreeMap<String, String> {
    shown_headers(masks, &transfer.headers)
}

pub fn rate_limits(transfer: &Transfer, masks: &Masks) -> BTreeMap<String, String> {
    let mut headers = headers(transfer, masks);
    headers.retain(|name, _| is_rate_limit(name));
    headers
}

pub fn seconds(time: Option<Duration>) -> Option<f64> {
    time.map(|time| time.as_secs_f64())
}

/// The JSON text as a Python value. Unpaired surrogates, which no text may contain, are replaced.
pub fn load_json<'py>(py: Python<'py>, json: &str) -> PyResult<Bound<'py, PyAny>> {
    let has_halves = ["\\ud", "\\uD"].iter().any(|escape| json.contains(escape));
    let json = match has_halves.then(|| Json::parse(json)) {
        Some(Ok(json)) => Cow::Owned(json.to_string()),
        _ => Cow::Borrowed(json),
    };
    py.import("json")?.call_method1("loads", (&*json,))
}
