//! Python values as JSON, straight into the request's body.
//!
//! What has no JSON form is refused with the path to it, as in `messages[3].content[0]`.

use std::fmt;

use bytes::Bytes;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde::Serialize;

use crate::call::Body;
use crate::py::history::{Conversation, History};
use crate::py::snapshot;
use crate::text;

/// Deeper is a value that holds itself, or one that no server takes.
pub const DEEPEST: usize = 128;

/// A text of so many bytes, an image for the most part, is encoded while other threads run.
const LARGE: usize = 64 << 10;

/// Of a text of so many characters the UTF-8 is made anew, in memory that is used again.
const LONG: usize = 256;

/// So many bytes of JSON make a piece: an allocation that is used again once the piece is forgotten.
const PIECE: usize = 64 << 10;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Whole,
    Stream,
    /// Asks for the usage too, which most providers leave out of a stream otherwise.
    StreamWithUsage,
}

/// The body of a chat request. Options go in as they are, in the caller's order.
pub fn body(
    history: &History,
    messages: &Bound<PyAny>,
    model: &Bound<PyAny>,
    options: Option<&Bound<PyDict>>,
    mode: Mode,
) -> PyResult<Body> {
    let messages = snapshot::private(message_list(messages)?.as_any())?.cast_into::<PyList>()?;
    let mut conversation = history.recall(&messages);
    let body = write_messages(&messages, &mut conversation)
        .and_then(|()| assemble(messages.py(), &conversation, model, options, mode));
    history.keep(conversation);
    body
}

fn assemble(
    py: Python,
    messages: &Conversation,
    model: &Bound<PyAny>,
    options: Option<&Bound<PyDict>>,
    mode: Mode,
) -> PyResult<Body> {
    let mut rest = Writer::new();
    rest.add(b"]");
    if mode != Mode::Whole {
        rest.add(b",\"stream\":true");
    }
    let says_what_of_usage =
        options.is_some_and(|options| options.contains("stream_options").unwrap_or(false));
    if mode == Mode::StreamWithUsage && !says_what_of_usage {
        rest.add(b",\"stream_options\":{\"include_usage\":true}");
    }
    for (name, value) in options.into_iter().flatten() {
        write_option(&name, &value, &mut rest)?;
        rest.settle(py)?;
    }
    rest.add(b"}");
    let mut pieces = vec![Bytes::from_static(b",\"messages\":[")];
    pieces.extend(messages.json());
    pieces.push(rest.json.into());
    Ok(Body::new(models(model)?, pieces))
}

fn write_option<'py>(
    name: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
    out: &mut Writer<'py>,
) -> PyResult<()> {
    let name = name.cast::<PyString>()?.to_str()?;
    if name == "stream" {
        return Err(PyTypeError::new_err(
            "stream is not an option: call stream() for a stream, chat() for none",
        ));
    }
    out.add(b",");
    text::write(name.as_bytes(), &mut out.json);
    out.add(b":");
    let value = snapshot::private(value)?;
    write(&value, out, &Path { parent: None, step: Step::Name(name), depth: 0 })
}

fn models(model: &Bound<PyAny>) -> PyResult<Vec<String>> {
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
    if messages.is_instance_of::<PyString>() || messages.cast::<PyMapping>().is_ok() {
        return Err(PyTypeError::new_err(
            r#"messages must be a list, as in [{"role": "user", "content": "…"}]"#,
        ));
    }
    PyList::new(messages.py(), messages.try_iter()?.collect::<PyResult<Vec<_>>>()?)
}

/// Add what is not known yet to the conversation.
fn write_messages(messages: &Bound<PyList>, conversation: &mut Conversation) -> PyResult<()> {
    let root = Path { parent: None, step: Step::Name("messages"), depth: 0 };
    let mut out = Writer::new();
    let mut known = conversation.json_len();
    let mut recording = true;
    let mut index = conversation.len();
    let mut written = Ok(());
    while written.is_ok() && index < messages.len() {
        let message = messages.get_item(index)?;
        recording = recording && conversation.record(&message);
        written = write_message(&message, &mut out, &root.then(Step::Index(index)));
        if written.is_ok() && recording {
            conversation.end_message(known + out.json.len());
        }
        index += 1;
        if out.json.len() >= PIECE {
            known += out.json.len();
            conversation.add(std::mem::replace(&mut out.json, Vec::with_capacity(PIECE + PIECE / 8)));
        }
    }
    conversation.add(out.json);
    written
}

fn write_message<'py>(message: &Bound<'py, PyAny>, out: &mut Writer<'py>, path: &Path) -> PyResult<()> {
    if message.cast::<PyMapping>().is_err() && !is_dataclass(message)? {
        let found = message.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{path}: a message is a mapping, not {found}")));
    }
    write(message, out, path)?;
    out.settle(message.py())?;
    out.add(b",");
    Ok(())
}

/// JSON in the making. A large text is only noted where it is met, and encoded by `settle`: the interpreter is let go
/// for it, which must not happen in the middle of a dict that another thread may then change.
struct Writer<'py> {
    json: Vec<u8>,
    /// Where in `json` each belongs.
    large: Vec<(usize, Bound<'py, PyString>)>,
}

impl Writer<'_> {
    /// With room for what a short request takes.
    fn new() -> Self {
        Self { json: Vec::with_capacity(256), large: Vec::new() }
    }

    fn add(&mut self, json: &[u8]) {
        self.json.extend_from_slice(json);
    }

    fn settle(&mut self, py: Python) -> PyResult<()> {
        if self.large.is_empty() {
            return Ok(());
        }
        let large = std::mem::take(&mut self.large);
        let texts = large.iter().map(|(at, text)| Ok((*at, text.to_str()?))).collect::<PyResult<Vec<_>>>()?;
        let json = &mut self.json;
        py.detach(move || {
            let first = texts[0].0;
            let behind = json.split_off(first);
            json.reserve(behind.len() + texts.iter().map(|(_, text)| text.len() + 2).sum::<usize>());
            let mut done = 0;
            for (at, text) in texts {
                json.extend_from_slice(&behind[done..at - first]);
                done = at - first;
                text::write(text.as_bytes(), json);
            }
            json.extend_from_slice(&behind[done..]);
        });
        Ok(())
    }
}

fn write<'py>(value: &Bound<'py, PyAny>, out: &mut Writer<'py>, path: &Path) -> PyResult<()> {
    if path.depth > DEEPEST {
        return Err(PyValueError::new_err(format!(
            "{path}: nested more than {DEEPEST} deep; does it hold itself?"
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
            return Err(PyValueError::new_err(format!("{path}: {} is no JSON number", float.value())));
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
        let found = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!("{path}: {found} has no JSON form; convert it first")));
    }
    Ok(())
}

/// In the middle of a dict, which another thread must not change: neither is a subclass's code run nor the interpreter
/// let go, as `intern!` may on its first use.
fn write_text<'py>(text: &Bound<'py, PyString>, out: &mut Writer<'py>) -> PyResult<()> {
    if text.is_exact_instance_of::<PyString>() && (LONG..LARGE).contains(&text.len()?) {
        // `to_str` would have a text that is not ASCII keep its UTF-8 for as long as it lives.
        text::write(text.encode_utf8()?.as_bytes(), &mut out.json);
        return Ok(());
    }
    let utf8 = text.to_str()?;
    if utf8.len() < LARGE {
        text::write(utf8.as_bytes(), &mut out.json);
    } else {
        out.large.push((out.json.len(), text.clone()));
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
        let Ok(name) = name.cast::<PyString>() else {
            let found = name.get_type().name()?;
            return Err(PyTypeError::new_err(format!(
                "{path}: the names in a JSON object are text, not {found}"
            )));
        };
        let name = name.to_str()?;
        if index > 0 {
            out.add(b",");
        }
        text::write(name.as_bytes(), &mut out.json);
        out.add(b":");
        write(&value, out, &path.then(Step::Name(name)))?;
    }
    out.add(b"}");
    Ok(())
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
    match value.extract::<i64>() {
        Ok(number) => write_json(&number, out),
        // `int.__repr__` and not `str`: an enum of integers prints its name.
        Err(_) => {
            let digits = value.py().get_type::<PyInt>().call_method1("__repr__", (value,))?;
            out.extend_from_slice(digits.cast::<PyString>()?.to_str()?.as_bytes());
        }
    }
    Ok(())
}

/// Numbers and booleans always have a JSON form, and memory always takes it.
fn write_json(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

fn is_dataclass(value: &Bound<PyAny>) -> PyResult<bool> {
    let is_class = value.is_instance_of::<pyo3::types::PyType>();
    Ok(!is_class && value.hasattr(intern!(value.py(), "__dataclass_fields__"))?)
}

/// Where in the request a value stands; rendered only when it is refused.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    fn then(&'a self, step: Step<'a>) -> Path<'a> {
        Path { parent: Some(self), step, depth: self.depth + 1 }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Name(name) if self.parent.is_some() => write!(f, ".{name}"),
            Step::Name(name) => f.write_str(name),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}
