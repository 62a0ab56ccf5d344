//! The Python class `ConversationStore`, which is documented in `_native.pyi`.

use std::sync::{Arc, Mutex};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

use crate::db::options::Durability;
use crate::py::callbacks::with_callbacks;
use crate::py::conversation_iterator::PyConversationIterator;
use crate::py::convert::{self, Limit, Object};
use crate::py::error::detached;
use crate::py::import_export::{PyExportedExchange, next_batch};
use crate::py::options::{Seconds, options};
use crate::py::query::query_with_dates;
use crate::py::records::{PyAttachment, PyConversation, PyPage, PySearchPage, PyThread, conversations};
use crate::py::rows::{row, rows};
use crate::py::store::PyStore;
use crate::search::relaxation::MatchMode;
use crate::stores::conversations::ConversationStore;
use crate::stores::conversations::attachments::Content;
use crate::stores::conversations::format::FIELDS;
use crate::stores::conversations::records::{Changes, Order, Search};
use crate::stores::conversations::statistics::Grouping;

#[doc = stub!("ConversationStore")]
#[pyclass(name = "ConversationStore", module = "storage_rust", frozen, extends = PyStore)]
pub struct PyConversationStore {
    pub(super) store: Arc<ConversationStore>,
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
        metadata = None, messages = None, prompt_tokens = None, completion_tokens = None,
        cost = None, duration = None
    ), text_signature = "($self, prompt, response, model, *, timestamp=None, thread_id=None, parent_id=None, url=None, tags=(), metadata=None, messages=None, prompt_tokens=None, completion_tokens=None, cost=None, duration=None)")]
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
        messages: Option<Object<'_, '_>>,
        prompt_tokens: Option<Object<'_, '_>>,
        completion_tokens: Option<Object<'_, '_>>,
        cost: Option<Object<'_, '_>>,
        duration: Option<Object<'_, '_>>,
    ) -> PyResult<i64> {
        let mut new = row(prompt, response, model, timestamp, thread_id, parent_id, url, tags, metadata)?;
        new.messages = convert::messages(messages, Some(&new.prompt), Some(&new.response))?;
        new.usage = convert::usage(prompt_tokens, completion_tokens, cost, duration)?;
        detached(py, || self.store.add(&new))
    }

    #[doc = stub!("ConversationStore.begin")]
    #[pyo3(signature = (
        prompt, model, *, timestamp = None, thread_id = None, parent_id = None, url = None, tags = None,
        metadata = None
    ), text_signature = "($self, prompt, model, *, timestamp=None, thread_id=None, parent_id=None, url=None, tags=(), metadata=None)")]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
    fn begin(
        &self,
        py: Python<'_>,
        prompt: Object<'_, '_>,
        model: Object<'_, '_>,
        timestamp: Option<Object<'_, '_>>,
        thread_id: Option<Object<'_, '_>>,
        parent_id: Option<Object<'_, '_>>,
        url: Option<Object<'_, '_>>,
        tags: Option<Object<'_, '_>>,
        metadata: Option<Object<'_, '_>>,
    ) -> PyResult<i64> {
        let empty = PyString::new(py, "").into_any();
        let new = row(prompt, &empty, model, timestamp, thread_id, parent_id, url, tags, metadata)?;
        detached(py, || self.store.begin(&new))
    }

    #[doc = stub!("ConversationStore.append")]
    fn append(&self, py: Python<'_>, id: Object<'_, '_>, text: Object<'_, '_>) -> PyResult<()> {
        let (id, text) = (convert::identifier("id", id)?, convert::text("text", text)?);
        detached(py, || self.store.append(id, &text))
    }

    #[doc = stub!("ConversationStore.finish")]
    #[pyo3(signature = (
        id, *, response = None, model = None, tags = None, metadata = None, messages = None, prompt_tokens = None, completion_tokens = None,
        cost = None, duration = None
    ), text_signature = "($self, id, *, response=None, model=None, tags=None, metadata=None, messages=None, prompt_tokens=None, completion_tokens=None, cost=None, duration=None)")]
    #[allow(clippy::too_many_arguments)] // the signature of the public API
    fn finish(
        &self,
        py: Python<'_>,
        id: Object<'_, '_>,
        response: Option<Object<'_, '_>>,
        model: Option<Object<'_, '_>>,
        tags: Option<Object<'_, '_>>,
        metadata: Option<Object<'_, '_>>,
        messages: Option<Object<'_, '_>>,
        prompt_tokens: Option<Object<'_, '_>>,
        completion_tokens: Option<Object<'_, '_>>,
        cost: Option<Object<'_, '_>>,
        duration: Option<Object<'_, '_>>,
    ) -> PyResult<bool> {
        let id = convert::identifier("id", id)?;
        let response = convert::optional_text("response", response)?;
        let changes = Changes {
            model: convert::optional_text("model", model)?,
            tags: convert::optional_tags(tags)?,
            metadata: convert::metadata(metadata)?,
            messages: convert::messages(messages, None, response.as_deref())?,
            usage: convert::usage(prompt_tokens, completion_tokens, cost, duration)?,
            response,
            ..Changes::default()
        };
        detached(py, || self.store.finish(id, &changes))
    }

    #[doc = stub!("ConversationStore.messages")]
    fn messages<'py>(&self, py: Python<'py>, id: Object<'_, '_>) -> PyResult<Bound<'py, PyAny>> {
        let id = convert::identifier("id", id)?;
        convert::stored_messages(py, detached(py, || self.store.messages(id))?.as_deref())
    }

    #[doc = stub!("ConversationStore.attach")]
    #[pyo3(signature = (id, name, data, *, mime))]
    fn attach(
        &self,
        py: Python<'_>,
        id: Object<'_, '_>,
        name: Object<'_, '_>,
        data: Object<'_, '_>,
        mime: Object<'_, '_>,
    ) -> PyResult<String> {
        let id = convert::identifier("id", id)?;
        let (name, mime) = (convert::text("name", name)?, convert::text("mime", mime)?);
        let content = Content { name, mime, data: convert::bytes("data", data)? };
        detached(py, || self.store.attach(id, &content))
    }

    #[doc = stub!("ConversationStore.attachment")]
    fn attachment<'py>(
        &self,
        py: Python<'py>,
        sha256: Object<'_, '_>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let sha256 = convert::text("sha256", sha256)?;
        Ok(detached(py, || self.store.attachment(&sha256))?.map(|data| PyBytes::new(py, &data)))
    }

    #[doc = stub!("ConversationStore.attachments")]
    fn attachments(&self, py: Python<'_>, id: Object<'_, '_>) -> PyResult<Vec<PyAttachment>> {
        let id = convert::identifier("id", id)?;
        Ok(detached(py, || self.store.attachments(id))?.into_iter().map(PyAttachment::from).collect())
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
    #[pyo3(signature = (
        id, *, prompt = None, response = None, model = None, url = None, tags = None, metadata = None,
        messages = None, prompt_tokens = None, completion_tokens = None,
        cost = None, duration = None
    ), text_signature = "($self, id, *, prompt=None, response=None, model=None, url=None, tags=None, metadata=None, messages=None, prompt_tokens=None, completion_tokens=None, cost=None, duration=None)")]
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
        messages: Option<Object<'_, '_>>,
        prompt_tokens: Option<Object<'_, '_>>,
        completion_tokens: Option<Object<'_, '_>>,
        cost: Option<Object<'_, '_>>,
        duration: Option<Object<'_, '_>>,
    ) -> PyResult<bool> {
        let id = convert::identifier("id", id)?;
        let prompt = convert::optional_text("prompt", prompt)?;
        let response = convert::optional_text("response", response)?;
        let changes = Changes {
            messages: convert::messages(messages, prompt.as_deref(), response.as_deref())?,
            prompt,
            model: convert::optional_text("model", model)?,
            url: convert::optional_text("url", url)?,
            response,
            tags: convert::optional_tags(tags)?,
            metadata: convert::metadata(metadata)?,
            usage: convert::usage(prompt_tokens, completion_tokens, cost, duration)?,
            state: None,
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
            counts.set_item("prompt_tokens", group.prompt_tokens)?;
            counts.set_item("completion_tokens", group.completion_tokens)?;
            counts.set_item("cost", group.cost)?;
            counts.set_item("duration", group.duration)?;
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
    fn __iter__(&self) -> PyConversationIterator {
        PyConversationIterator { store: self.store.clone(), state: Mutex::default() }
    }
}
