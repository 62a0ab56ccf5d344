//! Iterating over all exchanges of a store.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

use crate::py::error::detached;
use crate::py::records::PyConversation;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::records::Conversation;

/// The number of rows that an iterator reads at once.
const BATCH: i64 = 200;

/// Reads rows in the order of their ids, in batches, without holding a transaction in between: rows that are added during
/// the iteration are returned, too.
#[pyclass(name = "_ConversationIterator", module = "storage_rust", frozen)]
pub struct PyConversationIterator {
    pub(super) store: Arc<ConversationStore>,
    pub(super) state: Mutex<Batch>,
}

#[derive(Default)]
pub(super) struct Batch {
    rows: VecDeque<Conversation>,
    last_id: i64,
}

#[pymethods]
impl PyConversationIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<PyConversation>> {
        let store = &self.store;
        detached(py, || {
            let mut batch = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if batch.rows.is_empty() {
                batch.rows = store.after(batch.last_id, BATCH)?.into();
            }
            let next = batch.rows.pop_front();
            batch.last_id = next.as_ref().map_or(batch.last_id, |row| row.id);
            Ok(next.map(PyConversation::from))
        })
    }
}
