//! New conversations from Python: the arguments of `add_conversation` and the mappings of `add_many`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString};

use crate::py::convert::{self, Object};
use crate::py::error::{invalid, to_python};
use crate::stores::conversations::records::NewConversation;
use crate::stores::values::tags_json;

const FIELDS: [&str; 14] = [
    "prompt",
    "response",
    "model",
    "timestamp",
    "thread_id",
    "parent_id",
    "url",
    "tags",
    "metadata",
    "messages",
    "prompt_tokens",
    "completion_tokens",
    "cost",
    "duration",
];

#[allow(clippy::too_many_arguments)] // one for each column
pub fn row(
    prompt: Object<'_, '_>,
    response: Object<'_, '_>,
    model: Object<'_, '_>,
    timestamp: Option<Object<'_, '_>>,
    thread_id: Option<Object<'_, '_>>,
    parent_id: Option<Object<'_, '_>>,
    url: Option<Object<'_, '_>>,
    tags: Option<Object<'_, '_>>,
    metadata: Option<Object<'_, '_>>,
) -> PyResult<NewConversation> {
    Ok(NewConversation {
        prompt: convert::text("prompt", prompt)?,
        response: convert::text("response", response)?,
        model: convert::text("model", model)?,
        timestamp: convert::milliseconds("timestamp", timestamp)?,
        thread_id: convert::optional_identifier("thread_id", thread_id)?,
        parent_id: convert::optional_identifier("parent_id", parent_id)?,
        url: convert::optional_text("url", url)?,
        tags: convert::optional_tags(tags)?.unwrap_or_default(),
        metadata: convert::metadata(metadata)?.unwrap_or_default(),
        ..NewConversation::default()
    })
}

/// The rows of `add_many`. An error names the row by its index.
pub fn rows(rows: &Bound<'_, PyAny>) -> PyResult<Vec<NewConversation>> {
    let text_or_map = rows.is_instance_of::<PyString>()
        || rows.is_instance_of::<PyBytes>()
        || rows.cast::<PyMapping>().is_ok();
    let items = match rows.try_iter() {
        Ok(items) if !text_or_map => items,
        _ => {
            let kind = rows.get_type().name()?;
            return Err(invalid(rows.py(), format!("rows must be a list of mappings, not {kind}")));
        }
    };
    items.enumerate().map(|(n, item)| checked_row(n, &item?)).collect()
}

fn checked_row(n: usize, item: Object<'_, '_>) -> PyResult<NewConversation> {
    row_of_mapping(item).map_err(|error| {
        let py = item.py();
        let class = py.import("storage_rust._errors").and_then(|module| module.getattr("InvalidData"));
        match class {
            Ok(class) if error.is_instance(py, &class) => {
                invalid(py, format!("rows[{n}]: {}", error.value(py)))
            }
            _ => error,
        }
    })
}

fn row_of_mapping<'py>(item: Object<'_, 'py>) -> PyResult<NewConversation> {
    let py = item.py();
    let Ok(mapping) = item.cast::<PyMapping>() else {
        let kind = item.get_type().name()?;
        return Err(invalid(py, format!("a row must be a mapping, not {kind}")));
    };
    let fields = if let Ok(fields) = item.cast_exact::<PyDict>() {
        fields.clone()
    } else {
        let fields = PyDict::new(py);
        fields.update(mapping)?;
        fields
    };
    for name in fields.keys() {
        let is_known = name.cast::<PyString>().is_ok_and(|name| FIELDS.iter().any(|field| *name == **field));
        if !is_known {
            return Err(invalid(py, format!("there is no field {}", convert::shown(&name))));
        }
    }
    let required = |name: &Bound<'py, PyString>| {
        fields.get_item(name)?.ok_or_else(|| invalid(py, format!("{name} is missing")))
    };
    let optional =
        |name: &Bound<'py, PyString>| Ok::<_, PyErr>(fields.get_item(name)?.filter(|value| !value.is_none()));
    let mut new = row(
        &required(intern!(py, "prompt"))?,
        &required(intern!(py, "response"))?,
        &required(intern!(py, "model"))?,
        optional(intern!(py, "timestamp"))?.as_ref(),
        optional(intern!(py, "thread_id"))?.as_ref(),
        optional(intern!(py, "parent_id"))?.as_ref(),
        optional(intern!(py, "url"))?.as_ref(),
        optional(intern!(py, "tags"))?.as_ref(),
        optional(intern!(py, "metadata"))?.as_ref(),
    )?;
    let messages = optional(intern!(py, "messages"))?;
    new.messages = convert::messages(messages.as_ref(), Some(&new.prompt), Some(&new.response))?;
    new.usage = convert::usage(
        optional(intern!(py, "prompt_tokens"))?.as_ref(),
        optional(intern!(py, "completion_tokens"))?.as_ref(),
        optional(intern!(py, "cost"))?.as_ref(),
        optional(intern!(py, "duration"))?.as_ref(),
    )?;
    tags_json(&new.tags).map_err(|error| to_python(py, &error))?;
    Ok(new)
}
