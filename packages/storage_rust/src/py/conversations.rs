//! The Python class `ConversationStore`, which is documented in `_native.pyi`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::db::options::Durability;
use crate::py::callbacks::with_callbacks;
use crate::py::convert::{self, Limit, Object};
use crate::py::error::{detached, invalid};
use crate::py::import_export::{PyExportedExchange, next_batch};
use crate::py::options::{Seconds, options, shown};
use crate::py::query::query_with_dates;
use crate::py::records::{PyConversation, PyPage, PySearchPage, PyThread, conversations};
use crate::py::rows::{row, rows};
use crate::py::store::PyStore;
use crate::search::relaxation::MatchMode;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::format::FIELDS;
use crate::stores::conversations::records::{Changes, Conversation, Order, Search};
use crate::stores::conversations::statistics::Grouping;

/// The number of rows that an iterator reads at once.
const BATCH: i64 = 200;

#[doc = stub!("ConversationStore")]
#[pyclass(name = "ConversationStore", module = "storage_rust", frozen, extends = PyStore)]
pub struct PyConversationStore {
    store: Arc<ConversationStore>,
}

#[pymethods]
impl PyConversationStore {
    #[new]
    #[pyo3(signature = (
        db_path, *, read_only = false, busy_timeout = Seconds(5.0), durability = Durability::Normal,
        check_on_open = false
    ), text_signature = "(db_path, *, read_only=False, busy_timeout=5.0, durability='normal', check_on_open=False)")]
    fn new(
        db_path: Object<'_, '_>,
        read_only: bool,
        busy_timeout: Seconds,
        durability: Durability,
        check_on_open: bool,
    ) -> PyResult<PyClassInitializer<Self>> {
        let options = options(read_only, &busy_timeout, durability, check_on_open);
        let (store, base) = PyStore::open(db_path, options, ConversationStore::open)?;
        Ok(PyClassInitializer::from(base).add_subclass(Self { store }))
    }

    #[doc = stub!("ConversationStore.add_conversation")]
    #[pyo3(signature = (
        prompt, response, model, *, timestamp = None, thread_id = None, parent_id = None, url = None, tags = None,
        metadata = None
    ), text_signature = "($self, prompt, response, model, *, timestamp=None, thread_id=None, parent_id=None, url=None, tags=(), metadata=None)")]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
    fn add_conversation(
        &self,
        py: Python<'_>,
        prompt: Object<'_, '_>,
        response: Object<'_, '_>,
        model: Object<'_, '_>,
        timestamp: Option<Object<'_, '_>>,
        thread_id: Option<Object<'_, '_>>,
        parent_id: Option<Object<'_, '_>>,
        url: Option<Object<'_, '_>>,
        tags: Option<Object<'_, '_>>,
        metadata: Option<Object<'_, '_>>,
    ) -> PyResult<i64> {
        let new = row(prompt, response, model, timestamp, thread_id, parent_id, url, tags, metadata)?;
        detached(py, || self.store.add(&new))
    }

    #[doc = stub!("ConversationStore.add_many")]
    #[pyo3(signature = (rows, *, progress = None))]
    fn add_many(&self, py: Python<'_>, rows: Object<'_, '_>, progress: Option<Py<PyAny>>) -> PyResult<usize> {
        let new = self::rows(rows)?;
        let total = new.len();
        with_callbacks(py, |raised| {
            self.store.add_many(&new, |done| match &progress {
                None => Ok(()),
                Some(progress) => raised.attached(|py| progress.call1(py, (done, total)).map(drop)),
            })
        })
    }

    #[doc = stub!("ConversationStore.purge")]
    #[pyo3(signature = (*, before = None, keep_last = None))]
    fn purge(
        &self,
        py: Python<'_>,
        before: Option<Object<'_, '_>>,
        keep_last: Option<Object<'_, '_>>,
    ) -> PyResult<usize> {
        let before = convert::milliseconds("before", before)?;
        let keep_last = convert::optional_identifier("keep_last", keep_last)?;
        detached(py, || self.store.purge(before, keep_last))
    }

    #[doc = stub!("ConversationStore.import_file")]
    #[pyo3(signature = (path, *, format = None, progress = None), text_signature = "($self, path, *, format='auto', progress=None)")]
    fn import_file<'py>(
        slf: &Bound<'py, Self>,
        path: Object<'_, 'py>,
        format: Option<Object<'_, 'py>>,
        progress: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let format = format.map_or_else(|| PyString::new(slf.py(), "auto").into_any(), Clone::clone);
        slf.py()
            .import("storage_rust._transfer.import_conversations")?
            .getattr("import_file")?
            .call1((slf, path, format, progress))
    }

    #[doc = stub!("ConversationStore.merge")]
    #[pyo3(signature = (path, *, progress = None))]
    fn merge<'py>(
        slf: &Bound<'py, Self>,
        path: Object<'_, 'py>,
        progress: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py().import("storage_rust._transfer.merge")?.getattr("merge")?.call1((slf, path, progress))
    }

    #[doc = stub!("ConversationStore.export_file")]
    #[pyo3(signature = (path, *, format, query = None))]
    fn export_file<'py>(
        slf: &Bound<'py, Self>,
        path: Object<'_, 'py>,
        format: Object<'_, 'py>,
        query: Option<Object<'_, 'py>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        slf.py()
            .import("storage_rust._transfer.export_conversations")?
            .getattr("export_file")?
            .call1((slf, path, format, query))
    }

    fn _import_rows(&self, py: Python<'_>, batches: Py<PyAny>, epoch: i64) -> PyResult<(i64, i64)> {
        with_callbacks(py, |raised| {
            self.store.import_rows(|| raised.attached(|py| next_batch(batches.bind(py))), epoch)
        })
    }

    fn _merge_rows(
        &self,
        py: Python<'_>,
        batches: Py<PyAny>,
        deletions: Vec<Vec<u8>>,
        epoch: i64,
    ) -> PyResult<(i64, i64, i64)> {
        let merged = with_callbacks(py, |raised| {
            let next = || raised.attached(|py| next_batch(batches.bind(py)));
            self.store.merge_rows(next, &deletions, epoch)
        })?;
        Ok((merged.taken, merged.skipped, merged.deleted))
    }

    fn _deletions<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let deletions = detached(py, || self.store.deletions())?;
        Ok(deletions.iter().map(|fingerprint| PyBytes::new(py, fingerprint)).collect())
    }

    fn _export_rows(&self, py: Python<'_>, first: i64, limit: i64) -> PyResult<Vec<PyExportedExchange>> {
        let rows = detached(py, || self.store.export_rows(first, limit))?;
        Ok(rows.into_iter().map(PyExportedExchange).collect())
    }

    #[doc = stub!("ConversationStore.update")]
    #[pyo3(signature = (id, *, prompt = None, response = None, model = None, url = None, tags = None, metadata = None))]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
    fn update(
        &self,
        py: Python<'_>,
        id: Object<'_, '_>,
        prompt: Option<Object<'_, '_>>,
        response: Option<Object<'_, '_>>,
        model: Option<Object<'_, '_>>,
        url: Option<Object<'_, '_>>,
        tags: Option<Object<'_, '_>>,
        metadata: Option<Object<'_, '_>>,
    ) -> PyResult<bool> {
        let id = convert::identifier("id", id)?;
        let changes = Changes {
            prompt: convert::optional_text("prompt", prompt)?,
            model: convert::optional_text("model", model)?,
            url: convert::optional_text("url", url)?,
            response: convert::optional_text("response", response)?,
            tags: convert::optional_tags(tags)?,
            metadata: convert::metadata(metadata)?,
        };
        detached(py, || self.store.update(id, &changes))
    }

    #[doc = stub!("ConversationStore.delete")]
    fn delete(&self, py: Python<'_>, ids: Object<'_, '_>) -> PyResult<usize> {
        let ids = convert::identifiers(ids)?;
        detached(py, || self.store.delete(&ids))
    }

    #[doc = stub!("ConversationStore.start_thread")]
    #[pyo3(signature = (title = None), text_signature = "($self, title='')")]
    fn start_thread(&self, py: Python<'_>, title: Option<Object<'_, '_>>) -> PyResult<i64> {
        let title = convert::optional_text("title", title)?.unwrap_or_default();
        detached(py, || self.store.start_thread(&title))
    }

    #[doc = stub!("ConversationStore.rename_thread")]
    fn rename_thread(
        &self,
        py: Python<'_>,
        thread_id: Object<'_, '_>,
        title: Object<'_, '_>,
    ) -> PyResult<bool> {
        let (id, title) = (convert::identifier("thread_id", thread_id)?, convert::text("title", title)?);
        detached(py, || self.store.rename_thread(id, &title))
    }

    #[doc = stub!("ConversationStore.stats")]
    #[pyo3(signature = (by = None))]
    fn stats<'py>(slf: &Bound<'py, Self>, by: Option<Object<'_, 'py>>) -> PyResult<Bound<'py, PyDict>> {
        let (py, stats) = (slf.py(), PyDict::new(slf.py()));
        let Some(by) = by else { return slf.as_super().get().stats(py) };
        let (grouping, store): (Grouping, _) = (by.extract()?, &slf.get().store);
        for group in detached(py, || store.grouped(grouping))? {
            let counts = PyDict::new(py);
            counts.set_item("conversations", group.conversations)?;
            counts.set_item("threads", group.threads)?;
            counts.set_item("text_bytes", group.text_bytes)?;
            stats.set_item(group.name, counts)?;
        }
        Ok(stats)
    }

    #[doc = stub!("ConversationStore.get")]
    fn get(&self, py: Python<'_>, id: Object<'_, '_>) -> PyResult<Option<PyConversation>> {
        let id = convert::identifier("id", id)?;
        Ok(detached(py, || self.store.get(id))?.map(PyConversation::from))
    }

    #[doc = stub!("ConversationStore.recent")]
    #[pyo3(signature = (*, limit = Limit(50), cursor = None, thread_id = None), text_signature = "($self, *, limit=50, cursor=None, thread_id=None)")]
    fn recent(
        &self,
        py: Python<'_>,
        limit: Limit,
        cursor: Option<Object<'_, '_>>,
        thread_id: Option<Object<'_, '_>>,
    ) -> PyResult<PyPage> {
        let cursor = convert::cursor(cursor)?;
        let thread = convert::optional_identifier("thread_id", thread_id)?;
        PyPage::new(py, detached(py, || self.store.recent(limit.0, cursor.as_deref(), thread))?)
    }

    #[doc = stub!("ConversationStore.thread")]
    fn thread(&self, py: Python<'_>, thread_id: Object<'_, '_>) -> PyResult<Vec<PyConversation>> {
        let thread = convert::identifier("thread_id", thread_id)?;
        Ok(conversations(detached(py, || self.store.thread(thread))?))
    }

    #[doc = stub!("ConversationStore.threads")]
    #[pyo3(signature = (*, limit = Limit(50), cursor = None), text_signature = "($self, *, limit=50, cursor=None)")]
    fn threads(
        &self,
        py: Python<'_>,
        limit: Limit,
        cursor: Option<Object<'_, '_>>,
    ) -> PyResult<Vec<PyThread>> {
        let cursor = convert::cursor(cursor)?;
        let threads = detached(py, || self.store.threads(limit.0, cursor.as_deref()))?;
        Ok(threads.into_iter().map(PyThread::from).collect())
    }

    #[doc = stub!("ConversationStore.search_conversations")]
    #[pyo3(signature = (query, limit = Limit(20)), text_signature = "($self, query, limit=20)")]
    fn search_conversations(
        &self,
        py: Python<'_>,
        query: Object<'_, '_>,
        limit: Limit,
    ) -> PyResult<Vec<(i64, String, String)>> {
        let (query, (since, until)) = query_with_dates(query, &FIELDS, (None, None))?;
        let search =
            Search { limit: limit.0, match_mode: MatchMode::Auto, since, until, ..Search::default() };
        let page = detached(py, || self.store.search(&query, &search))?;
        let rows = page.hits.into_iter().map(|hit| hit.conversation);
        Ok(rows.map(|row| (row.id, row.prompt, row.response)).collect())
    }

    #[doc = stub!("ConversationStore.search")]
    #[pyo3(signature = (
        query, *, limit = Limit(20), cursor = None, order = Order::Relevance, r#match = MatchMode::Auto, model = None,
        tag = None, thread_id = None, url_prefix = None, since = None, until = None, exact = false
    ), text_signature = "($self, query, *, limit=20, cursor=None, order='relevance', match='auto', model=None, tag=None, thread_id=None, url_prefix=None, since=None, until=None, exact=False)")]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
    fn search(
        &self,
        py: Python<'_>,
        query: Object<'_, '_>,
        limit: Limit,
        cursor: Option<Object<'_, '_>>,
        order: Order,
        r#match: MatchMode,
        model: Option<Object<'_, '_>>,
        tag: Option<Object<'_, '_>>,
        thread_id: Option<Object<'_, '_>>,
        url_prefix: Option<Object<'_, '_>>,
        since: Option<Object<'_, '_>>,
        until: Option<Object<'_, '_>>,
        exact: bool,
    ) -> PyResult<PySearchPage> {
        let given = (convert::milliseconds("since", since)?, convert::milliseconds("until", until)?);
        let (query, (since, until)) = query_with_dates(query, &FIELDS, given)?;
        let search = Search {
            limit: limit.0,
            cursor: convert::cursor(cursor)?,
            order,
            match_mode: r#match,
            model: convert::optional_text("model", model)?,
            tag: convert::optional_text("tag", tag)?,
            thread_id: convert::optional_identifier("thread_id", thread_id)?,
            url_prefix: convert::optional_text("url_prefix", url_prefix)?,
            since,
            until,
            exact,
            ..Search::default()
        };
        PySearchPage::new(py, detached(py, || self.store.search(&query, &search))?)
    }

    #[doc = stub!("ConversationStore.more_like")]
    #[pyo3(signature = (id, *, limit = Limit(20)), text_signature = "($self, id, *, limit=20)")]
    fn more_like(&self, py: Python<'_>, id: Object<'_, '_>, limit: Limit) -> PyResult<PySearchPage> {
        let id = convert::identifier("id", id)?;
        PySearchPage::new(py, detached(py, || self.store.more_like(id, limit.0))?)
    }

    #[doc = stub!("ConversationStore.__iter__")]
    fn __iter__(slf: Py<Self>) -> PyConversationIterator {
        PyConversationIterator { store: slf, state: Mutex::default() }
    }
}

impl<'py> FromPyObject<'_, 'py> for Order {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()).as_deref() {
            Ok("relevance") => Ok(Self::Relevance),
            Ok("recent") => Ok(Self::Recent),
            _ => {
                let message = format!("order must be 'relevance' or 'recent', not {}", shown(&value));
                Err(invalid(value.py(), message))
            }
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Grouping {
    type Error = PyErr;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match value.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()).as_deref() {
            Ok("model") => Ok(Self::Model),
            Ok("day") => Ok(Self::Day),
            _ => Err(invalid(value.py(), format!("by must be 'model' or 'day', not {}", shown(&value)))),
        }
    }
}

/// Reads rows in the order of their ids, in batches, without holding a transaction in between: rows that are added during
/// the iteration are returned, too.
#[pyclass(name = "_ConversationIterator", module = "storage_rust", frozen)]
pub struct PyConversationIterator {
    store: Py<PyConversationStore>,
    state: Mutex<Batch>,
}

#[derive(Default)]
struct Batch {
    rows: VecDeque<Conversation>,
    last_id: i64,
}

#[pymethods]
impl PyConversationIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<PyConversation>> {
        let store = &self.store.get().store;
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
