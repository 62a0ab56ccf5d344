//! What the stores return, as frozen Python objects. `storage_rust._rows` adds what is easier in Python.

use pyo3::prelude::*;

use crate::py::convert::{Metadata, Moment, Tuple};
use crate::stores::bookmarks::Bookmark;
use crate::stores::conversations::attachments::Attachment;
use crate::stores::conversations::records::{Conversation, Hit, Page, SearchPage, State, Thread};

#[doc = stub!("Conversation")]
#[pyclass(name = "Conversation", module = "storage_rust", frozen, subclass, eq, get_all)]
#[derive(Clone, PartialEq)]
pub struct PyConversation {
    #[doc = stub!("Conversation.id")]
    id: i64,
    thread_id: i64,
    parent_id: Option<i64>,
    #[doc = stub!("Conversation.timestamp")]
    timestamp: Moment,
    prompt: String,
    response: String,
    model: String,
    url: Option<String>,
    tags: Tuple<String>,
    #[doc = stub!("Conversation.metadata")]
    metadata: Metadata,
    #[doc = stub!("Conversation.state")]
    state: String,
    #[doc = stub!("Conversation.prompt_tokens")]
    prompt_tokens: Option<i64>,
    #[doc = stub!("Conversation.completion_tokens")]
    completion_tokens: Option<i64>,
    #[doc = stub!("Conversation.cost")]
    cost: Option<f64>,
    #[doc = stub!("Conversation.duration")]
    duration: Option<f64>,
}

impl From<Conversation> for PyConversation {
    fn from(row: Conversation) -> Self {
        Self {
            id: row.id,
            thread_id: row.thread_id,
            parent_id: row.parent_id,
            timestamp: Moment(row.timestamp),
            prompt: row.prompt,
            response: row.response,
            model: row.model,
            url: row.url,
            tags: Tuple(row.tags),
            metadata: Metadata(row.metadata),
            state: row.state.name().to_owned(),
            prompt_tokens: row.usage.prompt_tokens,
            completion_tokens: row.usage.completion_tokens,
            cost: row.usage.cost,
            duration: row.usage.duration,
        }
    }
}

#[pymethods]
impl PyConversation {
    #[new]
    #[pyo3(signature = (
        id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata, *, state = None,
        prompt_tokens = None, completion_tokens = None, cost = None, duration = None
    ))]
    #[allow(clippy::too_many_arguments)] // one for each field
    fn new(
        id: i64,
        thread_id: i64,
        parent_id: Option<i64>,
        timestamp: Moment,
        prompt: String,
        response: String,
        model: String,
        url: Option<String>,
        tags: Tuple<String>,
        metadata: Metadata,
        state: Option<String>,
        prompt_tokens: Option<i64>,
        completion_tokens: Option<i64>,
        cost: Option<f64>,
        duration: Option<f64>,
    ) -> Self {
        let state = state.unwrap_or_else(|| State::Complete.name().to_owned());
        Self {
            id,
            thread_id,
            parent_id,
            timestamp,
            prompt,
            response,
            model,
            url,
            tags,
            metadata,
            state,
            prompt_tokens,
            completion_tokens,
            cost,
            duration,
        }
    }

    fn __repr__(&self) -> String {
        let Self { id, thread_id, model, prompt, .. } = self;
        let shown: String = prompt.chars().take(60).collect();
        format!("<Conversation {id} in thread {thread_id}, {model}: {shown:?}>")
    }
}

#[doc = stub!("SearchHit")]
#[pyclass(name = "SearchHit", module = "storage_rust", frozen, get_all, extends = PyConversation)]
pub struct PySearchHit {
    #[doc = stub!("SearchHit.score")]
    score: f64,
    #[doc = stub!("SearchHit.snippet")]
    snippet: String,
    #[doc = stub!("SearchHit.highlights")]
    highlights: Tuple<(usize, usize)>,
}

#[pymethods]
impl PySearchHit {
    #[new]
    #[pyo3(signature = (
        id, thread_id, parent_id, timestamp, prompt, response, model, url, tags, metadata, score, snippet,
        highlights, *, state = None, prompt_tokens = None, completion_tokens = None, cost = None, duration = None
    ))]
    #[allow(clippy::too_many_arguments)] // one for each field
    fn new(
        id: i64,
        thread_id: i64,
        parent_id: Option<i64>,
        timestamp: Moment,
        prompt: String,
        response: String,
        model: String,
        url: Option<String>,
        tags: Tuple<String>,
        metadata: Metadata,
        score: f64,
        snippet: String,
        highlights: Tuple<(usize, usize)>,
        state: Option<String>,
        prompt_tokens: Option<i64>,
        completion_tokens: Option<i64>,
        cost: Option<f64>,
        duration: Option<f64>,
    ) -> PyClassInitializer<Self> {
        let base = PyConversation {
            id,
            thread_id,
            parent_id,
            timestamp,
            prompt,
            response,
            model,
            url,
            tags,
            metadata,
            state: state.unwrap_or_else(|| State::Complete.name().to_owned()),
            prompt_tokens,
            completion_tokens,
            cost,
            duration,
        };
        PyClassInitializer::from(base).add_subclass(Self { score, snippet, highlights })
    }
}

fn hit(py: Python<'_>, hit: Hit) -> PyResult<Py<PySearchHit>> {
    let Hit { conversation, score, snippet, highlights } = hit;
    let base = PyClassInitializer::from(PyConversation::from(conversation));
    Py::new(py, base.add_subclass(PySearchHit { score, snippet, highlights: Tuple(highlights) }))
}

#[doc = stub!("SearchPage")]
#[pyclass(name = "SearchPage", module = "storage_rust", frozen, get_all)]
pub struct PySearchPage {
    hits: Py<PyAny>,
    #[doc = stub!("SearchPage.next_cursor")]
    next_cursor: Option<String>,
    #[doc = stub!("SearchPage.complete")]
    complete: bool,
    #[doc = stub!("SearchPage.match")]
    r#match: String,
}

#[pymethods]
impl PySearchPage {
    #[new]
    fn from_fields(hits: Py<PyAny>, next_cursor: Option<String>, complete: bool, r#match: String) -> Self {
        Self { hits, next_cursor, complete, r#match }
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        Ok(self.next_cursor == other.next_cursor
            && self.complete == other.complete
            && self.r#match == other.r#match
            && self.hits.bind(py).eq(&other.hits)?)
    }
}

impl PySearchPage {
    pub fn new(py: Python<'_>, page: SearchPage) -> PyResult<Self> {
        let hits = page.hits.into_iter().map(|row| hit(py, row)).collect::<PyResult<Vec<_>>>()?;
        let hits = hits.into_pyobject(py)?.into_any().unbind();
        let (next_cursor, complete, r#match) =
            (page.next_cursor, page.complete, page.match_mode.name().to_owned());
        Ok(Self { hits, next_cursor, complete, r#match })
    }
}

#[doc = stub!("Page")]
#[pyclass(name = "Page", module = "storage_rust", frozen, get_all)]
pub struct PyPage {
    conversations: Py<PyAny>,
    next_cursor: Option<String>,
}

#[pymethods]
impl PyPage {
    #[new]
    fn from_fields(conversations: Py<PyAny>, next_cursor: Option<String>) -> Self {
        Self { conversations, next_cursor }
    }

    fn __eq__(&self, py: Python<'_>, other: &Self) -> PyResult<bool> {
        Ok(self.next_cursor == other.next_cursor && self.conversations.bind(py).eq(&other.conversations)?)
    }
}

impl PyPage {
    pub fn new(py: Python<'_>, page: Page) -> PyResult<Self> {
        let conversations = conversations(page.conversations).into_pyobject(py)?.into_any().unbind();
        Ok(Self { conversations, next_cursor: page.next_cursor })
    }
}

pub fn conversations(rows: Vec<Conversation>) -> Vec<PyConversation> {
    rows.into_iter().map(PyConversation::from).collect()
}

#[doc = stub!("Thread")]
#[pyclass(name = "Thread", module = "storage_rust", frozen, eq, get_all)]
#[derive(PartialEq)]
pub struct PyThread {
    id: i64,
    title: String,
    created_at: Moment,
    #[doc = stub!("Thread.updated_at")]
    updated_at: Moment,
    #[doc = stub!("Thread.count")]
    count: i64,
    #[doc = stub!("Thread.cursor")]
    cursor: String,
}

impl From<Thread> for PyThread {
    fn from(thread: Thread) -> Self {
        let Thread { id, title, created_at, updated_at, count, cursor } = thread;
        Self { id, title, created_at: Moment(created_at), updated_at: Moment(updated_at), count, cursor }
    }
}

#[pymethods]
impl PyThread {
    #[new]
    fn new(
        id: i64,
        title: String,
        created_at: Moment,
        updated_at: Moment,
        count: i64,
        cursor: String,
    ) -> Self {
        Self { id, title, created_at, updated_at, count, cursor }
    }

    fn __repr__(&self) -> String {
        format!("<Thread {} {:?}, {} exchanges>", self.id, self.title, self.count)
    }
}

#[doc = stub!("Bookmark")]
#[pyclass(name = "Bookmark", module = "storage_rust", frozen, eq, get_all)]
#[derive(PartialEq)]
pub struct PyBookmark {
    id: i64,
    url: String,
    title: String,
    tags: Tuple<String>,
    note: String,
    keyword: Option<String>,
    created_at: Moment,
}

impl From<Bookmark> for PyBookmark {
    fn from(bookmark: Bookmark) -> Self {
        let Bookmark { id, url, title, tags, note, keyword, created_at } = bookmark;
        Self { id, url, title, tags: Tuple(tags), note, keyword, created_at: Moment(created_at) }
    }
}

#[pymethods]
impl PyBookmark {
    #[new]
    fn new(
        id: i64,
        url: String,
        title: String,
        tags: Tuple<String>,
        note: String,
        keyword: Option<String>,
        created_at: Moment,
    ) -> Self {
        Self { id, url, title, tags, note, keyword, created_at }
    }

    fn __repr__(&self) -> String {
        format!("<Bookmark {} {:?} {}>", self.id, self.title, self.url)
    }
}

#[doc = stub!("Attachment")]
#[pyclass(name = "Attachment", module = "storage_rust", frozen, eq, get_all)]
#[derive(Clone, PartialEq)]
pub struct PyAttachment {
    name: String,
    #[doc = stub!("Attachment.mime")]
    mime: String,
    #[doc = stub!("Attachment.size")]
    size: i64,
    #[doc = stub!("Attachment.sha256")]
    sha256: String,
}

#[pymethods]
impl PyAttachment {
    #[new]
    fn new(name: String, mime: String, size: i64, sha256: String) -> Self {
        Self { name, mime, size, sha256 }
    }

    fn __repr__(&self) -> String {
        format!("<Attachment {:?}, {}, {} bytes>", self.name, self.mime, self.size)
    }
}

impl From<Attachment> for PyAttachment {
    fn from(row: Attachment) -> Self {
        Self { name: row.name, mime: row.mime, size: row.size, sha256: row.sha256 }
    }
}
