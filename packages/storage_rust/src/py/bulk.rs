//! Many rows at once, from and to Python.

use std::sync::{Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyMapping, PyString, PyTuple};

use super::conversations::row;
use super::convert;
use super::error::{invalid, to_python};
use crate::error::{Error, Kind, Result};
use crate::transfer::{self, Record};
use crate::values::{NewConversation, tags_json};

const FIELDS: [&str; 9] =
    ["prompt", "response", "model", "timestamp", "thread_id", "parent_id", "url", "tags", "metadata"];

/// What Python code that was called from inside a transaction raised.
#[derive(Default)]
pub struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    pub fn attached<T>(&self, work: impl FnOnce(Python<'_>) -> PyResult<T>) -> Result<T> {
        Python::attach(work).map_err(|error| {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            Error::new(Kind::Stopped, "", "Python code raised")
        })
    }
}

/// `work` without the interpreter but where it calls back; the error of a callback is the error of the call.
pub fn calling_back<T: Send>(py: Python<'_>, work: impl FnOnce(&Raised) -> Result<T> + Send) -> PyResult<T> {
    let raised = Raised::default();
    let outcome = py.detach(|| work(&raised));
    match raised.0.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => outcome.map_err(|error| to_python(py, &error)),
    }
}

/// The rows of `add_many`; an error names the row by its position.
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

fn checked_row<'py>(n: usize, item: &Bound<'py, PyAny>) -> PyResult<NewConversation> {
    let py = item.py();
    let converted = || -> PyResult<NewConversation> {
        if item.cast::<PyMapping>().is_err() {
            let kind = item.get_type().name()?;
            return Err(invalid(py, format!("a row must be a mapping, not {kind}")));
        }
        let fields = match item.cast_exact::<PyDict>() {
            Ok(fields) => fields.clone(),
            Err(_) => {
                let fields = PyDict::new(py);
                fields.update(item.cast::<PyMapping>()?)?;
                fields
            }
        };
        for name in fields.keys() {
            let known = name.cast::<PyString>().is_ok_and(|name| FIELDS.iter().any(|field| *name == **field));
            if !known {
                return Err(invalid(py, format!("there is no field {}", super::options::shown(&name))));
            }
        }
        let needed = |name: &Bound<'py, PyString>| {
            fields.get_item(name)?.ok_or_else(|| invalid(py, format!("{name} is missing")))
        };
        let optional = |name: &Bound<'py, PyString>| {
            Ok::<_, PyErr>(fields.get_item(name)?.filter(|value| !value.is_none()))
        };
        let new = row(
            &needed(intern!(py, "prompt"))?,
            &needed(intern!(py, "response"))?,
            &needed(intern!(py, "model"))?,
            optional(intern!(py, "timestamp"))?.as_ref(),
            optional(intern!(py, "thread_id"))?.as_ref(),
            optional(intern!(py, "parent_id"))?.as_ref(),
            optional(intern!(py, "url"))?.as_ref(),
            optional(intern!(py, "tags"))?.as_ref(),
            optional(intern!(py, "metadata"))?.as_ref(),
        )?;
        tags_json(&new.tags).map_err(|error| to_python(py, &error))?;
        Ok(new)
    };
    converted().map_err(|error| {
        let class = py.import("storage_rust._errors").and_then(|module| module.getattr("InvalidData"));
        match class {
            Ok(class) if error.is_instance(py, &class) => {
                invalid(py, format!("rows[{n}]: {}", error.value(py)))
            }
            _ => error,
        }
    })
}

/// A row of an import: (fingerprint, parent, thread, id, thread id, title, created), (time, prompt, …, metadata).
pub fn next_batch(batches: &Bound<'_, PyAny>) -> PyResult<Vec<Record>> {
    let Some(batch) = batches.try_iter()?.next() else { return Ok(Vec::new()) };
    batch?.try_iter()?.map(|item| record(&item?)).collect()
}

type Keys = (Vec<u8>, Option<Vec<u8>>, Vec<u8>, Option<i64>, Option<i64>, String, i64);
type Texts = (i64, String, String, String, Option<String>, String, String);

fn record(item: &Bound<'_, PyAny>) -> PyResult<Record> {
    let (keys, texts): (Keys, Texts) = item.extract()?;
    let (fingerprint, parent, thread, id, thread_id, title, created_at) = keys;
    let (timestamp, prompt, response, model, url, tags, metadata) = texts;
    Ok(Record {
        fingerprint,
        parent,
        thread,
        id,
        thread_id,
        title,
        created_at,
        timestamp,
        prompt,
        response,
        model,
        url,
        tags,
        metadata,
    })
}

pub struct Exported(pub transfer::Exported);

impl<'py> IntoPyObject<'py> for Exported {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let found = self.0.conversation;
        (
            found.id,
            found.thread_id,
            found.parent_id,
            found.timestamp,
            found.prompt,
            found.response,
            found.model,
            found.url,
            found.tags,
            convert::metadata_value(py, &found.metadata)?,
            self.0.title,
            self.0.created_at,
        )
            .into_pyobject(py)
    }
}
