//! Converting arguments from Python. A value that cannot be stored raises `InvalidData`, which names the field.

use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyMapping, PyString, PyTuple};

use crate::py::error::invalid;
use crate::stores::conversations::records::{Messages, Usage};

pub type Object<'a, 'py> = &'a Bound<'py, PyAny>;

fn kind(value: Object<'_, '_>) -> String {
    value.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

pub fn text(field: &str, value: Object<'_, '_>) -> PyResult<String> {
    let py = value.py();
    let Ok(text) = value.cast::<PyString>() else {
        return Err(invalid(py, format!("{field} must be text, not {}", kind(value))));
    };
    text.to_cow().map(Cow::into_owned).map_err(|_| {
        let message = "has a lone surrogate, which is not Unicode text: decode it properly, or replace it";
        invalid(py, format!("{field} {message}"))
    })
}

pub fn optional_text(field: &str, value: Option<Object<'_, '_>>) -> PyResult<Option<String>> {
    value.map(|value| text(field, value)).transpose()
}

/// A query may have lone surrogates; they match nothing.
pub fn query(value: Object<'_, '_>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(text) => Ok(text.to_string_lossy().into_owned()),
        Err(_) => Err(invalid(value.py(), format!("query must be text, not {}", kind(value)))),
    }
}

pub fn cursor(value: Option<Object<'_, '_>>) -> PyResult<Option<String>> {
    let Some(value) = value else { return Ok(None) };
    let Ok(text) = value.cast::<PyString>() else {
        let message = format!("cursor must be a text from an earlier page, not {}", kind(value));
        return Err(invalid(value.py(), message));
    };
    Ok(Some(text.to_string_lossy().into_owned()))
}

/// An id beyond 64 bits, which no row has, is replaced by the nearest number that no row has either.
pub fn identifier(field: &str, value: Object<'_, '_>) -> PyResult<i64> {
    if !value.is_instance_of::<PyInt>() || value.is_instance_of::<PyBool>() {
        return Err(invalid(value.py(), format!("{field} must be a whole number, not {}", kind(value))));
    }
    match value.extract() {
        Ok(id) => Ok(id),
        Err(_) => Ok(if value.lt(0)? { -1 } else { i64::MAX }),
    }
}

pub fn optional_identifier(field: &str, value: Option<Object<'_, '_>>) -> PyResult<Option<i64>> {
    value.map(|value| identifier(field, value)).transpose()
}

/// A number of rows. The store checks its range.
pub struct Limit(pub i64);

impl<'py> FromPyObject<'_, 'py> for Limit {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        identifier("limit", &value).map(Self)
    }
}

/// One id or several.
pub fn identifiers(value: Object<'_, '_>) -> PyResult<Vec<i64>> {
    if value.is_instance_of::<PyInt>() {
        return Ok(vec![identifier("ids", value)?]);
    }
    let text = value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>();
    match value.try_iter() {
        Ok(items) if !text => items.map(|item| identifier("ids", &item?)).collect(),
        _ => Err(invalid(value.py(), format!("ids must be whole numbers, not {}", kind(value)))),
    }
}

pub fn tags(value: Object<'_, '_>) -> PyResult<Vec<String>> {
    let text_or_map = value.is_instance_of::<PyString>()
        || value.is_instance_of::<PyBytes>()
        || value.cast::<PyMapping>().is_ok();
    match value.try_iter() {
        Ok(items) if !text_or_map => items.map(|item| text("tags", &item?)).collect(),
        _ => Err(invalid(value.py(), format!("tags must be a list of texts, not {}", kind(value)))),
    }
}

pub fn optional_tags(value: Option<Object<'_, '_>>) -> PyResult<Option<Vec<String>>> {
    value.map(tags).transpose()
}

pub fn metadata(value: Option<Object<'_, '_>>) -> PyResult<Option<String>> {
    let Some(value) = value else { return Ok(None) };
    helper(value.py(), &METADATA_JSON, "metadata_json")?.call1((value,))?.extract().map(Some)
}

/// The messages of an exchange: their JSON, and what they contain besides its prompt and response.
pub fn messages(
    value: Option<Object<'_, '_>>,
    prompt: Option<&str>,
    response: Option<&str>,
) -> PyResult<Option<Messages>> {
    let Some(value) = value else { return Ok(None) };
    let encode = value.py().import("storage_rust._transfer.message_text")?.getattr("encode")?;
    let (json, text) = encode.call1((value, prompt, response))?.extract()?;
    Ok(Some(Messages { json, text }))
}

/// The list of stored messages; an empty one if there are none.
pub fn stored_messages<'py>(py: Python<'py>, json: Option<&str>) -> PyResult<Bound<'py, PyAny>> {
    py.import("storage_rust._transfer.message_text")?.getattr("decode")?.call1((json,))
}

pub fn usage(
    prompt_tokens: Option<Object<'_, '_>>,
    completion_tokens: Option<Object<'_, '_>>,
    cost: Option<Object<'_, '_>>,
    duration: Option<Object<'_, '_>>,
) -> PyResult<Usage> {
    Ok(Usage {
        prompt_tokens: tokens("prompt_tokens", prompt_tokens)?,
        completion_tokens: tokens("completion_tokens", completion_tokens)?,
        cost: amount("cost", cost)?,
        duration: amount("duration", duration)?,
    })
}

fn tokens(field: &str, value: Option<Object<'_, '_>>) -> PyResult<Option<i64>> {
    let Some(value) = value else { return Ok(None) };
    let is_number = value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>();
    match value.extract::<i64>() {
        Ok(count) if is_number && count >= 0 => Ok(Some(count)),
        _ => Err(invalid(
            value.py(),
            format!("{field} must be a whole number of 0 or more, not {}", shown(value)),
        )),
    }
}

fn amount(field: &str, value: Option<Object<'_, '_>>) -> PyResult<Option<f64>> {
    let Some(value) = value else { return Ok(None) };
    let is_number = value.is_instance_of::<PyInt>() || value.is_instance_of::<PyFloat>();
    match value.extract::<f64>() {
        Ok(amount)
            if is_number && !value.is_instance_of::<PyBool>() && amount.is_finite() && amount >= 0.0 =>
        {
            Ok(Some(amount))
        }
        _ => Err(invalid(
            value.py(),
            format!("{field} must be a finite number of 0 or more, not {}", shown(value)),
        )),
    }
}

/// Any object with a buffer of bytes.
pub fn bytes(field: &str, value: Object<'_, '_>) -> PyResult<Vec<u8>> {
    if let Ok(bytes) = value.cast::<PyBytes>() {
        return Ok(bytes.as_bytes().to_vec());
    }
    let view = value
        .py()
        .import("builtins")?
        .getattr("memoryview")?
        .call1((value,))
        .map_err(|_| invalid(value.py(), format!("{field} must be bytes, not {}", kind(value))))?;
    view.call_method0("tobytes")?.extract()
}

pub fn milliseconds(field: &str, value: Option<Object<'_, '_>>) -> PyResult<Option<i64>> {
    let Some(value) = value else { return Ok(None) };
    helper(value.py(), &MILLISECONDS, "milliseconds")?.call1((field, value))?.extract().map(Some)
}

/// The local time at which the date in `before:2025-03` begins.
pub fn query_date(py: Python<'_>, name: &str, value: &str) -> PyResult<i64> {
    helper(py, &QUERY_DATE, "query_date")?.call1((name, value))?.extract()
}

/// Milliseconds since 1970, which Python gets as an aware datetime.
#[derive(Clone, Copy, PartialEq)]
pub struct Moment(pub i64);

impl<'py> FromPyObject<'_, 'py> for Moment {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        helper(value.py(), &MILLISECONDS, "milliseconds")?.call1(("a time", value))?.extract().map(Self)
    }
}

impl<'py> IntoPyObject<'py> for Moment {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        helper(py, &MOMENT, "moment")?.call1((self.0,))
    }
}

/// A JSON object, which Python gets as a new dict each time.
#[derive(Clone, PartialEq)]
pub struct Metadata(pub String);

impl<'py> FromPyObject<'_, 'py> for Metadata {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        helper(value.py(), &METADATA_JSON, "metadata_json")?.call1((value,))?.extract().map(Self)
    }
}

impl<'py> IntoPyObject<'py> for &Metadata {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        helper(py, &METADATA, "metadata")?.call1((&self.0,))
    }
}

/// A list that Python gets as a tuple.
#[derive(Clone, PartialEq)]
pub struct Tuple<T>(pub Vec<T>);

impl<'py, T> FromPyObject<'_, 'py> for Tuple<T>
where
    Vec<T>: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        value.extract().map(Self)
    }
}

impl<'a, 'py, T> IntoPyObject<'py> for &'a Tuple<T>
where
    &'a T: IntoPyObject<'py>,
{
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        PyTuple::new(py, &self.0)
    }
}

static METADATA: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static METADATA_JSON: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static MILLISECONDS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static MOMENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
static QUERY_DATE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A function of `storage_rust._convert`, imported at its first use because it imports datetime and json.
fn helper<'py>(
    py: Python<'py>,
    cell: &'py PyOnceLock<Py<PyAny>>,
    name: &str,
) -> PyResult<&'py Bound<'py, PyAny>> {
    let load = || py.import("storage_rust._convert")?.getattr(name).map(Bound::unbind);
    Ok(cell.get_or_try_init(py, load)?.bind(py))
}

/// The shortened repr of a value, for messages.
pub fn shown(value: &Bound<'_, PyAny>) -> String {
    value.repr().map_or_else(|_| "that".to_owned(), |text| text.to_string_lossy().chars().take(50).collect())
}
