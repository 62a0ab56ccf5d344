//! What the stores return, as frozen Python objects.

use pyo3::prelude::*;

use crate::py::convert::{Metadata, Moment, Tuple};
use crate::stores::bookmarks::Bookmark;
use crate::stores::conversations::records::{Conversation, Hit, Page, SearchPage, Thread};

#[pyclass(name = "Conversation", module = "storage_rust", frozen, subclass, eq, get_all)]
#[derive(Clone, PartialEq)]
pub struct PyConversation {
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
        }
    }
}

#[pymethods]
impl PyConversation {
    fn __repr__(&self) -> String {
        let Self { id, thread_id, model, prompt, .. } = self;
        let shown: String = prompt.chars().take(60).collect();
        format!("<Conversation {id} in thread {thread_id}, {model}: {shown:?}>")
    }
}

#[pyclass(name = "SearchHit", module = "storage_rust", frozen, get_all, extends = PyConversation)]
pub struct PySearchHit {
    score: f64,
    snippet: String,
    highlights: Tuple<(usize, usize)>,
}

fn hit(py: Python<'_>, hit: Hit) -> PyResult<Py<PySearchHit>> {
    let Hit { conversation, score, snippet, highlights } = hit;
    let base = PyClassInitializer::from(PyConversation::from(conversation));
    Py::new(py, base.add_subclass(PySearchHit { score, snippet, highlights: Tuple(highlights) }))
}

#[pyclass(name = "SearchPage", module = "storage_rust", frozen, get_all)]
pub struct PySearchPage {
    hits: Py<PyAny>,
    next_cursor: Option<String>,
    complete: bool,
    r#match: &'static str,
}

impl PySearchPage {
    pub fn new(py: Python<'_>, page: SearchPage) -> PyResult<Self> {
        let hits = page.hits.into_iter().map(|row| hit(py, row)).collect::<PyResult<Vec<_>>>()?;
        let hits = hits.into_pyobject(py)?.into_any().unbind();
        let (next_cursor, complete, r#match) = (page.next_cursor, page.complete, page.match_mode.name());
        Ok(Self { hits, next_cursor, complete, r#match })
    }
}

#[pyclass(name = "Page", module = "storage_rust", frozen, get_all)]
pub struct PyPage {
    conversations: Py<PyAny>,
    next_cursor: Option<String>,
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

#[pyclass(name = "Thread", module = "storage_rust", frozen, get_all)]
pub struct PyThread {
    id: i64,
    title: String,
    created_at: Moment,
    updated_at: Moment,
    count: i64,
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
    fn __repr__(&self) -> String {
        format!("<Thread {} {:?}, {} exchanges>", self.id, self.title, self.count)
    }
}

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
    fn __repr__(&self) -> String {
        format!("<Bookmark {} {:?} {}>", self.id, self.title, self.url)
    }
}
