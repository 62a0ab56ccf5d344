//! The choices and images of an answer.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple, PyType};

use crate::json::tree::Json;
use crate::protocol::choices::{self, WholeChoice};
use crate::protocol::images::{self, Image as ImageData};
use crate::py::values::{ToolCall, load_json};

/// One of the answers to a request, of which there are several with `n`.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq)]
pub struct Choice(WholeChoice);

/// An image that the model made.
#[pyclass(frozen, eq, module = "ai_rust_client")]
#[derive(PartialEq)]
pub struct Image(ImageData);

pub fn choices(py: Python, choices: Vec<WholeChoice>) -> PyResult<Bound<PyTuple>> {
    PyTuple::new(py, choices.into_iter().map(Choice))
}

/// The images of the first choice.
pub fn images<'py>(py: Python<'py>, choices: &[WholeChoice]) -> PyResult<Bound<'py, PyTuple>> {
    let images = choices.first().map_or_else(Vec::new, |choice| images::images(&choice.message));
    PyTuple::new(py, images.into_iter().map(Image))
}

/// The message of the first choice.
pub fn message<'py>(py: Python<'py>, choices: &[WholeChoice]) -> PyResult<Bound<'py, PyAny>> {
    let message = choices
        .first()
        .map_or_else(|| crate::choice::Choice::default().message(), |choice| choice.message.clone());
    load_json(py, &message.to_string())
}

/// Make the choice of a pickle.
#[pyfunction]
pub fn _restore_choice(completion: &str) -> PyResult<Choice> {
    let choice = choices::choices(completion).into_iter().next();
    choice.map(Choice).ok_or_else(|| pyo3::exceptions::PyValueError::new_err("no choice in this JSON"))
}

#[pymethods]
impl Choice {
    /// The choice's number, from 0.
    #[getter]
    fn index(&self) -> u64 {
        self.0.index
    }
    /// The text of the answer, or of the refusal.
    #[getter]
    fn text(&self) -> &str {
        &self.0.text
    }
    /// The reasoning that the model shows.
    #[getter]
    fn reasoning(&self) -> &str {
        &self.0.reasoning
    }
    /// The model's refusal to answer; None unless it refused.
    #[getter]
    fn refusal(&self) -> Option<&str> {
        Some(self.0.refusal.as_str()).filter(|refusal| !refusal.is_empty())
    }
    /// The tool calls in the order of the answer.
    #[getter]
    fn tool_calls(&self) -> Vec<ToolCall> {
        self.0.tool_calls.iter().cloned().map(ToolCall).collect()
    }
    /// Why the model stopped: "stop", "length", "tool_calls", …
    #[getter]
    fn finish_reason(&self) -> Option<&str> {
        self.0.finish_reason.as_deref()
    }
    /// The message as it must be appended to `messages` for the next request, with all fields of the provider.
    ///
    /// A new dict each time.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        load_json(py, &self.0.message.to_string())
    }
    /// The log probabilities of the tokens as the provider reports them, or None.
    #[getter]
    fn logprobs<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        load_json(py, &self.0.logprobs.to_string())
    }
    /// The annotations, such as citations, as the provider reports them.
    #[getter]
    fn annotations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let annotations = self.0.message.get("annotations").map_or(&[][..], Json::items);
        load_json(py, &Json::Array(annotations.to_vec()).to_string())
    }
    /// The images that the model made.
    #[getter]
    fn images<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, images::images(&self.0.message).into_iter().map(Image))
    }
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let restore = py.import("ai_rust_client._native")?.getattr("_restore_choice")?;
        let choice = &self.0;
        let fields = vec![
            ("index".to_owned(), Json::Number(choice.index.to_string())),
            ("message".to_owned(), choice.message.clone()),
            ("logprobs".to_owned(), choice.logprobs.clone()),
            ("finish_reason".to_owned(), choice.finish_reason.clone().map_or(Json::Null, Json::text)),
        ];
        let choices = Json::Array(vec![Json::Object(fields)]);
        Ok((restore, (Json::Object(vec![("choices".to_owned(), choices)]).to_string(),)))
    }
    fn __repr__(&self) -> String {
        format!("Choice(index={}, text={:?})", self.0.index, self.0.text)
    }
}

#[pymethods]
impl Image {
    #[new]
    #[pyo3(signature = (mime_type=None, data=None, url=None))]
    fn new(mime_type: Option<String>, data: Option<Vec<u8>>, url: Option<String>) -> Self {
        Self(ImageData { mime_type, data, url })
    }
    /// The type, such as "image/png", if the provider names it.
    #[getter]
    fn mime_type(&self) -> Option<&str> {
        self.0.mime_type.as_deref()
    }
    /// The image itself, or None if there is only a URL.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.0.data.as_deref().map(|data| PyBytes::new(py, data))
    }
    /// Where the image is; None if `data` has it.
    #[getter]
    fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }
    #[expect(clippy::type_complexity, reason = "the arguments of the constructor")]
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> (Bound<'py, PyType>, (Option<String>, Option<Bound<'py, PyBytes>>, Option<String>)) {
        let image = slf.get();
        (slf.get_type(), (image.0.mime_type.clone(), image.data(slf.py()), image.0.url.clone()))
    }
    fn __repr__(&self) -> String {
        let size = self.0.data.as_ref().map_or("no".to_owned(), |data| data.len().to_string());
        format!("Image(mime_type={:?}, {size} bytes)", self.0.mime_type.as_deref().unwrap_or_default())
    }
}
