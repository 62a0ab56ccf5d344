//! Imported and exported rows, from and to the Python code that handles the file formats.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::py::convert::Metadata;
use crate::stores::conversations::import_export::{ExportedExchange, ImportedExchange};

/// The next batch of rows, which are pairs of `Keys` and `Texts`; empty at the end.
pub fn next_batch(batches: &Bound<'_, PyAny>) -> PyResult<Vec<ImportedExchange>> {
    let Some(batch) = batches.try_iter()?.next() else { return Ok(Vec::new()) };
    batch?.try_iter()?.map(|item| record(&item?)).collect()
}

/// Fingerprint, fingerprints of parent and thread, id, thread id, title and creation time.
type Keys = (Vec<u8>, Option<Vec<u8>>, Vec<u8>, Option<i64>, Option<i64>, String, i64);
/// Timestamp, prompt, response, model, URL, tags and metadata.
type Texts = (i64, String, String, String, Option<String>, String, String);

fn record(item: &Bound<'_, PyAny>) -> PyResult<ImportedExchange> {
    let (keys, texts): (Keys, Texts) = item.extract()?;
    let (fingerprint, parent, thread, id, thread_id, title, created_at) = keys;
    let (timestamp, prompt, response, model, url, tags, metadata) = texts;
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
    })
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
            .into_pyobject(py)
    }
}
