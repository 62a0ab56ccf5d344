//! Encodes Python values as JSON, straight into the body of a request.
//!
//! A value without a JSON form is rejected with its path, for example `messages[3].content[0]`.

use bytes::Bytes;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple, PyType};
use serde::Serialize;

use crate::json::string as json_string;
use crate::protocol::request::ChatRequest;
use crate::py::history::{Conversation, History};
use crate::py::path::{Path, Step};
use crate::py::snapshot::{MAX_DEPTH, snapshot};

/// A string of this many bytes (usually an image) is encoded while other threads run.
const LARGE_STRING: usize = 64 << 10;

/// A string of this many characters is converted to UTF-8 in temporary memory.
const LONG_STRING: usize = 256;

/// The size of a piece of JSON, in bytes. Its allocation can be reused when the piece is dropped.
const PIECE: usize = 64 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Whole,
    Stream,
    /// Also asks for the usage, which most providers omit from a stream otherwise.
    StreamWithUsage,
}

/// A chat request. Options are added unchanged, in the caller's order.
pub fn request(
    history: &History,
    messages: &Bound<PyAny>,
    model: &Bound<PyAny>,
    options: Option<&Bound<PyDict>>,
    mode: Mode,
) -> PyResult<ChatRequest> {
    let messages = snapshot(message_list(messages)?.as_any())?.cast_into::<PyList>()?;
    let mut conversation = history.take(&messages);
    let request = write_messages(&messages, &mut conversation)
        .and_then(|()| assemble(messages.py(), &conversation, model, options, mode));
    history.put(conversation);
    request
}

fn assemble(
    py: Python,
    messages: &Conversation,
    model: &Bound<PyAny>,
    options: Option<&Bound<PyDict>>,
    mode: Mode,
) -> PyResult<ChatRequest> {
    let mut rest = Writer::new();
    rest.add(b"]");
    if mode != Mode::Whole {
        rest.add(b",\"stream\":true");
    }
    let has_stream_options =
        options.is_some_and(|options| options.contains("stream_options").unwrap_or(false));
    if mode == Mode::StreamWithUsage && !has_stream_options {
        rest.add(b",\"stream_options\":{\"include_usage\":true}");
    }
    for (name, value) in options.into_iter().flatten() {
        write_option(&name, &value, &mut rest)?;
        rest.write_large_strings(py)?;
    }
    rest.add(b"}");
    let mut pieces = vec![Bytes::from_static(b",\"messages\":[")];
    pieces.extend(messages.json());
    pieces.push(rest.json.into());
    Ok(ChatRequest::new(models(model)?, pieces))
}

/// A JSON object of these fields, in their order.
pub fn object(py: Python, fields: Option<&Bound<PyDict>>, stream: bool) -> PyResult<Vec<u8>> {
    let mut out = Writer::new();
    for (name, value) in fields.into_iter().flatten() {
        write_option(&name, &value, &mut out)?;
        out.write_large_strings(py)?;
    }
    if stream {
        out.add(b",\"stream\":true");
    }
    out.add(b"}");
    match out.json.first_mut() {
        // Each field begins with a comma.
        Some(comma @ b',') => *comma = b'{',
        _ => out.json.insert(0, b'{'),
    }
    Ok(out.json)
}

pub fn write_option<'py>(
    name: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
    out: &mut Writer<'py>,
) -> PyResult<()> {
    let name = name.cast::<PyString>()?.to_str()?;
    if name == "stream" {
        return Err(PyTypeError::new_err(
            "stream is not an option: call stream() for a stream, chat() for a whole answer",
        ));
    }
    out.add(b",");
    json_string::write(name.as_bytes(), &mut out.json);
    out.add(b":");
    let value = snapshot(value)?;
    write(&value, out, &Path::root(name))
}

pub fn models(model: &Bound<PyAny>) -> PyResult<Vec<String>> {
    if let Ok(name) = model.cast::<PyString>() {
        return Ok(vec![name.to_str()?.to_owned()]);
    }
    let names: Vec<String> = model.extract().map_err(|_| {
        PyTypeError::new_err("model must be a name, or a sequence of names in order of preference")
    })?;
    if names.is_empty() {
        return Err(PyValueError::new_err("model is an empty sequence; name at least one model"));
    }
    Ok(names)
}

fn message_list<'py>(messages: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    if let Ok(list) = messages.cast::<PyList>() {
        return Ok(list.clone());
    }
    if let Ok(prompt) = messages.cast::<PyString>() {
        return user_message(prompt);
    }
    if messages.cast::<PyMapping>().is_ok() {
        return Err(PyTypeError::new_err(
            r#"messages must be a prompt or a list, as in [{"role": "user", "content": "…"}]"#,
        ));
    }
    PyList::new(messages.py(), messages.try_iter()?.collect::<PyResult<Vec<_>>>()?)
}

/// A prompt as the only message.
pub fn user_message<'py>(prompt: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyList>> {
    let message = PyDict::new(prompt.py());
    message.set_item("role", "user")?;
    message.set_item("content", prompt)?;
    PyList::new(prompt.py(), [message])
}

/// Add the messages that are not encoded yet to the conversation.
fn write_messages(messages: &Bound<PyList>, conversation: &mut Conversation) -> PyResult<()> {
    let root = Path::root("messages");
    let mut out = Writer::new();
    let mut json_len = conversation.json_len();
    let mut is_recordable = true;
    let mut index = conversation.len();
    let mut result = Ok(());
    while result.is_ok() && index < messages.len() {
        let message = messages.get_item(index)?;
        is_recordable = is_recordable && conversation.record(&message);
        result = write_message(&message, &mut out, &root.then(Step::Index(index)));
        if result.is_ok() && is_recordable {
            conversation.end_message(json_len + out.json.len());
        }
        index += 1;
        if out.json.len() >= PIECE {
            json_len += out.json.len();
            conversation.add(std::mem::replace(&mut out.json, Vec::with_capacity(PIECE + PIECE / 8)));
        }
    }
    conversation.add(out.json);
    result
}

fn write_message<'py>(message: &Bound<'py, PyAny>, out: &mut Writer<'py>, path: &Path) -> PyResult<()> {
    if message.cast::<PyMapping>().is_err() && !is_dataclass(message)? {
        let kind = message.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{path}: a message is a mapping, not {kind}")));
    }
    write(message, out, path)?;
    out.write_large_strings(message.py())?;
    out.add(b",");
    Ok(())
}

/// The JSON that has been written. Large strings are only recorded at first, and encoded by `write_large_strings`: it
/// detaches from the interpreter, which must not happen in the middle of a dict that another thread may change.
pub struct Writer<'py> {
    pub json: Vec<u8>,
    /// Each with its position in `json`.
    large_strings: Vec<(usize, Bound<'py, PyString>)>,
}

impl Writer<'_> {
    /// With enough capacity for a short request.
    pub fn new() -> Self {
        Self { json: Vec::with_capacity(256), large_strings: Vec::new() }
    }

    pub fn add(&mut self, json: &[u8]) {
        self.json.extend_from_slice(json);
    }

    pub fn write_large_strings(&mut self, py: Python) -> PyResult<()> {
        if self.large_strings.is_empty() {
            return Ok(());
        }
        let strings = std::mem::take(&mut self.large_strings);
        let strings =
            strings.iter().map(|(at, string)| Ok((*at, string.to_str()?))).collect::<PyResult<Vec<_>>>()?;
        let json = &mut self.json;
        py.detach(move || {
            let start = strings[0].0;
            let tail = json.split_off(start);
            json.reserve(tail.len() + strings.iter().map(|(_, string)| string.len() + 2).sum::<usize>());
            let mut copied = 0;
            for (at, string) in strings {
                json.extend_from_slice(&tail[copied..at - start]);
                copied = at - start;
                json_string::write(string.as_bytes(), json);
            }
            json.extend_from_slice(&tail[copied..]);
        });
        Ok(())
    }
}

pub fn write<'py>(value: &Bound<'py, PyAny>, out: &mut Writer<'py>, path: &Path) -> PyResult<()> {
    if path.depth > MAX_DEPTH {
        return Err(PyValueError::new_err(format!(
            "{path}: nested more than {MAX_DEPTH} levels deep; does it contain itself?"
        )));
    }
    if let Ok(text) = value.cast::<PyString>() {
        write_text(text, out).map_err(|_| {
            PyValueError::new_err(format!(
                "{path}: half of a surrogate pair has no UTF-8 form; replace it first"
            ))
        })?;
    } else if let Ok(dict) = value.cast::<PyDict>() {
        write_object(dict.iter().map(Ok), out, path)?;
    } else if let Ok(list) = value.cast::<PyList>() {
        write_array(list.iter().map(Ok), out, path)?;
    } else if value.is_none() {
        out.add(b"null");
    } else if let Ok(boolean) = value.cast::<PyBool>() {
        write_json(&boolean.is_true(), &mut out.json);
    } else if value.is_instance_of::<PyInt>() {
        write_int(value, &mut out.json)?;
    } else if let Ok(float) = value.cast::<PyFloat>() {
        if !float.value().is_finite() {
            return Err(PyValueError::new_err(format!("{path}: {} is not a JSON number", float.value())));
        }
        write_json(&float.value(), &mut out.json);
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        write_array(tuple.iter().map(Ok), out, path)?;
    } else if let Ok(mapping) = value.cast::<PyMapping>() {
        let items = mapping.items()?;
        write_object(items.iter().map(|item| item.extract()), out, path)?;
    } else if is_dataclass(value)? {
        let fields = value.getattr(intern!(value.py(), "__dataclass_fields__"))?.cast_into::<PyDict>()?;
        let items = fields.keys().into_iter().map(|name| {
            let value = value.getattr(name.cast::<PyString>()?)?;
            Ok((name, value))
        });
        write_object(items, out, path)?;
    } else {
        let kind = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{path}: {kind} has no JSON form; convert it first")));
    }
    Ok(())
}

/// May be called in the middle of a dict that another thread must not change: it neither runs Python code nor detaches
/// from the interpreter (which `intern!` may do on its first use).
fn write_text<'py>(text: &Bound<'py, PyString>, out: &mut Writer<'py>) -> PyResult<()> {
    if text.is_exact_instance_of::<PyString>() && (LONG_STRING..LARGE_STRING).contains(&text.len()?) {
        // With `to_str` a string that is not ASCII would keep its UTF-8 in memory as long as it lives.
        json_string::write(text.encode_utf8()?.as_bytes(), &mut out.json);
        return Ok(());
    }
    let utf8 = text.to_str()?;
    if utf8.len() < LARGE_STRING {
        json_string::write(utf8.as_bytes(), &mut out.json);
    } else {
        out.large_strings.push((out.json.len(), text.clone()));
    }
    Ok(())
}

fn write_object<'py>(
    items: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    out: &mut Writer<'py>,
    path: &Path,
) -> PyResult<()> {
    out.add(b"{");
    for (index, item) in items.enumerate() {
        let (name, value) = item?;
        let name = field_name(&name, path)?;
        let name = name.to_str()?;
        if index > 0 {
            out.add(b",");
        }
        json_string::write(name.as_bytes(), &mut out.json);
        out.add(b":");
        write(&value, out, &path.then(Step::Name(name)))?;
    }
    out.add(b"}");
    Ok(())
}

/// The name of a field: scalars are written as Python's `json` writes them.
fn field_name<'py>(name: &Bound<'py, PyAny>, path: &Path) -> PyResult<Bound<'py, PyString>> {
    if let Ok(name) = name.cast::<PyString>() {
        return Ok(name.clone());
    }
    let is_number = name
        .cast::<PyFloat>()
        .map_or_else(|_| name.is_instance_of::<PyInt>(), |float| float.value().is_finite());
    if !(is_number || name.is_none()) {
        let kind = name.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "{path}: a name in a JSON object is a string, a finite number, a bool or None, not {kind}"
        )));
    }
    if let Ok(float) = name.cast::<PyFloat>() {
        return PyFloat::new(name.py(), float.value()).repr();
    }
    let mut text = Vec::new();
    match name.cast::<PyBool>() {
        Ok(boolean) => write_json(&boolean.is_true(), &mut text),
        Err(_) if name.is_none() => text.extend_from_slice(b"null"),
        Err(_) => write_int(name, &mut text)?,
    }
    Ok(PyString::new(name.py(), &String::from_utf8_lossy(&text)))
}

fn write_array<'py>(
    items: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
    out: &mut Writer<'py>,
    path: &Path,
) -> PyResult<()> {
    out.add(b"[");
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.add(b",");
        }
        write(&item?, out, &path.then(Step::Index(index)))?;
    }
    out.add(b"]");
    Ok(())
}

fn write_int(value: &Bound<PyAny>, out: &mut Vec<u8>) -> PyResult<()> {
    if let Ok(number) = value.extract::<i64>() {
        write_json(&number, out);
    } else {
        // `int.__repr__` and not `str`: an enum of integers prints its name.
        let digits = value.py().get_type::<PyInt>().call_method1("__repr__", (value,))?;
        out.extend_from_slice(digits.cast::<PyString>()?.to_str()?.as_bytes());
    }
    Ok(())
}

/// Cannot fail for numbers and booleans.
fn write_json(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

fn is_dataclass(value: &Bound<PyAny>) -> PyResult<bool> {
    let is_class = value.is_instance_of::<PyType>();
    Ok(!is_class && value.hasattr(intern!(value.py(), "__dataclass_fields__"))?)
}
