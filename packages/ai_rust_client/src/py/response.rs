//! `ChatResponse`, and the pickles of answers.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use crate::answer::Answer;
use crate::chat;
use crate::http::config::Config;
use crate::http::masks::Masks;
use crate::http::response_headers::from_shown_headers;
use crate::json::tree::Json;
use crate::protocol::choices::{answer as decode_answer, choices as completion_choices};
use crate::py::choices::{choices, images, message};
use crate::py::log;
use crate::py::values::{ToolCall, Usage, headers, load_json, rate_limits, seconds};

/// A whole answer.
#[pyclass(frozen, module = "ai_rust_client")]
pub struct ChatResponse {
    answer: Box<Answer>,
    body: String,
    masks: Masks,
    raw: PyOnceLock<Py<PyDict>>,
}

impl ChatResponse {
    pub fn new(py: Python, response: chat::ChatResponse, config: &Config) -> Self {
        log::answer(py, "chat", config, || Answer::clone(&response.answer));
        Self {
            answer: response.answer,
            body: response.raw,
            masks: config.masks.clone(),
            raw: PyOnceLock::new(),
        }
    }
}

/// What a pickle of an answer contains besides the JSON.
#[derive(IntoPyObject, FromPyObject)]
#[pyo3(from_item_all)]
pub struct AnswerState {
    text: String,
    reasoning: String,
    refusal: String,
    finish_reason: Option<String>,
    usage: Option<Py<Usage>>,
    model: Option<String>,
    provider: Option<String>,
    request_id: Option<String>,
    headers: BTreeMap<String, String>,
    first_byte: Option<f64>,
    last_byte: Option<f64>,
}

impl AnswerState {
    pub fn new(py: Python, answer: &Answer, masks: &Masks) -> PyResult<Self> {
        let choice = answer.first_choice();
        Ok(Self {
            text: choice.text.clone(),
            reasoning: choice.reasoning.clone(),
            refusal: choice.refusal.clone(),
            finish_reason: choice.finish_reason.clone(),
            usage: answer.usage.clone().map(|usage| Py::new(py, Usage(usage))).transpose()?,
            model: answer.model.clone(),
            provider: answer.provider.clone(),
            request_id: answer.request_id.clone(),
            headers: headers(&answer.transfer, masks),
            first_byte: seconds(answer.transfer.first_byte),
            last_byte: seconds(answer.transfer.last_byte),
        })
    }
}

/// Make the answer of a pickle.
#[pyfunction]
pub fn _restore_response(body: String, state: AnswerState) -> ChatResponse {
    let duration = |seconds: Option<f64>| Duration::try_from_secs_f64(seconds?).ok();
    let mut answer = Box::new(decode_answer(&body));
    answer.usage = state.usage.map(|usage| usage.get().0.clone());
    (answer.model, answer.provider, answer.request_id) = (state.model, state.provider, state.request_id);
    answer.transfer.headers = from_shown_headers(&state.headers);
    answer.transfer.first_byte = duration(state.first_byte);
    answer.transfer.last_byte = duration(state.last_byte);
    let choice = &mut answer.choice;
    (choice.text, choice.reasoning, choice.refusal) = (state.text, state.reasoning, state.refusal);
    choice.finish_reason = state.finish_reason;
    ChatResponse { answer, body, masks: Masks::default(), raw: PyOnceLock::new() }
}

/// The arguments of a pickled answer.
pub type Reduced<'py> = (Bound<'py, PyAny>, (String, AnswerState));

pub fn reduce<'py>(py: Python<'py>, answer: &Answer, masks: &Masks, body: String) -> PyResult<Reduced<'py>> {
    let restore = py.import("ai_rust_client._native")?.getattr("_restore_response")?;
    Ok((restore, (body, AnswerState::new(py, answer, masks)?)))
}

/// The id of a completion.
pub fn id_of(completion: &Json) -> Option<String> {
    completion.get("id")?.as_text().filter(|id| !id.is_empty()).map(str::to_owned)
}

#[pymethods]
impl ChatResponse {
    /// The text of the answer, or of the refusal.
    #[getter]
    pub fn text(&self) -> &str {
        &self.answer.choice.text
    }
    /// The reasoning that the model shows.
    #[getter]
    fn reasoning(&self) -> &str {
        &self.answer.choice.reasoning
    }
    /// The model's refusal to answer; None unless it refused.
    #[getter]
    fn refusal(&self) -> Option<&str> {
        Some(self.answer.choice.refusal.as_str()).filter(|refusal| !refusal.is_empty())
    }
    /// The message as it must be appended to `messages` for the next request, with all fields of the provider.
    ///
    /// A new dict each time.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        message(py, &completion_choices(&self.body))
    }
    /// All choices, in the order of their indexes.
    #[getter]
    fn choices<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        choices(py, completion_choices(&self.body))
    }
    /// The images that the model made.
    #[getter]
    fn images<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        images(py, &completion_choices(&self.body))
    }
    /// The tool calls in the order of the answer.
    #[getter]
    fn tool_calls(&self) -> Vec<ToolCall> {
        self.answer.choice.tool_calls.to_vec().into_iter().map(ToolCall).collect()
    }
    /// The provider's id of the answer.
    #[getter]
    fn id(&self) -> Option<String> {
        id_of(&Json::parse(&self.body).ok()?)
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
        self.answer.choice.finish_reason.as_deref()
    }
    /// The provider's id of the request, from the response headers.
    #[getter]
    fn request_id(&self) -> Option<&str> {
        self.answer.request_id.as_deref()
    }
    /// The response headers about rate limits, unchanged; names in lower case.
    #[getter]
    fn rate_limits(&self) -> BTreeMap<String, String> {
        rate_limits(&self.answer.transfer, &self.masks)
    }
    /// All response headers; names in lower case. Secrets and cookies are masked, repeated headers joined.
    #[getter]
    fn headers(&self) -> BTreeMap<String, String> {
        headers(&self.answer.transfer, &self.masks)
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
            Ok::<_, PyErr>(load_json(py, &self.body)?.cast_into::<PyDict>()?.unbind())
        })?;
        Ok(raw.bind(py).clone())
    }
    /// The text of the response, for `compat`.
    #[getter]
    fn _body(&self) -> &str {
        &self.body
    }
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduce(py, &self.answer, &self.masks, self.body.clone())
    }
    /// Compares all attributes.
    fn __eq__(&self, other: &Self) -> bool {
        let (this, that) = (&self.answer, &other.answer);
        let times =
            |answer: &Answer| (seconds(answer.transfer.first_byte), seconds(answer.transfer.last_byte));
        self.body == other.body
            && self.text() == other.text()
            && self.reasoning() == other.reasoning()
            && self.refusal() == other.refusal()
            && self.finish_reason() == other.finish_reason()
            && this.usage == that.usage
            && (&this.model, &this.provider, &this.request_id)
                == (&that.model, &that.provider, &that.request_id)
            && self.headers() == other.headers()
            && times(this) == times(that)
    }
    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.body, self.text(), &self.answer.request_id).hash(&mut hasher);
        hasher.finish()
    }
    fn __repr__(&self) -> String {
        format!("ChatResponse(model={:?}, text={:?})", self.model(), self.text())
    }
}
