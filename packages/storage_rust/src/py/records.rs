//! What the stores return, as frozen Python objects.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::py::convert;
use crate::stores::bookmarks::Bookmark;
use crate::stores::conversations::records::{Conversation, Hit, Page, SearchPage, Thread};

#[pyclass(name = "Conversation", module = "storage_rust", frozen, subclass, eq)]
#[derive(Clone, PartialEq)]
pub struct PyConversation(pub Conversation);

#[pymethods]
impl PyConversation {
    #[getter]
    fn id(&self) -> i64 {
        self.0.id
    }

    #[getter]
    fn thread_id(&self) -> i64 {
        self.0.thread_id
    }

    #[getter]
    fn parent_id(&self) -> Option<i64> {
        self.0.parent_id
    }

    #[getter]
    fn timestamp(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::moment(py, self.0.timestamp)
    }

    #[getter]
    fn prompt(&self) -> &str {
        &self.0.prompt
    }

    #[getter]
    fn response(&self) -> &str {
        &self.0.response
    }

    #[getter]
    fn model(&self) -> &str {
        &self.0.model
    }

    #[getter]
    fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    #[getter]
    fn tags<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.tags)
    }

    #[getter]
    fn metadata(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::metadata_value(py, &self.0.metadata)
    }

    fn __repr__(&self) -> String {
        let Conversation { id, thread_id, model, prompt, .. } = &self.0;
        let shown: String = prompt.chars().take(60).collect();
        format!("<Conversation {id} in thread {thread_id}, {model}: {shown:?}>")
    }
}

#[pyclass(name = "SearchHit", module = "storage_rust", frozen, extends = PyConversation)]
pub struct PySearchHit {
    #[pyo3(get)]
    score: f64,
    #[pyo3(get)]
    snippet: String,
    highlights: Vec<(usize, usize)>,
}

#[pymethods]
impl PySearchHit {
    #[getter]
    fn highlights<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.highlights)
    }
}

fn hit(py: Python<'_>, hit: Hit) -> PyResult<Py<PySearchHit>> {
    let Hit { conversation, score, snippet, highlights } = hit;
    let base = PyClassInitializer::from(PyConversation(conversation));
    Py::new(py, base.add_subclass(PySearchHit { score, snippet, highlights }))
}

#[pyclass(name = "SearchPage", module = "storage_rust", frozen, get_all)]
pub struct PySearchPage {
    hits: Py<PyAny>,
    next_cursor: Option<String>,
    complete: bool,
}

impl PySearchPage {
    pub fn new(py: Python<'_>, page: SearchPage) -> PyResult<Self> {
        let hits = page.hits.into_iter().map(|row| hit(py, row)).collect::<PyResult<Vec<_>>>()?;
        let hits = hits.into_pyobject(py)?.into_any().unbind();
        Ok(Self { hits, next_cursor: page.next_cursor, complete: page.complete })
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
    rows.into_iter().map(PyConversation).collect()
}

#[pyclass(name = "Thread", module = "storage_rust", frozen)]
pub struct PyThread(pub Thread);

#[pymethods]
impl PyThread {
    #[getter]
    fn id(&self) -> i64 {
        self.0.id
    }

    #[getter]
    fn title(&self) -> &str {
        &self.0.title
    }

    #[getter]
    fn created_at(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::moment(py, self.0.created_at)
    }

    #[getter]
    fn updated_at(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::moment(py, self.0.updated_at)
    }

    #[getter]
    fn count(&self) -> i64 {
        self.0.count
    }

    #[getter]
    fn cursor(&self) -> &str {
        &self.0.cursor
    }

    fn __repr__(&self) -> String {
        format!("<Thread {} {:?}, {} exchanges>", self.0.id, self.0.title, self.0.count)
    }
}

#[pyclass(name = "Bookmark", module = "storage_rust", frozen, eq)]
#[derive(PartialEq)]
pub struct PyBookmark(pub Bookmark);

#[pymethods]
impl PyBookmark {
    #[getter]
    fn id(&self) -> i64 {
        self.0.id
    }

    #[getter]
    fn url(&self) -> &str {
        &self.0.url
    }

    #[getter]
    fn title(&self) -> &str {
        &self.0.title
    }

    #[getter]
    fn tags<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.0.tags)
    }

    #[getter]
    fn note(&self) -> &str {
        &self.0.note
    }

    #[getter]
    fn keyword(&self) -> Option<&str> {
        self.0.keyword.as_deref()
    }

    #[getter]
    fn created_at(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::moment(py, self.0.created_at)
    }

    fn __repr__(&self) -> String {
        format!("<Bookmark {} {:?} {}>", self.0.id, self.0.title, self.0.url)
    }
}
