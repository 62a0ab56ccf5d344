//! Imported and exported rows, from and to the Python code that handles the file formats.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use crate::py::convert::Metadata;
use crate::stores::conversations::attachments::Content;
use crate::stores::conversations::import_export::{self, ExportedExchange, ImportedExchange};
use crate::stores::conversations::records::{self, Messages, State};

/// The next batch of rows, which are pairs of `Keys` and `Texts`; empty at the end.
pub fn next_batch(batches: &Bound<'_, PyAny>) -> PyResult<Vec<ImportedExchange>> {
    let Some(batch) = batches.try_iter()?.next() else { return Ok(Vec::new()) };
    batch?.try_iter()?.map(|item| record(&item?)).collect()
}

/// Fingerprint, fingerprints of parent and thread, id, thread id, title and creation time.
type Keys = (Vec<u8>, Option<Vec<u8>>, Vec<u8>, Option<i64>, Option<i64>, String, i64);
/// Timestamp, prompt, response, model, URL, tags, metadata and extras.
type Texts = (i64, String, String, String, Option<String>, String, String, Option<Extras>);
/// State, usage, JSON and text of the messages, and the attachments.
type Extras = (String, Usage, Option<(String, String)>, Vec<(String, String, Vec<u8>)>);
/// Prompt tokens, completion tokens, cost and duration.
type Usage = (Option<i64>, Option<i64>, Option<f64>, Option<f64>);

fn record(item: &Bound<'_, PyAny>) -> PyResult<ImportedExchange> {
    let (keys, texts): (Keys, Texts) = item.extract()?;
    let (fingerprint, parent, thread, id, thread_id, title, created_at) = keys;
    let (timestamp, prompt, response, model, url, tags, metadata, extras) = texts;
    Ok(ImportedExchange {
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
        extras: extras.map(imported_extras).unwrap_or_default(),
    })
}

fn imported_extras((state, usage, messages, attachments): Extras) -> import_export::Extras {
    let (prompt_tokens, completion_tokens, cost, duration) = usage;
    import_export::Extras {
        state: if state == "complete" { State::Complete } else { State::Interrupted },
        usage: records::Usage { prompt_tokens, completion_tokens, cost, duration },
        messages: messages.map(|(json, text)| Messages { json, text }),
        attachments: attachments.into_iter().map(|(name, mime, data)| Content { name, mime, data }).collect(),
    }
}

pub struct PyExportedExchange(pub ExportedExchange);

impl<'py> IntoPyObject<'py> for PyExportedExchange {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let row = self.0.conversation;
        (
            row.id,
            row.thread_id,
            row.parent_id,
            row.timestamp,
            row.prompt,
            row.response,
            row.model,
            row.url,
            row.tags,
            &Metadata(row.metadata),
            self.0.title,
            self.0.created_at,
        )
            .into_pyobject(py)?
            .as_any()
            .add((extras(py, row.state, row.usage, self.0.messages, self.0.attachments)?,))?
            .cast_into()
            .map_err(PyErr::from)
    }
}

/// As `Extras`, but with the JSON of the messages alone.
fn extras(
    py: Python<'_>,
    state: State,
    usage: records::Usage,
    messages: Option<String>,
    attachments: Vec<Content>,
) -> PyResult<Bound<'_, PyTuple>> {
    let attachments: Vec<_> = attachments
        .into_iter()
        .map(|content| (content.name, content.mime, PyBytes::new(py, &content.data)))
        .collect();
    let usage = (usage.prompt_tokens, usage.completion_tokens, usage.cost, usage.duration);
    (state.name(), usage, messages, attachments).into_pyobject(py)
}
